// Package otellog makes a log record of OpenTelemetry for each entry that a journal has written:
//
//	journal, err := transparency.New(ctx, ledger, &transparency.Options{OnWritten: otellog.To(nil)})
//
// The record is an event, fairlead.decision.recorded and so on, within the trace of the call. It holds the decision's ID, the system and its
// version, the outcome, and where the entry lies in the log; nothing about the person, and no payload. The count of these records
// is the count of Journal.Written and, over all journals of a ledger that holds nothing else, the size of its tree: fewer in the log
// than here are a loss there, fewer here than in the log a loss on the way to the logs.
//
// It is a module of its own because the log API is not among the dependencies of package transparency.
package otellog

import (
	"context"
	"reflect"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"

	"github.com/fairlead-go/fairlead/transparency"
)

// The names under which entries appear.
const (
	scopeName = "github.com/fairlead-go/fairlead/transparency"

	eventPrefix  = "fairlead." // followed by the entry's kind: fairlead.decision.recorded
	attrDecision = "fairlead.decision.id"
	attrSystem   = "fairlead.system"
	attrVersion  = "fairlead.system.version"
	attrOutcome  = "fairlead.outcome"
	attrAttempt  = "fairlead.decision.attempt"
	attrPosition = "fairlead.ledger.seq"
)

// To is transparency.Options.OnWritten: it emits one log record for each entry. A nil provider is the global one at the time of the
// call; a nil pointer in it panics here, at start-up.
func To(provider log.LoggerProvider) func(context.Context, transparency.Written) {
	if v := reflect.ValueOf(provider); v.Kind() == reflect.Pointer && v.IsNil() {
		panic("fairlead: otellog.To: the provider is a nil " + v.Type().String() + ": pass nil itself for the global one")
	}
	return func(ctx context.Context, w transparency.Written) {
		p := provider
		if p == nil {
			p = otel.GetLoggerProvider()
		}
		logger := p.Logger(scopeName)
		var r log.Record
		r.SetEventName(eventPrefix + w.Kind)
		r.SetTimestamp(w.Time)
		r.SetSeverity(severity(w.Outcome))
		r.AddAttributes(attribute.String(attrDecision, w.Decision.String()), attribute.Int64(attrPosition, int64(w.Seq))) //nolint:gosec // positions are below 2^63
		for _, a := range []attribute.KeyValue{
			attribute.String(attrSystem, w.System), attribute.String(attrVersion, w.Version), attribute.String(attrOutcome, string(w.Outcome)),
		} {
			if a.Value.AsString() != "" {
				r.AddAttributes(a)
			}
		}
		if w.Attempt > 0 {
			r.AddAttributes(attribute.Int(attrAttempt, w.Attempt))
		}
		logger.Emit(ctx, r)
	}
}

// severity is Warn for what somebody may want to look at.
func severity(o transparency.Outcome) log.Severity {
	switch o {
	case "failed", "stopped":
		return log.SeverityWarn
	}
	return log.SeverityInfo
}
