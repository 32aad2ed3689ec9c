package audit

import (
	"math"

	"github.com/fairlead-go/fairlead/fairness"
)

// GeneralizedEntropy measures how unevenly people are treated one by one, not group by
// group: each person's benefit is 1 + prediction - truth (0 if wronged, 2 if favoured
// without cause), and the index of alpha over all benefits is 0 if they are equal.
// Alpha 1 is the Theil index, 0 the mean log deviation, 2 half the squared coefficient
// of variation. Needs labels. With alpha 0 or below it is not defined as soon as one
// person has no benefit.
//
// AIF360's index of alpha 0 divides by the mean twice; this is the formula.
//
// Source: Speicher et al., KDD 2018.
func GeneralizedEntropy(t fairness.Table, alpha float64) fairness.Figure {
	all, ok := everybody(t)
	if !ok || all.Labelled() == 0 {
		return noFigure(noLabelled)
	}
	return entropy(alpha, []benefit{{0, all.FN}, {1, all.TP + all.TN}, {2, all.FP}})
}

// BetweenGroupEntropy is the part of GeneralizedEntropy that is due to the groups:
// everybody has the mean benefit of their group. Groups without labels, and people whose
// group is not known, are left out.
func BetweenGroupEntropy(t fairness.Table, alpha float64) fairness.Figure {
	var groups []benefit
	for _, c := range t.Cells {
		if !c.Valid() {
			return noFigure(invalidCell)
		}
		if n := c.Labelled(); n > 0 && c.Known() {
			groups = append(groups, benefit{(c.TP + c.TN + 2*c.FP) / n, n})
		}
	}
	if len(groups) == 0 {
		return noFigure(noLabelled)
	}
	return entropy(alpha, groups)
}

// CoefficientOfVariation of the benefits: the square root of twice the generalised
// entropy of alpha 2.
func CoefficientOfVariation(t fairness.Table) fairness.Figure {
	f := GeneralizedEntropy(t, 2)
	if f.Defined {
		f.Value = math.Sqrt(2 * max(0, f.Value))
	}
	return f
}

// benefit is what n people each have.
type benefit struct{ value, n float64 }

func entropy(alpha float64, benefits []benefit) fairness.Figure {
	var n, sum float64
	for _, b := range benefits {
		n += b.n
		sum += b.n * b.value
	}
	mean := sum / n
	if !(mean > 0) || math.IsNaN(alpha) {
		return noFigure("nobody has any benefit")
	}
	var out float64
	for _, b := range benefits {
		if b.n == 0 {
			continue
		}
		out += b.n * entropyOf(alpha, b.value/mean)
	}
	if math.IsInf(out, 0) {
		return noFigure("somebody has no benefit at all, which this alpha cannot weigh")
	}
	return figure(out / n)
}

func entropyOf(alpha, x float64) float64 {
	switch alpha {
	case 0:
		return -math.Log(x)
	case 1:
		return entropyTerm(x, 1)
	}
	return (math.Pow(x, alpha) - 1) / (alpha * (alpha - 1))
}

// SmoothedEDF is the smoothed empirical differential fairness of the selection rates:
// the largest logarithm of a ratio of two groups' smoothed chances of either answer.
// 0 is perfect; smoothing by half a case each way keeps it finite.
//
// Source: Foulds, Islam, Keya, Pan, ICDE 2020.
func SmoothedEDF(t fairness.Table) fairness.Figure {
	return edf(t, func(c fairness.Cell) (float64, float64) { return c.Favourable, c.N })
}

// LabelEDF is the same of the true outcomes.
func LabelEDF(t fairness.Table) fairness.Figure {
	return edf(t, func(c fairness.Cell) (float64, float64) { return c.TP + c.FN, c.Labelled() })
}

// BiasAmplification is how much more the answers differ between groups than the truth
// does, by differential fairness: above 0 the system makes the difference larger.
func BiasAmplification(t fairness.Table) fairness.Figure {
	given := edf(t, func(c fairness.Cell) (float64, float64) { return c.TP + c.FP, c.Labelled() })
	truth := LabelEDF(t)
	if !given.Defined || !truth.Defined {
		return given
	}
	return figure(given.Value - truth.Value)
}

func edf(t fairness.Table, of func(fairness.Cell) (yes, n float64)) fairness.Figure {
	var low, high []float64 // smallest and largest log chance of yes, of no
	for _, c := range t.Cells {
		if !c.Valid() {
			return noFigure(invalidCell)
		}
		yes, n := of(c)
		if n == 0 || !c.Known() {
			continue
		}
		p := (yes + 0.5) / (n + 1)
		logs := []float64{math.Log(p), math.Log1p(-p)}
		if low == nil {
			low, high = append(low, logs...), append(high, logs...)
			continue
		}
		for i, l := range logs {
			low[i], high[i] = min(low[i], l), max(high[i], l)
		}
	}
	if low == nil {
		return noFigure("no group has data")
	}
	return figure(max(high[0]-low[0], high[1]-low[1]))
}
