package fairness

import (
	"sync"

	"github.com/google/uuid"
)

// remembered is how many resumed decisions a monitor recognises when they are resumed
// again: a delivery that is retried comes soon or not at all.
const remembered = 4096

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
