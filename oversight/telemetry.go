package oversight

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/fairlead-go/fairlead/internal/call"
)

// The names under which a desk appears in telemetry. What happens to one call is on its span, which internal/call makes.
const (
	scopeName = "github.com/fairlead-go/fairlead/oversight"

	metricOpen    = "fairlead.oversight.open"
	metricStopped = "fairlead.oversight.stopped"
	metricBreaker = "fairlead.oversight.breaker"
	metricExpired = "fairlead.oversight.expired"

	attrHeld = "fairlead.oversight.held"
)

// observe registers the instruments: how many cases are open, whether the switch is on, how near the breaker is, and how many cases
// nobody decided in time.
func (k *Desk) observe() (metric.Registration, error) {
	mp := k.opts.MeterProvider
	if mp == nil {
		mp = otel.GetMeterProvider()
	}
	meter := mp.Meter(scopeName, metric.WithInstrumentationVersion(call.Version))
	open, err := meter.Int64ObservableGauge(metricOpen, metric.WithUnit("{case}"),
		metric.WithDescription("Open cases, by whether somebody waits for the answer."))
	if err != nil {
		return nil, err
	}
	stopped, err := meter.Int64ObservableGauge(metricStopped, metric.WithUnit("1"),
		metric.WithDescription("1 while the stop switch is on."))
	if err != nil {
		return nil, err
	}
	breaker, err := meter.Float64ObservableGauge(metricBreaker, metric.WithUnit("1"),
		metric.WithDescription("The breaker's evidence, as a share of that at which it stops the desk."))
	if err != nil {
		return nil, err
	}
	expired, err := meter.Int64ObservableCounter(metricExpired, metric.WithUnit("{case}"),
		metric.WithDescription("Cases that nobody decided in time, since the desk was opened."))
	if err != nil {
		return nil, err
	}
	held := metric.WithAttributeSet(attribute.NewSet(attribute.Bool(attrHeld, true)))
	audit := metric.WithAttributeSet(attribute.NewSet(attribute.Bool(attrHeld, false)))
	return meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		st := k.State()
		o.ObserveInt64(open, int64(st.Held), held)
		o.ObserveInt64(open, int64(st.Audit), audit)
		on := int64(0)
		if st.Stopped != nil {
			on = 1
		}
		o.ObserveInt64(stopped, on)
		if b := st.Breaker; b.On {
			o.ObserveFloat64(breaker, min(1, b.Evidence/b.Limit))
		}
		o.ObserveInt64(expired, k.state.expired.Load())
		return nil
	}, open, stopped, breaker, expired)
}
