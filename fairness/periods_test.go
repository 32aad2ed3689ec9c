package fairness

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func period(fy, fn, my, mn float64) Table {
	return Table{Attributes: []string{"sex"}, Cells: []Cell{cellOf(fy, fn, "f"), cellOf(my, mn, "m")}}
}

// Simpson's trap: fair in each period, but the rate rose while women became few.
func TestPeriodsAreNotMisledByDriftOfMix(t *testing.T) {
	early, late := period(180, 720, 20, 80), period(80, 20, 720, 180)
	all, err := Merge(early, late)
	require.NoError(t, err)
	misled, err := all.Status(nil)
	require.NoError(t, err)
	require.Equal(t, Action, misled.Status, "the sum is")
	v, err := Periods(nil, early, late)
	require.NoError(t, err)
	assert.NotEqual(t, Action, v.Status)
}

func TestSmallBreachesAddUp(t *testing.T) {
	one := period(190, 410, 300, 300)
	v, err := one.Status(nil)
	require.NoError(t, err)
	require.NotEqual(t, Action, v.Status, "not proven in one period")
	v, err = Periods(nil, one, one, one, one)
	require.NoError(t, err)
	assert.Equal(t, Action, v.Status)
	assert.Contains(t, v.Sentence, "by all periods together, though by none alone")
	fair := period(5000, 5000, 5000, 5000)
	v, err = Periods(nil, fair, fair)
	require.NoError(t, err)
	assert.Equal(t, OK, v.Status)
	bad := period(250, 750, 500, 500)
	v, err = Periods(nil, fair, fair, bad)
	require.NoError(t, err)
	assert.Equal(t, Action, v.Status, "good periods cost little")
}

// Rates and mix change with every period; a fair system at the limit is not called unfair
// more often than promised.
func TestPeriodsKeepTheirLevel(t *testing.T) {
	const runs = 300
	r := rand.New(rand.NewPCG(14, 14))
	wrong := 0
	for range runs {
		var periods []Table
		for range 8 {
			rate, women := 0.1+0.8*r.Float64(), 0.1+0.8*r.Float64()
			var c [2][2]float64
			for range 500 {
				k, p := 1, rate
				if r.Float64() < women {
					k, p = 0, 0.8*rate
				}
				c[k][1-bit(r.Float64() < p)]++
			}
			periods = append(periods, period(c[0][0], c[0][1], c[1][0], c[1][1]))
		}
		v, err := Periods(nil, periods...)
		require.NoError(t, err)
		wrong += bit(v.Status == Action)
	}
	t.Logf("false ACTION in %d of %d", wrong, runs)
	assert.LessOrEqual(t, wrong, runs/20)
}

func TestPeriodsEdges(t *testing.T) {
	v, err := Periods(nil)
	require.NoError(t, err)
	assert.Equal(t, NotEnoughData, v.Status)
	_, err = Periods(&Limits{Ratio: 3}, period(1, 1, 1, 1))
	require.Error(t, err)
	_, err = Periods(nil, Table{Attributes: []string{"age"}}, period(1, 1, 1, 1))
	require.ErrorContains(t, err, "other attributes")
	broken := period(1, 1, 1, 1)
	broken.Cells[0].N = math.NaN()
	v, err = Periods(nil, broken, broken)
	require.NoError(t, err)
	assert.Equal(t, NotEnoughData, v.Status)
}

func TestPeriodsKeepAWeightedAlarm(t *testing.T) {
	weighted := Table{Attributes: []string{"sex"}, Cells: []Cell{
		{Groups: []string{"f"}, Decisions: 5000, N: 2500, Squares: 1250, Favourable: 500},
		{Groups: []string{"m"}, Decisions: 5000, N: 2500, Squares: 1250, Favourable: 1250},
	}}
	v, err := Periods(nil, period(50, 50, 50, 50), weighted)
	require.NoError(t, err)
	assert.Equal(t, Action, v.Status)
}
