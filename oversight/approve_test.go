package oversight_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

type refund struct {
	Order string
	Cents int
}

type receipt struct{ Number int64 }

// bank pays and counts.
type bank struct {
	paid atomic.Int64
	fail error
}

func (b *bank) pay(context.Context, refund) (receipt, error) {
	n := b.paid.Add(1)
	return receipt{Number: n}, b.fail
}

func large() oversight.Policy {
	return oversight.Policy{
		Rate:  oversight.RulesOnly,
		Rules: []oversight.Rule{{Name: "large", When: func(c oversight.Case) bool { return c.Score >= 10_000 }, Hold: true}},
	}
}

func order(r refund) oversight.Case {
	return oversight.Case{Key: "refund " + r.Order, Title: "Refund " + r.Order, Score: float64(r.Cents)}
}

func TestApproveRunsOnceAfterApproval(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, large())
	var b bank
	pay := oversight.Approve(b.pay, desk, order)
	ctx := about(t.Context(), "anna")

	got, err := pay(ctx, refund{"A1", 500})
	require.NoError(t, err)
	require.Equal(t, receipt{1}, got, "a small one runs at once")

	big := refund{"A2", 50_000}
	_, err = pay(ctx, big)
	id := held(t, err).Case
	require.EqualValues(t, 1, b.paid.Load(), "not before somebody agrees")
	_, err = pay(ctx, big)
	require.Equal(t, id, held(t, err).Case, "asking again opens no second case")
	_, err = pay(ctx, refund{"A2", 50_001})
	require.ErrorIs(t, err, oversight.ErrConflict)

	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	_, err = pay(oversight.Resume(ctx, id), refund{"A2", 60_000})
	require.ErrorIs(t, err, oversight.ErrConflict, "approve one thing, run another")
	for range 3 {
		got, err = pay(oversight.Resume(ctx, id), big)
		require.NoError(t, err)
		require.Equal(t, receipt{2}, got)
	}
	got, err = pay(ctx, big)
	require.NoError(t, err, "the same key and input: the same answer")
	require.Equal(t, receipt{2}, got)
	require.EqualValues(t, 2, b.paid.Load())
}

func TestApproveRejectedAndReplaced(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, large())
	var b bank
	pay := oversight.Approve(b.pay, desk, order)
	ctx, trail := call.Track(about(t.Context(), "anna"))

	_, err := pay(ctx, refund{"B1", 50_000})
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Rejected})
	_, err = pay(oversight.Resume(ctx, id), refund{"B1", 50_000})
	require.ErrorIs(t, err, oversight.ErrRejected)
	require.Equal(t, call.Rejected, trail.Outcome())

	_, err = pay(ctx, refund{"B2", 50_000})
	id = held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Replaced, Output: receipt{77}})
	got, err := pay(oversight.Resume(ctx, id), refund{"B2", 50_000})
	require.NoError(t, err)
	require.Equal(t, receipt{77}, got)
	require.Equal(t, call.Replaced, trail.Outcome())
	require.Zero(t, b.paid.Load())

	_, err = pay(ctx, refund{"B3", 50_000})
	id = held(t, err).Case
	lease, err := desk.Claim(ctx, "rosa", id)
	require.NoError(t, err)
	wrong := oversight.Judgement{Verdict: oversight.Replaced, Output: map[string]any{"Numbr": 1}}
	require.ErrorIs(t, desk.Submit(ctx, lease, wrong), oversight.ErrInvalid, "an unknown field is no answer")
	// A process that has only the queue does not know the type: then the delivery refuses.
	require.NoError(t, newDesk(t, l, large()).Submit(ctx, lease, wrong))
	_, err = pay(oversight.Resume(ctx, id), refund{"B3", 50_000})
	require.ErrorIs(t, err, oversight.ErrRefused)
}

// Many callers resume one approval at once: one runs it, the others get its result or are told that it runs.
func TestApproveUnderContention(t *testing.T) {
	l := ledger.Memory(nil)
	desks := []*oversight.Desk{newDesk(t, l, large()), newDesk(t, l, large())}
	var b bank
	var pays []func(context.Context, refund) (receipt, error)
	for _, desk := range desks {
		pays = append(pays, oversight.Approve(b.pay, desk, order))
	}
	ctx := about(t.Context(), "anna")
	for range 20 {
		in := refund{uuid.NewString(), 50_000}
		before := b.paid.Load()
		_, err := pays[0](ctx, in)
		id := held(t, err).Case
		decide(t, desks[1], id, oversight.Judgement{Verdict: oversight.Approved})
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() { _, errs[i] = pays[i%2](oversight.Resume(ctx, id), in) })
		}
		wg.Wait()
		require.Equal(t, before+1, b.paid.Load())
		ran := 0
		for _, err := range errs {
			if err == nil {
				ran++
			} else {
				require.ErrorIs(t, err, oversight.ErrInterrupted)
			}
		}
		require.Positive(t, ran)
		_, err = pays[0](oversight.Resume(ctx, id), in)
		require.NoError(t, err)
	}
}

func TestApprovedCallThatFailsIsNotRepeated(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, large())
	b := bank{fail: errors.New("canary: line cut")}
	pay := oversight.Approve(b.pay, desk, order)
	ctx := about(t.Context(), "anna")
	in := refund{"C1", 50_000}
	_, err := pay(ctx, in)
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	_, err = pay(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, b.fail, "its own error, once")
	_, err = pay(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrInterrupted)
	require.EqualValues(t, 1, b.paid.Load())
	for e := range l.Since(ctx, 0) {
		require.NotContains(t, string(e.Body)+string(e.Public), "canary", "of an error only its type is kept")
	}

	panics := oversight.Approve(func(context.Context, refund) (receipt, error) { b.paid.Add(1); panic("canary") }, desk, order)
	in = refund{"C2", 50_000}
	_, err = panics(ctx, in)
	id = held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	tracked, trail := call.Track(ctx)
	require.PanicsWithValue(t, "canary", func() { _, _ = panics(oversight.Resume(tracked, id), in) })
	require.Equal(t, call.Failed, trail.Outcome())
	_, err = panics(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrInterrupted)
	require.EqualValues(t, 2, b.paid.Load())
}

// A process that dies between intent and result leaves a log that ends there. Whoever opens it next must not run the call again.
func TestCrashBetweenIntentAndResult(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, large())
	ctx := about(t.Context(), "anna")
	in := refund{"D1", 50_000}
	var survived []ledger.Entry
	pay := func(context.Context, refund) (receipt, error) {
		for e, err := range l.Since(ctx, 0) {
			require.NoError(t, err)
			e.Seq = 0
			survived = append(survived, e)
		}
		return receipt{1}, nil
	}
	guarded := oversight.Approve(pay, desk, order)
	_, err := guarded(ctx, in)
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	_, err = guarded(oversight.Resume(ctx, id), in)
	require.NoError(t, err)
	require.Equal(t, "effect.intent", survived[len(survived)-1].Kind)

	after := ledger.Memory(nil)
	_, err = after.Append(ctx, survived...)
	require.NoError(t, err)
	restarted := oversight.Approve(pay, newDesk(t, after, large()), order)
	was := len(survived)
	_, err = restarted(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrInterrupted)
	require.Len(t, survived, was, "it did not run")
	somebodyLooks(t, after, restarted, id, in)
}

// What an interrupted call did is for somebody to find out; then it is no longer on the list, and still not run again.
func somebodyLooks(t *testing.T, l *ledger.Ledger, guarded func(context.Context, refund) (receipt, error), id uuid.UUID, in refund) {
	t.Helper()
	ctx := about(t.Context(), "anna")
	desk, other := newDesk(t, l, large()), newDesk(t, l, large())
	lost, err := desk.Interrupted(ctx, 0)
	require.NoError(t, err)
	require.Len(t, lost, 1)
	f, err := desk.Get(ctx, id)
	require.NoError(t, err)
	require.True(t, f.Interrupted)
	require.Nil(t, f.Happened)

	for _, wrong := range []struct {
		who, why string
		id       uuid.UUID
		err      error
	}{{"", "seen", id, oversight.ErrInvalid}, {"olga", " ", id, oversight.ErrInvalid}, {"olga", "seen", uuid.New(), oversight.ErrNotFound}} {
		require.ErrorIs(t, desk.Resolve(ctx, wrong.who, wrong.id, true, wrong.why), wrong.err)
	}
	require.NoError(t, desk.Resolve(ctx, "olga", id, true, "the bank shows it"))
	for _, k := range []*oversight.Desk{desk, other, newDesk(t, l, large())} {
		lost, err = k.Interrupted(ctx, 0)
		require.NoError(t, err)
		require.Empty(t, lost)
		require.ErrorIs(t, k.Resolve(ctx, "ruth", id, false, "no trace"), oversight.ErrConflict)
		f, err = k.Get(ctx, id)
		require.NoError(t, err)
		require.False(t, f.Interrupted)
		require.True(t, *f.Happened)
		require.Equal(t, "the bank shows it", f.Finding)
		last := f.Events[len(f.Events)-1]
		require.Equal(t, "effect.resolved", last.Kind)
		require.Equal(t, "olga", last.Who)
		require.True(t, last.Counted)
	}
	_, err = guarded(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrInterrupted)
	require.ErrorContains(t, err, "found that it happened")
}

// Of two who look at once one is on record, and the other is told.
func TestTwoLookAtOnce(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, large())
	ctx := about(t.Context(), "anna")
	begun, ends := make(chan struct{}), make(chan struct{})
	pay := oversight.Approve(func(context.Context, refund) (receipt, error) { begun <- struct{}{}; <-ends; return receipt{7}, nil }, desk, order)
	for range 20 {
		in := refund{uuid.NewString(), 50_000}
		_, err := pay(ctx, in)
		id := held(t, err).Case
		require.ErrorIs(t, desk.Resolve(ctx, "olga", id, true, "seen"), oversight.ErrConflict, "it is not decided")
		decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
		require.ErrorIs(t, desk.Resolve(ctx, "olga", id, true, "seen"), oversight.ErrConflict, "it was not begun")
		var ran, looked sync.WaitGroup
		ran.Go(func() {
			got, err := pay(oversight.Resume(ctx, id), in)
			if assert.NoError(t, err) {
				assert.Equal(t, receipt{7}, got)
			}
		})
		<-begun
		errs := make([]error, 4)
		for i := range errs {
			looked.Go(func() { errs[i] = desk.Resolve(ctx, strconv.Itoa(i), id, i%2 == 0, "seen") })
		}
		looked.Wait()
		one := 0
		for _, err := range errs {
			if err == nil {
				one++
			} else {
				require.ErrorIs(t, err, oversight.ErrConflict)
			}
		}
		require.Equal(t, 1, one)
		ends <- struct{}{} // it was only slow: its result counts after all
		ran.Wait()
		f, err := desk.Get(ctx, id)
		require.NoError(t, err)
		require.False(t, f.Interrupted)
		require.Nil(t, f.Happened)
		got, err := pay(oversight.Resume(ctx, id), in)
		require.NoError(t, err)
		require.Equal(t, receipt{7}, got)
	}
}

func TestDrawnCallIsReviewedAfterItRan(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, oversight.Policy{})
	var b bank
	pay := oversight.Approve(b.pay, desk, func(refund) oversight.Case { return oversight.Case{} })
	ctx, trail := call.Track(about(t.Context(), "anna"))
	_, err := pay(ctx, refund{"E1", 1})
	require.NoError(t, err)
	file, err := desk.Get(ctx, trail.ID())
	require.NoError(t, err)
	require.JSONEq(t, `{"Number":1}`, string(file.Output))
	require.False(t, file.Held)
}
