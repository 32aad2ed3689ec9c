package oversight

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// dossier is a case with everything its entries say, read from the ledger when needed.
type dossier struct {
	*record
	body      openedBody
	decisions []decidedBody // one a vote
	delivered bool
	intent    uuid.UUID // the nonce of the first intent; zero: none
	result    *resultPublic
	answer    resultBody
	resolved  *resolvedPublic // what somebody found who looked; nil: nobody has
	found     stopBody
	history   []Event
	explained bool // an explanation stands with it
}

// read gathers a case from the ledger. It returns ErrNotFound if there is none.
func (k *Desk) read(ctx context.Context, id uuid.UUID) (*dossier, error) {
	entries, err := k.ledger.Get(ctx, id)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return nil, unwritten(nil, "the case", err)
	}
	var f *dossier
	for _, e := range entries {
		if e.Stream != stream {
			continue
		}
		if f, err = f.take(e, whole); err != nil {
			return nil, unwritten(nil, "the case", err)
		}
	}
	if f == nil {
		return nil, &CaseError{Reason: ErrNotFound, Case: id}
	}
	return f, nil
}

// papers says how much of what only reviewers look at is kept of a case: it is most of it, and counting does not need it.
type papers uint8

const (
	none  papers = iota // what the queue needs
	noted               // and whether there is an explanation
	whole
)

// take adds one entry to what is known, as the queue's fold does.
func (f *dossier) take(e ledger.Entry, keep papers) (*dossier, error) {
	if e.Kind == kindOpened {
		if f != nil && !f.decided() {
			return f, nil
		}
		r, err := open(e)
		if r == nil {
			return f, err
		}
		f = &dossier{record: r}
		f.note(e, applied, keep)
		err = f.body.decode(e.Body, keep != none)
		if f.explained = len(f.body.Explanation) > 0; keep != whole {
			f.body.openedPapers = openedPapers{}
		}
		return f, err
	}
	if f == nil {
		return nil, nil
	}
	did, err := f.apply(e)
	if err != nil {
		return f, err
	}
	switch {
	case e.Kind == kindDecided && did == applied:
		var body decidedBody
		err = decode(e, &decidedPublic{}, &body)
		f.decisions = append(f.decisions, body)
	case e.Kind == kindUndone && did == applied:
		f.decisions = f.decisions[:len(f.decisions)-1]
	case e.Kind == kindDelivered:
		f.delivered, did = true, applied
	case e.Kind == kindIntent && f.intent == uuid.Nil:
		var public intentPublic
		err = decode(e, &public, nil)
		f.intent, did = public.Nonce, applied
	case e.Kind == kindResult && f.result == nil:
		f.result, did = &resultPublic{}, applied
		err = decode(e, f.result, &f.answer)
	case e.Kind == kindResolved && f.lost():
		f.resolved, did = &resolvedPublic{}, applied
		err = decode(e, f.resolved, &f.found)
	}
	f.note(e, did, keep)
	return f, err
}

// decision is the judgement that decided the case; empty when the deadline did, or nobody.
func (f *dossier) decision() decidedBody {
	if !f.decided() || f.verdict.expired || f.verdict.invalid || len(f.decisions) == 0 {
		return decidedBody{}
	}
	return f.decisions[len(f.decisions)-1]
}

// note adds an entry to the history; who is behind it, if anybody is going to read that.
func (f *dossier) note(e ledger.Entry, did effect, keep papers) {
	ev := Event{Seq: e.Seq, At: e.At, Kind: e.Kind, Counted: did == applied}
	if keep != none {
		ev.acted(e)
	}
	f.history = append(f.history, ev)
}

// acted takes from an entry who acted, for whom and why. What was erased, or cannot be read, stays empty.
func (e *Event) acted(of ledger.Entry) {
	switch of.Kind {
	case kindClaimed, kindRenewed, kindReleased, kindDecided, kindUndone, kindSkipped, kindEscalated:
		var by leaseBody
		if decode(of, &struct{}{}, &by) == nil {
			e.Who, e.Why = by.Reviewer, by.Why
		}
	case kindAssigned:
		var by assignBody
		if decode(of, &struct{}{}, &by) == nil {
			e.Who, e.To = by.By, by.To
		}
	case kindInvalidated, kindResolved:
		var by stopBody
		if decode(of, &struct{}{}, &by) == nil {
			e.Who, e.Why = by.Who, by.Why
		}
	}
}

// events is the history, with who seeded a gold case, if that may be seen.
func (f *dossier) events(seeded bool) []Event {
	if g := f.body.Gold; g != nil && seeded {
		f.history[0].Who = g.By
	}
	return f.history
}

// sealOf is the digest that a verdict is about: what went in, what came out, and by which model under which policy.
func sealOf(id uuid.UUID, input digest, p *openedPublic, output []byte) digest {
	h := newFields("case")
	h.bytes(id[:])
	h.bytes(input[:])
	h.bytes(output)
	h.text(p.System)
	h.text(p.Version)
	h.text(p.Function)
	h.text(p.Policy)
	if p.Call {
		h.text("call")
	} else {
		h.text("answer")
	}
	return h.sum()
}

// intact says whether what is about to be delivered is what the verdict was given on. An expiry is about the case as opened.
func (f *dossier) intact() bool {
	seal := sealOf(f.id, f.input, &f.openedPublic, f.body.Output)
	if !f.verdict.expired && !f.verdict.invalid && !bytes.Equal(seal[:], f.decision().Digest) {
		return false
	}
	return seal == f.digest
}

// lapsed says whether a verdict is too old for what has not been done on it yet.
func (f *dossier) lapsed(now time.Time) bool {
	return f.verdict.Verdict != Rejected && f.Valid > 0 && !f.delivered && f.intent == uuid.Nil &&
		now.After(f.verdict.at.Add(time.Duration(f.Valid)))
}

// matches refuses to give one person, input or function the answer that belongs to another.
func (f *dossier) matches(o *opening, input digest) error {
	d := o.d
	system, version := systemOf(d, o.site)
	var why string
	switch {
	case f.subject != o.subject:
		// Whether somebody else has such a case is nobody's business.
		return &CaseError{Reason: ErrNotFound, Case: f.id, Decision: d.ID()}
	case f.Call != o.isCall:
		why = "it was opened by the other one of Wrap and Approve"
	case f.System != system:
		why = "it was opened by another system"
	case o.isCall && f.Version != version:
		why = "it was approved for another version of the system"
	case f.Function != o.fn.name && f.Function != "" && o.fn.name != "":
		why = "it was approved for another function"
	case f.Type != o.fits.name:
		why = "the function returns another type now"
	case f.input != input:
		why = "the input is not the one it was opened for"
	default:
		return nil
	}
	return &CaseError{Reason: ErrConflict, Case: f.id, Decision: d.ID(), Detail: why}
}

// review is what the decision's record keeps of a decided case.
func (f *dossier) review() call.Review {
	r := call.Review{
		Sampled: true, Probability: f.Probability, Rule: f.Rule, Case: f.id, Held: f.Held,
		Verdict: string(f.verdict.Verdict), Reviewer: f.verdict.reviewer,
	}
	if f.verdict.expired {
		r.Verdict = "expire"
	}
	return r
}
