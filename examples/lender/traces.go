package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// tracing makes the provider of the spans: one for each guarded call. flush sends what has not been sent.
func tracing(ctx context.Context, to string, out io.Writer) (tp trace.TracerProvider, flush func(context.Context) error, err error) {
	var exporter sdktrace.SpanExporter
	switch to {
	case "off":
		return noop.NewTracerProvider(), func(context.Context) error { return nil }, nil
	case "stdout":
		exporter = &lines{out: out}
	case "otlp":
		if exporter, err = otlptracehttp.New(ctx); err != nil { // OTEL_EXPORTER_OTLP_ENDPOINT; default http://localhost:4318
			return nil, nil, fmt.Errorf("-traces otlp: %w", err)
		}
	default:
		return nil, nil, fmt.Errorf("-traces is off, stdout or otlp, not %q", to)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter, sdktrace.WithBatchTimeout(time.Second)))
	return provider, provider.Shutdown, nil
}

// lines writes a span as a line. It sees what a collector would: no span holds anything personal.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

// ExportSpans is what the SDK calls.
func (l *lines) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	var b strings.Builder
	attributes := func(kvs []attribute.KeyValue) {
		for _, kv := range kvs {
			fmt.Fprintf(&b, " %s=%s", kv.Key, kv.Value.String())
		}
	}
	for _, span := range spans {
		fmt.Fprintf(&b, "%s %s", span.Name(), span.EndTime().Sub(span.StartTime()).Round(time.Microsecond))
		attributes(span.Attributes())
		for _, e := range span.Events() {
			fmt.Fprintf(&b, " | %s", e.Name)
			attributes(e.Attributes)
		}
		b.WriteByte('\n')
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := io.WriteString(l.out, b.String())
	return err
}

// Shutdown has nothing to do: what was exported is written.
func (l *lines) Shutdown(context.Context) error { return nil }
