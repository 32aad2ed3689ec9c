package oversight

import (
	"context"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Check says whether a call may run: ErrStopped while the stop switch is on. It is what Wrap does first, for adapters of your own.
func (k *Desk) Check(ctx context.Context) error { return k.ready(call.From(ctx)) }

// Open draws one finished call, and opens a case for review after the fact if it is drawn: for streams, whose answer has gone out
// word by word and cannot be held any more. A rule that would have held it makes the case urgent instead. Call it inside a
// guarded call, at most once in each; in and out are what reviewers see.
func (k *Desk) Open(ctx context.Context, in, out any, c Case) error {
	d := call.From(ctx)
	if !k.set() {
		return k.ready(d)
	}
	if d == nil {
		return invalid("Open is called inside a guarded call: a case is about a decision")
	}
	subject, err := d.SubjectFor(ctx, call.StageOversight, "")
	if err != nil {
		return err
	}
	if subject == "" {
		return call.Refuse(d, call.StageOversight, nobody, nil)
	}
	dr, err := k.draw(d, nil, &c)
	if err != nil || !dr.sampled {
		return err
	}
	dr.urgent, dr.hold = dr.urgent || dr.hold != "", ""
	_, _, err = k.open(ctx, &opening{d: d, subject: subject, c: c, draw: dr, in: in, out: out, fits: &outType{}})
	return err
}

// WrapOr is Wrap that degrades: while the stop switch is on, or cannot be read, otherwise answers in next's place. What it answers is
// not reviewed, and the call's outcome is fallback. A call made with Resume is not degraded: it returns ErrStopped, and the case
// waits. A nil function panics.
func WrapOr[In, Out any](
	next func(context.Context, In) (Out, error), desk *Desk, open func(In, Out) Case,
	otherwise func(context.Context, In) (Out, error),
) func(context.Context, In) (Out, error) {
	call.MustFunc("oversight.WrapOr", "next", next == nil)
	call.MustFunc("oversight.WrapOr", "otherwise", otherwise == nil)
	site := call.NewSite(nil, next)
	guarded := Wrap(next, desk, open)
	return func(ctx context.Context, in In) (out Out, err error) {
		d := call.From(ctx)
		if d == nil || d.Entered(call.StageOversight) { // the fallback belongs into the same decision as the call it stands for
			var scope call.Scope
			ctx, scope = call.Enter(ctx, call.StageBoundary, site)
			defer scope.Exit(&err)
			err = call.ErrUnfinished
			d = scope.Decision()
		}
		if !d.Resumed() && desk.degrades(d) { // what was held waits until the switch is off
			if out, err = otherwise(ctx, in); err == nil {
				d.SetFinal(call.Fallback)
			}
			return out, err
		}
		return guarded(ctx, in)
	}
}

// degrades says whether a call is to be answered by the fallback: the switch is on. A desk that is not there refuses, as ever.
func (k *Desk) degrades(d *call.Decision) bool {
	err := k.ready(d)
	_, stopped := err.(*StoppedError) //nolint:errorlint // what ready itself returned
	return stopped
}
