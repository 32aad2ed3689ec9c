package consent

import (
	"reflect"
	"sync"
)

// tagName is the struct tag that names the purpose a field is for.
const tagName = "consent"

// plan is what Minimize has to do for a type, worked out once.
type plan struct {
	tagged bool // somewhere in it stands a tag, or may stand one: behind an interface
	fields []field
	err    error // a tag that cannot be obeyed, here or further in
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
	p := &plan{tagged: holdsTag(t, map[reflect.Type]bool{}), err: misplaced(t, map[reflect.Type]bool{})}
	if t.Kind() == reflect.Struct && p.tagged {
		for i := range t.NumField() {
			f := t.Field(i)
			reached := f.IsExported() || promotes(f)
			if purpose := f.Tag.Get(tagName); reached && (purpose != "" || holdsTag(f.Type, map[reflect.Type]bool{})) {
				p.fields = append(p.fields, field{index: i, purpose: purpose})
			}
		}
	}
	plans.Store(t, p)
	return p
}

// promotes says whether the exported fields of an embedded struct can be set although its own name is not exported.
func promotes(f reflect.StructField) bool {
	return f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get(tagName) == ""
}

// holdsTag says whether a tagged field stands, or may stand, anywhere in values of t.
func holdsTag(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Map:
		return holdsTag(t.Key(), seen) && t.Key().Kind() != reflect.Interface || holdsTag(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return holdsTag(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get(tagName) != "" || (f.IsExported() || f.Type.Kind() != reflect.Interface) && holdsTag(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// misplaced is about the first tag in t that could not be obeyed, nil if there is none.
func misplaced(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map:
		if statesTag(t.Key(), map[reflect.Type]bool{}) {
			return &InvalidError{Field: t.String(), Why: "has tagged fields in its keys, which cannot be zeroed; tag the map, or move them into the values"}
		}
		return misplaced(t.Elem(), seen)
	case reflect.Chan:
		if statesTag(t.Elem(), map[reflect.Type]bool{}) {
			return &InvalidError{Field: t.String(), Why: "would carry tagged fields past the gate; minimise what is sent"}
		}
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return misplaced(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() && !promotes(f) && (f.Tag.Get(tagName) != "" || statesTag(f.Type, map[reflect.Type]bool{})) {
				return &InvalidError{Field: t.String() + "." + f.Name, Why: "holds tagged fields but is not exported, so they could not be zeroed; export it"}
			}
			if err := misplaced(f.Type, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// statesTag says whether a tag is written anywhere in t; what an interface may hold does not count.
func statesTag(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Map:
		return statesTag(t.Key(), seen) || statesTag(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return statesTag(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.Tag.Get(tagName) != "" || statesTag(f.Type, seen) {
				return true
			}
		}
	}
	return false
}
