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

// A desk knows what the functions return that it guards, also what it has not held itself: a correction that does not fit is refused before it
// decides anything.
func TestACorrectionIsCheckedAfterARestart(t *testing.T) {
	l := ledger.Memory(nil)
	var m model
	ctx := about(t.Context(), "anna")
	_, err := oversight.Wrap(m.recommend, newDesk(t, l, holdUnsure()), describe)(ctx, customer{Score: 0.1})
	id := held(t, err).Case
	again := newDesk(t, l, holdUnsure())
	_ = oversight.Wrap(m.recommend, again, describe)
	lease, err := again.Claim(ctx, "rosa", id)
	require.NoError(t, err)
	for name, output := range map[string]any{
		"another field": json.RawMessage(`[{"Produkt":"loan"}]`), "a null inside": json.RawMessage(`[{"Product":"loan","Price":null}]`),
		"no JSON": json.RawMessage(nil), "no bytes": []byte(nil), "no list": []offer(nil), "no pointer": (*offer)(nil),
	} {
		require.ErrorIs(t, again.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Replaced, Output: output}), oversight.ErrInvalid, name)
	}
	require.NoError(t, again.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Replaced, Output: json.RawMessage("null")}), "nothing, on purpose")
}

// Two functions may each have a type of their own of one name; a correction for the one is not held against the other's.
func TestTypesOfOneName(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	ctx := about(t.Context(), "anna")
	first := func() func(context.Context, int) (any, error) {
		type answer struct{ N int }
		f := oversight.Wrap(func(_ context.Context, n int) (answer, error) { return answer{n}, nil }, desk, func(int, answer) oversight.Case { return oversight.Case{} })
		return func(ctx context.Context, n int) (any, error) { return f(ctx, n) }
	}()
	second := func() func(context.Context, int) (any, error) {
		type answer struct{ M string }
		f := oversight.Wrap(func(_ context.Context, n int) (answer, error) { return answer{"m"}, nil }, desk, func(int, answer) oversight.Case { return oversight.Case{} })
		return func(ctx context.Context, n int) (any, error) { return f(ctx, n) }
	}()
	for output, ask := range map[string]func(context.Context, int) (any, error){`{"N":7}`: first, `{"M":"x"}`: second} {
		_, err := ask(ctx, 1)
		id := held(t, err).Case
		decide(t, desk, id, oversight.Judgement{Verdict: oversight.Replaced, Output: json.RawMessage(output)})
		out, err := ask(oversight.Resume(ctx, id), 1)
		require.NoError(t, err)
		got, err := json.Marshal(out)
		require.NoError(t, err)
		require.JSONEq(t, output, string(got))
	}
}

// What is approved is delivered, whatever bytes the names are of.
func TestNamesThatAreNotText(t *testing.T) {
	for _, system := range []call.System{{Name: "pay\xff"}, {Name: "pay", Version: "1\xff"}} {
		desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
		guarded := number(desk)
		do := func(ctx context.Context) (int, error) {
			ctx, scope := call.Enter(ctx, call.StageBoundary, call.SiteOf(&system))
			out, err := guarded(ctx, 1)
			scope.Exit(&err)
			return out, err
		}
		ctx := about(t.Context(), "anna")
		_, err := do(ctx)
		id := held(t, err).Case
		decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
		_, err = do(oversight.Resume(ctx, id))
		require.NoError(t, err)
	}
}
