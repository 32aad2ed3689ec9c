package oversight_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// Whatever is opened, by a call, an appeal or a seed, counts against MaxOpen.
func TestNothingIsOpenedBeyondMaxOpen(t *testing.T) {
	desk, err := oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{
		Rules: []oversight.Rule{{Name: "odd", When: func(c oversight.Case) bool { return c.Score == 1 }, Hold: true}},
	}, &oversight.Options{Key: secret, MaxOpen: 2})
	require.NoError(t, err)
	t.Cleanup(desk.Close)
	guarded := oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk,
		func(n, _ int) oversight.Case { return oversight.Case{Score: float64(n % 2)} })
	ctx := about(t.Context(), "anna")
	full := func() {
		t.Helper()
		st := desk.State()
		require.Equal(t, 2, st.Held+st.Audit)
	}
	var decided []uuid.UUID
	for range 2 {
		_, err := guarded(ctx, 1)
		id := held(t, err).Case
		vote(t, desk, "rosa", id, oversight.Rejected)
		decided = append(decided, id)
	}
	gold := func(n int) error {
		_, err := desk.Seed(ctx, "boss", oversight.Gold{System: "s", Case: oversight.Case{Input: n}, Output: n, Answer: oversight.Approved})
		return err
	}
	for n := range 10 {
		require.NoError(t, gold(n), "in the place of the oldest that holds nothing")
	}
	full()
	appeal, err := desk.Appeal(ctx, "anna", decided[0], "look again")
	require.NoError(t, err, "a person's right comes before what nobody waits for")
	full()
	_, err = guarded(ctx, 1)
	require.ErrorIs(t, err, oversight.ErrPending)
	full()

	require.Equal(t, 2, desk.State().Held)
	_, err = desk.Appeal(ctx, "anna", decided[1], "look again")
	require.ErrorIs(t, err, oversight.ErrFull)
	require.ErrorIs(t, gold(10), oversight.ErrFull)
	_, err = guarded(ctx, 2)
	require.ErrorIs(t, err, oversight.ErrFull)
	again, err := desk.Appeal(ctx, "anna", decided[0], "and again")
	require.NoError(t, err, "it has been opened")
	require.Equal(t, appeal, again)
	full()
	vote(t, desk, "ruth", appeal, oversight.Approved)
	_, err = desk.Appeal(ctx, "anna", decided[1], "look again")
	require.NoError(t, err)
	full()
}
