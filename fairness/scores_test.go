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

func TestMeanGap(t *testing.T) {
	gap, low, high := MeanGap([]float64{1, 2, 3}, []float64{4, 6, 8})
	assert.Equal(t, -4.0, gap.Value)
	assert.InDelta(t, -4-1.959963984540054*math.Sqrt(1.0/3+4.0/3), low.Value, 1e-12)
	assert.InDelta(t, -8, low.Value+high.Value, 1e-12)
	for _, bad := range [][]float64{nil, {1}, {1, math.NaN()}, {1, math.Inf(1)}} {
		gap, _, _ := MeanGap(bad, []float64{1, 2})
		assert.False(t, gap.Defined)
		gap, _, _ = MeanGap([]float64{1, 2}, bad)
		assert.False(t, gap.Defined)
	}
}

func TestProxy(t *testing.T) {
	group := Column{"sex", []string{"f", "m"}, []uint16{0, 0, 1, 1}}
	same, err := Proxy(Column{"x", []string{"a", "b"}, []uint16{1, 1, 0, 0}}, group)
	require.NoError(t, err)
	assert.InDelta(t, math.Ln2, same.MutualInformation.Value, 1e-12)
	assert.InDelta(t, 1, same.Normalized.Value, 1e-12)
	assert.InDelta(t, 1, same.CramersV.Value, 1e-12)
	none, err := Proxy(Column{"x", []string{"a", "b"}, []uint16{0, 1, 0, 1}}, group)
	require.NoError(t, err)
	assert.InDelta(t, 0, none.MutualInformation.Value, 1e-12)
	assert.InDelta(t, 0, none.CramersV.Value, 1e-12)
	one, err := Proxy(group, Column{"x", []string{"a"}, []uint16{0, 0, 0, 0}})
	require.NoError(t, err)
	assert.False(t, one.CramersV.Defined)
	one, err = Proxy(Column{"x", []string{"a"}, []uint16{0, 0, 0, 0}}, group)
	require.NoError(t, err)
	assert.False(t, one.CramersV.Defined)
	for _, bad := range []Column{{}, {"x", []string{"a"}, []uint16{0}}, {"x", []string{"a"}, []uint16{0, 0, 0, 9}}, {"x", nil, []uint16{0, 0, 0, 0}}} {
		_, err := Proxy(bad, group)
		require.Error(t, err)
	}
	in := []bool{true, true, false, false}
	assert.InDelta(t, 1, Correlation([]float64{2, 2, 1, 1}, in).Value, 1e-12)
	assert.InDelta(t, 0, Correlation([]float64{2, 1, 2, 1}, in).Value, 1e-12)
	for _, bad := range [][]float64{nil, {1, 1, 1, 1}, {1, 2, 3, math.NaN()}} {
		assert.False(t, Correlation(bad, in).Defined)
	}
}

func TestConsistency(t *testing.T) {
	near := [][]float64{{0}, {0.1}, {0.2}, {9}, {9.1}, {9.2}}
	alike := Consistency(near, []bool{true, true, true, false, false, false}, 3)
	assert.Equal(t, 1.0, alike.Value)
	odd := Consistency(near, []bool{true, false, true, false, false, false}, 3)
	assert.InDelta(t, 1-(1.0/3+2.0/3+1.0/3)/6, odd.Value, 1e-12)
	for _, f := range []Figure{
		Consistency(nil, nil, 1), Consistency(near, []bool{true}, 1), Consistency(near, make([]bool, 6), 7),
		Consistency([][]float64{{1}, {1, 2}}, make([]bool, 2), 1), Consistency([][]float64{{1}, {math.NaN()}}, make([]bool, 2), 1),
	} {
		assert.False(t, f.Defined)
	}
}
