package oversight_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestStopEverywhereAndStart(t *testing.T) {
	l := ledger.Memory(nil)
	here, there := newDesk(t, l, holdUnsure()), newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, there, describe)
	ctx, trail := call.Track(about(t.Context(), "anna"))
	_, err := guarded(ctx, customer{Score: 0.1})
	id := held(t, err).Case
	decide(t, here, id, oversight.Judgement{Verdict: oversight.Approved})

	require.ErrorIs(t, here.Stop(ctx, "", "no name"), oversight.ErrInvalid)
	require.NoError(t, here.Stop(ctx, "olga", "odd answers"))
	require.NoError(t, here.Stop(ctx, "otto", "me too"))
	require.Equal(t, "olga", there.State().Stopped.Who, "who stopped first")
	_, err = guarded(ctx, customer{Score: 0.9})
	require.ErrorIs(t, err, oversight.ErrStopped)
	require.Equal(t, call.Stopped, trail.Outcome())
	_, err = guarded(oversight.Resume(ctx, id), customer{Score: 0.1})
	require.ErrorIs(t, err, oversight.ErrStopped, "nothing goes out while stopped")
	_, err = oversight.Approve(m.recommend, here, func(customer) oversight.Case { return oversight.Case{} })(ctx, customer{})
	require.ErrorIs(t, err, oversight.ErrStopped)
	require.Equal(t, 1, m.runs)
	late := newDesk(t, l, holdUnsure())
	require.NotNil(t, late.State().Stopped, "a replica that starts later is stopped too")

	require.NoError(t, there.Start(ctx, "olga", "fixed"))
	require.Nil(t, here.State().Stopped)
	_, err = guarded(oversight.Resume(ctx, id), customer{Score: 0.1})
	require.NoError(t, err)
}

func TestStopBindsHereAlsoWithoutALedger(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	require.NoError(t, l.Close())
	err := desk.Stop(t.Context(), "olga", "")
	require.ErrorIs(t, err, ledger.ErrClosed)
	require.NotNil(t, desk.State().Stopped)
	require.Zero(t, desk.State().Stopped.Seq, "nobody else knows")
}

func TestAStateThatCannotBeReadIsStopped(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	require.NoError(t, l.Close())
	var m model
	_, err := oversight.Wrap(m.recommend, desk, describe)(about(t.Context(), "anna"), customer{Score: 0.9})
	require.ErrorIs(t, err, oversight.ErrStopped)
	require.ErrorIs(t, err, ledger.ErrClosed)
	require.Zero(t, m.runs)
	_, err = desk.Pending(t.Context(), oversight.Filter{})
	require.ErrorIs(t, err, oversight.ErrRefused)
	require.Error(t, desk.State().Err)
}

// The end of a drill ends the drill, and no real stop that came meanwhile.
func TestARealStopOutlivesADrill(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, oversight.Policy{})
	there := newDesk(t, l, oversight.Policy{})
	drill, err := desk.Drill(t.Context(), "olga", func(ctx context.Context) error {
		if there.State().Stopped.Why == "drill" {
			require.NoError(t, there.Stop(ctx, "rosa", "wrong prices"))
		}
		return desk.Check(ctx)
	})
	require.NoError(t, err)
	require.True(t, drill.Refused)
	require.False(t, drill.Again)
	for _, k := range []*oversight.Desk{desk, there, newDesk(t, l, oversight.Policy{})} {
		require.Equal(t, "rosa", k.State().Stopped.Who)
	}
	require.NoError(t, desk.Start(t.Context(), "rosa", "corrected"))
	require.Nil(t, there.State().Stopped)
}
