package ledger

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPositionsAreAMap holds the table against a map, with hashes as they fall and with hashes that all meet in one place.
func TestPositionsAreAMap(t *testing.T) {
	for name, squeeze := range map[string]uint64{"hashed": ^uint64(0), "colliding": 3} {
		t.Run(name, func(t *testing.T) {
			rows := []uuid.UUID{{}}
			var p positions
			p.init(func(at uint32) *uuid.UUID { return &rows[at] })
			hash := func(id uuid.UUID) uint64 { return p.hash(&id) & squeeze }
			want := map[uuid.UUID]uint32{}
			var live []uuid.UUID
			for range 3000 {
				if len(live) > 0 && rand.IntN(3) == 0 {
					i := rand.IntN(len(live))
					p.drop(hash(live[i]), &live[i])
					delete(want, live[i])
					live[i] = live[len(live)-1]
					live = live[:len(live)-1]
				} else {
					id := uuid.New()
					rows = append(rows, id)
					at := uint32(len(rows) - 1)
					p.put(hash(id), at)
					want[id], live = at, append(live, id)
				}
			}
			used := 0
			for i := range p.shards {
				used += p.shards[i].used
			}
			assert.Equal(t, len(want), used)
			for _, id := range rows[1:] {
				require.Equal(t, want[id], p.get(hash(id), &id))
			}
		})
	}
}

// TestEraseLeavesNoByteInMemory looks at everything the store holds.
func TestEraseLeavesNoByteInMemory(t *testing.T) {
	l := Memory(nil)
	m, _ := l.store.(*memoryStore)
	secret := Entry{ID: uuid.New(), Key: uuid.New(), Stream: "a", Kind: "a.b", Subject: "canary", Public: bytes.Repeat([]byte("p"), 300), Body: []byte("canary")}
	other := Entry{ID: uuid.New(), Stream: "a", Kind: "a.b", Subject: "another", Public: []byte("p"), Body: []byte("stays")}
	_, err := l.Append(t.Context(), secret, other)
	require.NoError(t, err)
	var before row
	m.fill(&before, 1)
	sealed, token := bytes.Clone(before.sealed), before.token
	k, ok := m.people.key(token)
	require.True(t, ok)
	wrapped := bytes.Clone(k.wrapped)
	holds := func(what []byte) bool {
		for _, b := range m.bytes.list {
			if bytes.Contains(b[:cap(b)], what) {
				return true
			}
		}
		for _, r := range m.chunks[0] {
			if bytes.Contains(binary.LittleEndian.AppendUint32(append(r.id[:], r.key[:]...), r.person), what) {
				return true
			}
		}
		for _, who := range m.people.list {
			if bytes.Contains(who.wrapped, what) || bytes.Contains(who.token[:], what) {
				return true
			}
		}
		return false
	}
	traces := map[string][]byte{"body": sealed[saltSize:], "salt": sealed[:saltSize], "id": secret.ID[:], "key": secret.Key[:], "token": token[:], "subject's key": wrapped}
	for what, trace := range traces {
		assert.True(t, holds(trace), "%s: the test looks in the wrong place", what)
	}
	_, err = l.Erase(t.Context(), "canary")
	require.NoError(t, err)
	for what, trace := range traces {
		assert.False(t, holds(trace), what)
	}
	assert.Zero(t, m.ids.get(m.ids.hash(&secret.ID), &secret.ID))
	assert.Zero(t, m.byKey.get(m.byKey.hash(&secret.Key), &secret.Key))
	assert.True(t, holds(secret.Public), "what is public stays")
	_, err = l.Verify(t.Context())
	require.NoError(t, err)
}

// TestSharedShapesAreBounded: a public part that is another each time is kept with its row once there are too many.
func TestSharedShapesAreBounded(t *testing.T) {
	l := Memory(nil)
	m, _ := l.store.(*memoryStore)
	const n = 3 * maxShared
	for i := range n {
		_, err := l.Append(t.Context(), Entry{Stream: "a", Kind: "a.b", Version: uint8(i % 2), Public: []byte(strconv.Itoa(i))})
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, len(m.shapes.list), maxShared+2)
	for i := range n { // hostile names: nothing remembers them but their rows
		_, err := l.Append(t.Context(), Entry{Stream: "a", Kind: "b" + strconv.Itoa(i), Public: []byte("x")})
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, len(m.shapes.known), 2*maxShared+maxCount)
	i := 0
	for e, err := range l.Since(t.Context(), 0) {
		require.NoError(t, err)
		if i < n {
			require.Equal(t, strconv.Itoa(i), string(e.Public))
			require.Equal(t, uint8(i%2), e.Version)
		} else {
			require.Equal(t, "b"+strconv.Itoa(i-n), e.Kind)
			require.Equal(t, "x", string(e.Public))
		}
		i++
	}
	assert.Equal(t, 2*n, i)
}

// TestBlocksKeepWhatTheyAreGiven: pieces of every size come back as they were, and none can grow into its neighbour.
func TestBlocksKeepWhatTheyAreGiven(t *testing.T) {
	var b blocks
	type kept struct {
		at            spot
		first, second []byte
	}
	var list []kept
	total := 0
	for i := range 2000 {
		size := rand.IntN(600)
		switch i % 100 {
		case 7:
			size = rand.IntN(1 << 20)
		case 9:
			size = 0
		}
		k := kept{first: bytes.Repeat([]byte{byte(i)}, size/3), second: bytes.Repeat([]byte{byte(i + 1)}, size-size/3)}
		k.at = b.keep(k.first, k.second)
		list = append(list, k)
		total += size
	}
	room := 0
	for _, block := range b.list {
		room += cap(block)
	}
	assert.Less(t, room, total+total/4+4*blockMax)
	for _, k := range list {
		first, second := b.get(k.at, uint32(len(k.first)), uint32(len(k.second)))
		require.True(t, bytes.Equal(k.first, first) && bytes.Equal(k.second, second))
		require.Equal(t, len(first), cap(first))
		require.Equal(t, len(second), cap(second))
	}
}
