package ledger

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	pageSize  = 256      // entries a reader holds at a time
	chunkRows = 256      // rows of one piece of the log: growth copies nothing
	arenaSize = 64 << 10 // bytes of one block of payloads
)

// memoryStore keeps the log in chunks that never move. Rows of one key or one subject are linked by position, so that
// an index costs one map value each instead of a slice.
type memoryStore struct {
	mu       sync.RWMutex
	chunks   []*[chunkRows]memoryRow
	n        Seq
	ids      map[uuid.UUID]Seq
	keys     map[uuid.UUID]ends
	subjects map[string]ends
	names    map[string]string // streams and kinds, one copy of each
	arena    []byte
}

type memoryRow struct {
	Entry
	nextKey, nextSubject Seq
}

// ends are the first and the last position of a linked list of rows.
type ends struct{ first, last Seq }

func newMemoryStore() *memoryStore {
	return &memoryStore{
		ids: map[uuid.UUID]Seq{}, keys: map[uuid.UUID]ends{},
		subjects: map[string]ends{}, names: map[string]string{},
	}
}

func (m *memoryStore) row(seq Seq) *memoryRow {
	return &m.chunks[(seq-1)/chunkRows][(seq-1)%chunkRows]
}

func (m *memoryStore) write(_ context.Context, entries []Entry, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range entries {
		if late(entries[i].At, now) && m.ids[entries[i].ID] == 0 {
			return fail("append", ErrClock, "entry "+strconv.Itoa(i)+": At is more than a second from now", nil)
		}
	}
	for i := range entries {
		e := &entries[i]
		if first, ok := m.ids[e.ID]; ok {
			e.Seq = first
			continue
		}
		m.add(e)
	}
	return nil
}

func (m *memoryStore) add(e *Entry) {
	if m.n%chunkRows == 0 {
		m.chunks = append(m.chunks, new([chunkRows]memoryRow))
	}
	m.n++
	e.Seq = m.n
	e.Stream, e.Kind = m.name(e.Stream), m.name(e.Kind)
	e.Public, e.Body = m.copy(e.Public), m.copy(e.Body)
	m.ids[e.ID] = e.Seq
	if e.Key != uuid.Nil {
		list, ok := m.keys[e.Key]
		if ok {
			m.row(list.last).nextKey = e.Seq
		} else {
			list.first = e.Seq
		}
		list.last = e.Seq
		m.keys[e.Key] = list
	}
	if e.Subject != "" {
		list, ok := m.subjects[e.Subject]
		if ok {
			e.Subject = m.row(list.first).Subject
			m.row(list.last).nextSubject = e.Seq
		} else {
			e.Subject = strings.Clone(e.Subject)
			list.first = e.Seq
		}
		list.last = e.Seq
		m.subjects[e.Subject] = list
	}
	m.row(e.Seq).Entry = *e
}

func (m *memoryStore) name(s string) string {
	if known, ok := m.names[s]; ok {
		return known
	}
	s = strings.Clone(s)
	if len(m.names) < maxCount { // names are few by design; hostile ones are not remembered without bound
		m.names[s] = s
	}
	return s
}

// copy keeps b in the current block. The capacity ends with the copy, so that an append to it cannot reach its
// neighbour.
func (m *memoryStore) copy(b []byte) []byte {
	switch {
	case len(b) == 0:
		return nil
	case len(b) > arenaSize/4:
		return append(make([]byte, 0, len(b)), b...)
	case len(b) > cap(m.arena)-len(m.arena):
		m.arena = make([]byte, 0, arenaSize)
	}
	start := len(m.arena)
	m.arena = append(m.arena, b...)
	return m.arena[start:len(m.arena):len(m.arena)]
}

func (m *memoryStore) head(context.Context) (Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.n, nil
}

func (m *memoryStore) page(_ context.Context, dst []Entry, q query, after Seq) ([]Entry, Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	next, at := m.start(q, after), after
	for looked := 0; next != 0 && looked < pageSize; looked++ {
		row := m.row(next)
		if q.wants(row.Stream) {
			dst = append(dst, row.Entry)
		}
		at = next
		next = m.after(q, row)
	}
	return dst, at, nil
}

// start returns the first position after the given one. For a key or a subject the given one is on its list.
func (m *memoryStore) start(q query, after Seq) Seq {
	if after != 0 && after <= m.n {
		return m.after(q, m.row(after))
	}
	switch {
	case after != 0 || m.n == 0:
		return 0
	case q.by == byKey:
		return m.keys[q.key].first
	case q.by == bySubject:
		return m.subjects[q.subject].first
	}
	return 1
}

func (m *memoryStore) after(q query, row *memoryRow) Seq {
	switch {
	case q.by == byKey:
		return row.nextKey
	case q.by == bySubject:
		return row.nextSubject
	case row.Seq < m.n:
		return row.Seq + 1
	}
	return 0
}

func (m *memoryStore) close() error { return nil }
