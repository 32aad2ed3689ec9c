package ledger

import (
	"context"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// provenGap is how many positions that nobody asked for are read rather than beginning another read behind them.
const provenGap = 4 * tileWidth

// Mark returns what stands for a subject in an erasure, as [Entry.Mark] of their entries does: with it an engine finds the erasures of
// somebody about whom nothing is left. The empty subject has the zero mark.
func (l *Ledger) Mark(subject string) Mark {
	if l == nil || subject == "" {
		return Mark{}
	}
	return markOf(l.keys.token(subject))
}

// ProveAll is [Ledger.Prove] for many entries, in the order given and all in one checkpoint. It reads the log in stretches, so that
// a thousand entries that lie together take about as many queries as one.
func (l *Ledger) ProveAll(ctx context.Context, seqs ...Seq) ([]Proof, error) {
	const op = "prove"
	head, err := l.readable(ctx, op)
	if err != nil || len(seqs) == 0 {
		return nil, err
	}
	sorted := slices.Clone(seqs)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	if last := sorted[len(sorted)-1]; sorted[0] == 0 || last > head {
		return nil, &Error{Op: op, Reason: ErrNotFound, Seq: last}
	}
	note, size, err := l.covering(ctx, sorted[len(sorted)-1])
	if err != nil {
		return nil, err
	}
	reader := &nodeReader{tree: l.treeAt(ctx, size), nodes: map[int64]tlog.Hash{}}
	envelopes, err := l.envelopes(ctx, sorted, reader)
	if err != nil {
		return nil, err
	}
	proofs := make([]Proof, len(seqs))
	for i, seq := range seqs {
		path, err := tlog.ProveRecord(int64(size), int64(seq-1), reader)
		if err != nil {
			return nil, proofError(err)
		}
		proofs[i] = Proof{Seq: seq, Envelope: envelopes[seq], Path: plainHashes(path), Checkpoint: note}
	}
	return proofs, nil
}

// covering returns the last checkpoint, after making one if that does not reach seq.
func (l *Ledger) covering(ctx context.Context, seq Seq) (note []byte, size Seq, err error) {
	last, err := l.store.lastCheckpoint(ctx)
	if err != nil || last.size >= seq {
		return last.note, last.size, err
	}
	if note, err = l.Checkpoint(ctx); err != nil {
		return nil, 0, err
	}
	c, err := parseCheckpoint(note)
	return note, c.size, err
}

// envelopes reads the envelopes at the positions, and the leaves of their tiles into the reader.
func (l *Ledger) envelopes(ctx context.Context, sorted []Seq, reader *nodeReader) (map[Seq][]byte, error) {
	found := make(map[Seq][]byte, len(sorted))
	var rows []row
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n]-sorted[n-1] <= provenGap {
			n++
		}
		after, upTo := sorted[0]-1, sorted[n-1]
		if err := reader.leaves(after, upTo); err != nil {
			return nil, err
		}
		for after < upTo {
			var err error
			if rows, err = l.store.audit(ctx, rows[:0], after, upTo); err != nil {
				return nil, err
			}
			if len(rows) == 0 {
				break
			}
			for i := range rows {
				if _, asked := slices.BinarySearch(sorted[:n], rows[i].seq); asked {
					found[rows[i].seq] = rows[i].appendTo(nil)
				}
			}
			after = rows[len(rows)-1].seq
		}
		for _, seq := range sorted[:n] {
			if found[seq] == nil {
				return nil, orTampered(nil, seq)
			}
		}
		sorted = sorted[n:]
	}
	return found, nil
}

// nodeReader remembers the nodes of the tree that it was asked for: neighbours' proofs share most of theirs.
type nodeReader struct {
	tree  *treeReader
	nodes map[int64]tlog.Hash
}

// leaves reads the tiles that cover a stretch in one go.
func (r *nodeReader) leaves(after, upTo Seq) error {
	first := int64(after) / tileWidth
	from, to := Seq(first*tileWidth), min((upTo+tileWidth-1)/tileWidth*tileWidth, Seq(r.tree.size))
	all, err := r.tree.store.leaves(r.tree.ctx, nil, from, to)
	if err != nil {
		return err
	}
	for n := first; len(all) > 0; n++ {
		size := min(len(all), tileWidth*hashSize)
		r.tree.tiles[[2]int64{0, n}] = all[:size]
		all = all[size:]
	}
	return nil
}

// ReadHashes returns the hashes at tlog's storage indexes.
func (r *nodeReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hash, ok := r.nodes[index]
		if !ok {
			one, err := r.tree.ReadHashes([]int64{index})
			if err != nil {
				return nil, err
			}
			hash = one[0]
			r.nodes[index] = hash
		}
		list[i] = hash
	}
	return list, nil
}
