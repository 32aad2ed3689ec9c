package ledger

import (
	"hash/maphash"

	"github.com/google/uuid"
)

// positions is a set of rows that are found by a UUID of theirs: a hash table with open addressing in eight bytes a slot,
// where a map would keep the UUID once more. It is cut into shards that grow by themselves, so that no append pays for
// the growth of a whole table. IDs may be chosen by an attacker, so the hash is keyed.
type positions struct {
	seed   maphash.Seed
	uuid   func(at uint32) *uuid.UUID // of a row
	shards [1 << shardBits]shard
}

const (
	shardBits = 6
	shardMin  = 16 // slots
)

// shard has a number of slots that is a power of two. A slot is half of the hash, then the position; 0 is free. The
// home of a slot is where the low bits of that half say, and there is no free slot between it and its home.
type shard struct {
	slots []uint64
	used  int
}

func (p *positions) init(of func(at uint32) *uuid.UUID) { p.seed, p.uuid = maphash.MakeSeed(), of }

// hash is of a UUID; the others take it, so that it is computed once for all.
func (p *positions) hash(id *uuid.UUID) uint64 { return maphash.Bytes(p.seed, id[:]) }

func (p *positions) shard(hash uint64) (s *shard, half uint32) {
	return &p.shards[hash>>(64-shardBits)], uint32(hash)
}

// get returns the row with a UUID, or 0.
func (p *positions) get(hash uint64, id *uuid.UUID) uint32 {
	s, half := p.shard(hash)
	if i := p.slot(s, half, id); i >= 0 {
		return uint32(s.slots[i])
	}
	return 0
}

// slot returns where in the shard a UUID is, or -1.
func (p *positions) slot(s *shard, half uint32, id *uuid.UUID) int {
	if len(s.slots) == 0 {
		return -1
	}
	mask := uint32(len(s.slots) - 1)
	for i := half & mask; s.slots[i] != 0; i = (i + 1) & mask {
		if uint32(s.slots[i]>>32) == half && *p.uuid(uint32(s.slots[i])) == *id {
			return int(i)
		}
	}
	return -1
}

// put takes in a row by its UUID, which is not there.
func (p *positions) put(hash uint64, at uint32) {
	s, half := p.shard(hash)
	if s.used >= len(s.slots)/4*3 {
		old := s.slots
		s.slots = make([]uint64, max(shardMin, 2*len(old)))
		for _, slot := range old {
			if slot != 0 {
				s.place(slot)
			}
		}
	}
	s.place(uint64(half)<<32 | uint64(at))
	s.used++
}

func (s *shard) place(slot uint64) {
	mask := uint32(len(s.slots) - 1)
	i := uint32(slot>>32) & mask
	for s.slots[i] != 0 {
		i = (i + 1) & mask
	}
	s.slots[i] = slot
}

// drop takes out the row with a UUID, before the row loses it.
func (p *positions) drop(hash uint64, id *uuid.UUID) {
	s, half := p.shard(hash)
	i := p.slot(s, half, id)
	if i < 0 {
		return
	}
	mask := uint32(len(s.slots) - 1)
	hole := uint32(i)
	for next := (hole + 1) & mask; s.slots[next] != 0; next = (next + 1) & mask {
		home := uint32(s.slots[next]>>32) & mask
		if (next-home)&mask >= (next-hole)&mask { // its home is not behind the hole: it may move there
			s.slots[hole], hole = s.slots[next], next
		}
	}
	s.slots[hole] = 0
	s.used--
}
