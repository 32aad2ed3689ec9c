package fairness

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Rates that drift together while the mix of groups changes with them: the counts are
// misled, as the package says, the bet is not.
func TestBetsCoverDrift(t *testing.T) {
	const runs = 40
	r := rand.New(rand.NewPCG(11, 11))
	misled, wrong := 0, 0
	for range runs {
		m := newMonitor(t, &Options{Bets: []Bet{{"sex", "f", "m"}}}, "sex")
		for i := range 6000 {
			season := 0.5 + 0.4*math.Sin(float64(i)/600)
			sex := "m"
			if r.Float64() < 1-season { // few women while the rate is high
				sex = "f"
			}
			observe(t, m, 1, r.Float64() < season, sex)
		}
		v := m.Status()
		misled += bit(v.Status == Action)
		wrong += bit(v.Bets[0].Proven)
	}
	t.Logf("of %d fair drifting runs: counts misled %d, bets %d", runs, misled, wrong)
	assert.Greater(t, misled, runs/2)
	assert.LessOrEqual(t, wrong, runs/20)
}

func TestBetsFindAChangeAfterAGoodTime(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	m := newMonitor(t, &Options{Bets: []Bet{{"sex", "f", "m"}}}, "sex")
	live := func(n int, f, m2 float64) {
		for range n {
			observe(t, m, 1, r.Float64() < f, "f")
			observe(t, m, 1, r.Float64() < m2, "m")
		}
	}
	live(3000, 0.5, 0.5)
	require.Equal(t, OK, m.Status().Status)
	require.Zero(t, m.Bets()[0].Changes)
	live(300, 0.3, 0.5)
	require.Equal(t, OK, m.Status().Status, "the counts still remember the good time")
	b := m.Bets()[0]
	assert.Positive(t, b.Changes)
	assert.False(t, b.Last.IsZero())
	assert.Contains(t, b.Sentence(), "they came to differ last on")
	live(600, 0.1, 0.5)
	v := m.Status()
	assert.NotEqual(t, OK, v.Status, "not fair while a bet says otherwise")
	assert.True(t, v.Bets[0].Proven)
	assert.Contains(t, v.Bets[0].Sentence(), "is proven, whatever the drift")
	_, err := json.Marshal(v)
	require.NoError(t, err)
}

func TestBetsRefuse(t *testing.T) {
	for want, o := range map[string]*Options{
		"does not have":      {Bets: []Bet{{"age", "a", "b"}}},
		"two different":      {Bets: []Bet{{"sex", "f", "f"}}},
		"bet 1 needs":        {Bets: []Bet{{"sex", "f", ""}}},
		"ChangeAfter":        {ChangeAfter: 1},
		"more than 64":       {Bets: make([]Bet, 65)},
		"ChangeAfter must b": {ChangeAfter: -5},
	} {
		_, err := New(t.Context(), []string{"sex"}, o)
		require.ErrorContains(t, err, want)
	}
	var none *Monitor
	assert.Empty(t, none.Bets())
}

func TestBetsConcurrentlyAndWithoutAllocation(t *testing.T) {
	m := newMonitor(t, &Options{Bets: []Bet{{"sex", "f", "m"}, {"sex", "m", "f"}}}, "sex")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 500 {
				if err := m.Observe(context.Background(), Observation{Groups: Of([]string{"f", "m", "x"}[i%3])}); err != nil {
					t.Error(err)
				}
				_ = m.Bets()
			}
		})
	}
	wg.Wait()
	for _, b := range m.Bets() {
		assert.LessOrEqual(t, b.Plays, uint64(1000))
		assert.Equal(t, 1.0, b.P, "nobody got anything: all alike")
	}
	ctx, sexes, i := t.Context(), [2]string{"f", "m"}, 0
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		i++
		_ = m.Observe(ctx, Observation{Groups: Of(sexes[i&1]), Favourable: true})
	}))
}
