package fairness

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Defaults of ProbeOptions.
const (
	DefaultProbeRate    = 0.01             // one call in a hundred
	DefaultProbeBudget  = 1000             // probes an hour
	DefaultProbeTimeout = 30 * time.Second // for all runs of one probe
)

// Flip is one change of an input that should not matter: another sex, another name.
type Flip[In any] struct {
	// Name says what is changed: "sex". It appears in results, so it is no personal data.
	// Required.
	Name string

	// Change returns the input with the one thing changed and everything that depends on
	// it (a title, a salutation). It must not touch the input it is given: the caller's
	// call holds it too. Required.
	Change func(In) In
}

// ProbeOptions are the settings of Probe.
type ProbeOptions struct {
	// SafeToRepeat says that running the function again does nothing in the world: it
	// sends, books and pays nothing, and keeps nothing about the person. Required.
	SafeToRepeat bool

	// Rate is the share of calls that are probed, above 0 and up to 1. Default:
	// DefaultProbeRate.
	Rate float64

	// Budget is how many probes are begun in an hour at most; each runs the function twice
	// and once more for each flip. Default: DefaultProbeBudget.
	Budget int

	// Timeout bounds one probe, if the function looks at its context; one that does not
	// holds up the next probe, and nothing else. Default: DefaultProbeTimeout.
	Timeout time.Duration

	// Context makes what the probe's context carries out of that of the call: a tenant, a
	// connection. It must not carry on deadlines or decisions, so begin with
	// context.Background. Default: nothing is carried on.
	Context func(context.Context) context.Context
}

// Prober asks a function again with one thing changed. Make one with Probe. All methods
// are safe for concurrent use; a nil or zero Prober probes nothing.
type Prober[In, Out any] struct {
	fn         func(context.Context, In) (Out, error)
	favourable func(In, Out) bool
	flips      []Flip[In]
	options    ProbeOptions
	results    flipCounts

	busy    atomic.Bool // one probe at a time: what comes meanwhile is not probed
	running sync.WaitGroup
	mu      sync.Mutex
	hour    time.Time
	begun   int
	closed  bool
	broken  error
}

// Probe makes a Prober that finds out whether fn itself, not the mix of people who ask,
// treats the groups differently: it runs fn on a real input, on that input with one
// thing changed, and once more unchanged, and compares the answers. It does so for a
// sample of the calls of what Prober.Wrap returns, one at a time, after the caller has
// the answer.
//
// Give it the model inside privacy.Wrap, so that the probe hides what the call hides,
// and consent.Wrap around it with an Ask of its own if testing needs one: who did not
// agree is not probed.
//
//	safe := privacy.Wrap(model, redactor, hide, show)
//	asked := consent.Wrap(safe, gate, func(c Customer) consent.Ask {
//		return consent.Ask{Subject: c.ID, Purpose: "fairness-testing"}
//	})
//	prober := fairness.Probe(asked, favourable, &fairness.ProbeOptions{SafeToRepeat: true},
//		fairness.Flip[Customer]{Name: "sex", Change: Customer.OtherSex})
//	recommend = prober.Wrap(recommend)
//
// A probe is no decision about anybody. A function that would record, count or review
// it as one is found out on the first probe, which then is the last: see Err.
//
// Nil functions, no flip, a flip without name or Change, and options without
// SafeToRepeat panic.
func Probe[In, Out any](
	fn func(context.Context, In) (Out, error), favourable func(In, Out) bool, options *ProbeOptions, flips ...Flip[In],
) *Prober[In, Out] {
	call.MustFunc("fairness.Probe", "fn", fn == nil)
	call.MustFunc("fairness.Probe", "favourable", favourable == nil)
	var o ProbeOptions
	if options != nil {
		o = *options
	}
	o.complete()
	if len(flips) == 0 {
		panic("fairness.Probe: no flip: give at least one fairness.Flip with a Name and a Change")
	}
	p := &Prober[In, Out]{fn: fn, favourable: favourable, flips: append([]Flip[In](nil), flips...), options: o}
	for _, f := range flips {
		if f.Name == "" || f.Change == nil {
			panic("fairness.Probe: a flip without a Name or a Change: give both")
		}
		p.results.counts = append(p.results.counts, FlipCount{Name: f.Name})
	}
	return p
}

func (o *ProbeOptions) complete() {
	if !o.SafeToRepeat {
		panic("fairness.Probe: ProbeOptions.SafeToRepeat is not set: set it if running the function again does nothing in the world; else it must not be probed")
	}
	if o.Rate == 0 {
		o.Rate = DefaultProbeRate
	}
	if o.Budget == 0 {
		o.Budget = DefaultProbeBudget
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultProbeTimeout
	}
	if !(o.Rate > 0 && o.Rate <= 1) || o.Budget < 0 || o.Timeout < 0 {
		panic("fairness.Probe: ProbeOptions.Rate must lie above 0 and up to 1, Budget and Timeout must not be negative")
	}
}

// Wrap returns next with a sample of its delivered calls probed afterwards. The caller
// waits for none of it, and must not change what the input points to meanwhile.
func (p *Prober[In, Out]) Wrap(next func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	call.MustFunc("fairness.Prober.Wrap", "next", next == nil)
	return func(ctx context.Context, in In) (Out, error) {
		out, err := next(ctx, in)
		if err == nil {
			p.Offer(ctx, in)
		}
		return out, err
	}
}

// Offer probes in if it is drawn, the budget allows it and no probe is running, and
// returns at once. It tells whether a probe was begun.
func (p *Prober[In, Out]) Offer(ctx context.Context, in In) bool {
	if p == nil || p.fn == nil || rand.Float64() >= p.options.Rate || !p.busy.CompareAndSwap(false, true) {
		return false
	}
	if !p.begin() {
		p.busy.Store(false)
		return false
	}
	if ctx == nil {
		ctx = context.Background()
	}
	go func() {
		defer p.running.Done()
		defer p.busy.Store(false)
		p.probe(ctx, in)
	}()
	return true
}

// begin takes one probe out of the hour's budget.
func (p *Prober[In, Out]) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.broken != nil {
		return false
	}
	if now := time.Now(); p.hour.IsZero() || now.Sub(p.hour) >= time.Hour {
		p.hour, p.begun = now, 0
	}
	if p.begun >= p.options.Budget {
		return false
	}
	p.begun++
	p.running.Add(1) // under the lock, so that Close waits for it
	return true
}

func (p *Prober[In, Out]) probe(from context.Context, in In) {
	base := context.Background()
	if p.options.Context != nil {
		made, bad := call.Try(nil, call.StageFairness, "the Context function", p.options.Context, from)
		if bad != nil || made == nil {
			p.fail(errors.New("fairness: ProbeOptions.Context panicked or returned nil"))
			return
		}
		base = made
	}
	ctx, cancel := context.WithTimeout(context.WithValue(base, probeKey{}, p), p.options.Timeout)
	defer cancel()
	first, again := p.answer(ctx, in, nil), p.answer(ctx, in, nil)
	got := make([]*bool, len(p.flips))
	for i := range p.flips {
		if first != nil && again != nil {
			got[i] = p.answer(ctx, in, p.flips[i].Change)
		}
	}
	p.results.add(first, again, got)
}

// probed is the system under which probes appear in traces: they must not look like
// decisions of the system they test.
const probed = "fairness.probe"

// answer tells whether fn's answer to in, or to the changed in, is favourable; nil if
// there is none. A panic of any of the caller's functions is no answer, and nothing of it
// is kept.
func (p *Prober[In, Out]) answer(ctx context.Context, in In, change func(In) In) (favourable *bool) {
	site := call.NewSite(&call.System{Name: probed}, p.fn)
	ctx, scope := call.Enter(ctx, call.StageBoundary, site)
	var err error
	defer scope.Exit(&err)
	defer func() {
		if recover() != nil {
			favourable, err = nil, errProbePanic
		}
		if d := scope.Decision(); d.Entered(call.StageFairness) || d.Entered(call.StageTransparency) || d.Entered(call.StageOversight) {
			p.fail(errProbeGuarded)
		}
	}()
	if p.Err() != nil {
		return nil
	}
	if change != nil {
		in = change(in)
	}
	out, err := p.fn(ctx, in)
	if err != nil || ctx.Err() != nil {
		return nil
	}
	yes := p.favourable(in, out)
	return &yes
}

var (
	errProbePanic   = errors.New("fairness: a probed function panicked")
	errProbeGuarded = errors.New("fairness: the probed function is guarded by fairness, transparency or oversight, " +
		"so probes would be counted, recorded or reviewed as decisions about people: give Probe the function inside those guards")
)

// probeKey marks the context of a probe with what to tell when it meets a monitor: an
// Around in the probed function begins a decision of its own, which answer cannot see
// into.
type probeKey struct{}

// counted stops the probing when a monitor is asked to count one.
func (p *Prober[In, Out]) counted() { p.fail(errProbeGuarded) }

// refuseProbe keeps probes out of the counts.
func refuseProbe(ctx context.Context) error {
	p, ok := ctx.Value(probeKey{}).(interface{ counted() })
	if !ok {
		return nil
	}
	p.counted()
	return notCounted(ctx, "this call is a probe of fairness.Probe and no decision about anybody: probe the function inside fairness")
}

func (p *Prober[In, Out]) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken == nil {
		p.broken = err
	}
}

// Flips is what became of each flip so far, in the order given to Probe.
func (p *Prober[In, Out]) Flips() []FlipCount {
	if p == nil {
		return nil
	}
	return p.results.all()
}

// Err tells why probing has stopped for good: the function must not be probed, or the
// options are wrong. Nil while all is well.
func (p *Prober[In, Out]) Err() error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.broken
}

// Close begins no more probes and waits for the running one, or until ctx ends.
func (p *Prober[In, Out]) Close(ctx context.Context) error {
	if p == nil {
		return nil
	}
	if ctx == nil {
		ctx = context.Background()
	}
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	done := make(chan struct{})
	go func() {
		p.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
