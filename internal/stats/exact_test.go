package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExactReference(t *testing.T) {
	seen := 0
	for _, v := range loadReference(t).Values {
		switch v.Metric {
		case "ci95_beta":
			var want [2]float64
			require.NoError(t, json.Unmarshal(v.Value, &want))
			var x, n float64
			_, err := fmt.Sscanf(v.Grouping, "%g/%g", &x, &n)
			require.NoError(t, err)
			got := ClopperPearson(Count{x, n - x}, 0.95)
			within(t, want[0], got.Low, 1e-12, v.Grouping)
			within(t, want[1], got.High, 1e-12, v.Grouping)
		case "fisher_two_sided_p":
			var want float64
			require.NoError(t, json.Unmarshal(v.Value, &want))
			var table [2][2]float64
			require.NoError(t, json.Unmarshal([]byte(v.Grouping), &table))
			got := Fisher(Count{table[0][0], table[0][1]}, Count{table[1][0], table[1][1]})
			within(t, want, got, 1e-12, v.Grouping)
		default:
			continue
		}
		seen++
	}
	assert.Equal(t, 8, seen)
}

func TestBetaAndChiSquareKnownValues(t *testing.T) {
	for _, x := range []float64{0, 0.1, 0.25, 0.5, 0.9, 1} {
		within(t, x, BetaCDF(1, 1, x), 1e-14, "uniform")
		within(t, x*x*x, BetaCDF(3, 1, x), 1e-13, "power")
		within(t, 2/math.Pi*math.Asin(math.Sqrt(x)), BetaCDF(0.5, 0.5, x), 1e-13, "arcsine")
	}
	r := seeded(9)
	for range 300 {
		a, b, p := 0.2+40*r.Float64(), 0.2+40*r.Float64(), 0.001+0.998*r.Float64()
		require.InDelta(t, p, BetaCDF(a, b, BetaQuantile(a, b, p)), 1e-11)
	}
	for _, x := range []float64{0.1, 1, 3.841458820694124, 20} {
		within(t, NormalTail(math.Sqrt(x)), ChiSquareTail(x, 1), 1e-13, "one degree of freedom")
		within(t, math.Exp(-x/2), ChiSquareTail(x, 2), 1e-13, "two degrees of freedom")
		within(t, math.Exp(-x/2)*(1+x/2), ChiSquareTail(x, 4), 1e-13, "four degrees of freedom")
	}
	assert.Equal(t, 1.0, ChiSquareTail(0, 3))
	assert.True(t, math.IsNaN(BetaCDF(-1, 1, 0.5)) && math.IsNaN(BetaQuantile(1, 1, 2)) && math.IsNaN(ChiSquareTail(-1, 1)))
}

// The definition of the exact interval: at its ends the tails hold exactly their share.
func TestClopperPearsonCoversExactly(t *testing.T) {
	for _, n := range []int{1, 5, 30} {
		for x := range n + 1 {
			c := Count{float64(x), float64(n - x)}
			i := ClopperPearson(c, 0.9)
			if x > 0 {
				require.InDelta(t, 0.05, binomialTail(n, x, i.Low), 1e-10)
			}
			if x < n {
				require.InDelta(t, 0.05, 1-binomialTail(n, x+1, i.High), 1e-10)
			}
			w := ConfSeq(c, 0.1)
			require.True(t, w.Low <= i.Low+1e-9 && i.High <= w.High+1e-9, "watching for ever costs width")
		}
	}
}

// binomialTail is the chance of at least k successes.
func binomialTail(n, k int, p float64) float64 {
	var s float64
	for i := k; i <= n; i++ {
		s += math.Exp(logChoose(n, i)) * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
	}
	return s
}

func TestPooledZ(t *testing.T) {
	z, p := PooledZ(Count{30, 70}, Count{45, 55})
	within(t, -0.15/math.Sqrt(0.375*0.625*0.02), z, 1e-14, "z")
	within(t, NormalTail(z), p, 1e-14, "p")
	z, p = PooledZ(Count{0, 9}, Count{0, 5})
	assert.Equal(t, []float64{0, 1}, []float64{z, p})
	z, _ = PooledZ(Count{}, Count{1, 1})
	assert.True(t, math.IsNaN(z))
}

func TestFisherEdges(t *testing.T) {
	assert.Equal(t, 1.0, Fisher(Count{}, Count{3, 4}))
	assert.Equal(t, 1.0, Fisher(Count{5, 5}, Count{5, 5}))
	assert.True(t, math.IsNaN(Fisher(Count{-1, 2}, Count{3, 4})))
	assert.InDelta(t, 1/math.Exp(logChoose(20, 10))*2, Fisher(Count{0, 10}, Count{10, 0}), 1e-17)
	small := Fisher(Count{0, 1000}, Count{1000, 0})
	assert.True(t, small >= 0 && small < 1e-300, "no likelier table of the same margins")
}

func TestMantelHaenszel(t *testing.T) {
	a, b := Count{30, 70}, Count{45, 55}
	one := MantelHaenszel([]Count{a}, []Count{b})
	z, _ := PooledZ(a, b)
	within(t, z*z*199/200, one.ChiSquare, 1e-13, "one stratum: Pearson's chi-square times (n-1)/n")
	within(t, 30*55/(70.0*45), one.OddsRatio, 1e-14, "one stratum: its own odds ratio")
	assert.True(t, math.IsNaN(one.BreslowDay), "one stratum cannot disagree with itself")

	// Two strata with one odds ratio of 2 agree; with 4 and 1/4 they do not.
	same := MantelHaenszel([]Count{{20, 10}, {40, 80}}, []Count{{10, 10}, {20, 80}})
	within(t, 2, same.OddsRatio, 1e-12, "common odds ratio")
	assert.InDelta(t, 0, same.BreslowDay, 1e-9)
	assert.InDelta(t, 1, same.BDP, 1e-4)
	other := MantelHaenszel([]Count{{80, 20}, {50, 50}}, []Count{{50, 50}, {80, 20}})
	assert.InDelta(t, 0, other.ChiSquare, 1e-12, "they cancel")
	assert.Less(t, other.BDP, 1e-6)

	// Berkeley 1973, men against women by department: the odds ratio of R's documentation.
	men := []Count{{512, 313}, {353, 207}, {120, 205}, {138, 279}, {53, 138}, {22, 351}}
	women := []Count{{89, 19}, {17, 8}, {202, 391}, {131, 244}, {94, 299}, {24, 317}}
	berkeley := MantelHaenszel(men, women)
	assert.InDelta(t, 0.9047, berkeley.OddsRatio, 5e-5)
	assert.Greater(t, berkeley.P, 0.2)
	assert.Less(t, berkeley.BDP, 0.01, "department A differs")

	none := MantelHaenszel([]Count{{5, 0}}, []Count{{3, 0}})
	assert.True(t, math.IsNaN(none.ChiSquare) && math.IsNaN(none.OddsRatio))
	assert.True(t, math.IsNaN(MantelHaenszel([]Count{{math.NaN(), 1}}, []Count{{1, 1}}).P))
}

// The interval of a difference holds the truth as often as it says, over all outcomes.
func TestNewcombeAndKatzCover(t *testing.T) {
	r := seeded(10)
	const runs = 4000
	gap, ratio := 0, 0
	for range runs {
		a, b := Count{}, Count{}
		for range 60 {
			add(&a, r.Float64() < 0.3)
			add(&b, r.Float64() < 0.5)
		}
		gap += bit(Newcombe(a, b, 0.95).Contains(-0.2))
		ratio += bit(Katz(a, b, 0.95).Contains(0.6))
	}
	t.Logf("covered: difference %.3f, ratio %.3f", float64(gap)/runs, float64(ratio)/runs)
	assert.Greater(t, gap, runs*93/100)
	assert.Greater(t, ratio, runs*93/100)
	assert.Equal(t, Interval{-1, 1}, Newcombe(Count{}, Count{1, 1}, 0.95))
	assert.Equal(t, Interval{0, math.Inf(1)}, Katz(Count{}, Count{1, 1}, 0.95))
	assert.Zero(t, Katz(Count{0, 5}, Count{3, 2}, 0.95).Low)
	assert.Equal(t, math.Inf(1), Katz(Count{3, 2}, Count{0, 5}, 0.95).High)
}

func TestSampleSizeAndPower(t *testing.T) {
	// The textbook case: 0.5 against 0.4 at 5 % with 80 % power.
	assert.Equal(t, 388.0, SampleSize(0.5, 0.4, 0.05, 0.8))
	n := SampleSize(0.3, 0.25, 0.05, 0.9)
	assert.InDelta(t, 0.9, Power(0.3, 0.25, n, 0.05), 1e-3)
	assert.Equal(t, math.Inf(1), SampleSize(0.5, 0.5, 0.05, 0.8))
	assert.True(t, math.IsNaN(SampleSize(2, 0.5, 0.05, 0.8)))
	r := seeded(11)
	found := 0
	for range 2000 {
		a, b := binomial(r, 388, 0.5), binomial(r, 388, 0.4)
		_, p := PooledZ(Count{a, 388 - a}, Count{b, 388 - b})
		found += bit(p < 0.05)
	}
	assert.InDelta(t, 0.8, float64(found)/2000, 0.03)
}

func TestBinomialDraws(t *testing.T) {
	r := seeded(12)
	for _, c := range []struct{ n, p float64 }{{20, 0.3}, {50, 0.9}, {400, 0.4}, {1e6, 0.001}, {1e6, 0.7}} {
		const draws = 20000
		var sum, squares float64
		for range draws {
			x := binomial(r, c.n, c.p)
			require.True(t, x >= 0 && x <= c.n && x == math.Trunc(x))
			sum += x
			squares += (x - c.n*c.p) * (x - c.n*c.p)
		}
		v := c.n * c.p * (1 - c.p)
		assert.InDelta(t, c.n*c.p, sum/draws, 5*math.Sqrt(v/draws), "mean of %v", c)
		assert.InDelta(t, 1, squares/draws/v, 0.06, "variance of %v", c)
	}
}

func TestBootstrap(t *testing.T) {
	groups := [][]float64{{300, 700}, {500, 500}}
	gap := func(g [][]float64) float64 {
		return g[0][0]/(g[0][0]+g[0][1]) - g[1][0]/(g[1][0]+g[1][1])
	}
	i := Bootstrap(groups, gap, 2000, 0.95, 1)
	want := Newcombe(Count{300, 700}, Count{500, 500}, 0.95)
	assert.InDelta(t, want.Low, i.Low, 0.006)
	assert.InDelta(t, want.High, i.High, 0.006)
	assert.Equal(t, i, Bootstrap(groups, gap, 2000, 0.95, 1), "the seed makes it repeatable")
	assert.True(t, math.IsNaN(Bootstrap(groups, func([][]float64) float64 { return math.NaN() }, 5, 0.95, 1).Low))
	assert.True(t, math.IsNaN(Bootstrap(nil, gap, 0, 0.95, 1).Low))
	for _, c := range []float64{math.NaN(), math.Inf(1), -1, 0.5, 1e300} { // must neither hang nor panic
		assert.True(t, math.IsNaN(Bootstrap([][]float64{{c, 700}, {500, 500}}, gap, 10, 0.95, 1).Low), c)
	}
	for _, conf := range []float64{0, 1, 3, -1, math.NaN()} {
		assert.True(t, math.IsNaN(Bootstrap(groups, gap, 10, conf, 1).Low), conf)
	}
	huge := Bootstrap([][]float64{{1 << 52, 1 << 52}, {3, 1}}, gap, 200, 0.95, 1)
	assert.InDelta(t, -0.5, huge.Low, 0.01)
}

func BenchmarkBootstrap1000x10x4(b *testing.B) {
	groups := make([][]float64, 10)
	for i := range groups {
		groups[i] = []float64{2000, 3000 + 100*float64(i), 4000, 1000}
	}
	for b.Loop() {
		Bootstrap(groups, func(g [][]float64) float64 { return g[0][0] / (g[0][0] + g[0][1]) }, 1000, 0.95, 1)
	}
}
