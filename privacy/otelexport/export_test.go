package otelexport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/otelexport"
)

const mail = "ines.rocha@example.org"

// of is a value of every type that holds the address or a card's number.
func of() []attribute.KeyValue {
	deep := attribute.StringValue(mail)
	for range 100 {
		deep = attribute.SliceValue(deep)
	}
	return []attribute.KeyValue{
		attribute.String("s", "from "+mail), attribute.StringSlice("ss", []string{"x", mail}), attribute.Int64("i", 4111111111111111),
		attribute.Int64Slice("is", []int64{7, 4111111111111111}),
		attribute.Float64("fl", 4111111111111111), attribute.Float64Slice("fls", []float64{1.5, 4111111111111111}),
		{Key: "b", Value: attribute.ByteSliceValue([]byte(mail))},
		{Key: "v", Value: attribute.SliceValue(attribute.StringValue(mail), attribute.MapValue(attribute.String("k", mail)))},
		{Key: "deep", Value: deep},
		attribute.Int("n", 7), attribute.Bool("ok", true), attribute.Float64("f", 1.5), attribute.Int64Slice("few", []int64{1, 2}),
	}
}

// clean fails if a printed form of v shows the address or the card.
func clean(t *testing.T, v any) {
	t.Helper()
	j, _ := json.Marshal(v) // what cannot be written as JSON is looked at below
	text := string(j) + fmt.Sprintf("%+v", v)
	assert.NotContains(t, text, "ines.rocha")
	assert.NotContains(t, text, "4111111111111111")
	assert.NotContains(t, text, "4.111111111111111e+15")
}

func TestSpans(t *testing.T) {
	for name, r := range map[string]*privacy.Redactor{"redactor": {}, "nil": nil} {
		t.Run(name, func(t *testing.T) {
			kept := tracetest.NewInMemoryExporter()
			p := sdktrace.NewTracerProvider(sdktrace.WithSyncer(otelexport.Spans(kept, r)))
			_, linked := p.Tracer("x").Start(t.Context(), "linked")
			_, s := p.Tracer("x").Start(t.Context(), "GET /users/"+mail, trace.WithAttributes(of()...),
				trace.WithLinks(trace.Link{SpanContext: linked.SpanContext(), Attributes: of()}))
			s.RecordError(errors.New("no such user: " + mail))
			s.AddEvent("mail from "+mail, trace.WithAttributes(of()...))
			s.SetStatus(codes.Error, "failed for "+mail)
			s.End()
			spans := kept.GetSpans()
			require.Len(t, spans, 1)
			got := spans[0]
			clean(t, got.Name)
			clean(t, got.Status.Description)
			for _, e := range got.Events {
				clean(t, e.Name)
				each(t, e.Attributes)
			}
			require.Len(t, got.Events, 2)
			require.Len(t, got.Links, 1)
			each(t, got.Links[0].Attributes)
			each(t, got.Attributes)
			set := attribute.NewSet(got.Attributes...)
			if r != nil {
				n, _ := set.Value("n")
				assert.Equal(t, int64(7), n.AsInt64(), "what holds nothing personal stays as it is")
				few, _ := set.Value("few")
				assert.Equal(t, []int64{1, 2}, few.AsInt64Slice())
				text, _ := set.Value("s")
				assert.Equal(t, "from <EMAIL_ADDRESS>", text.AsString())
				assert.Equal(t, "failed for <EMAIL_ADDRESS>", got.Status.Description)
			}
			require.NoError(t, p.Shutdown(t.Context()))
		})
	}
}

func each(t *testing.T, attrs []attribute.KeyValue) {
	t.Helper()
	require.NotEmpty(t, attrs)
	for _, kv := range attrs {
		clean(t, kv.Value.String())
		assert.NotContains(t, string(kv.Value.AsByteSlice()), "ines.rocha")
	}
}

type keepLogs struct{ records []sdklog.Record }

func (k *keepLogs) Export(_ context.Context, records []sdklog.Record) error {
	for _, r := range records {
		k.records = append(k.records, r.Clone())
	}
	return nil
}
func (*keepLogs) Shutdown(context.Context) error   { return nil }
func (*keepLogs) ForceFlush(context.Context) error { return nil }

func TestLogs(t *testing.T) {
	var kept, plain keepLogs
	p := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(otelexport.Logs(&kept, &privacy.Redactor{}))),
		sdklog.WithProcessor(sdklog.NewSimpleProcessor(&plain)))
	var rec log.Record
	rec.SetBody(attribute.StringValue("mail from " + mail))
	rec.AddAttributes(of()...)
	p.Logger("x").Emit(t.Context(), rec)
	require.NoError(t, p.ForceFlush(t.Context()))
	require.Len(t, kept.records, 1)
	assert.Equal(t, "mail from <EMAIL_ADDRESS>", kept.records[0].Body().AsString())
	var attrs []attribute.KeyValue
	kept.records[0].WalkAttributes(func(kv attribute.KeyValue) bool { attrs = append(attrs, kv); return true })
	assert.Len(t, attrs, len(of()))
	each(t, attrs)
	assert.Equal(t, "mail from "+mail, plain.records[0].Body().AsString(), "another exporter's record stays as it is")
	require.NoError(t, p.Shutdown(t.Context()))
}

type keepMetrics struct {
	metric.Exporter
	got *metricdata.ResourceMetrics
}

func (k *keepMetrics) Export(_ context.Context, m *metricdata.ResourceMetrics) error {
	k.got = m
	return nil
}

func TestMetrics(t *testing.T) {
	set := attribute.NewSet(attribute.String("who", mail))
	x64 := []metricdata.Exemplar[int64]{{FilteredAttributes: []attribute.KeyValue{attribute.String("who", mail)}}}
	xf := []metricdata.Exemplar[float64]{{FilteredAttributes: []attribute.KeyValue{attribute.String("who", mail)}}}
	all := []metricdata.Aggregation{
		metricdata.Gauge[int64]{DataPoints: []metricdata.DataPoint[int64]{{Attributes: set, Value: 1, Exemplars: x64}}},
		metricdata.Gauge[float64]{DataPoints: []metricdata.DataPoint[float64]{{Attributes: set, Exemplars: xf}}},
		metricdata.Sum[int64]{DataPoints: []metricdata.DataPoint[int64]{{Attributes: set, Exemplars: x64}}},
		metricdata.Sum[float64]{DataPoints: []metricdata.DataPoint[float64]{{Attributes: set, Exemplars: xf}}},
		metricdata.Histogram[int64]{DataPoints: []metricdata.HistogramDataPoint[int64]{{Attributes: set, Exemplars: x64}}},
		metricdata.Histogram[float64]{DataPoints: []metricdata.HistogramDataPoint[float64]{{Attributes: set, Exemplars: xf}}},
		metricdata.ExponentialHistogram[int64]{DataPoints: []metricdata.ExponentialHistogramDataPoint[int64]{{Attributes: set, Exemplars: x64}}},
		metricdata.ExponentialHistogram[float64]{DataPoints: []metricdata.ExponentialHistogramDataPoint[float64]{{Attributes: set, Exemplars: xf}}},
		metricdata.Summary{DataPoints: []metricdata.SummaryDataPoint{{Attributes: set}}},
	}
	in := &metricdata.ResourceMetrics{ScopeMetrics: []metricdata.ScopeMetrics{{}}}
	for i, a := range all {
		in.ScopeMetrics[0].Metrics = append(in.ScopeMetrics[0].Metrics, metricdata.Metrics{Name: fmt.Sprint("m", i), Data: a})
	}
	var kept keepMetrics
	e := otelexport.Metrics(&kept, &privacy.Redactor{})
	require.NoError(t, e.Export(t.Context(), in))
	require.Len(t, kept.got.ScopeMetrics[0].Metrics, len(all))
	text, err := json.Marshal(kept.got.ScopeMetrics[0].Metrics)
	require.NoError(t, err)
	assert.NotContains(t, string(text), mail)
	gauge, ok := kept.got.ScopeMetrics[0].Metrics[0].Data.(metricdata.Gauge[int64])
	require.True(t, ok)
	assert.Equal(t, int64(1), gauge.DataPoints[0].Value)
	before, ok := in.ScopeMetrics[0].Metrics[0].Data.(metricdata.Gauge[int64])
	require.True(t, ok)
	who, _ := before.DataPoints[0].Attributes.Value("who")
	assert.Equal(t, mail, who.AsString(), "what was given stays as it is")
}

func TestWiring(t *testing.T) {
	assert.Panics(t, func() { otelexport.Spans(nil, nil) })
	assert.Panics(t, func() { otelexport.Logs(nil, nil) })
	assert.Panics(t, func() { otelexport.Metrics(nil, nil) })
}
