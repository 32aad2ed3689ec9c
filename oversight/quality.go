package oversight

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"
)

// The gold test asks whether a reviewer finds at least four of five, against one who finds three of ten (spec section 3).
const (
	goldMissed = (1 - 0.3) / (1 - 0.8)
	goldFound  = 0.3 / 0.8
	// GoldAlarm is the evidence from which a reviewer is flagged: one who finds four of five ever gets there with a chance of at most
	// one in a hundred.
	GoldAlarm = 100
	// mostEvidence keeps it a number that JSON can write.
	mostEvidence = 1e300
)

// Quality says how people review: signs of automation bias, not proof of it.
type Quality struct {
	Reviewers []Reviewer // by name
	// Alpha is Krippendorff's alpha of the verdicts on cases that several judged blind; NaN where undefined.
	Alpha float64
	Twice int // cases that several judged
	// Bias is how much more they agree with an answer they see.
	Bias Bias
}

// Reviewer is one person's figures.
type Reviewer struct {
	Name      string
	Judged    int // gold included
	Overruled int // rejected or replaced
	Streak    int // longest run of approvals
	Gold      int // gold cases judged
	Missed    int // of those, with another verdict than the known answer
	// Evidence is that of the gold cases against this reviewer at its highest, an e-value: Flagged from GoldAlarm on. It is valid
	// however often one looks, for windows of one From: with one that moves on, such as the last ninety days, every look tests
	// anew, and in the end everybody is flagged.
	Evidence float64
	Flagged  bool
	// DwellP10 and DwellMedian are times from claim to verdict: a tenth of the verdicts was faster than the first.
	DwellP10, DwellMedian time.Duration
}

// Quality computes the figures of the reviewers from the cases of a window.
func (k *Desk) Quality(ctx context.Context, w Window) (Quality, error) {
	if err := w.check(); err != nil {
		return Quality{}, err
	}
	return k.quality(ctx, scan{Window: w})
}

func (k *Desk) quality(ctx context.Context, w scan) (Quality, error) {
	var bias Bias
	desk := map[string]*sheet{}
	var twice []*dossier
	for f, err := range k.cases(ctx, w) {
		if err != nil {
			return Quality{}, err
		}
		bias.see(f)
		blind := 0
		dwell := f.dwell()
		for i, v := range f.votes {
			s := desk[v.reviewer]
			if s == nil {
				s = &sheet{Reviewer: Reviewer{Name: v.reviewer, Evidence: 1}, wealth: 1}
				desk[v.reviewer] = s
			}
			known := f.body.Gold
			if !f.decided() {
				known = nil // it counts when it has its place in the order, which is that of closing
			}
			s.judge(v, known, dwell[i])
			if !v.final {
				blind++
			}
		}
		if blind > 1 {
			twice = append(twice, f)
		}
	}
	bias.finish(w.Confidence)
	q := Quality{Twice: len(twice), Alpha: alphaOf(twice), Bias: bias}
	for _, s := range desk {
		q.Reviewers = append(q.Reviewers, s.finish())
	}
	slices.SortFunc(q.Reviewers, func(a, b Reviewer) int { return strings.Compare(a.Name, b.Name) })
	return q, nil
}

// sheet is what is kept while counting.
type sheet struct {
	Reviewer
	wealth float64
	run    int
	times  []time.Duration
}

func (s *sheet) judge(v vote, gold *goldBody, took time.Duration) {
	s.Judged++
	s.times = append(s.times, took)
	if v.verdict == Approved {
		s.run++
		s.Streak = max(s.Streak, s.run)
	} else {
		s.Overruled++
		s.run = 0
	}
	if gold == nil {
		return
	}
	s.Gold++
	if v.verdict == gold.Answer {
		s.wealth *= goldFound
	} else {
		s.Missed++
		s.wealth = min(s.wealth*goldMissed, mostEvidence)
	}
	s.Evidence = max(s.Evidence, s.wealth)
	s.Flagged = s.Evidence >= GoldAlarm
}

func (s *sheet) finish() Reviewer {
	slices.Sort(s.times)
	s.DwellP10, s.DwellMedian = s.times[len(s.times)/10], s.times[len(s.times)/2]
	return s.Reviewer
}

// dwell gives for each vote the time since that reviewer's claim.
func (f *dossier) dwell() []time.Duration {
	times := make([]time.Duration, len(f.votes))
	var claimed time.Time
	n := 0
	for _, ev := range f.history {
		switch {
		case !ev.Counted:
		case ev.Kind == kindClaimed:
			claimed = ev.At
		case ev.Kind == kindUndone:
			n--
		case ev.Kind == kindDecided:
			if n < len(times) {
				times[n] = ev.At.Sub(claimed)
			}
			n++
		}
	}
	return times
}

// alphaOf is the agreement of the votes given before anybody settled a case.
func alphaOf(cases []*dossier) float64 {
	codes := map[Verdict]float64{Approved: 0, Rejected: 1, Replaced: 2}
	// Alpha asks only which ratings a case has, not whose they are: a row stands for the first, the second and so on.
	ratings := make([][]float64, maxNeed+1)
	for i := range ratings {
		ratings[i] = make([]float64, len(cases))
		for j := range ratings[i] {
			ratings[i][j] = math.NaN()
		}
	}
	for j, f := range cases {
		for i, v := range f.votes {
			if !v.final && i < len(ratings) {
				ratings[i][j] = codes[v.verdict]
			}
		}
	}
	alpha, err := KrippendorffAlpha(ratings, Nominal)
	if err != nil {
		return math.NaN()
	}
	return alpha
}
