package oversight

import (
	"context"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Wrap has people review what next returns. next runs first: its answer is what may be held, so wrap functions whose effect is
// their answer, and use [Approve] where running is the effect; it must leave its input as it is, by which a call is known again. open
// says what a call is about.
//
// A call that is not drawn costs a hash and writes nothing. One that is drawn is delivered at once and opens a case; one that a
// rule holds opens a case and waits for at most Policy.Wait, then returns a [*PendingError] with the ID to [Resume] by. While
// the stop switch is on next does not run.
//
// A nil next or open panics. So does an Out that a held answer cannot be rebuilt as, unless Options.Codec is set.
func Wrap[In, Out any](
	next func(context.Context, In) (Out, error), desk *Desk, open func(In, Out) Case,
) func(context.Context, In) (Out, error) {
	call.MustFunc("oversight.Wrap", "next", next == nil)
	call.MustFunc("oversight.Wrap", "open", open == nil)
	mustDecode[Out]("oversight.Wrap", desk)
	site, fits := call.NewSite(nil, next), typeOf[Out]()
	desk.knows(fits)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageOversight, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		d := scope.Decision()
		subject, err := desk.enter(ctx, d)
		if err != nil {
			return out, err
		}
		if d.Resumed() {
			var f *dossier
			if f, err = desk.resumed(ctx, &opening{d: d, subject: subject, site: site, in: in, fits: fits}); err != nil {
				return out, err
			}
			return deliver[Out](ctx, desk, d, f)
		}
		said, err := runNext(ctx, &scope, next, in, &err)
		if err != nil {
			return said, err
		}
		c, err := call.Try2(d, call.StageOversight, "the open function", open, in, said)
		if err != nil {
			return out, err
		}
		dr, err := desk.draw(d, site, &c)
		if err != nil {
			return out, err
		}
		if !dr.sampled {
			return said, nil // the common case: nothing has been boxed so far
		}
		f, err := desk.watch(ctx, &opening{d: d, subject: subject, site: site, c: c, draw: dr, in: in, out: said, fits: fits})
		if err != nil {
			return out, err
		}
		if f == nil {
			return said, nil
		}
		return deliver[Out](ctx, desk, d, f)
	}
}

const nobody = "nobody is named whom the call is about; name them in an outer guard or by fairlead.WithSubject"

// runNext keeps the wrapper's error at ErrUnfinished while next runs, so that its panic is seen as one.
func runNext[In, Out any](
	ctx context.Context, scope *call.Scope, next func(context.Context, In) (Out, error), in In, state *error,
) (Out, error) {
	*state = call.ErrUnfinished
	return call.Next(ctx, scope, next, in)
}

// enter checks what holds before any call: a desk, a stop switch that is off, and somebody the call is about, so that what is kept
// of it can be erased with them.
func (k *Desk) enter(ctx context.Context, d *call.Decision) (subject string, err error) {
	if err := k.ready(d); err != nil {
		return "", err
	}
	subject, err = d.SubjectFor(ctx, call.StageOversight, "")
	if err == nil && subject == "" {
		err = call.Refuse(d, call.StageOversight, nobody, nil)
	}
	return subject, err
}

// watch opens the case of an answer that was drawn. It returns the decided case of a held one, nil if the answer may go out.
func (k *Desk) watch(ctx context.Context, o *opening) (*dossier, error) {
	held := o.draw.hold != ""
	if held && o.d.Explains() {
		o.d.SetOutput(o.out) // the record keeps it apart from what is delivered in the end
	}
	ref, f, err := k.open(ctx, o)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, nil
	}
	return k.hold(ctx, o, ref, f)
}

// hold waits for the verdict on a case, unless it has one already.
func (k *Desk) hold(ctx context.Context, o *opening, ref caseRef, f *dossier) (*dossier, error) {
	o.d.NoteHeld(o.draw.review(ref.id))
	if f != nil && f.decided() {
		return f, nil
	}
	return k.settle(ctx, o.d, ref, true)
}

// deliver gives out what was decided about a held answer.
func deliver[Out any](ctx context.Context, k *Desk, d *call.Decision, f *dossier) (out Out, err error) {
	if err := k.ready(d); err != nil {
		return out, err // stopped while it waited: it stays decided
	}
	data, err := k.verdictOn(ctx, d, f)
	if err != nil {
		return out, err
	}
	return handOver[Out](ctx, k, d, f, data)
}

// verdictOn notes the verdict and gives the JSON to deliver, or the rejection.
func (k *Desk) verdictOn(ctx context.Context, d *call.Decision, f *dossier) ([]byte, error) {
	d.NoteDecided(f.review())
	if !f.intact() {
		return nil, &CaseError{Reason: ErrConflict, Case: f.id, Decision: d.ID(), Detail: "what was decided is not what is stored"}
	}
	if f.lapsed(time.Now()) {
		return nil, &CaseError{Reason: ErrConflict, Case: f.id, Decision: d.ID(), Detail: "its verdict has lapsed; make the call anew, under another Key if it has one"}
	}
	switch f.verdict.Verdict {
	case Approved:
		if f.Lossy {
			return nil, call.Refuse(d, call.StageOversight, "what is kept of the answer is not all of it, so it cannot be delivered again; set oversight.Options.Codec", nil)
		}
		return f.body.Output, nil
	case Replaced:
		return f.decision().Output, nil
	}
	k.goesOut(ctx, d, f)
	return nil, &RejectedError{Case: f.id, Decision: d.ID(), Expired: f.verdict.expired}
}

// handOver decodes an answer, has it recorded that it goes out, and states the outcome.
func handOver[Out any](ctx context.Context, k *Desk, d *call.Decision, f *dossier, data []byte) (Out, error) {
	var out, none Out
	if err := k.codec.decode(data, &out); err != nil {
		return none, call.Refuse(d, call.StageOversight,
			"the stored answer, or the reviewer's, is not a value of the function's type", err)
	}
	k.goesOut(ctx, d, f)
	if f.verdict.Verdict == Replaced {
		d.SetFinal(call.Replaced)
	}
	return out, nil
}
