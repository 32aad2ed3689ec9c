package call

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"github.com/google/uuid"
)

// Trail lists the outermost decisions begun under a context made by Track, in order. Its methods are safe under concurrency and
// on a nil Trail.
type Trail struct {
	under    *Decision // the decision that Track was called in
	mu       sync.Mutex
	steps    []step
	attempts attempts
}

// String shows nothing of what the calls were about.
func (t *Trail) String() string { return "fairlead.Trail(" + t.ID().String() + ")" }

// Format prints String under every verb.
func (t *Trail) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue keeps errors of users' functions out of slog.
func (t *Trail) LogValue() slog.Value { return slog.StringValue(t.String()) }

type step struct {
	d       *Decision
	id      uuid.UUID
	outcome Outcome
	err     error
}

type trailKey struct{}

// Track returns a context that lists the guarded calls made with it, and the list.
func Track(ctx context.Context) (context.Context, *Trail) {
	t := &Trail{under: From(ctx)}
	return context.WithValue(ctx, trailKey{}, t), t
}

// trailFrom is the trail that a decision begun under up belongs to: one that was begun inside a tracked one does not.
func trailFrom(ctx context.Context, up *node) *Trail {
	t, ok := ctx.Value(trailKey{}).(*Trail)
	if !ok || up == nil && t.under != nil || up != nil && t.under != up.d {
		return nil
	}
	return t
}

func (t *Trail) begin(d *Decision) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	next := step{d: d, id: d.id}
	if d.attempt > 0 { // one decision, another attempt: it takes the earlier one's place
		if i := slices.IndexFunc(t.steps, func(s step) bool { return s.id == d.id }); i >= 0 {
			t.steps[i] = next
			return
		}
	}
	t.steps = append(t.steps, next)
}

func (t *Trail) end(d *Decision, out Outcome, err error) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.steps) - 1; i >= 0; i-- {
		if t.steps[i].d == d {
			t.steps[i] = step{id: d.id, outcome: out, err: err} // lets the decision go
			return
		}
	}
}

func (t *Trail) last() step {
	if t == nil {
		return step{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps) == 0 {
		return step{}
	}
	return t.steps[len(t.steps)-1]
}

// ID is the last decision's; zero while there is none.
func (t *Trail) ID() uuid.UUID { return t.last().id }

// Outcome is the last decision's; "" while there is none or it has not ended.
func (t *Trail) Outcome() Outcome { return t.last().outcome }

// Err is what the last decision's guarded call returned. Of a call made through an HTTP client it is Fairlead's typed error,
// also where an SDK made an error of its own of the answer.
func (t *Trail) Err() error { return t.last().err }

// All is the IDs of all decisions, in the order they were begun.
func (t *Trail) All() []uuid.UUID {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := make([]uuid.UUID, len(t.steps))
	for i, s := range t.steps {
		ids[i] = s.id
	}
	return ids
}

// fingerprint tells one HTTP request from another: a hash of method, URL and body. Zero: not an HTTP request, or one whose
// body cannot be read twice.
type fingerprint [32]byte

// attempts remembers the last HTTP request, so that a client's retry of it continues its decision. Nil-safe.
type attempts struct {
	mu     sync.Mutex
	fp     fingerprint
	id     uuid.UUID
	n      int
	failed bool

	subject string // whom the failed attempt was about
}

// again says whether fp is one more attempt of the request before, which failed, and starts it.
func (a *attempts) again(fp fingerprint) (id uuid.UUID, n int, ok bool) {
	if a == nil || fp == (fingerprint{}) {
		return uuid.Nil, 0, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.failed || a.fp != fp {
		return uuid.Nil, 0, false
	}
	a.failed = false
	a.n++
	return a.id, a.n, true
}

func (a *attempts) start(fp fingerprint, id uuid.UUID, n int) {
	if a == nil || fp == (fingerprint{}) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fp, a.id, a.n, a.failed = fp, id, n, false
}

func (a *attempts) finish(fp fingerprint, d *Decision, failed bool) {
	if a == nil || fp == (fingerprint{}) {
		return
	}
	subject := d.Subject()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fp == fp && a.id == d.id {
		a.failed, a.subject = failed, subject
	}
}

// whose is the subject of the attempts so far of the decision id, "" if there was none.
func (a *attempts) whose(id uuid.UUID) string {
	if a == nil {
		return ""
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.id != id {
		return ""
	}
	return a.subject
}
