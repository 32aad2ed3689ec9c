package fairness

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/fairlead-go/fairlead/ledger"
)

func unfair(t testing.TB, m *Monitor, rounds int) {
	t.Helper()
	for i := range rounds {
		observe(t, m, 1, i%4 == 0, "f")
		observe(t, m, 1, i%4 > 0, "m")
	}
}

func TestOnBreachIsCalledOnceForEachBreach(t *testing.T) {
	var got []Verdict
	m := newMonitor(t, &Options{OnBreach: func(v Verdict) { got = append(got, v) }, CheckEvery: 16}, "sex")
	assert.False(t, m.Breached())
	unfair(t, m, 500)
	require.Len(t, got, 1)
	assert.Equal(t, Action, got[0].Status)
	assert.True(t, m.Breached())
	observe(t, m, 30000, true, "f") // somebody put it right: the ratio is fair again
	observe(t, m, 30000, true, "m")
	assert.False(t, m.Breached())
	assert.Len(t, got, 1)
	var none *Monitor
	assert.False(t, none.Breached())
}

func TestABreachIsAnEventOfTheSpan(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	tracer := trace.NewTracerProvider(trace.WithSpanProcessor(recorder)).Tracer("test")
	m := newMonitor(t, &Options{CheckEvery: 16, Name: "credit"}, "sex")
	ctx, span := tracer.Start(t.Context(), "live")
	for i := range 1000 {
		o := Observation{Groups: Of("canary"), Favourable: i%4 == 0}
		if i%2 == 0 {
			o = Observation{Groups: Of("m"), Favourable: i%4 > 0 || i%8 == 0}
		}
		require.NoError(t, m.Observe(ctx, o))
	}
	span.End()
	require.True(t, m.Breached())
	events := recorder.Ended()[0].Events()
	require.Len(t, events, 1, "once each breach")
	assert.Equal(t, eventBreached, events[0].Name)
	assert.Equal(t, "credit", events[0].Attributes[0].Value.AsString())
	assert.NotContains(t, fmt.Sprint(events), "canary")
}

func TestLookingDoesNotSilenceOnBreach(t *testing.T) {
	called := 0
	m := newMonitor(t, &Options{OnBreach: func(Verdict) { called++ }, CheckEvery: 1024}, "sex")
	unfair(t, m, 400)
	require.Equal(t, Action, m.Status().Status)
	assert.True(t, m.Breached())
	assert.Zero(t, called)
	unfair(t, m, 2000)
	assert.Equal(t, 1, called)
}

func TestOnBreachMayPanic(t *testing.T) {
	m := newMonitor(t, &Options{OnBreach: func(Verdict) { panic("canary") }}, "sex")
	unfair(t, m, 500)
	require.True(t, m.Breached())
	require.ErrorContains(t, m.Err(), "OnBreach panicked with a string")
	assert.NotContains(t, m.Err().Error(), "canary")
	assert.Equal(t, Action, m.Status().Status, "an alarm stays an alarm")
}

func TestBreachOutlivesARestart(t *testing.T) {
	l := ledger.Memory(nil)
	m := newMonitor(t, &Options{Ledger: l}, "sex")
	unfair(t, m, 500)
	require.NoError(t, m.Close(context.Background()))
	called := 0
	again := newMonitor(t, &Options{Ledger: l, OnBreach: func(Verdict) { called++ }}, "sex")
	assert.True(t, again.Breached())
	assert.Equal(t, 1, called)
}

func TestGauges(t *testing.T) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	m := newMonitor(t, &Options{MeterProvider: provider, Name: "credit"}, "sex", "age")
	for i := range 400 {
		observe(t, m, 1, i%4 == 0, "canary", "x")
		observe(t, m, 1, i%4 > 0, "m", "x")
	}
	var out metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(context.Background(), &out))
	require.Len(t, out.ScopeMetrics, 1)
	seen := map[string]float64{}
	for _, got := range out.ScopeMetrics[0].Metrics {
		switch data := got.Data.(type) {
		case metricdata.Gauge[float64]:
			require.Len(t, data.DataPoints, 1, "age has one group: nothing to compare")
			seen[got.Name] = data.DataPoints[0].Value
			by, ok := data.DataPoints[0].Attributes.Value(attrAttribute)
			assert.True(t, ok)
			assert.Equal(t, "sex", by.AsString())
			for _, kv := range data.DataPoints[0].Attributes.ToSlice() {
				assert.NotContains(t, kv.Value.AsString(), "canary")
			}
		case metricdata.Gauge[int64]:
			seen[got.Name] = float64(data.DataPoints[0].Value)
		}
	}
	assert.InDelta(t, 0.5, seen[metricGap], 1e-12)
	assert.InDelta(t, 1.0/3, seen[metricRatio], 1e-12)
	assert.Equal(t, 1.0, seen[metricAction])
	require.NoError(t, m.Close(context.Background()))
	out = metricdata.ResourceMetrics{}
	require.NoError(t, reader.Collect(context.Background(), &out))
	assert.Empty(t, out.ScopeMetrics, "closed monitors are not collected")
}
