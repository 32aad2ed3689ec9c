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
	call.MustFunc("fairness.Wrap", "next", next == nil)
	call.MustFunc("fairness.Wrap", "groups", groups == nil)
	call.MustFunc("fairness.Wrap", "favourable", favourable == nil)
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
