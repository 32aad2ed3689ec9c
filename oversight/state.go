package oversight

import (
	"container/heap"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// state is the fold: the open cases, the stop switch and the sampling key. A case leaves it with its verdict and is read again
// from the ledger when it is needed, so that memory is bounded by what is open.
type state struct {
	stop    atomic.Pointer[Stopped] // read by every call; nil: running
	halt    atomic.Pointer[Stopped] // pressed in this process; nil, or until the ledger says so
	tripped atomic.Pointer[Stopped] // the breaker has; nil, or until a Start

	mu      sync.Mutex
	open    map[uuid.UUID]*record
	keys    keyring
	levels  [3]queue // urgent, held, the rest: each in the order of opening
	held    int      // open cases that hold something
	opening int      // places taken by cases that are being opened
	due     dueHeap
	out     outbox
	roster  map[string]Member // by name
	key     [keySize]byte     // drawn by the first desk of the ledger; zero: none yet
	await   map[uuid.UUID]*effect
	watch   map[uuid.UUID]*watcher

	breaker *watermark             // nil without one
	live    bool                   // the past has been read
	expired atomic.Int64           // since then
	said    ledger.Seq             // up to here all notices have been given
	notices map[uuid.UUID][]Notice // by the entry they are about, until the reaction to it; nil: nobody wants them
}

// watcher is who waits for a verdict in this process.
type watcher struct {
	done chan struct{} // closed by the fold
	n    int
}

func newState() *state {
	return &state{open: map[uuid.UUID]*record{}, await: map[uuid.UUID]*effect{}, watch: map[uuid.UUID]*watcher{}}
}

// fold takes one entry. It is what ledger.Fold asks for; the time that counts for a case is the latest of its own entries', so
// that reading them alone gives the same; now is for the breaker's patience only.
func (s *state) fold(e ledger.Entry, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.trip(e.At) }()
	if e.Stream == ledgerStream {
		s.breaker.advance(now, e.ID)
		err := s.takeErasure(e)
		s.breaker.advance(now, e.ID) // those behind an erased case wait no longer
		return err
	}
	if e.Version > layout {
		if e.Critical {
			return ledger.ErrUpgrade
		}
		return nil
	}
	s.breaker.advance(now, e.ID) // a verdict that comes late is late, whatever happened meanwhile
	did, err := s.take(e)
	if err != nil {
		return err
	}
	s.breaker.advance(now, e.ID)
	if p := s.await[e.ID]; p != nil {
		*p = did
	}
	return nil
}

// trip stops this process with the very entry that made the breaker trip. What it says to the others is written afterwards.
func (s *state) trip(at time.Time) {
	switch on := s.breaker != nil && s.breaker.tripped; {
	case on && s.tripped.Load() == nil:
		s.tripped.Store(&Stopped{Who: breakerName, Why: breakerWhy, At: at})
	case !on:
		s.tripped.Store(nil)
	}
}

func (s *state) take(e ledger.Entry) (effect, error) {
	switch e.Kind {
	case kindOpened:
		return s.takeOpened(e)
	case kindClaimed, kindRenewed, kindReleased, kindSkipped, kindEscalated, kindAssigned, kindDecided, kindUndone, kindFinal,
		kindDue, kindExpired, kindInvalidated:
		return s.takeChange(e)
	case kindDelivered, kindIntent, kindResult, kindResolved:
		s.out.take(e)
		return ignored, nil // what is about decided cases is read from the ledger
	case kindDrilled:
		return ignored, nil // evidence
	case kindStopOn, kindStopOff:
		return s.takeStop(e)
	case kindEnrolled, kindDismissed:
		var body rosterBody
		if err := decode(e, &struct{}{}, &body); err != nil {
			return ignored, err
		}
		return s.enrol(e.Kind, Member(body.plainMember)), nil
	case kindRead:
		var n reading
		if err := decode(e, &n, nil); err != nil {
			return ignored, err
		}
		s.breaker.load(&n)
		return applied, nil
	case kindKey:
		if s.key == ([keySize]byte{}) {
			copy(s.key[:], e.Body)
		}
		return applied, nil
	}
	if e.Critical {
		return ignored, ledger.ErrUpgrade
	}
	return ignored, nil
}

func (s *state) takeOpened(e ledger.Entry) (effect, error) {
	if s.open[e.Key] != nil {
		return ignored, nil
	}
	r, err := open(e)
	if r == nil {
		return ignored, err
	}
	s.open[r.id] = r
	s.queueOf(r).push(r)
	if r.Held {
		s.held++
	}
	heap.Push(&s.due, r)
	s.breaker.enter(r)
	s.notice(&e, r)
	s.keys.add(r)
	return applied, nil
}

func (s *state) takeChange(e ledger.Entry) (effect, error) {
	r := s.open[e.Key]
	if r == nil {
		return ignored, nil
	}
	did, err := r.apply(e)
	if err != nil || did != applied {
		return did, err
	}
	if r.decided() || e.Kind == kindDecided || e.Kind == kindUndone {
		s.wake(r.id)
	}
	if !r.decided() {
		if e.Kind == kindDue {
			s.notice(&e, r)
		}
		heap.Fix(&s.due, r.due)
		if q := s.queueOf(r); q != r.list {
			r.list.remove(r)
			q.push(r)
		}
		return did, nil
	}
	s.breaker.leave(r)
	if s.live && r.verdict.expired {
		s.expired.Add(1)
	}
	s.out.add(r)
	s.notice(&e, r)
	s.drop(r)
	return did, nil
}

// wake tells who waits for a case to look again.
func (s *state) wake(id uuid.UUID) {
	if w := s.watch[id]; w != nil {
		close(w.done)
		delete(s.watch, id)
	}
}

// drop takes a case out of the queue.
func (s *state) drop(r *record) {
	delete(s.open, r.id)
	s.keys.drop(r)
	r.list.remove(r)
	heap.Remove(&s.due, r.due)
	if r.Held {
		s.held--
	}
	if len(s.open) == 0 { // a map that has been large stays so
		s.open, s.due = map[uuid.UUID]*record{}, nil
	}
}

func (s *state) takeStop(e ledger.Entry) (effect, error) {
	var public stopPublic
	var body stopBody
	if err := decode(e, &public, &body); err != nil {
		return ignored, err
	}
	on := s.stop.Load()
	switch {
	case e.Kind == kindStopOff && public.Drill && on != nil && !on.drill:
		return ignored, nil // the end of a drill ends no real stop
	case e.Kind == kindStopOff:
		s.stop.Store(nil)
		if !public.Drill {
			s.breaker.restart(e.Seq)
		}
		return applied, nil
	}
	did := ignored
	if on == nil || on.drill && !public.Drill { // else who stopped first is who stopped
		s.stop.Store(&Stopped{Who: body.Who, Why: body.Why, At: e.At, Seq: e.Seq, drill: public.Drill})
		did = applied
	}
	if here := s.halt.Load(); here != nil && here.entry == e.ID {
		s.halt.CompareAndSwap(here, nil)
	}
	return did, nil
}

func (s *state) queueOf(r *record) *queue {
	return &s.levels[level(r.urgent, r.Held)]
}

// queue is a list of records linked through themselves, in the order of opening.
type queue struct {
	first, last *record
	n           int
}

// push puts a record in its place, which is the end unless it comes from another list.
func (q *queue) push(r *record) {
	before := q.last
	for before != nil && before.seq > r.seq {
		before = before.prev
	}
	r.list, r.prev = q, before
	if before != nil {
		r.next, before.next = before.next, r
	} else {
		r.next, q.first = q.first, r
	}
	if r.next != nil {
		r.next.prev = r
	} else {
		q.last = r
	}
	q.n++
}

func (q *queue) remove(r *record) {
	if r.prev != nil {
		r.prev.next = r.next
	} else {
		q.first = r.next
	}
	if r.next != nil {
		r.next.prev = r.prev
	} else {
		q.last = r.prev
	}
	r.list, r.prev, r.next = nil, nil, nil
	q.n--
}

// dueHeap has the record first that turns first.
type dueHeap []*record

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].turns().Before(h[j].turns()) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].due, h[j].due = i, j
}

func (h *dueHeap) Push(x any) {
	r := x.(*record) //nolint:forcetypeassert // heap.Interface: only records are pushed
	r.due = len(*h)
	*h = append(*h, r)
}

func (h *dueHeap) Pop() any {
	old := *h
	r := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	r.due = -1
	return r
}
