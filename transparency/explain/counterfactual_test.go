package explain

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type viewer struct{ Seen []string }

func seen(v *viewer) *[]string { return &v.Seen }

func itself(s string) string { return s }

func TestInfluenceLeavesOneOut(t *testing.T) {
	likes := func(_ context.Context, v viewer) (float64, error) {
		y := 1.0
		for _, s := range v.Seen {
			y += float64(len(s))
		}
		if slices.Contains(v.Seen, "xx") || slices.Contains(v.Seen, "yy") {
			y += 10 // either will do
		}
		return y, nil
	}
	in := viewer{Seen: []string{"xx", "yy", "zzzz"}}
	a, err := Influence(t.Context(), likes, in, seen, itself, nil)
	require.NoError(t, err)
	assert.Equal(t, LeaveOneOut, a.Method)
	assert.InDelta(t, 2, a.Parts[0].Phi, 0)
	assert.InDelta(t, 4, a.Parts[2].Phi, 0)
	assert.InDelta(t, 10, a.Residual, 0, "what the two do together")
	assert.InDelta(t, 1, a.Base, 0)
	assert.Equal(t, 6, a.Evals)
	assert.Equal(t, []string{"xx", "yy", "zzzz"}, in.Seen)
	assert.Equal(t, "zzzz", a.Factors(1)[0].Name)

	_, err = Influence(t.Context(), likes, in, seen, itself, &Options{MaxEvals: 5})
	require.ErrorIs(t, err, ErrBudget)
	_, err = Influence[viewer, string](t.Context(), likes, in, nil, itself, nil)
	require.ErrorIs(t, err, ErrInvalid)
	_, err = Influence(t.Context(), func(context.Context, viewer) (float64, error) { panic("x") }, in, seen, itself, nil)
	require.ErrorIs(t, err, ErrModel)
}

func TestEveryCounterfactualFlipsAndIsMinimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	found, greedy := 0, 0
	for trial := range 400 {
		rows, in := vecs(rng, 3), vecs(rng, 1)[0]
		changes := Alternatives(vecFields(12), rows)
		threshold := 0.2 + 0.6*rng.Float64()
		o := &Options{MaxEvals: []int{400, 3000}[trial%2]}
		flip, err := Counterfactual(t.Context(), curved, in, changes, threshold, o)
		if errors.Is(err, ErrNoFlip) || errors.Is(err, ErrBudget) {
			continue
		}
		require.NoError(t, err)
		found++
		if !flip.Smallest {
			greedy++
		}
		over := func(set []Change[vec]) bool {
			z := in
			for _, c := range slices.Backward(set) {
				c.Apply(&z)
			}
			y, _ := curved(t.Context(), z)
			return y >= threshold
		}
		before := over(nil)
		require.NotEqual(t, before, over(flip.Changes), "it does not flip")
		fields := map[string]bool{}
		for k, c := range flip.Changes {
			require.Equal(t, before, over(slices.Concat(flip.Changes[:k], flip.Changes[k+1:])), "one change too many")
			require.False(t, fields[c.Field], "two changes of one field")
			fields[c.Field] = true
		}
		require.Equal(t, flip.From >= threshold, before)
	}
	t.Log(found, greedy)
	assert.Greater(t, found, 300)
	assert.Greater(t, greedy, 10)
}

func TestRemovals(t *testing.T) {
	score := func(_ context.Context, v viewer) (float64, error) {
		y := 0.0
		for _, s := range v.Seen {
			y += float64(len(s))
		}
		return y, nil
	}
	in := viewer{Seen: []string{"aaa", "b", "cccc", "aaa"}}
	flip, err := Counterfactual(t.Context(), score, in, Removals(in, seen, itself), 5, nil)
	require.NoError(t, err)
	assert.True(t, flip.Smallest)
	assert.InDelta(t, 11, flip.From, 0)
	assert.InDelta(t, 4, flip.To, 0)
	assert.Equal(t, "aaa (no. 1)", flip.Factors()[0].Name)
	assert.Equal(t, "cccc (no. 3)", flip.Factors()[1].Name)
	assert.Equal(t, []string{"aaa", "b", "cccc", "aaa"}, in.Seen)
	assert.NotContains(t, fmt.Sprintf("%+v %#v", flip.Changes, flip.Changes[0]), "left out")
}

func TestWhenNothingTurnsTheAnswer(t *testing.T) {
	constant := func(context.Context, vec) (float64, error) { return 1, nil }
	changes := Alternatives(vecFields(3), []vec{{1}, {2}})
	_, err := Counterfactual(t.Context(), constant, vec{}, changes, 2, nil)
	require.ErrorIs(t, err, ErrNoFlip)
	_, err = Counterfactual(t.Context(), constant, vec{}, nil, 2, nil)
	require.ErrorIs(t, err, ErrNoFlip)
	_, err = Counterfactual(t.Context(), constant, vec{}, changes, 2, &Options{MaxEvals: 3})
	require.ErrorIs(t, err, ErrBudget)
	n := 0.0
	_, err = Counterfactual(t.Context(), func(context.Context, vec) (float64, error) { n++; return n * (4 - n), nil }, vec{}, changes[:1], 4, nil)
	require.ErrorIs(t, err, ErrModel, "a model that changes its mind")
	_, err = Counterfactual(t.Context(), constant, vec{}, []Change[vec]{{}}, 2, nil)
	require.ErrorIs(t, err, ErrInvalid)
	_, err = Counterfactual(t.Context(), func(context.Context, vec) (float64, error) { panic("x") }, vec{}, changes, 2, nil)
	require.ErrorIs(t, err, ErrModel)
}
