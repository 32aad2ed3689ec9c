package oversight_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestGaugesShowQueueAndSwitch(t *testing.T) {
	reader := metric.NewManualReader()
	provider := metric.NewMeterProvider(metric.WithReader(reader))
	l := ledger.Memory(nil)
	expire := func(n int) {
		hasty := newDesk(t, l, oversight.Policy{Within: time.Nanosecond})
		openMany(t, hasty, n)
		_, err := hasty.Expire(t.Context())
		require.NoError(t, err)
	}
	expire(2)
	policy := holdAll(0, time.Hour, "")
	policy.Breaker = &oversight.Breaker{Rate: 0.5, Alpha: 0.001}
	desk, err := oversight.New(t.Context(), l, policy, &oversight.Options{MeterProvider: provider})
	require.NoError(t, err)
	openCases(t, desk, 3)
	expire(1)
	require.NoError(t, desk.Stop(t.Context(), "olga", ""))
	read := func() map[string]float64 {
		var rm metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &rm))
		got := map[string]float64{}
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				switch data := m.Data.(type) {
				case metricdata.Gauge[int64]:
					for _, p := range data.DataPoints {
						got[m.Name] += float64(p.Value)
					}
				case metricdata.Gauge[float64]:
					got[m.Name] = data.DataPoints[0].Value
				case metricdata.Sum[int64]:
					got[m.Name] = float64(data.DataPoints[0].Value)
				}
			}
		}
		return got
	}
	got := read()
	evidence := desk.State().Breaker.Evidence
	require.Positive(t, evidence)
	require.InDelta(t, evidence/1000, got["fairlead.oversight.breaker"], 1e-12)
	delete(got, "fairlead.oversight.breaker")
	require.Equal(t, map[string]float64{
		"fairlead.oversight.open": 3, "fairlead.oversight.stopped": 1,
		"fairlead.oversight.expired": 1, // while this desk was there
	}, got)
	desk.Close()
	require.Empty(t, read(), "a closed desk reports nothing")
}
