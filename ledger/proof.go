package ledger

import (
	"bytes"
	"context"

	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows that an entry is in the log that a checkpoint describes. It needs neither the log nor its secret to check,
// holds nothing personal and stays valid when the entry's body is erased.
type Proof struct {
	// Seq is the entry's position.
	Seq Seq
	// Envelope is what the log keeps of the entry for ever: time, stream, kind, Public and a commitment to the body.
	Envelope []byte
	// Path are the hashes from the entry to the root: 32 bytes each, at most 64 of them; 20 for a million entries.
	Path [][32]byte
	// Checkpoint is the signed note that covers the entry.
	Checkpoint []byte
}

// Prove returns the proof of inclusion of an entry in the last checkpoint, after making one if it is not covered yet;
// [ErrNotFound] if there is no such entry.
func (l *Ledger) Prove(ctx context.Context, seq Seq) (Proof, error) {
	head, err := l.readable(ctx, "prove")
	if err != nil {
		return Proof{}, err
	}
	if seq == 0 || seq > head {
		return Proof{}, &Error{Op: "prove", Reason: ErrNotFound, Seq: seq}
	}
	last, err := l.store.lastCheckpoint(ctx)
	if err == nil && last.size < seq {
		if last.note, err = l.Checkpoint(ctx); err == nil {
			var c checkpoint
			c, err = parseCheckpoint(last.note)
			last.size = c.size
		}
	}
	if err != nil {
		return Proof{}, err
	}
	rows, err := l.store.audit(ctx, nil, seq-1, seq)
	if err != nil || len(rows) != 1 {
		return Proof{}, orTampered(err, seq)
	}
	path, err := tlog.ProveRecord(int64(last.size), int64(seq-1), l.treeAt(ctx, last.size))
	if err != nil {
		return Proof{}, proofError(err)
	}
	return Proof{Seq: seq, Envelope: rows[0].appendTo(nil), Path: plainHashes(path), Checkpoint: bytes.Clone(last.note)}, nil
}

func orTampered(err error, seq Seq) error {
	if err != nil {
		return err
	}
	return &Error{Op: "prove", Reason: ErrTampered, Seq: seq, Detail: "the entry is missing"}
}

// Check returns nil if the proof holds under a public key as [Ledger.PublicKey] returns it, else [ErrTampered].
func (p Proof) Check(publicKey string) error {
	c, err := openCheckpoint(p.Checkpoint, publicKey)
	if err != nil {
		return err
	}
	if p.Seq == 0 || p.Seq > c.size {
		return &Error{Op: "check", Reason: ErrTampered, Seq: p.Seq, Detail: "the checkpoint does not reach the entry"}
	}
	if tlog.CheckRecord(tlogHashes(p.Path), int64(c.size), c.root, int64(p.Seq-1), tlog.RecordHash(p.Envelope)) != nil {
		return &Error{Op: "check", Reason: ErrTampered, Seq: p.Seq, Detail: "the entry is not in the log that was signed"}
	}
	return nil
}

// Consistency shows that a later checkpoint only added to what an earlier one describes.
type Consistency struct {
	// Old and New are the signed checkpoints.
	Old, New []byte
	// Path are the hashes that lead from one root to the other.
	Path [][32]byte
}

// ProveConsistency proves that the log still continues a checkpoint that somebody kept; [ErrForked] if it does not.
func (l *Ledger) ProveConsistency(ctx context.Context, old []byte) (Consistency, error) {
	was, err := parseCheckpoint(old)
	if err != nil {
		return Consistency{}, err
	}
	latest, err := l.Checkpoint(ctx)
	if err != nil {
		return Consistency{}, err
	}
	is, err := parseCheckpoint(latest)
	if err != nil {
		return Consistency{}, err
	}
	if was.origin != is.origin || was.size > is.size {
		return Consistency{}, fail("prove", ErrForked, "the log is another or shorter than the checkpoint", nil)
	}
	proof := Consistency{Old: old, New: latest}
	if was.size > 0 {
		path, err := tlog.ProveTree(int64(is.size), int64(was.size), l.treeAt(ctx, is.size))
		if err != nil {
			return Consistency{}, proofError(err)
		}
		if tlog.CheckTree(path, int64(is.size), is.root, int64(was.size), was.root) != nil {
			return Consistency{}, fail("prove", ErrForked, "the log does not continue the checkpoint", nil)
		}
		proof.Path = plainHashes(path)
	}
	return proof, nil
}

// Check returns nil if both checkpoints are signed by the key and the new one continues the old, else [ErrTampered].
func (c Consistency) Check(publicKey string) error {
	was, err := openCheckpoint(c.Old, publicKey)
	if err != nil {
		return err
	}
	is, err := openCheckpoint(c.New, publicKey)
	if err != nil {
		return err
	}
	if was.size == 0 {
		return nil
	}
	if was.size > is.size || tlog.CheckTree(tlogHashes(c.Path), int64(is.size), is.root, int64(was.size), was.root) != nil {
		return fail("check", ErrTampered, "the new checkpoint does not continue the old", nil)
	}
	return nil
}

func plainHashes(list []tlog.Hash) [][32]byte {
	plain := make([][32]byte, len(list))
	for i := range list {
		plain[i] = list[i]
	}
	return plain
}

func tlogHashes(list [][32]byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(list))
	for i := range list {
		hashes[i] = list[i]
	}
	return hashes
}
