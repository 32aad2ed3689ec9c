package fairness

import (
	"context"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Wrap counts every call of next by group. groups says who the person is; favourable
// says whether a delivered answer is the one people want, and is asked about delivered
// answers only. Calls that end otherwise are counted by how they ended; a rejected one
// counts as unfavourable; a held one moves when it is resumed.
//
// A nil next, groups or favourable panics. A nil monitor, and a panic in groups,
// refuses before next runs; a panic in favourable refuses the answer.
func Wrap[In, Out any](
	next func(context.Context, In) (Out, error),
	monitor *Monitor,
	groups func(In) Groups,
	favourable func(In, Out) bool,
) func(context.Context, In) (Out, error) {
	return wrap("fairness.Wrap", next, monitor, groups, favourable, nil)
}

// WrapOr is Wrap with something to do instead: while the monitor is Breached, otherwise runs
// in place of next, in the same decision: the popular offers, a form that goes to a person.
// Its answers are counted beside the rate as fallback, never in it. To have a person decide
// about what next says, let a rule of oversight ask Monitor.Breached instead.
//
// What is not asked of next is not counted, so the breach stands until somebody has found
// the cause: then go on with a new monitor, of another Options.Name if it has a ledger. A
// monitor that never looks, because neither Options.OnBreach nor Options.CheckEvery is set,
// panics.
func WrapOr[In, Out any](
	next func(context.Context, In) (Out, error),
	monitor *Monitor,
	groups func(In) Groups,
	favourable func(In, Out) bool,
	otherwise func(context.Context, In) (Out, error),
) func(context.Context, In) (Out, error) {
	call.MustFunc("fairness.WrapOr", "otherwise", otherwise == nil)
	if monitor != nil && monitor.cells != nil && monitor.checkEvery == never {
		panic("fairness.WrapOr: the monitor never looks whether it is breached: set Options.CheckEvery or Options.OnBreach")
	}
	return wrap("fairness.WrapOr", next, monitor, groups, favourable, otherwise)
}

func wrap[In, Out any](
	name string,
	next func(context.Context, In) (Out, error),
	monitor *Monitor,
	groups func(In) Groups,
	favourable func(In, Out) bool,
	otherwise func(context.Context, In) (Out, error),
) func(context.Context, In) (Out, error) {
	call.MustFunc(name, "next", next == nil)
	call.MustFunc(name, "groups", groups == nil)
	call.MustFunc(name, "favourable", favourable == nil)
	site := call.NewSite(nil, next)
	return func(ctx context.Context, in In) (out Out, err error) {
		ctx, scope := call.Enter(ctx, call.StageFairness, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		d := scope.Decision()
		g, bad := call.Try(d, call.StageFairness, "the groups function", groups, in)
		if bad == nil {
			bad = monitor.ready(ctx, &g)
		}
		if bad == nil {
			bad = refuseProbe(ctx)
		}
		if bad != nil {
			return out, bad
		}
		counter := counter{monitor: monitor, ctx: ctx, groups: g, decision: d}
		defer counter.finish(&err)
		if otherwise != nil && !d.Resumed() && monitor.Breached() {
			d.SetFinal(call.Fallback)
			return call.Next(ctx, &scope, otherwise, in)
		}
		given, nextErr := call.Next(ctx, &scope, next, in)
		if nextErr != nil {
			return out, nextErr
		}
		good, bad := call.Try2(d, call.StageFairness, "the favourable function", favourable, in, given)
		if bad != nil {
			return out, bad
		}
		counter.favourable = good
		return given, nil
	}
}

// counter counts one guarded call when it ends, however it ends.
type counter struct {
	monitor    *Monitor
	ctx        context.Context
	groups     Groups
	decision   *call.Decision
	favourable bool
}

// finish must be deferred, so that a panic in next is counted too. The groups have
// been found usable before the call, so counting cannot fail.
func (c *counter) finish(err *error) {
	outcome := c.decision.Final(*err)
	resumed := c.decision.Resumed()
	final := outcome == call.Allowed || outcome == call.Replaced || outcome == call.Rejected
	if resumed && final && !c.monitor.firstDelivery(c.ctx, c.decision.ID()) {
		return // delivered before, and counted then
	}
	switch outcome {
	case call.Allowed, call.Replaced:
		_ = c.monitor.Observe(c.ctx, Observation{Groups: c.groups, Favourable: c.favourable})
	case call.Rejected:
		_ = c.monitor.End(c.ctx, c.groups, outcome)
	default:
		if resumed {
			return // not delivered this time: it is still held, and counted as that
		}
		_ = c.monitor.End(c.ctx, c.groups, outcome)
	}
	if resumed {
		_ = c.monitor.settle(c.ctx, c.groups)
	}
	c.decision.NoteObserved(outcome)
}

// ready completes g and finds its cell, so that what cannot be counted is refused
// before anything happens.
func (m *Monitor) ready(ctx context.Context, g *Groups) error {
	_, err := m.place(ctx, g)
	return err
}
