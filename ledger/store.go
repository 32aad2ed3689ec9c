package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// store is the seam between the ledger and where its entries lie. Everything above it (limits, identity, folds,
// reactions, errors) is the same for all stores; a store only keeps entries and finds them again.
type store interface {
	// write appends the entries whose ID is new at the next positions, all or none, and sets every Seq: for a known ID
	// that of its first writing. A new one too far from the store's clock (now, where it has none) is ErrClock; the late
	// retry of a known one is no fault. It replaces Public and Body by its own copies. One call at a time.
	write(ctx context.Context, entries []Entry, now time.Time) error

	// head returns the position of the last entry, 0 if there is none.
	head(ctx context.Context) (Seq, error)

	// page appends to dst the entries after a position that belong to the query, in order, at most a page of them, and
	// returns up to where it looked: equal to the position it was given when there is no more.
	page(ctx context.Context, dst []Entry, q query, after Seq) ([]Entry, Seq, error)

	close() error
}

// query says which entries of the log are meant: all, those of a key, or those of a subject.
type query struct {
	by      index
	key     uuid.UUID
	subject string
	streams []string // none: all
}

type index uint8

const (
	byPosition index = iota
	byKey
	bySubject
)

func (q *query) wants(stream string) bool { return follows(q.streams, stream) }

func follows(streams []string, stream string) bool {
	if len(streams) == 0 {
		return true
	}
	for _, s := range streams {
		if s == stream {
			return true
		}
	}
	return false
}
