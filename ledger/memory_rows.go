package ledger

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// memoryRow is a row as the memory store keeps it. Positions are of 32 bits; 0 is none.
type memoryRow struct {
	leaf, commitment [32]byte
	id, key          uuid.UUID
	at               int64
	place            spot   // of public, if it is the row's own, and sealed
	public, sealed   uint32 // bytes there
	shape            uint32 // among shapes
	person           uint32 // among people; 0: erased or retained
	nextKey          uint32 // row of the same key
	lastKey          uint32 // of all rows of its key, if it is the first that has a body
	nextPerson       uint32
}

func (r *memoryRow) kept() bool { return r.person != 0 }

// shape is what many rows have in common: a program writes few kinds of entries, and often the same public part.
type shape struct {
	stream, kind string
	version      uint8
	critical     bool
	public       []byte // empty: each row has its own
}

const (
	maxShared      = 1024 // public parts that are kept once for all their rows
	maxSharedBytes = 256  // of one
)

// shapes keeps one copy of each shape. There are few by design; hostile ones are not remembered without bound.
type shapes struct {
	list   []shape
	known  map[string]uint32
	shared int // of known, with a public part
	buf    []byte
}

func (s *shapes) init() { s.known = map[string]uint32{} }

// of returns the shape of an envelope, and what of its public part is not in it.
func (s *shapes) of(e *envelope) (at uint32, own []byte) {
	s.buf = append(s.buf[:0], e.version, flag(e.critical), byte(len(e.stream)))
	s.buf = append(append(s.buf, e.stream...), e.kind...)
	if len(e.public) > 0 && len(e.public) <= maxSharedBytes {
		head := len(s.buf)
		s.buf = append(append(s.buf, 0), e.public...) // no name holds a NUL
		if at, ok := s.known[string(s.buf)]; ok {
			return at, nil
		}
		if s.shared < maxShared {
			s.shared++
			return s.add(e, slices.Clone(e.public), true), nil
		}
		s.buf = s.buf[:head]
	}
	if at, ok := s.known[string(s.buf)]; ok {
		return at, e.public
	}
	return s.add(e, nil, len(s.known) < maxShared+maxCount), e.public
}

func (s *shapes) add(e *envelope, public []byte, remember bool) uint32 {
	at := uint32(len(s.list))
	s.list = append(s.list, shape{strings.Clone(e.stream), strings.Clone(e.kind), e.version, e.critical, public})
	if remember {
		s.known[string(s.buf)] = at
	}
	return at
}

// people are the subjects that have a key, and nobody.
type people struct {
	list    []*person // the first is not used
	byToken map[[32]byte]uint32
	free    []uint32 // of list
}

type person struct {
	keyRow             // nothing but the token until there is a key
	first, last uint32 // rows
}

func (p *people) init() { p.list, p.byToken = []*person{{}}, map[[32]byte]uint32{} }

// of returns whom a token is of, and takes them in.
func (p *people) of(token [32]byte) uint32 {
	at, ok := p.byToken[token]
	if ok {
		return at
	}
	who := &person{keyRow: keyRow{token: token}}
	if n := len(p.free); n > 0 {
		at, p.free = p.free[n-1], p.free[:n-1]
		p.list[at] = who
	} else {
		at = uint32(len(p.list))
		p.list = append(p.list, who)
	}
	p.byToken[token] = at
	return at
}

func (p *people) key(token [32]byte) (k keyRow, ok bool) {
	who := p.list[p.byToken[token]]
	return who.keyRow, len(who.wrapped) > 0
}

func (p *people) setKey(k keyRow) { p.list[p.of(k.token)].keyRow = k }

// first returns the first row about someone.
func (p *people) first(token [32]byte) Seq { return Seq(p.list[p.byToken[token]].first) }

// forget destroys the key of someone none of whose rows has a body any more.
func (p *people) forget(token [32]byte) {
	at, ok := p.byToken[token]
	if !ok {
		return
	}
	clear(p.list[at].wrapped)
	clear(p.list[at].name)
	p.list[at] = &person{}
	delete(p.byToken, token)
	p.free = append(p.free, at)
}

const (
	blockMin = 16 << 10 // bytes
	blockMax = 1 << 20
)

// blocks keeps bytes that can be found by a spot. A block never moves, so that what was handed out stays good.
type blocks struct {
	list    [][]byte
	current int // of list, into which the next bytes go
	size    int // bytes of the next block
}

// spot is where bytes lie in blocks.
type spot struct{ block, from uint32 }

// keep copies two pieces, one after the other.
func (b *blocks) keep(first, second []byte) spot {
	need, to := len(first)+len(second), b.current
	if len(b.list) == 0 || need > cap(b.list[to])-len(b.list[to]) {
		to = b.grow(need)
	}
	block := b.list[to]
	from := len(block)
	b.list[to] = append(append(block, first...), second...)
	return spot{uint32(to), uint32(from)}
}

// grow adds a block. What would take much of one has its own, and the room left in the present one is used up first.
func (b *blocks) grow(need int) int {
	size := max(b.size, blockMin)
	alone := need > size/4 && len(b.list) > 0
	if alone {
		size = need
	} else {
		size = max(size, need)
		b.current, b.size = len(b.list), min(2*size, blockMax)
	}
	b.list = append(b.list, make([]byte, 0, size))
	return len(b.list) - 1
}

// get returns the two pieces. An append to the first cannot reach the second.
func (b *blocks) get(at spot, first, second uint32) ([]byte, []byte) {
	if first+second == 0 {
		return nil, nil
	}
	both := b.list[at.block][at.from : at.from+first+second : at.from+first+second]
	return both[:first:first], both[first:]
}

const (
	arenaMin = 1 << 10 // bytes
	arenaMax = 64 << 10
)

// arena copies byte slices into blocks, so that a copy costs no allocation of its own. Its memory is never reused: who
// keeps one copy keeps its block.
type arena struct {
	block []byte
	size  int // bytes of the next block
}

// copy keeps b. The capacity ends with the copy, so that an append to it cannot reach its neighbour.
func (a *arena) copy(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	if len(b) > cap(a.block)-len(a.block) {
		a.size = max(a.size, arenaMin)
		if len(b) > a.size/4 && len(b) > arenaMin {
			return append(make([]byte, 0, len(b)), b...)
		}
		a.block = make([]byte, 0, a.size)
		a.size = min(2*a.size, arenaMax)
	}
	start := len(a.block)
	a.block = append(a.block, b...)
	return a.block[start:len(a.block):len(a.block)]
}
