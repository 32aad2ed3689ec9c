package ledger

import (
	"context"
	"crypto/sha256"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	hashSize   = 32
)

// nodeHash is tlog.NodeHash without its allocations.
func nodeHash(left, right []byte) [32]byte {
	var b [1 + 2*hashSize]byte
	b[0] = 1
	copy(b[1:], left)
	copy(b[1+hashSize:], right)
	return sha256.Sum256(b[:])
}

// subtree returns the root over a power of two of concatenated hashes.
func subtree(hashes []byte) (root [32]byte) {
	n := len(hashes) / hashSize
	if n == 1 {
		copy(root[:], hashes)
		return root
	}
	var level [tileWidth / 2 * hashSize]byte
	for from := hashes; n > 1; n /= 2 {
		for i := range n / 2 {
			h := nodeHash(from[2*i*hashSize:(2*i+1)*hashSize], from[(2*i+1)*hashSize:(2*i+2)*hashSize])
			copy(level[i*hashSize:], h[:])
		}
		from = level[:]
	}
	copy(root[:], level[:])
	return root
}

// growing is the root of a tree to which leaves are added: the roots of its perfect subtrees, greatest first.
type growing struct {
	n     uint64
	peaks [][32]byte
}

func (g *growing) add(leaf [32]byte) {
	g.peaks = append(g.peaks, leaf)
	for range bits.TrailingZeros64(g.n + 1) {
		last := len(g.peaks) - 1
		g.peaks[last-1] = nodeHash(g.peaks[last-1][:], g.peaks[last][:])
		g.peaks = g.peaks[:last]
	}
	g.n++
}

func (g *growing) root() [32]byte {
	if g.n == 0 {
		return sha256.Sum256(nil)
	}
	root := g.peaks[len(g.peaks)-1]
	for i := len(g.peaks) - 2; i >= 0; i-- {
		root = nodeHash(g.peaks[i][:], root[:])
	}
	return root
}

// treeReader gives tlog the hashes of the tree over the first size entries, out of tiles where they are full and out of
// leaves where they are not.
type treeReader struct {
	ctx   context.Context
	store treeStore
	size  int64
	tiles map[[2]int64][]byte
}

func (l *Ledger) treeAt(ctx context.Context, size Seq) *treeReader {
	return &treeReader{ctx: ctx, store: l.store, size: int64(size), tiles: map[[2]int64][]byte{}}
}

// ReadHashes returns the hashes at tlog's storage indexes.
func (t *treeReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		within := level % tileHeight
		number := n >> (tileHeight - within)
		hashes, err := t.tile(level/tileHeight, number)
		if err != nil {
			return nil, err
		}
		start := (n<<within - number<<tileHeight) * hashSize
		end := start + hashSize<<within
		if int64(len(hashes)) < end {
			return nil, fail("prove", ErrTampered, "hashes of the tree are missing", nil)
		}
		list[i] = subtree(hashes[start:end])
	}
	return list, nil
}

// tile returns the hashes of a tile, as many as the size has.
func (t *treeReader) tile(level int, n int64) ([]byte, error) {
	id := [2]int64{int64(level), n}
	if hashes, ok := t.tiles[id]; ok {
		return hashes, nil
	}
	hashes, err := t.load(level, n)
	if err == nil {
		t.tiles[id] = hashes
	}
	return hashes, err
}

func (t *treeReader) load(level int, n int64) ([]byte, error) {
	count := min(tileWidth, t.size>>(tileHeight*level)-n*tileWidth)
	if count == tileWidth {
		if hashes, err := t.store.tile(t.ctx, level, n); err != nil || len(hashes) == tileWidth*hashSize {
			return hashes, err
		}
	}
	if level == 0 {
		return t.store.leaves(t.ctx, nil, Seq(n*tileWidth), Seq(n*tileWidth+count))
	}
	hashes, err := t.store.roots(t.ctx, nil, level-1, n*tileWidth, n*tileWidth+count)
	for err == nil && int64(len(hashes)) < count*hashSize {
		var below []byte
		if below, err = t.tile(level-1, n*tileWidth+int64(len(hashes)/hashSize)); err == nil {
			if len(below) != tileWidth*hashSize {
				return nil, fail("prove", ErrTampered, "leaves are missing", nil)
			}
			root := subtree(below)
			hashes = append(hashes, root[:]...)
		}
	}
	return hashes, err
}

// buildTiles keeps every tile that the first size entries fill. It holds l.tree.
func (l *Ledger) buildTiles(ctx context.Context, size Seq) error {
	for level := 0; ; level++ {
		full := int64(size) >> (tileHeight * (level + 1))
		if full == 0 {
			return nil
		}
		if len(l.built) == level {
			l.built = append(l.built, 0)
		}
		for l.built[level] < full {
			upTo := min(full, l.built[level]+1024)
			there, err := l.store.roots(ctx, nil, level, l.built[level], upTo)
			if err != nil {
				return err
			}
			if l.built[level] += int64(len(there) / hashSize); l.built[level] == upTo {
				continue
			}
			if err := l.buildSome(ctx, size, level, min(full, l.built[level]+16)); err != nil {
				return err
			}
		}
	}
}

func (l *Ledger) buildSome(ctx context.Context, size Seq, level int, upTo int64) error {
	var tiles []tile
	reader := l.treeAt(ctx, size)
	for n := l.built[level]; n < upTo; n++ {
		hashes, err := reader.load(level, n)
		if err != nil {
			return err
		}
		if len(hashes) != tileWidth*hashSize {
			return fail("checkpoint", ErrTampered, "leaves are missing", nil)
		}
		tiles = append(tiles, tile{level: level, n: n, root: subtree(hashes), hashes: hashes})
	}
	if err := l.store.putTiles(ctx, tiles); err != nil {
		return err
	}
	l.built[level] = upTo
	return nil
}
