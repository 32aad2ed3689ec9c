package stats

import (
	"math"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChangeIsQuietAndThenFast(t *testing.T) {
	const limit = 2000.0
	r := seeded(30)
	pair := func(p, q float64) float64 { return float64(bit(r.Float64() < p)) - float64(bit(r.Float64() < q)) }
	runs := exam(60, 1000)
	// At the edge of the tolerance the mean time to an alarm is at least the limit. Runs
	// that are cut short count with what they lasted, which can only lower the mean.
	var lasted float64
	for range runs {
		c := Change{Gap: 0.1}
		n := 0.0
		for n < 5*limit && c.Play(pair(0.5, 0.4)) < limit {
			n++
		}
		lasted += n
	}
	t.Logf("mean plays until a false alarm: at least %.0f", lasted/float64(runs))
	assert.GreaterOrEqual(t, lasted/float64(runs), limit)
	// After a long good period a change is found soon; a plain process would have to win
	// back what it lost.
	for _, d := range [][2]float64{{0.7, 0.4}, {0.4, 0.7}} {
		var delays []float64
		for range 50 {
			c, plain := Change{Gap: 0.1}, Tolerant{Gap: 0.1}
			for range 3000 {
				g := pair(0.5, 0.5)
				plain.Play(g)
				if c.Play(g) >= limit {
					c.Restart()
				}
			}
			n := 0.0
			for c.Play(pair(d[0], d[1])) < limit {
				n++
			}
			delays = append(delays, n)
		}
		sort.Float64s(delays)
		t.Logf("%v: found after %.0f plays (median)", d, delays[25])
		assert.Less(t, delays[25], 250.0)
	}
}

func TestChangeEdges(t *testing.T) {
	var c Change
	for _, bad := range []float64{math.NaN(), 1.1, -2, math.Inf(1)} {
		require.Zero(t, c.Play(bad))
	}
	for range 1000 {
		sum := c.Play(-1)
		require.True(t, sum >= 0 && !math.IsNaN(sum))
	}
	assert.Greater(t, c.Sum(), 1e50)
	c.Restart()
	assert.Zero(t, c.Sum())
	broken := Change{Gap: 2}
	assert.Zero(t, broken.Play(1))
}
