package stats

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// exam says whether the simulations run at full size, as make exam-fairness asks for.
func exam(small, full int) int {
	if os.Getenv("FAIRLEAD_EXAM") != "" {
		return full
	}
	return small
}

// atMost asserts that a rate is no larger than alpha. The full exam has the runs to show
// it: its 99 % bound lies below. A short one shows at least that nothing speaks against
// it: that the runs seen would not be more than one in a hundred times as bad.
func atMost(t *testing.T, alpha float64, hits, runs int) {
	t.Helper()
	bound := ClopperPearson(Count{float64(hits), float64(runs - hits)}, 0.98)
	if exam(0, 1) == 1 {
		assert.LessOrEqual(t, bound.High, alpha)
	} else {
		assert.LessOrEqual(t, bound.Low, alpha)
	}
	t.Logf("%d of %d: %.2f %%, at most %.2f %% (99 %%)", hits, runs, 100*float64(hits)/float64(runs), 100*bound.High)
}

// looks are the decisions after which one looks: each of the first thousand, then every
// hundredth of a hundred thousand.
func looks() []float64 {
	var out []float64
	for n := 1.0; n <= 1000; n++ {
		out = append(out, n)
	}
	for n := 1100.0; n <= 100_000; n += 100 {
		out = append(out, n)
	}
	return out
}

// draw adds n decisions, split evenly between two groups by chance.
func draw(r *rand.Rand, counts []Count, n float64, rates [2]float64) {
	a := binomial(r, n, 0.5)
	for i, size := range [2]float64{a, n - a} {
		yes := binomial(r, size, rates[i])
		counts[i].Yes += yes
		counts[i].No += size - yes
	}
}

// A fair system at the very limit of what is fair, over 100,000 decisions, looked at all
// the time: by the e-processes of counts, and by a z-test of equal rates on equal rates.
func TestSimulationOneMonitor(t *testing.T) {
	const alpha = 0.05
	runs := exam(100, 2000)
	r := seeded(100)
	at := looks()
	if exam(0, 1) == 0 { // the first thousand, then every thousandth
		at = slices.DeleteFunc(at, func(n float64) bool { return n > 1000 && math.Mod(n, 1000) > 0 || n < 1000 && math.Mod(n, 5) > 0 })
	}
	tests := []struct {
		name  string
		rates [2]float64
		fires func(c []Count) bool
		hits  int
	}{
		{"ratio, without direction", [2]float64{0.4, 0.5}, func(c []Count) bool { return LogERatio(c, 0.8) >= Alarm(alpha) }, 0},
		{"ratio, what Status asks", [2]float64{0.4, 0.5}, func(c []Count) bool { return LogEUneven(c, 0.8) >= Alarm(alpha) }, 0},
		{"ratio, small rates", [2]float64{0.04, 0.05}, func(c []Count) bool { return LogEUneven(c, 0.8) >= Alarm(alpha) }, 0},
		{"false OK", [2]float64{0.4, 0.5}, func(c []Count) bool { return LogEPairAbove(c[0], c[1], 0.8) >= Alarm(alpha) }, 0},
		{"gap", [2]float64{0.48, 0.5}, func(c []Count) bool { return LogEGap(c, 0.02) >= Alarm(alpha) }, 0},
		{"z-test", [2]float64{0.5, 0.5}, func(c []Count) bool { _, p := PooledZ(c[0], c[1]); return p < alpha }, 0},
	}
	for i := range tests {
		c := &tests[i]
		for range runs {
			counts := make([]Count, 2)
			last := 0.0
			for _, n := range at {
				draw(r, counts, n-last, c.rates)
				last = n
				if c.fires(counts) {
					c.hits++
					break
				}
			}
		}
		t.Logf("false alarms, %s:", c.name)
		if c.name == "z-test" {
			t.Logf("%d of %d: %.0f %%", c.hits, runs, 100*float64(c.hits)/float64(runs))
			assert.Greater(t, c.hits, runs/2, "the reason for all this")
			continue
		}
		atMost(t, alpha, c.hits, runs)
	}
}

// Twenty such monitors together under e-BH: a run is false if anything is ever picked.
func TestSimulationTwentyMonitors(t *testing.T) {
	const monitors, alpha = 20, 0.05
	runs := exam(50, 2000)
	r := seeded(101)
	wrong := 0
	for range runs {
		counts := make([][]Count, monitors)
		for i := range counts {
			counts[i] = make([]Count, 2)
		}
		logE := make([]float64, monitors)
		fired := false
		last := 0.0
		for n := 20.0; n <= 100_000 && !fired; n = math.Ceil(n * 1.1) {
			for i := range counts {
				draw(r, counts[i], n-last, [2]float64{0.4, 0.5})
				logE[i] = LogEUneven(counts[i], 0.8)
			}
			last = n
			for _, alarm := range EBH(logE, alpha) {
				fired = fired || alarm
			}
		}
		wrong += bit(fired)
	}
	t.Logf("runs with a false alarm among %d monitors:", monitors)
	atMost(t, alpha, wrong, runs)
}
