package ledger

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkpointEvery = time.Second
	confirmFor      = 30 * time.Second // how long a commit in doubt is repeated
	graceFor        = 2 * time.Second  // how long a cancelled caller waits for a commit that has begun
)

// database is what a ledger over a database has and a Memory has not: a queue, one goroutine that commits, one that
// looks and folds, one that signs.
type database struct {
	poll      time.Duration
	queue     *queue
	committed chan commitment
	ctx       context.Context // ends with Close
	cancel    context.CancelFunc
	workers   sync.WaitGroup
	reacting  sync.WaitGroup

	freshAt atomic.Pointer[time.Time]
	forked  atomic.Bool

	mu     sync.Mutex
	guard  place
	wall   time.Time // the database's clock when last looked at ...
	anchor time.Time // ... and this machine's; zero: they are the same

	signing error // why the last checkpoint failed
}

func (d *database) setSigning(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.signing = err
}

// commitment is what the committer hands to the goroutine that folds.
type commitment struct {
	batch       []*pending
	first, last Seq
	leaf        [32]byte
	began       time.Time
}

func newDatabase(poll time.Duration) *database {
	if poll == 0 {
		poll = defaultPoll
	}
	d := &database{poll: poll, queue: newQueue(), committed: make(chan commitment, 4)}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.freshAt.Store(&time.Time{})
	return d
}

func (l *Ledger) startDatabase() {
	l.db.workers.Go(l.commitAll)
	l.db.workers.Go(l.tail)
	l.db.workers.Go(l.signAll)
}

// stopDatabase waits for the goroutines, except for the one it may itself be called from.
func (l *Ledger) stopDatabase() {
	l.db.queue.close()
	l.db.cancel()
	l.db.workers.Wait()
	l.signLast()
	if !inReaction() {
		l.db.reacting.Wait()
	}
}

func (d *database) fresh() time.Time { return *d.freshAt.Load() }

func (d *database) lookedAt(t time.Time) {
	if t.After(d.fresh()) {
		d.freshAt.Store(&t)
	}
}

// setClock keeps the database's clock against this machine's monotonic one, so that a step of the local clock shows. An answer that was
// long on its way, as on a busy machine, says too little: then an earlier one stays.
func (d *database) setClock(wall, before time.Time) {
	if wall.IsZero() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	took := time.Since(before)
	if took < maxSkew/2 || d.anchor.IsZero() {
		d.wall, d.anchor = wall, before.Add(took/2)
	}
}

func (d *database) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.anchor.IsZero() {
		return time.Now()
	}
	return d.wall.Add(time.Since(d.anchor))
}

func (d *database) advanceGuard(p place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.seq > d.guard.seq {
		d.guard = p
	}
}

// guard is a place every commit checks to be still there.
func (l *Ledger) guard() place {
	if l.db == nil {
		return place{}
	}
	l.db.mu.Lock()
	defer l.db.mu.Unlock()
	return l.db.guard
}

// enqueue is Append over a database.
func (l *Ledger) enqueue(ctx context.Context, entries []Entry) (Seq, error) {
	switch {
	case inFold():
		return 0, fail("append", ErrInFold, "a fold must be pure; use Follower.After", nil)
	case l.closed.Load():
		return 0, fail("append", ErrClosed, "", nil)
	case l.db.forked.Load():
		return 0, fail("append", ErrForked, "", nil)
	}
	p := newPending(entries)
	now := l.db.now()
	if err := l.checkClock(ctx, p.entries, now, now); err != nil {
		return 0, err
	}
	l.sealCached([]*pending{p})
	if err := l.db.queue.push(ctx, p); err != nil {
		return 0, err
	}
	select {
	case <-p.done:
		return p.result()
	case <-ctx.Done():
	}
	if p.claim(abandoned) {
		return 0, fail("append", ErrBusy, "", ctx.Err())
	}
	grace := time.NewTimer(graceFor)
	defer grace.Stop()
	select {
	case <-p.written:
		if p.err == nil {
			select {
			case <-p.done:
			default:
				return p.entries[len(p.entries)-1].Seq, fail("append", ErrNotFolded, "", ctx.Err())
			}
		}
		return p.result()
	case <-grace.C:
		return 0, fail("append", ErrUnconfirmed, "", ctx.Err())
	}
}

func newPending(entries []Entry) *pending {
	now := time.Now()
	p := &pending{entries: slices.Clone(entries), done: make(chan struct{}), written: make(chan struct{})}
	for i := range entries {
		p.weight += entries[i].size()
	}
	buffer := make([]byte, 0, p.weight)
	own := func(b []byte) []byte {
		if len(b) == 0 {
			return nil
		}
		start := len(buffer)
		buffer = append(buffer, b...)
		return buffer[start:len(buffer):len(buffer)]
	}
	for i := range p.entries {
		e := &p.entries[i]
		fill(e, now)
		e.Public, e.Body = own(e.Public), own(e.Body)
		p.urgent = p.urgent || e.Critical
	}
	return p
}

func (p *pending) result() (Seq, error) {
	if p.err != nil && !errors.Is(p.err, ErrNotFolded) {
		return 0, p.err
	}
	return p.entries[len(p.entries)-1].Seq, p.err
}

// commitAll commits what has queued, again and again, and passes it on to be folded.
func (l *Ledger) commitAll() {
	defer close(l.db.committed)
	for {
		batch := l.db.queue.pop(l.db.ctx)
		if batch == nil {
			return
		}
		for len(batch) > 0 {
			batch = l.commitSome(batch)
		}
	}
}

// commitSome commits a batch and returns those that have to come again.
func (l *Ledger) commitSome(batch []*pending) (again []*pending) {
	began := time.Now()
	err := l.write(l.db.ctx, batch)
	if err != nil && len(batch) > 1 && !retryable(err) && !errors.Is(err, ErrUnconfirmed) && !errors.Is(err, ErrForked) {
		for _, p := range batch { // one of them spoils it for the others
			l.commitSome([]*pending{p})
		}
		return nil
	}
	if errors.Is(err, ErrForked) {
		l.fork()
	}
	c := commitment{began: began}
	for _, p := range batch {
		switch {
		case errors.Is(p.err, errLater):
			p.err = nil
			again = append(again, p)
			continue
		case p.err == nil && err != nil:
			p.err = err
		case p.err == nil && p.last.seq != 0:
			if c.first == 0 {
				c.first = p.first
			}
			c.last, c.leaf = p.last.seq, p.last.leaf
		}
		c.batch = append(c.batch, p)
		close(p.written)
	}
	l.db.advanceGuard(place{c.last, c.leaf})
	l.db.committed <- c
	return again
}

// pause waits before a commit in doubt is repeated; false: it has been too long.
func (l *Ledger) pause(ctx context.Context, attempt int) bool {
	if l.db == nil {
		return false
	}
	wait := min(10*time.Millisecond<<min(attempt, 10), time.Second)
	if time.Duration(attempt)*time.Second > confirmFor {
		return false
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// fork stops everything: what was folded is not what the database holds.
func (l *Ledger) fork() {
	l.db.forked.Store(true)
	for _, f := range l.list() {
		f.stop(fail("follow", ErrForked, "the database was put back or replaced; open the ledger again", nil))
	}
}
