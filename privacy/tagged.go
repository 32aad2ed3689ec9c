package privacy

import (
	"reflect"
	"runtime"
	"strings"
)

// HideTagged hides the personal data in a value by its struct tags, in a copy: `privacy:"email"` says that the whole field is an
// e-mail address (any kind of package pii, or email, phone, card, iban, ip, ssn, name, birthdate), `privacy:"mask"` or
// `privacy:"card,mask=4"` states the operator (replace, mask, remove, keep), `privacy:"-"` leaves a field alone, and strings
// without a tag are scanned. It follows embedded structs, pointers, slices, arrays, maps (keys too), []byte and
// json.RawMessage. Numbers, booleans, time.Time and uuid.UUID stay as they are.
//
// The copy is no deeper than needed: what holds nothing to hide is shared with v, which is never changed. Values may
// contain themselves. A session refuses what is nested deeper than 64 pointers, slices and maps, and types with a part
// that cannot be seen into (unexported, interface, func, chan) and is not tagged "-"; Wrap panics over those when wiring.
func HideTagged[T any](s *Session, v T) T { return tagged(s, v, false) }

// ShowTagged turns the placeholders in a value back, in a copy, in every text that HideTagged would scan or hide.
func ShowTagged[T any](s *Session, v T) T { return tagged(s, v, true) }

func tagged[T any](s *Session, v T, show bool) T {
	var none T
	if s.Err() != nil {
		return none
	}
	o := outlineOf(reflect.TypeFor[T]())
	if why := o.advice(); why != "" {
		s.fail(refuse(s.in.d, why, nil))
		return none
	}
	src := reflect.ValueOf(&v).Elem()
	if !show && !src.IsZero() {
		s.in.look()
	}
	if o.root.inert {
		return v
	}
	w := walker{s: s, show: show, loops: o.loops}
	got, changed := w.walk(o.root, src, 0)
	if s.Err() != nil {
		return none
	}
	if changed {
		src.Set(got) // v is this function's own
	}
	return v
}

// mustSee panics at wiring when fn is HideTagged or ShowTagged and the type has a part they cannot see into. A function that only
// calls them cannot be told by its name; its first call refuses instead.
func mustSee[T any](where, what string, fn any) {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return
	}
	name := f.Name()
	if !strings.HasPrefix(name, ownPath+".HideTagged[") && !strings.HasPrefix(name, ownPath+".ShowTagged[") {
		return
	}
	if why := outlineOf(reflect.TypeFor[T]()).advice(); why != "" {
		panic("fairlead: " + where + ": " + what + " " + why)
	}
}

// ownPath is this package's import path, as function names show it.
var ownPath = reflect.TypeFor[Session]().PkgPath()
