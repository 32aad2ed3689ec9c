package oversight

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// DefaultConfidence is the confidence of intervals unless a Window says otherwise.
const DefaultConfidence = 0.95

// Window says which cases count.
type Window struct {
	// From and To bound when a case was opened: at or after From, before To. Default: no bound.
	From, To time.Time
	// System takes only cases of this system. Default: all.
	System string
	// Confidence of the intervals, in (0, 1). Default: DefaultConfidence.
	Confidence float64
}

func (w *Window) check() error {
	if w.Confidence == 0 {
		w.Confidence = DefaultConfidence
	}
	if !(w.Confidence > 0) || w.Confidence >= 1 {
		return invalid("Window.Confidence must be in (0, 1)")
	}
	return nil
}

func (w *Window) holds(r *record) bool {
	return !r.opened.Before(w.From) && (w.To.IsZero() || r.opened.Before(w.To)) && (w.System == "" || r.System == w.System)
}

// Range is an interval.
type Range struct{ Low, High float64 }

// Rate is how often reviewers would overrule, over all decisions and not only the reviewed ones: each case counts as many times as
// there are decisions that it stands for, 1 over the probability with which it was drawn. Decisions that cannot be drawn, as those that
// no rule names under RulesOnly, are not among them.
type Rate struct {
	Defined bool    // false: nobody has reviewed anything
	Value   float64 // share of decisions that a reviewer would reject or replace
	// Low and High are the interval for one look. The decisions of one Case.Unit count about as one. Until one of the decisions has
	// been met that are drawn most seldom, it allows for as many as can well have been missed.
	Low, High float64
	// Anytime is a confidence sequence: right at every look at once while the rate stays as it is, and wider. It is [0, 1] where
	// units have several decisions: of those, what is to come is known too well.
	Anytime Range
	// Possible is the rate if every case without a verdict had been agreed with, and if every one had been overruled: what is
	// missing is never silently dropped.
	Possible  Range
	Reviewed  int     // cases with a reviewer's verdict
	Overruled int     // of those, rejected or replaced
	Missing   int     // cases without: open, expired or withdrawn
	Decisions float64 // about how many decisions the cases stand for
}

// Estimate is the override rate, as a whole and by stratum.
type Estimate struct {
	Rate
	Confidence float64
	Strata     []Stratum
}

// Stratum is the rate of one group of cases. Of a stratum of which every case that was met had been certain to be drawn, Low and High
// take these cases for all there are.
type Stratum struct {
	Name string
	Rate
}

// Estimate computes the override rate of the cases of a window from the ledger. A decision overruled is not yet a decision wrong:
// reviewers err too.
func (k *Desk) Estimate(ctx context.Context, w Window) (Estimate, error) {
	if err := w.check(); err != nil {
		return Estimate{}, err
	}
	return k.estimate(ctx, scan{Window: w})
}

func (k *Desk) estimate(ctx context.Context, s scan) (Estimate, error) {
	var t tally
	for f, err := range k.cases(ctx, s) {
		if err != nil {
			return Estimate{}, err
		}
		if f.chance() {
			t.add(drawnCase{f.Stratum, f.body.Unit, f.seen(), f.Least * (1 - f.BlindShare)}, f.became())
		}
	}
	return t.estimate(s.Confidence), nil
}

func (t *tally) estimate(conf float64) Estimate {
	e := Estimate{Confidence: conf, Rate: t.rate(conf, nil)}
	for _, key := range t.sorted() {
		if n := len(e.Strata); n > 0 && e.Strata[n-1].Name == key.stratum {
			continue
		}
		e.Strata = append(e.Strata, Stratum{Name: key.stratum, Rate: t.rate(conf, &key.stratum)})
	}
	return e
}

// became is what reviewers said, which is nothing where the deadline decided.
func (f *dossier) became() result {
	switch {
	case !f.decided() || f.verdict.expired || f.verdict.invalid:
		return unreviewed
	case f.verdict.Verdict == Approved:
		return agreed
	}
	return overruled
}

// scan is what of the log is looked at.
type scan struct {
	Window
	upTo ledger.Seq // the last position; 0: all there is
	keep papers
}

// cases reads the ledger and gives every case of the window: each when it is closed, in that order, and then those still open in the
// order of opening. It holds what is open at a time in memory.
func (k *Desk) cases(ctx context.Context, s scan) iter.Seq2[*dossier, error] {
	return func(yield func(*dossier, error) bool) {
		if err := k.usable(); err != nil {
			yield(nil, err)
			return
		}
		open := map[uuid.UUID]*dossier{}
		for e, err := range k.ledger.Since(ctx, 0) {
			if err != nil {
				yield(nil, unwritten(nil, "the log", err))
				return
			}
			if s.upTo > 0 && e.Seq > s.upTo {
				break
			}
			closed, err := follow(open, e, s.keep)
			if err != nil {
				yield(nil, unwritten(nil, "the log", err))
				return
			}
			if closed != nil && s.holds(closed.record) && !yield(closed, nil) {
				return
			}
		}
		rest := make([]*dossier, 0, len(open))
		for _, f := range open {
			rest = append(rest, f)
		}
		slices.SortFunc(rest, func(a, b *dossier) int { return int(a.seq) - int(b.seq) })
		for _, f := range rest {
			if s.holds(f.record) && !yield(f, nil) {
				return
			}
		}
	}
}

// follow takes one entry of the log, and gives the case that it closed.
func follow(open map[uuid.UUID]*dossier, e ledger.Entry, keep papers) (closed *dossier, err error) {
	if e.Stream != stream || e.Key == uuid.Nil {
		return nil, nil
	}
	f, err := open[e.Key].take(e, keep)
	if err != nil || f == nil {
		return nil, err
	}
	if f.decided() {
		delete(open, e.Key)
		return f, nil
	}
	open[e.Key] = f
	return nil, nil
}
