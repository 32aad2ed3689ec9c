package fairlead_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/oversight"
)

// Wherever a caller goes away, the call is recorded and counted once, and it either delivers a whole answer or an error and
// nothing.
func TestACancelledCallLosesNothing(t *testing.T) {
	stages := []string{"before", "ask", "groups", "hide", "next", "when", "open", "explain", "show", "favourable"}
	for _, score := range []float64{scorePlain, scoreSampled, scoreHeld} {
		for _, at := range stages {
			t.Run(fmt.Sprintf("%s/score %v", at, score), func(t *testing.T) {
				h := newHouse(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				h.cancels, h.cancel = at, cancel
				if at == "before" {
					cancel()
				}
				out, trail, panicked, err := once(ctx, h.stack().Func(), canary().scored(score))
				require.Nil(t, panicked)
				require.NotEmpty(t, trail.Outcome())
				if err != nil {
					assert.Zero(t, out, "an error comes with no answer")
					typed(t, err, trail.ID())
					printsClean(t, err, "the error")
				} else {
					assert.Contains(t, out.Text, canaryEmail, "an answer that is delivered is whole")
				}
				if at == "before" || at == "ask" {
					assert.Equal(t, fairlead.Denied, trail.Outcome(), "a gate that was not heard denies")
					assert.Zero(t, h.runs)
				}

				cell := h.cell(t, "f")
				assert.Equal(t, 1.0, cell.N+float64(cell.Ends.Total()), "counted once")
				r := h.record(t, trail.ID())
				assert.Equal(t, trail.Outcome(), r.Outcome)
				assert.Equal(t, canarySubject, r.Subject)
				if _, held := errors.AsType[*oversight.PendingError](err); held {
					file, err := h.desk.Get(t.Context(), trail.ID())
					require.NoError(t, err, "a case that somebody is told of is there")
					assert.True(t, file.Held)
				}
			})
		}
	}
}

// A function that gives up because its caller has gone has failed, and nothing of it is delivered.
func TestAFunctionThatGivesUp(t *testing.T) {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		h := newHouse(t)
		h.model = func(context.Context, customer) (answer, error) {
			return answer{}, fmt.Errorf("%s: %w", canaryError, cause)
		}
		_, trail, _, err := once(t.Context(), h.stack().Func(), canary())
		require.ErrorIs(t, err, cause, "the function's own error comes back as it is")
		assert.Equal(t, fairlead.Failed, trail.Outcome())
		assert.Equal(t, uint64(1), h.cell(t, "f").Ends.Failed)
		assert.Equal(t, fairlead.Failed, h.record(t, trail.ID()).Outcome)
	}
}
