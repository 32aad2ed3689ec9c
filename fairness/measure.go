package fairness

import (
	"math"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// difference compares by subtraction.
type difference struct{}

func (difference) apart(group, against counted) (value, low, high float64, why string) {
	value = group.Rate.Value - against.Rate.Value
	i := stats.Newcombe(group.sample(), against.sample(), confidence)
	return value, i.Low, i.High, ""
}

func (difference) distance(v float64) float64 { return math.Abs(v) }

func (difference) fold(v, low, high float64) (value, lowest, highest float64) {
	if v < 0 {
		v, low, high = -v, -high, -low
	}
	return v, max(0, low), high
}

// partOf: p - all = (1-w) (p - rest).
func (difference) partOf(v, w float64) float64 { return (1 - w) * v }

// ratio compares by division.
type ratio struct{}

func (ratio) apart(group, against counted) (value, low, high float64, why string) {
	if against.Rate.Value == 0 {
		if group.Rate.Value == 0 {
			return 0, 0, 0, "its rate and the one it is compared with are both 0"
		}
		return 0, 0, 0, "the rate it is compared with is 0"
	}
	value = group.Rate.Value / against.Rate.Value
	i := stats.Katz(group.sample(), against.sample(), confidence)
	return value, i.Low, i.High, ""
}

func (ratio) distance(v float64) float64 {
	if v <= 0 {
		return math.Inf(1)
	}
	return math.Abs(math.Log(v))
}

func (ratio) fold(v, low, high float64) (value, lowest, highest float64) {
	if v > 1 {
		v, low, high = 1/v, 1/high, 1/low
	}
	return v, low, min(1, high)
}

// partOf: with r = p/rest, p/all = r / (w r + 1 - w).
func (ratio) partOf(v, w float64) float64 {
	if math.IsInf(v, 1) {
		return 1 / w
	}
	return v / (w*v + 1 - w)
}

// sample is the rate as plain counts of the size that uneven weights are worth.
func (c counted) sample() stats.Count {
	return stats.Count{Yes: c.Rate.Num * c.effect, No: max(0, c.Rate.Den-c.Rate.Num) * c.effect}
}
