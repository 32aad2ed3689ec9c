package stats

import (
	"math"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBettingReference(t *testing.T) {
	ref := loadReference(t).Sequential.Betting
	require.NotEmpty(t, ref.Wealth)
	var b Betting
	assert.Equal(t, 1.0, b.Wealth())
	assert.Equal(t, 1.0, b.PValue())
	largest := 1.0
	for i := range ref.Wealth {
		within(t, ref.Wealth[i], b.Bet(ref.A[i], ref.B[i]), 1e-12, "wealth")
		within(t, ref.NextLambda[i], b.bet, 1e-12, "next bet")
		largest = max(largest, ref.Wealth[i])
	}
	within(t, 1/largest, b.PValue(), 1e-12, "p")
	before := b
	for _, bad := range []float64{math.NaN(), 1.5, -2, math.Inf(1)} {
		b.Play(bad)
	}
	assert.Equal(t, before, b, "what is not an outcome is no evidence")
}

// False alarms of betting, under drift and at the edge of the tolerance: pairs looked at after every one.
func TestSequentialFalseAlarms(t *testing.T) {
	const alpha = 0.05
	runs, pairs := exam(300, 10_000), exam(3000, 50_000) // betting spends nearly all of alpha, so the bound needs many runs
	r := seeded(13)
	var bet, tolerant, naive int
	for range runs {
		b, tol := Betting{}, Tolerant{Gap: 0.1}
		var x, y Count
		var fired [3]bool
		for range pairs {
			// Fair throughout, although the common rate drifts.
			p := 0.5 + 0.3*math.Sin(x.N()/200)
			g, h := float64(bit(r.Float64() < p)), float64(bit(r.Float64() < p))
			add(&x, g == 1)
			add(&y, h == 1)
			fired[0] = fired[0] || b.Bet(g, h) >= 1/alpha
			// At the edge of the tolerance.
			fired[1] = fired[1] || tol.Play(float64(bit(r.Float64() < 0.5))-float64(bit(r.Float64() < 0.4))) >= 1/alpha
			if x.N() > 10 && !fired[2] {
				_, pv := PooledZ(x, y)
				fired[2] = pv < alpha
			}
		}
		bet, tolerant, naive = bet+bit(fired[0]), tolerant+bit(fired[1]), naive+bit(fired[2])
	}
	t.Logf("of %d fair runs called unfair: betting %d, with tolerance %d, z-test looked at each time %d", runs, bet, tolerant, naive)
	atMost(t, alpha, bet, runs)
	atMost(t, alpha, tolerant, runs)
	assert.Greater(t, naive, runs*2/5, "the reason for all this")
}

func TestBettingFindsUnfairness(t *testing.T) {
	r := seeded(14)
	for _, c := range []struct{ p, q, most float64 }{{0.5, 0.4, 600}, {0.45, 0.235, 150}} {
		var delays []float64
		for range 200 {
			var b Betting
			n := 0.0
			for b.Wealth() < 20 && n < 5000 {
				b.Bet(float64(bit(r.Float64() < c.p)), float64(bit(r.Float64() < c.q)))
				n++
			}
			delays = append(delays, n)
		}
		sort.Float64s(delays)
		t.Logf("%.3f against %.3f: found after %v pairs (median)", c.p, c.q, delays[100])
		assert.LessOrEqual(t, delays[100], c.most)
	}
	tol := Tolerant{Gap: 0.02}
	for range 3000 {
		tol.Play(float64(bit(r.Float64() < 0.3)) - float64(bit(r.Float64() < 0.5)))
	}
	assert.Greater(t, tol.Wealth(), 20.0)
}

func TestDetectorIsFasterAfterAGoodPeriod(t *testing.T) {
	r := seeded(15)
	// e-values of one step for "rate at most 0.05" against 0.1.
	e := func(yes bool) float64 {
		if yes {
			return 2
		}
		return 0.9 / 0.95
	}
	var d Detector
	wealth := 1.0
	for range 5000 {
		yes := r.Float64() < 0.02
		d.Step(e(yes))
		wealth *= e(yes)
	}
	require.Less(t, d.Step(1), 20000.0, "quiet while all is well")
	steps := 0
	for d.sum < 20000 {
		yes := r.Float64() < 0.15
		d.Step(e(yes))
		wealth *= e(yes)
		steps++
	}
	t.Logf("found after %d steps; the plain process then stood at %.2g", steps, wealth)
	assert.Less(t, steps, 400)
	assert.Less(t, wealth, 1.0)
	sum := d.sum
	d.Step(-1)
	d.Step(math.NaN())
	assert.Equal(t, sum, d.sum)
}

func TestEBH(t *testing.T) {
	log := math.Log
	assert.Equal(t, []bool{true, false, true, false}, EBH([]float64{log(100), log(3), log(50), math.NaN()}, 0.05))
	assert.Equal(t, []bool{false, false}, EBH([]float64{log(30), log(19)}, 0.05), "40 and 20 are needed")
	assert.Equal(t, []bool{true, true}, EBH([]float64{log(41), log(21)}, 0.05))
	assert.Equal(t, []bool{true, true}, EBH([]float64{log(21), log(21)}, 0.05), "together they do although neither does alone")
	assert.Empty(t, EBH(nil, 0.05))
	assert.Equal(t, []bool{false}, EBH([]float64{100}, 0))
	assert.Equal(t, []bool{true}, EBH([]float64{math.Inf(1)}, 0.05))
}

func BenchmarkBetting(b *testing.B) {
	var bet Betting
	i := 0
	for b.Loop() {
		i++
		bet.Bet(float64(i&1), float64(i>>1&1))
	}
}
