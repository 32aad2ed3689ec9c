package transparency

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/fairlead-go/fairlead/internal/call"
)

// The names under which the journal appears in telemetry, beside the guarded call's own.
const (
	scopeName = "github.com/fairlead-go/fairlead/transparency"

	eventDropped  = "transparency.dropped"
	metricDropped = "fairlead.transparency.dropped"
)

// droppedCounter counts answers that went out without their record. A meter that cannot make it gives a working no-op.
func droppedCounter() metric.Int64Counter {
	meter := otel.GetMeterProvider().Meter(scopeName, metric.WithInstrumentationVersion(call.Version))
	c, _ := meter.Int64Counter(metricDropped, metric.WithUnit("{record}"), metric.WithDescription("Answers delivered without the record they should have."))
	return c
}

// tellDropped says on the call's span and in a metric that a record was dropped.
func tellDropped(ctx context.Context) {
	trace.SpanFromContext(ctx).AddEvent(eventDropped)
	droppedCounter().Add(ctx, 1)
}
