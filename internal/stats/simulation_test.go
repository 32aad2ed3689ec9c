package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// upper99 is the exact upper 99 % bound of a rate.
func upper99(hits, runs int) float64 {
	return ClopperPearson(Count{float64(hits), float64(runs - hits)}, 0.98).High
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
// the time: by the e-process of counts, and by a z-test of equal rates on equal rates.
func TestSimulationOneMonitor(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 runs of 100,000 decisions")
	}
	const runs, alpha = 2000, 0.05
	r := seeded(100)
	at := looks()
	ratio, gap, naive := 0, 0, 0
	for range runs {
		limit, near, equal := make([]Count, 2), make([]Count, 2), make([]Count, 2)
		var fired [3]bool
		last := 0.0
		for _, n := range at {
			draw(r, limit, n-last, [2]float64{0.4, 0.5})
			draw(r, near, n-last, [2]float64{0.48, 0.5})
			draw(r, equal, n-last, [2]float64{0.5, 0.5})
			last = n
			fired[0] = fired[0] || LogERatio(limit, 0.8) >= Alarm(alpha)
			fired[1] = fired[1] || LogEGap(near, 0.02) >= Alarm(alpha)
			if !fired[2] {
				_, p := PooledZ(equal[0], equal[1])
				fired[2] = p < alpha
			}
		}
		ratio, gap, naive = ratio+bit(fired[0]), gap+bit(fired[1]), naive+bit(fired[2])
	}
	t.Logf("false alarms in %d runs: ratio %d (at most %.2f %%, 99 %%), gap %d (%.2f %%); z-test looked at each time %d (%.0f %%)",
		runs, ratio, 100*upper99(ratio, runs), gap, 100*upper99(gap, runs), naive, 100*float64(naive)/runs)
	assert.LessOrEqual(t, upper99(ratio, runs), alpha)
	assert.LessOrEqual(t, upper99(gap, runs), alpha)
	assert.Greater(t, naive, runs/2)
}

// Twenty such monitors together under e-BH: a run is false if anything is ever picked.
func TestSimulationTwentyMonitors(t *testing.T) {
	if testing.Short() {
		t.Skip("2,000 runs of 20 monitors of 100,000 decisions")
	}
	const runs, monitors, alpha = 2000, 20, 0.05
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
				logE[i] = LogERatio(counts[i], 0.8)
			}
			last = n
			for _, alarm := range EBH(logE, alpha) {
				fired = fired || alarm
			}
		}
		wrong += bit(fired)
	}
	t.Logf("runs with a false alarm among %d monitors: %d of %d (at most %.2f %%, 99 %%)", monitors, wrong, runs, 100*upper99(wrong, runs))
	assert.LessOrEqual(t, upper99(wrong, runs), alpha)
}
