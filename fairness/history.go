package fairness

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// historySlices bounds how many slices a history has: when there would be more, two
	// neighbours become one, so that it covers the whole life of the monitor in the end.
	historySlices = 48

	// historyStep is how long a slice is at first.
	historyStep = time.Minute

	// historyGroups bounds the groups of an attribute that are told apart.
	historyGroups = 32

	// historyTick is how often the hot path looks at the clock: every 16th decision of a
	// combination of groups.
	historyTick = 15

	// historyCells is up to how many cells adding them up costs nobody anything to speak of.
	historyCells = 1 << 14
)

// Slice is what was decided in a stretch of time.
type Slice struct {
	From, To time.Time

	// Views holds a table for each attribute, in the order of the monitor's, with the
	// counts of decisions and of favourable ones, and nothing else. Where an attribute has
	// more than 32 groups the later ones are in an overflow row.
	Views []Table
}

// History tells how the counts came about: up to 48 slices of time, the oldest first, which
// cover the whole life of the counts. All are of one length, which is a minute at first and
// doubles when there would be more of them; one without a decision is left out. The clock
// is looked at every 16th decision of a combination of groups, so edges are not sharp. With
// a ledger the history covers earlier runs and other processes. A nil Monitor has none.
func (m *Monitor) History() []Slice {
	if m == nil || m.cells == nil {
		return nil
	}
	m.sample(time.Now())
	return m.history.all(m.attributes)
}

// history adds up marginal counts by time.
type history struct {
	next atomic.Int64 // when the next sample is due, in Unix nanoseconds
	tick atomic.Int64 // when the hot path last looked at the clock since the last sample; 0 if it did not

	mu     sync.Mutex
	step   time.Duration
	slices []slice // sorted
	known  []map[string]bool
	seen   map[historyRow]tallied // what this process had counted by then
}

type slice struct {
	number int64 // of steps since 1970
	rows   map[historyRow]tallied
}

type historyRow struct {
	attribute int
	value     string
	overflow  bool
}

// tallied are the counts of one row.
type tallied struct {
	decisions              uint64
	n, squares, favourable float64
}

func (t tallied) plus(o tallied) tallied {
	return tallied{t.decisions + o.decisions, t.n + o.n, t.squares + o.squares, t.favourable + o.favourable}
}

func (t tallied) less(o tallied) tallied {
	return tallied{t.decisions - o.decisions, t.n - o.n, t.squares - o.squares, t.favourable - o.favourable}
}

func newHistory(attributes int) *history {
	h := &history{step: historyStep, known: make([]map[string]bool, attributes), seen: map[historyRow]tallied{}}
	for i := range h.known {
		h.known[i] = map[string]bool{}
	}
	return h
}

func (h *history) number(at time.Time) int64 { return at.UnixNano() / int64(h.step) }

// sample brings what this process has counted since the last time into the history. One
// caller at a time: the others have nothing to add.
func (m *Monitor) sample(now time.Time) {
	h := m.history
	if !h.mu.TryLock() {
		return
	}
	defer h.mu.Unlock()
	order, current := m.margins()
	at := now
	if tick := h.tick.Swap(0); tick != 0 { // all but the last few had come in by then
		at = time.Unix(0, tick)
	}
	for _, row := range order {
		if more := current[row].less(h.seen[row]); more != (tallied{}) {
			h.put(at, row, more)
		}
	}
	h.seen = current
	h.next.Store((h.number(now) + 1) * int64(h.step))
}

// margins are what this process counted, by each attribute, and the rows in the order in
// which they came in.
func (m *Monitor) margins() (order []historyRow, counted map[historyRow]tallied) {
	m.cells.mu.Lock()
	all := m.cells.all[:len(m.cells.all):len(m.cells.all)]
	m.cells.mu.Unlock()
	counted = map[historyRow]tallied{}
	for _, c := range append(all, m.cells.other.cell()) {
		t, overflow := c.tally(), c == m.cells.other.cell()
		if t == (tallied{}) {
			continue
		}
		for k := range m.attributes {
			row := historyRow{attribute: k, value: c.groups.value[k], overflow: overflow}
			if _, known := counted[row]; !known {
				order = append(order, row)
			}
			counted[row] = counted[row].plus(t)
		}
	}
	return order, counted
}

func (c *cell) tally() tallied {
	s := c.snapshot(nil)
	return tallied{s.Decisions, s.N, s.Squares, s.Favourable}
}

// others adds an entry of another process.
func (h *history) others(at time.Time, cells []Cell) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range cells {
		for k := range h.known {
			row := historyRow{attribute: k, overflow: c.Overflow}
			if !c.Overflow {
				row.value = c.Groups[k]
			}
			h.put(at, row, tallied{c.Decisions, c.N, c.Squares, c.Favourable})
		}
	}
}

// put adds counts to the slice of a time.
func (h *history) put(at time.Time, row historyRow, t tallied) {
	if known := h.known[row.attribute]; !row.overflow && !known[row.value] {
		if len(known) >= historyGroups {
			row = historyRow{attribute: row.attribute, overflow: true}
		} else {
			known[row.value] = true
		}
	}
	number := h.number(at)
	i, found := slices.BinarySearchFunc(h.slices, number, func(s slice, n int64) int { return int(max(-1, min(1, s.number-n))) })
	if !found {
		h.slices = slices.Insert(h.slices, i, slice{number: number, rows: map[historyRow]tallied{}})
	}
	h.slices[i].rows[row] = h.slices[i].rows[row].plus(t)
	for h.slices[len(h.slices)-1].number-h.slices[0].number >= historySlices && h.step < 1<<61 {
		h.coarsen()
	}
}

// coarsen makes one slice of two.
func (h *history) coarsen() {
	h.step *= 2
	var out []slice
	for _, s := range h.slices {
		s.number >>= 1
		if n := len(out); n == 0 || out[n-1].number != s.number {
			out = append(out, s)
			continue
		}
		for row, t := range s.rows {
			out[len(out)-1].rows[row] = out[len(out)-1].rows[row].plus(t)
		}
	}
	h.slices = out
}

func (h *history) all(attributes []string) []Slice {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]Slice, 0, len(h.slices))
	for _, s := range h.slices {
		from := time.Unix(0, s.number*int64(h.step)).UTC()
		one := Slice{From: from, To: from.Add(h.step), Views: make([]Table, len(attributes))}
		for i, name := range attributes {
			one.Views[i].Attributes = []string{name}
		}
		for row, t := range s.rows {
			c := Cell{Groups: []string{row.value}, Overflow: row.overflow, Decisions: t.decisions, N: t.n, Squares: t.squares, Favourable: t.favourable}
			one.Views[row.attribute].Cells = append(one.Views[row.attribute].Cells, c)
		}
		for _, v := range one.Views {
			v.sort()
		}
		out = append(out, one)
	}
	return out
}
