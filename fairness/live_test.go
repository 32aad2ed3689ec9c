package fairness

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the monitor counts live is what the plain Scores of the same people say.
func TestLiveScoresEqualPlainOnes(t *testing.T) {
	ctx := t.Context()
	m := newMonitor(t, nil, "sex", "age")
	var women, all Scores
	r := rand.New(rand.NewPCG(13, 13))
	for range 3000 {
		sex, age := []string{"f", "m"}[r.IntN(2)], []string{"<=25", ">25", ""}[r.IntN(3)]
		score, truth, weight := r.Float64(), r.IntN(2) == 0, float64(1+r.IntN(2))
		require.NoError(t, m.Score(ctx, Of(sex, age), score, truth, weight))
		require.NoError(t, all.Observe(score, truth, weight))
		if sex == "f" {
			require.NoError(t, women.Observe(score, truth, weight))
		}
	}
	bySex := m.Scores("sex")
	require.Len(t, bySex, 2)
	assert.Equal(t, []string{"f"}, bySex[0].Groups)
	assert.Equal(t, women.Positive, bySex[0].Scores.Positive)
	assert.Equal(t, women.AUC(), bySex[0].Scores.AUC())
	assert.InDelta(t, women.CalibrationInTheLarge().Value, bySex[0].Scores.CalibrationInTheLarge().Value, 1e-12)
	everybody := m.Scores()
	require.Len(t, everybody, 1)
	assert.Equal(t, all.KS(), everybody[0].Scores.KS())
	assert.Len(t, m.Scores("sex", "age"), 6)
	assert.Empty(t, m.Scores("gender"))
}

func TestLiveScoresEdges(t *testing.T) {
	ctx := t.Context()
	m := newMonitor(t, &Options{MaxCells: 1}, "sex")
	assert.Empty(t, m.Scores("sex"))
	for _, bad := range []float64{-0.1, 1.1, math.NaN(), math.Inf(1)} {
		require.ErrorIs(t, m.Score(ctx, Of("f"), bad, true, 1), ErrNotCounted)
		require.ErrorIs(t, m.Score(ctx, Of("f"), 0.5, true, -math.Abs(bad)-1), ErrNotCounted)
	}
	require.ErrorIs(t, m.Score(ctx, Of("f", "x"), 0.5, true, 1), ErrNotCounted)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				for _, sex := range []string{"f", "m"} {
					if err := m.Score(ctx, Of(sex), 1, true, 0); err != nil {
						t.Error(err)
					}
				}
				m.Scores("sex")
			}
		})
	}
	wg.Wait()
	got := m.Scores("sex")
	require.Len(t, got, 2)
	assert.True(t, got[1].Overflow)
	assert.Equal(t, 800.0, got[0].Scores.Positive[ScoreBins-1])
	assert.Equal(t, 800.0, got[1].Scores.Positive[ScoreBins-1])
	assert.Zero(t, m.Table().Overall(SelectionRate).Num, "scores are not decisions")
	for _, none := range []*Monitor{nil, {}} {
		require.ErrorIs(t, none.Score(ctx, Of("f"), 0.5, true, 1), ErrNotCounted)
		assert.Empty(t, none.Scores())
	}
}
