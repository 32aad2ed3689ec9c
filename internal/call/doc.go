// Package call is one guarded call: its decision ID, its subject, the evidence the guards gather about it, and its span.
//
// Every guard of Fairlead is a thin wrapper of the same form:
//
//	return func(ctx context.Context, in In) (out Out, err error) {
//		ctx, scope := call.Enter(ctx, call.StageConsent, site)
//		defer scope.Exit(&err)
//		err = call.ErrUnfinished // stays only if what follows panics or never returns
//		... what the engine decides, noted on scope.Decision() ...
//		return call.Next(ctx, scope, next, in)
//	}
//
// The first guard, or a boundary before it, begins a decision; the guards inside it join. The rule for joining is in Enter.
package call
