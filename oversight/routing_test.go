package oversight_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func twoOf(p oversight.Policy) oversight.Policy {
	p.Rules[0].Need = 2
	return p
}

func claim(t testing.TB, desk *oversight.Desk, who string, id uuid.UUID) oversight.Lease {
	t.Helper()
	lease, err := desk.Claim(t.Context(), who, id)
	require.NoError(t, err)
	return lease
}

func vote(t testing.TB, desk *oversight.Desk, who string, id uuid.UUID, v oversight.Verdict) {
	t.Helper()
	require.NoError(t, desk.Submit(t.Context(), claim(t, desk, who, id), oversight.Judgement{Verdict: v}))
}

func TestTwoReviewersMustAgree(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), twoOf(holdAll(0, 0, "")))
	id := openCases(t, desk, 1)[0]
	ctx := about(t.Context(), "anna")
	vote(t, desk, "rosa", id, oversight.Approved)
	_, err := desk.Claim(ctx, "rosa", id)
	require.ErrorIs(t, err, oversight.ErrFenced, "nobody votes twice")
	_, err = desk.Claim(ctx, "rosa", uuid.Nil)
	require.ErrorIs(t, err, oversight.ErrNotFound)
	_, err = number(desk)(oversight.Resume(ctx, id), 0)
	require.Equal(t, id, held(t, err).Case)

	file, err := desk.Get(ctx, id)
	require.NoError(t, err)
	require.Equal(t, 1, file.Votes)
	require.Equal(t, 2, file.Need)
	require.Empty(t, file.Judgements, "the second reviewer is blind to the first")
	vote(t, desk, "ruth", id, oversight.Approved)
	out, err := number(desk)(oversight.Resume(ctx, id), 0)
	require.NoError(t, err)
	require.Zero(t, out)
	file, err = desk.Get(ctx, id)
	require.NoError(t, err)
	require.Len(t, file.Judgements, 2)
}

func TestAThirdSettlesWhereTwoDiffer(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), twoOf(holdAll(0, 0, "")))
	id := openCases(t, desk, 1)[0]
	ctx := about(t.Context(), "anna")
	first := claim(t, desk, "rosa", id)
	require.ErrorIs(t, desk.Adjudicate(ctx, first, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrInvalid, "nothing to settle yet")
	require.NoError(t, desk.Submit(ctx, first, oversight.Judgement{Verdict: oversight.Approved}), "under the same lease")
	second := claim(t, desk, "ruth", id)
	for range 2 {
		require.NoError(t, desk.Submit(ctx, second, oversight.Judgement{Verdict: oversight.Rejected}), "also when it is repeated after the split")
	}
	items, err := desk.Pending(ctx, oversight.Filter{Split: true})
	require.NoError(t, err)
	require.Len(t, items, 1)
	_, err = desk.Claim(ctx, "rhea", uuid.Nil)
	require.ErrorIs(t, err, oversight.ErrNotFound, "a split case is for who asks for it")
	_, err = desk.Claim(ctx, "ruth", id)
	require.ErrorIs(t, err, oversight.ErrFenced)
	lease := claim(t, desk, "rhea", id)
	require.ErrorIs(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Rejected}), oversight.ErrInvalid)
	require.NoError(t, desk.Adjudicate(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}), "as that error says")
	file, err := desk.Get(ctx, id)
	require.NoError(t, err)
	require.Equal(t, oversight.Approved, file.Verdict)
	require.Equal(t, "rhea", file.By)
	require.True(t, file.Judgements[2].Final)
}

// A bulk cannot settle where reviewers differ, and does not keep the case from who can.
func TestBulkGivesBackWhatItCannotDecide(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), twoOf(holdAll(0, 0, "")))
	id := openCases(t, desk, 1)[0]
	vote(t, desk, "rosa", id, oversight.Approved)
	vote(t, desk, "ruth", id, oversight.Rejected)
	errs, err := desk.Bulk(t.Context(), "rhea", []uuid.UUID{id}, oversight.Judgement{Verdict: oversight.Approved})
	require.NoError(t, err)
	require.ErrorIs(t, errs[0], oversight.ErrInvalid)
	require.NoError(t, desk.Adjudicate(t.Context(), claim(t, desk, "robin", id), oversight.Judgement{Verdict: oversight.Approved}))
}

func TestUndoWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := holdAll(0, time.Hour, "")
		p.Undo = 10 * time.Second
		l := ledger.Memory(nil)
		desk := newDesk(t, l, p)
		guarded := number(desk)
		id := openCases(t, desk, 1)[0]
		ctx := about(t.Context(), "anna")

		lease := claim(t, desk, "rosa", id)
		require.NoError(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}))
		_, err := guarded(oversight.Resume(ctx, id), 0)
		require.ErrorIs(t, err, oversight.ErrPending, "not before the window is over")
		_, err = desk.Claim(ctx, "ruth", id)
		require.ErrorIs(t, err, oversight.ErrFenced)
		other := lease
		other.Reviewer = "ruth"
		require.ErrorIs(t, desk.Undo(ctx, other), oversight.ErrFenced, "only who gave it")

		lease = claimAfterUndo(t, desk, id)
		require.NoError(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Rejected}))
		time.Sleep(10 * time.Second)
		require.Error(t, desk.Undo(ctx, lease), "too late")
		_, err = guarded(oversight.Resume(ctx, id), 0)
		require.ErrorIs(t, err, oversight.ErrRejected)
		file, err := desk.Get(ctx, id)
		require.NoError(t, err)
		require.Len(t, file.Judgements, 1)
		require.Zero(t, desk.State().Held)
	})
}

func claimAfterUndo(t testing.TB, desk *oversight.Desk, id uuid.UUID) oversight.Lease {
	t.Helper()
	file, err := desk.Get(t.Context(), id)
	require.NoError(t, err)
	require.False(t, file.StandsAt.IsZero())
	require.NoError(t, desk.Undo(t.Context(), oversight.Lease{Case: id, Reviewer: "rosa", Token: file.Events[1].Seq}))
	return claim(t, desk, "rosa", id)
}

// A caller that waits gets the answer when the window is over, without anybody else acting.
func TestWaitingThroughTheUndoWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := holdAll(time.Minute, time.Hour, "")
		p.Undo = 10 * time.Second
		desk := newDesk(t, ledger.Memory(nil), p)
		began := time.Now()
		go func() {
			synctest.Wait()
			lease, err := desk.Claim(t.Context(), "r", uuid.Nil)
			if err == nil {
				err = desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved})
			}
			if err != nil {
				panic(err)
			}
		}()
		out, err := number(desk)(about(t.Context(), "anna"), 7)
		require.NoError(t, err)
		require.Equal(t, 7, out)
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}

func TestAVerdictLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := holdAll(0, time.Hour, "")
		p.Valid = time.Hour
		desk := newDesk(t, ledger.Memory(nil), p)
		guarded := number(desk)
		ids := openCases(t, desk, 2)
		vote(t, desk, "rosa", ids[0], oversight.Approved)
		vote(t, desk, "rosa", ids[1], oversight.Approved)
		ctx := about(t.Context(), "anna")
		_, err := guarded(oversight.Resume(ctx, ids[0]), 0)
		require.NoError(t, err)
		time.Sleep(time.Hour + 1)
		_, err = guarded(oversight.Resume(ctx, ids[0]), 0)
		require.NoError(t, err, "what was delivered in time is delivered again")
		_, err = guarded(oversight.Resume(ctx, ids[1]), 1)
		require.ErrorIs(t, err, oversight.ErrConflict)
	})
}

func TestSkipEscalateAssignInvalidate(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(0, 0, ""))
	ids := openCases(t, desk, 3)
	ctx := t.Context()

	lease := claim(t, desk, "rosa", ids[0])
	require.ErrorIs(t, desk.Skip(ctx, lease, " "), oversight.ErrInvalid)
	require.NoError(t, desk.Skip(ctx, lease, "I know this person"))
	for range 2 {
		got := claim(t, desk, "rosa", uuid.Nil)
		require.NotEqual(t, ids[0], got.Case, "not offered again")
		waited := got
		defer func() { _ = desk.Release(ctx, waited) }()
	}
	_, err := desk.Claim(ctx, "rosa", uuid.Nil)
	require.ErrorIs(t, err, oversight.ErrNotFound)

	late := openCases(t, desk, 1)[0]
	require.NoError(t, desk.Escalate(ctx, claim(t, desk, "rosa", late), "large sum"))
	items, err := desk.Pending(ctx, oversight.Filter{})
	require.NoError(t, err)
	require.Equal(t, late, items[0].Case, "before the others")
	require.True(t, items[0].Urgent)

	require.NoError(t, desk.Assign(ctx, "boss", ids[0], "rosa"))
	again := claim(t, desk, "rosa", uuid.Nil)
	require.Equal(t, ids[0], again.Case, "who skipped it is offered what is reserved for them")
	require.NoError(t, desk.Release(ctx, again))
	require.NoError(t, desk.Assign(ctx, "boss", ids[0], "ruth"))
	_, err = desk.Claim(ctx, "rhea", ids[0])
	require.ErrorIs(t, err, oversight.ErrFenced)
	taken := claim(t, desk, "ruth", ids[0])
	require.NoError(t, desk.Assign(ctx, "boss", ids[0], "rhea"))
	require.ErrorIs(t, desk.Submit(ctx, taken, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrFenced, "taken away")
	vote(t, desk, "rhea", ids[0], oversight.Approved)
	require.ErrorIs(t, desk.Assign(ctx, "boss", ids[0], "ruth"), oversight.ErrNotFound)

	require.ErrorIs(t, desk.Invalidate(ctx, "boss", late, ""), oversight.ErrInvalid)
	require.NoError(t, desk.Invalidate(ctx, "boss", late, "order was cancelled"))
	file, err := desk.Get(ctx, late)
	require.NoError(t, err)
	require.True(t, file.Withdrawn)
	require.Equal(t, oversight.Rejected, file.Verdict)
	_, err = number(desk)(oversight.Resume(about(ctx, "anna"), late), 0)
	require.ErrorIs(t, err, oversight.ErrRejected)
}

func TestBulkIsOverNamedCases(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	ids := openCases(t, desk, 3)
	claim(t, desk, "ruth", ids[1])
	errs, err := desk.Bulk(t.Context(), "rosa", append(ids, uuid.Nil), oversight.Judgement{Verdict: oversight.Approved})
	require.NoError(t, err)
	require.NoError(t, errs[0])
	require.ErrorIs(t, errs[1], oversight.ErrFenced)
	require.NoError(t, errs[2])
	require.ErrorIs(t, errs[3], oversight.ErrNotFound)
	require.Equal(t, 1, desk.State().Held)
	_, err = desk.Bulk(t.Context(), "rosa", ids, oversight.Judgement{})
	require.ErrorIs(t, err, oversight.ErrInvalid)
	_, err = desk.Bulk(t.Context(), "rosa", make([]uuid.UUID, 1001), oversight.Judgement{Verdict: oversight.Approved})
	require.ErrorIs(t, err, oversight.ErrInvalid)
}
