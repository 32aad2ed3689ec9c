package call

import (
	"context"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Version of the instrumentation, and of the module.
const Version = "0.1.0"

// The names under which a guarded call appears in telemetry.
const (
	scopeName = modulePath

	attrDecision    = "fairlead.decision.id"
	attrParent      = "fairlead.decision.parent"
	attrSystem      = "fairlead.system"
	attrOutcome     = "fairlead.outcome"
	attrErrorType   = "error.type"
	attrGuard       = "fairlead.guard"
	attrAllowed     = "fairlead.consent.allowed"
	attrPurpose     = "fairlead.consent.purpose"
	attrReason      = "fairlead.consent.reason"
	attrHidden      = "fairlead.privacy.hidden." // followed by the kind
	attrProbability = "fairlead.oversight.probability"
	attrRule        = "fairlead.oversight.rule"
	attrCase        = "fairlead.oversight.case"
	attrVerdict     = "fairlead.oversight.verdict"

	eventConsent  = "consent.checked"
	eventRedacted = "privacy.redacted"
	eventRecorded = "transparency.recorded"
	eventSampled  = "oversight.sampled"
	eventHeld     = "oversight.held"
	eventDecided  = "oversight.decided"
	eventObserved = "fairness.observed"

	metricDecisions = "fairlead.decisions"
	metricDuration  = "fairlead.guard.duration"
)

// telemetry is what one site makes of one pair of providers: built once and kept until the providers change.
type telemetry struct {
	tp trace.TracerProvider
	mp metric.MeterProvider

	tracer    trace.Tracer
	spanName  string
	decisions metric.Int64Counter
	duration  metric.Float64Histogram
	ended     [len(outcomes)][]metric.AddOption
	took      [stages][]metric.RecordOption
}

// telemetry returns the site's instruments for the providers in force now.
func (s *Site) telemetry() *telemetry {
	tp, mp := s.TracerProvider, s.MeterProvider
	if tp == nil {
		tp = otel.GetTracerProvider()
	}
	if mp == nil {
		mp = otel.GetMeterProvider()
	}
	if t := s.cache.Load(); t != nil && same(t.tp, tp) && same(t.mp, mp) {
		return t
	}
	t := newTelemetry(s.Name, tp, mp)
	s.cache.Store(t)
	return t
}

// same compares two providers. One whose type cannot be compared is never the same, and its instruments are made anew.
func same(a, b any) (equal bool) {
	defer func() { _ = recover() }()
	return a == b
}

func newTelemetry(system string, tp trace.TracerProvider, mp metric.MeterProvider) *telemetry {
	t := &telemetry{tp: tp, mp: mp, spanName: "guard " + system}
	t.tracer = tp.Tracer(scopeName, trace.WithInstrumentationVersion(Version))
	meter := mp.Meter(scopeName, metric.WithInstrumentationVersion(Version))
	// An instrument that cannot be made comes back as a working no-op with an error for the SDK's own handler.
	t.decisions, _ = meter.Int64Counter(metricDecisions, metric.WithUnit("{decision}"), metric.WithDescription("Guarded calls, by how they ended."))
	t.duration, _ = meter.Float64Histogram(metricDuration, metric.WithUnit("s"), metric.WithDescription("Time a guard itself took, without what it guards."),
		metric.WithExplicitBucketBoundaries(1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 1e-1, 1))
	sys := attribute.String(attrSystem, system)
	for i, o := range outcomes {
		set := attribute.NewSet(sys, attribute.String(attrOutcome, string(o)))
		t.ended[i] = []metric.AddOption{metric.WithAttributeSet(set)}
	}
	for i := range t.took {
		set := attribute.NewSet(sys, attribute.String(attrGuard, Stage(i).String()))
		t.took[i] = []metric.RecordOption{metric.WithAttributeSet(set)}
	}
	return t
}

// startSpan starts the decision's one span and returns the context that carries it.
func (d *Decision) startSpan(ctx context.Context) context.Context {
	d.tele = d.site.telemetry()
	ctx, d.span = d.tele.tracer.Start(ctx, d.tele.spanName)
	d.recording = d.span.IsRecording()
	if d.recording {
		d.span.SetAttributes(attribute.String(attrDecision, d.id.String()), attribute.String(attrSystem, d.site.Name))
		if d.parent != nil {
			d.span.SetAttributes(attribute.String(attrParent, d.parent.id.String()))
		}
	}
	return ctx
}

// endTelemetry counts the decision and ends its span. A denial is an answer, not an error: the span's status says Error for a
// failed call only.
func (d *Decision) endTelemetry(ctx context.Context, out Outcome, err error) {
	for i, o := range outcomes {
		if o == out && d.tele.decisions.Enabled(ctx) {
			d.tele.decisions.Add(ctx, 1, d.tele.ended[i]...)
		}
	}
	if d.recording {
		d.span.SetAttributes(attribute.String(attrOutcome, string(out)))
		if err != nil {
			d.span.SetAttributes(attribute.String(attrErrorType, errorType(err)))
		}
		if out == Failed {
			d.span.SetStatus(codes.Error, "")
		}
	}
	d.span.End()
}

// measures says whether anybody listens to the duration of guards: if not, nobody reads the clock.
func (t *telemetry) measures(ctx context.Context) bool { return t.duration.Enabled(ctx) }

func (t *telemetry) guardTook(ctx context.Context, stage Stage, took time.Duration) {
	if stage != StageBoundary && t.measures(ctx) {
		t.duration.Record(ctx, took.Seconds(), t.took[stage]...)
	}
}
