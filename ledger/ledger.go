package ledger

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Ledger is one log. It is safe for concurrent use. A nil or zero Ledger refuses every call with
// [ErrUnavailable].
type Ledger struct {
	store   store
	keys    *ring
	signer  note.Signer
	public  string // the verifier key of signer
	witness func(context.Context, []byte) ([]byte, error)

	turn   chan struct{} // held while folding; a channel, because it is fair and a context can end the wait
	closed atomic.Bool

	// Owned by the holder of the turn.
	inline [1]*pending // Memory only
	plain  arena       // Memory only
	fed    Seq         // folded up to here
	pos    place       // known to be the same log up to here

	fmu         sync.Mutex
	followers   atomic.Pointer[[]*Follower] // copied on change, so that a fold may close a follower
	reactions   reactions
	tree        chan struct{} // held by the one who builds tiles and signs
	lastWitness atomic.Pointer[witnessing]
	built       []int64 // full tiles per level known to be stored; owned by the holder of tree
	commit      commit  // owned by write
	rows        []row   // what commit gathers, owned by write

	db *database // nil: Memory
}

// Memory returns a ledger that lives as long as the process: for tests and demos, not for evidence. It seals and proves
// like any other, but starts no goroutine and no timer: Append runs the folds of all followers before it returns, so
// there is nothing to wait for, and checkpoints are signed when asked for. It panics if the options are wrong.
func Memory(o *Options) *Ledger {
	if o == nil {
		o = &Options{}
	}
	opts := *o
	if opts.Secret == nil && opts.Keys == nil {
		opts.Secret = make([]byte, keySize)
		fillRandom(opts.Secret)
	}
	l, err := newLedger(context.Background(), newMemoryStore(), &opts)
	if err != nil {
		panic("ledger: Memory: " + err.Error())
	}
	return l
}

// Append writes the entries in order, all or none, and returns the position of the last. When it returns they are
// durable and every follower of this process has folded them. Public and Body are copied.
//
// An entry whose ID is in the log already is not written again and keeps its first position; [ErrErased] if it was
// erased meanwhile. Refused with [ErrInvalid]: an entry without stream or kind or with a position, above 1 MiB, an ID
// twice in one call, more than 8,192 entries or 64 MiB; with [ErrClock] a time more than a second from the database's
// clock; with [ErrBusy] a context that ends before the write; with [ErrInFold] a call from inside a fold.
//
// After [ErrNotFolded] the entries are in the log, and the position is returned with it. After [ErrUnconfirmed] they may
// be: append them again with the same IDs. After any other error nothing was written.
//
// Critical entries have a lane of their own, which passes the others.
func (l *Ledger) Append(ctx context.Context, entries ...Entry) (Seq, error) {
	if l.absent() {
		return 0, fail("append", ErrUnavailable, noLedger, nil)
	}
	if err := checkBatch(ctx, entries); err != nil {
		return 0, err
	}
	return l.add(ctx, entries)
}

// absent reports whether there is no log behind it.
func (l *Ledger) absent() bool { return l == nil || l.store == nil }

// add is Append for entries that were checked.
func (l *Ledger) add(ctx context.Context, entries []Entry) (Seq, error) {
	if err := l.reactions.room(ctx, l, entries); err != nil {
		return 0, err
	}
	if l.db != nil {
		return l.enqueue(ctx, entries)
	}
	last, err := l.appendInTurn(ctx, entries)
	if err == nil {
		l.reactions.start(l)
	}
	return last, err
}

// appendInTurn writes and folds in the caller's goroutine.
func (l *Ledger) appendInTurn(ctx context.Context, entries []Entry) (Seq, error) {
	called := time.Now()
	if err := l.take(ctx, "append"); err != nil {
		return 0, err
	}
	defer l.leave()
	p := l.inline[0]
	defer p.recycle()
	p.entries = append(p.entries[:0], entries...)
	now := time.Now()
	for i := range p.entries {
		e := &p.entries[i]
		fill(e, now)
		if l.fedTo(e.Stream) { // whoever does not write to the log for a follower does not pay for one
			e.Public, e.Body = l.plain.copy(e.Public), l.plain.copy(e.Body)
		}
	}
	err := l.checkClock(ctx, p.entries, called, now)
	if err == nil {
		err = l.write(ctx, l.inline[:])
	}
	if err == nil {
		err = p.err
	}
	if err != nil {
		return 0, err
	}
	last := p.entries[len(p.entries)-1].Seq
	if p.last.seq > l.fed {
		l.pos = p.last
		l.feed(p.entries, p.last.seq)
	}
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

// Close ends every follower and every goroutine of the ledger, after what was being written; later calls return
// [ErrClosed]. It does not close the database. Closing twice is harmless. From inside a fold it returns [ErrInFold] and
// closes nothing.
func (l *Ledger) Close() error {
	if l.absent() {
		return fail("close", ErrUnavailable, noLedger, nil)
	}
	if err := l.take(context.Background(), "close"); err != nil {
		if l.closed.Load() {
			return nil
		}
		return err
	}
	l.closed.Store(true)
	l.reactions.closing()
	for _, f := range l.list() {
		f.stop(fail("follow", ErrClosed, "the ledger was closed", nil))
	}
	l.leave()
	if l.db != nil {
		l.stopDatabase()
	}
	return l.store.close()
}
