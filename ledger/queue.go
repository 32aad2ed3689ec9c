package ledger

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	commitCount = 512      // entries of one commit
	commitBytes = 16 << 20 // bytes of one commit
)

// Claims on a pending: it is the caller's until the committer takes it.
const (
	queued int32 = iota
	taken
	abandoned
)

// pending is one Append on its way into the log.
type pending struct {
	entries []Entry
	rows    []row // of entries, sealed
	uses    []*subjectKey
	epoch   int64
	sealed  bool
	buffer  []byte // what rows' ciphertexts lie in
	weight  int    // bytes
	urgent  bool

	err   error
	first Seq   // of the rows written
	last  place // of the last row written; position 0 if all were repeats

	claimed atomic.Int32
	written chan struct{} // closed when err and the positions are known
	done    chan struct{} // closed when folded, too
}

// claim takes the pending for the committer or for the leaving caller, whoever comes first.
func (p *pending) claim(by int32) bool { return p.claimed.CompareAndSwap(queued, by) }

// queue holds what waits for the committer. Each of its two lanes is bounded in entries and bytes; whoever finds his
// full waits until his context ends.
type queue struct {
	mu     sync.Mutex
	lanes  [2]waiting // urgent first
	closed bool
	wake   chan struct{}
}

type waiting struct {
	list         []*pending
	count, bytes int
	room         chan struct{} // closed when something was taken; nil: nobody waits
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

func (q *queue) lane(p *pending) *waiting {
	if p.urgent {
		return &q.lanes[0]
	}
	return &q.lanes[1]
}

// push waits for room. A lane that is empty takes whatever one Append may hold.
func (q *queue) push(ctx context.Context, p *pending) error {
	for {
		room, err := q.try(p)
		if room == nil {
			return err
		}
		select {
		case <-room:
		case <-ctx.Done():
			return fail("append", ErrBusy, "the queue is full", ctx.Err())
		}
	}
}

func (q *queue) try(p *pending) (room chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, fail("append", ErrClosed, "", nil)
	}
	w := q.lane(p)
	if w.count > 0 && (w.count+len(p.entries) > maxCount || w.bytes+p.weight > maxBatch) {
		if w.room == nil {
			w.room = make(chan struct{})
		}
		return w.room, nil
	}
	w.list = append(w.list, p)
	w.count += len(p.entries)
	w.bytes += p.weight
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil, nil
}

// pop returns what one commit should hold, urgent ones first; nil when the context has ended.
func (q *queue) pop(ctx context.Context) []*pending {
	for {
		if batch := q.take(); len(batch) > 0 {
			return batch
		}
		select {
		case <-q.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (q *queue) take() (batch []*pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil
	}
	count, bytes := 0, 0
	for i := range q.lanes {
		w := &q.lanes[i]
		n := 0
		for ; n < len(w.list); n++ {
			p := w.list[n]
			if count > 0 && (count+len(p.entries) > commitCount || bytes+p.weight > commitBytes) {
				break
			}
			w.count -= len(p.entries)
			w.bytes -= p.weight
			if p.claim(taken) {
				batch = append(batch, p)
				count += len(p.entries)
				bytes += p.weight
			}
		}
		w.list = slices.Delete(w.list, 0, n)
		if n > 0 && w.room != nil {
			close(w.room)
			w.room = nil
		}
	}
	return batch
}

// close refuses what waits and what comes.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for i := range q.lanes {
		w := &q.lanes[i]
		for _, p := range w.list {
			if p.claim(taken) {
				p.err = fail("append", ErrClosed, "", nil)
				close(p.written)
				close(p.done)
			}
		}
		*w = waiting{room: w.room}
		if w.room != nil {
			close(w.room)
			w.room = nil
		}
	}
}

// depth returns how many entries and bytes wait.
func (q *queue) depth() (count, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lanes[0].count + q.lanes[1].count, q.lanes[0].bytes + q.lanes[1].bytes
}
