package oversight_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// What was decided while nobody waited stands in a list, in every process, until somebody has come for it.
func TestUndelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk := newDesk(t, l, holdAll(0, time.Hour, ""))
		ctx := about(t.Context(), "anna")
		ids := openCases(t, desk, 4)
		owed := func(d *oversight.Desk, limit int) []uuid.UUID {
			list, err := d.Undelivered(ctx, limit)
			require.NoError(t, err)
			var cases []uuid.UUID
			for _, o := range list {
				cases = append(cases, o.Case)
			}
			return cases
		}
		require.Empty(t, owed(desk, 0))
		decide(t, desk, ids[1], oversight.Judgement{Verdict: oversight.Approved})
		decide(t, desk, ids[0], oversight.Judgement{Verdict: oversight.Rejected})
		time.Sleep(time.Hour) // the others fall to the deadline
		all := owed(desk, 0)
		require.Equal(t, []uuid.UUID{ids[1], ids[0]}, all[:2], "in the order of the verdicts")
		require.ElementsMatch(t, ids, all)
		require.Equal(t, all[:2], owed(desk, 2))
		other := newDesk(t, l, holdAll(0, time.Hour, ""))
		require.Equal(t, all, owed(other, 0))

		guarded := number(other)
		_, err := guarded(oversight.Resume(ctx, ids[0]), 0)
		require.ErrorIs(t, err, oversight.ErrRejected)
		out, err := guarded(oversight.Resume(ctx, ids[1]), 1)
		require.NoError(t, err)
		require.Equal(t, 1, out)
		require.Equal(t, all[2:], owed(desk, 0))

		time.Sleep(oversight.DefaultValid + time.Second)
		require.Empty(t, owed(desk, 0), "too old to be delivered")
	})
}

// A call that was begun is marked as such until its result is known.
func TestInterruptedShowsWhatWasBegun(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	ctx := about(t.Context(), "anna")
	count := func(list func(context.Context, int) ([]oversight.Delivery, error)) int {
		owed, err := list(ctx, 0)
		require.NoError(t, err)
		return len(owed)
	}
	no := errors.New("the bank said no")
	pay := oversight.Approve(func(context.Context, int) (int, error) {
		require.Equal(t, [2]int{0, 1}, [2]int{count(desk.Undelivered), count(desk.Interrupted)})
		return 0, no
	}, desk, func(int) oversight.Case { return oversight.Case{} })
	_, err := pay(ctx, 7)
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	require.Equal(t, [2]int{1, 0}, [2]int{count(desk.Undelivered), count(desk.Interrupted)})
	_, err = pay(oversight.Resume(ctx, id), 7)
	require.ErrorIs(t, err, no)
	require.Zero(t, count(desk.Undelivered)+count(desk.Interrupted), "its result is known")
}

// A case that nobody decides becomes urgent before its deadline and is noticed as due, once, in every process.
func TestDueCasesAreNoticedAndUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := holdAll(0, time.Hour, "")
		p.Remind = 10 * time.Minute
		l := ledger.Memory(nil)
		var said []string
		desk, err := oversight.New(t.Context(), l, p, &oversight.Options{Notify: func(n oversight.Notice) { said = append(said, n.Kind) }})
		require.NoError(t, err)
		ids := openCases(t, desk, 1)
		time.Sleep(49 * time.Minute)
		n, err := desk.Expire(t.Context())
		require.NoError(t, err)
		require.Zero(t, n)
		time.Sleep(time.Minute)
		for range 3 {
			items, err := desk.Pending(t.Context(), oversight.Filter{})
			require.NoError(t, err)
			require.True(t, items[0].Urgent)
			require.Equal(t, ids[0], items[0].Case)
		}
		require.Equal(t, []string{oversight.NoticeOpened, oversight.NoticeDue}, said)
		time.Sleep(10 * time.Minute)
		_, err = number(desk)(oversight.Resume(about(t.Context(), "anna"), ids[0]), 0)
		require.ErrorIs(t, err, oversight.ErrRejected)
		require.Equal(t, []string{oversight.NoticeOpened, oversight.NoticeDue, oversight.NoticeDecided}, said)

		// Nobody looks until it is too late: the deadline counts, not the reminder.
		late := openCases(t, desk, 1)
		time.Sleep(2 * time.Hour)
		_, err = number(desk)(oversight.Resume(about(t.Context(), "anna"), late[0]), 0)
		require.ErrorIs(t, err, oversight.ErrRejected)
	})
	_, err := oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{Deadline: time.Hour, Remind: time.Hour}, nil)
	require.ErrorIs(t, err, oversight.ErrPolicy)
	_, err = oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{Blind: 1}, nil)
	require.ErrorIs(t, err, oversight.ErrPolicy)
}

// What a guard further out keeps back was not delivered: it stays in the list, and does not lapse the later for it.
func TestWhatAnOuterGuardRefusesIsNotDelivered(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	ctx := about(t.Context(), "anna")
	full := errors.New("the journal is full")
	site := call.NewSite(&call.System{Name: "numbers"}, nil)
	var reached []error // what the outer guard was given
	outer := func(ctx context.Context, in int, fault error) (out int, err error) {
		ctx, scope := call.Enter(ctx, call.StageConsent, site)
		defer scope.Exit(&err)
		out, err = call.Next(ctx, &scope, number(desk), in)
		reached = append(reached, err)
		if fault != nil {
			return 0, fault
		}
		return out, err
	}
	owed := func() int {
		list, err := desk.Undelivered(ctx, 0)
		require.NoError(t, err)
		for _, d := range list {
			file, err := desk.Get(ctx, d.Case)
			require.NoError(t, err)
			require.False(t, file.Delivered)
		}
		return len(list)
	}
	var ids []uuid.UUID
	for n, v := range []oversight.Verdict{oversight.Approved, oversight.Rejected} {
		_, err := outer(ctx, n, nil)
		ids = append(ids, held(t, err).Case)
		decide(t, desk, ids[n], oversight.Judgement{Verdict: v})
	}
	reached = nil
	for n, id := range ids {
		_, err := outer(oversight.Resume(ctx, id), n, full)
		require.ErrorIs(t, err, full)
	}
	require.NoError(t, reached[0])
	require.ErrorIs(t, reached[1], oversight.ErrRejected)
	require.Equal(t, 2, owed())
	_, err := outer(oversight.Resume(ctx, ids[0]), 0, nil)
	require.NoError(t, err)
	require.Equal(t, 1, owed())
	_, err = outer(oversight.Resume(ctx, ids[1]), 1, nil)
	require.ErrorIs(t, err, oversight.ErrRejected)
	require.Zero(t, owed())
}
