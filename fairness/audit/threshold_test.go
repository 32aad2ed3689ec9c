package audit

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

// scored draws people whose scores are shifted against their chance.
func scored(t testing.TB, seed uint64, n int, shift float64, group string) Scored {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, seed))
	s := &fairness.Scores{}
	for range n {
		x := r.Float64()
		require.NoError(t, s.Observe(min(1, max(0, x+shift)), r.Float64() < x, 1))
	}
	return Scored{Groups: []string{group}, Scores: s}
}

func TestOptimiseUndoesAShift(t *testing.T) {
	groups := []Scored{scored(t, 1, 20000, -0.2, "f"), scored(t, 2, 20000, 0, "m")}
	for _, metric := range []fairness.Metric{fairness.SelectionRate, fairness.TPR, fairness.FPR} {
		got, err := Optimise(groups, metric, 0.01)
		require.NoError(t, err)
		assert.LessOrEqual(t, got.Gap, 0.01)
		assert.Greater(t, got.Accuracy, got.Single, "one threshold for all costs what the shift costs")
		assert.InDelta(t, 0.2, got.Cuts[1].Threshold-got.Cuts[0].Threshold, 0.03, metric)
		for _, c := range got.Cuts {
			assert.InDelta(t, 0.75, fairness.Accuracy.Of(c.Cell).Value, 0.02)
			assert.Equal(t, 20000.0, c.Cell.N)
		}
		again, err := Optimise(groups, metric, 0.01)
		require.NoError(t, err)
		assert.Equal(t, got, again, "no dice")
	}
}

// Nothing on a fine grid of all pairs of thresholds that keeps the gap is more accurate by
// more than the step of the levels can cost.
func TestOptimiseAgainstAllPairs(t *testing.T) {
	groups := []Scored{scored(t, 3, 400, -0.1, "f"), scored(t, 4, 700, 0.1, "m")}
	got, err := Optimise(groups, fairness.SelectionRate, 0.02)
	require.NoError(t, err)
	best := 0.0
	for i := range 257 {
		for j := range 257 {
			a, b := groups[0].Scores.At(float64(i)/256), groups[1].Scores.At(float64(j)/256)
			if math.Abs(a.Favourable/a.N-b.Favourable/b.N) <= 0.02 {
				best = max(best, (a.TP+a.TN+b.TP+b.TN)/(a.N+b.N))
			}
		}
	}
	assert.GreaterOrEqual(t, got.Accuracy, best-0.01)
}

func TestOptimiseRefuses(t *testing.T) {
	ok := scored(t, 5, 100, 0, "m")
	for _, err := range []error{
		second(Optimise([]Scored{ok}, fairness.TPR, 0.1)), second(Optimise([]Scored{ok, {}}, fairness.TPR, 0.1)),
		second(Optimise([]Scored{ok, {Scores: &fairness.Scores{}}}, fairness.TPR, 0.1)), second(Optimise([]Scored{ok, ok}, fairness.Precision, 0.1)),
		second(Optimise([]Scored{ok, ok}, fairness.TPR, -1)), second(Optimise([]Scored{ok, ok}, fairness.TPR, math.NaN())),
	} {
		require.ErrorContains(t, err, "audit: ")
	}
}

func second[T any](_ T, err error) error { return err }

func TestRejectOption(t *testing.T) {
	groups := []Scored{scored(t, 6, 10000, 0, "f"), scored(t, 7, 10000, 0, "m")}
	band, err := RejectOption(groups, 0.5, 0.1)
	require.NoError(t, err)
	assert.LessOrEqual(t, band.Share, 0.1)
	assert.Greater(t, band.Share, 0.095)
	assert.InDelta(t, 0.45, band.Low, 0.01)
	assert.InDelta(t, 0.55, band.High, 0.01)
	assert.Greater(t, band.Errors, 0.18, "near the threshold every second answer is wrong")
	for score, person := range map[float64]bool{0.5: true, 0.46: true, 0.2: false, 0.9: false, math.Inf(1): false} {
		assert.Equal(t, person, band.Person(score), score)
	}
	assert.True(t, band.Person(math.NaN()), "what is not a score is for a person")
	none, err := RejectOption(groups, 0.5, 0)
	require.NoError(t, err)
	assert.False(t, none.Person(0.5))
	all, err := RejectOption(groups, 0.5, 1)
	require.NoError(t, err)
	assert.Equal(t, 1.0, all.Share)
	assert.True(t, all.Person(0) && all.Person(1))
	for _, err := range []error{
		second(RejectOption(nil, 0.5, 0.1)), second(RejectOption(groups, 2, 0.1)), second(RejectOption(groups, 0.5, math.NaN())),
	} {
		require.ErrorContains(t, err, "audit: ")
	}
}
