package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// opener makes an empty ledger that ends with the test.
type opener func(t *testing.T) *ledger.Ledger

func memory(t *testing.T) *ledger.Ledger {
	l := ledger.Memory(nil)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	return l
}

func TestMemoryConforms(t *testing.T) {
	t.Parallel()
	conform(t, memory)
}

// conform is the suite every store has to pass.
func conform(t *testing.T, open opener) {
	for name, test := range map[string]func(*testing.T, opener){
		"round trip": conformRoundTrip, "fills": conformFills, "once per ID": conformOnce, "all or none": conformAllOrNone,
		"limits": conformLimits, "clock": conformClock, "cancelled": conformCancelled, "copies": conformCopies,
		"reads": conformReads, "pages": conformPages, "fold order": conformFoldOrder, "replay": conformReplay,
		"fold fails": conformFoldFails, "reactions": conformReactions, "in fold": conformInFold, "wait": conformWait,
		"close": conformClose, "concurrent": conformConcurrent,
		"erase": conformErase, "erase and keep": conformKeep, "erased retry": conformErasedRetry, "retain": conformRetain,
		"live is replay": conformLiveIsReplay, "rekey": conformRekey, "prove": conformProve, "export": conformExport,
		"health": conformHealth, "shared key": conformSharedKey,
		"keeps its memory": conformKeepsItsMemory, "far times": conformFarTimes, "own stream": conformOwnStream,
		"carry": conformCarry, "reactions bound": conformReactionsBound, "contexts": conformContexts,
		"erase while appending": conformEraseWhileAppending,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

func entry(stream, kind string) ledger.Entry { return ledger.Entry{Stream: stream, Kind: kind} }

func all(t *testing.T, l *ledger.Ledger) []ledger.Entry {
	t.Helper()
	var list []ledger.Entry
	for e, err := range l.Since(t.Context(), 0) {
		require.NoError(t, err)
		list = append(list, e)
	}
	return list
}

func conformRoundTrip(t *testing.T, open opener) {
	l := open(t)
	in := ledger.Entry{
		ID: uuid.New(), At: time.Now().Add(300 * time.Millisecond), Stream: "consent", Kind: "consent.granted", Version: 7,
		Critical: true, Subject: "s-\xff\x00 1", Key: uuid.New(), Public: []byte("public"), Body: []byte{0, 1, 255},
	}
	seq, err := l.Append(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, ledger.Seq(1), seq)
	want := in
	want.Seq, want.At = 1, time.Unix(0, in.At.UnixNano()).UTC()
	assert.Equal(t, fields(want), fields(all(t, l)[0]))
	got, err := l.Get(t.Context(), in.Key)
	require.NoError(t, err)
	require.Len(t, got, 1)
	assert.Equal(t, fields(want), fields(got[0]))
}

// fields shows what an Entry hides, so that assert can compare and print it.
func fields(e ledger.Entry) string {
	return fmt.Sprintln(uint64(e.Seq), e.ID, e.At, e.Stream, e.Kind, e.Version, e.Critical, []byte(e.Subject), e.Key,
		string(e.Public), e.Body)
}

func conformFills(t *testing.T, open opener) {
	l := open(t)
	before := time.Now()
	_, err := l.Append(t.Context(), entry("a", "a.x"), entry("a", "a.y"))
	require.NoError(t, err)
	got := all(t, l)
	require.Len(t, got, 2)
	assert.NotEqual(t, got[0].ID, got[1].ID)
	for _, e := range got {
		assert.Equal(t, uuid.Version(7), e.ID.Version())
		assert.Equal(t, uuid.RFC4122, e.ID.Variant())
		assert.WithinRange(t, e.At, before.Add(-time.Nanosecond), time.Now())
	}
}

func conformOnce(t *testing.T, open opener) {
	l := open(t)
	e := entry("a", "a.x")
	e.ID = uuid.New()
	_, err := l.Append(t.Context(), entry("a", "a.0"), e)
	require.NoError(t, err)
	folded := 0
	_, err = l.Follow(t.Context(), []string{"a"}, func(ledger.Entry, time.Time) error { folded++; return nil })
	require.NoError(t, err)
	late := e
	late.At = time.Now().Add(-time.Hour)
	for _, again := range []ledger.Entry{e, late} {
		seq, err := l.Append(t.Context(), again)
		require.NoError(t, err)
		assert.Equal(t, ledger.Seq(2), seq)
	}
	seq, err := l.Append(t.Context(), e, entry("a", "a.1"))
	require.NoError(t, err)
	assert.Equal(t, ledger.Seq(3), seq)
	assert.Len(t, all(t, l), 3)
	assert.Equal(t, 3, folded)
}

func conformAllOrNone(t *testing.T, open opener) {
	l := open(t)
	bad := entry("a", "a.x")
	bad.At = time.Now().Add(-time.Minute)
	_, err := l.Append(t.Context(), entry("a", "a.x"), bad)
	require.ErrorIs(t, err, ledger.ErrClock)
	_, err = l.Append(t.Context(), entry("a", "a.x"), entry("", "a.x"))
	require.ErrorIs(t, err, ledger.ErrInvalid)
	assert.Empty(t, all(t, l))
}

func conformLimits(t *testing.T, open opener) {
	l := open(t)
	same := entry("a", "a.x")
	same.ID = uuid.New()
	seventeen := make([]ledger.Entry, 17)
	for i := range seventeen {
		seventeen[i] = entry("a", "a.x")
	}
	seventeen[3], seventeen[16] = same, same
	huge := entry("a", "a.x")
	huge.Body = make([]byte, 1<<20)
	heavy := make([]ledger.Entry, 65)
	for i := range heavy {
		heavy[i] = ledger.Entry{Stream: "a", Kind: "a.x", Body: make([]byte, 1<<20-4)}
	}
	positioned := entry("a", "a.x")
	positioned.Seq = 1
	for name, batch := range map[string][]ledger.Entry{
		"none": {}, "no stream": {entry("", "x")}, "no kind": {entry("a", "")}, "position": {positioned}, "huge": {huge},
		"repeated": {same, same}, "repeated in many": seventeen, "many": make([]ledger.Entry, 8193), "heavy": heavy,
		"broken name": {entry("a", "\xff")}, "NUL": {entry("a\x00", "b")}, "long name": {entry("a", string(make([]byte, 129)))},
	} {
		_, err := l.Append(t.Context(), batch...)
		require.ErrorIs(t, err, ledger.ErrInvalid, name)
	}
	_, err := l.Append(nil, entry("a", "a.x")) //nolint:staticcheck // a hostile caller
	require.ErrorIs(t, err, ledger.ErrInvalid)
	assert.Empty(t, all(t, l))
	huge.Body = huge.Body[:1<<20-4]
	_, err = l.Append(t.Context(), huge)
	require.NoError(t, err, "exactly 1 MiB")
}

func conformClock(t *testing.T, open opener) {
	l := open(t)
	for _, off := range []time.Duration{-1500 * time.Millisecond, 1500 * time.Millisecond, -1 << 62, 1 << 62} {
		e := entry("a", "a.x")
		e.At = time.Now().Add(off)
		_, err := l.Append(t.Context(), e)
		require.ErrorIs(t, err, ledger.ErrClock, off)
	}
	for _, off := range []time.Duration{-500 * time.Millisecond, 500 * time.Millisecond} {
		e := entry("a", "a.x")
		e.At = time.Now().Add(off)
		_, err := l.Append(t.Context(), e)
		require.NoError(t, err, off)
	}
}

func conformCancelled(t *testing.T, open opener) {
	l := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.Append(ctx, entry("a", "a.x"))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, ledger.ErrBusy)
	assert.Empty(t, all(t, l))
	_, err = l.Follow(ctx, nil, func(ledger.Entry, time.Time) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
	for _, err := range l.Since(ctx, 0) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

func conformCopies(t *testing.T, open opener) {
	l := open(t)
	e := ledger.Entry{Stream: "a", Kind: "a.x", Public: []byte("public"), Body: []byte("body")}
	_, err := l.Append(t.Context(), e)
	require.NoError(t, err)
	copy(e.Public, "xxxxxx")
	copy(e.Body, "xxxx")
	got := all(t, l)[0]
	assert.Equal(t, "public", string(got.Public))
	assert.Equal(t, "body", string(got.Body))
}

func conformReads(t *testing.T, open opener) {
	l := open(t)
	key := uuid.New()
	for i, who := range []string{"anna", "ben", "anna", "", "anna"} {
		e := ledger.Entry{Stream: []string{"a", "b"}[i%2], Kind: "x", Subject: who}
		if i > 1 {
			e.Key, e.Stream = key, "b"
		}
		_, err := l.Append(t.Context(), e)
		require.NoError(t, err)
	}
	find := func(subject string, streams ...string) (seqs []ledger.Seq) {
		for e, err := range l.Find(t.Context(), subject, streams...) {
			require.NoError(t, err)
			seqs = append(seqs, e.Seq)
		}
		return seqs
	}
	assert.Equal(t, []ledger.Seq{1, 3, 5}, find("anna"))
	assert.Equal(t, []ledger.Seq{3, 5}, find("anna", "b", "c"))
	assert.Equal(t, []ledger.Seq{1}, find("anna", "a"))
	assert.Empty(t, find("carl"))
	assert.Empty(t, find(""))
	got, err := l.Get(t.Context(), key)
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.Equal(t, ledger.Seq(5), got[2].Seq)
	for _, missing := range []uuid.UUID{uuid.New(), uuid.Nil} {
		_, err = l.Get(t.Context(), missing)
		require.ErrorIs(t, err, ledger.ErrNotFound)
	}
	var since []ledger.Seq
	for range 2 {
		since = since[:0]
		for e, err := range l.Since(t.Context(), 3) {
			require.NoError(t, err)
			since = append(since, e.Seq)
			_, err = l.Append(t.Context(), entry("c", "while.reading"))
			require.NoError(t, err)
		}
	}
	assert.Equal(t, []ledger.Seq{4, 5, 6, 7}, since)
	for range l.Since(t.Context(), 1<<60) {
		t.Fatal("nothing lies beyond the end")
	}
}

func conformPages(t *testing.T, open opener) {
	l := open(t)
	const n = 2500
	key := uuid.New()
	for first := 0; first < n; first += 500 {
		batch := make([]ledger.Entry, 500)
		for i := range batch {
			batch[i] = ledger.Entry{Stream: "s" + fmt.Sprint(i%3), Kind: "k", Subject: fmt.Sprint(i % 2)}
			if i%2 == 1 {
				batch[i].Key = key
			}
		}
		last, err := l.Append(t.Context(), batch...)
		require.NoError(t, err)
		require.Equal(t, ledger.Seq(first+500), last)
	}
	list := all(t, l)
	require.Len(t, list, n)
	for i, e := range list {
		require.Equal(t, ledger.Seq(i+1), e.Seq)
	}
	got, err := l.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Len(t, got, n/2)
	count := 0
	for e, err := range l.Find(t.Context(), "1", "s0", "s1") {
		require.NoError(t, err)
		require.NotEqual(t, "s2", e.Stream)
		count++
	}
	assert.InDelta(t, n/3, count, 3)
}

func conformFoldOrder(t *testing.T, open opener) {
	l := open(t)
	early, late := entry("a", "a.1"), entry("a", "a.2")
	late.At = time.Now().Add(-500 * time.Millisecond)
	other := entry("b", "b.1")
	other.At = time.Now().Add(800 * time.Millisecond)
	var seqs []ledger.Seq
	var times []time.Time
	f, err := l.Follow(t.Context(), []string{"a", "c"}, func(e ledger.Entry, now time.Time) error {
		seqs, times = append(seqs, e.Seq), append(times, now)
		return nil
	})
	require.NoError(t, err)
	_, err = l.Append(t.Context(), early, other, late)
	require.NoError(t, err)
	last, err := l.Append(t.Context(), entry("c", "c.1"))
	require.NoError(t, err)
	require.NoError(t, f.Wait(t.Context(), last))
	assert.Equal(t, []ledger.Seq{1, 3, 4}, seqs)
	assert.Equal(t, times[0], times[1], "time never runs back")
	assert.False(t, times[2].Before(times[1]))
	assert.True(t, times[2].Before(other.At.Add(-100*time.Millisecond)), "time of streams not followed does not count")
}

func conformReplay(t *testing.T, open opener) {
	l := open(t)
	const n = 700
	for i := range n {
		_, err := l.Append(t.Context(), entry([]string{"a", "b"}[i%2], "x"))
		require.NoError(t, err)
	}
	for _, streams := range [][]string{{"a"}, {"b", "a"}, nil, {"none"}} {
		var seqs []ledger.Seq
		f, err := l.Follow(t.Context(), streams, func(e ledger.Entry, _ time.Time) error {
			seqs = append(seqs, e.Seq)
			return nil
		})
		require.NoError(t, err)
		f.After(func(ledger.Entry) { t.Error("a reaction to a replayed entry") })
		require.NoError(t, f.Wait(t.Context(), n))
		var want []ledger.Seq
		for i := range n {
			if streams == nil || len(streams) == 2 || streams[0] == []string{"a", "b"}[i%2] {
				want = append(want, ledger.Seq(i+1))
			}
		}
		assert.Equal(t, want, seqs)
	}
	boom := errors.New("boom")
	_, err := l.Follow(t.Context(), nil, func(e ledger.Entry, _ time.Time) error {
		if e.Seq == 600 {
			return boom
		}
		return nil
	})
	require.ErrorIs(t, err, boom)
	_, err = l.Follow(t.Context(), nil, nil)
	require.ErrorIs(t, err, ledger.ErrInvalid)
	_, err = l.Follow(t.Context(), []string{""}, func(ledger.Entry, time.Time) error { return nil })
	require.ErrorIs(t, err, ledger.ErrInvalid)
}

func conformReactions(t *testing.T, open opener) {
	l := open(t)
	var mu sync.Mutex
	var seen []string
	done := make(chan struct{})
	f, err := l.Follow(t.Context(), []string{"a", "echo"}, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	f.After(func(e ledger.Entry) {
		if e.Stream == "a" {
			if _, err := l.Append(context.Background(), ledger.Entry{Stream: "echo", Kind: e.Kind}); err != nil {
				t.Error(err)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if seen = append(seen, e.Stream+e.Kind); len(seen) == 6 {
			close(done)
		}
	})
	_, err = l.Append(t.Context(), entry("a", "1"), entry("b", "no"), entry("a", "2"))
	require.NoError(t, err)
	_, err = l.Append(t.Context(), entry("a", "3"))
	require.NoError(t, err)
	<-done
	mu.Lock()
	inOrder := slices.Clone(seen)
	mu.Unlock()
	var a, echo []string
	for _, s := range inOrder {
		if s[0] == 'a' {
			a = append(a, s)
		} else {
			echo = append(echo, s)
		}
	}
	assert.Equal(t, []string{"a1", "a2", "a3"}, a)
	assert.Equal(t, []string{"echo1", "echo2", "echo3"}, echo)
	f.After(func(ledger.Entry) { panic("payload") })
	_, err = l.Append(t.Context(), entry("a", "4"))
	require.NoError(t, err)
	require.ErrorIs(t, f.Wait(t.Context(), 1<<40), ledger.ErrPanic)
}
