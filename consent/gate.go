package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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
	// Tenant is whose customers the gate knows, where several share a log: it sees and writes its own tenant's events only.
	// Default: "", no tenant.
	Tenant string
}

// Gate knows what people agreed to and decides whether a call may run. The nil and the zero Gate deny. It is safe under
// concurrency. It keeps about 40 bytes in memory for each thing a person said, and not the person's identifier.
type Gate struct {
	log          *ledger.Ledger
	follower     *ledger.Follower
	tenant       string
	purposes     map[string]*purpose
	maxStaleness time.Duration

	applied atomic.Uint64 // position up to which the fold has come
	table   *table
	mu      sync.RWMutex
	ends    map[ledger.Seq]time.Time // of events that set an end of their own: few
}

// New makes a gate for the purposes, folding what the log holds. ctx bounds the replay only. opts may be nil.
func New(ctx context.Context, log *ledger.Ledger, purposes []Purpose, opts *Options) (*Gate, error) {
	if opts == nil {
		opts = &Options{}
	}
	all, err := compile(purposes)
	if err != nil {
		return nil, err
	}
	g := &Gate{
		log: log, purposes: all, tenant: opts.Tenant, maxStaleness: opts.MaxStaleness,
		table: newTable(), ends: map[ledger.Seq]time.Time{},
	}
	switch {
	case opts.MaxStaleness < 0:
		return nil, &InvalidError{Field: "Options.MaxStaleness", Why: "is negative; 0 means the default"}
	case opts.MaxStaleness == 0:
		g.maxStaleness = DefaultMaxStaleness
	}
	if g.follower, err = log.Follow(ctx, []string{stream}, g.fold); err != nil {
		return nil, fmt.Errorf("consent: the log cannot be followed: %w", err)
	}
	return g, nil
}

// fold applies one entry. It is pure: what it does depends on the entries alone.
func (g *Gate) fold(entry ledger.Entry, _ time.Time) error {
	defer g.applied.Store(uint64(entry.Seq))
	if !understood(&entry) {
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
	if p == nil || e.Tenant != g.tenant {
		return nil // somebody else's
	}
	k := g.key(e.Subject, e.Recipient, p.index)
	now := saidBy(&e)
	was, said := g.table.get(k)
	if said && !e.Given.IsZero() && now.older(was) {
		return nil
	}
	if now.ends || said && was.ends {
		g.mu.Lock()
		delete(g.ends, was.seq)
		if now.ends {
			g.ends[now.seq] = e.Expires
		}
		g.mu.Unlock()
	}
	g.table.put(k, now)
	return nil
}

// understood says whether this version of the package knows what an entry of the stream means.
func understood(entry *ledger.Entry) bool {
	kind, ok := strings.CutPrefix(entry.Kind, kindPrefix)
	return ok && entry.Version <= version && slices.Contains(kinds, Kind(kind))
}

// key is where the table keeps a person's word.
func (g *Gate) key(subject, recipient string, purpose uint16) id {
	return g.table.person(subject).to(purpose, g.recipient(recipient))
}

// recipient is the hash of a recipient, zero for all of them.
func (g *Gate) recipient(name string) id {
	if name == "" {
		return id{}
	}
	return g.table.person(name)
}

// lookup is what counts of what the person said on p: to the recipient rather than to all, on the nearest purpose of those p is
// within, and of several at the same distance what denies. on is the purpose it was said on.
func (g *Gate) lookup(person, recipient id, p *purpose, now time.Time) (s said, on *purpose, reason Reason) {
	for _, level := range p.levels {
		for _, q := range level {
			v, ok := g.table.get(person.to(q.index, id{}))
			if recipient != (id{}) {
				// A later no to all ends an earlier yes to one.
				if one, has := g.table.get(person.to(q.index, recipient)); has && (!ok || v.what().gives() || v.seq < one.seq) {
					v, ok = one, true
				}
			}
			if !ok {
				continue
			}
			why := v.denies(q, p, g.end(v), now)
			if on == nil || reason == "" && why != "" || why != "" && rank(why) < rank(reason) {
				s, on, reason = v, q, why
			}
		}
		if on != nil {
			return s, on, reason
		}
	}
	return said{}, nil, ReasonNoRecord
}

// end is when the event behind s ends by its own word; zero for none.
func (g *Gate) end(s said) time.Time {
	if !s.ends {
		return time.Time{}
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.ends[s.seq]
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
	e.Tenant = g.tenant
	if err := g.complete(&e); err != nil {
		return Event{}, err
	}
	entry, err := e.entry()
	if err != nil {
		return Event{}, err
	}
	before := ledger.Seq(g.applied.Load())
	if e.Seq, err = g.log.Append(ctx, entry); err != nil {
		return Event{}, fmt.Errorf("consent: not recorded: %w", err)
	}
	if err := g.follower.Wait(ctx, e.Seq); err != nil {
		return e, fmt.Errorf("consent: recorded, but this gate does not follow: %w", err)
	}
	if last, _ := g.table.get(g.key(e.Subject, e.Recipient, g.purposes[e.Purpose].index)); e.Seq <= before && last.seq != e.Seq {
		return e, &InvalidError{Field: "Event.Once", Why: "was used for this before, and the person has said something else since; leave it out to record the event again"}
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
		if !understood(&entry) {
			continue
		}
		e, err := eventOf(entry)
		if err != nil {
			return nil, err
		}
		if e.Tenant == g.tenant {
			events = append(events, e)
		}
	}
	return events, nil
}

// OnChange calls react for each event recorded from now on, in order, here or in another process, so that caches of what was
// derived from a person's data can be dropped. react runs outside the gate and may call it.
func (g *Gate) OnChange(react func(Event)) {
	call.MustFunc("consent.OnChange", "react", react == nil)
	if g == nil || g.follower == nil {
		panic("fairlead: consent.OnChange: the gate is nil or zero: make it with consent.New")
	}
	g.follower.After(func(entry ledger.Entry) {
		if !understood(&entry) {
			return
		}
		if e, err := eventOf(entry); err == nil && e.Tenant == g.tenant { // what the fold could not read has stopped the gate already
			react(e)
		}
	})
}
