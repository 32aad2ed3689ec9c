package audit

import (
	"math"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/stats"
)

// Significance is a test of whether two selection rates differ, for one look at a finished
// table. Looked at again and again while decisions come in it calls more than half of all
// fair systems unfair: a fairness.Monitor's Status does not.
type Significance struct {
	Test string          // "z" (two proportions, pooled), or "fisher" where an expected count is below 5
	Z    fairness.Figure // standard deviations between the rates, the group's less the rest's
	P    fairness.Figure // two-sided
}

// smallest is the expected count below which the normal approximation is not used.
const smallest = 5

// Significance tests the group's selection rate against the rest's. "Two standard
// deviations" (Hazelwood, 433 U.S. 299, 1977) is |Z| above 2; 29 CFR 1607.4 D asks for it
// beside the four-fifths rule. Uneven weights have no such test: then nothing is defined.
func (p Pair) Significance() Significance {
	why := ""
	switch {
	case !p.Group.Valid() || !p.Rest.Valid():
		why = invalidCell
	case uneven(p.Group) || uneven(p.Rest):
		why = weighted
	case p.Group.N == 0 || p.Rest.N == 0:
		why = noDecision
	}
	if why != "" {
		return Significance{Z: noFigure(why), P: noFigure(why)}
	}
	g, r := countOf(p.Group), countOf(p.Rest)
	z, pv := stats.PooledZ(g, r)
	out := Significance{Test: "z", Z: figure(z), P: figure(pv)}
	all := g.N() + r.N()
	if yes := g.Yes + r.Yes; min(g.N(), r.N())*min(yes, all-yes)/all < smallest {
		out.Test, out.P = "fisher", figure(stats.Fisher(g, r))
	}
	return out
}

// weighted explains why a test on counts is not made.
const weighted = "the decisions have uneven weights, which tests on counts are not right for"

func uneven(c fairness.Cell) bool {
	n := float64(c.Decisions)
	return c.N != n || c.Squares != n
}

func countOf(c fairness.Cell) stats.Count {
	return stats.Count{Yes: c.Favourable, No: max(0, c.N-c.Favourable)}
}

// Exact is the Clopper-Pearson interval of a rate of plain counts at the confidence given,
// say 0.95: never below its level, and wider than the Wilson interval of a fairness.Rate
// for it. For one look.
func Exact(r fairness.Rate, confidence float64) (low, high fairness.Figure) {
	why := ""
	switch {
	case !r.Defined:
		why = r.Why
	case !(confidence > 0 && confidence < 1):
		why = "the confidence must lie above 0 and below 1"
	case r.Num != math.Trunc(r.Num) || r.Den != math.Trunc(r.Den) || !(r.Num >= 0 && r.Num <= r.Den):
		why = "the rate is not one of whole numbers"
	}
	if why != "" {
		return noFigure(why), noFigure(why)
	}
	i := stats.ClopperPearson(stats.Count{Yes: r.Num, No: r.Den - r.Num}, confidence)
	return figure(i.Low), figure(i.High)
}

// WithinStrata compares a group with the rest among people who are alike in what may
// rightly matter, for one look at finished tables.
type WithinStrata struct {
	OddsRatio   fairness.Figure // Mantel-Haenszel's, the group's over the rest's; 1 is equal
	ChiSquare   fairness.Figure // Cochran-Mantel-Haenszel, 1 degree of freedom, without continuity correction
	P           fairness.Figure // that there is no difference within strata
	Disagreeing fairness.Figure // Breslow-Day with Tarone's correction: p-value that all strata have this odds ratio
}

// Stratified tests the group, named by its values in the order of the tables' attributes,
// against the rest within the strata. A small Disagreeing means that one figure for all
// strata hides what happens in some. Strata without the group say nothing.
func Stratified(strata []Stratum, values ...string) WithinStrata {
	none := func(why string) WithinStrata {
		return WithinStrata{noFigure(why), noFigure(why), noFigure(why), noFigure(why)}
	}
	var group, rest []stats.Count
	for _, s := range strata {
		for _, c := range s.Table.Cells {
			switch {
			case !c.Valid():
				return none(invalidCell)
			case uneven(c):
				return none(weighted)
			}
		}
		p, err := Against(s.Table, values...)
		if err != nil {
			continue
		}
		group, rest = append(group, countOf(p.Group)), append(rest, countOf(p.Rest))
	}
	t := stats.MantelHaenszel(group, rest)
	say := func(v float64, why string) fairness.Figure {
		if math.IsNaN(v) {
			return noFigure(why)
		}
		return figure(v)
	}
	const alone = "no stratum has both sides and both answers"
	return WithinStrata{
		OddsRatio: say(t.OddsRatio, "the answers of one side are all alike"), ChiSquare: say(t.ChiSquare, alone), P: say(t.P, alone),
		Disagreeing: say(t.BDP, "fewer than two strata can be compared"),
	}
}

// SampleSize is how many decisions each of two groups needs, so that one test at level
// alpha finds the difference of the rates p and q with the given power, say 0.8. To be
// planned before looking; while looking, Finding.More of a fairness.Verdict tells it.
func SampleSize(p, q, alpha, power float64) fairness.Figure {
	if p == q {
		return noFigure("no number of decisions tells equal rates apart")
	}
	if !open(alpha) || !open(power) || !(p >= 0 && p <= 1 && q >= 0 && q <= 1) {
		return noFigure("rates must lie in [0, 1], alpha and power above 0 and below 1")
	}
	return figure(stats.SampleSize(p, q, alpha, power))
}

// Power is the chance that one test at level alpha finds the difference of the rates p and
// q, with n decisions of each group.
func Power(p, q, n, alpha float64) fairness.Figure {
	if !open(alpha) || !(n > 0 && n <= math.MaxFloat64) || !(p >= 0 && p <= 1 && q >= 0 && q <= 1) || p == q {
		return noFigure("two different rates in [0, 1] are needed, a number above 0, and alpha above 0 and below 1")
	}
	if p*(1-p)+q*(1-q) == 0 { // all against nothing
		return figure(1)
	}
	return figure(stats.Power(p, q, n, alpha))
}

func open(v float64) bool { return v > 0 && v < 1 }
