package oversight

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// Codec is how what a function returns is kept while it waits, and how a reviewer's correction becomes such a value. A nil Codec is
// JSON, refusing unknown fields; it needs an Out that JSON gives back whole: no interfaces with methods, no unexported
// fields, no two fields of one name, which Wrap and Approve check at wiring when the policy can hold. A value that does not come back
// as it went in (text that is not UTF-8, a field tagged "-" that is set) is refused before it is held: [ErrRefused].
type Codec struct {
	// Encode writes a value. What it writes is shown to reviewers, so it must be JSON. Required.
	Encode func(v any) ([]byte, error)
	// Decode reads what Encode or a reviewer wrote into the value that into points to, and refuses what it does not know. What it reads
	// of Encode's must be encoded alike again, or it is refused before it is held. Required.
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
	back func(k *Desk, data []byte, v any) error // whether data is all of v; nil: nobody asks
}

func typeOf[Out any]() *outType {
	t := reflect.TypeFor[Out]()
	name := t.String()
	if t.PkgPath() != "" {
		name = t.PkgPath() + "." + t.Name()
	}
	return &outType{name: name, back: back[Out], fits: func(k *Desk, data []byte) error {
		var out Out
		return k.codec.decode(data, &out)
	}}
}

// strict is JSON that refuses unknown fields, anything after the value, and a null for what is no pointer, list or map: JSON's own
// decoder would leave a zero there, and say nothing.
func strict(data []byte, into any) error {
	if string(bytes.TrimSpace(data)) == "null" && !nullable(reflect.TypeOf(into)) {
		return errNull
	}
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

// nullable says whether a null stands for a value of the type that p points to.
func nullable(p reflect.Type) bool {
	if p == nil || p.Kind() != reflect.Pointer {
		return true // the decoder has its own words for that
	}
	switch p.Elem().Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return p.Implements(jsonUnmarshaler)
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
	errNull     = errors.New("oversight: null is no value of this type")
)
