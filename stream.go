package fairlead

import (
	"context"
	"iter"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// streamer is a function that answers piece by piece, such as a chat.
type streamer[In, Out any] = func(context.Context, In) iter.Seq2[Out, error]

// StreamStack is Stack for a function that answers piece by piece, such as a chat. What has been streamed cannot be held back, so it
// has no Oversight: oversight.Desk.Open offers review after the fact. Nor does it have Fairness: what counts as a favourable answer
// is known when all of it is there, so call fairness.Monitor.Observe then.
type StreamStack[In, Out any] struct {
	next         streamer[In, Out]
	sys          *System
	consent      *consentGuard[In]
	privacy      *streamRedactor[In, Out]
	transparency *streamExplainer[In, Out]
}

type streamRedactor[In, Out any] struct {
	redactor *privacy.Redactor
	hide     func(*privacy.Session, In) In
	text     func(*Out) *string
}

type streamExplainer[In, Out any] struct {
	journal *transparency.Journal
	explain func(In, []Out) transparency.Explanation
}

// AroundStream begins a stack around a streaming function. Ranging over what the guarded function returns makes a decision;
// ranging again makes another. A nil next panics.
func AroundStream[In, Out any](next func(context.Context, In) iter.Seq2[Out, error]) StreamStack[In, Out] {
	call.MustFunc("fairlead.AroundStream", "next", next == nil)
	return StreamStack[In, Out]{next: next}
}

// System is as for Stack.
func (s StreamStack[In, Out]) System(sys *System) StreamStack[In, Out] {
	s.must("System", s.sys != nil)
	s.sys = sys
	return s
}

// Consent is as for Stack: a denial is the stream's only element.
func (s StreamStack[In, Out]) Consent(gate *consent.Gate, ask func(In) consent.Ask) StreamStack[In, Out] {
	s.must("Consent", s.consent != nil)
	call.MustFunc("fairlead.AroundStream(...).Consent", "ask", ask == nil)
	s.consent = &consentGuard[In]{gate, ask}
	return s
}

func (s StreamStack[In, Out]) must(method string, twice bool) {
	if s.next == nil {
		panic("fairlead: a StreamStack without a function: begin it with fairlead.AroundStream(fn)")
	}
	if twice {
		panic("fairlead: AroundStream(...)." + method + " was called twice: one call, one guard of each kind")
	}
}

// Privacy hides personal data on the way in; text says where a piece of the answer keeps its text, in which it is shown again. See
// privacy.WrapStream.
func (s StreamStack[In, Out]) Privacy(redactor *privacy.Redactor, hide func(*privacy.Session, In) In, text func(*Out) *string) StreamStack[In, Out] {
	s.must("Privacy", s.privacy != nil)
	call.MustFunc("fairlead.AroundStream(...).Privacy", "hide", hide == nil)
	call.MustFunc("fairlead.AroundStream(...).Privacy", "text", text == nil)
	s.privacy = &streamRedactor[In, Out]{redactor, hide, text}
	return s
}

// Transparency is as for Stack: the record is made when the stream ends, from what was delivered.
func (s StreamStack[In, Out]) Transparency(journal *transparency.Journal, explain func(In, []Out) transparency.Explanation) StreamStack[In, Out] {
	s.must("Transparency", s.transparency != nil)
	call.MustFunc("fairlead.AroundStream(...).Transparency", "explain", explain == nil)
	s.transparency = &streamExplainer[In, Out]{journal, explain}
	return s
}

// Guards names the guards that are on, outermost first, for a test of the wiring.
func (s StreamStack[In, Out]) Guards() []string {
	var on []string
	if s.consent != nil {
		on = append(on, call.StageConsent.String())
	}
	if s.privacy != nil {
		on = append(on, call.StagePrivacy.String())
	}
	if s.transparency != nil {
		on = append(on, call.StageTransparency.String())
	}
	return on
}

// Func returns the guarded function. It panics on a stack without a guard.
func (s StreamStack[In, Out]) Func() func(context.Context, In) iter.Seq2[Out, error] {
	s.must("Func", false)
	if len(s.Guards()) == 0 {
		panic("fairlead: AroundStream(fn).Func() without a guard: add Consent, Privacy or Transparency")
	}
	next := s.next
	if g := s.transparency; g != nil {
		next = transparency.WrapStream(next, g.journal, g.explain)
	}
	if g := s.privacy; g != nil {
		next = privacy.WrapStream(next, g.redactor, g.hide, g.text)
	}
	if g := s.consent; g != nil {
		next = consent.WrapStream(next, g.gate, g.ask)
	}
	site := call.NewSite(s.sys, s.next)
	return func(ctx context.Context, in In) iter.Seq2[Out, error] {
		return func(yield func(Out, error) bool) {
			var err error
			ctx, scope := call.Enter(ctx, call.StageBoundary, site)
			defer scope.Exit(&err)
			err = call.NextStream(ctx, &scope, next, in, yield)
			if s.transparency != nil && !scope.Decision().Entered(call.StageTransparency) {
				guard, reason := because(scope.Decision(), err)
				// Nothing has gone out, and the refusal is what the caller gets: a journal that fails as well cannot refuse more.
				_ = s.transparency.journal.Refused(context.WithoutCancel(ctx), string(scope.Decision().Final(err)), guard, reason)
			}
		}
	}
}
