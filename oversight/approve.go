package oversight

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// resultTimeout bounds the writing of a result whose caller may have gone.
const resultTimeout = 10 * time.Second

// Approve asks a person before next runs: for an agent's tool, a refund, whatever has an effect. A call that a rule holds opens a
// case with its input and returns a [*PendingError] after at most Policy.Wait; once approved, the same function called under
// [Resume] with the same input runs next, at most once per approval: an intent is in the ledger before and the result after.
// If the process dies between the two, nobody knows whether the effect happened, and every later Resume returns
// [ErrInterrupted] instead of risking a second one. What next does outside should carry an idempotency key: the Case's Key, or the
// decision's ID, which is another one where the call was made again under its Key and not resumed.
//
// A second Resume returns the stored result. A reviewer who replaces answers in next's place: next does not run. A call that no
// rule holds runs at once, every time it is made; if it is drawn, its case is for review afterwards.
//
// An approval is for the function that asked: the one of the same System name and version, and of the same name in the program if it
// was declared with one. Functions made in one place, as in a loop over tools, have one name between them: give each its own by
// fairlead.Wrap(guarded, &fairlead.System{Name: ...}). Without, they are refused ([ErrRefused]) where a rule holds them, as soon as a
// desk knows two of one name; inside a named boundary around all of them, such as an agent's, nothing can tell them apart, and an
// approval for one would run another.
//
// A nil next or open panics, as does an Out that a stored result cannot be rebuilt as, unless Options.Codec is set.
func Approve[In, Out any](
	next func(context.Context, In) (Out, error), desk *Desk, open func(In) Case,
) func(context.Context, In) (Out, error) {
	call.MustFunc("oversight.Approve", "next", next == nil)
	call.MustFunc("oversight.Approve", "open", open == nil)
	mustDecode[Out]("oversight.Approve", desk)
	site, fits := call.NewSite(nil, next), typeOf[Out]()
	desk.knows(fits)
	fn := desk.callee(next, site.Name)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageOversight, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		d := scope.Decision()
		subject, err := desk.enter(ctx, d)
		if err != nil {
			return out, err
		}
		o := opening{d: d, subject: subject, site: site, fn: fn, in: in, isCall: true, fits: fits}
		var f *dossier
		if d.Resumed() {
			f, err = desk.resumed(ctx, &o)
		} else {
			if o.c, err = call.Try(d, call.StageOversight, "the open function", open, in); err != nil {
				return out, err
			}
			f, err = desk.ask(ctx, &o)
		}
		switch {
		case err != nil:
			return out, err
		case f != nil:
			return perform(ctx, &scope, desk, f, fits, next, in, &err)
		}
		if out, err = runNext(ctx, &scope, next, in, &err); err != nil || !o.draw.sampled {
			return out, err
		}
		o.out = out
		if lost := desk.afterwards(ctx, &o); lost != nil {
			var none Out
			return none, done(d, lost)
		}
		return out, nil
	}
}

// ask draws one call before it runs. It returns the decided case of a held one, nil if the call may run.
func (k *Desk) ask(ctx context.Context, o *opening) (*dossier, error) {
	var err error
	if o.draw, err = k.draw(o.d, o.site, &o.c); err != nil {
		return nil, err
	}
	if o.draw.hold == "" {
		return nil, nil
	}
	return k.askFor(ctx, o)
}

// askFor opens the case of a call that is held.
func (k *Desk) askFor(ctx context.Context, o *opening) (*dossier, error) {
	if err := o.identified(); err != nil {
		return nil, err
	}
	o.pending = true
	ref, f, err := k.open(ctx, o)
	if err != nil {
		return nil, err
	}
	return k.hold(ctx, o, ref, f)
}

// afterwards opens the case of a call that was drawn and has run.
func (k *Desk) afterwards(ctx context.Context, o *opening) error {
	_, _, err := k.open(ctx, o)
	return err
}

// perform runs an approved call at most once, or gives what it gave when it ran.
func perform[In, Out any](
	ctx context.Context, scope *call.Scope, k *Desk, f *dossier, fits *outType, next func(context.Context, In) (Out, error), in In, state *error,
) (out Out, err error) {
	d := scope.Decision()
	if err := k.ready(d); err != nil {
		return out, err
	}
	answer, err := k.verdictOn(ctx, d, f)
	if err != nil {
		return out, err
	}
	if f.verdict.Verdict == Replaced {
		return handOver[Out](ctx, k, d, f, answer)
	}
	first, f, err := k.intend(ctx, d, f)
	if err != nil {
		return out, err
	}
	if !first {
		if f.result == nil || !f.result.OK || len(f.answer.Output) == 0 {
			return out, f.interrupted(d)
		}
		return handOver[Out](ctx, k, d, f, f.answer.Output)
	}
	if err := k.ready(d); err != nil {
		k.spare.put(f.intent) // stopped while the intent was written: it may run once calls do again
		return out, err
	}
	wrong := "panic"
	defer func() {
		// Also when next panics or never returns, and when its caller has gone: what happened has to be known.
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), resultTimeout)
		defer cancel()
		if lost := k.happened(after, d, f, fits, out, wrong); lost != nil && err == nil {
			var none Out
			out, err = none, done(d, lost)
		}
	}()
	if out, err = runNext(ctx, scope, next, in, state); err != nil {
		wrong = fmt.Sprintf("%T", err)
		return out, err
	}
	wrong = ""
	return out, nil
}

// done says of a call that has run that it could not be recorded: not that it was refused, or somebody makes it again.
func done(d *call.Decision, lost error) error {
	if refused, ok := call.Find[*call.RefusedError](lost); ok {
		lost = refused.Err // a refusal says that it was not done
	}
	return &CaseError{
		Reason: ErrInterrupted, Case: d.ID(), Decision: d.ID(), Err: lost,
		Detail: "it ran, and the ledger could not record that; do not repeat it",
	}
}

// intend claims the one run of an approval. The entry's ID is the case's, so the ledger keeps one; the nonce in it says whose. Once it is
// being written its caller may go: an intent of which nobody knows whether it is on record would use the approval up.
func (k *Desk) intend(ctx context.Context, d *call.Decision, f *dossier) (first bool, now *dossier, err error) {
	if f.intent != uuid.Nil {
		mine := k.spare.take(f.intent)
		return mine && f.resolved == nil, f, nil // somebody who looked may have had it done otherwise
	}
	if err := ctx.Err(); err != nil {
		return false, nil, unwritten(d, "the intent to run the approved call", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resultTimeout)
	defer cancel()
	nonce := uuid.Must(uuid.NewV7())
	defer func() {
		if err != nil {
			k.spare.put(nonce)
		}
	}()
	e := entry(kindIntent, onceID(f.opening, kindIntent), f.id, f.subject, intentPublic{Nonce: nonce}, nil)
	if _, _, err := k.commit(ctx, e); err != nil {
		return false, nil, unwritten(d, "the intent to run the approved call", err)
	}
	if now, err = k.read(ctx, f.id); err != nil {
		return false, nil, inDecision(err, d)
	}
	return now.intent == nonce, now, nil
}

// spare is the intents that were written, or perhaps written, by callers who then ran nothing, as the ledger failed them. The next
// Resume in this process may run on one.
type spare struct {
	mu     sync.Mutex
	nonces map[uuid.UUID]bool
}

const maxSpare = 1024

func (s *spare) put(nonce uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nonces == nil {
		s.nonces = map[uuid.UUID]bool{}
	}
	if len(s.nonces) < maxSpare {
		s.nonces[nonce] = true
	}
}

func (s *spare) take(nonce uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer delete(s.nonces, nonce)
	return s.nonces[nonce]
}

// happened records what an approved call did. Its output is kept for a second Resume; one that would not come back whole is not.
func (k *Desk) happened(ctx context.Context, d *call.Decision, f *dossier, fits *outType, out any, wrong string) error {
	public, body := resultPublic{OK: wrong == ""}, resultBody{Error: wrong}
	if public.OK {
		data, err := k.codec.encode(out)
		if err == nil && fits.back != nil {
			err = fits.back(k, data, out)
		}
		if err == nil {
			body.Output = data
		} else {
			body.Error = fmt.Sprintf("%T", err)
		}
	}
	e := entry(kindResult, onceID(f.opening, kindResult), f.id, f.subject, public, body)
	if _, _, err := k.commit(ctx, e); err != nil {
		return unwritten(d, "the call has run, and its result", err)
	}
	if public.OK {
		return k.delivered(ctx, d, f)
	}
	return nil
}

func (f *dossier) interrupted(d *call.Decision) error {
	detail := "another caller is running it now, or was when its process ended; look what it did before asking again"
	switch {
	case f.result == nil && f.resolved != nil && f.resolved.Happened:
		detail = "it was begun and its result is lost; somebody looked and found that it happened"
	case f.result == nil && f.resolved != nil:
		detail = "it was begun and its result is lost; somebody looked and found that it did not happen: open a new case to do it"
	case f.result == nil:
	case f.result.OK:
		detail = "it ran, and its output could not be stored; set oversight.Options.Codec"
	default:
		detail = "it ran and failed; open a new case to try again"
	}
	return &CaseError{Reason: ErrInterrupted, Case: f.id, Decision: d.ID(), Detail: detail}
}
