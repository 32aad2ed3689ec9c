package oversight

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// watermark feeds a breaker with verdicts in the order of the decisions. It is part of the fold, and like all of it a function of the
// entries only: also where entries have gone with an erased person, or by age. What such cases said is not known any more to who
// replays the rest, so who lived through it has to forget it, too; the readings in between are written down now and then (kindRead),
// as numbers about nobody.
type watermark struct {
	config Breaker
	print  string // of the settings
	process
	since ledger.Seq // the Start after which it began afresh
	base  process    // as last written down
	read  []waiting  // since then, in order
	line  []waiting  // in the order of opening; what stands before head has been read
	head  int
	first int // the place of line[0], counted from the beginning of time
	every int // after how many readings they are written down
	saved int // how many of read are in a writing that is on its way
	note  *reading
}

// waiting is one drawn case in line.
type waiting struct {
	seq    ledger.Seq
	mark   ledger.Mark
	id     uuid.UUID // of the opening
	p      float64
	opened int64 // Unix nanoseconds
	known  bool
	wrong  bool
}

// reading is what a breaker has read up to a case: the payload of kindRead, and nothing about anybody.
type reading struct {
	Print   string              `json:"settings"`
	Since   ledger.Seq          `json:"since"`
	Through ledger.Seq          `json:"through"` // the opening of the last case read
	Wealth  [len(worse)]float64 `json:"wealth"`
	Reviews int                 `json:"reviews"`
	Against int                 `json:"overruled"`
	Trip    uuid.UUID           `json:"trip,omitzero"` // the opening of the case at which it tripped
	at      uuid.UUID
}

const readingsWritten = 256 // together, as each writing is an entry

func newWatermark(b *Breaker) *watermark {
	if b == nil {
		return nil
	}
	p := newProcess(b)
	return &watermark{config: *b, print: b.fingerprint(), process: p, base: p, every: readingsWritten}
}

// enter puts a case at the end of the line.
func (w *watermark) enter(r *record) {
	r.place = -1
	if w == nil || !r.chance() || r.seen() < w.config.MinProbability*(1-1e-12) {
		return
	}
	r.place = w.first + len(w.line)
	w.line = append(w.line, waiting{seq: r.seq, mark: r.mark, id: r.opening, p: r.seen(), opened: r.opened.UnixNano()})
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
	for ; w.head < len(w.line); w.head++ {
		c := &w.line[w.head]
		late := now.UnixNano()-c.opened >= int64(w.config.Patience)
		if !c.known && !late && len(w.line)-w.head <= maxBehind {
			break
		}
		if c.p == 0 {
			continue // forgotten
		}
		c.wrong = c.known && c.wrong
		w.take(c)
		w.read = append(w.read, *c)
	}
	w.compact()
	if len(w.read)-w.saved >= w.every {
		w.saved = len(w.read)
		w.note = w.carry()
		w.note.at = at
	}
}

// carry is what has been read, to be written down; nil if that is written down already.
func (w *watermark) carry() *reading {
	if w == nil || len(w.read) == 0 {
		return nil
	}
	return &reading{
		Print: w.print, Since: w.since, Through: w.read[len(w.read)-1].seq,
		Wealth: w.wealth, Reviews: w.reviews, Against: w.overruled, Trip: w.trip, at: uuid.Must(uuid.NewV7()),
	}
}

func (w *watermark) take(c *waiting) {
	if w.see(c.p, c.wrong); w.tripped && w.trip == uuid.Nil {
		w.trip = c.id
	}
}

// compact gives back what has been read. Moving the rest costs less than reading did.
func (w *watermark) compact() {
	if w.head > len(w.line)/2 {
		w.first += w.head
		w.line = append(w.line[:0], w.line[w.head:]...)
		w.head = 0
	}
}

// load takes what was written down. It changes nothing for who has read the same; who could not, because entries had gone, knows it from
// here on.
func (w *watermark) load(n *reading) {
	if w == nil || n.Print != w.print || n.Since != w.since {
		return // another breaker's, or of a process that has ended
	}
	done := slices.IndexFunc(w.read, func(c waiting) bool { return c.seq > n.Through })
	if done < 0 {
		done = len(w.read)
	}
	w.read = slices.Delete(w.read, 0, done)
	w.saved = max(0, w.saved-done)
	if w.note != nil && w.note.Through <= n.Through {
		w.note = nil
	}
	for w.head < len(w.line) && w.line[w.head].seq <= n.Through {
		w.head++
	}
	w.compact()
	w.base = newProcess(&w.config)
	w.base.wealth, w.base.reviews, w.base.overruled, w.base.trip = n.Wealth, n.Reviews, n.Against, n.Trip
	w.base.tripped = n.Trip != uuid.Nil
	w.again()
}

// again computes the evidence from what was written down and what was read since.
func (w *watermark) again() {
	w.process = w.base
	for i := range w.read {
		w.take(&w.read[i])
	}
}

// forget drops the cases of an erased person: what was written down about all stays.
func (w *watermark) forget(mark ledger.Mark) {
	if w == nil {
		return
	}
	theirs := func(c waiting) bool { return c.mark == mark }
	if n := len(w.read); n > 0 {
		w.read = slices.DeleteFunc(w.read, theirs)
		if len(w.read) < n {
			w.saved = min(w.saved, len(w.read))
			w.again()
		}
	}
	for i := w.head; i < len(w.line); i++ { // the others keep their places
		if c := &w.line[i]; theirs(*c) {
			c.p, c.known, c.mark = 0, true, ledger.Mark{}
		}
	}
}

// restart begins a fresh process: what was decided before belongs to the old one.
func (w *watermark) restart(at ledger.Seq) {
	if w == nil {
		return
	}
	fresh := newProcess(&w.config)
	*w = watermark{config: w.config, print: w.print, process: fresh, base: fresh, every: w.every, since: at, first: w.first + len(w.line)}
}

// unread is when the first case in line was opened; the zero time if there is none.
func (w *watermark) unread() time.Time {
	if w == nil || w.head == len(w.line) {
		return time.Time{}
	}
	return unix(w.line[w.head].opened)
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
