package fairlead

import (
	"context"
	"sync"

	"github.com/fairlead-go/fairlead/internal/call"
)

// System names what is guarded, in spans, metrics and records, and says where its telemetry goes. The nil System is named after
// the function and uses OpenTelemetry's global providers.
type System = call.System

// Wrap returns next as one decision, for guards nested by hand: it gives them their System and makes a call one decision also
// when next calls several guarded functions. A nil next panics.
func Wrap[In, Out any](next func(context.Context, In) (Out, error), sys *System) func(context.Context, In) (Out, error) {
	call.MustFunc("fairlead.Wrap", "next", next == nil)
	site := call.NewSite(sys, next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageBoundary, site)
		defer scope.Exit(&err)
		return call.Next(ctx, &scope, next, in)
	}
}

// Begin is Wrap for an adapter of your own, such as a gRPC interceptor: it begins a decision, whose guards are called with the
// context it returns, and end ends it with the error that went out. A decision that is never ended leaves no span, and a panic is
// seen only by who prepares for it:
//
//	ctx, end := fairlead.Begin(ctx, sys)
//	err := fairlead.ErrUnfinished // stays if what follows panics
//	defer func() { end(err) }()
//
// end may be called more than once; the first call counts.
func Begin(ctx context.Context, sys *System) (inside context.Context, end func(error)) {
	ctx, scope := call.Enter(ctx, call.StageBoundary, call.SiteOf(sys))
	var once sync.Once
	return ctx, func(err error) {
		once.Do(func() { scope.Exit(&err) })
	}
}
