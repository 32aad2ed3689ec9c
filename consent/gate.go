package consent

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// DefaultMaxStaleness is how long a gate answers from what it knows without having looked at the log: the longest time for
// which a withdrawal in another process may not yet bind here.
const DefaultMaxStaleness = time.Second

// Options of a Gate.
type Options struct {
	// MaxStaleness is how long the gate may not have looked at the log before it denies. Default: DefaultMaxStaleness.
	MaxStaleness time.Duration
}

// Gate knows what people agreed to and decides whether a call may run. The nil and the zero Gate deny. It is safe under
// concurrency.
type Gate struct {
	log          *ledger.Ledger
	follower     *ledger.Follower
	purposes     map[string]*purpose
	maxStaleness time.Duration

	applied atomic.Uint64 // position up to which the fold has come
	mu      sync.RWMutex
	states  map[key]state
}

// purpose is a Purpose with what is worked out once.
type purpose struct {
	Purpose
	index  uint16
	digest string
}

// key is one person's word on one purpose, to one recipient or ("") to all.
type key struct {
	subject   string
	recipient string
	purpose   uint16
}

// state is what the last event that counts said.
type state struct {
	kind     Kind
	underAge bool
	notice   int
	given    time.Time // start of the time to live
	expires  time.Time // an end set by the event itself; zero: none
	receipt  uuid.UUID
}

// New makes a gate for the purposes, folding what the log holds. ctx bounds the replay only. opts may be nil.
func New(ctx context.Context, log *ledger.Ledger, purposes []Purpose, opts *Options) (*Gate, error) {
	if opts == nil {
		opts = &Options{}
	}
	g := &Gate{log: log, purposes: make(map[string]*purpose, len(purposes)), states: map[key]state{}, maxStaleness: opts.MaxStaleness}
	switch {
	case opts.MaxStaleness < 0:
		return nil, &InvalidError{Field: "Options.MaxStaleness", Why: "is negative; 0 means the default"}
	case opts.MaxStaleness == 0:
		g.maxStaleness = DefaultMaxStaleness
	}
	if len(purposes) > 1<<16-1 {
		return nil, &InvalidError{Field: "purposes", Why: "are more than 65,535"}
	}
	for i, p := range purposes {
		if err := p.validate(); err != nil {
			return nil, err
		}
		if _, twice := g.purposes[p.ID]; twice {
			return nil, &InvalidError{Field: "Purpose.ID", Why: fmt.Sprintf("%q stands twice", p.ID)}
		}
		if p.Name == "" {
			p.Name = p.ID
		}
		if len(p.Bases) == 0 {
			p.Bases = []Basis{BasisConsent}
		}
		g.purposes[p.ID] = &purpose{Purpose: p, index: uint16(i), digest: p.Notice.Digest()}
	}
	follower, err := log.Follow(ctx, []string{stream}, g.fold)
	if err != nil {
		return nil, fmt.Errorf("consent: the log cannot be followed: %w", err)
	}
	g.follower = follower
	return g, nil
}

// fold applies one entry. It is pure: what it does depends on the entries alone.
func (g *Gate) fold(entry ledger.Entry, _ time.Time) error {
	defer g.applied.Store(uint64(entry.Seq))
	if !strings.HasPrefix(entry.Kind, kindPrefix) || !known(Kind(entry.Kind[len(kindPrefix):])) || entry.Version > version {
		if entry.Critical {
			return ledger.ErrUpgrade
		}
		return nil
	}
	e, err := eventOf(entry)
	if err != nil {
		return err
	}
	p := g.purposes[e.Purpose]
	if p == nil {
		return nil // another program's purpose
	}
	at := e.Given
	if at.IsZero() {
		at = e.At
	}
	k := key{subject: e.Subject, recipient: e.Recipient, purpose: p.index}
	g.mu.Lock()
	defer g.mu.Unlock()
	if was, ok := g.states[k]; ok && e.Kind.gives() && !was.kind.gives() && at.Before(was.given) {
		return nil // an old consent, imported after the person took it back
	}
	k.subject = strings.Clone(k.subject)
	g.states[k] = state{
		kind: e.Kind, notice: e.NoticeVersion, given: at, expires: e.Expires, receipt: e.ID,
		underAge: p.MinAge > 0 && e.Age < p.MinAge && !e.Guardian,
	}
	return nil
}

func known(k Kind) bool {
	for _, have := range kinds {
		if have == k {
			return true
		}
	}
	return false
}

// lookup is what the person said last: to this recipient if they said anything to it, else to all.
func (g *Gate) lookup(subject, recipient string, purpose uint16) (state, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if recipient != "" {
		if s, ok := g.states[key{subject, recipient, purpose}]; ok {
			return s, true
		}
	}
	s, ok := g.states[key{subject, "", purpose}]
	return s, ok
}

// Grant records that a person agreed. Of the event only Subject and Purpose are required. The answer is the event as
// recorded: its Seq, put into Ask.AtLeast, makes any process wait until it knows.
func (g *Gate) Grant(ctx context.Context, e Event) (Event, error) {
	e.Kind = Granted
	return g.Record(ctx, e)
}

// Withdraw records that a person took back what they agreed to. When it returns, no check in this process allows any more. Of
// the event only Subject and Purpose are required: withdrawing is as easy as granting.
func (g *Gate) Withdraw(ctx context.Context, e Event) (Event, error) {
	e.Kind = Withdrawn
	return g.Record(ctx, e)
}

// Object records that a person objected (GDPR article 21): that stops uses which need no consent, too.
func (g *Gate) Object(ctx context.Context, e Event) (Event, error) {
	e.Kind = Objected
	return g.Record(ctx, e)
}

// Record records an event of any kind. It is durable, and this gate follows it, when Record returns without an error.
func (g *Gate) Record(ctx context.Context, e Event) (Event, error) {
	if g == nil || g.log == nil {
		return Event{}, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	if err := g.complete(&e); err != nil {
		return Event{}, err
	}
	entry, err := e.entry()
	if err != nil {
		return Event{}, err
	}
	if e.Seq, err = g.log.Append(ctx, entry); err != nil {
		return Event{}, fmt.Errorf("consent: not recorded: %w", err)
	}
	if err := g.follower.Wait(ctx, e.Seq); err != nil {
		return e, fmt.Errorf("consent: recorded, but this gate does not follow: %w", err)
	}
	return e, nil
}

// History is everything recorded about a person's consents, oldest first; empty if there is nothing.
func (g *Gate) History(ctx context.Context, subject string) ([]Event, error) {
	if g == nil || g.log == nil {
		return nil, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	var events []Event
	for entry, err := range g.log.Find(ctx, subject, stream) {
		if err != nil {
			return nil, fmt.Errorf("consent: the history cannot be read: %w", err)
		}
		if !strings.HasPrefix(entry.Kind, kindPrefix) {
			continue
		}
		e, err := eventOf(entry)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// OnChange calls react for each event recorded from now on, in order, here or in another process, so that caches of what was
// derived from a person's data can be dropped. react runs outside the gate and may call it.
func (g *Gate) OnChange(react func(Event)) {
	call.MustFunc("consent.OnChange", "react", react == nil)
	g.follower.After(func(entry ledger.Entry) {
		if e, err := eventOf(entry); err == nil { // what the fold could not read has stopped the gate already
			react(e)
		}
	})
}
