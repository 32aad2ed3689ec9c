package consent

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/ledger"
)

// DefaultMaxStaleness is how long a gate answers from what it knows without having looked at the log: the longest time for
// which a withdrawal in another process may not yet bind here.
const DefaultMaxStaleness = time.Second

// Options of a Gate.
type Options struct {
	// MaxStaleness is how long the gate may not have looked at the log before it denies. Over a database it has to be several times
	// ledger.Options.Poll, and the same in all processes that share the log: Event.Strict relies on it. It is counted by the monotonic
	// clock, which stands still while a machine is suspended: close the gates of one that is about to be. Default: DefaultMaxStaleness.
	MaxStaleness time.Duration
	// Tenant is whose customers the gate knows, where several share a log: it sees and writes its own tenant's events only.
	// Default: "", no tenant.
	Tenant string
	// MaxWords bounds the memory to about so many words, of up to 60 bytes each: one for each thing a person said and one for each
	// person. Whoever is not in memory is looked up in the log, with one indexed read, and the answer is the same. Who objected is
	// kept in any case. Default: 0, everybody is kept.
	MaxWords int
	// Controller is who answers for the data, and signs receipts. Default: none, and no receipts.
	Controller *Controller
}

// Gate knows what people agreed to and decides whether a call may run. The nil and the zero Gate deny. It is safe under
// concurrency. It keeps at most 60 bytes in memory for each thing a person said, and not the person's identifier.
type Gate struct {
	log          *ledger.Ledger
	follower     *ledger.Follower
	tenant       string
	controller   *Controller
	purposes     map[string]*purpose
	maxStaleness time.Duration
	inline       bool      // a ledger.Memory: nothing can be in the log that is not folded
	started      time.Time // what clock readings are taken from

	applied atomic.Uint64 // position up to which the fold has come
	latest  atomic.Int64  // the latest time of an entry, Unix milliseconds
	all     *memory       // of everybody; empty in bounded mode
	bounded *bounded      // nil: everybody is kept
	notes   *table        // of those who objected, see objection.go
	objections
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
		log: log, purposes: all, tenant: opts.Tenant, controller: opts.Controller, maxStaleness: opts.MaxStaleness, started: time.Now(),
		all: newMemory(newTable()),
	}
	g.notes = g.all.table.like()
	switch {
	case opts.MaxStaleness < 0:
		return nil, &InvalidError{Field: "Options.MaxStaleness", Why: "is negative; 0 means the default"}
	case opts.MaxWords < 0:
		return nil, &InvalidError{Field: "Options.MaxWords", Why: "is negative; 0 means that everybody is kept"}
	case len(opts.Tenant) > maxText || !utf8.ValidString(opts.Tenant):
		return nil, &InvalidError{Field: "Options.Tenant", Why: fmt.Sprintf("is not valid UTF-8 or longer than %d bytes", maxText)}
	}
	if err := opts.Controller.validate(); err != nil {
		return nil, err
	}
	if g.maxStaleness == 0 {
		g.maxStaleness = DefaultMaxStaleness
	}
	if opts.MaxWords > 0 {
		g.bounded = newBounded(opts.MaxWords, g.all.table)
	}
	if opts.Controller != nil {
		own := *opts.Controller // the caller's may change
		own.Storage = slices.Clone(own.Storage)
		g.controller = &own
	}
	if g.follower, err = log.Follow(ctx, []string{stream, ledgerStream}, g.fold); err != nil {
		return nil, fmt.Errorf("consent: the log cannot be followed: %w", err)
	}
	health, err := log.Health(ctx)
	if err != nil {
		g.follower.Close()
		return nil, fmt.Errorf("consent: the log cannot be followed: %w", err)
	}
	g.inline = health.Store == "memory"
	return g, nil
}

// now is the time by which consents run out: this machine's, but never before what the clock of the log has shown, nor before what
// has gone by since the gate was made. A clock that is put back revives nothing.
func (g *Gate) now() time.Time {
	t := time.Now()
	return latestOf(t.Round(0), g.started.Round(0).Add(t.Sub(g.started)), time.UnixMilli(g.latest.Load()))
}

func latestOf(wall, ran, log time.Time) time.Time {
	for _, t := range [...]time.Time{ran, log} {
		if t.After(wall) {
			wall = t
		}
	}
	return wall
}

// Purposes are the gate's, in the order they were given to New. None for the nil gate.
func (g *Gate) Purposes() []Purpose {
	if g == nil {
		return nil
	}
	all := make([]Purpose, len(g.purposes))
	for _, p := range g.purposes {
		one := p.Purpose
		for _, list := range []*[]string{&one.Within, &one.OptOut, &one.Data, &one.Recipients, &one.Processing} {
			*list = slices.Clone(*list)
		}
		one.Bases = slices.Clone(one.Bases)
		all[p.index] = one
	}
	return all
}

// Close ends the gate's following of the log; from then on it denies. A gate that lives as long as its ledger need not be closed.
func (g *Gate) Close() {
	if g != nil {
		g.follower.Close()
	}
}
