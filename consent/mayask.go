package consent

import (
	"context"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
)

// MayAsk says whether the person may be asked for the purpose now. They may not while a no of theirs to it, or to a broader purpose that
// decides for it, is younger than the Cooldown of either purpose, nor while their browser sends Sec-GPC: 1, which answers the question
// for a sale-like purpose that does not have OverGPC. A yes has no cool-down: it may be asked for again. Where the gate cannot tell,
// the answer is no, and the error is a *DeniedError that says why.
func (g *Gate) MayAsk(ctx context.Context, ask Ask) (bool, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	ask.fill(ctx)
	d := call.From(ctx)
	subject, err := d.SubjectFor(ctx, call.StageConsent, ask.Subject)
	reason := ReasonUnavailable
	if err == nil {
		reason, err = g.ready(ctx, ask.AtLeast)
	}
	if reason == "" && !names(subject) {
		reason = ReasonNoSubject
	}
	if reason != "" {
		return false, &DeniedError{Reason: reason, Decision: d.ID(), Err: err}
	}
	w, err := g.about(ctx, subject)
	if err != nil {
		return false, &DeniedError{Reason: ReasonUnavailable, Decision: d.ID(), Err: err}
	}
	recipient := g.recipient(ask.Recipient)
	for i := -1; i < len(ask.Also); i++ {
		name := ask.Purpose
		if i >= 0 {
			name = ask.Also[i]
		}
		p := g.purposes[name]
		if p == nil {
			return false, &DeniedError{Reason: ReasonUnknownPurpose, Decision: d.ID()}
		}
		if ask.GPC && p.SaleLike && !p.OverGPC || g.cooling(&w, recipient, p) {
			return false, nil
		}
	}
	return true, nil
}

// cooling says whether a no on the nearest purpose that has a word of the person is too young for asking again.
func (g *Gate) cooling(w *who, recipient id, p *purpose) bool {
	for _, level := range p.levels {
		said := false
		for _, q := range level {
			v := g.nearest(w, q, recipient)
			if !v.any() {
				continue
			}
			said = true
			switch v.what() {
			case Refused, Withdrawn, Objected, Erased: // the person's own word; what others took back or ran out may be asked for
				if g.now().Sub(time.UnixMilli(v.given())) < max(p.Cooldown, q.Cooldown) {
					return true
				}
			}
		}
		if said {
			return false
		}
	}
	return false
}
