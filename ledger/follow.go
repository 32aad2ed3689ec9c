package ledger

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Fold takes one entry into a state. It must be a pure function of the entries it is given, in order: no clock but now,
// no I/O, no call into the ledger. now is the latest Entry.At so far over the streams followed. The entry shares memory
// with the log: read it, and copy what is kept. An error or a panic stops the follower for good.
type Fold func(e Entry, now time.Time) error

// Follower feeds one fold. A nil or zero Follower is one that has failed.
type Follower struct {
	ledger  *Ledger
	fold    Fold
	streams []string
	now     time.Time // owned by whoever feeds

	applied atomic.Uint64 // everything up to here is folded
	end     atomic.Pointer[ending]
	reacts  atomic.Pointer[[]func(Entry)]

	waiting atomic.Int32
	mu      sync.Mutex
	moved   chan struct{} // closed when applied moves or the follower ends; nil until someone waits
}

type ending struct {
	err error
	at  time.Time
}

// Follow replays the entries of the streams through the fold and then feeds it every later one. No streams: all. When
// it returns the fold has seen everything in the log. ctx bounds the replay only; [Follower.Close] ends the following.
// If the fold fails in the replay, Follow returns [ErrFold] or [ErrUpgrade] around what it returned.
func (l *Ledger) Follow(ctx context.Context, streams []string, fold Fold) (*Follower, error) {
	const op = "follow"
	switch {
	case l.absent():
		return nil, fail(op, ErrUnavailable, noLedger, nil)
	case fold == nil:
		return nil, fail(op, ErrInvalid, "the fold is nil", nil)
	case ctx == nil:
		return nil, fail(op, ErrInvalid, "nil context", nil)
	case slices.Contains(streams, ""):
		return nil, fail(op, ErrInvalid, "empty stream", nil)
	case ctx.Err() != nil:
		return nil, fail(op, ErrBusy, "the replay was cut short", ctx.Err())
	}
	f := &Follower{ledger: l, fold: fold, streams: distinct(streams)}
	if l.db != nil {
		if inFold() {
			return nil, fail(op, ErrInFold, "a fold must be pure; use Follower.After", nil)
		}
		if err := f.replayAhead(ctx); err != nil {
			return nil, err
		}
	}
	if err := l.take(ctx, op); err != nil {
		return nil, err
	}
	defer l.leave()
	if l.db != nil {
		if err := l.look(ctx); err != nil {
			return nil, err
		}
	}
	if err := f.replay(ctx, l.fed); err != nil {
		return nil, err
	}
	l.attach(f)
	return f, nil
}

func distinct(streams []string) []string {
	streams = slices.Clone(streams)
	slices.Sort(streams)
	return slices.Compact(streams)
}

// replayAhead does most of the replay outside the ledger's turn, so that others go on meanwhile.
func (f *Follower) replayAhead(ctx context.Context) error {
	v, err := f.ledger.store.look(ctx, 0)
	if err != nil {
		return err
	}
	return f.replay(ctx, v.head)
}

// replay folds up to a position. Its last part runs in the ledger's turn, so that nothing is fed between it and being
// attached.
func (f *Follower) replay(ctx context.Context, upTo Seq) error {
	q := query{streams: f.streams}
	for page, err := range f.ledger.pages(ctx, "follow", q, Seq(f.applied.Load()), upTo) {
		if err != nil {
			return err
		}
		for i := range page.entries {
			f.runFold(&page.entries[i])
			if end := f.end.Load(); end != nil {
				return end.err
			}
		}
		f.applied.Store(uint64(page.upTo))
	}
	return nil
}

// runFold gives one entry to the fold. Its name is what inFold looks for. A panic, an error and a runtime.Goexit inside
// the fold all end this follower and no other.
func (f *Follower) runFold(e *Entry) {
	done := false
	defer func() {
		if done {
			return
		}
		if p := recover(); p != nil {
			f.stop(&Error{Op: "follow", Reason: ErrPanic, Seq: e.Seq, Detail: fmt.Sprintf("a %T", p)})
			return
		}
		f.stop(&Error{Op: "follow", Reason: ErrPanic, Seq: e.Seq, Detail: "the fold ended its goroutine"})
	}()
	if e.At.After(f.now) {
		f.now = e.At
	}
	err := f.fold(*e, f.now)
	done = true
	if err != nil {
		f.stop(folding(err, e.Seq))
	}
}

// stop ends the follower once; the first reason stays.
func (f *Follower) stop(err error) {
	at := time.Now()
	if f.ledger.db != nil {
		at = f.ledger.db.fresh()
	}
	if f.end.CompareAndSwap(nil, &ending{err: err, at: at}) {
		f.wake()
	}
}

func (f *Follower) advance(seq Seq) {
	f.applied.Store(uint64(seq))
	if f.waiting.Load() > 0 {
		f.wake()
	}
}

func (f *Follower) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.moved != nil {
		close(f.moved)
		f.moved = nil
	}
}

func (f *Follower) movement() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.moved == nil {
		f.moved = make(chan struct{})
	}
	return f.moved
}

// Wait returns when the fold has seen everything up to seq. It returns why the follower stopped if it never will, or
// [ErrNotFolded] with the context's error.
func (f *Follower) Wait(ctx context.Context, seq Seq) error {
	if f.absent() {
		return f.Err()
	}
	if ctx == nil {
		return fail("wait", ErrInvalid, "nil context", nil)
	}
	if Seq(f.applied.Load()) >= seq {
		return nil
	}
	if inFold() {
		return fail("wait", ErrInFold, "a fold cannot wait for itself", nil)
	}
	f.waiting.Add(1)
	defer f.waiting.Add(-1)
	for {
		moved := f.movement()
		if Seq(f.applied.Load()) >= seq {
			return nil
		}
		if end := f.end.Load(); end != nil {
			return end.err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return &Error{Op: "wait", Reason: ErrNotFolded, Seq: seq, Err: ctx.Err()}
		}
	}
}

// Fresh returns when the follower last looked for entries, a time taken before looking. On a Memory ledger that is now,
// as nothing can be in the log that was not folded. Once the follower has stopped it stays at the time of stopping.
func (f *Follower) Fresh() time.Time {
	if f.absent() {
		return time.Time{}
	}
	if end := f.end.Load(); end != nil {
		return end.at
	}
	if f.ledger.db != nil {
		return f.ledger.db.fresh()
	}
	return time.Now()
}

// Err returns nil while the follower is healthy, else an [*Error] that says why it stopped: [ErrFold] around what the
// fold returned, [ErrUpgrade], [ErrPanic], [ErrForked] or [ErrClosed].
func (f *Follower) Err() error {
	if f.absent() {
		return fail("follow", ErrUnavailable, "the follower is nil or zero: Ledger.Follow makes one", nil)
	}
	if end := f.end.Load(); end != nil {
		return end.err
	}
	return nil
}

// Close ends the following. Its fold runs no more once Close has returned, except for one that calls Close itself.
func (f *Follower) Close() {
	if f.absent() {
		return
	}
	f.stop(fail("follow", ErrClosed, "the follower was closed", nil))
	f.ledger.detach(f)
	if f.ledger.take(context.Background(), "close") == nil { // waits for a fold that is running
		f.ledger.leave()
	}
}

func (f *Follower) absent() bool { return f == nil || f.ledger == nil }

func (l *Ledger) list() []*Follower {
	if p := l.followers.Load(); p != nil {
		return *p
	}
	return nil
}

func (l *Ledger) attach(f *Follower) {
	l.fmu.Lock()
	defer l.fmu.Unlock()
	list := append(slices.Clone(l.list()), f)
	l.followers.Store(&list)
}

func (l *Ledger) detach(f *Follower) {
	l.fmu.Lock()
	defer l.fmu.Unlock()
	list := slices.DeleteFunc(slices.Clone(l.list()), func(g *Follower) bool { return g == f })
	l.followers.Store(&list)
}

// fedTo reports whether any follower will be fed entries of a stream. It holds the turn, without which none is attached.
func (l *Ledger) fedTo(stream string) bool {
	for _, f := range l.list() {
		if f.end.Load() == nil && follows(f.streams, stream) {
			return true
		}
	}
	return false
}

// feed runs every follower's fold over the entries of a batch that are new, up to a position, entry by entry. It holds
// the turn. That position is folded afterwards, also when a fold ends the goroutine.
func (l *Ledger) feed(batch []Entry, upTo Seq) {
	defer func() {
		l.fed = upTo
		l.advance()
	}()
	f := feeding{ledger: l, batch: batch, followers: l.list(), upTo: upTo}
	f.run()
}

type feeding struct {
	ledger         *Ledger
	batch          []Entry
	followers      []*Follower
	upTo           Seq
	entry, current int
}

func (g *feeding) run() {
	done := false
	defer func() {
		if !done { // a fold ended the goroutine, which takes nothing from the others: they are fed on the way out
			g.run()
		}
	}()
	for ; g.entry < len(g.batch); g.entry++ {
		e := &g.batch[g.entry]
		for g.current < len(g.followers) && e.Seq > g.ledger.fed && e.Seq <= g.upTo { // else a repeat
			f := g.followers[g.current]
			g.current++
			if f.end.Load() != nil || !follows(f.streams, e.Stream) {
				continue
			}
			f.runFold(e)
			if f.end.Load() == nil {
				g.ledger.reactions.add(f, e)
			}
		}
		g.current = 0
	}
	done = true
}

// advance tells every healthy follower how far the folds are.
func (l *Ledger) advance() {
	for _, f := range l.list() {
		if f.end.Load() == nil {
			f.advance(l.fed)
		}
	}
}
