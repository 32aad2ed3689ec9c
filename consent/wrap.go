package consent

import (
	"context"
	"iter"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Wrap returns next with the gate before it: it runs only if the person has agreed. describe says from the input what is asked;
// what it leaves open comes from WithAsk and fairlead.WithSubject. A denial is a *DeniedError. A nil gate denies every call;
// a nil function panics here, at wiring.
func Wrap[In, Out any](next func(context.Context, In) (Out, error), gate *Gate, describe func(In) Ask) func(context.Context, In) (Out, error) {
	call.MustFunc("consent.Wrap", "next", next == nil)
	call.MustFunc("consent.Wrap", "describe", describe == nil)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageConsent, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		if denied := admit(ctx, gate, describe, in); denied != nil {
			return out, denied
		}
		return call.Next(ctx, &scope, next, in)
	}
}

// WrapOr is Wrap with something to do instead: otherwise runs, in the same decision, when this gate denies, for whatever reason. It must
// not use the data the person was asked about. An error of next is returned as it is, also a denial by another gate.
func WrapOr[In, Out any](next func(context.Context, In) (Out, error), gate *Gate, describe func(In) Ask, otherwise func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	call.MustFunc("consent.WrapOr", "next", next == nil)
	call.MustFunc("consent.WrapOr", "describe", describe == nil)
	call.MustFunc("consent.WrapOr", "otherwise", otherwise == nil)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageConsent, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		if denied := admit(ctx, gate, describe, in); denied != nil {
			scope.Decision().SetFinal(call.Fallback)
			return call.Next(ctx, &scope, otherwise, in)
		}
		return call.Next(ctx, &scope, next, in)
	}
}

// WrapStream is Wrap for a function that answers piece by piece. A denial is the stream's only element. Ranging again is a new
// decision and asks again.
func WrapStream[In, Out any](next func(context.Context, In) iter.Seq2[Out, error], gate *Gate, describe func(In) Ask) func(context.Context, In) iter.Seq2[Out, error] {
	call.MustFunc("consent.WrapStream", "next", next == nil)
	call.MustFunc("consent.WrapStream", "describe", describe == nil)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) iter.Seq2[Out, error] {
		return func(yield func(Out, error) bool) {
			err := call.ErrUnfinished
			ctx, scope := call.Enter(ctx, call.StageConsent, site)
			defer scope.Exit(&err)
			if denied := admit(ctx, gate, describe, in); denied != nil {
				err = denied
				var none Out
				yield(none, err)
				return
			}
			err = call.NextStream(ctx, &scope, next, in, yield)
		}
	}
}

// admit asks the gate what describe says of in.
func admit[In any](ctx context.Context, gate *Gate, describe func(In) Ask, in In) error {
	d := call.From(ctx)
	ask, err := call.Try(d, call.StageConsent, "the describe function", describe, in)
	if err != nil {
		d.NoteConsent(call.Consent{Reason: string(ReasonUnavailable)})
		return &DeniedError{Reason: ReasonUnavailable, Decision: d.ID(), Err: err}
	}
	_, err = gate.Check(ctx, ask)
	return err
}
