package fairness

import (
	"errors"
	"math"
	"slices"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// Periods judges the tables of several periods together, the oldest first: of quarters,
// of releases, of a monitor each. It assumes only that rates stay as they are within a
// period; between two of them rates and the mix of groups may change as they like, which
// misleads a verdict on the sum. The evidence of the periods is multiplied, so small
// breaches in each add up to a proof. ACTION is said if that proves a ratio below the
// limit in some period; otherwise the verdict is that of the last one, which alone can be
// OK. The chance of a false ACTION is Limits.Alpha over all periods, of a false OK
// Limits.Alpha in each. Uneven weights have no e-value: with them a period speaks for
// itself alone. limits may be nil; tables over other attributes than the last
// one's are an error.
func Periods(limits *Limits, periods ...Table) (Verdict, error) {
	if len(periods) == 0 {
		return Table{}.Status(limits)
	}
	last := periods[len(periods)-1]
	verdict, err := last.Status(limits)
	if err != nil {
		return verdict, err
	}
	var l Limits
	if limits != nil {
		l = *limits
	}
	l, _ = l.complete() // Status has checked them
	for _, t := range periods {
		if !slices.Equal(t.Attributes, last.Attributes) {
			return Verdict{Status: NotEnoughData, Sentence: "The periods do not fit together."},
				errors.New("fairness: a period has other attributes than the last one")
		}
	}
	alpha := l.Alpha / float64(max(1, len(l.views(last))))
	for i := range verdict.Findings {
		f := &verdict.Findings[i]
		weighted := f.Status == Action && f.Evidence == 0 // proven by another test, see Finding.Evidence
		f.Evidence = evidenceOf(l, periods, f.Attributes)
		proven := f.Evidence >= stats.Alarm(alpha)
		was := f.Sentence
		switch {
		case weighted:
		case f.Status == Action && !proven: // the last period alone does not outweigh the others
			f.Status, f.Sentence = NotEnoughData, "NOT ENOUGH DATA: by "+join(f.Attributes)+", the last period alone speaks of a breach, all of them together do not prove it."
		case f.Status != Action && proven:
			f.Status, f.Sentence = Action, "ACTION: by "+join(f.Attributes)+", that some group stayed below the limit in some period is proven by all periods together, though by none alone."
			f.Next = "Look at each period's own verdict for when it began."
		}
		if f.Sentence != was {
			f.words = nil // they are about the last period
		}
	}
	slices.SortStableFunc(verdict.Findings, func(a, b Finding) int { return a.Status.rank() - b.Status.rank() })
	if len(verdict.Findings) > 0 {
		verdict.Status, verdict.Sentence = verdict.Findings[0].Status, verdict.Findings[0].Sentence
	}
	return verdict, nil
}

// evidenceOf is the logarithm of the product of the periods' e-values. Each is averaged
// with 1, which is an e-value too, so that a good period costs half the evidence at most
// and not all of it.
func evidenceOf(l Limits, periods []Table, view []string) float64 {
	var sum float64
	for _, t := range periods {
		rows, _ := t.By(view...).comparable(SelectionRate)
		e := tally(rows)
		if len(rows) < 2 || e.weighted {
			continue
		}
		sum += stats.LogMean(0, stats.LogEUneven(e.counts, l.Ratio))
	}
	if math.IsNaN(sum) {
		return math.Inf(-1)
	}
	return sum
}
