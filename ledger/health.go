package ledger

import (
	"context"
	"time"
)

// Health is what an operator wants to know.
type Health struct {
	// Store is "memory", "sqlite" or "postgres".
	Store string
	// Head is the position of the last entry.
	Head Seq
	// Folded is up to which position this process has folded.
	Folded Seq
	// Fresh is when it last looked for entries of other processes.
	Fresh time.Time
	// Queued and QueuedBytes are what waits to be written: at most 8,192 entries and 64 MiB in each of two lanes.
	Queued, QueuedBytes int
	// Covered is how many entries the last signed checkpoint vouches for.
	Covered Seq
	// Signing is why the last checkpoint could not be made; nil if it was.
	Signing error
	// Witnessing is why Options.Witness did not cosign the last checkpoint; nil if it did, or there is none.
	Witnessing error
	// Reacting is how many entries wait for reactions of After.
	Reacting int
	// Followers is how many folds are fed; Stopped holds why others are not.
	Followers int
	Stopped   []error
}

// Health returns the state of the ledger, and an error if the log cannot be read.
func (l *Ledger) Health(ctx context.Context) (Health, error) {
	head, err := l.readable(ctx, "health")
	if err != nil {
		return Health{}, err
	}
	h := Health{Store: "memory", Head: head, Folded: head, Fresh: time.Now()}
	if l.db != nil {
		h.Store, h.Fresh = l.store.name(), l.db.fresh()
		h.Queued, h.QueuedBytes = l.db.queue.depth()
		l.db.mu.Lock()
		h.Signing = l.db.signing
		l.db.mu.Unlock()
	}
	h.Witnessing, h.Reacting = l.witnessed(), int(l.reactions.length.Load())
	for _, f := range l.list() {
		if err := f.Err(); err != nil {
			h.Stopped = append(h.Stopped, err)
			continue
		}
		h.Followers++
		h.Folded = min(h.Folded, Seq(f.applied.Load()))
	}
	last, err := l.store.lastCheckpoint(ctx)
	h.Covered = last.size
	return h, err
}
