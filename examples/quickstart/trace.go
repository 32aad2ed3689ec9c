package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// spans counts the spans of the run, looks into each for what the customers typed, and prints them if asked. It is an exporter like any
// other: it sees what a collector would.
type spans struct {
	print io.Writer // nil: do not
	known *strings.Replacer

	mu    sync.Mutex
	n     int
	leaks int
}

// watch makes the exporter for the customers whose data must not show up.
func watch(cs []Customer, print io.Writer) *spans {
	var planted []string
	for _, c := range cs {
		for _, s := range []string{c.ID, c.Email(), c.Phone(), c.Card(), c.IBAN()} {
			planted = append(planted, s, "")
		}
	}
	return &spans{print: print, known: strings.NewReplacer(planted...)}
}

// ExportSpans is what the SDK calls.
func (s *spans) ExportSpans(_ context.Context, batch []sdktrace.ReadOnlySpan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, span := range batch {
		line := render(span)
		s.n++
		if s.known.Replace(line) != line {
			s.leaks++
		}
		if s.print != nil {
			fmt.Fprintln(s.print, line)
		}
	}
	return nil
}

// Shutdown has nothing to do: each span was dealt with when it came.
func (s *spans) Shutdown(context.Context) error { return nil }

func (s *spans) count() (n, leaks int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n, s.leaks
}

// render writes all that a span holds into one line.
func render(span sdktrace.ReadOnlySpan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", span.Name(), span.EndTime().Sub(span.StartTime()).Round(time.Microsecond))
	attributes := func(kvs []attribute.KeyValue) {
		for _, kv := range kvs {
			fmt.Fprintf(&b, " %s=%s", kv.Key, kv.Value.String())
		}
	}
	attributes(span.Attributes())
	for _, e := range span.Events() {
		fmt.Fprintf(&b, " | %s", e.Name)
		attributes(e.Attributes)
	}
	if d := span.Status().Description; d != "" {
		fmt.Fprintf(&b, " | %s", d)
	}
	return b.String()
}

// provider makes the tracer provider of the run. With a collector's URL the spans go there too, and flush says whether
// they arrived.
func provider(ctx context.Context, s *spans, collector string) (tp *sdktrace.TracerProvider, flush func(context.Context) error, err error) {
	options := []sdktrace.TracerProviderOption{sdktrace.WithSyncer(s)}
	if collector == "" {
		tp = sdktrace.NewTracerProvider(options...)
		return tp, tp.Shutdown, nil
	}
	if u, err := url.Parse(collector); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, nil, fmt.Errorf("-otlp wants a URL such as http://localhost:4318/v1/traces")
	}
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(collector), otlptracehttp.WithTimeout(5*time.Second),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: false}))
	if err != nil {
		return nil, nil, fmt.Errorf("-otlp: %w", err)
	}
	var once sync.Once
	var failed error
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { once.Do(func() { failed = err }) }))
	options = append(options, sdktrace.WithBatcher(out, sdktrace.WithMaxQueueSize(1<<14)))
	tp = sdktrace.NewTracerProvider(options...)
	return tp, func(ctx context.Context) error {
		err := tp.Shutdown(ctx)
		once.Do(func() {}) // after Shutdown nobody reports any more: failed may be read
		if failed != nil {
			err = failed
		}
		if err != nil {
			return fmt.Errorf("the collector at %s did not take the spans: %w", collector, err)
		}
		return nil
	}, nil
}
