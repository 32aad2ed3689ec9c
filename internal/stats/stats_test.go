package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func TestLogBeta(t *testing.T) {
	for _, c := range []struct{ a, b, want float64 }{
		{1, 1, 0},
		{0.5, 0.5, math.Log(math.Pi)},
		{2, 3, -math.Log(12)},
		{1, 1e9, -math.Log(1e9)},
		{20, 30, -math.Log(49) - logChoose(48, 19)}, // B(a,b) = 1/((a+b-1) C(a+b-2, a-1))
	} {
		within(t, c.want, LogBeta(c.a, c.b), 1e-14, "log beta")
		within(t, c.want, LogBeta(c.b, c.a), 1e-14, "log beta, swapped")
	}
	assert.True(t, math.IsNaN(LogBeta(0, 1)))
	assert.True(t, math.IsNaN(LogBeta(1, math.NaN())))
}

func logChoose(n, k int) float64 {
	var s float64
	for i := 1; i <= k; i++ {
		s += math.Log(float64(n-k+i) / float64(i))
	}
	return s
}

// The closed form must agree with the definition wherever that is computable.
func TestMixtureIsItsDefinition(t *testing.T) {
	r := seeded(3)
	for range 2000 {
		c := Count{float64(r.IntN(300)), float64(r.IntN(300))}
		if c.N() == 0 {
			continue
		}
		p := c.Rate()
		want := LogBeta(0.5+c.Yes, 0.5+c.No) - math.Log(math.Pi)
		if c.Yes > 0 {
			want -= c.Yes * math.Log(p)
		}
		if c.No > 0 {
			want -= c.No * math.Log(1-p)
		}
		require.InDelta(t, want, mixture(c), 1e-11, "%v", c)
	}
}

// The mixture never wins more than it may: its wealth stays a martingale, so
// summing it over all outcomes of n trials gives 1.
func TestMixtureIsADistribution(t *testing.T) {
	for _, n := range []int{1, 2, 7, 40, 200} {
		var sum float64
		for k := 0; k <= n; k++ {
			sum += math.Exp(LogBeta(0.5+float64(k), 0.5+float64(n-k)) - math.Log(math.Pi) + logChoose(n, k))
		}
		assert.InDelta(t, 1, sum, 1e-11, "n=%d", n)
	}
}

func TestConfSeqEnds(t *testing.T) {
	r := seeded(4)
	for range 500 {
		c := Count{float64(r.IntN(2000)), float64(r.IntN(2000))}
		if c.N() == 0 {
			continue
		}
		i := ConfSeq(c, 0.05)
		require.True(t, i.Low >= 0 && i.Low <= c.Rate() && c.Rate() <= i.High && i.High <= 1, "%v %v", c, i)
		limit := Alarm(0.05) - mixture(c)
		if i.Low > 0 {
			require.InEpsilon(t, limit, divergence(c, i.Low), 1e-6)
		}
		if i.High < 1 {
			require.InEpsilon(t, limit, divergence(c, i.High), 1e-6)
		}
		// Watching for ever costs width: never narrower than one look.
		w := Wilson(c, 0.95)
		require.Greater(t, i.High-i.Low, w.High-w.Low)
	}
	assert.Zero(t, ConfSeq(Count{0, 50}, 0.05).Low)
	assert.Equal(t, 1.0, ConfSeq(Count{50, 0}, 0.05).High)
}

// Simulated coverage at every look at once, fixed seeds.
func TestConfidenceSequencesHold(t *testing.T) {
	const runs, steps, alpha = 400, 1500, 0.05
	r := seeded(5)
	missRate, missGap, missRatio, missWeighted := 0, 0, 0, 0
	for range runs {
		var a, b Count
		var fav, total, squares float64
		var m [4]bool
		for i := range steps {
			x, y := r.Float64() < 0.3, r.Float64() < 0.5
			add(&a, x)
			add(&b, y)
			w := 0.1 + 3*r.Float64()
			total, squares = total+w, squares+w*w
			if x {
				fav += w
			}
			if i%5 != 0 {
				continue
			}
			m[0] = m[0] || !ConfSeq(a, alpha).Contains(0.3)
			// The sequences are what these tests do not reject: TestPairSequences.
			m[1] = m[1] || LogEPairGap(a, b, -0.2) >= Alarm(alpha)
			m[2] = m[2] || !mayBe(a, b, 0.6, alpha)
			m[3] = m[3] || !WeightedSeq(fav, total, squares, alpha).Contains(0.3)
		}
		missRate, missGap = missRate+bit(m[0]), missGap+bit(m[1])
		missRatio, missWeighted = missRatio+bit(m[2]), missWeighted+bit(m[3])
	}
	t.Logf("ever missed in %d runs: rate %d, gap %d, ratio %d, weighted %d", runs, missRate, missGap, missRatio, missWeighted)
	for name, misses := range map[string]int{"rate": missRate, "gap": missGap, "ratio": missRatio, "weighted": missWeighted} {
		assert.LessOrEqual(t, misses, int(alpha*runs), name)
	}
}

// The pairwise sequences are tighter than the rates' own, agree with the tests, and
// turn around with their arguments.
func TestPairSequences(t *testing.T) {
	r := seeded(8)
	for range 100 {
		a := Count{float64(r.IntN(200)), float64(r.IntN(200))}
		b := Count{float64(r.IntN(200)), float64(r.IntN(200))}
		if a.N() == 0 || b.N() == 0 {
			continue
		}
		gap, ratio := GapSeq(a, b, 0.05), RatioSeq(a, b, 0.05)
		require.True(t, gap.Contains(a.Rate()-b.Rate()), "%v %v %v", a, b, gap)
		wide := GapOf(ConfSeq(a, 0.025), ConfSeq(b, 0.025))
		require.LessOrEqual(t, gap.High-gap.Low, wide.High-wide.Low, "%v %v", a, b)
		if b.Yes > 0 {
			require.True(t, ratio.Contains(a.Rate()/b.Rate()), "%v %v %v", a, b, ratio)
		}
		for _, limit := range []float64{0.5, 0.8, 1.25} {
			rejected := !mayBe(a, b, limit, 0.05)
			require.Equal(t, rejected, limit <= ratio.Low || limit >= ratio.High, "%v %v %v", a, b, ratio)
		}
		back, turned := GapSeq(b, a, 0.05), RatioSeq(b, a, 0.05)
		require.InDelta(t, gap.Low, -back.High, 1e-9)
		require.InDelta(t, gap.High, -back.Low, 1e-9)
		if turned.High < math.Inf(1) && turned.High > 0 {
			require.InEpsilon(t, ratio.Low, 1/turned.High, 1e-9)
		}
		// Two groups: the test over all groups is the pairwise one.
		if a.Rate() < 0.8*b.Rate() {
			require.InDelta(t, LogERatio([]Count{a, b}, 0.8), LogEPairRatio(a, b, 0.8), 1e-9)
		}
	}
	all := Interval{0, math.Inf(1)}
	require.Equal(t, all, RatioSeq(Count{0, 50}, Count{0, 50}, 0.05))
	require.Equal(t, all, RatioSeq(Count{}, Count{1, 2}, 0.05))
	require.Equal(t, Interval{-1, 1}, GapSeq(Count{}, Count{1, 2}, 0.05))
	require.Equal(t, math.Inf(1), RatioSeq(Count{50, 50}, Count{0, 100}, 0.05).High)
	require.Zero(t, RatioSeq(Count{0, 100}, Count{50, 50}, 0.05).Low)
}

func add(c *Count, yes bool) {
	if yes {
		c.Yes++
	} else {
		c.No++
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The tests may be looked at after every few decisions and still keep their level,
// at the very edge of the null; and they do find what is beyond it.
func TestEProcessesKeepTheirLevel(t *testing.T) {
	const runs, steps, alpha = 400, 2000, 0.05
	for _, c := range []struct {
		name  string
		rates []float64
		e     func([]Count) float64
		null  bool
	}{
		{"equal", []float64{0.4, 0.4, 0.4}, LogE, true},
		{"ratio at the limit", []float64{0.4, 0.5}, ratio80, true},
		{"ratio at the limit, four groups", []float64{0.4, 0.5, 0.45, 0.4}, ratio80, true},
		{"gap at the limit", []float64{0.48, 0.50}, gap02, true},
		{"ratio .5", []float64{0.25, 0.5}, ratio80, false},
		{"gap .2", []float64{0.3, 0.5}, gap02, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := seeded(6)
			alarms := 0
			for range runs {
				counts := make([]Count, len(c.rates))
				fired := false
				for i := 0; i < steps && !fired; i++ {
					g := r.IntN(len(counts))
					add(&counts[g], r.Float64() < c.rates[g])
					fired = i%10 == 0 && c.e(counts) >= Alarm(alpha)
				}
				alarms += bit(fired)
			}
			t.Logf("%d alarms in %d runs", alarms, runs)
			if c.null {
				assert.LessOrEqual(t, alarms, int(alpha*runs))
			} else {
				assert.Greater(t, alarms, runs*9/10)
			}
		})
	}
}

func ratio80(c []Count) float64 { return LogERatio(c, 0.8) }
func gap02(c []Count) float64   { return LogEGap(c, 0.02) }

// The one-dimensional search must find the minimum a fine grid finds.
func TestToleranceSearchFindsTheMinimum(t *testing.T) {
	r := seeded(7)
	for range 60 {
		counts := make([]Count, 2+r.IntN(4))
		for i := range counts {
			counts[i] = Count{float64(r.IntN(60)), float64(r.IntN(60))}
		}
		for _, b := range []band{{scale: 0.8}, {scale: 1, shift: 0.02}, {scale: 1, shift: 0.3}} {
			best := math.Inf(1)
			for i := range 10001 {
				best = min(best, loss(counts, b, float64(i)/10000))
			}
			var base float64
			for _, c := range counts {
				base += mixture(c)
			}
			got := logETolerance(counts, b) - base
			require.LessOrEqual(t, got, best+1e-9, "%v %v", counts, b)
			require.InDelta(t, best, got, 1e-3*(1+best), "%v %v", counts, b)
		}
	}
}

func TestUntil(t *testing.T) {
	decided := func(c []Count) bool { return LogERatio(c, 0.8) >= Alarm(0.05) }
	counts := []Count{{10, 30}, {20, 20}}
	more, ok := Until(counts, decided)
	require.True(t, ok)
	assert.Greater(t, more, 0.0)
	// With that many more at the observed rates the test does decide.
	k := 1 + more*1.3/80
	assert.True(t, decided([]Count{{10 * k, 30 * k}, {20 * k, 20 * k}}))

	more, ok = Until([]Count{{250, 750}, {500, 500}}, decided)
	assert.True(t, ok)
	assert.Zero(t, more, "already decided")

	_, ok = Until([]Count{{40, 60}, {40, 60}}, decided)
	assert.False(t, ok, "equal rates never prove a difference")
	_, ok = Until(nil, decided)
	assert.False(t, ok)
	_, ok = Until([]Count{{math.NaN(), 1}}, decided)
	assert.False(t, ok)
}

func TestHostileCountsProveNothing(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []Count{{}, {-1, 2}, {nan, 1}, {1, nan}, {inf, 1}, {inf, inf}} {
		assert.Equal(t, anything, Wilson(c, 0.95), "%v", c)
		assert.Equal(t, anything, ConfSeq(c, 0.05), "%v", c)
		for _, e := range []func([]Count) float64{LogE, ratio80, gap02} {
			assert.LessOrEqual(t, e([]Count{c, {1, 1}}), 0.0, "%v", c)
		}
	}
	good := Count{5, 5}
	for _, level := range []float64{0, 1, -1, 2, nan} {
		assert.Equal(t, anything, Wilson(good, level))
		assert.Equal(t, anything, ConfSeq(good, level))
		assert.Equal(t, anything, WeightedSeq(1, 2, 2, level))
	}
	assert.Equal(t, anything, WeightedSeq(3, 2, 2, 0.05), "more favourable than all")
	for _, e := range []func([]Count) float64{LogE, ratio80, gap02} {
		assert.Zero(t, e(nil))
	}
	assert.Equal(t, math.Inf(-1), LogERatio([]Count{good}, 0))
	assert.Equal(t, math.Inf(-1), LogEGap([]Count{good}, 1))
	huge := []Count{{1e15, 1e15}, {1e15, 1.0001e15}}
	assert.False(t, math.IsNaN(LogE(huge)))
	assert.False(t, math.IsNaN(LogERatio(huge, 0.8)))
}

func FuzzStats(f *testing.F) {
	f.Add(5.0, 7.0, 0.0, 3.0)
	f.Add(1e300, 1e300, 1e-300, 0.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		x, y := Count{a, b}, Count{c, d}
		for _, i := range []Interval{Wilson(x, 0.95), ConfSeq(x, 0.05), WeightedSeq(a, b, c, 0.05)} {
			if !(i.Low >= 0 && i.Low <= i.High && i.High <= 1) {
				t.Fatalf("%v: %v", x, i)
			}
		}
		for _, e := range []float64{LogE([]Count{x, y}), LogERatio([]Count{x, y}, 0.8), LogEGap([]Count{x, y}, 0.02), LogEUneven([]Count{x, y, {3, 4}}, 0.8), LogEPairAbove(x, y, 0.8)} {
			if math.IsNaN(e) {
				t.Fatalf("%v %v: NaN", x, y)
			}
		}
	})
}

func BenchmarkRatioSeq(b *testing.B) {
	for b.Loop() {
		RatioSeq(Count{480, 520}, Count{530, 470}, 0.05)
	}
}

func BenchmarkConfSeq(b *testing.B) {
	for b.Loop() {
		ConfSeq(Count{480, 520}, 0.05)
	}
}

func BenchmarkLogERatio10(b *testing.B) {
	counts := make([]Count, 10)
	for i := range counts {
		counts[i] = Count{float64(300 + 20*i), 500}
	}
	for b.Loop() {
		LogERatio(counts, 0.8)
	}
}
