package fairlead

import (
	"context"
	"errors"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// Stack is a function with guards around it, in the making. It is a value that never changes: each method returns a new one, and a
// stack kept in a variable can be the start of several. The zero Stack has no function: it has no guards, and all other methods panic.
type Stack[In, Out any] struct {
	next func(context.Context, In) (Out, error)
	sys  *System

	consent      *consentGuard[In]
	otherwise    func(context.Context, In) (Out, error)
	fairness     *fairnessGuard[In, Out]
	privacy      *privacyGuard[In, Out]
	transparency *transparencyGuard[In, Out]
	oversight    *oversightGuard[In, Out]
}

type consentGuard[In any] struct {
	gate *consent.Gate
	ask  func(In) consent.Ask
}

type fairnessGuard[In, Out any] struct {
	monitor    *fairness.Monitor
	groups     func(In) fairness.Groups
	favourable func(In, Out) bool
}

type privacyGuard[In, Out any] struct {
	redactor *privacy.Redactor
	hide     func(*privacy.Session, In) In
	show     func(*privacy.Session, Out) Out
}

type transparencyGuard[In, Out any] struct {
	journal *transparency.Journal
	explain func(In, Out) transparency.Explanation
}

type oversightGuard[In, Out any] struct {
	desk *oversight.Desk
	open func(In, Out) oversight.Case
}

// Around begins a stack around next. A nil next panics.
func Around[In, Out any](next func(context.Context, In) (Out, error)) Stack[In, Out] {
	call.MustFunc("fairlead.Around", "next", next == nil)
	return Stack[In, Out]{next: next}
}

// System names what is guarded and says where its telemetry goes. Default: named after the function, the global providers.
func (s Stack[In, Out]) System(sys *System) Stack[In, Out] {
	s.must("System", s.sys != nil)
	s.sys = sys
	return s
}

// Consent has the gate asked before anything else happens. ask says from the input whose consent to what is meant. See consent.Wrap.
func (s Stack[In, Out]) Consent(gate *consent.Gate, ask func(In) consent.Ask) Stack[In, Out] {
	s.must("Consent", s.consent != nil)
	call.MustFunc("fairlead.Around(...).Consent", "ask", ask == nil)
	s.consent = &consentGuard[In]{gate, ask}
	return s
}

// Otherwise runs instead when this stack's own gate denies, for whatever reason, a gate that cannot answer included. It is the
// same decision, outside the other guards, with the outcome Fallback, and must not use the data the person was asked about.
func (s Stack[In, Out]) Otherwise(otherwise func(context.Context, In) (Out, error)) Stack[In, Out] {
	s.must("Otherwise", s.otherwise != nil)
	call.MustFunc("fairlead.Around(...).Otherwise", "otherwise", otherwise == nil)
	s.otherwise = otherwise
	return s
}

// Fairness counts each call by group and outcome. favourable is asked about delivered answers only; calls that end otherwise are
// counted as what they are. See fairness.Wrap.
func (s Stack[In, Out]) Fairness(monitor *fairness.Monitor, groups func(In) fairness.Groups, favourable func(In, Out) bool) Stack[In, Out] {
	s.must("Fairness", s.fairness != nil)
	call.MustFunc("fairlead.Around(...).Fairness", "groups", groups == nil)
	call.MustFunc("fairlead.Around(...).Fairness", "favourable", favourable == nil)
	s.fairness = &fairnessGuard[In, Out]{monitor, groups, favourable}
	return s
}

// Privacy hides personal data on the way in and shows it on the way out. hide and show are often privacy.HideTagged and
// privacy.ShowTagged. See privacy.Wrap.
func (s Stack[In, Out]) Privacy(redactor *privacy.Redactor, hide func(*privacy.Session, In) In, show func(*privacy.Session, Out) Out) Stack[In, Out] {
	s.must("Privacy", s.privacy != nil)
	call.MustFunc("fairlead.Around(...).Privacy", "hide", hide == nil)
	call.MustFunc("fairlead.Around(...).Privacy", "show", show == nil)
	s.privacy = &privacyGuard[In, Out]{redactor, hide, show}
	return s
}

// Transparency records each call and why it ended as it did. See transparency.Wrap.
func (s Stack[In, Out]) Transparency(journal *transparency.Journal, explain func(In, Out) transparency.Explanation) Stack[In, Out] {
	s.must("Transparency", s.transparency != nil)
	call.MustFunc("fairlead.Around(...).Transparency", "explain", explain == nil)
	s.transparency = &transparencyGuard[In, Out]{journal, explain}
	return s
}

// Oversight has people review a known share of the calls, and holds those the policy says must wait. See oversight.Wrap.
func (s Stack[In, Out]) Oversight(desk *oversight.Desk, open func(In, Out) oversight.Case) Stack[In, Out] {
	s.must("Oversight", s.oversight != nil)
	call.MustFunc("fairlead.Around(...).Oversight", "open", open == nil)
	s.oversight = &oversightGuard[In, Out]{desk, open}
	return s
}

// must panics on a zero stack and on a method called twice.
func (s Stack[In, Out]) must(method string, twice bool) {
	if s.next == nil {
		panic("fairlead: a Stack without a function: begin it with fairlead.Around(fn)")
	}
	if twice {
		panic("fairlead: Around(...)." + method + " was called twice: one call, one guard of each kind")
	}
}

// Guards names the guards that are on, outermost first, for a test of the wiring.
func (s Stack[In, Out]) Guards() []string {
	var on []string
	for _, g := range []struct {
		stage call.Stage
		on    bool
	}{
		{call.StageConsent, s.consent != nil},
		{call.StageFairness, s.fairness != nil},
		{call.StagePrivacy, s.privacy != nil},
		{call.StageTransparency, s.transparency != nil},
		{call.StageOversight, s.oversight != nil},
	} {
		if g.on {
			on = append(on, g.stage.String())
		}
	}
	return on
}

// Func returns the guarded function. It panics on a stack without a guard, and on Otherwise without Consent.
func (s Stack[In, Out]) Func() func(context.Context, In) (Out, error) {
	s.must("Func", false)
	if len(s.Guards()) == 0 {
		panic("fairlead: Around(fn).Func() without a guard: add Consent, Fairness, Privacy, Transparency or Oversight")
	}
	if s.otherwise != nil && s.consent == nil {
		panic("fairlead: Around(...).Otherwise without Consent: only a denied consent leads to it")
	}
	next := s.next
	if g := s.oversight; g != nil {
		next = oversight.Wrap(next, g.desk, g.open)
	}
	if g := s.transparency; g != nil {
		next = answered(transparency.Wrap(next, g.journal, g.explain))
	}
	if g := s.privacy; g != nil {
		next = privacy.Wrap(next, g.redactor, g.hide, g.show)
	}
	if g := s.fairness; g != nil {
		next = fairness.Wrap(next, g.monitor, g.groups, g.favourable)
	}
	switch g := s.consent; {
	case g != nil && s.otherwise != nil:
		next = consent.WrapOr(next, g.gate, g.ask, s.otherwise)
	case g != nil:
		next = consent.Wrap(next, g.gate, g.ask)
	}
	return s.bound(next)
}

// bound puts the boundary around the guards: it begins the decision and sees to it that a call which ended before it reached
// the monitor or the journal is counted and recorded all the same.
func (s Stack[In, Out]) bound(next func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	site := call.NewSite(s.sys, s.next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageBoundary, site)
		defer scope.Exit(&err)
		d := scope.Decision()
		if d.Resumed() && s.oversight == nil {
			return out, call.Refuse(d, call.StageOversight, "a held case can only be resumed through the stack that held it: this one has no Oversight", nil)
		}
		err = call.ErrUnfinished
		defer func() {
			if early := s.early(ctx, d, in, err); early != nil {
				var none Out
				out, err = none, early
			}
		}()
		return call.Next(ctx, &scope, next, in)
	}
}

// early counts and records a call that ended before it reached the monitor or the journal. It returns a new error only for an answer
// that must not go out unrecorded: a fallback's.
func (s Stack[In, Out]) early(ctx context.Context, d *call.Decision, in In, err error) error {
	var fault error
	outcome := d.Final(err)
	if s.transparency != nil && err != nil && d.Answered() {
		// The caller gets the refusal whatever becomes of the record: a journal that fails as well cannot refuse more.
		_ = s.transparency.journal.Undelivered(context.WithoutCancel(ctx), err)
	}
	uncounted := s.fairness != nil && !d.Entered(call.StageFairness) && !d.Resumed() // a held call that was not delivered is still held
	unrecorded := s.transparency != nil && !d.Entered(call.StageTransparency)
	if !uncounted && !unrecorded {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // who is gone is part of the picture
	if uncounted {
		fault = errors.Join(fault, s.countEnd(ctx, d, in, outcome))
	}
	if unrecorded {
		guard, reason := because(d, err)
		fault = errors.Join(fault, s.transparency.journal.Refused(ctx, string(outcome), guard, reason))
	}
	if err == nil {
		return fault
	}
	return nil
}

// answered notes that the guards from the journal inwards gave an answer, which is on record as delivered from then on.
func answered[In, Out any](next func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		out, err := next(ctx, in)
		if err == nil {
			call.From(ctx).NoteAnswered()
		}
		return out, err
	}
}

func (s Stack[In, Out]) countEnd(ctx context.Context, d *call.Decision, in In, outcome Outcome) error {
	groups, err := call.Try(d, call.StageFairness, "the groups function", s.fairness.groups, in)
	if err != nil {
		return err
	}
	if err := s.fairness.monitor.End(ctx, groups, outcome); err != nil {
		return err
	}
	d.NoteObserved(outcome)
	return nil
}

// because names the guard that ended the call, and its reason: constant texts of the guards'.
func because(d *call.Decision, err error) (guard, reason string) {
	if denied, ok := call.Find[*consent.DeniedError](err); ok && denied.Decision == d.ID() {
		return call.StageConsent.String(), string(denied.Reason)
	}
	if refused, ok := call.Find[*RefusedError](err); ok && refused.Decision == d.ID() {
		return refused.Guard.String(), refused.Reason
	}
	if checked := d.Facts().Consent; checked.Checked && !checked.Allowed {
		return call.StageConsent.String(), checked.Reason
	}
	return call.StageBoundary.String(), "the call ended before it was recorded"
}
