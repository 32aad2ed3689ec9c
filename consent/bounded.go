package consent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fairlead-go/fairlead/ledger"
)

// bounded is the memory of a gate that does not keep everybody: two generations, of which the older is dropped when the younger is full.
// A person is known in a generation from the time their events were read out of the log; the fold keeps up those who are known, so an
// answer is exact whether it had to be looked up or not.
type bounded struct {
	max        int // words of one generation
	young, old atomic.Pointer[memory]

	mu      sync.Mutex // held by whoever changes who is known, the fold included
	loading map[id]*loading
}

// loading is a person whose events are being read.
type loading struct {
	done   chan struct{}
	missed []Event // folded meanwhile; an erasure has Kind Erased and no subject
	mem    *memory
	err    error
}

// known is the purpose under which a generation notes that it knows a person.
const known = 1<<16 - 1

func newBounded(words int, t *table) *bounded {
	b := &bounded{max: max(words/2, 1), loading: map[id]*loading{}}
	b.young.Store(newMemory(t))
	b.old.Store(newMemory(t))
	return b
}

// of is the generation that knows a person, nil if none does.
func (b *bounded) of(person id) *memory {
	for _, m := range [...]*memory{b.young.Load(), b.old.Load()} {
		if m.table.get(person.to(known, id{})).any() {
			return m
		}
	}
	return nil
}

// fold keeps up those who are known, and those who are about to be.
func (b *bounded) fold(person, k id, e *Event, against said) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range [...]*memory{b.young.Load(), b.old.Load()} {
		if m.table.get(person.to(known, id{})).any() {
			m.apply(k, e, against)
		}
	}
	if l := b.loading[person]; l != nil {
		l.missed = append(l.missed, *e)
	}
}

// forget makes an erased person one who is not known, and undoes what is being read of them.
func (b *bounded) forget(mark ledger.Mark, seq ledger.Seq) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.young.Load().forget(mark)
	b.old.Load().forget(mark)
	for _, l := range b.loading {
		l.missed = append(l.missed, Event{Kind: Erased, Mark: mark, place: seq})
	}
}

// view is the memory that knows a person, after reading their events if none does.
func (g *Gate) view(ctx context.Context, subject string, person id) (*memory, error) {
	b := g.bounded
	if b == nil {
		return g.all, nil
	}
	for {
		if m := b.of(person); m != nil {
			return m, nil
		}
		b.mu.Lock()
		if m := b.of(person); m != nil {
			b.mu.Unlock()
			return m, nil
		}
		l := b.loading[person]
		if l == nil {
			l = &loading{done: make(chan struct{})}
			b.loading[person] = l
			b.mu.Unlock()
			g.load(ctx, l, subject, person)
			return l.mem, l.err
		}
		b.mu.Unlock()
		select {
		case <-l.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !errors.Is(l.err, context.Canceled) && !errors.Is(l.err, context.DeadlineExceeded) {
			return l.mem, l.err
		}
		// Whoever was reading gave up, which is nobody else's end.
	}
}

// load reads a person's events, which is one look into an index, and makes the person known.
func (g *Gate) load(ctx context.Context, l *loading, subject string, person id) {
	b := g.bounded
	l.err = fmt.Errorf("consent: the reading of the log did not end") // stays if it panics
	var events []Event
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.loading, person)
		if l.err == nil {
			l.mem = g.know(l, events, person)
		}
		close(l.done)
	}()
	for entry, err := range g.log.Find(ctx, subject, stream) {
		if err != nil {
			l.err = fmt.Errorf("consent: the log cannot be read: %w", err)
			return
		}
		if !understood(&entry) {
			if entry.Critical && !isObjection(&entry) {
				l.err = ledger.ErrUpgrade
				return
			}
			continue
		}
		e, err := eventOf(entry)
		if err != nil {
			l.err = err
			return
		}
		events = append(events, e)
	}
	l.err = nil
}

// know takes the events that were read, and those that were folded meanwhile, into the younger generation. It holds b.mu.
func (g *Gate) know(l *loading, events []Event, person id) *memory {
	b := g.bounded
	m := b.young.Load()
	if m.table.used() >= b.max {
		b.old.Store(m)
		m = newMemory(g.all.table)
		b.young.Store(m)
	}
	last := ledger.Seq(0)
	if len(events) > 0 {
		last = events[len(events)-1].place
	}
	for _, e := range l.missed {
		if e.place > last && e.Subject != "" {
			events = append(events, e)
		}
	}
	gone := ledger.Seq(0) // an erasure that was folded meanwhile
	for _, e := range l.missed {
		if e.Subject == "" && len(events) > 0 && e.Mark == events[0].Mark {
			gone = e.place
		}
	}
	mark := uint64(0)
	for i := range events {
		e := &events[i]
		p := g.purposes[e.Purpose]
		if p == nil || e.Tenant != g.tenant || e.place < gone {
			continue
		}
		mark = tag(e.Mark)
		m.apply(person.to(p.index, g.recipient(e.Recipient)), e, g.objection(e.Subject, e.Recipient, p.index))
	}
	m.table.put(person.to(known, id{}), word{kind: 0xf, seq: 1}.pack(), mark)
	return m
}
