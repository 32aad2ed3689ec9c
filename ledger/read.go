package ledger

import (
	"context"
	"iter"
	"slices"

	"github.com/google/uuid"
)

// Get returns all entries with a key, in order, and [ErrNotFound] if there is none. The zero key has none.
func (l *Ledger) Get(ctx context.Context, key uuid.UUID) ([]Entry, error) {
	if key == uuid.Nil {
		return nil, fail("get", ErrNotFound, "", nil)
	}
	var found []Entry
	for e, err := range l.walk(ctx, "get", query{by: byKey, key: key}, 0) {
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	if len(found) == 0 {
		return nil, fail("get", ErrNotFound, "", nil)
	}
	return found, nil
}

// Find returns all entries about a subject, of the streams named or of all, in order. After an error it ends. The empty
// subject has none.
func (l *Ledger) Find(ctx context.Context, subject string, streams ...string) iter.Seq2[Entry, error] {
	return l.walk(ctx, "find", query{by: bySubject, subject: subject, streams: slices.Clone(streams)}, 0)
}

// Since returns all entries after a position, in order, up to the last of when the ranging began. After an error it
// ends.
func (l *Ledger) Since(ctx context.Context, seq Seq) iter.Seq2[Entry, error] {
	return l.walk(ctx, "since", query{}, seq)
}

// walk reads in pages and yields outside all locks, so that the loop's body may append.
func (l *Ledger) walk(ctx context.Context, op string, q query, after Seq) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		head, err := l.readable(ctx, op)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		var page []Entry
		after := after // ranging again begins again
		for {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, fail(op, ErrUnavailable, "", err))
				return
			}
			var at Seq
			if page, at, err = l.store.page(ctx, page[:0], q, after); err != nil {
				yield(Entry{}, err)
				return
			}
			for i := range page {
				if page[i].Seq > head || !yield(page[i], nil) {
					return
				}
			}
			if at == after {
				return
			}
			after = at
		}
	}
}

func (l *Ledger) readable(ctx context.Context, op string) (Seq, error) {
	switch {
	case l == nil:
		return 0, fail(op, ErrUnavailable, "the ledger is nil: make one with ledger.Memory", nil)
	case ctx == nil:
		return 0, fail(op, ErrInvalid, "nil context", nil)
	case l.closed.Load():
		return 0, fail(op, ErrClosed, "", nil)
	}
	return l.store.head(ctx)
}
