package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Report is what a verification found.
type Report struct {
	// Origin is the log's name.
	Origin string
	// Entries is how many entries it read.
	Entries Seq
	// Covered is up to which position a signed checkpoint vouches for them. What comes after is only consistent in
	// itself: it could be cut off or replaced without a trace.
	Covered Seq
	// Root is the root hash over all entries.
	Root [32]byte
	// Checkpoints is how many signed checkpoints it held against the entries.
	Checkpoints int
	// Trusted is how many of them came from the caller rather than from the log itself.
	Trusted int
	// Removed is how many bodies erasures and retention account for; Bodies how many are there. Only a verification of
	// the database counts bodies, an export holds none.
	Removed, Bodies int
	// Erasures and Retentions are how many entries account for them.
	Erasures, Retentions int
	// Findings are the first hundred things that are not as they were written; Problems is how many there are.
	Findings []Finding
	Problems int
}

// Finding is one thing that is not as it was written.
type Finding struct {
	// Seq is the position; 0 if it is about the log as a whole.
	Seq Seq
	// What is wrong, in words.
	What string
}

func (r *Report) find(seq Seq, what string, args ...any) {
	if r.Problems++; len(r.Findings) < 100 {
		r.Findings = append(r.Findings, Finding{seq, fmt.Sprintf(what, args...)})
	}
}

func (r *Report) err(op string) error {
	if r.Problems == 0 {
		return nil
	}
	first := r.Findings[0]
	return &Error{Op: op, Reason: ErrTampered, Seq: first.Seq, Detail: fmt.Sprintf("%s (%d problems)", first.What, r.Problems)}
}

// String says what was proved, and what cannot be.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The log %q has %d entries.\n", r.Origin, r.Entries)
	if r.Problems > 0 {
		fmt.Fprintf(&b, "IT WAS TAMPERED WITH: %d problems.\n", r.Problems)
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "  at %d: %s\n", f.Seq, f.What)
		}
		return b.String()
	}
	if r.Covered > 0 {
		fmt.Fprintf(&b, "Entries 1 to %d are as they were when the last of %d checkpoints was signed: none was changed, added, removed or moved.\n",
			r.Covered, r.Checkpoints)
	}
	if r.Covered < r.Entries {
		fmt.Fprintf(&b, "Entries %d to %d are not covered by a checkpoint yet: they could be cut off or replaced without a trace.\n",
			r.Covered+1, r.Entries)
	}
	fmt.Fprintf(&b, "%d erasures and %d retentions account for %d bodies that are gone; that they existed stays proven.\n",
		r.Erasures, r.Retentions, r.Removed)
	if r.Trusted == 0 {
		b.WriteString("Not proved: that the owner of the signing key did not rewrite the whole log and sign it again. " +
			"Only a checkpoint kept by somebody else shows that: give one to this check.\n")
	} else {
		fmt.Fprintf(&b, "%d checkpoints kept outside the log agree with it, so that not even its owner can have rewritten what they cover.\n", r.Trusted)
	}
	return b.String()
}

// verifier holds entries, one after the other, against checkpoints.
type verifier struct {
	report  Report
	tree    growing
	pending []checkpoint // by size
}

// Verify reads the whole log and holds it against itself and against every signed checkpoint: those it keeps, and those
// given, which should come from where the owner of the database cannot change them. It finds every change to entries that
// a checkpoint covers, and a body that was deleted rather than erased. The error is [ErrTampered] if there is a finding.
//
// What it cannot find: that the entries after the last checkpoint were cut off or replaced, and, without a given
// checkpoint, that somebody with the database and the signing key rewrote everything.
func (l *Ledger) Verify(ctx context.Context, checkpoints ...[]byte) (Report, error) {
	const op = "verify"
	head, err := l.readable(ctx, op)
	if err != nil {
		return Report{}, err
	}
	v := &verifier{report: Report{Origin: l.signer.Name()}}
	for _, msg := range checkpoints {
		c, err := openCheckpoint(msg, l.public)
		if err != nil {
			return Report{}, err
		}
		v.report.Trusted++
		v.pending = append(v.pending, c)
	}
	if err := l.ownCheckpoints(ctx, v, head); err != nil {
		return Report{}, err
	}
	slices.SortStableFunc(v.pending, func(a, b checkpoint) int { return int(int64(a.size) - int64(b.size)) })
	if err := l.verifyRows(ctx, v, head); err != nil {
		return v.report, err
	}
	v.finish()
	if v.report.Bodies+v.report.Removed != int(v.report.Entries) {
		v.report.find(0, "%d entries have lost their body and erasures account for %d",
			int(v.report.Entries)-v.report.Bodies, v.report.Removed)
	}
	return v.report, v.report.err(op)
}

func (l *Ledger) ownCheckpoints(ctx context.Context, v *verifier, head Seq) error {
	for from := Seq(0); ; {
		list, err := l.store.checkpoints(ctx, from, 1000)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, s := range list {
			from = s.size + 1
			c, err := openCheckpoint(s.note, l.public)
			switch {
			case err != nil || c.size != s.size:
				v.report.find(s.size, "a stored checkpoint is not what was signed")
			case c.size <= head || !l.growing(ctx, c.size):
				v.pending = append(v.pending, c)
			}
		}
	}
}

// growing reports whether the log has reached a size meanwhile: a checkpoint may be newer than the head that was read.
func (l *Ledger) growing(ctx context.Context, size Seq) bool {
	v, err := l.store.look(ctx, 0)
	return err == nil && v.head >= size
}

// verifyRows reads on one goroutine and checks on another.
func (l *Ledger) verifyRows(ctx context.Context, v *verifier, head Seq) error {
	type page struct {
		rows []row
		err  error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pages, spare := make(chan page, 2), make(chan []row, 3)
	go func() {
		defer close(pages)
		for after := Seq(0); after < head; {
			var rows []row
			select {
			case rows = <-spare:
			default:
			}
			rows, err := l.store.audit(ctx, rows[:0], after, head)
			select {
			case pages <- page{rows, err}:
			case <-ctx.Done():
				return
			}
			if err != nil || len(rows) == 0 {
				return
			}
			after = rows[len(rows)-1].seq
		}
	}()
	tiles := &tileCheck{ledger: l, ctx: ctx, v: v}
	for p := range pages {
		if p.err != nil {
			return p.err
		}
		for i := range p.rows {
			v.row(&p.rows[i])
			if err := tiles.leaf(p.rows[i].leaf); err != nil {
				return err
			}
		}
		select {
		case spare <- p.rows:
		default:
		}
	}
	if err := ctx.Err(); err != nil {
		return fail("verify", ErrBusy, "", err)
	}
	return nil
}

// row checks one row as the database has it.
func (v *verifier) row(r *row) {
	if r.seq != v.report.Entries+1 {
		v.report.find(v.report.Entries+1, "entries are missing up to %d", r.seq-1)
		v.report.Entries = r.seq - 1
	}
	leaf := r.leafHash()
	if leaf != r.leaf {
		v.report.find(r.seq, "the entry is not what its hash says")
	}
	if r.kept {
		v.report.Bodies++
		if r.body.commit() != r.commitment {
			v.report.find(r.seq, "the body is not the one that was committed to")
		}
	}
	v.entry(&r.envelope, leaf)
}

// entry takes the next envelope into the tree and holds the tree against the checkpoints of this size.
func (v *verifier) entry(e *envelope, leaf [32]byte) {
	v.report.Entries++
	v.tree.add(leaf)
	if e.stream == ownStream && (e.kind == kindErased || e.kind == kindRetained) {
		var a accounting
		if json.Unmarshal(e.public, &a) != nil || a.Bodies < 0 || Seq(a.Bodies) > v.report.Entries {
			v.report.find(v.report.Entries, "an erasure does not say what it removed")
			a.Bodies = 0
		}
		v.report.Removed += a.Bodies
		if e.kind == kindErased {
			v.report.Erasures++
		} else {
			v.report.Retentions++
		}
	}
	for len(v.pending) > 0 && v.pending[0].size <= v.report.Entries {
		v.hold(v.pending[0])
		v.pending = v.pending[1:]
	}
}

func (v *verifier) hold(c checkpoint) {
	v.report.Checkpoints++
	switch {
	case c.size == 0:
	case uint64(c.size) != v.tree.n || v.tree.root() != [32]byte(c.root):
		v.report.find(c.size, "the entries up to here are not those that a checkpoint was signed over")
	default:
		v.report.Covered = max(v.report.Covered, c.size)
	}
}

func (v *verifier) finish() {
	for _, c := range v.pending {
		if c.size > v.report.Entries {
			v.report.Checkpoints++
			v.report.find(v.report.Entries+1, "a checkpoint was signed over %d entries: the end is missing", c.size)
		} else {
			v.hold(c)
		}
	}
	v.pending = nil
	v.report.Root = v.tree.root()
}

// tileCheck holds the stored tiles against the leaves.
type tileCheck struct {
	ledger *Ledger
	ctx    context.Context
	v      *verifier
	levels []struct {
		hashes []byte
		n      int64
	}
}

func (t *tileCheck) leaf(leaf [32]byte) error { return t.add(0, leaf) }

func (t *tileCheck) add(level int, hash [32]byte) error {
	if len(t.levels) == level {
		t.levels = append(t.levels, struct {
			hashes []byte
			n      int64
		}{})
	}
	at := &t.levels[level]
	if at.hashes = append(at.hashes, hash[:]...); len(at.hashes) < tileWidth*hashSize {
		return nil
	}
	stored, err := t.ledger.store.tile(t.ctx, level, at.n)
	if err != nil {
		return err
	}
	roots, err := t.ledger.store.roots(t.ctx, nil, level, at.n, at.n+1)
	if err != nil {
		return err
	}
	root := subtree(at.hashes)
	if stored != nil && (!bytes.Equal(stored, at.hashes) || !bytes.Equal(roots, root[:])) {
		t.v.report.find(Seq((at.n+1)<<(tileHeight*(level+1))), "a tile of level %d is not what the entries hash to", level)
	}
	at.hashes, at.n = at.hashes[:0], at.n+1
	return t.add(level+1, root)
}
