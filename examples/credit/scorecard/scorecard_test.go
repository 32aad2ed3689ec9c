package scorecard

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// Every refusal of the thousand has reasons that replay, and every counterfactual turns the answer.
func TestEveryApplicantCanBeAnswered(t *testing.T) {
	all, err := credit.Builtin()
	require.NoError(t, err)
	x, err := NewExplainer(all)
	require.NoError(t, err)
	require.Len(t, x.approved, neighbours)
	approved, turned := 0, 0
	for _, a := range all {
		in := Of(a)
		p, err := Points(t.Context(), in)
		require.NoError(t, err)
		said := x.Explain(in)
		require.Len(t, said.Factors, len(fields.List))
		if p >= Threshold {
			approved++
			require.Nil(t, said.Adverse)
			continue
		}
		require.True(t, Reasons.Replays(said))
		if len(said.Counterfactual) > 0 {
			turned++
		}
		if flip, err := explain.Counterfactual(t.Context(), Points, in, attainable(in), Threshold, nil); err == nil {
			require.GreaterOrEqual(t, flip.To, float64(Threshold))
		}
	}
	assert.Equal(t, 479, approved)
	assert.Greater(t, turned, 300)
}

// Every code of the data has words, and every field a reason.
func TestEverythingHasWords(t *testing.T) {
	all, err := credit.Builtin()
	require.NoError(t, err)
	for _, a := range all {
		for _, code := range []string{a.Checking, a.Savings, a.History, a.Employed} {
			require.Contains(t, codes, code)
		}
	}
	for _, f := range fields.List {
		assert.Contains(t, Reasons.Reasons, f.Name)
	}
}

func TestTheModelIsAsGoodAsItsCardSays(t *testing.T) {
	all, err := credit.Builtin()
	require.NoError(t, err)
	var approved, repaid, others, othersRepaid int
	for _, a := range all {
		p, err := Points(t.Context(), Of(a))
		require.NoError(t, err)
		switch {
		case p >= Threshold && a.Repaid:
			repaid++
			approved++
		case p >= Threshold:
			approved++
		case a.Repaid:
			othersRepaid++
			others++
		default:
			others++
		}
	}
	accuracy := Card("credit", "").Accuracy[0]
	assert.Equal(t, accuracy.N, approved)
	assert.InDelta(t, accuracy.Value, 100*float64(repaid)/float64(approved), 0.5)
	assert.InDelta(t, 52, 100*float64(othersRepaid)/float64(others), 0.5)
}
