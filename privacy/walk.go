package privacy

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how many pointers, slices, maps and interfaces may stand inside each other.
const maxDepth = 64

// walker takes one value through its plan. It copies on the way back up, and only what changed; values that may contain
// themselves are copied on the way down, so that the copy contains itself too.
type walker struct {
	s     *Session
	show  bool
	loops bool
	seen  map[visit]reflect.Value
	ended bool   // an error stuck: nothing that follows matters
	name  string // of the field or key that is being walked
}

// visit tells one pointer, slice or map from another.
type visit struct {
	at  uintptr
	n   int
	typ reflect.Type
	how how
}

func (w *walker) fail(why string) {
	w.s.fail(refuse(w.s.in.d, why, nil))
	w.ended = true
}

// walk returns the value as it should be, and whether that differs from v.
func (w *walker) walk(p *plan, v reflect.Value, depth int) (reflect.Value, bool) {
	if p.inert || w.ended {
		return v, false
	}
	if depth > maxDepth {
		w.fail("the value is nested deeper than 64 pointers, slices and maps: pass a flatter one")
		return v, false
	}
	switch p.do {
	case doText:
		return w.text(p, v)
	case doOctets:
		return w.octets(p, v)
	case doRunes:
		return w.runes(p, v)
	case doRaw:
		return w.raw(p, v)
	case doErase:
		if w.show || v.IsZero() {
			return v, false
		}
		return reflect.Zero(p.typ), true
	case doFollow:
		return w.follow(p, v, depth)
	case doList:
		return w.list(p, v, depth)
	case doTable:
		return w.table(p, v, depth)
	case doRecord:
		return w.record(p, v, depth)
	case doOpen:
		return w.open(v, depth)
	case doBlind:
		if !v.IsZero() {
			w.fail("cannot see into " + p.why)
		}
	}
	return v, false
}

// under is walk for what stands in a field of that name.
func (w *walker) under(name string, p *plan, v reflect.Value, depth int) (reflect.Value, bool) {
	outer := w.name
	w.name = name
	got, changed := w.walk(p, v, depth)
	w.name = outer
	return got, changed
}

// change runs Hide or Show over one text.
func (w *walker) change(p *plan, value string) (string, bool) {
	var out string
	var changed bool
	if w.show {
		out, changed = w.s.show(value)
	} else {
		h := p.how
		h.name = w.name
		out, changed = w.s.hide(value, h)
	}
	if changed && out == "" && w.s.Err() != nil {
		w.ended = true
	}
	return out, changed
}

func (w *walker) text(p *plan, v reflect.Value) (reflect.Value, bool) {
	out, changed := w.change(p, v.String())
	if !changed {
		return v, false
	}
	n := reflect.New(p.typ).Elem()
	n.SetString(out)
	return n, true
}

func (w *walker) octets(p *plan, v reflect.Value) (reflect.Value, bool) {
	if v.Len() == 0 {
		return v, false
	}
	out, changed := w.change(p, string(v.Bytes()))
	if !changed {
		return v, false
	}
	return reflect.ValueOf([]byte(out)).Convert(p.typ), true
}

// runes takes numbers that may be a text. What is no rune would not come back, so that beside personal data it is refused.
func (w *walker) runes(p *plan, v reflect.Value) (reflect.Value, bool) {
	whole := true
	var text strings.Builder
	for i := range v.Len() {
		c := rune(v.Index(i).Int()) //nolint:gosec // the elements are runes
		whole = whole && utf8.ValidRune(c)
		text.WriteRune(c)
	}
	if text.Len() == 0 {
		return v, false
	}
	out, changed := w.change(p, text.String())
	if !changed {
		return v, false
	}
	if !whole || !utf8.ValidString(out) {
		w.fail("a []rune holds personal data beside numbers that are no runes: pass a string")
		return v, false
	}
	return reflect.ValueOf([]rune(out)).Convert(p.typ), true
}

func (w *walker) raw(p *plan, v reflect.Value) (reflect.Value, bool) {
	src := v.Bytes()
	if len(src) == 0 {
		return v, false
	}
	outer := w.name
	inner := *w // captured in w's place, so that a walk that meets no JSON costs no allocation
	out, changed, err := editJSON(src, func(name, value string) (string, bool) {
		inner.name = cmp.Or(name, outer)
		return inner.change(p, value)
	})
	w.ended = inner.ended
	if err != nil {
		w.fail("a json.RawMessage holds no valid JSON, so it cannot be inspected")
		return v, false
	}
	if !changed {
		return v, false
	}
	return reflect.ValueOf(out).Convert(p.typ), true
}

// copyOf is the copy made earlier of what v points to.
func (w *walker) copyOf(p *plan, v reflect.Value, n int) (reflect.Value, bool) {
	got, ok := w.seen[visit{v.Pointer(), n, p.typ, p.how}]
	return got, ok
}

func (w *walker) remember(p *plan, v reflect.Value, n int, made reflect.Value) {
	if w.seen == nil {
		w.seen = make(map[visit]reflect.Value)
	}
	w.seen[visit{v.Pointer(), n, p.typ, p.how}] = made
}

func (w *walker) follow(p *plan, v reflect.Value, depth int) (reflect.Value, bool) {
	if v.IsNil() {
		return v, false
	}
	if !w.loops {
		got, changed := w.walk(p.elem, v.Elem(), depth+1)
		if !changed {
			return v, false
		}
		n := reflect.New(p.typ.Elem())
		n.Elem().Set(got)
		return n.Convert(p.typ), true
	}
	if made, ok := w.copyOf(p, v, 0); ok {
		return made, true
	}
	n := reflect.New(p.typ.Elem())
	made := n.Convert(p.typ)
	w.remember(p, v, 0, made)
	n.Elem().Set(v.Elem())
	if got, changed := w.walk(p.elem, v.Elem(), depth+1); changed {
		n.Elem().Set(got)
	}
	return made, true
}

func (w *walker) list(p *plan, v reflect.Value, depth int) (reflect.Value, bool) {
	n := v.Len()
	if n == 0 {
		return v, false
	}
	var made reflect.Value
	if w.loops && !p.array {
		if made, ok := w.copyOf(p, v, n); ok {
			return made, true
		}
		made = w.likeList(p, v)
		w.remember(p, v, n, made)
	}
	for i := range n {
		got, changed := w.walk(p.elem, v.Index(i), depth+1)
		if !changed {
			continue
		}
		if !made.IsValid() {
			made = w.likeList(p, v)
		}
		made.Index(i).Set(got)
	}
	if !made.IsValid() {
		return v, false
	}
	return made, true
}

// likeList is a copy of a slice or array that can be set.
func (w *walker) likeList(p *plan, v reflect.Value) reflect.Value {
	if p.array {
		made := reflect.New(p.typ).Elem()
		made.Set(v)
		return made
	}
	made := reflect.MakeSlice(p.typ, v.Len(), v.Len())
	reflect.Copy(made, v)
	return made
}

func (w *walker) table(p *plan, v reflect.Value, depth int) (reflect.Value, bool) {
	if v.Len() == 0 {
		return v, false
	}
	if made, ok := w.copyOf(p, v, 0); ok && w.loops {
		return made, true
	}
	var made reflect.Value
	if w.loops {
		made = reflect.MakeMapWithSize(p.typ, v.Len())
		w.remember(p, v, 0, made)
	}
	pairs := sortedPairs(v)
	changed := w.loops
	for i := range pairs {
		var kc, vc bool
		name := ""
		if pairs[i].key.Kind() == reflect.String {
			name = pairs[i].key.String()
		}
		pairs[i].key, kc = w.under("", p.key, pairs[i].key, depth+1)
		pairs[i].value, vc = w.under(name, p.elem, pairs[i].value, depth+1)
		changed = changed || kc || vc
	}
	if !changed || w.ended {
		return v, false
	}
	if !made.IsValid() {
		made = reflect.MakeMapWithSize(p.typ, v.Len())
	}
	for _, kv := range pairs {
		made.SetMapIndex(kv.key, kv.value)
	}
	if made.Len() != v.Len() {
		w.fail("two keys of a map become the same when personal data is hidden: use an operator that keeps them apart, as Replace does")
		return v, false
	}
	return made, true
}

type pair struct{ key, value reflect.Value }

// sortedPairs gives a map's content in an order, so that placeholders are numbered alike every time.
func sortedPairs(v reflect.Value) []pair {
	pairs := make([]pair, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		pairs = append(pairs, pair{it.Key(), it.Value()})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		switch {
		case a.key.Kind() == reflect.String:
			return cmp.Compare(a.key.String(), b.key.String())
		case a.key.CanInt():
			return cmp.Compare(a.key.Int(), b.key.Int())
		case a.key.CanUint():
			return cmp.Compare(a.key.Uint(), b.key.Uint())
		case a.key.CanFloat():
			return cmp.Compare(a.key.Float(), b.key.Float())
		}
		return 0
	})
	return pairs
}

func (w *walker) record(p *plan, v reflect.Value, depth int) (reflect.Value, bool) {
	var made reflect.Value
	for i := range p.fields {
		f := &p.fields[i]
		if f.plan.inert {
			continue
		}
		got, changed := w.under(f.name, f.plan, v.FieldByIndex(f.index), depth)
		if !changed {
			continue
		}
		if !made.IsValid() {
			made = reflect.New(p.typ).Elem()
			made.Set(v)
		}
		made.FieldByIndex(f.index).Set(got)
	}
	if !made.IsValid() {
		return v, false
	}
	return made, true
}

// open looks into an interface: the type of what is in it has a plan of its own.
func (w *walker) open(v reflect.Value, depth int) (reflect.Value, bool) {
	if v.IsNil() {
		return v, false
	}
	in := v.Elem()
	if n, ok := longNumberIn(in); ok { // a placeholder finds room in an interface, whatever was there
		out, changed := w.change(&plan{}, n)
		return reflect.ValueOf(out), changed
	}
	got, changed := w.walk(outlineOf(in.Type()).root, in, depth+1)
	if !changed {
		return v, false
	}
	return got, true
}
