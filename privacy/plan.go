package privacy

import (
	"encoding/json"
	"net"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// A plan says, for a type, where text can be in its values. It is compiled once for a type and then only followed.

// action is what a walk does with a value.
type action uint8

const (
	doLeave  action = iota // numbers, times, what is tagged "-"
	doErase                // tagged "remove" and no text: becomes its zero value
	doText                 // a string
	doOctets               // bytes that may be text
	doRunes                // a text as a slice of runes
	doRaw                  // json.RawMessage
	doFollow               // a pointer
	doList                 // a slice or an array
	doTable                // a map
	doRecord               // a struct
	doOpen                 // an interface: what is in it decides
	doBlind                // cannot be seen into
)

type plan struct {
	do     action
	typ    reflect.Type
	how    how
	elem   *plan
	key    *plan
	fields []field
	why    string // where it is and why it cannot be seen into; "" if it can
	inert  bool   // nothing at or below it ever needs work
	array  bool
}

type field struct {
	index []int // more than one for a field of an embedded struct whose type is not exported
	plan  *plan
	name  string
}

// outline is the plan of a whole type.
type outline struct {
	root  *plan
	blind []string // paths of what cannot be seen into, with the reason
	loops bool     // values may contain themselves
}

type planKey struct {
	typ reflect.Type
	tag tag
}

var plans sync.Map // of reflect.Type to *outline: as many as there are types in the program

func outlineOf(t reflect.Type) *outline {
	if o, ok := plans.Load(t); ok {
		return o.(*outline) //nolint:forcetypeassert // plans holds nothing else
	}
	c := compiler{o: &outline{}, made: make(map[planKey]*plan), under: make(map[*plan]bool)}
	c.o.root = c.compile(t, tag{}, strings.TrimRight(typeName(t), "[]"))
	c.settle()
	o, _ := plans.LoadOrStore(t, c.o)
	return o.(*outline) //nolint:forcetypeassert // plans holds nothing else
}

type compiler struct {
	o     *outline
	made  map[planKey]*plan
	all   []*plan
	under map[*plan]bool // being compiled: meeting one again is a loop
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	uuidType   = reflect.TypeFor[uuid.UUID]()
	rawType    = reflect.TypeFor[json.RawMessage]()
	numberType = reflect.TypeFor[json.Number]()
	runeType   = reflect.TypeFor[rune]()
	ipType     = reflect.TypeFor[net.IP]()
	ipMaskType = reflect.TypeFor[net.IPMask]()
)

// compile makes the plan of a type that stands under a tag.
func (c *compiler) compile(t reflect.Type, tg tag, path string) *plan {
	key := planKey{t, tg}
	if p := c.made[key]; p != nil {
		c.o.loops = c.o.loops || c.under[p]
		return p
	}
	p := &plan{typ: t}
	c.made[key] = p
	c.all = append(c.all, p)
	c.under[p] = true
	defer delete(c.under, p)
	if tg.skip {
		return p
	}
	p.how = tg.how()
	switch t.Kind() {
	case reflect.String:
		p.do = doText
	case reflect.Pointer:
		p.do = doFollow
		p.elem = c.compile(t.Elem(), tg, path)
	case reflect.Slice, reflect.Array:
		c.sequence(p, t, tg, path)
	case reflect.Map:
		p.do = doTable
		p.key = c.compile(t.Key(), tg, path+"[]key")
		p.elem = c.compile(t.Elem(), tg, path+"[]")
	case reflect.Struct:
		if t == timeType {
			c.number(p, tg, path)
			break
		}
		p.do = doRecord
		c.structure(p, t, tg, path, nil)
	case reflect.Interface:
		p.do = doOpen
		c.o.loops = true
		p.why = c.cannot(path, "it is an interface")
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		p.do = doBlind
		p.why = c.cannot(path, "it is a "+t.Kind().String())
	default:
		c.number(p, tg, path)
	}
	return p
}

// number plans what holds no text: it stays, unless a tag says it is personal data.
func (c *compiler) number(p *plan, tg tag, path string) {
	switch {
	case tg.op == "remove":
		p.do = doErase
	case tg.kind != "" && tg.op != "keep":
		p.do = doBlind
		p.why = c.cannot(path, "it is tagged as personal data, but "+p.typ.String()+
			` cannot hold a placeholder: make it a string, or tag it "remove"`)
	}
}

func (c *compiler) sequence(p *plan, t reflect.Type, tg tag, path string) {
	p.array = t.Kind() == reflect.Array
	switch {
	case t == uuidType:
		c.number(p, tg, path)
	case t == rawType:
		p.do = doRaw
	case t == ipType || t == ipMaskType:
		p.do = doBlind
		p.why = c.cannot(path, "it is a "+t.String()+", an address in binary: make it a string")
	case t.Elem() == runeType && !p.array:
		p.do = doRunes
	case t.Elem().Kind() != reflect.Uint8:
		p.do = doList
		p.elem = c.compile(t.Elem(), tg, path+"[]")
	case p.array:
		p.do = doBlind
		p.why = c.cannot(path, "it is an array of bytes, which may hold text and has no room for a placeholder")
	default:
		p.do = doOctets
	}
}

// structure plans the fields of a struct. The exported fields of an embedded struct whose type is not exported can be reached,
// the struct itself cannot be set: its fields are planned as the outer one's.
func (c *compiler) structure(p *plan, t reflect.Type, under tag, path string, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(index[:len(index):len(index)], i)
		where := path + "." + f.Name
		tg, stated := tagOf(f)
		if !stated {
			tg = under
		}
		switch {
		case tg.skip || f.Name == "_":
		case f.IsExported():
			p.fields = append(p.fields, field{at, c.compile(f.Type, tg, where), f.Name})
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			c.structure(p, f.Type, tg, where, at)
		default:
			p.fields = append(p.fields, field{at, &plan{do: doBlind, typ: f.Type, why: c.cannot(where, "it is unexported")}, f.Name})
		}
	}
}

func (c *compiler) cannot(path, why string) string {
	c.o.blind = append(c.o.blind, path+" ("+why+")")
	return path + " (" + why + ")"
}

// settle finds out what needs no walk: everything from which no text can be reached.
func (c *compiler) settle() {
	for _, p := range c.all {
		p.inert = p.do == doLeave || p.do == doFollow || p.do == doList || p.do == doTable || p.do == doRecord
	}
	busy := func(p *plan) bool { return p != nil && !p.inert }
	for changed := true; changed; {
		changed = false
		for _, p := range c.all {
			if !p.inert {
				continue
			}
			need := busy(p.elem) || busy(p.key)
			for _, f := range p.fields {
				need = need || busy(f.plan)
			}
			if need {
				p.inert, changed = false, true
			}
		}
	}
}

// advice is what to do about the first thing that cannot be seen into; "" if there is none.
func (o *outline) advice() string {
	if len(o.blind) == 0 {
		return ""
	}
	more := ""
	if len(o.blind) > 1 {
		more = ", nor into " + strings.Join(o.blind[1:], ", ")
	}
	return "cannot see into " + o.blind[0] + more + `: export it and give it a type that holds text, or tag it privacy:"-" to pass it on as it is`
}

// typeName is where a path begins.
func typeName(t reflect.Type) string {
	switch {
	case t.Name() != "":
		return t.Name()
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem())
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map:
		return typeName(t.Elem()) + "[]"
	}
	return t.Kind().String() // a struct or interface without a name
}
