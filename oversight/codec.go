package oversight

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// Codec is how what a function returns is kept while it waits, and how a reviewer's correction becomes such a value. A nil Codec is
// JSON, refusing unknown fields; it needs an Out that JSON gives back whole: no interfaces with methods and no unexported
// fields, which Wrap and Approve check at wiring when the policy can hold.
type Codec struct {
	// Encode writes a value. What it writes is shown to reviewers, so it must be JSON. Required.
	Encode func(v any) ([]byte, error)
	// Decode reads what Encode or a reviewer wrote into the value that into points to, and refuses what it does not know.
	// Required.
	Decode func(data []byte, into any) error
}

func (c *Codec) encode(v any) ([]byte, error) {
	if _, own := v.(*reply); c == nil || own { // a user's codec knows the user's types
		return marshal(v)
	}
	data, err := guard(func() ([]byte, error) { return c.Encode(v) })
	if err != nil {
		return nil, err
	}
	if !json.Valid(data) {
		return nil, errNotJSON
	}
	// What is sealed must be what the entry's own JSON gives back: compact, and escaped as encoding/json does it.
	return json.Marshal(json.RawMessage(data))
}

func (c *Codec) decode(data []byte, into any) error {
	_, err := guard(func() ([]byte, error) {
		if _, own := into.(**reply); c == nil || own {
			return nil, strict(data, into)
		}
		return nil, c.Decode(data, into)
	})
	return err
}

// outType is what a guarded function returns. The desk remembers the types of the calls it held, so that a correction that does
// not fit is refused when it is submitted and not when it is delivered.
type outType struct {
	name string
	fits func(k *Desk, data []byte) error
}

func typeOf[Out any]() *outType {
	t := reflect.TypeFor[Out]()
	name := t.String()
	if t.PkgPath() != "" {
		name = t.PkgPath() + "." + t.Name()
	}
	return &outType{name: name, fits: func(k *Desk, data []byte) error {
		var out Out
		return k.codec.decode(data, &out)
	}}
}

// strict is JSON that refuses unknown fields and anything after the value.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

func marshal(v any) ([]byte, error) {
	return guard(func() ([]byte, error) { return json.Marshal(v) })
}

// guard turns the panic of a user's codec, or of a MarshalJSON, into an error.
func guard(f func() ([]byte, error)) (data []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			data, err = nil, panicked(r)
		}
	}()
	return f()
}

var (
	errNotJSON  = errors.New("oversight: Codec.Encode wrote something that is not JSON")
	errTrailing = errors.New("oversight: more than one JSON value")
)

// mustDecode panics at wiring when a held Out would not come back from JSON as it went in: what is left out there would be delivered
// as a zero, after a person approved something else.
func mustDecode[Out any](where string, desk *Desk) {
	if !desk.set() || desk.codec != nil || !desk.policy.holds() {
		return
	}
	t := reflect.TypeFor[Out]()
	if path, why := lossy(t, t.String(), map[reflect.Type]bool{}); why != "" {
		panic("fairlead: " + where + ": the policy can hold calls, and a held " + path + " " + why +
			": set oversight.Options.Codec, or return a type that JSON gives back whole")
	}
}

// lossy names the first part of a type that encoding/json would not give back.
func lossy(t reflect.Type, path string, seen map[reflect.Type]bool) (where, why string) {
	if seen[t] || ownJSON(t) {
		return "", ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		// An empty interface inside a value comes back as JSON's own types, as everyone who uses one with JSON knows.
		if t.NumMethod() > 0 || len(seen) == 1 {
			return path, "is an interface, so that nobody knows which type to make of it"
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		return path, "is a " + t.Kind().String() + ", which cannot be stored"
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return lossy(t.Elem(), path, seen)
	case reflect.Struct:
		for f := range fieldsOf(t) {
			if f.Tag.Get("json") == "-" {
				continue // left out on purpose
			}
			if !f.IsExported() && !f.Anonymous {
				return path + "." + f.Name, "is unexported, so JSON leaves it out"
			}
			if where, why := lossy(f.Type, path+"."+f.Name, seen); why != "" {
				return where, why
			}
		}
	}
	return "", ""
}

func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// ownJSON says whether a type writes and reads itself.
func ownJSON(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) && p.Implements(jsonUnmarshaler) ||
		p.Implements(textMarshaler) && p.Implements(textUnmarshaler)
}
