package oversight

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
)

// What a person approves is what is delivered, so a held answer has to come back from its storage as it went in. What a type cannot
// do is found at wiring (mustDecode), what a value does not is found before it is held (outType.back).

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
	writes, reads := ownJSON(t)
	if seen[t] || writes && reads {
		return "", ""
	}
	seen[t] = true
	switch {
	case writes:
		return path, "writes itself as JSON and cannot read that back: give " + t.String() + " an UnmarshalJSON"
	case reads:
		return path, "reads itself from JSON and does not write that: give " + t.String() + " a MarshalJSON"
	}
	switch t.Kind() {
	case reflect.Interface:
		// An empty interface inside a value comes back as JSON's own types, as everyone who uses one with JSON knows.
		if t.NumMethod() > 0 || len(seen) == 1 {
			return path, "is an interface, so that nobody knows which type to make of it"
		}
	case reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		return path, "is a " + t.Kind().String() + ", which cannot be stored"
	case reflect.Map:
		if !keyed(t.Key()) {
			return path, "is a map whose keys JSON cannot write"
		}
		return lossy(t.Elem(), path, seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return lossy(t.Elem(), path, seen)
	case reflect.Struct:
		return lossyFields(t, path, seen)
	}
	return "", ""
}

func lossyFields(t reflect.Type, path string, seen map[reflect.Type]bool) (where, why string) {
	if twice := ambiguous(t); twice != "" {
		return path + "." + twice, "has the JSON name of another field, so JSON leaves both out"
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("json") == "-" {
			continue // left out on purpose: a value there is refused when it is to be held
		}
		at := path + "." + f.Name
		switch {
		case f.IsExported():
		case !f.Anonymous || f.Type.Kind() != reflect.Struct && f.Type.Kind() != reflect.Pointer:
			return at, "is unexported, so JSON leaves it out"
		case f.Type.Kind() == reflect.Pointer:
			return at, "is a pointer to an unexported type, which JSON cannot make"
		}
		if where, why := lossy(f.Type, at, seen); why != "" {
			return where, why
		}
	}
	return "", ""
}

// keyed says whether JSON writes and reads keys of a type.
func keyed(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return t.Implements(textMarshaler) && reflect.PointerTo(t).Implements(textUnmarshaler)
}

// member is a field as encoding/json sees it.
type member struct {
	path   string
	depth  int
	tagged bool
}

// ambiguous names a field that encoding/json leaves out because another one of the same depth has its name, both with a tag or both
// without. A field that one further out hides is none: what it holds is looked at before it is held.
func ambiguous(t reflect.Type) string {
	names := map[string][]member{}
	var order []string
	var visit func(t reflect.Type, path string, depth int)
	visit = func(t reflect.Type, path string, depth int) {
		for i := range t.NumField() {
			f := t.Field(i)
			tag := f.Tag.Get("json")
			name, _, _ := strings.Cut(tag, ",")
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			switch {
			case tag == "-":
			case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
				if depth < maxDepth { // a type may embed a pointer to itself
					visit(inner, path+f.Name+".", depth+1)
				}
			case f.IsExported():
				m := member{path: path + f.Name, depth: depth, tagged: name != ""}
				if name == "" {
					name = f.Name
				}
				if names[name] == nil {
					order = append(order, name)
				}
				names[name] = append(names[name], m)
			}
		}
	}
	visit(t, "", 0)
	for _, name := range order {
		if lost := undominated(names[name]); lost != "" {
			return lost
		}
	}
	return ""
}

// undominated names the last of the fields of one name if none of them wins: the least deep one does, and of several those a single one
// with a tag.
func undominated(fields []member) string {
	least, plain, tagged := maxDepth+1, 0, 0
	last := ""
	for _, m := range fields {
		if m.depth < least {
			least, plain, tagged = m.depth, 0, 0
		}
		if m.depth > least {
			continue
		}
		last = m.path
		if m.tagged {
			tagged++
		} else {
			plain++
		}
	}
	if tagged == 1 || tagged == 0 && plain == 1 {
		return ""
	}
	return last
}

var (
	jsonMarshaler   = reflect.TypeFor[json.Marshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// ownJSON says whether a type writes and reads itself.
func ownJSON(t reflect.Type) (writes, reads bool) {
	if t.Kind() == reflect.Interface {
		return false, false
	}
	p := reflect.PointerTo(t)
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler), p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler)
}

// lostError says which part of a value does not come back: names of the program's own types and fields, and nothing of the value.
type lostError struct{ path string }

func (e *lostError) Error() string {
	return "oversight: " + e.path + " does not come back from JSON as it went in"
}

// halved is the refusal of an answer that cannot be held, with the part that is lost, where that is known.
func halved(d *call.Decision, err error) error {
	why := "the output would not come back as it is, so nobody can approve it"
	if lost, ok := errors.AsType[*lostError](err); ok {
		why += " (" + lost.path + ")"
	}
	return call.Refuse(d, call.StageOversight, why+"; set oversight.Options.Codec, or return a type that JSON gives back whole", err)
}

var errNotAgain = errors.New("oversight: what Codec.Decode gives back is encoded otherwise than what it was made of")

// back decodes what was kept of a value and refuses it if that is not the value any more.
func back[Out any](k *Desk, data []byte, v any) error {
	var got Out
	if err := k.codec.decode(data, &got); err != nil {
		return err
	}
	if k.codec != nil { // what is equal is for its author to say: what is written alike
		again, err := k.codec.encode(got)
		if err == nil && !bytes.Equal(again, data) {
			err = errNotAgain
		}
		return err
	}
	said, _ := v.(Out)
	_, err := guard(func() ([]byte, error) {
		return nil, same(reflect.ValueOf(&said).Elem(), reflect.ValueOf(&got).Elem(), reflect.TypeFor[Out]().String(), 0)
	})
	return err
}

// same compares a value with what came back of it. A nil slice or map and an empty one are one value.
func same(a, b reflect.Value, path string, depth int) error {
	lost := &lostError{path}
	if depth > maxDepth {
		return lost
	}
	if writes, reads := ownJSON(a.Type()); writes && reads && a.CanInterface() {
		if !sameJSON(a, b) {
			return lost
		}
		// A struct that embeds a type with JSON of its own writes that one and nothing else, unless it has JSON of its own, too.
		if a.Kind() == reflect.Struct && embedsJSON(a.Type()) {
			return sameFields(a, b, path, depth)
		}
		return nil
	}
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return lost.unless(a.IsNil() && b.IsNil())
		}
		return same(a.Elem(), b.Elem(), path, depth+1)
	case reflect.Interface:
		return lost.unless(loosely(a.Elem(), b.Elem(), depth+1))
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return lost
		}
		for i := range a.Len() {
			if err := same(a.Index(i), b.Index(i), path, depth+1); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		return sameMap(a, b, path, depth)
	case reflect.Struct:
		return sameFields(a, b, path, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return lost.unless(a.IsNil() && b.IsNil())
	}
	return lost.unless(a.Equal(b))
}

func (e *lostError) unless(ok bool) error {
	if ok {
		return nil
	}
	return e
}

func sameMap(a, b reflect.Value, path string, depth int) error {
	if a.Len() != b.Len() {
		return &lostError{path}
	}
	for it := a.MapRange(); it.Next(); {
		there := b.MapIndex(it.Key())
		if !there.IsValid() {
			return &lostError{path}
		}
		if err := same(it.Value(), there, path, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func sameFields(a, b reflect.Value, path string, depth int) error {
	t := a.Type()
	for i := range t.NumField() {
		if err := same(a.Field(i), b.Field(i), path+"."+t.Field(i).Name, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func sameJSON(a, b reflect.Value) bool {
	one, err := json.Marshal(a.Interface())
	two, err2 := json.Marshal(b.Interface())
	return err == nil && err2 == nil && bytes.Equal(one, two)
}

func embedsJSON(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && t.NumField() > 1 {
			if writes, _ := ownJSON(f.Type); writes {
				return true
			}
		}
	}
	return false
}

// loosely compares what stood in an empty interface with what JSON makes of it: a number of another type that is the same number, a
// list, a map by strings. Whatever else stood there has become something else.
func loosely(a, b reflect.Value, depth int) bool {
	for a.Kind() == reflect.Interface {
		a = a.Elem()
	}
	for b.Kind() == reflect.Interface {
		b = b.Elem()
	}
	if !a.IsValid() || !b.IsValid() {
		return !a.IsValid() && !b.IsValid()
	}
	if depth > maxDepth {
		return false
	}
	if writes, _ := ownJSON(a.Type()); writes {
		return false
	}
	switch a.Kind() {
	case reflect.Bool, reflect.String:
		return a.Type() != numberType && a.Kind() == b.Kind() && a.Equal(b.Convert(a.Type()))
	case reflect.Slice, reflect.Array:
		if b.Kind() != reflect.Slice || a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !loosely(a.Index(i), b.Index(i), depth+1) {
				return false
			}
		}
		return true
	case reflect.Map:
		if b.Kind() != reflect.Map || a.Type().Key().Kind() != reflect.String || a.Len() != b.Len() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if !loosely(it.Value(), b.MapIndex(it.Key().Convert(b.Type().Key())), depth+1) {
				return false
			}
		}
		return true
	}
	return b.Kind() == reflect.Float64 && sameNumber(a, b.Float())
}

var numberType = reflect.TypeFor[json.Number]()

func sameNumber(a reflect.Value, f float64) bool {
	const exact = 1 << 53 // up to there a float64 holds every whole number
	switch {
	case a.CanInt():
		return int64(f) == a.Int() && -exact <= f && f <= exact
	case a.CanUint():
		return f >= 0 && f <= exact && uint64(f) == a.Uint()
	case a.CanFloat():
		return a.Float() == f || a.Kind() == reflect.Float32 && float32(f) == float32(a.Float())
	}
	return false
}
