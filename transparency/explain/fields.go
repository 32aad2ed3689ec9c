package explain

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Field is one thing about an input that may count: a player in Shapley's sense.
type Field[In any] struct {
	// Name in words a customer knows. Required.
	Name string
	// Copy makes the field of dst what it is in src. It must change nothing else, and nothing that src shares. Required.
	Copy func(dst, src *In)
	// Words says the field's value in words: "2,400 a month". Default: the factor has a name only.
	Words func(in *In) string
}

// Fields are what may count about an input. Fields that are not listed stay as they are in the input to explain.
type Fields[In any] struct {
	// List has at most 255 fields with different names. Required.
	List []Field[In]
	// Clone makes a copy that can be changed without changing the original. Default: assignment, which is enough for a struct
	// whose listed fields are copied whole. Required where the input is itself a slice, a map or a pointer.
	Clone func(In) In
}

// Group joins fields into one that counts as a whole, such as the columns of a one-hot code.
func Group[In any](name string, fields ...Field[In]) Field[In] {
	fields = slices.Clone(fields)
	return Field[In]{Name: name, Copy: func(dst, src *In) {
		for i := range fields {
			fields[i].Copy(dst, src)
		}
	}}
}

// StructFields lists the exported fields of the struct In, named by their tag `explain:"name"` or else as in Go. A field
// tagged "-" is left out; fields with the same tagged name are one group. It panics if In is no struct: call it when wiring.
// Fields written by hand, without reflection, run several times as fast.
func StructFields[In any]() Fields[In] {
	t := reflect.TypeFor[In]()
	if t.Kind() != reflect.Struct {
		panic("explain: StructFields: " + t.String() + " is no struct: list its fields by hand")
	}
	var out Fields[In]
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := sf.Tag.Get("explain")
		if !sf.IsExported() || tag == "-" {
			continue
		}
		name := tag
		if name == "" {
			name = sf.Name
		}
		f := Field[In]{
			Name: name,
			Copy: func(dst, src *In) { reflect.ValueOf(dst).Elem().Field(i).Set(reflect.ValueOf(src).Elem().Field(i)) },
			Words: func(in *In) string {
				return fmt.Sprint(reflect.ValueOf(in).Elem().Field(i).Interface())
			},
		}
		if at := slices.IndexFunc(out.List, func(have Field[In]) bool { return have.Name == name }); at >= 0 {
			out.List[at] = Group(name, out.List[at], f)
			continue
		}
		out.List = append(out.List, f)
	}
	return out
}

// MapFields lists keys of a map as fields; a key that is missing in one input is missing in the mixed one too.
func MapFields[K comparable, V any](keys ...K) Fields[map[K]V] {
	out := Fields[map[K]V]{Clone: maps.Clone[map[K]V]}
	for _, k := range keys {
		out.List = append(out.List, Field[map[K]V]{
			Name: fmt.Sprint(k),
			Copy: func(dst, src *map[K]V) {
				v, ok := (*src)[k]
				switch {
				case ok && *dst == nil:
					*dst = map[K]V{k: v}
				case ok:
					(*dst)[k] = v
				default:
					delete(*dst, k)
				}
			},
			Words: func(in *map[K]V) string {
				if v, ok := (*in)[k]; ok {
					return fmt.Sprint(v)
				}
				return ""
			},
		})
	}
	return out
}

// maxFields keeps a coalition's size in a byte.
const maxFields = 255

func (fs *Fields[In]) check() error {
	switch {
	case len(fs.List) == 0:
		return fail(ErrInvalid, "no fields: list what may count", nil)
	case len(fs.List) > maxFields:
		return fail(ErrInvalid, "more than 255 fields: group some", nil)
	}
	if err := fs.own(); err != nil {
		return err
	}
	for i := range fs.List {
		f := &fs.List[i]
		if strings.TrimSpace(f.Name) == "" || f.Copy == nil {
			return fail(ErrInvalid, "a field needs a Name and a Copy", nil)
		}
		for j := range i {
			if fs.List[j].Name == f.Name {
				return fail(ErrInvalid, "two fields have the same name", nil)
			}
		}
	}
	return nil
}

// own refuses inputs that copies by assignment would share: mixing them would write into the caller's.
func (fs *Fields[In]) own() error {
	switch kind := reflect.TypeFor[In]().Kind(); kind {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if fs.Clone == nil {
			return fail(ErrInvalid, "copies of a "+kind.String()+" share what is in it: set Fields.Clone, such as slices.Clone or maps.Clone", nil)
		}
	}
	return nil
}

func (fs *Fields[In]) clone(in In) In {
	if fs.Clone != nil {
		return fs.Clone(in)
	}
	return in
}
