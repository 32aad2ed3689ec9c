package fairness

import (
	"math"
	"sync"
	"sync/atomic"
)

// cells holds the counters of one monitor, one cell for each combination of groups
// that was seen. Only the finest cells are counted, so one decision is one addition
// however many attributes there are; margins are added up when a table is asked for.
//
// A group value is turned into a small integer once (names), the integers of a decision
// make its code, and the counters of eight neighbouring codes stand together in a block.
// So the index has an entry for a block and not for a cell, stays in the processor's
// cache when there are 100,000 cells, and what a decision waits for is one access to the
// counter itself. Looking up takes no lock: names, blocks and cells are only ever added,
// never moved or removed, and growing the index publishes a larger copy. (A table keyed by
// the strings themselves waited for two accesses and compared strings in the second: four
// times the time at 100,000 cells.)
type cells struct {
	attributes int
	limit      int
	names      [MaxAttributes]*names
	seed       seed
	index      atomic.Pointer[index]
	slabs      []atomic.Pointer[slab]
	count      atomic.Int64
	full       atomic.Bool // no further cell: what is new goes to other

	mu     sync.Mutex // held to add, never to count
	blocks int
	all    []*cell
	own    map[string]string // each group value once, however many attributes and cells have it
	other  place             // decisions of groups seen after the limit was reached
}

// code is a combination of groups: the integers of its values, idBits each, the last
// attribute lowest, three to a word.
type code struct{ low, high uint64 }

const (
	idBits   = 21 // enough for as many values as there may be cells, and one for none
	perWord  = 3
	wordBits = idBits * perWord

	blockBits  = 3 // of the last attribute's integers
	blockCells = 1 << blockBits
	slabBlocks = 32
)

// slab is where blocks live, a few together, so that a small monitor stays small.
type slab struct {
	counts [slabBlocks][blockCells]counts
	keys   [slabBlocks]code              // which codes a block is of, less blockBits
	cells  [slabBlocks][blockCells]*cell // read only where counts says that there is one
}

// counts are what a decision moves: decisions of weight 1. Neighbours share a cache line
// on purpose; one that many processors count in at once is shared in any case.
type counts struct {
	yes atomic.Uint64 // and exists, written last, so that no other line need be looked at
	no  atomic.Uint64
}

const exists = 1 << 63

func (c *counts) exist() bool            { return c.yes.Load()&exists != 0 }
func (c *counts) load() (yes, no uint64) { return c.yes.Load() &^ exists, c.no.Load() }

// place is where a cell stands.
type place struct {
	slab      *slab
	block, at uint8
}

func (p place) counts() *counts { return &p.slab.counts[p.block][p.at] }
func (p place) cell() *cell     { return p.slab.cells[p.block][p.at] }

// index finds blocks by open addressing. A slot is the number of a block from 1, and
// above it the block's codes themselves, if they are of two attributes at most, else a part
// of their hash. 0 is empty.
type index struct {
	mask  uint64
	slots []atomic.Uint64
}

// cell is what is known of one combination of groups besides its counts.
type cell struct {
	groups  Groups
	counts  *counts
	uneven  uneven // decisions of other weights
	truth   [4]sum // weights of labelled decisions, by favourable and truth
	ends    [beside]atomic.Uint64
	settled atomic.Uint64 // held calls that reached their final outcome
	scores  lazily
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

func newCells(attributes, limit int) *cells {
	c := &cells{
		attributes: attributes, limit: limit, own: map[string]string{}, seed: newSeed(),
		slabs: make([]atomic.Pointer[slab], (limit+slabBlocks-1)/slabBlocks),
		other: place{slab: &slab{}},
	}
	c.other.slab.cells[0][0] = &cell{counts: c.other.counts()}
	c.other.counts().yes.Store(exists)
	for i := range attributes {
		c.names[i] = newNames(c.seed)
	}
	c.index.Store(newIndex(16))
	return c
}

func newIndex(size int) *index {
	return &index{mask: uint64(size - 1), slots: make([]atomic.Uint64, size)}
}

// code is the code of g; not ok if a value of it has never been seen.
func (c *cells) code(g *Groups) (k code, ok bool) {
	for i := range c.attributes {
		id := c.names[i].find(g.value[i])
		if id == 0 {
			return code{}, false
		}
		k = k.with(id)
	}
	return k, true
}

// with adds the next attribute's integer.
func (k code) with(id uint32) code {
	return code{
		low:  (k.low<<idBits | uint64(id)) & (1<<wordBits - 1),
		high: k.high<<idBits | k.low>>(wordBits-idBits),
	}
}

// split tells the block of a code from the place in it.
func (k code) split() (of code, at uint8) {
	return code{k.low >> blockBits, k.high}, uint8(k.low & (blockCells - 1))
}

func (c *cells) hash(of code) uint64 { return c.seed.mix(of.low, of.high) }

// numberBits are the bits of a slot that hold the block's number.
const numberBits = idBits

// tag is what a slot of the block of says above the number; exact if no other has it.
func (c *cells) tag(of code, hash uint64) (tag uint64, exact bool) {
	if c.attributes <= 2 {
		return of.low, true
	}
	return hash >> numberBits, false
}

// block finds the block of the codes of; slab is nil if there is none yet.
func (c *cells) block(of code) place {
	x, h := c.index.Load(), c.hash(of)
	tag, exact := c.tag(of, h)
	for i := h & x.mask; ; i = (i + 1) & x.mask {
		slot := x.slots[i].Load()
		if slot == 0 {
			return place{}
		}
		if slot>>numberBits != tag {
			continue
		}
		number := uint32(slot&(1<<numberBits-1)) - 1
		s := c.slabs[number/slabBlocks].Load()
		if block := number % slabBlocks; exact || s.keys[block] == of {
			return place{slab: s, block: uint8(block)}
		}
	}
}

func (c *cells) insert(x *index, of code, number int) {
	h := c.hash(of)
	tag, _ := c.tag(of, h)
	i := h & x.mask
	for x.slots[i].Load() != 0 {
		i = (i + 1) & x.mask
	}
	x.slots[i].Store(tag<<numberBits | uint64(number+1))
}

// find returns the place of g; slab is nil if it has none yet.
func (c *cells) find(g *Groups) place {
	k, ok := c.code(g)
	if !ok {
		return place{}
	}
	of, at := k.split()
	p := c.block(of)
	p.at = at
	if p.slab == nil || !p.counts().exist() {
		return place{}
	}
	return p
}

// at returns the place to count g in. why is not empty if g cannot be a group.
func (c *cells) at(g *Groups) (found place, why string) {
	if found = c.find(g); found.slab != nil {
		return found, ""
	}
	return c.add(g)
}

func (c *cells) add(g *Groups) (place, string) {
	if why := g.invalid(); why != "" {
		return place{}, why
	}
	if c.full.Load() {
		return c.other, ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.find(g); found.slab != nil {
		return found, "" // another goroutine was first
	}
	if len(c.all) >= c.limit {
		c.full.Store(true)
		return c.other, ""
	}
	own := c.keep(*g)
	var k code
	for i := range c.attributes {
		k = k.with(c.names[i].add(own.value[i]))
	}
	of, at := k.split()
	p := c.block(of)
	if p.slab == nil {
		p = c.addBlock(of)
	}
	p.at = at
	added := &cell{groups: own, counts: p.counts()}
	p.slab.cells[p.block][at] = added
	p.counts().yes.Store(exists) // from here on it is found
	c.all = append(c.all, added)
	c.count.Add(1)
	return p, ""
}

// addBlock makes the block of the codes of.
func (c *cells) addBlock(of code) place {
	number := c.blocks
	c.blocks++
	at := &c.slabs[number/slabBlocks]
	if at.Load() == nil {
		at.Store(&slab{})
	}
	p := place{slab: at.Load(), block: uint8(number % slabBlocks)}
	p.slab.keys[p.block] = of
	x := c.index.Load()
	if 2*c.blocks <= len(x.slots) {
		c.insert(x, of, number)
		return p
	}
	larger := newIndex(2 * len(x.slots))
	for n := range c.blocks {
		c.insert(larger, c.slabs[n/slabBlocks].Load().keys[n%slabBlocks], n)
	}
	c.index.Store(larger)
	return p
}
