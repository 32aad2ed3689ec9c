package fairness

import (
	"hash/maphash"
	"math"
	"strings"
	"sync"
	"sync/atomic"
)

// cells holds the counters of one monitor, one cell for each combination of groups
// that was seen. Only the finest cells are counted, so one decision is one addition
// however many attributes there are; margins are added up when a table is asked for.
//
// Looking up is lock-free: the index is an open-addressing table of pointers that
// only ever gains entries, and growing it publishes a larger copy. A copy-on-write
// Go map would need one hash of a struct of strings; this needs no copy for each new
// group and half the time.
type cells struct {
	seed  maphash.Seed
	limit int
	index atomic.Pointer[index]
	count atomic.Int64
	full  atomic.Bool // no further cell: what is new goes to other

	mu    sync.Mutex // held to add a cell, never to count
	all   []*cell
	names map[string]string // each group value once, however many cells have it
	other cell              // decisions of groups seen after the limit was reached
}

type index struct {
	mask  uint64
	slots []atomic.Pointer[cell]
}

// cell is the counts of one combination of groups. What a decision reads and writes
// is one cache line; the rest is apart, so that many cells still fit into the cache.
type cell struct {
	hash    uint64
	yes, no atomic.Uint64 // decisions of weight 1
	first   [2]string     // the values of the first two attributes; all of them are in more
	more    *more
}

// more is what a cell holds besides.
type more struct {
	groups  Groups
	uneven  uneven // decisions of other weights
	truth   [4]sum // weights of labelled decisions, by favourable and truth
	ends    [beside]atomic.Uint64
	settled atomic.Uint64 // held calls that reached their final outcome
	scores  lazily
}

func (c *cell) is(g *Groups, h uint64) bool {
	return c.hash == h && c.first[0] == g.value[0] && c.first[1] == g.value[1] &&
		(g.n <= 2 || c.more.groups.same(g))
}

// uneven adds up weighted decisions.
type uneven struct {
	count      atomic.Uint64
	favourable sum
	total      sum
	squares    sum
}

// sum is a float64 that many goroutines add to.
type sum struct{ bits atomic.Uint64 }

func (s *sum) add(v float64) {
	for {
		old := s.bits.Load()
		if s.bits.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

func (s *sum) load() float64 { return math.Float64frombits(s.bits.Load()) }

func newCells(limit int) *cells {
	c := &cells{seed: maphash.MakeSeed(), limit: limit, names: map[string]string{}}
	c.other.more = &more{}
	c.index.Store(newIndex(16))
	return c
}

func newIndex(size int) *index {
	return &index{mask: uint64(size - 1), slots: make([]atomic.Pointer[cell], size)}
}

// find returns the cell of g, or nil if there is none yet.
func (x *index) find(g *Groups, h uint64) *cell {
	for i := h & x.mask; ; i = (i + 1) & x.mask {
		c := x.slots[i].Load()
		if c == nil || c.is(g, h) {
			return c
		}
	}
}

func (x *index) insert(c *cell) {
	i := c.hash & x.mask
	for x.slots[i].Load() != nil {
		i = (i + 1) & x.mask
	}
	x.slots[i].Store(c)
}

// at returns the cell to count g in. why is not empty if g cannot be a group.
func (c *cells) at(g *Groups) (found *cell, why string) {
	h := g.hash(c.seed)
	if found = c.index.Load().find(g, h); found != nil {
		return found, ""
	}
	return c.add(g, h)
}

func (c *cells) add(g *Groups, h uint64) (*cell, string) {
	if why := g.invalid(); why != "" {
		return nil, why
	}
	if c.full.Load() {
		return &c.other, ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.index.Load()
	if found := x.find(g, h); found != nil {
		return found, "" // another goroutine was first
	}
	if len(c.all) >= c.limit {
		c.full.Store(true)
		return &c.other, ""
	}
	own := c.keep(*g)
	added := &cell{hash: h, first: [2]string(own.value[:2]), more: &more{groups: own}}
	c.all = append(c.all, added)
	c.count.Add(1)
	if 2*len(c.all) > len(x.slots) {
		larger := newIndex(2 * len(x.slots))
		for _, one := range c.all {
			larger.insert(one)
		}
		c.index.Store(larger)
	} else {
		x.insert(added)
	}
	return added, ""
}

// keep returns g with strings of the monitor's own: a cell lives for ever, and must
// not hold on to a request's whole buffer.
func (c *cells) keep(g Groups) Groups {
	for i := range g.n {
		own, ok := c.names[g.value[i]]
		if !ok {
			own = strings.Clone(g.value[i])
			c.names[own] = own
		}
		g.value[i] = own
	}
	return g
}
