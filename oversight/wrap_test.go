package oversight_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

type customer struct {
	ID    string
	Score float64
}

type offer struct {
	Product string
	Price   int
}

var secret = []byte("a key of at least 16 bytes")

// holdUnsure holds what scores below a half and draws nothing else.
func holdUnsure() oversight.Policy {
	return oversight.Policy{
		Rate: oversight.RulesOnly,
		Rules: []oversight.Rule{{
			Name: "unsure", When: func(c oversight.Case) bool { return c.Score < 0.5 }, Hold: true,
		}},
	}
}

func newDesk(t testing.TB, l *ledger.Ledger, p oversight.Policy) *oversight.Desk {
	t.Helper()
	desk, err := oversight.New(t.Context(), l, p, &oversight.Options{Key: secret})
	require.NoError(t, err)
	t.Cleanup(desk.Close)
	return desk
}

// about names the person a call is about, as an outer guard would.
func about(ctx context.Context, who string) context.Context { return call.WithSubject(ctx, who) }

// model answers and counts how often it ran.
type model struct{ runs int }

func (m *model) recommend(_ context.Context, c customer) ([]offer, error) {
	m.runs++
	return []offer{{Product: "loan", Price: 100 * m.runs}}, nil
}

func describe(c customer, _ []offer) oversight.Case {
	return oversight.Case{Unit: c.ID, Title: "offer for " + c.ID, Score: c.Score}
}

func held(t testing.TB, err error) *oversight.PendingError {
	t.Helper()
	require.ErrorIs(t, err, oversight.ErrPending)
	pending, ok := errors.AsType[*oversight.PendingError](err)
	require.True(t, ok)
	return pending
}

func decide(t testing.TB, desk *oversight.Desk, id uuid.UUID, j oversight.Judgement) {
	t.Helper()
	lease, err := desk.Claim(t.Context(), "reviewer-1", id)
	require.NoError(t, err)
	require.NoError(t, desk.Submit(t.Context(), lease, j))
}

func TestWrapHeldThenDelivered(t *testing.T) {
	corrected := []offer{{Product: "savings", Price: 7}}
	for name, tc := range map[string]struct {
		judgement oversight.Judgement
		want      []offer
		outcome   call.Outcome
		err       error
	}{
		"approved":         {judgement: oversight.Judgement{Verdict: oversight.Approved}, want: []offer{{"loan", 100}}, outcome: call.Allowed},
		"replaced":         {judgement: oversight.Judgement{Verdict: oversight.Replaced, Output: corrected}, want: corrected, outcome: call.Replaced},
		"replaced by JSON": {judgement: oversight.Judgement{Verdict: oversight.Replaced, Output: json.RawMessage(` [ {"Product":"savings","Price":7} ]`)}, want: corrected, outcome: call.Replaced},
		"rejected":         {judgement: oversight.Judgement{Verdict: oversight.Rejected}, outcome: call.Rejected, err: oversight.ErrRejected},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledger.Memory(nil)
			desk := newDesk(t, l, holdUnsure())
			var m model
			guarded := oversight.Wrap(m.recommend, desk, describe)
			ctx := about(t.Context(), "anna")
			in := customer{ID: "row-1", Score: 0.2}

			out, err := guarded(ctx, in)
			require.Nil(t, out)
			pending := held(t, err)
			require.Equal(t, pending.Case, pending.Decision)

			_, err = guarded(oversight.Resume(ctx, pending.Case), in)
			require.Equal(t, pending.Case, held(t, err).Case, "still open")

			decide(t, desk, pending.Case, tc.judgement)
			for range 2 { // a second delivery gives the same
				tracked, trail := call.Track(ctx)
				out, err = guarded(oversight.Resume(tracked, pending.Case), in)
				if tc.err != nil {
					require.ErrorIs(t, err, tc.err)
				} else {
					require.NoError(t, err)
				}
				require.Equal(t, tc.want, out)
				require.Equal(t, tc.outcome, trail.Outcome())
				require.Equal(t, pending.Case, trail.ID())
			}
			require.Equal(t, 1, m.runs, "the model never runs twice")

			file, err := desk.Get(t.Context(), pending.Case)
			require.NoError(t, err)
			require.Equal(t, tc.judgement.Verdict, file.Verdict)
			require.True(t, file.Delivered)
			require.Equal(t, "reviewer-1", file.By)
			require.Equal(t, 1.0, file.Probability)
			require.Equal(t, "unsure", file.Rule)
			require.JSONEq(t, `[{"Product":"loan","Price":100}]`, string(file.Output))
			require.JSONEq(t, `{"ID":"row-1","Score":0.2}`, string(file.Input))
		})
	}
}
