package consent

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// table is what people said last, as flat memory without a pointer: the garbage collector does not look into it, and a check is two
// cache lines. One entry is one person's word on one purpose to one recipient, in four words: a 128-bit keyed hash of the
// three, and what was said. With 128 bits, two of a hundred million entries share a hash with a chance of 10⁻²³: a
// collision would be somebody else's consent.
//
// Entries are spread over shards by the first bits of the hash. Readers take no lock: a shard's words are atomics, and a reader that finds
// the shard's version changed under it looks again. There is one writer, the fold.
type table struct {
	high, low maphash.Seed
	shards    [shards]shard
}

const (
	shards    = 64
	entryLen  = 4 // words
	minLoaded = 8 // entries a shard begins with
	// A shard grows by half when it is five sixths full: memory stays below 52 bytes an entry, and is 40 on average.
	fullNum, fullDen = 5, 6
)

type shard struct {
	version atomic.Uint64 // odd while the writer is at it
	words   atomic.Pointer[[]atomic.Uint64]
	used    int        // entries; the writer's
	writing sync.Mutex // one writer a shard; in bounded mode readers that load are writers, too
	_       [64 - 8*5%64]byte
}

// id is the hash of a subject, a purpose and a recipient. The zero id stands for an empty place, so no key has it.
type id struct{ high, low uint64 }

func newTable() *table {
	t := &table{high: maphash.MakeSeed(), low: maphash.MakeSeed()}
	for i := range t.shards {
		words := make([]atomic.Uint64, minLoaded*entryLen)
		t.shards[i].words.Store(&words)
	}
	return t
}

// person is the hash of a subject, from which the ids of all that the subject said are derived.
func (t *table) person(subject string) id {
	return id{maphash.String(t.high, subject), maphash.String(t.low, subject)}
}

// to is the id of the person's word on a purpose to a recipient, whose hash is recipient (zero: to all). The finaliser is that of
// MurmurHash3: each bit of what goes in changes half of what comes out, so that entries stay spread.
func (p id) to(purpose uint16, recipient id) id {
	out := id{mix(p.high ^ mix(uint64(purpose)+1) ^ recipient.high), mix(p.low + mix(uint64(purpose)<<16+1) + recipient.low)}
	if out == (id{}) {
		out.low = 1
	}
	return out
}

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func (t *table) shard(k id) *shard { return &t.shards[k.high>>58] }

// get is what was said under k.
func (t *table) get(k id) (said, bool) {
	s := t.shard(k)
	for {
		before := s.version.Load()
		words := *s.words.Load()
		found, ok := find(words, k)
		if before&1 == 0 && s.version.Load() == before {
			return found, ok
		}
	}
}

// find looks for k along its probe sequence, which is linear: the next entries are in the same cache lines.
func find(words []atomic.Uint64, k id) (said, bool) {
	n := uint64(len(words) / entryLen)
	for i, seen := k.low%n, uint64(0); seen < n; i, seen = i+1, seen+1 {
		if i == n {
			i = 0
		}
		e := words[i*entryLen : i*entryLen+entryLen : i*entryLen+entryLen]
		high, low := e[0].Load(), e[1].Load()
		if high == k.high && low == k.low {
			return unpack(e[2].Load(), e[3].Load()), true
		}
		if high|low == 0 {
			return said{}, false
		}
	}
	return said{}, false
}

// put sets what was said under k.
func (t *table) put(k id, v said) {
	s := t.shard(k)
	s.writing.Lock()
	defer s.writing.Unlock()
	words := *s.words.Load()
	if (s.used+1)*fullDen > len(words)/entryLen*fullNum {
		words = grown(words)
		s.version.Add(1)
		s.words.Store(&words)
		s.version.Add(1)
	}
	s.version.Add(1)
	if place(words, k, v) {
		s.used++
	}
	s.version.Add(1)
}

// place writes an entry and says whether it is new.
func place(words []atomic.Uint64, k id, v said) bool {
	n := uint64(len(words) / entryLen)
	for i := k.low % n; ; i++ {
		if i == n {
			i = 0
		}
		e := words[i*entryLen : i*entryLen+entryLen]
		high, low := e[0].Load(), e[1].Load()
		if high|low != 0 && (high != k.high || low != k.low) {
			continue
		}
		a, b := v.pack()
		e[0].Store(k.high)
		e[1].Store(k.low)
		e[2].Store(a)
		e[3].Store(b)
		return high|low == 0
	}
}

func grown(old []atomic.Uint64) []atomic.Uint64 {
	n := len(old) / entryLen
	words := make([]atomic.Uint64, (n+n/2)*entryLen)
	for i := 0; i < len(old); i += entryLen {
		if k := (id{old[i].Load(), old[i+1].Load()}); k != (id{}) {
			place(words, k, unpack(old[i+2].Load(), old[i+3].Load()))
		}
	}
	return words
}

// bytes is the memory the entries take.
func (t *table) bytes() int {
	n := 0
	for i := range t.shards {
		n += len(*t.shards[i].words.Load()) * 8
	}
	return n
}
