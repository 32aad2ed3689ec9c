package transparency

import (
	"context"
	"iter"

	"github.com/fairlead-go/fairlead/internal/call"
)

// maxKept is how many chunks of a stream explain gets to see.
const maxKept = 4096

// WrapStream is Wrap for a function that streams. Ranging again is a new decision. The record is made at the end, from what
// was delivered: the digest goes over all chunks, explain gets the first 4,096. A consumer that stops early leaves a record of an
// abandoned call. Since chunks have gone out by then, a record that cannot be written (or explain panicking) ends the
// stream with that error as its last pair, or, for a consumer that has stopped, leaves it in the trail.
func WrapStream[In, Out any](next func(context.Context, In) iter.Seq2[Out, error], j *Journal, explain func(In, []Out) Explanation) func(context.Context, In) iter.Seq2[Out, error] {
	call.MustFunc("transparency.WrapStream", "next", next == nil)
	call.MustFunc("transparency.WrapStream", "explain", explain == nil)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) iter.Seq2[Out, error] {
		return func(yield func(Out, error) bool) {
			s := &streaming[In, Out]{in: in, next: next, explain: explain, yield: yield}
			if err := s.run(ctx, j, site); err != nil {
				var none Out
				yield(none, err)
			}
		}
	}
}

// streaming is one ranging over a wrapped stream.
type streaming[In, Out any] struct {
	recording
	in      In
	next    func(context.Context, In) iter.Seq2[Out, error]
	explain func(In, []Out) Explanation
	yield   func(Out, error) bool
	scope   *call.Scope
	chunk   Out
	kept    []Out
	stopped bool // the consumer has stopped
	failure error

	delivered Content
}

// run ranges over the stream and records it. What it returns the consumer has not seen yet, and can still be told.
func (s *streaming[In, Out]) run(ctx context.Context, j *Journal, site *call.Site) (last error) {
	ctx, scope := call.Enter(ctx, call.StageTransparency, site)
	err := call.ErrUnfinished // how the decision ends
	defer scope.Exit(&err)
	s.scope = &scope
	d := scope.Decision()
	if refusal := j.ready(d); refusal != nil {
		err = refusal
		return err
	}
	s.Context, s.journal, s.d = ctx, j, d
	defer s.broken(&err)
	if refusal := s.begin(&s.in); refusal != nil {
		err = refusal
		return err
	}
	s.forward()
	if s.stopped && s.failure == nil {
		d.SetFinal(call.Abandoned)
	}
	end := ending{outcome: d.Final(s.failure), failure: s.failure}
	if s.failure == nil {
		s.explainIfDrawn(s)
	}
	refusal := s.settle(&end)
	if err = refusal; err == nil {
		err = s.failure
	}
	if s.stopped {
		return nil
	}
	return refusal
}

// forward passes the chunks on.
func (s *streaming[In, Out]) forward() {
	s.scope.Pause()
	for chunk, err := range s.next(&s.recording, s.in) {
		if err != nil {
			s.failure = err
		} else if lost := s.take(chunk); lost != nil {
			var none Out
			s.failure = lost
			s.stopped = !s.pass(none, lost)
			break
		}
		if s.stopped = !s.pass(chunk, err); s.stopped {
			break
		}
	}
	s.scope.Continue() // not deferred: a next that panics has not returned
}

// take commits to a chunk before it goes out, so that nothing is delivered that the record cannot hold.
func (s *streaming[In, Out]) take(chunk Out) error {
	s.chunk = chunk
	s.sent = &s.delivered
	if err := s.keep(s.sent, &s.chunk); err != nil {
		return s.unwritable(err)
	}
	if len(s.kept) < maxKept {
		s.kept = append(s.kept, chunk)
	}
	return nil
}

func (s *streaming[In, Out]) pass(chunk Out, err error) bool {
	s.outside = true
	more := s.yield(chunk, err)
	s.outside = false
	return more
}

func (s *streaming[In, Out]) explained() (Explanation, error) {
	return call.Try2(s.d, call.StageTransparency, "the explain function", s.explain, s.in, s.kept)
}
