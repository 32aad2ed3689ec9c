package oversight_test

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func BenchmarkWrapUndrawn(b *testing.B) {
	desk := newDesk(b, ledger.Memory(nil), holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, func(c customer, _ []offer) oversight.Case {
		return oversight.Case{Unit: c.ID, Score: c.Score}
	})
	ctx := about(b.Context(), "anna")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := guarded(ctx, customer{ID: "row-1", Score: 0.9}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrapDrawn(b *testing.B) {
	desk := newDesk(b, ledger.Memory(nil), oversight.Policy{})
	guarded := number(desk)
	ctx := about(b.Context(), "anna")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n++; n > 50_000 { // keep to what a queue holds
			b.StopTimer()
			desk = newDesk(b, ledger.Memory(nil), oversight.Policy{})
			guarded, n = number(desk), 0
			b.StartTimer()
		}
		if _, err := guarded(ctx, n); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClaimAndSubmit(b *testing.B) {
	desk := newDesk(b, ledger.Memory(nil), holdAll(0, 0, ""))
	ctx := about(b.Context(), "anna")
	guarded := number(desk)
	b.ReportAllocs()
	left := 0
	for b.Loop() {
		if left == 0 {
			b.StopTimer()
			for left = range 2000 {
				_, _ = guarded(ctx, left)
			}
			b.StartTimer()
		}
		lease, err := desk.Claim(ctx, "rosa", uuid.Nil)
		if err == nil {
			err = desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved})
		}
		if err != nil {
			b.Fatal(err)
		}
		left--
	}
}

// A desk keeps about a kilobyte of an open case, no goroutine and nothing of a closed one.
func TestWhatADeskKeeps(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(0, 0, ""))
	ctx := about(t.Context(), "anna")
	guarded := number(desk)
	const cases = 5_000
	var ids []uuid.UUID
	before := runtime.NumGoroutine()
	for n := range cases {
		_, err := guarded(ctx, n)
		ids = append(ids, held(t, err).Case)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)

	// What a second desk on the same ledger adds is what a desk keeps.
	empty := heap()
	second := newDesk(t, l, holdAll(0, 0, ""))
	full := heap()
	t.Logf("%d bytes an open case, beside the ledger's own", (full-empty)/cases)
	require.Less(t, (full-empty)/cases, int64(1500))
	for n, id := range ids {
		lease, err := desk.Claim(ctx, "rosa", id)
		require.NoError(t, err)
		require.NoError(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}))
		_, err = guarded(oversight.Resume(ctx, id), n)
		require.NoError(t, err)
	}
	require.Zero(t, second.State().Held)
	third := newDesk(t, l, holdAll(0, 0, ""))
	runtime.KeepAlive(second)
	closed := heap()
	fourth := newDesk(t, l, holdAll(0, 0, ""))
	t.Logf("%d bytes for %d closed cases", heap()-closed, cases)
	require.Less(t, heap()-closed, int64(100<<10))
	runtime.KeepAlive(third)
	runtime.KeepAlive(fourth)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkReplayClosedCases(b *testing.B) {
	l := ledger.Memory(nil)
	desk := newDesk(b, l, holdAll(0, 0, ""))
	ctx := about(b.Context(), "anna")
	guarded := number(desk)
	const cases = 5_000
	for n := range cases {
		_, err := guarded(ctx, n)
		lease, err2 := desk.Claim(ctx, "reviewer-"+strconv.Itoa(n%7), held(b, err).Case)
		require.NoError(b, err2)
		require.NoError(b, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}))
		_, err = guarded(oversight.Resume(ctx, lease.Case), n)
		require.NoError(b, err)
	}
	desk.Close()
	began := time.Now()
	n := 0
	for b.Loop() {
		again, err := oversight.New(ctx, l, holdAll(0, 0, ""), nil)
		if err != nil {
			b.Fatal(err)
		}
		again.Close()
		n++
	}
	b.ReportMetric(float64(n*cases)/time.Since(began).Seconds(), "cases/s")
}
