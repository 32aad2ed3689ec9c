package call

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"
)

// Decision is one guarded call. Its methods are safe under concurrency and on a nil Decision, which is what code outside any
// guarded call has: there they do nothing.
type Decision struct {
	id     uuid.UUID
	parent *Decision
	ended  atomic.Bool // nobody joins any more

	answered atomic.Bool // an answer is on its way out, on record as delivered
	site     *Site
	began    time.Time
	attempt  int
	resumed  bool // delivers a case that was held before
	trail    *Trail
	memory   *attempts // where the attempts of one HTTP request find each other; nil: nowhere

	span      trace.Span
	recording bool
	tele      *telemetry

	// stage is the highest stage entered so far: one atomic, never lowered. nodes[s] is the context of the guard that entered
	// stage s; living here, a guard that joins costs no allocation.
	stage   atomic.Uint32
	entered atomic.Uint32 // one bit a stage
	nodes   [stages]node

	mu        sync.Mutex
	subject   string
	veiled    bool // inside Privacy: what a describe function calls a subject may be a placeholder
	facts     Facts
	refusal   error   // what an HTTP adapter in here answered instead of the other side
	final     Outcome // set when the error cannot say it: fallback, replaced, abandoned
	explain   func(output any) (any, error)
	why       any
	output    any
	hasOutput bool
	atEnd     []func(Outcome)
	attempts  attempts // of the HTTP requests made inside this decision
}

// node is the context of a guard inside a decision.
type node struct {
	context.Context
	d     *Decision
	stage Stage

	request bool // inside an HTTP adapter: those further in see the same request
}

type nodeKey struct{}

// Value answers for the decision and passes every other key on.
func (n *node) Value(key any) any {
	if _, ok := key.(nodeKey); ok {
		return n
	}
	return n.Context.Value(key)
}

// String keeps a printed context free of what the decision holds.
func (n *node) String() string { return "fairlead.Decision" }

// Format prints String under every verb.
func (n *node) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, n.String()) }

func nodeFrom(ctx context.Context) *node {
	if ctx == nil {
		return nil
	}
	n, _ := ctx.Value(nodeKey{}).(*node)
	return n
}

// From is the decision of the guarded call that ctx belongs to, nil outside one.
func From(ctx context.Context) *Decision {
	if n := nodeFrom(ctx); n != nil {
		return n.d
	}
	return nil
}

// String shows the ID alone.
func (d *Decision) String() string { return "fairlead.Decision(" + d.ID().String() + ")" }

// Format prints String under every verb.
func (d *Decision) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, d.String()) }

// ID is the decision's UUIDv7; zero for a nil decision.
func (d *Decision) ID() uuid.UUID {
	if d == nil {
		return uuid.Nil
	}
	return d.id
}

// Parent is the ID of the decision this one was begun inside; zero for a root decision.
func (d *Decision) Parent() uuid.UUID {
	if d == nil {
		return uuid.Nil
	}
	return d.parent.ID()
}

// System is the name and version of what is guarded.
func (d *Decision) System() (name, version string) {
	if d == nil {
		return "", ""
	}
	return d.site.Name, d.site.Version
}

// Began is when the decision began; zero for a nil decision.
func (d *Decision) Began() time.Time {
	if d == nil {
		return time.Time{}
	}
	return d.began
}

// Attempt counts the attempts of one HTTP request, from 0: an entry written once per attempt takes it into its ID.
func (d *Decision) Attempt() int {
	if d == nil {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.attempt
}

// Resumed says that this call delivers a case that was held before.
func (d *Decision) Resumed() bool { return d != nil && d.resumed }

// Entered says whether a guard of the stage has joined the decision.
func (d *Decision) Entered(s Stage) bool {
	return d != nil && d.entered.Load()&(1<<s) != 0
}

// begin makes a decision as a child of up's (nil: a root), with ctx as what its guards see.
func begin(ctx context.Context, up *node, stage Stage, site *Site, fp fingerprint) *Decision {
	d := &Decision{site: site, began: time.Now()}
	d.trail = trailFrom(ctx, up)
	switch {
	case up != nil:
		d.parent, d.memory = up.d, &up.d.attempts
	case d.trail != nil:
		d.memory = &d.trail.attempts
	}
	id, resumed := resumes(ctx, up)
	d.resumed = resumed
	if id != uuid.Nil {
		d.id = id
	} else if id, n, ok := d.memory.again(fp); ok {
		d.id, d.attempt = id, n
	} else {
		// The error of NewV7 is that of crypto/rand, which since Go 1.24 ends the program instead of returning.
		d.id, _ = uuid.NewV7()
	}
	if d.attempt == 0 {
		d.memory.start(fp, d.id, 0)
	}
	d.trail.begin(d)
	d.stage.Store(uint32(stage))
	return d
}

// joins moves the decision on to stage for a guard whose context has come as far as n, and says whether it is still that call's. A
// retry of the HTTP request that joined from here and failed takes its place.
func (d *Decision) joins(n *node, stage Stage, fp fingerprint) bool {
	if stage <= n.stage || d.ended.Load() {
		return false
	}
	if id, nth, ok := d.attempts.again(fp); ok {
		if id != d.id {
			return false // a child's retry
		}
		d.mu.Lock()
		d.attempt = nth
		d.mu.Unlock()
		d.stage.Store(uint32(stage))
		return true
	}
	if !d.stage.CompareAndSwap(uint32(n.stage), uint32(stage)) {
		return false
	}
	d.attempts.start(fp, d.id, 0)
	return true
}

// enter gives the guard of a stage its context. Only the one that moved d.stage there may call it.
func (d *Decision) enter(ctx context.Context, stage Stage) *node {
	own := &d.nodes[stage]
	if bit := uint32(1) << stage; d.entered.Or(bit)&bit != 0 {
		own = &node{} // a second attempt: the first one's context may still be in somebody's hands
	}
	*own = node{Context: ctx, d: d, stage: stage}
	return own
}

// end closes the decision: trail, metrics, span.
func (d *Decision) end(ctx context.Context, fp fingerprint, err error) {
	d.ended.Store(true)
	err = d.explained(err)
	out := d.Final(err)
	for _, told := range d.ending() {
		told(out)
	}
	d.memory.finish(fp, d, out == Failed)
	d.trail.end(d, out, err)
	d.endTelemetry(ctx, out, err)
}

// AtEnd has f told how the decision ended, before whoever made the call has the answer: for what must not be said of it while a guard
// further out can still refuse. f must not panic.
func (d *Decision) AtEnd(f func(Outcome)) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.atEnd = append(d.atEnd, f)
}

func (d *Decision) ending() []func(Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	told := d.atEnd
	d.atEnd = nil
	return told
}

// noteAnswer remembers what Fairlead answered an SDK instead of the other side, here and in every decision this one was begun in:
// what the SDK makes of it is often only "403". A later answer of the other side's, nil, lets it be forgotten.
func (d *Decision) noteAnswer(refusal error) {
	for up := d; up != nil; up = up.parent {
		up.mu.Lock()
		up.refusal = refusal
		up.mu.Unlock()
	}
}

// explained is the refusal behind an error that says nothing to us, else the error itself.
func (d *Decision) explained(err error) error {
	if err == nil || isOurs(err) {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refusal != nil {
		return d.refusal
	}
	return err
}

// SetFinal states an outcome that the returned error cannot show: Fallback, Replaced or Abandoned.
func (d *Decision) SetFinal(o Outcome) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.final = o
}

// Final is the outcome that a call returning err has: what SetFinal stated, else what err says. An error beats a stated
// outcome, except that an abandoned stream stays abandoned.
func (d *Decision) Final(err error) Outcome {
	if d != nil {
		d.mu.Lock()
		stated := d.final
		d.mu.Unlock()
		if stated != "" && (err == nil || stated == Abandoned) {
			return stated
		}
	}
	return OutcomeOf(err)
}

type resumeKey struct{}

// resume marks a context: the next decision begun directly under it continues the decision id.
type resume struct {
	id    uuid.UUID
	under *Decision // the decision ctx was in when Resume was called
}

// WithResume returns a context under which the next guarded call continues the held decision id instead of beginning a new
// one. Calls inside that call are not affected.
func WithResume(ctx context.Context, id uuid.UUID) context.Context {
	return context.WithValue(ctx, resumeKey{}, resume{id: id, under: From(ctx)})
}

// resumes says whether a decision begun under up continues a held one. The mark applies only directly under the decision it
// was made in, so that what a resumed call calls begins decisions of its own.
func resumes(ctx context.Context, up *node) (uuid.UUID, bool) {
	r, ok := ctx.Value(resumeKey{}).(resume)
	if !ok {
		return uuid.Nil, false
	}
	var at *Decision
	if up != nil {
		at = up.d
	}
	if r.under != at {
		return uuid.Nil, false
	}
	return r.id, true
}
