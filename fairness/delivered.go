package fairness

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// remembered is how many resumed decisions a monitor recognises by itself when they are
// resumed again: a delivery that is retried comes soon or not at all.
const remembered = 4096

const kindDelivered = "fairness.delivered"

// deliveries keeps the IDs of the last resumed decisions, so that a case delivered twice
// is counted once. IDs of decisions, in memory only: it knows nobody.
type deliveries struct {
	mu   sync.Mutex
	seen map[uuid.UUID]struct{}
	ring []uuid.UUID
	next int
}

// first tells whether id is not among the last ones, and keeps it.
func (d *deliveries) first(id uuid.UUID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, again := d.seen[id]; again {
		return false
	}
	if d.seen == nil {
		d.seen = make(map[uuid.UUID]struct{})
	}
	if len(d.ring) < remembered {
		d.ring = append(d.ring, id)
	} else {
		delete(d.seen, d.ring[d.next])
		d.ring[d.next] = id
		d.next = (d.next + 1) % remembered
	}
	d.seen[id] = struct{}{}
	return true
}

// firstDelivery tells whether a resumed decision has not been counted yet, by this
// process or, with a ledger, by any: the mark that is first in the log is the one that
// counts. A mark holds no group, so that nobody can read from the log who of which group
// a decision was about. Where the ledger cannot be asked, this process's own memory
// decides: a delivery counted twice is a smaller error than one that is not counted.
func (m *Monitor) firstDelivery(ctx context.Context, id uuid.UUID) bool {
	if !m.delivered.first(id) {
		return false
	}
	if m.shared == nil {
		return true
	}
	s := m.shared
	ctx = context.WithoutCancel(ctx) // what has been delivered is counted
	own := uuid.New()
	key := uuid.NewSHA1(snapshotNamespace, append([]byte(kindDelivered+s.name+"\x00"), id[:]...))
	_, err := s.ledger.Append(ctx, ledger.Entry{ID: key, Stream: stream, Kind: kindDelivered, Version: 1, Key: key, Body: own[:]})
	if err != nil && !errors.Is(err, ledger.ErrNotFolded) {
		return true
	}
	marks, err := s.ledger.Get(ctx, key)
	return err != nil || len(marks) == 0 || string(marks[0].Body) == string(own[:])
}
