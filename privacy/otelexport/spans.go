package otelexport

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/fairlead-go/fairlead/privacy"
)

// Spans puts r before next. It panics if next is nil; a nil Redactor withholds every text and number.
func Spans(next sdktrace.SpanExporter, r *privacy.Redactor) sdktrace.SpanExporter {
	if next == nil {
		panic("fairlead: otelexport.Spans: next is nil: pass the exporter itself when wiring")
	}
	return &spans{next: next, h: hider{r}}
}

type spans struct {
	next sdktrace.SpanExporter
	h    hider
}

// ExportSpans implements sdktrace.SpanExporter.
func (e *spans) ExportSpans(ctx context.Context, batch []sdktrace.ReadOnlySpan) error {
	out := make([]sdktrace.ReadOnlySpan, len(batch))
	for i, s := range batch {
		out[i] = e.hide(s)
	}
	return e.next.ExportSpans(ctx, out)
}

// Shutdown implements sdktrace.SpanExporter.
func (e *spans) Shutdown(ctx context.Context) error { return e.next.Shutdown(ctx) }

func (e *spans) hide(s sdktrace.ReadOnlySpan) sdktrace.ReadOnlySpan {
	h := hidden{ReadOnlySpan: s, name: e.h.text(s.Name()), attrs: e.h.attrs(s.Attributes(), 0), status: s.Status()}
	h.status.Description = e.h.text(h.status.Description)
	for _, event := range s.Events() {
		event.Name, event.Attributes = e.h.text(event.Name), e.h.attrs(event.Attributes, 0)
		h.events = append(h.events, event)
	}
	for _, link := range s.Links() {
		link.Attributes = e.h.attrs(link.Attributes, 0)
		h.links = append(h.links, link)
	}
	return h
}

// hidden is a span as it may leave the process.
type hidden struct {
	sdktrace.ReadOnlySpan // all that is not text
	name                  string
	attrs                 []attribute.KeyValue
	events                []sdktrace.Event
	links                 []sdktrace.Link
	status                sdktrace.Status
}

func (h hidden) Name() string                     { return h.name }
func (h hidden) Attributes() []attribute.KeyValue { return h.attrs }
func (h hidden) Events() []sdktrace.Event         { return h.events }
func (h hidden) Links() []sdktrace.Link           { return h.links }
func (h hidden) Status() sdktrace.Status          { return h.status }
