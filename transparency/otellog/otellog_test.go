package otellog_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/otellog"
)

const canary = "canary-77c1"

// kept is an exporter that keeps what it is given.
type kept struct {
	mu      sync.Mutex
	records []sdklog.Record
}

func (k *kept) Export(_ context.Context, records []sdklog.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range records {
		k.records = append(k.records, records[i].Clone())
	}
	return nil
}
func (*kept) Shutdown(context.Context) error   { return nil }
func (*kept) ForceFlush(context.Context) error { return nil }

func attributes(r *sdklog.Record) map[string]attribute.Value {
	out := map[string]attribute.Value{}
	r.WalkAttributes(func(kv attribute.KeyValue) bool {
		out[string(kv.Key)] = kv.Value
		return true
	})
	return out
}

// Calls that answer, fail and panic, disclosures, later explanations and a card: as many log records as entries in the tree, each
// leading to its own.
func TestAsManyLogRecordsAsTheTreeHasEntries(t *testing.T) {
	exporter := &kept{}
	provider := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(exporter)))
	traces := sdktrace.NewTracerProvider()
	l := ledger.Memory(nil)
	j, err := transparency.New(t.Context(), l, &transparency.Options{
		OnWritten: otellog.To(provider), Payloads: true,
		Card: &transparency.SystemCard{System: "chat", Version: "3", Purpose: "answers"},
	})
	require.NoError(t, err)
	ask := fairlead.Around(func(ctx context.Context, text string) (string, error) {
		if text == "fail" {
			return "", errors.New(canary)
		}
		if text == "panic" {
			panic(canary)
		}
		return canary, j.Disclose(ctx, "", transparency.Notice(transparency.AINotice, "en"))
	}).System(&fairlead.System{Name: "chat", Version: "3", TracerProvider: traces}).
		Transparency(j, func(string, string) transparency.Explanation { return transparency.Explanation{Summary: canary} }).Func()
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			defer func() { _ = recover() }()
			ctx, trail := fairlead.Track(fairlead.WithSubject(context.Background(), fmt.Sprintf("%s-%d", canary, i)))
			_, err := ask(ctx, []string{"hello", "fail", "panic"}[i%3])
			if err == nil {
				for range 2 { // the second changes nothing, and is no entry
					assert.NoError(t, j.Explain(ctx, trail.ID(), transparency.Explanation{Summary: "later"}))
				}
			}
		})
	}
	wg.Wait()
	report, err := l.Verify(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1+60+20+20, report.Entries)
	assert.EqualValues(t, report.Entries, j.Written())
	require.Len(t, exporter.records, int(report.Entries), "records written = tree size")

	entries := map[int64]ledger.Entry{}
	for e, err := range l.Since(t.Context(), 0) {
		require.NoError(t, err)
		entries[int64(e.Seq)] = e
	}
	for i := range exporter.records {
		r := &exporter.records[i]
		have := attributes(r)
		e, ok := entries[have["fairlead.ledger.seq"].AsInt64()]
		require.True(t, ok, "each entry once")
		delete(entries, int64(e.Seq))
		assert.Equal(t, "fairlead."+e.Kind, r.EventName())
		assert.Equal(t, e.Key.String(), have["fairlead.decision.id"].AsString())
		assert.Equal(t, "github.com/fairlead-go/fairlead/transparency", r.InstrumentationScope().Name)
		assert.NotContains(t, fmt.Sprintf("%v %v", have, r.Body()), canary)
		if e.Kind == "decision.recorded" {
			assert.Equal(t, "chat", have["fairlead.system"].AsString())
			assert.NotEmpty(t, have["fairlead.outcome"].AsString())
			assert.True(t, r.TraceID().IsValid(), "within the trace of the call")
			record, err := j.Lookup(t.Context(), e.Key)
			require.NoError(t, err)
			assert.Equal(t, r.TraceID().String(), record.Trace, "and the record says which")
			assert.Equal(t, r.SpanID().String(), record.Span)
			assert.Equal(t, have["fairlead.outcome"].AsString() == "failed", r.Severity() == log.SeverityWarn)
		}
	}
	assert.Empty(t, entries)
}

// A provider that panics takes no answer back.
func TestALoggerThatPanicsChangesNothing(t *testing.T) {
	assert.Panics(t, func() { otellog.To((*sdklog.LoggerProvider)(nil)) })
	l := ledger.Memory(nil)
	j, err := transparency.New(t.Context(), l, &transparency.Options{
		OnWritten: func(context.Context, transparency.Written) { panic(canary) },
	})
	require.NoError(t, err)
	_, err = j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: fairlead.Allowed})
	require.NoError(t, err)
	assert.EqualValues(t, 1, j.Written())
}

func TestTheGlobalProviderIsTheDefault(t *testing.T) {
	exporter := &kept{}
	before := otel.GetLoggerProvider()
	otel.SetLoggerProvider(sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(exporter))))
	defer otel.SetLoggerProvider(before)
	j, err := transparency.New(t.Context(), ledger.Memory(nil), &transparency.Options{OnWritten: otellog.To(nil)})
	require.NoError(t, err)
	_, err = j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: fairlead.Allowed, Attempt: 2})
	require.NoError(t, err)
	require.Len(t, exporter.records, 1)
	assert.EqualValues(t, 2, attributes(&exporter.records[0])["fairlead.decision.attempt"].AsInt64())
}
