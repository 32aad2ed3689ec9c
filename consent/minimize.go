package consent

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/fairlead-go/fairlead/internal/call"
)

// maxDepth bounds how deep Minimize follows a value.
const maxDepth = 64

// Minimize takes from *v what the person has not agreed to: a field tagged `consent:"offers"` is set to its zero value unless the
// purpose "offers" is granted, so that a call runs with less instead of not at all. v must be a pointer. Embedded structs, pointers,
// slices, maps and interfaces are followed, 64 deep; what lies behind them is changed in copies of equal length, so that others who
// share it keep theirs. Recipient, jurisdiction and the signal of the browser are those of WithAsk. A purpose that is denied is no error. If the gate cannot answer, or the value is deeper than that, all
// tagged fields that can be reached are zeroed and the error says why. A tag that could not be obeyed, on a field that is not
// exported, in the keys of a map or behind a channel, is an *InvalidError, and the value stays as it is: do not use it.
func (g *Gate) Minimize(ctx context.Context, subject string, v any) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return &InvalidError{Field: "Minimize", Why: "takes a pointer to the value that is to be minimised"}
	}
	if ctx == nil {
		ctx = context.Background()
	}
	if err := planOf(rv.Type().Elem()).err; err != nil {
		return err
	}
	ask := Ask{Subject: subject}
	ask.fill(ctx)
	ask.Also = nil // of the call; each field has a purpose of its own
	m := minimizer{granted: map[string]bool{}, copies: map[shared]reflect.Value{}}
	m.allowed = func(purpose string) bool { return m.err == nil && m.asks(ctx, g, ask, purpose) }
	if reason, cause := g.ready(ctx, ask.AtLeast); reason != "" { // also where nothing is tagged: a gate that cannot answer says so
		m.err = &DeniedError{Reason: reason, Decision: call.From(ctx).ID(), Err: cause}
	}
	m.value(rv.Elem(), maxDepth)
	if m.err != nil { // an answer before the failure may have left a field in place
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

// asks asks the gate for a purpose, once.
func (m *minimizer) asks(ctx context.Context, g *Gate, ask Ask, purpose string) bool {
	if granted, asked := m.granted[purpose]; asked {
		return granted
	}
	var answer Answer
	ask.Purpose = purpose
	_, err := g.answer(ctx, call.From(ctx), &ask, &answer)
	switch answer.Reason {
	case ReasonUnavailable, ReasonStale, ReasonNoSubject:
		m.err = &DeniedError{Purpose: purpose, Reason: answer.Reason, Decision: call.From(ctx).ID(), Err: err}
	}
	m.granted[purpose] = answer.Allowed
	return answer.Allowed
}

// shared is the identity of what a pointer, slice or map refers to.
type shared struct {
	at  unsafe.Pointer
	len int
	t   reflect.Type
}

// value minimises v, which is settable, or a struct whose exported fields are.
func (m *minimizer) value(v reflect.Value, depth int) {
	p := planOf(v.Type())
	if p.err != nil && m.err == nil { // only behind an interface: the rest has been looked at before
		m.err = p.err
	}
	if !p.tagged {
		return
	}
	if depth == 0 {
		if m.err == nil {
			m.err = &InvalidError{Field: "Minimize", Why: fmt.Sprintf("was given a value deeper than %d levels", maxDepth)}
		}
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
	case reflect.Interface:
		if !v.IsNil() {
			own := reflect.New(v.Elem().Type()).Elem()
			own.Set(v.Elem())
			m.value(own, depth-1)
			v.Set(own)
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
		if f.purpose != "" && !m.allowed(f.purpose) {
			field.SetZero()
			continue
		}
		m.value(field, depth-1)
	}
}
