package audit

import (
	"fmt"
	"math"
	"slices"

	"github.com/fairlead-go/fairlead/fairness"
)

// Pair sets one group against the rest, for the measures that are defined for two
// sides only: those of AIF360 (unprivileged against privileged) and of SageMaker
// Clarify (facet d against facet a). All of them are exact functions of the counts.
//
// Where Clarify calls 0/0 zero, and AIF360 lets NaN through, a measure here is not
// defined and says why.
type Pair struct {
	Group fairness.Cell // unprivileged, facet d
	Rest  fairness.Cell // privileged, facet a: everybody else whose group is known
}

// Against makes the Pair of one group, named by its values in the order of the
// table's attributes, and everybody else whose group is known.
func Against(t fairness.Table, values ...string) (Pair, error) {
	if all := t.Overall(fairness.SelectionRate); len(t.Cells) == 0 {
		return Pair{}, fmt.Errorf("audit: %s", all.Why)
	}
	var group, rest []fairness.Cell
	for _, c := range t.Cells {
		switch {
		case !c.Valid():
			return Pair{}, fmt.Errorf("audit: %s", invalidCell)
		case !c.Known():
		case slices.Equal(c.Groups, values):
			group = append(group, c)
		default:
			rest = append(rest, c)
		}
	}
	if group == nil {
		return Pair{}, fmt.Errorf("audit: the table has no group %q", values)
	}
	p := Pair{Group: sumOf(group), Rest: sumOf(rest)}
	p.Group.Groups = values
	return p, nil
}

// sumOf adds cells up.
func sumOf(cells []fairness.Cell) fairness.Cell {
	all := make([]fairness.Cell, len(cells))
	for i, c := range cells {
		c.Groups, c.Overflow = nil, false
		all[i] = c
	}
	sum := fairness.Table{Cells: all}.By()
	if len(sum.Cells) == 0 {
		return fairness.Cell{}
	}
	return sum.Cells[0]
}

// both gives a rate of both sides.
func (p Pair) both(m fairness.Metric) (group, rest float64, why string) {
	g, r := m.Of(p.Group), m.Of(p.Rest)
	if !g.Defined {
		return 0, 0, g.Why
	}
	if !r.Defined {
		return 0, 0, "the rest: " + r.Why
	}
	return g.Value, r.Value, ""
}

// Difference is the group's rate less the rest's: of SelectionRate AIF360's
// statistical parity difference, of TPR its equal opportunity difference, of TNR and
// NPV Clarify's SD and DRR; turned round Clarify's DPPL (SelectionRate), DPL
// (BaseRate), RD (TPR), DAR (Precision) and AD (Accuracy).
func (p Pair) Difference(m fairness.Metric) fairness.Figure {
	g, r, why := p.both(m)
	if why != "" {
		return noFigure(why)
	}
	return figure(g - r)
}

// Ratio is the group's rate over the rest's: of SelectionRate the disparate impact,
// Clarify's DI.
func (p Pair) Ratio(m fairness.Metric) fairness.Figure {
	g, r, why := p.both(m)
	switch {
	case why != "":
		return noFigure(why)
	case r == 0:
		return noFigure("the rate of the rest is 0")
	}
	return figure(g / r)
}

// combine applies f to the differences of two metrics.
func (p Pair) combine(a, b fairness.Metric, f func(x, y float64) float64) fairness.Figure {
	x, y := p.Difference(a), p.Difference(b)
	if !x.Defined {
		return x
	}
	if !y.Defined {
		return y
	}
	return figure(f(x.Value, y.Value))
}

// AverageOddsDifference is the mean of the differences of FPR and TPR (AIF360).
func (p Pair) AverageOddsDifference() fairness.Figure {
	return p.combine(fairness.FPR, fairness.TPR, func(x, y float64) float64 { return (x + y) / 2 })
}

// AverageAbsOddsDifference is the mean of their absolute values (AIF360).
func (p Pair) AverageAbsOddsDifference() fairness.Figure {
	return p.combine(fairness.FPR, fairness.TPR, func(x, y float64) float64 { return (math.Abs(x) + math.Abs(y)) / 2 })
}

// EqualizedOddsDifference is the larger of their absolute values (AIF360).
func (p Pair) EqualizedOddsDifference() fairness.Figure {
	return p.combine(fairness.FPR, fairness.TPR, func(x, y float64) float64 { return max(math.Abs(x), math.Abs(y)) })
}

// AveragePredictiveValueDifference is the mean of the differences of Precision and
// FalseOmission (AIF360): predictive parity in one figure.
func (p Pair) AveragePredictiveValueDifference() fairness.Figure {
	return p.combine(fairness.Precision, fairness.FalseOmission, func(x, y float64) float64 { return (x + y) / 2 })
}

// of computes f over the group less over the rest; why explains a zero denominator.
func (p Pair) of(f func(fairness.Cell) (num, den float64), why string) fairness.Figure {
	if !p.Group.Valid() || !p.Rest.Valid() {
		return noFigure(invalidCell)
	}
	gn, gd := f(p.Group)
	rn, rd := f(p.Rest)
	if gd == 0 || rd == 0 {
		return noFigure(why)
	}
	return figure(gn/gd - rn/rd)
}

func negated(f fairness.Figure) fairness.Figure {
	f.Value = -f.Value
	return f
}

// TreatmentEquality is FN/FP of the group less that of the rest (Clarify TE).
func (p Pair) TreatmentEquality() fairness.Figure {
	return p.of(func(c fairness.Cell) (float64, float64) { return c.FN, c.FP }, "a side has no false positive")
}

// ConditionalAcceptance compares how many deserved against how many got it: truly over
// predicted positive, the rest's less the group's (Clarify DCA).
func (p Pair) ConditionalAcceptance() fairness.Figure {
	return negated(p.of(func(c fairness.Cell) (float64, float64) { return c.TP + c.FN, c.TP + c.FP }, noSelected))
}

// ConditionalRejection is the same for refusals, the group's less the rest's (Clarify
// DCR).
func (p Pair) ConditionalRejection() fairness.Figure {
	return p.of(func(c fairness.Cell) (float64, float64) { return c.FP + c.TN, c.FN + c.TN }, noUnselected)
}

// ClassImbalance is (rest - group)/(rest + group) in numbers of people, from -1 to 1: how
// unevenly the sides are represented (Clarify CI).
func (p Pair) ClassImbalance() fairness.Figure {
	n := p.Group.N + p.Rest.N
	if !p.Group.Valid() || !p.Rest.Valid() || !(n > 0) {
		return noFigure(noDecision)
	}
	return figure((p.Rest.N - p.Group.N) / n)
}

// LabelDistance is how far apart the true outcomes of two sides are distributed, by
// the usual distances (Clarify's pre-training measures).
type LabelDistance struct {
	KL  fairness.Figure // Kullback-Leibler divergence of the rest from the group, in nats
	JS  fairness.Figure // Jensen-Shannon divergence, in nats
	LP  fairness.Figure // Euclidean distance
	TVD fairness.Figure // total variation distance
	KS  fairness.Figure // Kolmogorov-Smirnov: the largest difference
}

// LabelDistance measures the labels of the decisions that have one. An outcome that
// only one side has makes KL infinite, so not defined; Clarify leaves such an outcome
// out silently, which hides the largest differences.
func (p Pair) LabelDistance() LabelDistance {
	d, a, why := p.both(fairness.BaseRate)
	if why != "" {
		none := noFigure(why)
		return LabelDistance{none, none, none, none, none}
	}
	m := (a + d) / 2
	kl := func(p, q float64) float64 { return entropyTerm(p, q) + entropyTerm(1-p, 1-q) }
	gap := math.Abs(a - d)
	return LabelDistance{
		KL:  figure(kl(a, d)),
		JS:  figure((kl(a, m) + kl(d, m)) / 2),
		LP:  figure(math.Sqrt2 * gap),
		TVD: figure(gap),
		KS:  figure(gap),
	}
}

// SmoothedKL is the Kullback-Leibler divergence of the rest's answers from the group's in
// bits, with alpha added to every count (1 is the usual choice), so that it stays finite:
// LinkedIn Fairness Toolkit's, whose default it is. An alpha that is not above 0 is not
// defined.
//
// Source: Vasudevan, Kenthapadi, "LiFT", CIKM 2020.
func (p Pair) SmoothedKL(alpha float64) fairness.Figure {
	if !p.Group.Valid() || !p.Rest.Valid() || !(alpha > 0 && alpha <= math.MaxFloat64) {
		return noFigure("the counts must be possible and alpha above 0")
	}
	share := func(c fairness.Cell) float64 { return (c.Favourable + alpha) / (c.N + 2*alpha) }
	a, d := share(p.Rest), share(p.Group)
	return figure((entropyTerm(a, d) + entropyTerm(1-a, 1-d)) / math.Ln2)
}
