package otelexport

import (
	"log/slog"

	"go.opentelemetry.io/otel/attribute"

	"github.com/fairlead-go/fairlead/privacy"
)

// maxDepth bounds how many slices and maps may stand inside each other.
const maxDepth = 64

const withheld = "[withheld by privacy]"

// hider changes values of telemetry. The zero value withholds.
type hider struct{ r *privacy.Redactor }

func (h hider) text(s string) string {
	if s == "" {
		return ""
	}
	return h.r.LogAttr(nil, slog.String("", s)).Value.String()
}

// number is a text where the number may be somebody's.
func (h hider) number(n int64) attribute.Value {
	if v := h.r.LogAttr(nil, slog.Int64("", n)).Value; v.Kind() != slog.KindInt64 {
		return attribute.StringValue(v.String())
	}
	return attribute.Int64Value(n)
}

// float is number for a float.
func (h hider) float(f float64) attribute.Value {
	if v := h.r.LogAttr(nil, slog.Float64("", f)).Value; v.Kind() != slog.KindFloat64 {
		return attribute.StringValue(v.String())
	}
	return attribute.Float64Value(f)
}

func (h hider) value(v attribute.Value, depth int) attribute.Value {
	if depth > maxDepth {
		return attribute.StringValue(withheld)
	}
	switch v.Type() {
	case attribute.EMPTY, attribute.BOOL, attribute.BOOLSLICE:
		return v
	case attribute.STRING:
		return attribute.StringValue(h.text(v.AsString()))
	case attribute.INT64:
		return h.number(v.AsInt64())
	case attribute.STRINGSLICE:
		texts := v.AsStringSlice()
		out := make([]string, len(texts))
		for i := range texts {
			out[i] = h.text(texts[i])
		}
		return attribute.StringSliceValue(out)
	case attribute.FLOAT64:
		return h.float(v.AsFloat64())
	case attribute.INT64SLICE:
		return numbers(v, v.AsInt64Slice(), h.number)
	case attribute.FLOAT64SLICE:
		return numbers(v, v.AsFloat64Slice(), h.float)
	case attribute.BYTESLICE: // text more often than not
		return attribute.ByteSliceValue([]byte(h.text(string(v.AsByteSlice()))))
	case attribute.SLICE:
		values := v.AsSlice()
		out := make([]attribute.Value, len(values))
		for i := range values {
			out[i] = h.value(values[i], depth+1)
		}
		return attribute.SliceValue(out...)
	case attribute.MAP:
		return attribute.MapValue(h.attrs(v.AsMap(), depth+1)...)
	}
	return attribute.StringValue(withheld) // a type that a later release added
}

// numbers keeps a list of numbers one unless one of them has to go.
func numbers[N int64 | float64](v attribute.Value, list []N, hide func(N) attribute.Value) attribute.Value {
	texts, hidden := make([]string, len(list)), false
	for i, n := range list {
		one := hide(n)
		texts[i] = one.String()
		hidden = hidden || one.Type() == attribute.STRING
	}
	if !hidden {
		return v
	}
	return attribute.StringSliceValue(texts)
}

func (h hider) attrs(in []attribute.KeyValue, depth int) []attribute.KeyValue {
	out := make([]attribute.KeyValue, len(in))
	for i, kv := range in {
		out[i] = attribute.KeyValue{Key: kv.Key, Value: h.value(kv.Value, depth)}
	}
	return out
}
