package call

import (
	"slices"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Facts is the evidence the guards of one decision gathered: few, small, and without personal data. Transparency writes them into its
// record, so that one record joins consent, redaction and review.
type Facts struct {
	Consent  Consent
	Hidden   []Count // what privacy hid, by kind; the children's counts included
	Session  string  // the privacy session in whose placeholders records speak; "" without one
	Review   Review
	Sampled  int // how many calls were sampled for review: this one and its children
	Recorded bool
	Observed bool
}

// Consent is what the gate said.
type Consent struct {
	Checked bool
	Allowed bool
	Purpose string // a purpose the gate knows; "" otherwise
	Reason  string // why not; "" when allowed
	Basis   string // on which legal basis it allowed
	Receipt uint64 // position in the ledger of the entry that allowed or denied; 0 if there is none
	AsOf    uint64 // position in the ledger the answer was read at
}

// Count is how many values of one kind were hidden.
type Count struct {
	Kind string
	N    int
}

// Review is what oversight did.
type Review struct {
	Sampled     bool      // drawn for review by chance or by rule
	Probability float64   // with which it was drawn, in (0, 1]; 0: not asked
	Rule        string    // the rule that set the probability; "" for the policy's rate
	Case        uuid.UUID // zero if no case was opened
	Held        bool      // the answer waited for a verdict
	Verdict     string    // approve, reject, replace, expire; "" before a verdict
	Reviewer    string    // who decided; staff, kept out of spans
}

// Facts returns a copy of what has been gathered so far.
func (d *Decision) Facts() Facts {
	if d == nil {
		return Facts{}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.facts
	f.Hidden = slices.Clone(f.Hidden)
	return f
}

// NoteConsent keeps what the gate said. The first answer is the decision's: what the guarded function asks about further purposes on
// its way is an event of the span, and does not change what the call rests on.
func (d *Decision) NoteConsent(c Consent) {
	if d == nil {
		return
	}
	c.Checked = true
	d.mu.Lock()
	if !d.facts.Consent.Checked {
		d.facts.Consent = c
	}
	d.mu.Unlock()
	if d.recording {
		d.span.AddEvent(eventConsent, trace.WithAttributes(
			attribute.Bool(attrAllowed, c.Allowed), attribute.String(attrPurpose, c.Purpose), attribute.String(attrReason, c.Reason)))
	}
}

// NoteHidden adds what a redactor hid in one pass, here and in every decision this one was begun in.
func (d *Decision) NoteHidden(session string, counts []Count) {
	if d == nil {
		return
	}
	for up := d; up != nil; up = up.parent {
		up.addHidden(counts)
	}
	if session != "" {
		d.mu.Lock()
		d.facts.Session = session
		d.mu.Unlock()
	}
	if d.recording {
		attrs := make([]attribute.KeyValue, len(counts))
		for i, c := range counts {
			attrs[i] = attribute.Int(attrHidden+c.Kind, c.N)
		}
		d.span.AddEvent(eventRedacted, trace.WithAttributes(attrs...))
	}
}

func (d *Decision) addHidden(counts []Count) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range counts {
		if i := slices.IndexFunc(d.facts.Hidden, func(have Count) bool { return have.Kind == c.Kind }); i >= 0 {
			d.facts.Hidden[i].N += c.N
		} else {
			d.facts.Hidden = append(d.facts.Hidden, c)
		}
	}
}

// NoteSampled keeps the sampling decision; a drawn call counts in every decision this one was begun in.
func (d *Decision) NoteSampled(r Review) {
	if d == nil {
		return
	}
	d.setReview(r)
	if !r.Sampled {
		return
	}
	for up := d; up != nil; up = up.parent {
		up.mu.Lock()
		up.facts.Sampled++
		up.mu.Unlock()
	}
	if d.recording {
		d.span.AddEvent(eventSampled, trace.WithAttributes(
			attribute.Float64(attrProbability, r.Probability), attribute.String(attrRule, r.Rule)))
	}
}

// NoteHeld keeps that the answer waits for a verdict.
func (d *Decision) NoteHeld(r Review) {
	if d == nil {
		return
	}
	r.Held = true
	d.setReview(r)
	if d.recording {
		d.span.AddEvent(eventHeld, trace.WithAttributes(
			attribute.String(attrCase, r.Case.String()), attribute.String(attrRule, r.Rule)))
	}
}

// NoteDecided keeps the verdict on a held answer.
func (d *Decision) NoteDecided(r Review) {
	if d == nil {
		return
	}
	d.setReview(r)
	if d.recording {
		d.span.AddEvent(eventDecided, trace.WithAttributes(
			attribute.String(attrCase, r.Case.String()), attribute.String(attrVerdict, r.Verdict)))
	}
}

func (d *Decision) setReview(r Review) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.facts.Review = r
}

// NoteRecorded keeps that the decision's record is durable.
func (d *Decision) NoteRecorded() {
	if d == nil {
		return
	}
	d.mu.Lock()
	d.facts.Recorded = true
	d.mu.Unlock()
	if d.recording {
		d.span.AddEvent(eventRecorded)
	}
}

// NoteAnswered keeps that an answer is on its way out and on record as delivered.
func (d *Decision) NoteAnswered() {
	if d != nil {
		d.answered.Store(true)
	}
}

// Answered says whether NoteAnswered was called.
func (d *Decision) Answered() bool { return d != nil && d.answered.Load() }

// NoteObserved keeps that the monitor counted the decision, with the outcome it was counted under.
func (d *Decision) NoteObserved(outcome Outcome) {
	if d == nil {
		return
	}
	d.mu.Lock()
	d.facts.Observed = true
	d.mu.Unlock()
	if d.recording {
		d.span.AddEvent(eventObserved, trace.WithAttributes(attribute.String(attrOutcome, string(outcome))))
	}
}

// OfferExplanation lets oversight ask, before it holds an answer, why the answer is what it is. explain gets the function's output
// and is called at most once.
func (d *Decision) OfferExplanation(explain func(output any) (any, error)) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.explain, d.why = explain, nil
}

// Explains says whether an explanation is on offer: without one, keeping the output would be work for nobody.
func (d *Decision) Explains() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.explain != nil
}

// Explanation is the explanation of output, made on the first call and the same afterwards; nil without one on offer.
func (d *Decision) Explanation(output any) (any, error) {
	if d == nil {
		return nil, nil
	}
	d.mu.Lock()
	explain, have := d.explain, d.why
	d.mu.Unlock()
	if explain == nil || have != nil {
		return have, nil
	}
	made, err := explain(output) // a function of the user's: not under the lock
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.why = made
	return made, nil
}

// SetOutput keeps what the guarded function itself said, before a reviewer's verdict on it.
func (d *Decision) SetOutput(output any) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.output, d.hasOutput = output, true
}

// Output is what SetOutput kept.
func (d *Decision) Output() (output any, ok bool) {
	if d == nil {
		return nil, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.output, d.hasOutput
}
