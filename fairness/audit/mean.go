package audit

import (
	"math"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/stats"
)

// MeanGap is the difference of two groups' mean of a number, such as an amount offered
// or the error of a regression, with its 95 % interval (Welch, normal). values of either
// side must be at least two and finite.
func MeanGap(group, rest []float64) (gap, low, high fairness.Figure) {
	a, va, why := mean(group)
	b, vb, whyRest := mean(rest)
	if why == "" {
		why = whyRest
	}
	if why != "" {
		return noFigure(why), noFigure(why), noFigure(why)
	}
	half := stats.Z(0.95) * math.Sqrt(va+vb)
	return figure(a - b), figure(a - b - half), figure(a - b + half)
}

// mean returns the mean and the variance of the mean.
func mean(v []float64) (m, variance float64, why string) {
	if len(v) < 2 {
		return 0, 0, "fewer than two values"
	}
	var squares float64
	for i, x := range v { // Welford: stable for any size
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return 0, 0, "a value is not a number"
		}
		d := x - m
		m += d / float64(i+1)
		squares += d * (x - m)
	}
	n := float64(len(v))
	return m, squares / (n - 1) / n, ""
}
