package oversight

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// An intent whose caller ran nothing, as the ledger failed it, is spare: the next Resume runs on it. Unless somebody has looked meanwhile,
// found that nothing had happened, and had it done otherwise.
func TestASpareIntentIsNotRunOnceSomebodyLooked(t *testing.T) {
	for _, looked := range []bool{false, true} {
		l := ledger.Memory(nil)
		desk, err := New(t.Context(), l, Policy{Rate: RulesOnly, Rules: []Rule{{Name: "all", When: func(Case) bool { return true }, Hold: true}}}, nil)
		require.NoError(t, err)
		runs := 0
		pay := Approve(func(context.Context, string) (string, error) { runs++; return "paid", nil }, desk, func(string) Case { return Case{} })
		ctx := call.WithSubject(t.Context(), "anna")
		_, err = pay(ctx, "x")
		pending, ok := errors.AsType[*PendingError](err)
		require.True(t, ok)
		lease, err := desk.Claim(ctx, "rosa", pending.Case)
		require.NoError(t, err)
		require.NoError(t, desk.Submit(ctx, lease, Judgement{Verdict: Approved}))
		f, err := desk.read(ctx, pending.Case) // as intend leaves it when its commit fails and the entry was written all the same
		require.NoError(t, err)
		nonce := uuid.Must(uuid.NewV7())
		_, err = l.Append(ctx, entry(kindIntent, onceID(f.opening, kindIntent), f.id, f.subject, intentPublic{Nonce: nonce}, nil))
		require.NoError(t, err)
		desk.spare.put(nonce)
		if !looked {
			_, err = pay(Resume(ctx, pending.Case), "x")
			require.NoError(t, err)
			require.Equal(t, 1, runs)
			continue
		}
		require.NoError(t, desk.Resolve(ctx, "olga", pending.Case, false, "the bank has no such payment; paid by hand"))
		_, err = pay(Resume(ctx, pending.Case), "x")
		require.ErrorIs(t, err, ErrInterrupted)
		require.Zero(t, runs)
	}
}
