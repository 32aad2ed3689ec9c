package fairness

import "math"

// DemographicParityDifference is how far the selection rates lie apart.
func (t Table) DemographicParityDifference(to Reference) Gap { return t.Difference(SelectionRate, to) }

// DemographicParityRatio is the ratio of the selection rates: the four-fifths figure.
func (t Table) DemographicParityRatio(to Reference) Gap { return t.Ratio(SelectionRate, to) }

// EqualOpportunityDifference is how far the true positive rates lie apart: those who
// deserve it get it equally often.
func (t Table) EqualOpportunityDifference(to Reference) Gap { return t.Difference(TPR, to) }

// EqualOpportunityRatio is the ratio of the true positive rates.
func (t Table) EqualOpportunityRatio(to Reference) Gap { return t.Ratio(TPR, to) }

// EqualizedOddsDifference is the larger of the differences of TPR and FPR: the Gap
// names the metric. It is defined only if both are.
func (t Table) EqualizedOddsDifference(to Reference) Gap {
	return worse(t.Difference(TPR, to), t.Difference(FPR, to), difference{})
}

// EqualizedOddsRatio is the one of the ratios of TPR and FPR that lies farther from 1.
func (t Table) EqualizedOddsRatio(to Reference) Gap {
	return worse(t.Ratio(TPR, to), t.Ratio(FPR, to), ratio{})
}

// AverageOddsDifference is the mean of the differences of TPR and FPR (Fairlearn's
// equalized odds with agg="mean").
func (t Table) AverageOddsDifference(to Reference) Figure {
	a, b := t.Difference(TPR, to), t.Difference(FPR, to)
	if !a.Defined {
		return noFigure(a.Why)
	}
	if !b.Defined {
		return noFigure(b.Why)
	}
	return figure((a.Value + b.Value) / 2)
}

// PredictiveParityDifference is how far the precisions lie apart: a favourable answer
// means the same for every group.
func (t Table) PredictiveParityDifference(to Reference) Gap { return t.Difference(Precision, to) }

// worse takes the gap that lies farther off, with the groups either left out.
func worse(a, b Gap, by measure) Gap {
	left := append([]Left(nil), a.LeftOut...)
	for _, l := range b.LeftOut {
		if !containsLeft(left, l) {
			left = append(left, l)
		}
	}
	out := a
	switch {
	case !a.Defined:
	case !b.Defined, by.distance(b.Value) > by.distance(a.Value):
		out = b
	}
	out.LeftOut = left
	return out
}

func containsLeft(all []Left, one Left) bool {
	key := rowKey(false, one.Groups)
	for _, l := range all {
		if l.Why == one.Why && rowKey(false, l.Groups) == key {
			return true
		}
	}
	return false
}

// Stratum is a part of the decisions that are alike in what may rightly matter: one
// job, one loan purpose. Its table has the groups.
type Stratum struct {
	Name  string
	Table Table
}

// ConditionalDisparity is the conditional demographic disparity of one group: its share
// among the refused less its share among the accepted, averaged over the strata by
// their size (Clarify CDDPL). Above 0 the group is refused more often than others who
// are alike. A stratum without refused or without accepted people counts a share of 0
// of them, as the measure is defined.
//
// Source: Wachter, Mittelstadt, Russell, "Why fairness cannot be automated", 2021.
func ConditionalDisparity(strata []Stratum, values ...string) Figure {
	var sum, total float64
	for _, s := range strata {
		p, err := s.Table.Against(values...)
		if err != nil {
			p = Pair{Rest: s.Table.By().sole()}
		}
		all := p.Group.N + p.Rest.N
		if p.Rest.invalid() {
			return noFigure(invalidCell)
		}
		if all == 0 {
			continue
		}
		yes := p.Group.Favourable + p.Rest.Favourable
		sum += all * (share(p.Group.N-p.Group.Favourable, all-yes) - share(p.Group.Favourable, yes))
		total += all
	}
	if total == 0 {
		return noFigure(noDecision)
	}
	return figure(sum / total)
}

// sole is the only row of a table of everybody.
func (t Table) sole() Cell {
	if len(t.Cells) == 0 {
		return Cell{}
	}
	return t.Cells[0]
}

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// Weight is what Reweigh gives a decision of a group and true outcome.
type Weight struct {
	Groups             []string
	Positive, Negative Figure // for people whose true outcome is positive, negative
}

// Reweigh gives the weights under which group and true outcome are independent, for
// training a fairer model: n(group) n(outcome) / (n n(group, outcome)).
//
// Source: Kamiran, Calders, Knowledge and Information Systems 33 (2012).
func (t Table) Reweigh() []Weight {
	all := t.By().sole()
	out := make([]Weight, 0, len(t.Cells))
	weight := func(outcome, cell, both float64) Figure {
		if both == 0 || math.IsNaN(both) {
			return noFigure("the group has nobody with this outcome")
		}
		return figure(outcome * cell / (all.Labelled() * both))
	}
	for _, c := range t.Cells {
		out = append(out, Weight{
			Groups:   c.Groups,
			Positive: weight(all.TP+all.FN, c.Labelled(), c.TP+c.FN),
			Negative: weight(all.FP+all.TN, c.Labelled(), c.FP+c.TN),
		})
	}
	return out
}
