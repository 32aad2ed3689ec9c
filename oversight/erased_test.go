package oversight_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// An erased person's cases are gone, from the queue, from those that wait, from what is to be delivered and from whoever knows an ID.
func TestErasedPeopleHaveNoCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk := newDesk(t, l, holdAll(time.Hour, 0, ""))
		there := newDesk(t, l, holdAll(0, 0, ""))
		guarded := number(there)
		anna, ben := about(t.Context(), "anna"), about(t.Context(), "ben")
		_, err := guarded(anna, 1)
		open := held(t, err).Case
		_, err = guarded(anna, 2)
		decided := held(t, err).Case
		decide(t, desk, decided, oversight.Judgement{Verdict: oversight.Approved})
		_, err = guarded(ben, 3)
		other := held(t, err).Case
		lease := claim(t, desk, "rosa", open)

		waited := make(chan error)
		go func() {
			_, err := number(desk)(anna, 4)
			waited <- err
		}()
		synctest.Wait()
		_, err = l.Erase(t.Context(), "anna")
		require.NoError(t, err)
		require.ErrorIs(t, <-waited, oversight.ErrNotFound, "nobody waits for what is gone")

		for _, k := range []*oversight.Desk{desk, there, newDesk(t, l, holdAll(0, 0, ""))} {
			items, err := k.Pending(t.Context(), oversight.Filter{})
			require.NoError(t, err)
			require.Len(t, items, 1)
			require.Equal(t, other, items[0].Case)
			require.Equal(t, 1, k.State().Held)
			owed, err := k.Undelivered(t.Context(), 0)
			require.NoError(t, err)
			require.Empty(t, owed)
			_, err = k.Get(t.Context(), open)
			require.ErrorIs(t, err, oversight.ErrNotFound)
		}
		require.ErrorIs(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrNotFound)
		_, err = guarded(oversight.Resume(anna, decided), 2)
		require.ErrorIs(t, err, oversight.ErrNotFound)

		_, err = guarded(anna, 5)
		back := held(t, err).Case
		_, err = desk.Get(t.Context(), back)
		require.NoError(t, err, "who comes back begins anew")
	})
}

func TestErasureThatKeepsCases(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(0, 0, ""))
	id := openCases(t, desk, 1)[0]
	_, err := l.Erase(t.Context(), "anna", ledger.Keep{Stream: "oversight", Until: time.Now().AddDate(1, 0, 0), Why: "a legal claim"})
	require.NoError(t, err)
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	out, err := number(desk)(oversight.Resume(about(t.Context(), "anna"), id), 0)
	require.NoError(t, err)
	require.Zero(t, out)
}

// A key that an erased case stood under opens no second one: nobody can say any more whether it is the same request.
func TestKeyOfAnErasedCase(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(0, 0, ""))
	guarded := oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk,
		func(int, int) oversight.Case { return oversight.Case{Key: "order 1"} })
	_, err := guarded(about(t.Context(), "anna"), 1)
	held(t, err)
	_, err = l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	_, err = guarded(about(t.Context(), "anna"), 1)
	require.ErrorIs(t, err, oversight.ErrConflict)
}

// What is old goes, and nothing that is still needed: open cases, what waits for delivery, and what the breaker has learnt.
func TestRetain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		p := oversight.Policy{Rate: 1, Within: 1000 * 24 * time.Hour, Breaker: &oversight.Breaker{Rate: 0.05}}
		desk := newDesk(t, l, p)
		guarded := number(desk)
		var ids []uuid.UUID
		for n := range 20 {
			_, err := guarded(about(t.Context(), "anna"), n)
			require.NoError(t, err)
			lease, err := desk.Claim(t.Context(), "rosa", uuid.Nil)
			require.NoError(t, err)
			verdict := oversight.Approved
			if n%10 == 0 {
				verdict = oversight.Rejected
			}
			require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: verdict}))
			ids = append(ids, lease.Case)
		}
		before := desk.State().Breaker
		require.Equal(t, 20, before.Reviews)
		_, err := desk.Retain(t.Context(), time.Now(), false)
		require.ErrorIs(t, err, ledger.ErrTooShort)

		time.Sleep(200 * 24 * time.Hour)
		_, err = guarded(about(t.Context(), "anna"), 20)
		require.NoError(t, err)
		time.Sleep(200 * 24 * time.Hour)
		n, err := desk.Retain(t.Context(), time.Now().Add(-ledger.RetentionFloor), false)
		require.NoError(t, err)
		require.Equal(t, 60, n, "opened, claimed and decided, each twenty times")
		_, err = desk.Get(t.Context(), ids[0])
		require.ErrorIs(t, err, oversight.ErrNotFound)
		items, err := desk.Pending(t.Context(), oversight.Filter{})
		require.NoError(t, err)
		require.Len(t, items, 1, "what is open stays")
		again := newDesk(t, l, p)
		require.Equal(t, desk.State().Breaker, again.State().Breaker)
		require.Equal(t, before.Reviews+1, again.State().Breaker.Reviews, "one was waited for too long")

		var none *oversight.Desk
		_, err = none.Retain(t.Context(), time.Now(), true)
		require.ErrorIs(t, err, oversight.ErrRefused)
	})
}

// A drill is no reason for the breaker to forget; a real stop and start is.
func TestADrillLeavesTheBreakerAsItWas(t *testing.T) {
	l := ledger.Memory(nil)
	p := oversight.Policy{Breaker: &oversight.Breaker{Rate: 0.05}}
	desk := newDesk(t, l, p)
	ids := openDrawn(t, desk, 3)
	for _, id := range ids {
		decide(t, desk, id, oversight.Judgement{Verdict: oversight.Rejected})
	}
	require.Equal(t, 3, desk.State().Breaker.Overruled)
	_, err := desk.Drill(t.Context(), "olga", func(ctx context.Context) error { return desk.Check(ctx) })
	require.NoError(t, err)
	require.Equal(t, 3, desk.State().Breaker.Overruled)
	require.NoError(t, desk.Stop(t.Context(), "olga", "a new model"))
	require.NoError(t, desk.Start(t.Context(), "olga", "a new model"))
	require.Zero(t, desk.State().Breaker.Overruled)
}

// openDrawn makes calls that are drawn and not held.
func openDrawn(t *testing.T, desk *oversight.Desk, n int) (ids []uuid.UUID) {
	t.Helper()
	for i := range n {
		_, err := number(desk)(about(t.Context(), "anna"), i)
		require.NoError(t, err)
	}
	items, err := desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	for _, item := range items {
		ids = append(ids, item.Case)
	}
	return ids
}
