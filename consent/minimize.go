package consent

import (
	"context"
	"reflect"
	"sync"
	"unsafe"

	"github.com/fairlead-go/fairlead/internal/call"
)

// maxDepth bounds how deep Minimize follows pointers, slices and maps; deeper values are zeroed.
const maxDepth = 64

// tagName is the struct tag that names the purpose a field is for.
const tagName = "consent"

// Minimize takes from *v what the person has not agreed to: a field tagged `consent:"offers"` is set to its zero value unless the
// purpose "offers" is granted, so that a call runs with less instead of not at all. v must be a pointer; what is behind other
// pointers, in slices, in maps and in embedded structs is reached too. Elements of slices, arrays behind slices and maps are changed in copies of
// equal length, so that a caller's shared slice stays as it is. If the gate cannot answer, all tagged fields are zeroed and
// the error says why; a purpose that is denied is no error.
func (g *Gate) Minimize(ctx context.Context, subject string, v any) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return &InvalidError{Field: "Minimize", Why: "takes a pointer to the value that is to be minimised"}
	}
	if err := minimizable(rv.Type().Elem()); err != nil {
		return err
	}
	m := minimizer{granted: map[string]bool{}, copies: map[shared]reflect.Value{}}
	m.allowed = func(purpose string) bool {
		granted, asked := m.granted[purpose]
		if !asked {
			answer, err := g.answer(ctx, call.From(ctx), &Ask{Subject: subject, Purpose: purpose})
			if answer.Reason == ReasonUnavailable || answer.Reason == ReasonStale || answer.Reason == ReasonNoSubject {
				m.err = &DeniedError{Purpose: purpose, Reason: answer.Reason, Decision: call.From(ctx).ID(), Err: err}
			}
			granted = answer.Allowed
			m.granted[purpose] = granted
		}
		return granted && m.err == nil
	}
	m.value(rv.Elem(), maxDepth)
	if m.err != nil { // an answer before the failure may have left a field in place
		m.allowed = func(string) bool { return false }
		clear(m.copies)
		m.value(rv.Elem(), maxDepth)
	}
	return m.err
}

type minimizer struct {
	allowed func(purpose string) bool
	granted map[string]bool
	copies  map[shared]reflect.Value // made so far: what is shared stays shared, and a cycle ends
	err     error
}

// shared is the identity of what a pointer, slice or map refers to.
type shared struct {
	at  unsafe.Pointer
	len int
	t   reflect.Type
}

// value minimises v, which is settable.
func (m *minimizer) value(v reflect.Value, depth int) {
	if !planOf(v.Type()).tagged {
		return
	}
	if depth == 0 {
		v.SetZero()
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		m.fields(v, depth)
	case reflect.Array:
		for i := range v.Len() {
			m.value(v.Index(i), depth-1)
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if !v.IsNil() {
			v.Set(m.copyOf(v, depth))
		}
	}
}

// copyOf is the minimised copy of what v refers to.
func (m *minimizer) copyOf(v reflect.Value, depth int) reflect.Value {
	id := shared{at: v.UnsafePointer(), t: v.Type()}
	if v.Kind() == reflect.Slice {
		id.len = v.Len()
	}
	if own, ok := m.copies[id]; ok {
		return own
	}
	var own reflect.Value
	switch v.Kind() {
	case reflect.Pointer:
		own = reflect.New(v.Type().Elem())
		m.copies[id] = own
		own.Elem().Set(v.Elem())
		m.value(own.Elem(), depth-1)
	case reflect.Slice:
		own = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		m.copies[id] = own
		reflect.Copy(own, v)
		for i := range own.Len() {
			m.value(own.Index(i), depth-1)
		}
	default: // a map
		own = reflect.MakeMapWithSize(v.Type(), v.Len())
		m.copies[id] = own
		for it := v.MapRange(); it.Next(); {
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(it.Value())
			m.value(e, depth-1)
			own.SetMapIndex(it.Key(), e)
		}
	}
	return own
}

func (m *minimizer) fields(v reflect.Value, depth int) {
	for _, f := range planOf(v.Type()).fields {
		field := v.Field(f.index)
		if f.purpose == "" {
			m.value(field, depth-1)
		} else if !m.allowed(f.purpose) {
			field.SetZero()
		} else {
			m.value(field, depth-1)
		}
	}
}

// plan is what Minimize has to do for a type, worked out once.
type plan struct {
	tagged bool // somewhere in it stands a tag
	fields []field
	err    error // a tag that cannot be obeyed
}

type field struct {
	index   int
	purpose string // "": no tag, but one further in
}

var plans sync.Map // reflect.Type → *plan; as many as the program has types

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := makePlan(t)
	plans.Store(t, p)
	return p
}

func makePlan(t reflect.Type) *plan {
	p := &plan{tagged: holdsTag(t, map[reflect.Type]bool{})}
	if t.Kind() != reflect.Struct || !p.tagged {
		return p
	}
	for i := range t.NumField() {
		f := t.Field(i)
		purpose, tagged := f.Tag.Lookup(tagName)
		if tagged && purpose != "" && !f.IsExported() {
			p.err = &InvalidError{Field: t.String() + "." + f.Name, Why: "is tagged but not exported, so it could not be zeroed; export it"}
			return p
		}
		if purpose != "" || f.IsExported() && holdsTag(f.Type, map[reflect.Type]bool{}) {
			p.fields = append(p.fields, field{index: i, purpose: purpose})
		} else if !f.IsExported() && holdsTag(f.Type, map[reflect.Type]bool{}) {
			p.err = &InvalidError{Field: t.String() + "." + f.Name, Why: "holds tagged fields but is not exported, so they could not be zeroed; export it"}
			return p
		}
	}
	return p
}

// holdsTag says whether a tagged field stands anywhere in values of t.
func holdsTag(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsTag(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get(tagName) != "" || holdsTag(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// minimizable says whether every tag in t can be obeyed.
func minimizable(t reflect.Type) error { return checkType(t, map[reflect.Type]bool{}) }

func checkType(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return checkType(t.Elem(), seen)
	case reflect.Struct:
		if err := planOf(t).err; err != nil {
			return err
		}
		for i := range t.NumField() {
			if err := checkType(t.Field(i).Type, seen); err != nil {
				return err
			}
		}
	}
	return nil
}
