package privacy

import (
	"slices"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// roll finds the entries of one conversation by name and by value. Most have a handful, which costs less to look through than
// maps cost to make.
type roll struct {
	entries []Entry // in the order they came; of two with the same name or value the later one holds

	byName  map[string]int   // where in entries; nil while there are few
	byValue map[original]int // only of those that stand for something
	last    []numbered
}

// few is how many entries are looked through.
const few = 16

type original struct {
	kind  pii.Kind
	value string
}

// numbered is the highest number given out for a label. There are no more labels than kinds.
type numbered struct {
	label string
	n     int
}

// value is what a name stands for; "" if the name is known and nobody's.
func (x *roll) value(name string) (value string, known bool) {
	at, known := x.byName[name]
	if x.byName == nil {
		at, known = lastWhere(x.entries, func(e *Entry) bool { return e.Name == name })
	}
	if !known {
		return "", false
	}
	return x.entries[at].Value, true
}

// name is what stands for a value.
func (x *roll) name(kind pii.Kind, value string) (name string, known bool) {
	at, known := x.byValue[original{kind, value}]
	if x.byName == nil {
		at, known = lastWhere(x.entries, func(e *Entry) bool { return e.Value == value && e.Kind == kind && value != "" })
	}
	if !known {
		return "", false
	}
	return x.entries[at].Name, true
}

func lastWhere(entries []Entry, is func(*Entry) bool) (int, bool) {
	for i := len(entries) - 1; i >= 0; i-- {
		if is(&entries[i]) {
			return i, true
		}
	}
	return 0, false
}

func (x *roll) add(e Entry) {
	x.entries = append(x.entries, e)
	n := len(x.entries)
	switch {
	case x.byName != nil:
		x.note(n - 1)
	case n > few:
		x.byName, x.byValue = make(map[string]int, 2*n), make(map[original]int, 2*n)
		for i := range x.entries {
			x.note(i)
		}
	}
}

func (x *roll) note(at int) {
	e := &x.entries[at]
	x.byName[e.Name] = at
	if e.Value != "" {
		x.byValue[original{e.Kind, e.Value}] = at
	}
}

// drop undoes the last n adds, none of which took a name or a value that was there.
func (x *roll) drop(n int) {
	keep := len(x.entries) - n
	for _, e := range x.entries[keep:] {
		delete(x.byName, e.Name)
		if e.Value != "" {
			delete(x.byValue, original{e.Kind, e.Value})
			label := label(e.Kind)
			x.last = slices.DeleteFunc(x.last, func(c numbered) bool { return c.label == label })
		}
	}
	clear(x.entries[keep:])
	x.entries = x.entries[:keep]
}

// count is where the numbers of a label are kept, from 0.
func (x *roll) count(label string) *int {
	for i := range x.last {
		if x.last[i].label == label {
			return &x.last[i].n
		}
	}
	x.last = append(x.last, numbered{label: label})
	return &x.last[len(x.last)-1].n
}

// hasNumbered says whether a number of this label has been given out here.
func (x *roll) hasNumbered(label string) bool {
	return slices.ContainsFunc(x.last, func(c numbered) bool { return c.label == label && c.n > 0 })
}
