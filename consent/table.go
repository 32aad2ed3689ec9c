package consent

import (
	"hash/maphash"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

// table is what people said last, as flat memory without a pointer: the garbage collector does not look into it, and a check is one
// or two cache lines. One entry is one person's word on one purpose to one recipient, in four words: a 128-bit keyed hash of the
// three, and what was said. With 128 bits, two of a hundred million entries share a hash with a chance of 10⁻²³: a collision would
// be somebody else's consent.
//
// Beside the entries lies an index of one word each, by which an erasure finds a person's: it knows them by their mark alone.
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
	// A shard grows by an eighth when it is three quarters full: with its index, memory is between 53 and 60 bytes an entry.
	fullNum, fullDen = 3, 4
	growth           = 8
	placeBits        = 24 // of an index word: a shard has up to 16 million places, all together a billion
)

type shard struct {
	version atomic.Uint64 // odd while the writer is at it
	words   atomic.Pointer[[]atomic.Uint64]
	used    int // entries, the forgotten ones included
	// index finds the entries of a mark: the tag of the mark and the place+1, at the hash of the tag or after it; 0 where there is
	// none. It is as long as the shard has places, and holds each entry once.
	index   []uint64
	writing sync.Mutex // one writer a shard; in bounded mode readers that load are writers, too
	_       [128 - 8*7]byte
}

// id is the hash of a subject, a purpose and a recipient. The zero id stands for an empty place, so no key has it.
type id struct{ high, low uint64 }

func newTable() *table {
	t := &table{high: maphash.MakeSeed(), low: maphash.MakeSeed()}
	for i := range t.shards {
		words := t.shards[i].empty(minLoaded)
		t.shards[i].words.Store(&words)
	}
	return t
}

// like is an empty table whose ids are those of t.
func (t *table) like() *table {
	other := newTable()
	other.high, other.low = t.high, t.low
	return other
}

// used is how many entries there are, those that were forgotten lately included.
func (t *table) used() (n int) {
	for i := range t.shards {
		s := &t.shards[i]
		s.writing.Lock()
		n += s.used
		s.writing.Unlock()
	}
	return n
}

// empty begins a shard anew, with that many places, which the caller fills and stores.
func (s *shard) empty(places int) []atomic.Uint64 {
	s.index, s.used = make([]uint64, places), 0
	return make([]atomic.Uint64, places*entryLen)
}

// person is the hash of a subject, from which the ids of all that the subject said are derived.
func (t *table) person(subject string) id {
	return id{maphash.String(t.high, subject), maphash.String(t.low, subject)}
}

// recipient is the hash of a recipient. It is another than that of a person of the same name, and no simple function of it: or what one
// customer allows another to have would be what the other allows the one.
func (t *table) recipient(name string) id {
	p := t.person(name)
	return id{mix(p.high + odd), mix(p.low ^ odd)}
}

// to is the id of the person's word on a purpose to a recipient, whose hash is recipient (zero: to all). The finaliser is that of
// MurmurHash3: each bit of what goes in changes half of what comes out, so that entries stay spread.
func (p id) to(purpose uint16, recipient id) id {
	step := (uint64(purpose) + 1) * odd
	out := id{mix(p.high ^ step ^ recipient.high), mix(p.low + step + recipient.low)}
	if out == (id{}) {
		out.low = 1
	}
	return out
}

// odd is of the golden ratio: it spreads small numbers.
const odd = 0x9e3779b97f4a7c15

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func (t *table) shard(k id) *shard { return &t.shards[k.high>>58] }

// home is where among n places what hashes to h is looked for first: a multiplication instead of a division.
func home(h, n uint64) uint64 {
	at, _ := bits.Mul64(h, n)
	return at
}

// get is what was said under k; zero if nothing was.
func (t *table) get(k id) said {
	s := t.shard(k)
	for {
		before := s.version.Load()
		found := find(*s.words.Load(), k)
		if before&1 == 0 && s.version.Load() == before {
			return found
		}
		runtime.Gosched() // the writer may have been interrupted
	}
}

// find looks for k along its probe sequence, which is linear: the next entries are in the same or the next cache line.
func find(words []atomic.Uint64, k id) said {
	n := uint64(len(words) / entryLen)
	for i, seen := home(k.low, n), uint64(0); seen < n; i, seen = i+1, seen+1 {
		if i == n {
			i = 0
		}
		e := words[i*entryLen : i*entryLen+entryLen : i*entryLen+entryLen]
		high, low := e[0].Load(), e[1].Load()
		if high == k.high && low == k.low {
			return said{e[2].Load(), e[3].Load()}
		}
		if high|low == 0 {
			return said{}
		}
	}
	return said{}
}

// put sets what was said under k by the person whom erasures know by the tag; 0: nobody they could know.
func (t *table) put(k id, v said, tag uint64) {
	s := t.shard(k)
	s.writing.Lock()
	defer s.writing.Unlock()
	words := *s.words.Load()
	if (s.used+1)*fullDen > len(words)/entryLen*fullNum {
		words = s.grow(words) // readers go on with the old ones meanwhile
		if len(words)/entryLen >= 1<<placeBits-1 {
			panic("consent: a billion words are too many for one gate")
		}
	}
	s.version.Add(1)
	s.words.Store(&words)
	s.place(words, k, v, tag)
	s.version.Add(1)
}

// place writes an entry.
func (s *shard) place(words []atomic.Uint64, k id, v said, tag uint64) {
	n := uint64(len(words) / entryLen)
	for i := home(k.low, n); ; i++ {
		if i == n {
			i = 0
		}
		e := words[i*entryLen : i*entryLen+entryLen]
		high, low := e[0].Load(), e[1].Load()
		if high|low != 0 && (high != k.high || low != k.low) {
			continue
		}
		e[0].Store(k.high)
		e[1].Store(k.low)
		e[2].Store(v.a)
		e[3].Store(v.b)
		if high|low == 0 {
			s.used++
			s.note(tag, i)
		}
		return
	}
}

// note enters a place into the index. What an erasure cannot know is not looked for there.
func (s *shard) note(tag, place uint64) {
	if tag == 0 {
		return
	}
	n := uint64(len(s.index))
	for i := home(mix(tag), n); ; i++ {
		if i == n {
			i = 0
		}
		if s.index[i] == 0 {
			s.index[i] = tag<<placeBits | (place + 1)
			return
		}
	}
}

// forget empties every entry of the person whom an erasure knows by the tag, and tells the caller what stood there. Their places keep
// their hash, which leads to nobody, until the shard grows: others may have been placed behind them.
func (t *table) forget(tag uint64, was func(said)) {
	for i := range t.shards {
		t.shards[i].forget(tag, was)
	}
}

func (s *shard) forget(tag uint64, was func(said)) {
	s.writing.Lock()
	defer s.writing.Unlock()
	words := *s.words.Load()
	n := uint64(len(s.index))
	for i, seen := home(mix(tag), n), uint64(0); seen < n && s.index[i] != 0; seen++ {
		if s.index[i]>>placeBits == tag {
			e := words[s.placeAt(i)*entryLen:]
			if v := (said{e[2].Load(), e[3].Load()}); v.any() {
				was(v)
				s.version.Add(1)
				e[2].Store(0)
				e[3].Store(0)
				s.version.Add(1)
			}
		}
		if i++; i == n {
			i = 0
		}
	}
}

// placeAt is the place that a word of the index tells of.
func (s *shard) placeAt(i uint64) uint64 { return s.index[i]&(1<<placeBits-1) - 1 }

// grow makes a shard with an eighth more places and without what was forgotten.
func (s *shard) grow(old []atomic.Uint64) []atomic.Uint64 {
	n := len(old) / entryLen
	tags := make([]uint64, n) // by place
	for i, word := range s.index {
		if word != 0 {
			tags[s.placeAt(uint64(i))] = word >> placeBits
		}
	}
	words := s.empty(n + n/growth)
	for i, tag := range tags {
		e := old[i*entryLen:]
		if v := (said{e[2].Load(), e[3].Load()}); v.any() {
			s.place(words, id{e[0].Load(), e[1].Load()}, v, tag)
		}
	}
	return words
}

// bytes is the memory the entries take.
func (t *table) bytes() int {
	n := 0
	for i := range t.shards {
		n += len(*t.shards[i].words.Load())*8 + len(t.shards[i].index)*8
	}
	return n
}
