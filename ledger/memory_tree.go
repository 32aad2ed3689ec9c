package ledger

import (
	"context"
	"slices"

	"github.com/google/uuid"
)

func (m *memoryStore) audit(_ context.Context, dst []row, after, upTo Seq) ([]row, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for seq := after + 1; seq <= min(upTo, m.n, after+pageSize); seq++ {
		dst = append(dst, m.row(seq).row)
		r := &dst[len(dst)-1]
		r.sealed = slices.Clone(r.sealed)
	}
	return dst, nil
}

func (m *memoryStore) leaves(_ context.Context, dst []byte, after, upTo Seq) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for seq := after + 1; seq <= min(upTo, m.n); seq++ {
		dst = append(dst, m.row(seq).leaf[:]...)
	}
	return dst, nil
}

func (m *memoryStore) tile(_ context.Context, level int, n int64) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if level < len(m.tiles) && n < int64(len(m.tiles[level])) {
		return m.tiles[level][n].hashes, nil
	}
	return nil, nil
}

func (m *memoryStore) roots(_ context.Context, dst []byte, level int, from, to int64) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for n := from; level < len(m.tiles) && n < min(to, int64(len(m.tiles[level]))); n++ {
		dst = append(dst, m.tiles[level][n].root[:]...)
	}
	return dst, nil
}

// putTiles expects the tiles of a level in order, as they become full.
func (m *memoryStore) putTiles(_ context.Context, tiles []tile) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tiles {
		for len(m.tiles) <= t.level {
			m.tiles = append(m.tiles, nil)
		}
		if t.n == int64(len(m.tiles[t.level])) {
			m.tiles[t.level] = append(m.tiles[t.level], t)
		}
	}
	return nil
}

func (m *memoryStore) checkpoints(_ context.Context, from Seq, limit int) ([]signed, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, _ := slices.BinarySearchFunc(m.notes, from, func(c signed, s Seq) int { return int(c.size) - int(s) })
	return slices.Clone(m.notes[i:min(len(m.notes), i+limit)]), nil
}

func (m *memoryStore) lastCheckpoint(context.Context) (signed, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.notes) == 0 {
		return signed{}, nil
	}
	return m.notes[len(m.notes)-1], nil
}

func (m *memoryStore) putCheckpoint(_ context.Context, c signed) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.notes) == 0 || m.notes[len(m.notes)-1].size < c.size {
		m.notes = append(m.notes, c)
	}
	return nil
}

func (m *memoryStore) rewrap(_ context.Context, s settings, next func(keyRow) ([]byte, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	wrapped := make(map[[32]byte]keyRow, len(m.subjects))
	for token, k := range m.subjects {
		var err error
		if k.wrapped, err = next(k); err != nil {
			return err
		}
		wrapped[token] = k
	}
	m.subjects, m.settings = wrapped, s
	m.epoch++
	return nil
}

func (m *memoryStore) confirm(_ context.Context, id uuid.UUID) (Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.ids[id], nil
}

// remove overwrites the bodies and cuts their row off from everything that led to it.
func (m *memoryStore) remove(_ context.Context, r *removal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.epoch != m.epoch {
		return &staleError{m.epoch}
	}
	var doomed []*memoryRow
	for seq := m.first(r); seq != 0; {
		row := m.row(seq)
		if row.kept && r.takes(&row.row) {
			doomed = append(doomed, row)
		}
		if seq = row.nextSubject; !r.erase {
			seq = Seq(0)
			if row.seq < m.n && len(doomed) < r.limit {
				seq = row.seq + 1
			}
		}
	}
	r.bodies = len(doomed)
	if _, ok := m.subjects[r.token]; r.bodies == 0 && !(r.erase && ok && len(r.keptBodies) == 0) {
		return nil
	}
	if err := r.account(); err != nil {
		return err
	}
	for _, k := range r.keys {
		m.subjects[k.token] = k.keyRow
	}
	for i := range r.rows {
		m.add(&r.rows[i])
	}
	for _, row := range doomed {
		m.shred(row, r.erase)
	}
	if r.erase && len(r.keptBodies) == 0 {
		k := m.subjects[r.token]
		clear(k.wrapped)
		clear(k.name)
		delete(m.subjects, r.token)
		delete(m.byToken, r.token)
	}
	m.epoch++
	return nil
}

func (m *memoryStore) first(r *removal) Seq {
	if r.erase {
		return m.byToken[r.token].first
	}
	return min(1, m.n)
}

func (m *memoryStore) shred(row *memoryRow, remember bool) {
	delete(m.ids, row.id)
	if remember {
		m.gone[goneHash(row.id)] = struct{}{}
	}
	clear(row.sealed)
	key := row.key
	row.body = body{}
	for seq := m.byKey[key].first; key != uuid.Nil; seq = m.row(seq).nextKey {
		if seq == 0 {
			delete(m.byKey, key)
			return
		}
		if m.row(seq).kept {
			return
		}
	}
}
