package transparency

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// begin makes the recording's state before next runs: what was given is committed to while next cannot have changed it yet.
func (rec *recording) begin(in any) error {
	if err := rec.keep(&rec.input, in); err != nil && !rec.journal.lenient(rec.Context) {
		return rec.refuse(&RecordError{Decision: rec.d.ID(), Reason: "the input cannot be written as JSON: give its type a MarshalJSON", Err: err})
	}
	return rec.resume()
}

// resume reads the earlier record of a call that was held.
func (rec *recording) resume() error {
	if !rec.d.Resumed() {
		return nil
	}
	if err := rec.reopen(); err != nil {
		return rec.refuse(err)
	}
	return nil
}

// reopen finds what was recorded when the call was held. Somebody else's case is not delivered.
func (rec *recording) reopen() error {
	earlier, err := rec.journal.Lookup(rec.Context, rec.d.ID())
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return &RecordError{Decision: rec.d.ID(), Reason: "the record of the held call cannot be read", Err: err}
	}
	subject, err := rec.d.SubjectFor(rec.Context, call.StageTransparency, "")
	if err != nil {
		return err
	}
	if subject != "" && earlier.Subject != "" && subject != earlier.Subject {
		rec.foreign = true
		return call.Refuse(rec.d, call.StageTransparency, "the held call was made for another subject; resume it for the same one", nil)
	}
	rec.earlier = &earlier
	return nil
}

// explanation makes the explanation, once. It runs a function of the user's: not under the lock.
func (rec *recording) explanation(e explainer) (Explanation, error) {
	rec.mu.Lock()
	x, err, done := rec.x, rec.xerr, rec.xdone
	rec.mu.Unlock()
	if done {
		return x, err
	}
	x, err = within(rec.d, rec.journal.o.ExplainWithin, e)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.x, rec.xerr, rec.xdone = x, err, true
	return x, err
}

// notDrawn stands in a record for an explanation that Options.ExplainShare left out.
const notDrawn = "not drawn (Options.ExplainShare)"

// explainIfDrawn makes the explanation of a call that Options.ExplainShare does not leave out. What went wrong is kept and read in
// subject.
func (rec *recording) explainIfDrawn(e explainer) {
	if share := rec.journal.o.ExplainShare; share > 0 && share < 1 && !drawn(rec.d.ID(), share) {
		if subject, err := rec.d.SubjectFor(rec.Context, call.StageTransparency, ""); err == nil && subject != "" {
			rec.mu.Lock()
			rec.spared = !rec.xdone // a review may have asked for it before
			rec.mu.Unlock()
			return
		}
	}
	_, _ = rec.explanation(e)
}

// drawn decides by the 62 random bits at the end of a UUIDv7 (RFC 9562, 5.7).
func drawn(id uuid.UUID, share float64) bool {
	const bits = 62
	return float64(binary.BigEndian.Uint64(id[8:])&(1<<bits-1)) < share*(1<<bits)
}

// ending is how a call ended, before it is recorded.
type ending struct {
	outcome call.Outcome
	failure error // what next returned
	said    any   // pointer to what the model said, if a review stands between that and given; else nil
	given   any   // pointer to what is delivered; nil if nothing is
}

// blame names the guard that refused, and why, in constants of the guards': "" for an end that no guard of this decision brought about.
func blame(d *call.Decision, end *ending, r *Record) (guard, reason string) {
	switch end.outcome {
	case call.Stopped:
		return call.StageOversight.String(), "stopped"
	case call.Denied, call.Fallback:
		return call.StageConsent.String(), r.Consent.Reason
	}
	typed, ok := call.Find[call.Typed](end.failure)
	if !ok || typed.DecisionID() != d.ID() {
		return "", ""
	}
	if fault, ok := call.Find[*call.RefusedError](typed); ok {
		return fault.Guard.String(), fault.Reason
	}
	switch {
	case end.outcome != call.Rejected:
		return "", ""
	case r.Review.Verdict == "expire":
		return call.StageOversight.String(), "expired"
	}
	return call.StageOversight.String(), "rejected"
}

// refusal says whether the call ended before the model was reached. The refusal of another decision, such as a guarded tool, that
// the function passed on as its own error is a failure like any other, seen from here.
func (end *ending) refusal(d *call.Decision) bool {
	switch end.outcome {
	case call.Denied, call.Stopped, call.Fallback:
	default:
		return false
	}
	typed, ok := call.Find[call.Typed](end.failure)
	return !ok || typed.DecisionID() == d.ID()
}

// misplaced says whether this call was meant to deliver a held case and there is none: the ID is unknown, or that of a call which was
// never held, or this is not the function that held it.
func (rec *recording) misplaced() bool {
	if !rec.d.Resumed() {
		return false
	}
	if rec.earlier == nil || !rec.d.Entered(call.StageOversight) {
		return true
	}
	return rec.earlier.Outcome != call.Held && rec.earlier.Outcome != call.Failed
}

// settle records how the call ended. Its error, if there is one, is what the caller gets in place of what next returned.
func (rec *recording) settle(end *ending) error {
	if rec.settling {
		return rec.settleBare(end)
	}
	rec.settling = true
	r := Record{Outcome: end.outcome}
	r.join(rec.d)
	if end.outcome == call.Failed && rec.misplaced() {
		return nil // whatever the record says so far stands
	}
	if end.refusal(rec.d) {
		return rec.settleRefused(end, &r)
	}
	if rec.earlier != nil && end.outcome == call.Held && rec.earlier.Outcome == call.Held {
		return nil // still waiting: the record says so already
	}
	if end.failure != nil {
		r.Error = errorType(end.failure)
		r.Guard, r.Reason = blame(rec.d, end, &r)
	}
	subject, refusal := rec.subject(end)
	r.Subject = subject
	if bad := rec.contents(end, &r); refusal == nil && bad != nil && !rec.journal.lenient(rec.Context) {
		refusal = bad
	}
	r.Notes, r.NotesLost = rec.seal()
	if rec.journal.o.Mask != nil {
		hidden := r // a copy, so that r stays on the stack in a journal without a mask
		if bad := rec.journal.masked(rec.Context, rec.d, &hidden); bad != nil {
			refusal = bad
			hidden.unmasked()
		}
		r = hidden
	}
	if refusal != nil {
		r.Outcome, r.Error = call.Failed, errorType(refusal)
		rec.spoil(&r, refusal)
	}
	if subject == "" { // nobody could ask for its erasure, so it holds nothing that might have to be erased
		r.Input, r.Model, r.Output, r.Notes = Content{}, Content{}, Content{}, nil
		r.Explanation = Explanation{}
	}
	err := rec.write(&r)
	if errors.Is(err, errTooLarge) {
		refusal, err = rec.writeLess(&r, refusal)
	}
	if err != nil && (refusal != nil || !rec.journal.lenient(rec.Context)) {
		return failed(err, refusal, end)
	}
	return refusal
}

// settleBare records a call that ended while its record was being made, because a function of the user's left the goroutine: with what
// needs no further function of theirs, and nothing that a mask should have gone over.
func (rec *recording) settleBare(end *ending) error {
	r := Record{Outcome: call.Failed, Error: errorType(end.failure)}
	r.join(rec.d)
	r.Guard, r.Reason = call.StageTransparency.String(), "a function that the journal was given left its goroutine"
	rec.mu.Lock()
	own := rec.x.Subject
	rec.mu.Unlock()
	if subject, err := rec.d.SubjectFor(rec.Context, call.StageTransparency, own); err == nil && len(subject) <= maxSubject {
		r.Subject = subject
	}
	if r.Subject != "" {
		r.Input = rec.input
		if rec.sent != nil {
			r.Output = *rec.sent
		}
		r.Input.Payload, r.Output.Payload = nil, nil
	}
	return rec.write(&r)
}

func (rec *recording) settleRefused(end *ending, r *Record) error {
	subject, err := rec.d.SubjectFor(rec.Context, call.StageTransparency, "")
	if err != nil {
		subject = rec.d.Subject()
	}
	if len(subject) > maxSubject {
		subject = ""
	}
	r.Subject, r.Input = subject, Content{}
	r.Guard, r.Reason = blame(rec.d, end, r)
	rec.seal()
	if err := rec.journal.write(rec.Context, kindRefused, "", r); err != nil {
		if rec.journal.lenient(rec.Context) {
			return nil
		}
		return failed(err, nil, end)
	}
	rec.d.NoteRecorded()
	return nil
}

// subject settles whom the record is about. Only a call that has failed anyway may have nobody.
func (rec *recording) subject(end *ending) (string, error) {
	rec.mu.Lock()
	own, xerr, done := rec.x.Subject, rec.xerr, rec.xdone
	rec.mu.Unlock()
	subject, err := rec.d.SubjectFor(rec.Context, call.StageTransparency, own)
	if err != nil {
		return "", err
	}
	if subject == "" && rec.earlier != nil {
		subject = rec.earlier.Subject
	}
	if len(subject) > maxSubject {
		return "", longSubject(rec.d)
	}
	if done && xerr != nil && rec.journal.o.OnExplain != Drop {
		return subject, xerr
	}
	if subject == "" && end.outcome != call.Failed && end.outcome != call.Abandoned {
		return "", noSubject(rec.d)
	}
	return subject, nil
}

// spoil takes out of a record what was not delivered.
func (rec *recording) spoil(r *Record, refusal error) {
	r.Guard = call.StageTransparency.String()
	if r.Model.Digest == (Digest{}) {
		r.Model = r.Output
	}
	r.Output = Content{}
	if e, ok := call.Find[*call.RefusedError](refusal); ok {
		r.Reason = e.Reason
	} else if e, ok := call.Find[*RecordError](refusal); ok {
		r.Reason = e.Reason
	}
}

// write makes the record durable: as a new one, or as the amendment of what was held.
func (rec *recording) write(r *Record) error {
	kind, once := kindRecorded, ""
	if rec.d.Resumed() {
		// A delivery that failed may succeed when it is resumed again, and the other way round: one entry for each time.
		kind, once = kindAmended, string(r.Outcome)
		if rec.earlier != nil {
			if last := rec.earlier.Entries[len(rec.earlier.Entries)-1]; last.Kind == kindAmended && last.Outcome == r.Outcome {
				rec.d.NoteRecorded()
				return nil // delivered once more: the record says so already
			}
			once += "/" + strconv.Itoa(len(rec.earlier.Entries))
		}
	}
	if err := rec.journal.write(rec.Context, kind, once, r); err != nil {
		return err
	}
	rec.d.NoteRecorded()
	return nil
}

// refuse records that the call was refused before next ran, and returns what its caller gets.
func (rec *recording) refuse(refusal error) error {
	r := Record{Outcome: call.Failed, Error: errorType(refusal)}
	r.join(rec.d)
	if subject, err := rec.d.SubjectFor(rec.Context, call.StageTransparency, ""); err == nil && len(subject) <= maxSubject {
		r.Subject = subject
	}
	rec.seal()
	rec.spoil(&r, refusal)
	write := rec.write
	if rec.foreign { // it must leave no trace in the record it tried to reach
		r.Parent = r.ID
		r.ID, _ = uuid.NewV7() // its error is that of crypto/rand, which ends the program instead
		write = func(r *Record) error { return rec.journal.write(rec.Context, kindRecorded, "", r) }
	}
	if err := write(&r); err != nil {
		return failed(err, refusal, &ending{})
	}
	return refusal
}

// failed is the error of a call whose record was not written; of one that had failed by itself it leads to that error too.
func failed(err, refusal error, end *ending) error {
	e, ok := call.Find[*RecordError](err)
	if !ok {
		return err
	}
	switch {
	case refusal != nil:
		e.Call = refusal
	case end.outcome == call.Failed:
		e.Call = end.failure
	}
	return e
}

// broken records a call whose function panicked or left its goroutine; the panic goes on. It must be deferred directly.
func (rec *recording) broken(err *error) {
	if *err != call.ErrUnfinished { //nolint:errorlint // the very value that the wrapper put there
		return
	}
	p := recover()
	failure := call.ErrUnfinished
	if p != nil {
		failure = &call.PanicError{Type: fmt.Sprintf("%T", p)}
	}
	end := ending{outcome: call.Failed, failure: failure}
	if rec.outside { // not the function broke off, but whoever reads its stream
		end = ending{outcome: call.Abandoned}
		rec.d.SetFinal(call.Abandoned)
	}
	// The panic is what the caller will see; that the record failed too can be told by nobody but the log's own health.
	_ = rec.settle(&end)
	if p != nil {
		panic(p)
	}
}
