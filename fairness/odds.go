package fairness

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
