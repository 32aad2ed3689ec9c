package oversight_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// holdAll holds every call.
func holdAll(wait, deadline time.Duration, fallback oversight.Verdict) oversight.Policy {
	return oversight.Policy{
		Rate: oversight.RulesOnly, Wait: wait, Deadline: deadline, Fallback: fallback,
		Rules: []oversight.Rule{{Name: "all", When: func(oversight.Case) bool { return true }, Hold: true}},
	}
}

// number is a guarded function that answers with its input.
func number(desk *oversight.Desk) func(context.Context, int) (int, error) {
	return oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk,
		func(n, _ int) oversight.Case { return oversight.Case{Title: strconv.Itoa(n)} })
}

func openCases(t testing.TB, desk *oversight.Desk, n int) []uuid.UUID {
	t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		_, err := number(desk)(about(t.Context(), "anna"), i)
		ids[i] = held(t, err).Case
	}
	return ids
}

func TestWaitingIsWokenByTheVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk, other := newDesk(t, l, holdAll(time.Minute, time.Hour, "")), newDesk(t, l, holdAll(0, 0, ""))
		began := time.Now()
		go func() {
			synctest.Wait() // the caller is waiting
			lease, err := other.Claim(t.Context(), "r", uuid.Nil)
			if err == nil {
				err = other.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved})
			}
			if err != nil {
				panic(err)
			}
		}()
		out, err := number(desk)(about(t.Context(), "anna"), 7)
		require.NoError(t, err)
		require.Equal(t, 7, out)
		require.Equal(t, began, time.Now(), "no time has passed")
	})
}

func TestWaitEndsInPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := newDesk(t, ledger.Memory(nil), holdAll(time.Minute, time.Hour, ""))
		began := time.Now()
		_, err := number(desk)(about(t.Context(), "anna"), 7)
		pending := held(t, err)
		require.Equal(t, time.Minute, time.Since(began))
		require.True(t, pending.Until.Equal(began.Add(time.Hour)))

		ctx, cancel := context.WithCancel(about(t.Context(), "anna"))
		time.AfterFunc(time.Second, cancel)
		_, err = number(desk)(ctx, 8)
		gone := held(t, err)
		require.ErrorIs(t, err, context.Canceled)
		decide(t, desk, gone.Case, oversight.Judgement{Verdict: oversight.Approved})
		out, err := number(desk)(oversight.Resume(about(t.Context(), "anna"), gone.Case), 8)
		require.NoError(t, err, "wrapped anew, it is the same function")
		require.Equal(t, 8, out)
	})
}

func TestDeadlineFallsBackByAnEntry(t *testing.T) {
	for _, fallback := range []oversight.Verdict{"", oversight.Rejected, oversight.Approved} {
		t.Run("fallback "+string(fallback), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := ledger.Memory(nil)
				desk := newDesk(t, l, holdAll(0, time.Hour, fallback))
				guarded := number(desk)
				ctx := about(t.Context(), "anna")
				_, err := guarded(ctx, 7)
				id := held(t, err).Case
				lease, err := desk.Claim(ctx, "r", id)
				require.NoError(t, err)

				time.Sleep(time.Hour)
				err = desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved})
				require.ErrorIs(t, err, oversight.ErrFenced, "too late")
				out, err := guarded(oversight.Resume(ctx, id), 7)
				if fallback == oversight.Approved {
					require.NoError(t, err)
					require.Equal(t, 7, out)
				} else {
					require.ErrorIs(t, err, oversight.ErrRejected)
				}
				file, err := desk.Get(ctx, id)
				require.NoError(t, err)
				require.True(t, file.Expired)
				kinds := map[string]int{}
				for _, e := range file.Events {
					kinds[e.Kind]++
				}
				require.Equal(t, 1, kinds["case.expired"])
				require.Equal(t, 1, kinds["case.decided"], "the late verdict is in the evidence")
				require.Zero(t, desk.State().Held)
			})
		})
	}
}

// While waiting, the deadline may come before Wait is over: then the fallback decides at once.
func TestDeadlineDuringWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := newDesk(t, ledger.Memory(nil), holdAll(time.Hour, time.Minute, ""))
		began := time.Now()
		_, err := number(desk)(about(t.Context(), "anna"), 7)
		require.ErrorIs(t, err, oversight.ErrRejected)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestUnattendedCasesExpireWhenSomebodyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk := newDesk(t, l, holdAll(0, time.Hour, ""))
		openCases(t, desk, 600)
		time.Sleep(30 * time.Minute)
		young := openCases(t, desk, 3)
		time.Sleep(30 * time.Minute)
		items, err := desk.Pending(t.Context(), oversight.Filter{})
		require.NoError(t, err)
		require.Len(t, items, 3)
		require.Equal(t, young[0], items[0].Case)
		n, err := desk.Expire(t.Context())
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

func TestClaimFencesAndLeasesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk, other := newDesk(t, l, holdAll(0, 0, "")), newDesk(t, l, holdAll(0, 0, ""))
		id := openCases(t, desk, 1)[0]
		ctx := t.Context()

		first, err := desk.Claim(ctx, "rosa", id)
		require.NoError(t, err)
		_, err = other.Claim(ctx, "ruth", id)
		require.ErrorIs(t, err, oversight.ErrFenced)
		_, err = other.Claim(ctx, "ruth", uuid.Nil)
		require.ErrorIs(t, err, oversight.ErrNotFound, "nothing else is left")

		time.Sleep(time.Minute)
		first, err = desk.Renew(ctx, first)
		require.NoError(t, err)
		time.Sleep(oversight.DefaultLease - time.Second)
		_, err = other.Claim(ctx, "ruth", id)
		require.ErrorIs(t, err, oversight.ErrFenced, "renewed")
		time.Sleep(time.Second)

		second, err := other.Claim(ctx, "ruth", id)
		require.NoError(t, err)
		require.Greater(t, second.Token, first.Token)
		_, err = desk.Renew(ctx, first)
		require.ErrorIs(t, err, oversight.ErrFenced)
		require.ErrorIs(t, desk.Release(ctx, first), oversight.ErrFenced)
		err = desk.Submit(ctx, first, oversight.Judgement{Verdict: oversight.Approved})
		require.ErrorIs(t, err, oversight.ErrFenced)
		file, err := desk.Get(ctx, id)
		require.NoError(t, err)
		last := file.Events[len(file.Events)-1]
		require.Equal(t, "case.decided", last.Kind, "recorded")
		require.False(t, last.Counted, "and refused")
		require.Equal(t, "rosa", last.Who)
		require.Empty(t, file.Verdict)

		require.NoError(t, other.Release(ctx, second))
		require.ErrorIs(t, other.Submit(ctx, second, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrFenced)
		third, err := desk.Claim(ctx, "rosa", uuid.Nil)
		require.NoError(t, err)
		require.NoError(t, desk.Submit(ctx, third, oversight.Judgement{Verdict: oversight.Rejected}))
		require.NoError(t, desk.Submit(ctx, third, oversight.Judgement{Verdict: oversight.Rejected}), "once more is harmless")
		require.ErrorIs(t, desk.Submit(ctx, third, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrConflict)
		require.ErrorIs(t, other.Submit(ctx, second, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrFenced)
		_, err = desk.Claim(ctx, "rosa", id)
		require.ErrorIs(t, err, oversight.ErrNotFound)
	})
}

func TestQueueNeedsNamesAndRealJudgements(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	id := openCases(t, desk, 1)[0]
	ctx := t.Context()
	for _, who := range []string{"", "  ", "\xff", string(make([]byte, 300))} {
		_, err := desk.Claim(ctx, who, id)
		require.ErrorIs(t, err, oversight.ErrInvalid)
	}
	lease, err := desk.Claim(ctx, "rosa", id)
	require.NoError(t, err)
	for name, j := range map[string]oversight.Judgement{
		"none": {}, "made up": {Verdict: "fine"}, "expire": {Verdict: "expire"},
		"output beside approve": {Verdict: oversight.Approved, Output: 1},
		"replace by nothing":    {Verdict: oversight.Replaced},
		"not JSON":              {Verdict: oversight.Replaced, Output: []byte("{")},
		"not encodable":         {Verdict: oversight.Replaced, Output: func() {}},
		"comment":               {Verdict: oversight.Rejected, Comment: "\xff"},
	} {
		require.ErrorIs(t, desk.Submit(ctx, lease, j), oversight.ErrInvalid, name)
	}
	nameless := lease
	nameless.Reviewer = ""
	require.ErrorIs(t, desk.Submit(ctx, nameless, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrInvalid)
	forged := lease
	forged.Token++
	require.ErrorIs(t, desk.Submit(ctx, forged, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrFenced)
	require.ErrorIs(t, desk.Submit(ctx, oversight.Lease{Reviewer: "rosa"}, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrNotFound)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	require.Error(t, desk.Submit(cancelled, lease, oversight.Judgement{Verdict: oversight.Approved}))
	require.NoError(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}), "nothing is lost")
}

// Many claimers on two desks of one ledger: every case is handed out once.
func TestClaimsAreExclusive(t *testing.T) {
	l := ledger.Memory(nil)
	desks := []*oversight.Desk{newDesk(t, l, holdAll(0, 0, "")), newDesk(t, l, holdAll(0, 0, ""))}
	const cases, claimers = 400, 16
	openCases(t, desks[0], cases)
	var mu sync.Mutex
	handed := map[uuid.UUID]string{}
	var wg sync.WaitGroup
	for i := range claimers {
		wg.Go(func() {
			desk, who := desks[i%2], fmt.Sprint("reviewer-", i)
			for {
				lease, err := desk.Claim(t.Context(), who, uuid.Nil)
				if err != nil {
					return
				}
				mu.Lock()
				if by, ok := handed[lease.Case]; ok {
					t.Errorf("handed to %s and %s", by, who)
				}
				handed[lease.Case] = who
				mu.Unlock()
				if err := desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}); err != nil {
					t.Errorf("%v", err)
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, handed, cases)
	require.Zero(t, desks[0].State().Held)
	require.Zero(t, desks[1].State().Held)
}

func TestPendingFiltersAndPages(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(0, 0, ""))
	ids := openCases(t, desk, 5)
	audit := newDesk(t, l, oversight.Policy{})
	_, err := number(audit)(about(t.Context(), "anna"), 9)
	require.NoError(t, err)
	lease, err := desk.Claim(t.Context(), "rosa", ids[0])
	require.NoError(t, err)

	list := func(f oversight.Filter) []oversight.Item {
		items, err := desk.Pending(t.Context(), f)
		require.NoError(t, err)
		return items
	}
	all := list(oversight.Filter{})
	require.Len(t, all, 6)
	require.Equal(t, ids[0], all[0].Case)
	require.Equal(t, "rosa", all[0].Reviewer)
	require.True(t, lease.Until.Equal(all[0].LeaseUntil))
	require.False(t, all[5].Held, "what nobody waits for comes last")
	require.Len(t, list(oversight.Filter{Held: true}), 5)
	require.Len(t, list(oversight.Filter{Unclaimed: true}), 5)
	require.Empty(t, list(oversight.Filter{System: "nobody's"}))
	page := list(oversight.Filter{Limit: 2})
	require.Equal(t, []uuid.UUID{ids[0], ids[1]}, []uuid.UUID{page[0].Case, page[1].Case})
	page = list(oversight.Filter{Held: true, Limit: 2, After: page[1]})
	require.Equal(t, []uuid.UUID{ids[2], ids[3]}, []uuid.UUID{page[0].Case, page[1].Case})
	page = list(oversight.Filter{After: all[3]})
	require.Len(t, page, 2)
	require.Equal(t, all[5].Case, page[1].Case)
	require.Empty(t, list(oversight.Filter{After: all[5]}))
}

func TestFullQueue(t *testing.T) {
	l := ledger.Memory(nil)
	desk, err := oversight.New(t.Context(), l, oversight.Policy{}, &oversight.Options{Key: secret, MaxOpen: 3})
	require.NoError(t, err)
	for i := range 5 {
		_, err := number(desk)(about(t.Context(), "anna"), i)
		require.NoError(t, err, "what holds nothing makes room, and no call suffers")
	}
	require.Equal(t, 3, desk.State().Audit)
	strict, err := oversight.New(t.Context(), l, holdAll(0, 0, ""), &oversight.Options{Key: secret, MaxOpen: 3})
	require.NoError(t, err)
	openCases(t, strict, 3)
	require.Zero(t, desk.State().Audit)
	_, err = number(strict)(about(t.Context(), "anna"), 9)
	require.ErrorIs(t, err, oversight.ErrRefused, "who waits is not given up")
	require.Equal(t, 3, strict.State().Held)
}

// Two names that differ in what does not show would be two reviewers of one case.
func TestNamesThatLookAlikeAreOne(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	id := openCases(t, desk, 1)[0]
	for _, who := range []string{"", " ", "rosa ", "\trosa", "\u00a0rosa", "rosa\u200b", "\ufeffrosa", "rosa\x00", "\xff", strings.Repeat("r", 257)} {
		_, err := desk.Claim(t.Context(), who, id)
		require.ErrorIs(t, err, oversight.ErrInvalid, "%q", who)
		require.ErrorIs(t, desk.Invalidate(t.Context(), who, id, "why"), oversight.ErrInvalid, "%q", who)
		require.ErrorIs(t, desk.Enrol(t.Context(), "olga", oversight.Member{Name: who, Competence: "x", TrainedUntil: time.Now()}), oversight.ErrInvalid, "%q", who)
	}
	claim(t, desk, "Rosa d'Árbol 李", id)
	require.NoError(t, desk.Stop(t.Context(), " olga\n", "wrong prices"), "the button works")
	require.Equal(t, "olga", desk.State().Stopped.Who)
}
