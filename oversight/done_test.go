package oversight_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// What has run is never said not to have been done, whatever becomes of the log: somebody would do it again.
func TestACallThatRanAndCouldNotBeRecordedSaysThatItRan(t *testing.T) {
	log := ledger.Memory(nil)
	desk, err := oversight.New(t.Context(), log, oversight.Policy{}, nil)
	require.NoError(t, err)
	runs := 0
	refund := oversight.Approve(func(context.Context, string) (string, error) {
		runs++
		return "paid", log.Close()
	}, desk, func(string) oversight.Case { return oversight.Case{} })
	out, err := refund(call.WithSubject(t.Context(), "customer-1"), "order 7")
	require.ErrorIs(t, err, oversight.ErrInterrupted)
	require.NotErrorIs(t, err, call.ErrRefused, "a refusal says that it was not done")
	assert.Empty(t, out)
	assert.Equal(t, 1, runs)
	var typed *oversight.CaseError
	require.ErrorAs(t, err, &typed)
	assert.Contains(t, typed.Public(), "may have been done")
}
