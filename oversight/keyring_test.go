package oversight_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// fickle is a model that is not always of one mind, asked about one order; what it is too sure of is held.
func fickle(desk *oversight.Desk, score *float64) func(context.Context, string) (float64, error) {
	return oversight.Wrap(func(context.Context, string) (float64, error) { return *score, nil }, desk,
		func(_ string, out float64) oversight.Case { return oversight.Case{Key: "order-1", Score: out} })
}

func holdSure(rate float64) oversight.Policy {
	return oversight.Policy{Rate: rate, Rules: []oversight.Rule{
		{Name: "sure", When: func(c oversight.Case) bool { return c.Score > 0.5 }, Hold: true},
	}}
}

// What is only looked at afterwards under a Key lets out nothing else that a rule holds under it.
func TestAnAuditUnderAKeyDeliversNoHeldAnswer(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdSure(1))
	score := 0.1
	ask := fickle(desk, &score)
	ctx := about(t.Context(), "anna")
	_, err := ask(ctx, "in")
	require.NoError(t, err)
	score = 0.9
	_, err = ask(ctx, "in")
	require.ErrorIs(t, err, oversight.ErrPending)
	require.Equal(t, 1, desk.State().Held)
	require.Equal(t, 1, desk.State().Audit)
}

// A review after the fact is no approval to run the call again.
func TestAnAuditOfACallIsNoApproval(t *testing.T) {
	l := ledger.Memory(nil)
	runs := 0
	refund := func(context.Context, string) (string, error) { runs++; return "paid", nil }
	do := func(ctx context.Context, d *oversight.Desk) (string, error) {
		ctx, scope := call.Enter(ctx, call.StageBoundary, call.SiteOf(&call.System{Name: "refunds"}))
		out, err := oversight.Approve(refund, d, func(string) oversight.Case { return oversight.Case{Key: "refund-1"} })(ctx, "x")
		scope.Exit(&err)
		return out, err
	}
	audit, strict := newDesk(t, l, oversight.Policy{}), newDesk(t, l, holdAll(0, 0, ""))
	ctx := about(t.Context(), "anna")
	_, err := do(ctx, audit)
	require.NoError(t, err)
	items, err := audit.Pending(ctx, oversight.Filter{})
	require.NoError(t, err)
	decide(t, strict, items[0].Case, oversight.Judgement{Verdict: oversight.Approved}) // "it was right", after the fact
	_, err = do(ctx, strict)
	require.ErrorIs(t, err, oversight.ErrPending)
	_, err = do(oversight.Resume(ctx, items[0].Case), strict)
	require.ErrorIs(t, err, oversight.ErrConflict)
	require.Equal(t, 1, runs)
}

// Under one Key nobody can ask until no rule holds the answer: not while the case is open, and not after its verdict, until that lapses.
func TestADecidedKeyIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk := newDesk(t, l, holdSure(oversight.RulesOnly))
		score := 0.9
		ask := fickle(desk, &score)
		ctx := about(t.Context(), "anna")
		_, err := ask(ctx, "in")
		id := held(t, err).Case
		score = 0.4
		_, err = ask(ctx, "in")
		require.Equal(t, id, held(t, err).Case)
		decide(t, desk, id, oversight.Judgement{Verdict: oversight.Rejected})
		again := newDesk(t, l, holdSure(oversight.RulesOnly)) // which has it from the ledger
		for _, k := range []*oversight.Desk{desk, again} {
			_, err = fickle(k, &score)(ctx, "in")
			require.ErrorIs(t, err, oversight.ErrRejected)
		}
		time.Sleep(oversight.DefaultValid + time.Minute)
		_, err = ask(ctx, "in")
		require.NoError(t, err)
		score = 0.9
		_, err = ask(ctx, "in")
		require.ErrorIs(t, err, oversight.ErrRejected, "a rule holds it, and the rejection stands")
	})
}

// With a person goes what their keys held.
func TestAnErasedKeyIsForgotten(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdSure(oversight.RulesOnly))
	score := 0.9
	ask := fickle(desk, &score)
	ctx := about(t.Context(), "anna")
	_, err := ask(ctx, "in")
	decide(t, desk, held(t, err).Case, oversight.Judgement{Verdict: oversight.Rejected})
	_, err = l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	score = 0.4
	_, err = ask(ctx, "in")
	require.NoError(t, err)
}

// An approval that nobody came for lapses, and the error says how to ask again.
func TestALapsedKeyWantsAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
		key := "k"
		ask := oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk, func(int, int) oversight.Case { return oversight.Case{Key: key} })
		ctx := about(t.Context(), "anna")
		_, err := ask(ctx, 1)
		decide(t, desk, held(t, err).Case, oversight.Judgement{Verdict: oversight.Approved})
		time.Sleep(oversight.DefaultValid + time.Minute)
		_, err = ask(ctx, 1)
		require.ErrorIs(t, err, oversight.ErrConflict)
		require.ErrorContains(t, err, "another Key")
		key = "k2"
		_, err = ask(ctx, 1)
		require.ErrorIs(t, err, oversight.ErrPending)
	})
}
