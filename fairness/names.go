package fairness

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"sync/atomic"
)

// names turns the values of one attribute into integers from 1, in the order in which
// they came in. Finding takes no lock; adding needs that of the cells.
type names struct {
	seed  seed
	table atomic.Pointer[nameTable]
	count uint32
}

// seed makes looking up as fast for values and codes that somebody chose as for others.
type seed struct {
	words [2]uint64
	long  maphash.Seed
}

func newSeed() seed {
	s := maphash.MakeSeed()
	return seed{[2]uint64{maphash.String(s, "first"), maphash.String(s, "second")}, s}
}

// mix hashes two words.
func (s *seed) mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a^s.words[0], b^s.words[1])
	return high ^ low
}

// nameTable is an open-addressing table that only ever gains names.
type nameTable struct {
	mask  uint64
	slots []name
}

// name is read only once its id, which is written last, is not 0. first and last are the
// value itself up to 16 bytes, as nearly all groups are, so that comparing needs no look
// at the text.
type name struct {
	id          atomic.Uint32
	first, last uint64
	text        string
}

// inFull is how many bytes first and last hold, with the length, in full.
const inFull = 16

// ends are the beginning and the end of a text; they overlap if it is short. Of one
// longer than 16 bytes they are its hash.
func (s *seed) ends(text string) (first, last uint64) {
	n := len(text)
	switch {
	case n > inFull:
		return maphash.String(s.long, text), 0
	case n >= 8:
		return load8(text), load8(text[n-8:])
	case n >= 4:
		return load4(text), load4(text[n-4:])
	case n > 0:
		return uint64(text[0])<<16 | uint64(text[n/2])<<8 | uint64(text[n-1]), 0
	}
	return 0, 0
}

// The compiler makes one load of each.
func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

func newNames(s seed) *names {
	n := &names{seed: s}
	n.table.Store(newNameTable(8))
	return n
}

func newNameTable(size int) *nameTable {
	return &nameTable{mask: uint64(size - 1), slots: make([]name, size)}
}

// find returns the integer of a value, 0 if it has none yet.
func (n *names) find(text string) uint32 {
	first, last := n.seed.ends(text)
	t := n.table.Load()
	for i := n.seed.mix(first, last^uint64(len(text))<<56) & t.mask; ; i = (i + 1) & t.mask {
		one := &t.slots[i]
		id := one.id.Load()
		if id == 0 || one.first == first && one.last == last && len(one.text) == len(text) && (len(text) <= inFull || one.text == text) {
			return id
		}
	}
}

// add returns the integer of a value and gives it one if it has none. The text is kept.
func (n *names) add(text string) uint32 {
	if id := n.find(text); id != 0 {
		return id
	}
	n.count++
	t := n.table.Load()
	if 2*int(n.count) <= len(t.slots) {
		n.insert(t, n.count, text)
		return n.count
	}
	larger := newNameTable(2 * len(t.slots))
	for i := range t.slots {
		if old := &t.slots[i]; old.id.Load() != 0 {
			n.insert(larger, old.id.Load(), old.text)
		}
	}
	n.insert(larger, n.count, text)
	n.table.Store(larger)
	return n.count
}

func (n *names) insert(t *nameTable, id uint32, text string) {
	first, last := n.seed.ends(text)
	i := n.seed.mix(first, last^uint64(len(text))<<56) & t.mask
	for t.slots[i].id.Load() != 0 {
		i = (i + 1) & t.mask
	}
	t.slots[i].first, t.slots[i].last, t.slots[i].text = first, last, text
	t.slots[i].id.Store(id)
}

// keep returns g with strings of the monitor's own: a cell lives for ever, and must not
// hold on to a request's whole buffer.
func (c *cells) keep(g Groups) Groups {
	for i := range g.n {
		own, ok := c.own[g.value[i]]
		if !ok {
			own = strings.Clone(g.value[i])
			c.own[own] = own
		}
		g.value[i] = own
	}
	return g
}
