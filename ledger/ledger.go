package ledger

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Options are the settings of a ledger. The zero value is good.
type Options struct{}

// Ledger is one log. It is safe for concurrent use. A nil Ledger refuses every call with [ErrUnavailable].
type Ledger struct {
	store  store
	turn   chan struct{} // held while writing and folding; a channel, because it is fair and a context can end the wait
	closed atomic.Bool

	// owned by the holder of the turn
	batch  []Entry
	folded Seq

	fmu       sync.Mutex
	followers atomic.Pointer[[]*Follower] // copied on change, so that a fold may close a follower

	reactions reactions
}

// Memory returns a ledger that lives as long as the process: for tests and demos, not for evidence. It starts no
// goroutine and no timer. Append runs the folds of all followers before it returns, so there is nothing to wait for.
func Memory(_ *Options) *Ledger {
	return &Ledger{store: newMemoryStore(), turn: make(chan struct{}, 1)}
}

// Append writes the entries in order, all or none, and returns the position of the last. When it returns they are
// durable and every follower has folded them. Public and Body are copied.
//
// An entry whose ID is in the log already is not written again and keeps its first position. Refused with [ErrInvalid]:
// an entry without stream or kind or with a position, above 1 MiB, an ID twice in one call, more than 8,192 entries or
// 64 MiB; with [ErrClock] a time more than a second from now; with [ErrBusy] a context that ends before the write; with
// [ErrInFold] a call from inside a fold. After any error but [ErrNotFolded] nothing was written.
func (l *Ledger) Append(ctx context.Context, entries ...Entry) (Seq, error) {
	if l == nil {
		return 0, fail("append", ErrUnavailable, "the ledger is nil: make one with ledger.Memory", nil)
	}
	if err := checkBatch(ctx, entries); err != nil {
		return 0, err
	}
	last, err := l.appendInTurn(ctx, entries)
	if err == nil {
		l.reactions.drain()
	}
	return last, err
}

func (l *Ledger) appendInTurn(ctx context.Context, entries []Entry) (Seq, error) {
	if err := l.take(ctx, "append"); err != nil {
		return 0, err
	}
	defer l.leave()
	now := time.Now()
	batch := append(l.batch[:0], entries...)
	defer func() {
		clear(batch)
		l.batch = batch
		if cap(batch) > pageSize {
			l.batch = nil
		}
	}()
	for i := range batch {
		fill(&batch[i], now)
	}
	if err := l.store.write(ctx, batch, now); err != nil {
		return 0, err
	}
	last := batch[len(batch)-1].Seq
	l.feed(batch)
	return last, nil
}

// take waits for the turn. A goroutine that holds it already is inside a fold, and would wait for itself.
func (l *Ledger) take(ctx context.Context, op string) error {
	select {
	case l.turn <- struct{}{}:
	default:
		if inFold() {
			return fail(op, ErrInFold, "a fold must be pure; use Follower.After", nil)
		}
		select {
		case l.turn <- struct{}{}:
		case <-ctx.Done():
			return fail(op, ErrBusy, "", ctx.Err())
		}
	}
	if l.closed.Load() {
		l.leave()
		return fail(op, ErrClosed, "", nil)
	}
	return nil
}

func (l *Ledger) leave() { <-l.turn }

// Close ends every follower; later calls return [ErrClosed]. Closing twice is harmless. From inside a fold it returns
// [ErrInFold] and closes nothing.
func (l *Ledger) Close() error {
	if l == nil {
		return fail("close", ErrUnavailable, "the ledger is nil", nil)
	}
	if err := l.take(context.Background(), "close"); err != nil {
		if l.closed.Load() {
			return nil
		}
		return err
	}
	defer l.leave()
	l.closed.Store(true)
	for _, f := range l.list() {
		f.stop(fail("follow", ErrClosed, "the ledger was closed", nil))
	}
	return l.store.close()
}
