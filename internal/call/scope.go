package call

import (
	"context"
	"fmt"
	"iter"
	"time"
)

// Scope is one guard's presence in a decision, from Enter to Exit. It lives on the stack of the wrapper.
type Scope struct {
	d     *Decision
	ctx   context.Context
	stage Stage
	owner bool // this guard began the decision, so its Exit ends it
	http  bool // an adapter of an HTTP request
	fp    fingerprint

	running bool          // next has been called and has not returned
	mark    time.Time     // when the guard last began to work; zero while next runs or when nobody measures
	worked  time.Duration // the guard's own time, without next's
}

// Enter brings a guard into the decision of ctx, or begins one.
//
// A guard joins the decision of ctx if its stage is higher than every stage entered so far; otherwise it begins a child with
// its own ID: that is an agent's tool which is itself guarded, or one of two guarded calls made side by side. "So far" is
// settled by one compare-and-swap against the stage this very ctx has reached: when another call has moved the decision on
// meanwhile, it is not this call's any more. So no two calls ever share an ID and no call has two, whatever the scheduling.
// A boundary (StageBoundary), and a guard under a context made by WithResume, always begin a decision.
//
// The returned context is the one to call next with.
func Enter(ctx context.Context, stage Stage, site *Site) (context.Context, Scope) {
	return enter(ctx, stage, site, fingerprint{})
}

func enter(ctx context.Context, stage Stage, site *Site, fp fingerprint) (context.Context, Scope) {
	if ctx == nil {
		ctx = context.Background() // as net/http does for a request without one; a guard must not be what crashes
	}
	n := nodeFrom(ctx)
	s := Scope{stage: stage, fp: fp}
	switch {
	case n == nil || resuming(ctx, n):
		s.d, s.owner = begin(ctx, n, stage, site, fp), true
	case n.d.joins(n, stage, fp):
		s.d = n.d
	default:
		s.d, s.owner = begin(ctx, n, stage, site, fp), true
	}
	if s.owner {
		ctx = s.d.startSpan(ctx)
	}
	own := s.d.enter(ctx, stage)
	own.request = fp != (fingerprint{}) || n != nil && n.request
	s.ctx = own
	if s.d.tele.measures(ctx) {
		s.mark = time.Now()
	}
	return s.ctx, s
}

func resuming(ctx context.Context, n *node) bool {
	_, ok := resumes(ctx, n)
	return ok
}

// Decision is the decision the guard is in; never nil.
func (s *Scope) Decision() *Decision { return s.d }

// Stage is the guard's own stage.
func (s *Scope) Stage() Stage { return s.stage }

// Next calls next with the guard's clock stopped.
func Next[In, Out any](ctx context.Context, s *Scope, next func(context.Context, In) (Out, error), in In) (Out, error) {
	s.Pause()
	out, err := next(ctx, in)
	s.Continue()
	if err != nil {
		return out, err
	}
	if refusal := s.misplacedResume(); refusal != nil {
		var none Out
		return none, refusal
	}
	return out, nil
}

// misplacedResume refuses the answer of a function that was called to deliver a held case and has no oversight in it: it is not the one
// that held it, and what it says must not go out, or on record, as the reviewed answer.
func (s *Scope) misplacedResume() error {
	if !s.d.resumed || s.d.Entered(StageOversight) {
		return nil
	}
	return Refuse(s.d, s.stage, "a held case can only be resumed through the guarded function that held it", nil)
}

// Pause says that next runs from here on, for adapters that cannot use Next.
func (s *Scope) Pause() {
	s.running = true
	s.stop()
}

func (s *Scope) stop() {
	if !s.mark.IsZero() {
		s.worked += time.Since(s.mark)
		s.mark = time.Time{}
	}
}

// Continue says that next has returned. It must not be deferred: a next that panics has not.
func (s *Scope) Continue() {
	s.running = false
	if s.d.tele.measures(s.ctx) {
		s.mark = time.Now()
	}
}

// Exit ends the guard's presence; it must be deferred directly. If the guard began the decision, Exit ends that with the
// outcome *err says; while next has not returned, or *err is still ErrUnfinished, it panicked or left its goroutine: the decision is recorded
// as failed, of a panic's value only the type is kept, and the panic goes on.
func (s *Scope) Exit(err *error) {
	s.stop()
	s.d.tele.guardTook(s.ctx, s.stage, s.worked)
	if s.http {
		s.d.noteAnswer(refusalIn(*err))
	}
	if !s.owner {
		s.d.attempts.finish(s.fp, s.d, OutcomeOf(*err) == Failed)
		return
	}
	if !s.running && *err != ErrUnfinished { //nolint:errorlint // the very value that the wrapper put there
		s.d.end(s.ctx, s.fp, *err)
		return
	}
	r := recover()
	if r == nil {
		s.d.end(s.ctx, s.fp, ErrUnfinished)
		return
	}
	s.d.end(s.ctx, s.fp, &PanicError{Type: fmt.Sprintf("%T", r)})
	panic(r)
}

// NextStream passes on what next yields, with the guard's clock stopped, and returns how it ended: nil, or the last error that next
// yielded. A consumer that stops reading at an answer abandons the stream; one that stops at an error has heard how it ended.
func NextStream[In, Out any](ctx context.Context, s *Scope, next func(context.Context, In) iter.Seq2[Out, error], in In, yield func(Out, error) bool) error {
	if refusal := s.misplacedResume(); refusal != nil { // what has been streamed cannot have been held
		var none Out
		yield(none, refusal)
		return refusal
	}
	s.Pause()
	var failure error
	for out, err := range next(ctx, in) {
		if err != nil {
			failure = err
		}
		if !yield(out, err) {
			if err == nil {
				s.d.SetFinal(Abandoned)
			}
			break
		}
	}
	s.Continue()
	return failure
}
