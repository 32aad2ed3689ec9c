package oversight_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestOpenByHand(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdUnsure())
	ctx, scope := call.Enter(about(t.Context(), "anna"), call.StageBoundary, call.NewSite(nil, nil))
	var err error
	defer scope.Exit(&err)
	require.NoError(t, desk.Check(ctx))
	require.ErrorIs(t, desk.Open(t.Context(), 1, 2, oversight.Case{}), oversight.ErrInvalid, "outside a call")
	require.NoError(t, desk.Open(ctx, 1, 2, oversight.Case{Score: 0.9}))
	require.Zero(t, desk.State().Audit, "not drawn")
	require.NoError(t, desk.Open(ctx, 1, 2, oversight.Case{Score: 0.1}))
	items, err := desk.Pending(ctx, oversight.Filter{})
	require.NoError(t, err)
	require.Len(t, items, 1)
	require.True(t, items[0].Urgent)
	require.False(t, items[0].Held, "what has gone out is not held")
	var none *oversight.Desk
	require.ErrorIs(t, none.Open(ctx, 1, 2, oversight.Case{}), oversight.ErrRefused)
	require.ErrorIs(t, none.Check(ctx), oversight.ErrRefused)
	require.NoError(t, desk.Stop(ctx, "olga", ""))
	require.ErrorIs(t, desk.Check(ctx), oversight.ErrStopped)
}

func TestWrapOrDegrades(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	popular := func(context.Context, customer) ([]offer, error) { return []offer{{"popular", 1}}, nil }
	guarded := oversight.WrapOr(m.recommend, desk, describe, popular)
	ctx, trail := call.Track(about(t.Context(), "anna"))
	out, err := guarded(ctx, customer{Score: 0.9})
	require.NoError(t, err)
	require.Equal(t, "loan", out[0].Product)
	require.Equal(t, call.Allowed, trail.Outcome())
	_, err = guarded(ctx, customer{Score: 0.1})
	id := held(t, err).Case

	require.NoError(t, desk.Stop(ctx, "olga", ""))
	out, err = guarded(ctx, customer{Score: 0.1})
	require.NoError(t, err)
	require.Equal(t, "popular", out[0].Product)
	require.Equal(t, call.Fallback, trail.Outcome())
	require.Equal(t, 2, m.runs)
	_, err = guarded(oversight.Resume(ctx, id), customer{Score: 0.1})
	require.ErrorIs(t, err, oversight.ErrStopped, "what is held waits for its own answer")
	require.NoError(t, desk.Start(ctx, "olga", ""))
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	out, err = guarded(oversight.Resume(ctx, id), customer{Score: 0.1})
	require.NoError(t, err)
	require.Equal(t, 200, out[0].Price)

	_, err = oversight.WrapOr(m.recommend, nil, describe, popular)(ctx, customer{})
	require.ErrorIs(t, err, oversight.ErrRefused, "a desk that is not there does not degrade")
	require.Panics(t, func() { oversight.WrapOr(m.recommend, desk, describe, nil) })
}

func TestDrillRecordsItself(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, describe)
	ctx := about(t.Context(), "anna")
	probe := func(ctx context.Context) error {
		_, err := guarded(ctx, customer{Score: 0.9})
		return err
	}
	drill, err := desk.Drill(ctx, "olga", probe)
	require.NoError(t, err)
	require.True(t, drill.Refused)
	require.True(t, drill.Again)
	require.Positive(t, drill.Took)
	require.Nil(t, desk.State().Stopped)
	var kept oversight.Drill
	for e, err := range l.Since(ctx, drill.Seq-1) {
		require.NoError(t, err)
		require.Equal(t, "stop.drilled", e.Kind)
		require.NoError(t, json.Unmarshal(e.Body, &kept))
	}
	require.Equal(t, "olga", kept.Who)
	require.True(t, kept.Refused)

	drill, err = desk.Drill(ctx, "olga", func(context.Context) error { panic("canary") })
	require.NoError(t, err)
	require.False(t, drill.Refused, "a button that nobody heard is on record too")
	require.Nil(t, desk.State().Stopped, "and it is let go")
	_, err = desk.Drill(ctx, "", probe)
	require.ErrorIs(t, err, oversight.ErrInvalid)
	_, err = desk.Drill(ctx, "olga", nil)
	require.ErrorIs(t, err, oversight.ErrInvalid)
	require.NoError(t, desk.Stop(ctx, "olga", ""))
	_, err = desk.Drill(ctx, "olga", probe)
	require.ErrorIs(t, err, oversight.ErrInvalid)
	require.NotErrorIs(t, err, oversight.ErrStopped)
}
