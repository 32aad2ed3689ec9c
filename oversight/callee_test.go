package oversight_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

type teller struct{ ran []string }

func (b *teller) refund(_ context.Context, order string) (string, error) {
	return b.run("refund", order)
}

func (b *teller) erase(_ context.Context, order string) (string, error) { return b.run("erase", order) }

func (b *teller) run(what, order string) (string, error) {
	b.ran = append(b.ran, what+" "+order)
	return what, nil
}

// tool makes functions in one place: all of them have the same name.
func (b *teller) tool(what string) func(context.Context, string) (string, error) {
	return func(_ context.Context, order string) (string, error) { return b.run(what, order) }
}

func generic[T any](context.Context, string) (string, error) { return "", nil }

type guardedTool func(context.Context, string) (string, error)

func approves(k *oversight.Desk, next guardedTool) guardedTool {
	return oversight.Approve(next, k, func(string) oversight.Case { return oversight.Case{} })
}

// named is fairlead.Wrap: a boundary with a name.
func named2(name string, next guardedTool) guardedTool {
	site := call.NewSite(&call.System{Name: name}, nil)
	return func(ctx context.Context, in string) (out string, err error) {
		ctx, scope := call.Enter(ctx, call.StageBoundary, site)
		defer scope.Exit(&err)
		return call.Next(ctx, &scope, next, in)
	}
}

// approved has a call held and approved.
func approved(t *testing.T, k *oversight.Desk, tool guardedTool) uuid.UUID {
	t.Helper()
	_, err := tool(call.WithSubject(t.Context(), "anna"), "order 7")
	pending, ok := errors.AsType[*oversight.PendingError](err)
	require.True(t, ok, "%v", err)
	lease, err := k.Claim(t.Context(), "rosa", pending.Case)
	require.NoError(t, err)
	require.NoError(t, k.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}))
	return pending.Case
}

func holding(t *testing.T) *oversight.Desk {
	t.Helper()
	k, err := oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{Rules: []oversight.Rule{{Name: "all", When: func(oversight.Case) bool { return true }, Hold: true}}}, nil)
	require.NoError(t, err)
	return k
}

// Tools made in a loop have one name: their calls are not held by it, so that no approval of one runs another.
func TestFunctionsOfOneNameAreNotHeld(t *testing.T) {
	k, bank := holding(t), &teller{}
	ctx := call.WithSubject(t.Context(), "anna")
	var tools []guardedTool
	var id uuid.UUID
	for _, what := range []string{"refund", "erase"} {
		tools = append(tools, approves(k, bank.tool(what)))
		if len(tools) == 1 {
			id = approved(t, k, tools[0])
		}
	}
	for _, tool := range tools {
		_, err := tool(oversight.Resume(ctx, id), "order 7")
		require.ErrorIs(t, err, oversight.ErrRefused)
		require.Contains(t, err.Error(), "fairlead.System{Name")
		_, err = tool(ctx, "order 8")
		require.ErrorIs(t, err, oversight.ErrRefused)
	}
	require.Empty(t, bank.ran)

	refund, erase := named2("refund", tools[0]), named2("erase", tools[1])
	id = approved(t, k, refund)
	_, err := erase(oversight.Resume(ctx, id), "order 7")
	require.ErrorIs(t, err, oversight.ErrConflict)
	require.Empty(t, bank.ran)
	_, err = refund(oversight.Resume(ctx, id), "order 7")
	require.NoError(t, err)
	require.Equal(t, []string{"refund order 7"}, bank.ran)
}

// One function may be wired as often as one likes.
func TestOneFunctionWiredTwiceIsHeld(t *testing.T) {
	k, bank := holding(t), &teller{}
	ctx := call.WithSubject(t.Context(), "anna")
	static := func(context.Context, string) (string, error) { return "done", nil }
	tool := bank.tool("refund")
	for _, next := range []guardedTool{static, tool, bank.refund, generic[int]} {
		id := approved(t, k, approves(k, next))
		_, err := approves(k, next)(oversight.Resume(ctx, id), "order 7")
		require.NoError(t, err)
	}
}

// Inside one boundary, as an agent's tools are, an approval knows its function by the name in the program.
func TestAnApprovalIsForItsFunction(t *testing.T) {
	k, bank := holding(t), &teller{}
	ctx := call.WithSubject(t.Context(), "anna")
	refund, erase := named2("agent", approves(k, bank.refund)), named2("agent", approves(k, bank.erase))
	id := approved(t, k, refund)
	_, err := erase(oversight.Resume(ctx, id), "order 7")
	require.ErrorIs(t, err, oversight.ErrConflict)
	require.Contains(t, err.Error(), "another function")
	require.Empty(t, bank.ran)
	_, err = refund(oversight.Resume(ctx, id), "order 7")
	require.NoError(t, err)
}

// Behind a wrapper of our own, whose name says nothing, a case is filed under the function's own.
func TestCasesAreNotUnnamed(t *testing.T) {
	k, bank := holding(t), &teller{}
	id := approved(t, k, named2("unnamed", approves(k, bank.refund)))
	file, err := k.Get(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, "oversight_test.(*teller).refund", file.System)
	_, err = named2("unnamed", approves(k, bank.erase))(oversight.Resume(call.WithSubject(t.Context(), "anna"), id), "order 7")
	require.ErrorIs(t, err, oversight.ErrConflict)
}
