package ledger

import (
	"context"
	"math"
	"sync"

	"github.com/google/uuid"
)

const (
	pageSize  = 256 // rows a reader of the memory store looks at in one go
	chunkRows = 512 // rows of one piece of the log: growth copies nothing
)

// memoryStore keeps the log in rows without pointers, which the garbage collector need not look at, and as small as they
// can be: a row costs its writer more by the fresh memory it takes than by anything done to it. Rows of one key or one
// subject are linked by position, so that an index costs one slot each instead of a slice.
type memoryStore struct {
	mu       sync.RWMutex
	settings settings
	epoch    int64
	chunks   []*[chunkRows]memoryRow
	n        Seq
	ids      positions // of rows with a body, by ID
	byKey    positions // of the first row of each key
	gone     map[[16]byte]struct{}
	people   people
	shapes   shapes
	bytes    blocks   // what of the rows has no fixed length
	tiles    [][]tile // by level
	notes    []signed
}

func newMemoryStore() *memoryStore {
	m := &memoryStore{gone: map[[16]byte]struct{}{}}
	m.people.init()
	m.shapes.init()
	m.ids.init(func(at uint32) *uuid.UUID { return &m.row(Seq(at)).id })
	m.byKey.init(func(at uint32) *uuid.UUID { return &m.row(Seq(at)).key })
	return m
}

func (m *memoryStore) row(seq Seq) *memoryRow {
	return &m.chunks[(seq-1)/chunkRows][(seq-1)%chunkRows]
}

func (m *memoryStore) setup(_ context.Context, fresh settings) (settings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.settings.origin == "" {
		m.settings = fresh
	}
	return m.settings, nil
}

func (m *memoryStore) commit(_ context.Context, c *commit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c.epoch != m.epoch {
		return &staleError{m.epoch}
	}
	if m.n+Seq(len(c.rows)) > math.MaxUint32 {
		return fail("append", ErrUnavailable, "a Memory ledger holds 4,294,967,295 entries: use Open", nil)
	}
	for i := range c.rows {
		if seq := m.position(&c.rows[i].id); seq != 0 {
			return errRepeat
		}
	}
	for _, k := range c.keys {
		if _, ok := m.people.key(k.token); ok {
			return errRepeat
		}
	}
	for _, k := range c.keys {
		m.people.setKey(k.keyRow)
	}
	for i := range c.rows {
		m.add(&c.rows[i])
	}
	return nil
}

func (m *memoryStore) position(id *uuid.UUID) Seq {
	if at := m.ids.get(m.ids.hash(id), id); at != 0 || len(m.gone) == 0 {
		return Seq(at)
	}
	if _, ok := m.gone[goneHash(*id)]; ok {
		return gone
	}
	return 0
}

func (m *memoryStore) add(r *row) {
	if m.n%chunkRows == 0 {
		m.chunks = append(m.chunks, new([chunkRows]memoryRow))
	}
	m.n++
	r.seq = m.n
	shape, own := m.shapes.of(&r.envelope)
	person := m.people.of(r.token)
	to, at := m.row(m.n), uint32(m.n)
	*to = memoryRow{
		leaf: r.leaf, commitment: r.commitment, id: r.id, key: r.key, at: r.at, shape: shape, person: person,
		public: uint32(len(own)), sealed: uint32(len(r.sealed)), place: m.bytes.keep(own, r.sealed),
	}
	m.ids.put(m.ids.hash(&r.id), at)
	if r.key != uuid.Nil {
		hash := m.byKey.hash(&r.key)
		if first := m.byKey.get(hash, &r.key); first == 0 {
			to.lastKey = at
			m.byKey.put(hash, at)
		} else {
			head := m.row(Seq(first))
			m.row(Seq(head.lastKey)).nextKey = at
			head.lastKey = at
		}
	}
	p := m.people.list[person]
	if p.first == 0 {
		p.first = at
	} else {
		m.row(Seq(p.last)).nextPerson = at
	}
	p.last = at
}

// fill gives a row as it was committed. What is not of fixed length is the store's own memory.
func (m *memoryStore) fill(to *row, seq Seq) {
	r := m.row(seq)
	s := &m.shapes.list[r.shape]
	to.seq, to.leaf = seq, r.leaf
	to.envelope = envelope{
		at: r.at, stream: s.stream, kind: s.kind, version: s.version, critical: s.critical, public: s.public, commitment: r.commitment,
	}
	to.body = body{}
	own, sealed := m.bytes.get(r.place, r.public, r.sealed)
	if len(own) > 0 {
		to.public = own
	}
	if r.kept() {
		to.body = body{kept: true, id: r.id, key: r.key, token: m.people.list[r.person].token, sealed: sealed}
	}
}

func (m *memoryStore) known(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	found := map[uuid.UUID]Seq{}
	for _, id := range ids {
		if seq := m.position(&id); seq != 0 {
			found[id] = seq
		}
	}
	return found, nil
}

func (m *memoryStore) keys(_ context.Context, tokens [][32]byte) ([]keyRow, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var found []keyRow
	for _, token := range tokens {
		if k, ok := m.people.key(token); ok {
			found = append(found, k)
		}
	}
	return found, nil
}

func (m *memoryStore) look(_ context.Context, at Seq) (view, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	v := view{head: m.n, epoch: m.epoch}
	if m.n != 0 {
		v.headLeaf = m.row(m.n).leaf
	}
	if at != 0 && at <= m.n {
		v.leaf, v.found = m.row(at).leaf, true
	}
	return v, nil
}

func (m *memoryStore) page(_ context.Context, dst []row, q query, after, upTo Seq) ([]row, Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	upTo = min(upTo, m.n)
	at := after
	var copies arena
	next := m.start(q, after)
	for looked := 0; next != 0 && next <= upTo; looked++ {
		if looked == pageSize {
			return dst, at, nil
		}
		r := m.row(next)
		if r.kept() && follows(q.streams, m.shapes.list[r.shape].stream) {
			dst = append(dst, row{})
			last := &dst[len(dst)-1]
			m.fill(last, next)
			last.sealed = copies.copy(last.sealed) // an erasure overwrites it in place
		}
		at, next = next, m.after(q, next)
	}
	return dst, upTo, nil
}

// start returns the first position after the given one. For a key or a subject the given one is on its list.
func (m *memoryStore) start(q query, after Seq) Seq {
	if after != 0 {
		if after > m.n {
			return 0
		}
		return m.after(q, after)
	}
	switch {
	case m.n == 0:
		return 0
	case q.by == byKey:
		return Seq(m.byKey.get(m.byKey.hash(&q.key), &q.key))
	case q.by == bySubject:
		return m.people.first(q.token)
	}
	return 1
}

func (m *memoryStore) after(q query, seq Seq) Seq {
	switch {
	case q.by == byKey:
		return Seq(m.row(seq).nextKey)
	case q.by == bySubject:
		return Seq(m.row(seq).nextPerson)
	case seq < m.n:
		return seq + 1
	}
	return 0
}

func (m *memoryStore) name() string { return "memory" }

func (m *memoryStore) close() error { return nil }
