package fairness

import (
	"fmt"
	"math"
)

// Figure is a measure without an interval. Where it is not Defined, Why says what is
// missing and Value is NaN.
type Figure struct {
	Value   float64
	Defined bool
	Why     string
}

func figure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{Value: math.NaN(), Why: "it would be infinite"}
	}
	return Figure{Value: v, Defined: true}
}

func noFigure(why string) Figure { return Figure{Value: math.NaN(), Why: why} }

// Pair sets one group against the rest, for the measures that are defined for two
// sides only: those of AIF360 (unprivileged against privileged) and of SageMaker
// Clarify (facet d against facet a). All of them are exact functions of the counts.
//
// Where Clarify calls 0/0 zero, and AIF360 lets NaN through, a measure here is not
// defined and says why.
type Pair struct {
	Group Cell // unprivileged, facet d
	Rest  Cell // privileged, facet a: everybody else whose group is known
}

// Against makes the Pair of one group, named by its values in the order of the
// table's attributes, and everybody else whose group is known.
func (t Table) Against(values ...string) (Pair, error) {
	if t.why != "" {
		return Pair{}, fmt.Errorf("fairness: %s", t.why)
	}
	var p Pair
	key, found := rowKey(false, values), false
	for i := range t.Cells {
		c := &t.Cells[i]
		switch {
		case c.invalid():
			return Pair{}, fmt.Errorf("fairness: %s", invalidCell)
		case c.Overflow || c.unknown():
		case rowKey(false, c.Groups) == key:
			p.Group.add(c)
			found = true
		default:
			p.Rest.add(c)
		}
	}
	if !found {
		return Pair{}, fmt.Errorf("fairness: the table has no group %s", quoteAll(values))
	}
	p.Group.Groups = values
	return p, nil
}

// both gives a rate of both sides.
func (p Pair) both(m Metric) (group, rest float64, why string) {
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
func (p Pair) Difference(m Metric) Figure {
	g, r, why := p.both(m)
	if why != "" {
		return noFigure(why)
	}
	return figure(g - r)
}

// Ratio is the group's rate over the rest's: of SelectionRate the disparate impact,
// Clarify's DI.
func (p Pair) Ratio(m Metric) Figure {
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
func (p Pair) combine(a, b Metric, f func(x, y float64) float64) Figure {
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
func (p Pair) AverageOddsDifference() Figure {
	return p.combine(FPR, TPR, func(x, y float64) float64 { return (x + y) / 2 })
}

// AverageAbsOddsDifference is the mean of their absolute values (AIF360).
func (p Pair) AverageAbsOddsDifference() Figure {
	return p.combine(FPR, TPR, func(x, y float64) float64 { return (math.Abs(x) + math.Abs(y)) / 2 })
}

// EqualizedOddsDifference is the larger of their absolute values (AIF360).
func (p Pair) EqualizedOddsDifference() Figure {
	return p.combine(FPR, TPR, func(x, y float64) float64 { return max(math.Abs(x), math.Abs(y)) })
}

// AveragePredictiveValueDifference is the mean of the differences of Precision and
// FalseOmission (AIF360): predictive parity in one figure.
func (p Pair) AveragePredictiveValueDifference() Figure {
	return p.combine(Precision, FalseOmission, func(x, y float64) float64 { return (x + y) / 2 })
}

// of computes f over the group less over the rest; why explains a zero denominator.
func (p Pair) of(f func(Cell) (num, den float64), why string) Figure {
	if p.Group.invalid() || p.Rest.invalid() {
		return noFigure(invalidCell)
	}
	gn, gd := f(p.Group)
	rn, rd := f(p.Rest)
	if gd == 0 || rd == 0 {
		return noFigure(why)
	}
	return figure(gn/gd - rn/rd)
}

func (f Figure) negated() Figure {
	f.Value = -f.Value
	return f
}

// TreatmentEquality is FN/FP of the group less that of the rest (Clarify TE).
func (p Pair) TreatmentEquality() Figure {
	return p.of(func(c Cell) (float64, float64) { return c.FN, c.FP }, "a side has no false positive")
}

// ConditionalAcceptance compares how many deserved against how many got it: truly over
// predicted positive, the rest's less the group's (Clarify DCA).
func (p Pair) ConditionalAcceptance() Figure {
	return p.of(func(c Cell) (float64, float64) { return c.TP + c.FN, c.TP + c.FP }, noSelected).negated()
}

// ConditionalRejection is the same for refusals, the group's less the rest's (Clarify
// DCR).
func (p Pair) ConditionalRejection() Figure {
	return p.of(func(c Cell) (float64, float64) { return c.FP + c.TN, c.FN + c.TN }, noUnselected)
}

// ClassImbalance is (rest - group)/(rest + group) in numbers of people, from -1 to 1: how
// unevenly the sides are represented (Clarify CI).
func (p Pair) ClassImbalance() Figure {
	n := p.Group.N + p.Rest.N
	if p.Group.invalid() || p.Rest.invalid() || !(n > 0) {
		return noFigure(noDecision)
	}
	return figure((p.Rest.N - p.Group.N) / n)
}

// LabelDistance is how far apart the true outcomes of two sides are distributed, by
// the usual distances (Clarify's pre-training measures).
type LabelDistance struct {
	KL  Figure // Kullback-Leibler divergence of the rest from the group, in nats
	JS  Figure // Jensen-Shannon divergence, in nats
	LP  Figure // Euclidean distance
	TVD Figure // total variation distance
	KS  Figure // Kolmogorov-Smirnov: the largest difference
}

// LabelDistance measures the labels of the decisions that have one. An outcome that
// only one side has makes KL infinite, so not defined; Clarify leaves such an outcome
// out silently, which hides the largest differences.
func (p Pair) LabelDistance() LabelDistance {
	d, a, why := p.both(BaseRate)
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

// entropyTerm is p ln(p/q), 0 at p = 0.
func entropyTerm(p, q float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * math.Log(p/q)
}
