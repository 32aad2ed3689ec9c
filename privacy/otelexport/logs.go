package otelexport

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"github.com/fairlead-go/fairlead/privacy"
)

// Logs puts r before next. It panics if next is nil; a nil Redactor withholds every text and number.
func Logs(next sdklog.Exporter, r *privacy.Redactor) sdklog.Exporter {
	if next == nil {
		panic("fairlead: otelexport.Logs: next is nil: pass the exporter itself when wiring")
	}
	return &logs{Exporter: next, h: hider{r}}
}

type logs struct {
	sdklog.Exporter
	h hider
}

// Export implements sdklog.Exporter. The records it was given stay as they are: other exporters may have them too.
func (e *logs) Export(ctx context.Context, records []sdklog.Record) error {
	out := make([]sdklog.Record, len(records))
	for i := range records {
		out[i] = records[i].Clone()
		out[i].SetBody(e.h.value(records[i].Body(), 0))
		out[i].SetSeverityText(e.h.text(records[i].SeverityText()))
		attrs := make([]attribute.KeyValue, 0, records[i].AttributesLen())
		records[i].WalkAttributes(func(kv attribute.KeyValue) bool {
			attrs = append(attrs, kv)
			return true
		})
		out[i].SetAttributes(e.h.attrs(attrs, 0)...)
	}
	return e.Exporter.Export(ctx, out)
}
