package privacy

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"time"
)

// LogAttr hides the personal data in a log attribute. It is a ReplaceAttr for slog's handlers:
//
//	slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: redactor.LogAttr})
//
// Attributes keep their type as far as they can: numbers, times and clean values stay as they are, strings stay strings, structs
// and maps become copies with their texts changed by their tags, errors and Stringers become what they say. A log has no
// session, so that placeholders have no number (<EMAIL_ADDRESS>) and nothing can be turned back. What cannot be
// inspected is left out. Keys of attributes are not looked at: they belong to the program.
func (r *Redactor) LogAttr(_ []string, a slog.Attr) slog.Attr {
	if r == nil {
		return slog.String(a.Key, withheld)
	}
	a.Value = r.logValue(a.Value, 0)
	return a
}

// withheld is what a log shows of a value that could not be inspected.
const withheld = "[withheld by privacy]"

func (r *Redactor) logValue(v slog.Value, depth int) slog.Value {
	if depth > maxDepth {
		return slog.StringValue(withheld)
	}
	switch v.Kind() {
	case slog.KindString:
		return r.logText(v, v.String())
	case slog.KindInt64:
		return r.logNumber(v, v.Int64() > -longNumber && v.Int64() < longNumber)
	case slog.KindUint64:
		return r.logNumber(v, v.Uint64() < longNumber)
	case slog.KindFloat64:
		if n, ok := wholeFloat(v.Float64()); ok {
			return r.logText(v, n)
		}
	case slog.KindGroup:
		group := v.Group()
		out := make([]slog.Attr, len(group))
		for i, a := range group {
			out[i] = slog.Attr{Key: a.Key, Value: r.logValue(a.Value, depth+1)}
		}
		return slog.GroupValue(out...)
	case slog.KindLogValuer:
		return r.logValue(v.Resolve(), depth+1)
	case slog.KindAny:
		return r.logAny(v)
	}
	return v // booleans, other floats, durations, times
}

// longNumber is where numbers begin that may be somebody's: cards and national numbers have at least nine digits.
const longNumber = 100_000_000

func (r *Redactor) logNumber(v slog.Value, short bool) slog.Value {
	if short {
		return v
	}
	return r.logText(v, v.String())
}

// logAny handles what slog has no kind for. A method of the value's own may panic; then it is withheld.
func (r *Redactor) logAny(v slog.Value) (out slog.Value) {
	defer func() {
		if recover() != nil {
			out = slog.StringValue(withheld)
		}
	}()
	switch x := v.Any().(type) {
	case nil, *slog.Source, time.Time:
		return v
	case slog.Level:
		return slog.StringValue(x.String()) // every record has one
	case slog.LogValuer:
		return r.logValue(slog.AnyValue(x).Resolve(), 1)
	case error:
		return r.logText(v, x.Error())
	case fmt.Formatter:
		return r.logText(v, fmt.Sprintf("%+v", x))
	case fmt.Stringer:
		return r.logText(v, x.String())
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil {
			return slog.StringValue(withheld)
		}
		return r.logText(v, string(b))
	case json.Marshaler:
		return r.logJSON(x)
	default:
		return r.logStruct(v, x)
	}
}

// logText is what a log shows of the value v, which says s: v itself if there is nothing to hide in it.
func (r *Redactor) logText(v slog.Value, s string) slog.Value {
	said := s
	s = unescaped(s)
	w := newWork(true)
	defer w.release()
	if changed, err := r.bared(w, s); err != nil {
		return slog.StringValue(withheld)
	} else if changed {
		return slog.StringValue(string(w.buf))
	}
	if v.Kind() == slog.KindAny {
		return slog.StringValue(said)
	}
	return v
}

// bared leaves in w.buf what a log shows of a text, and says whether that is another text.
func (r *Redactor) bared(w *work, text string) (changed bool, err error) {
	if r.Default == nil && len(r.Operators) == 0 {
		if err := r.scan(nil, w, text, ""); err != nil || len(w.findings) == 0 {
			return false, err
		}
		w.buf = w.redact(w.buf, text)
		return true, nil
	}
	if err := r.find(context.Background(), nil, w, text, how{}); err != nil || len(w.items) == 0 {
		return false, err
	}
	w.buf = w.assemble(w.buf, text)
	return true, nil
}

// logStruct copies what can be seen into whole; of the rest a log shows what its JSON says.
func (r *Redactor) logStruct(v slog.Value, x any) slog.Value {
	o := outlineOf(reflect.TypeOf(x))
	if o.root.inert || len(o.blind) > 0 {
		if o.root.inert && !holdsLong(reflect.ValueOf(x), 0) {
			return v
		}
		return r.logJSON(x)
	}
	s := r.bare()
	w := walker{s: s, loops: o.loops}
	got, changed := w.walk(o.root, reflect.ValueOf(x), 0)
	if s.Err() != nil {
		return slog.StringValue(withheld)
	}
	if holdsLong(got, 0) {
		return r.logJSON(got.Interface())
	}
	if !changed {
		return v
	}
	return slog.AnyValue(got.Interface())
}

func (r *Redactor) logJSON(x any) slog.Value {
	b, err := json.Marshal(x)
	if err != nil {
		return slog.StringValue(withheld)
	}
	s := r.bare()
	out, _, err := editJSON(b, func(name, value string) (string, bool) {
		if hidden, changed := s.hide(inBase64(value), how{name: name}); changed {
			return hidden, true
		}
		return s.hide(value, how{name: name})
	})
	if err != nil || s.Err() != nil {
		return slog.StringValue(withheld)
	}
	return slog.AnyValue(json.RawMessage(out))
}

// bare is a session without a memory: operators act, nothing is numbered.
func (r *Redactor) bare() *Session {
	return &Session{in: &inside{r: r, ctx: context.Background()}}
}
