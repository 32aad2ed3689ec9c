package ledger

import (
	"context"
	"strings"
	"sync"

	"github.com/google/uuid"
)

const (
	pageSize  = 256      // rows a reader of the memory store looks at in one go
	chunkRows = 256      // rows of one piece of the log: growth copies nothing
	arenaSize = 64 << 10 // bytes of one block of payloads
)

// memoryStore keeps the log in chunks that never move. Rows of one key or one subject are linked by position, so that
// an index costs one map value each instead of a slice.
type memoryStore struct {
	mu       sync.RWMutex
	settings settings
	epoch    int64
	chunks   []*[chunkRows]memoryRow
	n        Seq
	ids      map[uuid.UUID]Seq
	gone     map[[16]byte]struct{}
	byKey    map[uuid.UUID]ends
	byToken  map[[32]byte]ends
	subjects map[[32]byte]keyRow
	names    map[string]string // streams and kinds, one copy of each
	arena    arena
	tiles    [][]tile // by level
	notes    []signed
}

type memoryRow struct {
	row
	nextKey, nextSubject Seq
}

// ends are the first and the last position of a linked list of rows.
type ends struct{ first, last Seq }

func newMemoryStore() *memoryStore {
	return &memoryStore{
		ids: map[uuid.UUID]Seq{}, gone: map[[16]byte]struct{}{}, byKey: map[uuid.UUID]ends{},
		byToken: map[[32]byte]ends{}, subjects: map[[32]byte]keyRow{}, names: map[string]string{},
	}
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
	for i := range c.rows {
		if m.position(c.rows[i].id) != 0 {
			return errRepeat
		}
	}
	for _, k := range c.keys {
		if _, ok := m.subjects[k.token]; ok {
			return errRepeat
		}
	}
	for _, k := range c.keys {
		m.subjects[k.token] = k.keyRow
	}
	for i := range c.rows {
		m.add(&c.rows[i])
	}
	return nil
}

func (m *memoryStore) position(id uuid.UUID) Seq {
	if seq := m.ids[id]; seq != 0 || len(m.gone) == 0 {
		return seq
	}
	if _, ok := m.gone[goneHash(id)]; ok {
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
	to := m.row(r.seq)
	to.row = *r
	to.stream, to.kind = m.share(r.stream), m.share(r.kind)
	to.public, to.sealed = m.arena.copy(r.public), m.arena.copy(r.sealed)
	m.ids[r.id] = r.seq
	if r.key != uuid.Nil {
		m.byKey[r.key] = m.link(m.byKey[r.key], r.seq, byKey)
	}
	m.byToken[r.token] = m.link(m.byToken[r.token], r.seq, bySubject)
}

func (m *memoryStore) link(list ends, seq Seq, by index) ends {
	switch {
	case list.first == 0:
		list.first = seq
	case by == byKey:
		m.row(list.last).nextKey = seq
	default:
		m.row(list.last).nextSubject = seq
	}
	list.last = seq
	return list
}

func (m *memoryStore) share(s string) string {
	if known, ok := m.names[s]; ok {
		return known
	}
	s = strings.Clone(s)
	if len(m.names) < maxCount { // names are few by design; hostile ones are not remembered without bound
		m.names[s] = s
	}
	return s
}

func (m *memoryStore) known(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	found := map[uuid.UUID]Seq{}
	for _, id := range ids {
		if seq := m.position(id); seq != 0 {
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
		if k, ok := m.subjects[token]; ok {
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
		if r.kept && follows(q.streams, r.stream) {
			dst = append(dst, r.row)
			dst[len(dst)-1].sealed = copies.copy(r.sealed) // an erasure overwrites it in place
		}
		at, next = next, m.after(q, r)
	}
	return dst, upTo, nil
}

// start returns the first position after the given one. For a key or a subject the given one is on its list.
func (m *memoryStore) start(q query, after Seq) Seq {
	if after != 0 {
		if after > m.n {
			return 0
		}
		return m.after(q, m.row(after))
	}
	switch {
	case m.n == 0:
		return 0
	case q.by == byKey:
		return m.byKey[q.key].first
	case q.by == bySubject:
		return m.byToken[q.token].first
	}
	return 1
}

func (m *memoryStore) after(q query, r *memoryRow) Seq {
	switch {
	case q.by == byKey:
		return r.nextKey
	case q.by == bySubject:
		return r.nextSubject
	case r.seq < m.n:
		return r.seq + 1
	}
	return 0
}

func (m *memoryStore) name() string { return "memory" }

func (m *memoryStore) close() error { return nil }

// arena copies byte slices into blocks, so that a copy costs no allocation of its own. Its memory is never reused: who
// keeps one copy keeps its block.
type arena struct{ block []byte }

// copy keeps b. The capacity ends with the copy, so that an append to it cannot reach its neighbour.
func (a *arena) copy(b []byte) []byte {
	switch {
	case len(b) == 0:
		return nil
	case len(b) > arenaSize/4:
		return append(make([]byte, 0, len(b)), b...)
	case len(b) > cap(a.block)-len(a.block):
		a.block = make([]byte, 0, arenaSize)
	}
	start := len(a.block)
	a.block = append(a.block, b...)
	return a.block[start:len(a.block):len(a.block)]
}
