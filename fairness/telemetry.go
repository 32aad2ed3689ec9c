package fairness

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/fairlead-go/fairlead/internal/call"
)

const (
	scopeName     = "github.com/fairlead-go/fairlead/fairness"
	metricGap     = "fairlead.fairness.gap"
	metricRatio   = "fairlead.fairness.ratio"
	metricAction  = "fairlead.fairness.breached"
	eventBreached = "fairness.breached"
	attrAttribute = "fairlead.fairness.attribute"
	attrMonitor   = "fairlead.fairness.monitor"
)

// noteBreach puts an event on the span of the call in hand. It names the monitor only: which
// group fares worse is for those who may see the report.
func (m *Monitor) noteBreach(ctx context.Context) {
	if ctx == nil {
		return
	}
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.AddEvent(eventBreached, trace.WithAttributes(attribute.String(attrMonitor, m.name)))
	}
}

// observe registers the gauges: how far the selection rates lie apart by each
// attribute, and whether ACTION stands. They are computed when metrics are collected,
// and never hold a group's name.
func (m *Monitor) observe(provider metric.MeterProvider, name string) error {
	if provider == nil {
		provider = otel.GetMeterProvider()
	}
	meter := provider.Meter(scopeName, metric.WithInstrumentationVersion(call.Version))
	gap, err := meter.Float64ObservableGauge(metricGap, metric.WithUnit("1"),
		metric.WithDescription("Largest difference of two groups' selection rates."))
	if err != nil {
		return fmt.Errorf("fairness: gauge: %w", err)
	}
	ratio, err := meter.Float64ObservableGauge(metricRatio, metric.WithUnit("1"),
		metric.WithDescription("Smallest ratio of two groups' selection rates."))
	if err != nil {
		return fmt.Errorf("fairness: gauge: %w", err)
	}
	action, err := meter.Int64ObservableGauge(metricAction, metric.WithUnit("1"),
		metric.WithDescription("1 while a ratio is proven to be below the limit."))
	if err != nil {
		return fmt.Errorf("fairness: gauge: %w", err)
	}
	of := attribute.String(attrMonitor, name)
	m.registration, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		table := m.Table()
		for _, a := range m.attributes {
			view := table.By(a)
			set := metric.WithAttributes(of, attribute.String(attrAttribute, a))
			if g := view.Difference(SelectionRate, BetweenGroups()); g.Defined {
				o.ObserveFloat64(gap, g.Value, set)
			}
			if g := view.Ratio(SelectionRate, BetweenGroups()); g.Defined {
				o.ObserveFloat64(ratio, g.Value, set)
			}
		}
		standing := int64(0)
		if table.proven(m.limits) {
			standing = 1
		}
		o.ObserveInt64(action, standing, metric.WithAttributes(of))
		return nil
	}, gap, ratio, action)
	if err != nil {
		return fmt.Errorf("fairness: gauges: %w", err)
	}
	return nil
}
