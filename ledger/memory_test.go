package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

func TestNilRefuses(t *testing.T) {
	var l *ledger.Ledger
	var f *ledger.Follower
	_, err := l.Append(t.Context(), entry("a", "a"))
	require.ErrorIs(t, err, ledger.ErrUnavailable)
	_, err = l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
	require.ErrorIs(t, err, ledger.ErrUnavailable)
	_, err = l.Get(t.Context(), uuid.New())
	require.ErrorIs(t, err, ledger.ErrUnavailable)
	for _, err := range l.Since(t.Context(), 0) {
		require.ErrorIs(t, err, ledger.ErrUnavailable)
	}
	require.ErrorIs(t, l.Close(), ledger.ErrUnavailable)
	require.ErrorIs(t, f.Err(), ledger.ErrUnavailable)
	require.ErrorIs(t, f.Wait(t.Context(), 0), ledger.ErrUnavailable)
	assert.True(t, f.Fresh().IsZero())
	f.Close()
	assert.Panics(t, func() { f.After(func(ledger.Entry) {}) })
}

func TestEntryPrintsRedacted(t *testing.T) {
	e := ledger.Entry{
		Seq: 5, Stream: "consent", Kind: "consent.granted", Subject: "canary", Key: uuid.MustParse("ca0a0000-0000-7000-8000-00000000ca0a"),
		Public: []byte("canary"), Body: []byte("canary"),
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", e)
		fmt.Fprintf(&out, verb+"\n", []*ledger.Entry{&e}[0])
		fmt.Fprintf(&out, verb+"\n", []ledger.Entry{e})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "entry", e)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "entry", e)
	for _, secret := range []string{"canary", "63616e617279", "ca0a", "99 97 110"} {
		assert.NotContains(t, out.String(), secret)
	}
	assert.Contains(t, out.String(), "ledger.Entry(5 consent consent.granted)")
}

func TestErrorsSayWhatAndNothingPersonal(t *testing.T) {
	l := memory(t)
	_, err := l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "", Subject: "canary", Body: []byte("canary")})
	var detail *ledger.Error
	require.ErrorAs(t, err, &detail)
	assert.Equal(t, 500, detail.HTTPStatus())
	assert.NotContains(t, err.Error(), "canary")
	assert.Contains(t, err.Error(), "Kind")
	for reason, status := range map[error]int{
		ledger.ErrNotFound: 404, ledger.ErrNotFolded: 202, ledger.ErrUnavailable: 503, ledger.ErrInFold: 500, ledger.ErrClosed: 503,
	} {
		e := &ledger.Error{Op: "x", Reason: reason, Seq: 3, Err: io.EOF}
		assert.Equal(t, status, e.HTTPStatus(), reason)
		assert.True(t, strings.HasSuffix(e.Public(), "."), "a sentence")
		require.ErrorIs(t, e, io.EOF)
		require.ErrorIs(t, e, reason)
		assert.Contains(t, e.Error(), "at 3")
	}
}

// A synctest bubble deadlocks on a goroutine or a timer that is left over.
func TestMemoryIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
		require.NoError(t, err)
		time.Sleep(time.Hour)
		_, err = l.Append(t.Context(), entry("a", "a"))
		require.NoError(t, err)
		assert.Equal(t, time.Now(), f.Fresh())
		f.Close()
		time.Sleep(time.Hour)
		assert.Equal(t, time.Hour, time.Since(f.Fresh()))
	})
}

// A slow fold holds up the log; whoever waits may give up.
func TestAppendGivesUp(t *testing.T) {
	l := memory(t)
	entered, release := make(chan struct{}), make(chan struct{})
	_, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error {
		close(entered)
		<-release
		return nil
	})
	require.NoError(t, err)
	first := make(chan error)
	go func() {
		_, err := l.Append(context.Background(), entry("a", "1"))
		first <- err
	}()
	<-entered
	ctx, cancel := context.WithCancelCause(t.Context())
	second := make(chan error)
	go func() {
		_, err := l.Append(ctx, entry("a", "2"))
		second <- err
	}()
	cancel(errors.New("gone"))
	require.ErrorIs(t, <-second, ledger.ErrBusy)
	close(release)
	require.NoError(t, <-first)
	assert.Len(t, all(t, l), 1)
}

func TestMemoryAppendAllocates(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	l := ledger.Memory(nil)
	_, err := l.Follow(t.Context(), []string{"a"}, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	body := make([]byte, 200)
	ctx := t.Context()
	got := testing.AllocsPerRun(2000, func() {
		if _, err := l.Append(ctx, ledger.Entry{Stream: "a", Kind: "a.b", Subject: "s", Key: uuid.UUID{1}, Body: body}); err != nil {
			t.Fatal(err)
		}
	})
	assert.LessOrEqual(t, got, 1.0, "sealed, hashed and folded")
}

func BenchmarkMemoryAppend(b *testing.B) {
	run := func(b *testing.B, l *ledger.Ledger, next func() bool) {
		body := make([]byte, 256)
		for next() {
			e := ledger.Entry{Stream: "decision", Kind: "decision.recorded", Subject: "subject", Key: uuid.UUID{1}, Body: body}
			if _, err := l.Append(context.Background(), e); err != nil {
				b.Fatal(err)
			}
		}
	}
	open := func(b *testing.B) *ledger.Ledger {
		l := ledger.Memory(nil)
		if _, err := l.Follow(b.Context(), []string{"decision"}, func(ledger.Entry, time.Time) error { return nil }); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		return l
	}
	b.Run("callers=1", func(b *testing.B) {
		l := open(b)
		run(b, l, b.Loop)
	})
	b.Run("callers=64", func(b *testing.B) {
		l := open(b)
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) { run(b, l, pb.Next) })
	})
}

// BenchmarkMemoryKeeps prints what an entry with a body of 256 bytes and a key of its own costs for as long as the ledger lives.
func BenchmarkMemoryKeeps(b *testing.B) {
	const n = 100_000
	body := make([]byte, 256)
	live := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	var kept uint64
	for b.Loop() {
		before := live()
		l := ledger.Memory(nil)
		for i := range n {
			e := ledger.Entry{
				Stream: "decision", Kind: "decision.recorded", Subject: "customer " + strconv.Itoa(i%5000), Key: uuid.New(), Public: []byte(`{"outcome":"allowed"}`), Body: body,
			}
			if _, err := l.Append(b.Context(), e); err != nil {
				b.Fatal(err)
			}
		}
		kept = live() - before
		runtime.KeepAlive(l)
	}
	b.ReportMetric(float64(kept)/n, "kept-B/entry")
}
