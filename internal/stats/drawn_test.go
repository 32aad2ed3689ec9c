package stats

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The ends are where the wealth, bet by bet and outcome by outcome, is 2/alpha.
func TestDrawnSeqIsWhereTheWealthIs(t *testing.T) {
	cells := []Drawn{{Count{30, 70}, 0.25, 0.25}, {Count{9, 11}, 1, 1}}
	const least, alpha = 0.125, 0.05
	wealth := func(m float64, against float64) float64 {
		sum := 0.0
		for j := range bets {
			b, product := math.Ldexp(1, -j), 1.0
			if b > least {
				continue
			}
			for _, c := range cells {
				for i := range int(c.N()) {
					x := float64(bit(i < int(c.Yes)))
					if against < 0 {
						x = 1 - x
					}
					product *= 1 + b*(x-m)/(m*c.Least)
				}
			}
			sum += product / bets
		}
		return sum
	}
	i := DrawnSeq(cells, least, alpha)
	within(t, 2/alpha, wealth(i.Low, 1), 1e-6, "below")
	within(t, 2/alpha, wealth(1-i.High, -1), 1e-6, "above")
	assert.True(t, i.Contains((30/0.25+9)/(100/0.25+20)))
}

// The mean of a factor over all decisions, looked at or not, is 1 at the true rate, whatever the rates of the parts are.
func TestDrawnSeqBetsAreFair(t *testing.T) {
	parts := []struct{ share, rate, p float64 }{{0.1, 0.5, 1}, {0.6, 0.02, 0.001}, {0.3, 0.9, 0.3}}
	m, mean := 0.0, 0.0
	for _, part := range parts {
		m += part.share * part.rate
	}
	const b = 1.0 / 1024
	for _, part := range parts {
		factor := func(x float64) float64 { return 1 + b*(x-m)/(m*part.p) }
		mean += part.share * (1 - part.p + part.p*(part.rate*factor(1)+(1-part.rate)*factor(0)))
	}
	assert.InDelta(t, 1, mean, 1e-12)
}

func TestDrawnSeqAtTheEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := func(c Count, least, most float64) []Drawn { return []Drawn{{c, least, most}} }
	for _, cells := range [][]Drawn{
		nil, one(Count{}, 1, 1), one(Count{-1, 2}, 1, 1), one(Count{nan, 1}, 1, 1), one(Count{inf, 1}, 1, 1), one(Count{1, 1}, 0, 1),
		one(Count{1, 1}, 0.5, 0.4), one(Count{1, 1}, 0.5, 1.1), one(Count{1, 1}, nan, 1), one(Count{5, 5}, 1e-9, 1),
	} {
		assert.Equal(t, anything, DrawnSeq(cells, 0, 0.05), "%v", cells)
	}
	for _, alpha := range []float64{0, 1, nan} {
		assert.Equal(t, anything, DrawnSeq(one(Count{5, 5}, 1, 1), 1, alpha))
	}
	all := DrawnSeq(one(Count{100, 0}, 1, 1), 1, 0.05)
	assert.Equal(t, 1.0, all.High)
	assert.Greater(t, all.Low, 0.9)
	unmet := DrawnSeq(one(Count{100, 0}, 1, 1), 0.001, 0.05)
	assert.Equal(t, 1.0, unmet.High)
	assert.Less(t, unmet.Low, 0.05, "some may be there that are looked at once in a thousand times")
	for _, c := range []Count{{50, 950}, {5000, 95_000}, {5e8, 9.5e9}} {
		x, y := DrawnSeq(one(c, 1, 1), 0, 0.05), ConfSeq(c, 0.05)
		require.True(t, x.Contains(0.05))
		assert.Less(t, x.High-x.Low, 1.3*(y.High-y.Low), "hardly wider than what knows that nothing is drawn: %v %v", x, y)
	}
	apart := DrawnSeq(one(Count{50, 950}, 0.45, 0.5), 0, 0.05)
	exact := DrawnSeq(one(Count{50, 950}, 0.5, 0.5), 0.45, 0.05)
	assert.LessOrEqual(t, apart.Low, exact.Low, "of unlike probabilities the worst counts")
	assert.GreaterOrEqual(t, apart.High, exact.High)
}

func FuzzDrawnSeq(f *testing.F) {
	f.Add(5.0, 7.0, 0.5, 3.0, 0.0, 1.0)
	f.Add(1e300, 1e300, 1e-300, 0.0, 1.0, 0.1)
	f.Fuzz(func(t *testing.T, a, b, p, c, d, q float64) {
		i := DrawnSeq([]Drawn{{Count{a, b}, p, p}, {Count{c, d}, q, q}}, 0, 0.05)
		if !(i.Low >= 0 && i.Low <= i.High && i.High <= 1) {
			t.Fatal(i)
		}
	})
}

func BenchmarkDrawnSeq(b *testing.B) {
	cells := []Drawn{{Count{40, 360}, 0.02, 0.02}, {Count{400, 1600}, 1, 1}}
	for b.Loop() {
		DrawnSeq(cells, 0.02, 0.05)
	}
}
