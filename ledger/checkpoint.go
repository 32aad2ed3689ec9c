package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint returns a signed statement of how many entries the log has and of the root hash over them, as a C2SP
// tlog-checkpoint. It signs only what it has proved to continue the last signed one, else it returns [ErrForked].
//
// A checkpoint kept where the owner of the log cannot change it is what makes a rewrite visible: give it to a witness,
// an auditor or the customer. Over a database one is made each second while entries come in.
func (l *Ledger) Checkpoint(ctx context.Context) ([]byte, error) {
	head, err := l.readable(ctx, "checkpoint")
	if err != nil {
		return nil, err
	}
	return l.checkpointAt(ctx, head)
}

func (l *Ledger) checkpointAt(ctx context.Context, head Seq) ([]byte, error) {
	select {
	case l.tree <- struct{}{}:
		defer func() { <-l.tree }()
	case <-ctx.Done():
		return nil, fail("checkpoint", ErrBusy, "", ctx.Err())
	}
	last, err := l.store.lastCheckpoint(ctx)
	if err != nil {
		return nil, err
	}
	if len(last.note) != 0 && last.size == head {
		return bytes.Clone(last.note), nil
	}
	if last.size > head {
		return nil, fail("checkpoint", ErrForked, "the log is shorter than its last checkpoint", nil)
	}
	root, err := l.provenRoot(ctx, head, last)
	if err != nil {
		return nil, settle("checkpoint", err)
	}
	text := l.signer.Name() + "\n" + strconv.FormatUint(uint64(head), 10) + "\n" + base64.StdEncoding.EncodeToString(root[:]) + "\n"
	msg, err := sign(l.signer, text)
	if err != nil {
		return nil, fail("checkpoint", ErrUnavailable, "it could not be signed", hide(err))
	}
	msg = l.cosign(ctx, msg)
	if head == 0 {
		return msg, nil
	}
	if err := l.store.putCheckpoint(ctx, signed{head, msg}); err != nil {
		return nil, settle("checkpoint", err)
	}
	if kept, err := l.store.checkpoints(ctx, head, 1); err == nil && len(kept) == 1 && kept[0].size == head {
		return bytes.Clone(kept[0].note), nil // another process may have been first
	}
	return msg, nil
}

// provenRoot returns the root over the first size entries, after proving that it continues the last checkpoint.
func (l *Ledger) provenRoot(ctx context.Context, size Seq, last signed) (root tlog.Hash, err error) {
	if err := l.buildTiles(ctx, size); err != nil {
		return root, err
	}
	reader := l.treeAt(ctx, size)
	if root, err = tlog.TreeHash(int64(size), reader); err != nil || last.size == 0 {
		return root, proofError(err)
	}
	old, err := parseCheckpoint(last.note)
	if err != nil {
		return root, err
	}
	proof, err := tlog.ProveTree(int64(size), int64(last.size), reader)
	if err != nil {
		return root, proofError(err)
	}
	if tlog.CheckTree(proof, int64(size), root, int64(last.size), old.root) != nil {
		return root, fail("checkpoint", ErrForked, "the log does not continue its last checkpoint; run Verify", nil)
	}
	return root, nil
}

func proofError(err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) {
		return err
	}
	return fail("prove", ErrTampered, "", err)
}

func sign(s note.Signer, text string) ([]byte, error) {
	return guarded(func() ([]byte, error) { return note.Sign(&note.Note{Text: text}, s) })
}

const maxNote = 64 << 10 // bytes of a checkpoint with its cosignatures

// cosign asks the witness. What it returns is kept if it is still our checkpoint, with our signature and others.
func (l *Ledger) cosign(ctx context.Context, msg []byte) []byte {
	if l.witness == nil {
		return msg
	}
	back, err := guarded(func() ([]byte, error) { return l.witness(ctx, bytes.Clone(msg)) })
	switch {
	case err != nil:
		err = fail("witness", ErrUnavailable, "", hide(err))
	case len(back) > maxNote || !bytes.HasPrefix(back, msg):
		err = fail("witness", ErrTampered, "it must return the checkpoint as it was, with lines of signatures after it", nil)
	default:
		_, err = openCheckpoint(back, l.public)
	}
	if l.lastWitness.Store(&witnessing{err}); err != nil {
		return msg
	}
	return bytes.Clone(back)
}

type witnessing struct{ err error }

// witnessed returns why the last checkpoint was not cosigned.
func (l *Ledger) witnessed() error {
	if w := l.lastWitness.Load(); w != nil {
		return w.err
	}
	return nil
}

// checkpoint is what a signed note says.
type checkpoint struct {
	origin string
	size   Seq
	root   tlog.Hash
}

// parseCheckpoint reads a checkpoint without looking at its signatures.
func parseCheckpoint(msg []byte) (checkpoint, error) {
	text, _, ok := strings.Cut(string(msg), "\n\n")
	lines := strings.Split(text, "\n")
	bad := fail("checkpoint", ErrTampered, "it is not a checkpoint", nil)
	if !ok || len(lines) < 3 {
		return checkpoint{}, bad
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil || strconv.FormatUint(size, 10) != lines[1] {
		return checkpoint{}, bad
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != hashSize {
		return checkpoint{}, bad
	}
	return checkpoint{origin: lines[0], size: Seq(size), root: tlog.Hash(root)}, nil
}

func verifierOf(publicKey string) (note.Verifier, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(publicKey))
	if err != nil {
		return nil, fail("checkpoint", ErrInvalid, "the public key must have the form name+hash+base64", nil)
	}
	return verifier, nil
}

// openCheckpoint reads a checkpoint that the key has signed.
func openCheckpoint(msg []byte, publicKey string) (checkpoint, error) {
	verifier, err := verifierOf(publicKey)
	if err != nil {
		return checkpoint{}, err
	}
	if _, err := note.Open(msg, note.VerifierList(verifier)); err != nil {
		return checkpoint{}, fail("checkpoint", ErrTampered, "its signature is not by this key", nil)
	}
	c, err := parseCheckpoint(msg)
	if err == nil && c.origin != verifier.Name() {
		err = fail("checkpoint", ErrTampered, "it is of another log", nil)
	}
	return c, err
}

// signAll makes a checkpoint each second in which entries came in, and one at the end.
func (l *Ledger) signAll() {
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.signOne(l.db.ctx)
		case <-l.db.ctx.Done():
			return
		}
	}
}

// signOne keeps its failure for Health.
func (l *Ledger) signOne(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sqlTimeout)
	defer cancel()
	_, err := l.Checkpoint(ctx)
	if ctx.Err() == nil || err == nil {
		l.db.setSigning(err)
	}
}

// signLast covers what came in since the last tick. The ledger is closed already, so it goes around readable.
func (l *Ledger) signLast() {
	ctx, cancel := context.WithTimeout(context.Background(), sqlTimeout)
	defer cancel()
	v, err := l.store.look(ctx, l.pos.seq)
	if err == nil && !l.db.forked.Load() {
		_, err = l.checkpointAt(ctx, v.head)
	}
	l.db.setSigning(err)
}
