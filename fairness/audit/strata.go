package audit

import (
	"math"
	"slices"

	"github.com/fairlead-go/fairlead/fairness"
)

// Stratum is a part of the decisions that are alike in what may rightly matter: one
// job, one loan purpose. Its table has the groups.
type Stratum struct {
	Name  string
	Table fairness.Table
}

// ConditionalDisparity is the conditional demographic disparity of one group: its share
// among the refused less its share among the accepted, averaged over the strata by
// their size (Clarify CDDPL). Above 0 the group is refused more often than others who
// are alike. A stratum without refused or without accepted people counts a share of 0
// of them, as the measure is defined. People whose group is not known are left out. For the
// labels' (Clarify CDDL) make the tables of the true outcomes as answers.
//
// Source: Wachter, Mittelstadt, Russell, "Why fairness cannot be automated", 2021.
func ConditionalDisparity(strata []Stratum, values ...string) fairness.Figure {
	var sum, total float64
	for _, s := range strata {
		for _, c := range s.Table.Cells {
			if !c.Valid() {
				return noFigure(invalidCell)
			}
		}
		p, err := Against(s.Table, values...)
		if err != nil { // nobody of the group here: the stratum counts all the same
			p = Pair{Rest: sumOf(slices.DeleteFunc(slices.Clone(s.Table.Cells), func(c fairness.Cell) bool { return !c.Known() }))}
		}
		all := p.Group.N + p.Rest.N
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

// everybody is all of the table in one cell; not ok if that cannot be counted.
func everybody(t fairness.Table) (all fairness.Cell, ok bool) {
	for _, c := range t.Cells {
		if !c.Valid() {
			return fairness.Cell{}, false
		}
	}
	rows := t.By().Cells
	if len(rows) == 0 {
		return fairness.Cell{}, false
	}
	return rows[0], rows[0].Valid()
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
	Positive, Negative fairness.Figure // for people whose true outcome is positive, negative
}

// Reweigh gives the weights under which group and true outcome are independent, for
// training a fairer model: n(group) n(outcome) / (n n(group, outcome)).
//
// Source: Kamiran, Calders, Knowledge and Information Systems 33 (2012).
func Reweigh(t fairness.Table) []Weight {
	all, ok := everybody(t)
	if !ok {
		return nil
	}
	out := make([]Weight, 0, len(t.Cells))
	weight := func(outcome, cell, both float64) fairness.Figure {
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
