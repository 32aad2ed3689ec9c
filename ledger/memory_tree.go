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
		dst = append(dst, row{})
		r := &dst[len(dst)-1]
		m.fill(r, seq)
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
	wrapped := make(map[[32]byte][]byte, len(m.people.byToken))
	for token := range m.people.byToken {
		k, ok := m.people.key(token)
		if !ok {
			continue
		}
		key, err := next(k)
		if err != nil {
			return err
		}
		wrapped[token] = key
	}
	for token, key := range wrapped {
		m.people.list[m.people.of(token)].wrapped = key
	}
	m.settings = s
	m.epoch++
	return nil
}

func (m *memoryStore) confirm(_ context.Context, id uuid.UUID) (Seq, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return Seq(m.ids.get(m.ids.hash(&id), &id)), nil
}

// remove overwrites the bodies and cuts their row off from everything that led to it.
func (m *memoryStore) remove(_ context.Context, r *removal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.epoch != m.epoch {
		return &staleError{m.epoch}
	}
	doomed := m.doomed(r)
	r.bodies = len(doomed)
	if _, ok := m.people.key(r.token); r.bodies == 0 && !(r.erase && ok && len(r.keptBodies) == 0) {
		return nil
	}
	if err := r.account(); err != nil {
		return err
	}
	for _, k := range r.keys {
		m.people.setKey(k.keyRow)
	}
	for i := range r.rows {
		m.add(&r.rows[i])
	}
	for _, seq := range doomed {
		m.shred(seq, r.erase)
	}
	if r.erase && len(r.keptBodies) == 0 {
		m.people.forget(r.token)
	}
	m.epoch++
	return nil
}

// doomed returns the rows whose body a removal is of.
func (m *memoryStore) doomed(r *removal) (doomed []Seq) {
	var full row
	seq := min(1, m.n)
	if r.erase {
		seq = m.people.first(r.token)
	}
	for seq != 0 {
		at := m.row(seq)
		if at.kept() {
			if m.fill(&full, seq); r.takes(&full) {
				doomed = append(doomed, seq)
			}
		}
		switch {
		case r.erase:
			seq = Seq(at.nextPerson)
		case seq < m.n && len(doomed) < r.limit:
			seq++
		default:
			seq = 0
		}
	}
	return doomed
}

func (m *memoryStore) shred(seq Seq, remember bool) {
	r := m.row(seq)
	if m.ids.drop(m.ids.hash(&r.id), &r.id); remember {
		m.gone[goneHash(r.id)] = struct{}{}
	}
	_, sealed := m.bytes.get(r.place, r.public, r.sealed)
	clear(sealed)
	hash := m.byKey.hash(&r.key)
	first := r.key != uuid.Nil && Seq(m.byKey.get(hash, &r.key)) == seq
	if first {
		m.byKey.drop(hash, &r.key)
	}
	r.id, r.key, r.person, r.sealed = uuid.Nil, uuid.Nil, 0, 0
	if first { // its key leads to the next one that has a body
		for at := r.nextKey; at != 0; at = m.row(Seq(at)).nextKey {
			if next := m.row(Seq(at)); next.kept() {
				next.lastKey = r.lastKey
				m.byKey.put(hash, at)
				break
			}
		}
	}
}
