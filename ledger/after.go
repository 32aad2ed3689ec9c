package ledger

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// After adds a reaction to the entries that come in from now on, those of the replay excepted. Reactions run outside the
// fold and outside all locks, after it has seen the entry, in order and one at a time over the whole ledger. They may
// append. On a Memory ledger they run in the goroutine of one of the appending callers. A reaction that panics stops
// its follower, as nobody would know what was left undone.
//
// What is folded and not yet reacted to is bounded: from 8,192 reactions on, Append waits for room (its context ends the
// wait with [ErrBusy]), except for Critical entries and for reactions themselves, and entries of other processes are not
// looked for, which [Follower.Fresh] shows. So a reaction must end; one that waits for a goroutine that appends may wait
// for itself.
//
// What a reaction does to the world happens at least once: use Entry.ID to recognise a repetition.
func (f *Follower) After(react func(Entry)) {
	if f.absent() || react == nil {
		panic("ledger: After needs a follower and a function")
	}
	for {
		old := f.reacts.Load()
		var list []func(Entry)
		if old != nil {
			list = slices.Clone(*old)
		}
		list = append(list, react)
		if f.reacts.CompareAndSwap(old, &list) {
			return
		}
	}
}

// reactions is the queue of what has been folded and not yet reacted to.
type reactions struct {
	mu       sync.Mutex
	queue    []reaction
	draining bool
	length   atomic.Int64  // of queue
	moved    chan struct{} // closed when the queue has shrunk; nil: nobody waits
}

// reactionLimit is how many entries may wait for their reactions before those who cause more have to wait.
const reactionLimit = 8192

func (r *reactions) full() bool { return r.length.Load() >= reactionLimit }

// room waits until the reactions have caught up, so that a slow one slows the writers and not fills the memory.
func (r *reactions) room(ctx context.Context, l *Ledger, entries []Entry) error {
	if !r.full() || slices.ContainsFunc(entries, func(e Entry) bool { return e.Critical }) || inReaction() || inFold() {
		return nil
	}
	for {
		if l.closed.Load() {
			return fail("append", ErrClosed, "", nil)
		}
		r.mu.Lock()
		if !r.full() {
			r.mu.Unlock()
			return nil
		}
		if r.moved == nil {
			r.moved = make(chan struct{})
		}
		moved, idle := r.moved, !r.draining
		r.mu.Unlock()
		if idle && l.db == nil { // over a database its own goroutine sees to it
			r.start(l)
			continue
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fail("append", ErrBusy, "the reactions of After are behind", ctx.Err())
		}
	}
}

// wakeAll lets those who wait for room look again. The caller holds mu.
func (r *reactions) wakeAll() {
	if r.moved != nil {
		close(r.moved)
		r.moved = nil
	}
}

// closing wakes those who wait for room, to find the ledger closed.
func (r *reactions) closing() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakeAll()
}

type reaction struct {
	follower *Follower
	reacts   []func(Entry)
	entry    Entry
}

func (r *reactions) add(f *Follower, e *Entry) {
	reacts := f.reacts.Load()
	if reacts == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = append(r.queue, reaction{follower: f, reacts: *reacts, entry: *e})
	r.length.Store(int64(len(r.queue)))
}

func (r *reactions) waiting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.queue) > 0 && !r.draining
}

// start drains the queue: a Memory in the caller's goroutine, as it has no other; a database in one of its own.
func (r *reactions) start(l *Ledger) {
	switch {
	case !r.waiting():
	case l.db == nil:
		r.drain()
	default:
		l.db.reacting.Go(r.drain)
	}
}

// drain runs the queue until it is empty, unless somebody does already: also the reaction that appends, whose entry's
// reactions the outer call then runs.
func (r *reactions) drain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return
	}
	r.draining = true
	defer func() {
		r.draining = false
		r.wakeAll()
	}()
	for len(r.queue) > 0 {
		next := r.queue[0]
		r.queue[0] = reaction{}
		if r.queue = r.queue[1:]; len(r.queue) == 0 {
			r.queue = nil
		}
		if r.length.Store(int64(len(r.queue))); len(r.queue) <= reactionLimit/2 {
			r.wakeAll()
		}
		r.run(next)
	}
}

func (r *reactions) run(next reaction) {
	r.mu.Unlock()
	defer r.mu.Lock()
	for _, react := range next.reacts {
		if next.follower.end.Load() != nil {
			return
		}
		next.follower.runReaction(react, next.entry)
	}
}

func (f *Follower) runReaction(react func(Entry), e Entry) {
	done := false
	defer func() {
		if done {
			return
		}
		if p := recover(); p != nil {
			f.stop(&Error{Op: "after", Reason: ErrPanic, Seq: e.Seq, Detail: fmt.Sprintf("a reaction: a %T", p)})
			return
		}
		f.stop(&Error{Op: "after", Reason: ErrPanic, Seq: e.Seq, Detail: "a reaction ended its goroutine"})
	}()
	react(e)
	done = true
}
