package oversight_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestGaugesShowQueueAndSwitch(t *testing.T) {
	reader := metric.NewManualReader()
	provider := metric.NewMeterProvider(metric.WithReader(reader))
	desk, err := oversight.New(t.Context(), ledger.Memory(nil), holdAll(0, 0, ""), &oversight.Options{MeterProvider: provider})
	require.NoError(t, err)
	openCases(t, desk, 3)
	require.NoError(t, desk.Stop(t.Context(), "olga", ""))
	read := func() map[string]int64 {
		var rm metricdata.ResourceMetrics
		require.NoError(t, reader.Collect(t.Context(), &rm))
		got := map[string]int64{}
		for _, sm := range rm.ScopeMetrics {
			for _, m := range sm.Metrics {
				for _, p := range m.Data.(metricdata.Gauge[int64]).DataPoints {
					got[m.Name] += p.Value
				}
			}
		}
		return got
	}
	require.Equal(t, map[string]int64{"fairlead.oversight.open": 3, "fairlead.oversight.stopped": 1}, read())
	desk.Close()
	require.Empty(t, read(), "a closed desk reports nothing")
}
