package oversight

import (
	"context"
	"encoding/hex"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// watermark feeds a breaker with verdicts in the order of the decisions. It is part of the fold, and like all of it a function of the
// entries only.
type watermark struct {
	config Breaker
	process
	line  []waiting // in the order of opening; what stands before head has been read
	head  int
	first int       // the place of line[0], counted from the beginning of time
	trip  uuid.UUID // the entry at which it tripped; zero: it has not
}

// waiting is one drawn case in line.
type waiting struct {
	p      float64
	opened int64 // Unix nanoseconds
	known  bool
	wrong  bool
}

func newWatermark(b *Breaker) *watermark {
	if b == nil {
		return nil
	}
	return &watermark{config: *b, process: newProcess(b)}
}

// enter puts a case at the end of the line.
func (w *watermark) enter(r *record) {
	r.place = -1
	if w == nil || w.tripped || !r.chance() || r.seen() < w.config.MinProbability*(1-1e-12) {
		return
	}
	r.place = w.first + len(w.line)
	w.line = append(w.line, waiting{p: r.seen(), opened: r.opened.UnixNano()})
}

// leave notes what became of a case. Without a verdict it counts as agreed with: what the deadline decided says nothing against the
// model, and must not say something by its absence.
func (w *watermark) leave(r *record) {
	if w == nil || r.place < w.first+w.head || r.place-w.first >= len(w.line) {
		return
	}
	c := &w.line[r.place-w.first]
	c.known = true
	c.wrong = !r.verdict.expired && !r.verdict.invalid && r.verdict.Verdict != Approved
}

// advance reads on as far as verdicts are known, or have been waited for long enough at the time now.
func (w *watermark) advance(now time.Time, at uuid.UUID) {
	if w == nil {
		return
	}
	for ; w.head < len(w.line) && !w.tripped; w.head++ {
		c := &w.line[w.head]
		late := now.UnixNano()-c.opened >= int64(w.config.Patience)
		if !c.known && !late && len(w.line)-w.head <= maxBehind {
			break
		}
		w.see(c.p, c.known && c.wrong)
	}
	if w.head > len(w.line)/2 { // moving the rest then costs less than reading did
		w.first += w.head
		w.line = append(w.line[:0], w.line[w.head:]...)
		w.head = 0
	}
	if w.tripped && w.trip == uuid.Nil {
		w.trip = at
		w.first += len(w.line)
		w.line, w.head = nil, 0
	}
}

// restart begins a fresh process: what was decided before belongs to the old one.
func (w *watermark) restart() {
	if w == nil {
		return
	}
	*w = watermark{config: w.config, process: newProcess(&w.config), first: w.first + len(w.line)}
}

func (w *watermark) state() BreakerState {
	if w == nil {
		return BreakerState{}
	}
	return BreakerState{
		On: true, Tripped: w.tripped, Evidence: w.evidence(), Limit: w.limit,
		Reviews: w.reviews, Overruled: w.overruled, Waiting: len(w.line) - w.head,
	}
}

// breakerTimeout bounds the writing of a stop that nobody waits for.
const breakerTimeout = 10 * time.Second

// Who pressed the button, and why.
const (
	breakerName = "breaker"
	breakerWhy  = "people overrule more often than is acceptable"
)

// pull writes the stop of a breaker that has tripped. All processes on the ledger come to the same trip and write the same entry,
// which the ledger keeps once.
func (k *Desk) pull() error {
	s := k.state
	s.mu.Lock()
	var trip uuid.UUID
	if s.breaker != nil && s.stop.Load() == nil {
		trip = s.breaker.trip
	}
	s.mu.Unlock()
	if trip == uuid.Nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), breakerTimeout)
	defer cancel()
	now := time.Now()
	here := &Stopped{Who: breakerName, Why: breakerWhy, At: now}
	k.halt.CompareAndSwap(nil, here) // in this process at once
	e := entry(kindStopOn, onceID(trip, kindStopOn), uuid.Nil, "", nil, stopBody{Who: breakerName, Why: breakerWhy})
	if _, err := k.ledger.Append(ctx, e); err != nil {
		return unwritten(nil, "the breaker's stop", err)
	}
	k.halt.CompareAndSwap(here, nil)
	return nil
}

// react runs after each entry of the desk's stream.
func (k *Desk) react(e ledger.Entry) {
	_ = k.pull() // a stop that cannot be written binds this process all the same
	if n, ok := k.state.told(e.ID); ok {
		_, _ = guard(func() ([]byte, error) { k.opts.Notify(n); return nil, nil }) // its panic must not stop the desk
	}
}

// fingerprint names a breaker's settings in a policy's version.
func (b *Breaker) fingerprint() string {
	f := newFields("breaker")
	for _, v := range []float64{b.Rate, b.Alpha, b.RunLength, b.MinProbability, float64(b.Patience)} {
		f.uint(math.Float64bits(v))
	}
	sum := f.sum()
	return hex.EncodeToString(sum[:6])
}
