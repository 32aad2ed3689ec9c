package oversight

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
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

// outType is what a guarded function returns. The desk knows those of the functions that it guards, so that a correction that does
// not fit is refused when it is submitted and not when it is delivered.
type outType struct {
	name string
	is   reflect.Type
	fits func(k *Desk, data []byte) error
	back func(k *Desk, data []byte, v any) error // whether data is all of v; nil: nobody asks
}

func typeOf[Out any]() *outType {
	t := reflect.TypeFor[Out]()
	name := t.String()
	if t.PkgPath() != "" {
		name = t.PkgPath() + "." + t.Name()
	}
	return &outType{name: name, is: t, back: back[Out], fits: func(k *Desk, data []byte) error {
		var out Out
		return k.codec.decode(data, &out)
	}}
}

// knows remembers what a function returns. Of two types of one name, as functions may each have of their own, neither is looked at.
func (k *Desk) knows(t *outType) {
	if !k.set() {
		return
	}
	if was, there := k.types.LoadOrStore(t.name, t); there && was.(*outType).is != t.is { //nolint:forcetypeassert // nothing else is stored
		k.types.Store(t.name, &outType{name: t.name, fits: func(*Desk, []byte) error { return nil }})
	}
}

// strict is JSON that refuses unknown fields, anything after the value, and a null where the type has none: JSON's own decoder would
// leave a zero there, and say nothing.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	if !bytes.Contains(data, []byte("null")) {
		return nil
	}
	again, err := json.Marshal(into)
	if err != nil {
		return err
	}
	var said, is any
	if err := errors.Join(json.Unmarshal(data, &said), json.Unmarshal(again, &is)); err != nil {
		return err
	}
	if lostNull(said, is) {
		return errNull
	}
	return nil
}

// lostNull says whether a null somewhere in what was said is something else in what was understood.
func lostNull(said, is any) bool {
	switch said := said.(type) {
	case nil:
		return is != nil
	case []any:
		list, _ := is.([]any)
		for i := range min(len(said), len(list)) {
			if lostNull(said[i], list[i]) {
				return true
			}
		}
	case map[string]any:
		object, _ := is.(map[string]any)
		for name, v := range said {
			for other, w := range object {
				if strings.EqualFold(name, other) && lostNull(v, w) {
					return true
				}
			}
		}
	}
	return false
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
