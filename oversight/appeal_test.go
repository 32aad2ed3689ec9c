package oversight_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestAppealIsJudgedBySomebodyElse(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, holdUnsure())
	var m model
	guarded := oversight.Wrap(m.recommend, desk, describe)
	ctx := about(t.Context(), "anna")
	in := customer{ID: "row-1", Score: 0.1}
	_, err := guarded(ctx, in)
	id := held(t, err).Case
	_, err = desk.Appeal(ctx, "anna", id, "why?")
	require.ErrorIs(t, err, oversight.ErrConflict, "not decided yet")
	vote(t, desk, "rosa", id, oversight.Rejected)
	_, err = guarded(oversight.Resume(ctx, id), in)
	require.ErrorIs(t, err, oversight.ErrRejected)

	_, err = desk.Appeal(ctx, "berta", id, "mine?")
	require.ErrorIs(t, err, oversight.ErrNotFound, "somebody else's")
	_, err = desk.Appeal(ctx, "", id, "")
	require.ErrorIs(t, err, oversight.ErrNotFound)
	_, err = desk.Appeal(ctx, "anna", id, "\xff")
	require.ErrorIs(t, err, oversight.ErrInvalid)
	appeal, err := desk.Appeal(ctx, "anna", id, "my income has changed")
	require.NoError(t, err)
	again, err := newDesk(t, l, holdUnsure()).Appeal(ctx, "anna", id, "please")
	require.NoError(t, err)
	require.Equal(t, appeal, again)

	_, err = desk.Claim(ctx, "rosa", appeal)
	require.ErrorIs(t, err, oversight.ErrFenced, "the first reviewer cannot take it")
	_, err = desk.Claim(ctx, "rosa", uuid.Nil)
	require.ErrorIs(t, err, oversight.ErrNotFound)
	file, err := desk.Get(ctx, appeal)
	require.NoError(t, err)
	require.Equal(t, id, file.AppealOf)
	require.Equal(t, "my income has changed", file.Statement)
	require.JSONEq(t, `[{"Product":"loan","Price":100}]`, string(file.Output))

	_, err = guarded(oversight.Resume(ctx, appeal), in)
	require.Equal(t, appeal, held(t, err).Case)
	vote(t, desk, "ruth", appeal, oversight.Approved)
	out, err := guarded(oversight.Resume(ctx, appeal), in)
	require.NoError(t, err)
	require.Equal(t, []offer{{"loan", 100}}, out)
	require.Equal(t, 1, m.runs)
	_, err = desk.Appeal(ctx, "anna", appeal, "")
	require.ErrorIs(t, err, oversight.ErrConflict)

	e, err := desk.Estimate(ctx, oversight.Window{})
	require.NoError(t, err)
	require.Equal(t, 1, e.Reviewed, "an appeal is not a draw")
}

func TestWhoWithdrewACaseDoesNotTakeItsAppeal(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	id := openCases(t, desk, 1)[0]
	require.NoError(t, desk.Invalidate(t.Context(), "boss", id, "opened by mistake"))
	file, err := desk.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "boss", file.By)
	appeal, err := desk.Appeal(t.Context(), "anna", id, "it was none")
	require.NoError(t, err)
	_, err = desk.Claim(t.Context(), "boss", appeal)
	require.ErrorIs(t, err, oversight.ErrFenced)
	_, err = desk.Claim(t.Context(), "boss", uuid.Nil)
	require.ErrorIs(t, err, oversight.ErrNotFound)
	require.ErrorIs(t, desk.Assign(t.Context(), "olga", appeal, "boss"), oversight.ErrFenced)
	vote(t, desk, "rosa", appeal, oversight.Approved)
}
