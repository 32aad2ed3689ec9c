package oversight_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// Stop is pressed while the intent of an approved call is being written: the call does not run, and runs once when calls do again.
func TestNothingBeginsAfterStop(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(0, 0, ""))
	runs := 0
	pay := oversight.Approve(func(context.Context, string) (string, error) { runs++; return "paid", nil }, desk,
		func(string) oversight.Case { return oversight.Case{} })
	ctx := about(t.Context(), "anna")
	_, err := pay(ctx, "x")
	id := held(t, err).Case
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	reached, goes := make(chan struct{}), make(chan struct{})
	slow, err := l.Follow(ctx, []string{"oversight"}, func(e ledger.Entry, _ time.Time) error {
		if e.Kind == "effect.intent" { // a ledger that is slow at the wrong moment
			close(reached)
			<-goes
		}
		return nil
	})
	require.NoError(t, err)
	defer slow.Close()
	stopped := make(chan error)
	go func() {
		<-reached
		go func() { stopped <- desk.Stop(context.Background(), "olga", "now") }()
		for desk.State().Stopped == nil {
			time.Sleep(poll)
		}
		close(goes)
	}()
	_, err = pay(oversight.Resume(ctx, id), "x")
	require.ErrorIs(t, err, oversight.ErrStopped)
	require.NoError(t, <-stopped)
	require.Zero(t, runs)
	require.NoError(t, desk.Start(ctx, "olga", "over"))
	out, err := pay(oversight.Resume(ctx, id), "x")
	require.NoError(t, err)
	require.Equal(t, "paid", out)
	require.Equal(t, 1, runs)
}

// A Stop whose writing failed, as far as anybody could tell, and came about all the same: a Start elsewhere ends it here, too.
func TestStartEndsAStopThatWasWrittenLate(t *testing.T) {
	s := sqliteStore(t)
	here, there := newDesk(t, s.open(t), oversight.Policy{}), newDesk(t, s.open(t), oversight.Policy{})
	db, err := sql.Open(s.driver, s.dsn)
	require.NoError(t, err)
	defer db.Close()
	c, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer c.Close()
	_, err = c.ExecContext(t.Context(), "begin immediate")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.Error(t, here.Stop(ctx, "olga", "odd"))
	require.NotNil(t, here.State().Stopped)
	_, err = c.ExecContext(t.Context(), "rollback")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return there.State().Stopped != nil }, patience, poll)
	require.NoError(t, there.Start(t.Context(), "olga", "fixed"))
	require.Eventually(t, func() bool { return here.State().Stopped == nil }, patience, poll)
}

// A drill that cannot be written leaves nothing stopped.
func TestAnAbortedDrillStopsNothing(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), oversight.Policy{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := desk.Drill(ctx, "olga", desk.Check)
	require.Error(t, err)
	require.NoError(t, desk.Check(t.Context()))

	l := ledger.Memory(nil)
	desk = newDesk(t, l, oversight.Policy{})
	require.NoError(t, l.Close())
	_, err = desk.Drill(t.Context(), "olga", desk.Check)
	require.Error(t, err)
	require.Nil(t, desk.State().Stopped)
}

// A drill through another process gives that one the time that it has to hear of the switch.
func TestADrillThroughAnotherProcess(t *testing.T) {
	s := sqliteStore(t)
	here, there := newDesk(t, s.open(t), oversight.Policy{}), newDesk(t, s.open(t), oversight.Policy{})
	d, err := here.Drill(t.Context(), "olga", there.Check)
	require.NoError(t, err)
	require.True(t, d.Refused)
	require.True(t, d.Again)
	require.Positive(t, d.Took)

	deaf, err := here.Drill(t.Context(), "olga", func(context.Context) error { return nil })
	require.NoError(t, err)
	require.False(t, deaf.Refused, "nothing is refused there")
	require.Greater(t, deaf.Took, d.Took)
}

// Whoever waits behind a slow Notify, the breaker does not: the verdict that makes it trip stops the process.
func TestABlockedNotifyDisarmsNoBreaker(t *testing.T) {
	for name, l := range map[string]*ledger.Ledger{"memory": ledger.Memory(nil), "sqlite": sqliteStore(t).open(t)} {
		t.Run(name, func(t *testing.T) {
			free := make(chan struct{})
			defer close(free)
			desk, err := oversight.New(t.Context(), l, oversight.Policy{Breaker: &oversight.Breaker{Rate: 0.05, Alpha: 0.001}},
				&oversight.Options{Notify: func(oversight.Notice) { <-free }})
			require.NoError(t, err)
			guarded := oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk, func(int, int) oversight.Case { return oversight.Case{} })
			go func() { _, _ = guarded(about(context.Background(), "anna"), 0) }() // whose goroutine a Memory notifies in
			require.Eventually(t, func() bool { return desk.State().Audit == 1 }, patience, poll)
			for n := 0; !desk.State().Breaker.Tripped; n++ {
				require.Less(t, n, 60)
				_, err := guarded(about(t.Context(), "anna"), n)
				require.NoError(t, err)
				lease, err := desk.Claim(t.Context(), "rosa", uuid.Nil)
				require.NoError(t, err)
				require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Rejected}))
			}
			require.ErrorIs(t, desk.Check(t.Context()), oversight.ErrStopped)
			require.Equal(t, "breaker", desk.State().Stopped.Who)
		})
	}
}

// Who waits for a verdict at a desk that is closed is told so; the case is held as before.
func TestCloseEndsTheWaiting(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdAll(time.Hour, 2*time.Hour, ""))
	done := make(chan error, 1)
	go func() { _, err := number(desk)(about(context.Background(), "anna"), 1); done <- err }()
	require.Eventually(t, func() bool { return desk.State().Held == 1 }, patience, poll)
	desk.Close()
	desk.Close()
	select {
	case err := <-done:
		require.ErrorIs(t, err, oversight.ErrPending)
	case <-time.After(patience):
		require.Fail(t, "it waits on")
	}
	require.Equal(t, 1, newDesk(t, l, holdAll(0, 0, "")).State().Held)
}
