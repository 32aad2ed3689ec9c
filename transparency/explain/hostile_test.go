package explain_test

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/transparency/explain"
)

func sum(_ context.Context, in []float64) (float64, error) {
	total := 0.0
	for _, v := range in {
		total += v
	}
	return total, nil
}

// vector is an input that copies share their elements of.
func vector(clone func([]float64) []float64) explain.Fields[[]float64] {
	fields := explain.Fields[[]float64]{Clone: clone}
	for i, name := range []string{"a", "b", "c"} {
		fields.List = append(fields.List, explain.Field[[]float64]{Name: name, Copy: func(dst, src *[]float64) { (*dst)[i] = (*src)[i] }})
	}
	return fields
}

// Without a Clone the mixing of inputs would write into the caller's own and give figures that mean nothing.
func TestInputsThatCopiesShareNeedAClone(t *testing.T) {
	in, background := []float64{1, 2, 3}, [][]float64{{0, 0, 0}, {5, 5, 5}}
	_, err := explain.Shapley(t.Context(), sum, in, background, vector(nil), nil)
	require.ErrorIs(t, err, explain.ErrInvalid)
	assert.Contains(t, err.Error(), "Clone")
	assert.Equal(t, []float64{1, 2, 3}, in)
	a, err := explain.Shapley(t.Context(), sum, in, background, vector(slices.Clone[[]float64]), nil)
	require.NoError(t, err)
	assert.InDelta(t, 1-2.5, a.Parts[0].Phi, 1e-12)
	assert.Equal(t, []float64{1, 2, 3}, in)

	_, err = explain.Counterfactual(t.Context(), sum, in, explain.Alternatives(vector(nil), background), 10, nil)
	require.ErrorIs(t, err, explain.ErrInvalid)
	assert.Equal(t, []float64{1, 2, 3}, in)
	flip, err := explain.Counterfactual(t.Context(), sum, in, explain.Alternatives(vector(slices.Clone[[]float64]), background), 12, nil)
	require.NoError(t, err)
	assert.Len(t, flip.Changes, 2)
	assert.Equal(t, []float64{1, 2, 3}, in)
}

type person struct{ Films []string }

// A list behind a pointer is the caller's own: leaving an item out would take it from them.
func TestAListBehindAPointerIsRefused(t *testing.T) {
	p := &person{Films: []string{"a", "b", "c"}}
	count := func(_ context.Context, p *person) (float64, error) { return float64(len(p.Films)), nil }
	list := func(p **person) *[]string { return &(*p).Films }
	name := func(s string) string { return s }
	_, err := explain.Influence(t.Context(), count, p, list, name, nil)
	require.ErrorIs(t, err, explain.ErrInvalid)
	assert.Contains(t, err.Error(), "pointer")
	_, err = explain.Counterfactual(t.Context(), count, p, explain.Removals(p, list, name), 2, nil)
	require.ErrorIs(t, err, explain.ErrInvalid)
	assert.Equal(t, []string{"a", "b", "c"}, p.Films)
	// The struct itself is a copy, and works.
	a, err := explain.Influence(t.Context(), func(ctx context.Context, p person) (float64, error) { return count(ctx, &p) }, *p,
		func(p *person) *[]string { return &p.Films }, name, nil)
	require.NoError(t, err)
	assert.Len(t, a.Parts, 3)
}

func TestAnswersTooLargeToAddUpAreAnError(t *testing.T) {
	big := func(_ context.Context, in [2]float64) (float64, error) { return in[0] * math.MaxFloat64, nil }
	fields := explain.Fields[[2]float64]{List: []explain.Field[[2]float64]{
		{Name: "a", Copy: func(dst, src *[2]float64) { dst[0] = src[0] }}, {Name: "b", Copy: func(dst, src *[2]float64) { dst[1] = src[1] }},
	}}
	for _, sample := range []bool{false, true} {
		_, err := explain.Shapley(t.Context(), big, [2]float64{1, 1}, [][2]float64{{-1, 0}, {-1, 0}, {-1, 0}}, fields, &explain.Options{Sample: sample})
		require.ErrorIs(t, err, explain.ErrModel)
	}
}

func TestAThresholdThatIsNoNumberIsRefused(t *testing.T) {
	_, err := explain.Counterfactual(t.Context(), func(context.Context, int) (float64, error) { return 1, nil }, 1, nil, math.NaN(), nil)
	require.ErrorIs(t, err, explain.ErrInvalid)
}

// However the search goes, the function is not run more often than was said.
func TestACounterfactualKeepsToItsBudget(t *testing.T) {
	const n = 60
	var changes []explain.Change[[n]bool]
	for i := range n {
		changes = append(changes, explain.Change[[n]bool]{Field: string(rune('A' + i)), Apply: func(in *[n]bool) { in[i] = true }})
	}
	for budget := 1; budget < 4000; budget += 13 {
		runs := 0
		f := func(_ context.Context, in [n]bool) (float64, error) {
			runs++
			on := 0.0
			for _, b := range in {
				if b {
					on++
				}
			}
			return on, nil
		}
		_, err := explain.Counterfactual(t.Context(), f, [n]bool{}, changes, 50, &explain.Options{MaxEvals: budget})
		assert.LessOrEqual(t, runs, budget)
		if err != nil {
			require.ErrorIs(t, err, explain.ErrBudget)
		}
	}
}

func TestParallelIsBounded(t *testing.T) {
	before := runtime.NumGoroutine()
	most := 0
	lock := make(chan struct{}, 1)
	f := func(context.Context, [12]float64) (float64, error) {
		lock <- struct{}{}
		most = max(most, runtime.NumGoroutine())
		<-lock
		return 0, nil
	}
	fields := explain.Fields[[12]float64]{}
	for i := range 12 {
		fields.List = append(fields.List, explain.Field[[12]float64]{Name: string(rune('a' + i)), Copy: func(dst, src *[12]float64) { dst[i] = src[i] }})
	}
	_, err := explain.Shapley(t.Context(), f, [12]float64{}, make([][12]float64, 1), fields, &explain.Options{Parallel: math.MaxInt})
	require.NoError(t, err)
	assert.Less(t, most-before, 300)
}
