package stats

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every mixture at every m on the boundary is at least what is returned, and the smallest
// one of a fine grid is no more than a little above it.
func TestDirectedFindsTheSmallestMixture(t *testing.T) {
	r := seeded(21)
	for range 12 {
		a, b := Count{float64(r.IntN(80)), float64(r.IntN(80))}, Count{float64(r.IntN(80)), float64(r.IntN(80))}
		if a.N() == 0 || b.N() == 0 {
			continue
		}
		for _, ratio := range []float64{0.3, 0.8, 1.25} {
			got := LogEBelow(a, b, ratio)
			best := math.Inf(1)
			for i := 1; i < 1000; i++ {
				best = min(best, byDefinition(a, b, ratio, float64(i)/1000*min(1, 1/ratio)))
			}
			require.LessOrEqual(t, got, best+1e-9, "%v %v %v", a, b, ratio)
			require.InDelta(t, best, got, 5e-2*(1+math.Abs(best)), "%v %v %v", a, b, ratio)
		}
	}
}

// byDefinition adds up likelihood ratios as the comment says, without any cleverness.
func byDefinition(a, b Count, ratio, m float64) float64 {
	like := func(p, q float64) float64 { return a.LogLikelihood(p) + b.LogLikelihood(q) }
	out := math.Inf(-1)
	for _, f := range factors {
		for _, g := range factors {
			out = logSum(out, like(f*ratio*m, 1-g*(1-m))-like(ratio*m, m)-math.Log(float64(len(factors)*len(factors))))
		}
	}
	return out
}

// LogLikelihood of a rate, for the test above.
func (c Count) LogLikelihood(p float64) float64 {
	var l float64
	if c.Yes > 0 {
		l += c.Yes * math.Log(p)
	}
	if c.No > 0 {
		l += c.No * math.Log(1-p)
	}
	return l
}

// The supermartingale itself, exactly: under every pair of rates that obeys the null the
// expected e-value of the next decision of either group is at most what it is now.
func TestDirectedIsASupermartingale(t *testing.T) {
	for _, ratio := range []float64{0.5, 0.8, 1.25} {
		for _, m := range []float64{0.05, 0.3, 0.6, 0.79} {
			for _, f := range factors {
				p := ratio * m
				for _, above := range []float64{p, p + 0.1*(1-p), 1} { // a's rate is at least p
					require.LessOrEqual(t, above*f+(1-above)*(1-f*p)/(1-p), 1+1e-12)
				}
				for _, below := range []float64{m, m / 2, 0} { // b's rate is at most m
					q := 1 - f*(1-m)
					require.LessOrEqual(t, below*q/m+(1-below)*f, 1+1e-12)
				}
			}
		}
	}
}

func TestDirectedEdges(t *testing.T) {
	a, b := Count{320, 680}, Count{500, 500}
	assert.Greater(t, LogEUneven([]Count{a, b}, 0.8), Alarm(0.05), "a ratio of 0.64 in a thousand of each is found")
	assert.Less(t, LogERatio([]Count{a, b}, 0.8), Alarm(0.05), "and was not without direction")
	assert.Greater(t, LogEPairAbove(Count{500, 500}, Count{500, 500}, 0.8), Alarm(0.05))
	assert.Less(t, LogEPairBelow(Count{500, 500}, Count{500, 500}, 0.8), 0.0)
	assert.InDelta(t, LogEBelow(a, b, 0.8), LogEAbove(b, a, 1.25), 1e-12)
	inf := math.Inf(-1)
	for _, bad := range []Count{{}, {-1, 2}, {math.NaN(), 1}, {math.Inf(1), 1}} {
		assert.Equal(t, inf, LogEBelow(bad, a, 0.8))
		assert.Equal(t, inf, LogEPairBelow(a, bad, 0.8))
		assert.LessOrEqual(t, LogEUneven([]Count{bad, {1, 1}}, 0.8), 0.0)
	}
	for _, ratio := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		assert.Equal(t, inf, LogEBelow(a, b, ratio))
		assert.Equal(t, inf, LogEPairBelow(a, b, ratio))
	}
	for _, c := range [][2]Count{{{0, 5}, {5, 0}}, {{5, 0}, {0, 5}}, {{5, 0}, {5, 0}}, {{0, 5}, {0, 5}}, {{1e15, 1e15}, {1e15, 1.0001e15}}, {{1e-300, 1}, {1, 1e300}}} {
		for _, ratio := range []float64{1e-9, 0.8, 1, 1e9} {
			e := LogEPairBelow(c[0], c[1], ratio)
			assert.False(t, math.IsNaN(e), "%v %v", c, ratio)
		}
	}
	many := make([]Count, 100)
	for i := range many {
		many[i] = Count{float64(900 + 12*i), 2100}
	}
	assert.Greater(t, LogEUneven(many, 0.8), Alarm(0.05))
	assert.Len(t, suspects(many, 0.8), suspected)
	assert.Empty(t, suspects([]Count{{1, 1}, {1, 1}}, 0.8))
}

// How many decisions each test needs, at the expected counts: the price of an alarm.
func TestDirectedNeedsFewerDecisions(t *testing.T) {
	for _, c := range []struct{ p, q, most float64 }{
		{0.32, 0.5, 0.8}, {0.25, 0.5, 0.95}, {0.1, 0.2, 0.8}, {0.7, 0.95, 0.8}, {0.36, 0.5, 0.7}, {0.38, 0.5, 0.7},
	} {
		needs := func(e func([]Count, float64) float64) float64 {
			n := 10.0
			for e([]Count{{n * c.p, n * (1 - c.p)}, {n * c.q, n * (1 - c.q)}}, 0.8) < Alarm(0.05) {
				n *= 1.01
			}
			return n
		}
		with, without := needs(LogEUneven), needs(LogERatio)
		t.Logf("%.2f against %.2f: %.0f of each group, without direction %.0f", c.p, c.q, with, without)
		assert.Less(t, with, c.most*without, fmt.Sprint(c))
	}
}

func BenchmarkLogEUneven(b *testing.B) {
	for b.Loop() {
		LogEUneven([]Count{{480, 520}, {630, 370}}, 0.8)
	}
}
