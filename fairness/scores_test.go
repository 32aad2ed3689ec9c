package fairness

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScores(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	var s, a, b Scores
	type one struct {
		score float64
		truth bool
	}
	people := make([]one, 1500)
	for i := range people {
		x := r.Float64()
		people[i] = one{x, r.Float64() < x} // calibrated by construction
		require.NoError(t, s.Observe(x, people[i].truth, 1))
		half := []*Scores{&a, &b}[i%2]
		require.NoError(t, half.Observe(x, people[i].truth, 1))
	}
	var wins, pairs float64
	for _, p := range people {
		for _, q := range people {
			if p.truth && !q.truth {
				pairs++
				switch {
				case p.score > q.score:
					wins++
				case p.score == q.score:
					wins += 0.5
				}
			}
		}
	}
	assert.InDelta(t, wins/pairs, s.AUC().Value, 1e-3)
	assert.InDelta(t, 0, s.CalibrationInTheLarge().Value, 0.03)
	a.Add(&b)
	assert.Equal(t, s.Positive, a.Positive)
	assert.Equal(t, s.AUC(), a.AUC())
	assert.True(t, s.KS().Value > 0.3 && s.KS().Value < 0.7)

	curve, err := s.Calibration(8)
	require.NoError(t, err)
	for _, c := range curve {
		middle := (c.From + c.To) / 2
		assert.True(t, c.Observed.Low-0.05 <= middle && middle <= c.Observed.High+0.05, "%v", c)
	}
	for _, bad := range []int{0, 3, 2048, -1} {
		_, err := s.Calibration(bad)
		require.Error(t, err)
	}

	cell := s.At(0.5, "f")
	var tp, fp float64
	for _, p := range people {
		if p.score >= 0.5 {
			tp += float64(bit(p.truth))
			fp += float64(bit(!p.truth))
		}
	}
	assert.Equal(t, []float64{tp, fp, 1500}, []float64{cell.TP, cell.FP, cell.N})
	assert.Equal(t, 1.0, SelectionRate.Of(s.At(0)).Value)
	assert.Zero(t, SelectionRate.Of(s.At(1.5)).Value)
}

func TestScoresEdges(t *testing.T) {
	var s Scores
	for _, f := range []Figure{s.AUC(), s.KS(), s.CalibrationInTheLarge()} {
		assert.False(t, f.Defined)
	}
	for _, bad := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		require.Error(t, s.Observe(bad, true, 1))
	}
	require.Error(t, s.Observe(0.5, true, 0))
	require.Error(t, s.Observe(0.5, true, math.NaN()))
	require.NoError(t, s.Observe(1, true, 1))
	assert.Equal(t, noNegative, s.AUC().Why)
	require.NoError(t, s.Observe(1, false, 1))
	assert.Equal(t, 0.5, s.AUC().Value)
}
