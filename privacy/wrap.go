package privacy

import (
	"context"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Wrap guards next: hide makes the copy of the input that next gets, show turns the placeholders in its answer back. HideTagged and
// ShowTagged do that for structs by their tags, (*Session).Hide and (*Session).Show for strings. The session is kept in
// the Redactor's Vault under the decision's ID, or is the one of WithSession.
//
// The call is refused before next runs if the Redactor is nil, or if something could not be inspected or hidden; the error is a
// *RefusedError or a *SessionLostError. Of an error that next returns nothing is changed: it speaks in placeholders.
//
// Nil functions panic, and so does HideTagged or ShowTagged for a type with a field that cannot be seen into; tag such a field
// `privacy:"-"` to have it passed on as it is.
func Wrap[In, Out any](
	next func(context.Context, In) (Out, error), r *Redactor,
	hide func(*Session, In) In, show func(*Session, Out) Out,
) func(context.Context, In) (Out, error) {
	call.MustFunc("privacy.Wrap", "next", next == nil)
	call.MustFunc("privacy.Wrap", "hide", hide == nil)
	call.MustFunc("privacy.Wrap", "show", show == nil)
	mustSee[In]("privacy.Wrap", "hide", hide)
	mustSee[Out]("privacy.Wrap", "show", show)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StagePrivacy, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		s, hidden, fault := cover(ctx, scope.Decision(), r, hide, in)
		if fault != nil {
			return out, fault
		}
		out, failed := call.Next(ctx, &scope, next, hidden)
		return uncover(scope.Decision(), s, show, out, failed)
	}
}

// uncover turns the placeholders in one call's answer back. failed is next's own error, which says more than a fault in
// showing what came with it.
func uncover[Out any](d *call.Decision, s *Session, show func(*Session, Out) Out, out Out, failed error) (Out, error) {
	shown, fault := call.Try2(d, call.StagePrivacy, "the show function", show, s, out)
	if fault == nil {
		fault = s.Err()
	}
	if failed == nil {
		failed = fault
	}
	if fault != nil {
		var none Out
		return none, failed
	}
	return shown, failed
}

// cover hides the input of one call.
func cover[In any](ctx context.Context, d *call.Decision, r *Redactor, hide func(*Session, In) In, in In) (*Session, In, error) {
	var none In
	s, err := r.open(ctx, d)
	if err != nil {
		return nil, none, err
	}
	hidden, err := call.Try2(d, call.StagePrivacy, "the hide function", hide, s, in)
	if err == nil {
		err = s.Err()
	}
	if err != nil {
		return nil, none, err
	}
	d.Veil()
	s.in.note()
	return s, hidden, nil
}

// open is the session of one guarded call: the conversation's, or one under the decision's ID. A call that delivers a held case goes
// on with the placeholders the case was made with.
func (r *Redactor) open(ctx context.Context, d *call.Decision) (*Session, error) {
	if r == nil {
		return nil, refuse(d, nilRedactor, nil)
	}
	subject, err := d.SubjectFor(ctx, call.StagePrivacy, "")
	if err != nil {
		return nil, err
	}
	if s, ok := sessionFrom(ctx); ok {
		return s.bind(ctx, d, subject), nil
	}
	s := newSession(ctx, r, d, r.vault())
	b := s.in.b
	b.call, s.in.subject = d.ID(), subject
	if !d.Resumed() {
		return s, nil
	}
	if err := b.load(ctx); err != nil {
		return nil, vaultFault(d, err)
	}
	// A call that hid nothing left no session. Whether this one did shows as soon as there is something to hide or show.
	if b.lost = b.size == 0; b.lost || b.owner == b.mark(subject) {
		return s, nil
	}
	// Somebody else's: from here on as if there were none, so that a stranger does not learn that there is one. What is inside decides
	// whether they may have the answer.
	s = newSession(ctx, r, d, r.vault())
	s.in.b.call, s.in.b.lost, s.in.subject = d.ID(), true, subject
	return s, nil
}
