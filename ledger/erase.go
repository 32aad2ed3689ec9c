package ledger

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Stream and kinds of the ledger's own entries. A fold that remembers people follows Stream "ledger" too.
const (
	ownStream    = "ledger"
	kindErased   = "ledger.erased"
	kindRetained = "ledger.retained"
	kindRekeyed  = "ledger.rekeyed"
)

// Keep is what an erasure leaves because the law asks for it, such as the defence against a legal claim.
type Keep struct {
	// Stream whose entries about the subject stay. Required.
	Stream string `json:"stream"`
	// Until says when they can go; erase the subject again then. Required.
	Until time.Time `json:"until"`
	// Why is kept in clear in the log: name the ground, not the person. Required.
	Why string `json:"why"`
	// Bodies is how many entries it kept; set by Erase.
	Bodies int `json:"bodies"`
}

// Erased says what an erasure did.
type Erased struct {
	// Seq is the position of the entry that records it; 0 if there was nothing to erase.
	Seq Seq
	// Bodies is how many entries were made unreadable for good.
	Bodies int
	// Kept is what stays, and why.
	Kept []Keep
}

// Erasure is what the entry of an erasure says to a fold.
type Erasure struct {
	// Mark equals [Entry.Mark] of every entry about the erased subject.
	Mark Mark
	// Bodies is how many entries went.
	Bodies int
	// Kept are the streams that stayed: their folds go on knowing the subject.
	Kept []Keep
}

// Keeps reports whether the entries of a stream stayed.
func (e Erasure) Keeps(stream string) bool {
	return slices.ContainsFunc(e.Kept, func(k Keep) bool { return k.Stream == stream })
}

// AsErasure reads the entry of an erasure. ok is false for every other entry. A fold then forgets whom it knows by that
// mark, unless its own stream was kept: a replay will not see their entries any more, and has to reach the same state.
func AsErasure(e Entry) (erasure Erasure, ok bool) {
	if e.Stream != ownStream || e.Kind != kindErased {
		return Erasure{}, false
	}
	var text accounting
	if json.Unmarshal(e.Public, &text) != nil {
		return Erasure{}, false
	}
	mark, err := hex.DecodeString(text.Mark)
	if err != nil || len(mark) != len(erasure.Mark) {
		return Erasure{}, false
	}
	return Erasure{Mark: Mark(mark), Bodies: text.Bodies, Kept: text.Kept}, true
}

// accounting is the Public of ledger.erased and ledger.retained: how many bodies went, for Verify to tell an erasure
// from a theft.
type accounting struct {
	Bodies int    `json:"bodies"`
	Mark   string `json:"mark,omitempty"`
	Kept   []Keep `json:"kept,omitempty"`
	Stream string `json:"stream,omitempty"`
	Before string `json:"before,omitempty"`
	Forced bool   `json:"forced,omitempty"`
}

// Erase makes everything the log holds about a subject unreadable, in all streams except those kept: the bodies and the
// subject's key are deleted, and an entry says that it happened, to whom (as a [Mark]) and how much. Every proof still
// verifies. It needs the database: unlike Append it does not queue.
//
// What it cannot reach: copies of the database made before, which open with the secret of their time ([Ledger.Rekey]),
// and what the application keeps elsewhere. On PostgreSQL the deleted rows lie in the files until VACUUM has run and in
// the write-ahead log until it is recycled; SQLite overwrites them at once (secure_delete) and its -wal file at the next
// checkpoint.
func (l *Ledger) Erase(ctx context.Context, subject string, keep ...Keep) (Erased, error) {
	const op = "erase"
	if _, err := l.readable(ctx, op); err != nil {
		return Erased{}, err
	}
	if subject == "" {
		return Erased{}, fail(op, ErrInvalid, "no subject", nil)
	}
	r := &removal{erase: true, token: l.keys.token(subject)}
	for _, k := range keep {
		if !validName(k.Stream) || k.Until.IsZero() || k.Until.Year() > 9998 || k.Why == "" || k.Stream == ownStream || len(k.Why) > 1024 {
			return Erased{}, fail(op, ErrInvalid, "Keep needs a stream that is not the ledger's, a time before the year 9999 and a reason of at most 1024 bytes", nil)
		}
		if !slices.Contains(r.keep, k.Stream) {
			r.keep = append(r.keep, k.Stream)
		}
	}
	var kept []Keep
	public := func(r *removal) accounting {
		kept = nil
		for _, k := range keep {
			if k.Bodies = r.keptBodies[k.Stream]; k.Bodies > 0 {
				k.Until = k.Until.UTC().Round(0)
				kept = append(kept, k)
			}
		}
		mark := markOf(r.token)
		return accounting{Bodies: r.bodies, Mark: hex.EncodeToString(mark[:]), Kept: kept}
	}
	seq, err := l.remove(ctx, op, r, Entry{Kind: kindErased}, public)
	return Erased{Seq: seq, Bodies: r.bodies, Kept: kept}, err
}

// remove runs a removal to its end, folds it, and returns the position of the entry that accounts for it.
func (l *Ledger) remove(ctx context.Context, op string, r *removal, e Entry, public func(*removal) accounting, carry ...Entry) (Seq, error) {
	if inFold() {
		return 0, fail(op, ErrInFold, "a fold must be pure; use Follower.After", nil)
	}
	if l.db == nil { // nobody may append between the removal and its fold
		if err := l.take(ctx, op); err != nil {
			return 0, err
		}
		defer l.reactions.start(l)
		defer l.leave()
	}
	p := newPending(slices.Concat(carry, []Entry{{Stream: ownStream, Kind: e.Kind, Critical: true}}))
	for attempt := 0; ; attempt++ {
		err := l.removeOnce(ctx, r, p, public)
		stale := staleness(err)
		switch {
		case err == nil && len(r.rows) == 0:
			return 0, nil
		case err == nil:
			return l.foldRemoval(ctx, r, p)
		case stale != nil:
			l.keys.reset(stale.epoch)
		case errors.Is(err, errDoubt):
			return l.confirmRemoval(ctx, op, r, p, err)
		case errors.Is(err, errRepeat):
			if _, _, err := l.provide(ctx, []string{""}); err != nil {
				return 0, err
			}
		default:
			return 0, err
		}
		p.sealed = false
		if attempt == maxAttempts {
			return 0, fail(op, ErrUnavailable, "the log keeps changing under the erasure", nil)
		}
	}
}

func (l *Ledger) removeOnce(ctx context.Context, r *removal, p *pending, public func(*removal) accounting) error {
	if err := l.resolve(ctx, []*pending{p}); err != nil {
		return err
	}
	last := len(p.entries) - 1
	r.epoch, r.guard, r.rows, r.keptBodies, r.bodies = p.epoch, l.guard(), nil, nil, 0
	r.carry, r.keys = p.rows[:last], nil
	for _, k := range p.uses {
		if !k.saved.Load() && !slices.Contains(r.keys, k) {
			r.keys = append(r.keys, k)
		}
	}
	r.seal = func(r *removal) (sealed row, err error) {
		e := &p.entries[last]
		e.Public, err = json.Marshal(public(r))
		p.uses[last].seal(&sealed, e, nil)
		return sealed, err
	}
	return l.store.remove(ctx, r)
}

// confirmRemoval reads back whether a commit in doubt happened.
func (l *Ledger) confirmRemoval(ctx context.Context, op string, r *removal, p *pending, cause error) (Seq, error) {
	id := p.entries[len(p.entries)-1].ID
	for attempt := 0; ; attempt++ {
		found, err := l.store.confirm(ctx, id)
		switch {
		case err == nil && found == 0:
			return 0, fail(op, ErrUnavailable, "", cause)
		case err == nil:
			for i := range r.rows {
				r.rows[i].seq = found - Seq(len(r.rows)-1-i)
			}
			return l.foldRemoval(ctx, r, p)
		case !retryable(err) || !l.pause(ctx, attempt):
			return 0, fail(op, ErrUnconfirmed, "", err)
		}
	}
}

// foldRemoval lets the followers forget before the caller goes on.
func (l *Ledger) foldRemoval(ctx context.Context, r *removal, p *pending) (Seq, error) {
	for _, k := range r.keys {
		k.saved.Store(true)
	}
	last := r.rows[len(r.rows)-1]
	for i := range p.entries {
		p.entries[i].Seq = r.rows[i].seq
	}
	if l.db == nil {
		v, err := l.store.look(ctx, 0)
		if err != nil {
			return last.seq, err
		}
		l.keys.reset(v.epoch)
		l.pos = place{last.seq, last.leaf}
		l.feed(p.entries, last.seq)
		return last.seq, nil
	}
	if err := l.take(ctx, "erase"); err != nil {
		return last.seq, fail("erase", ErrNotFolded, "", err)
	}
	defer l.reactions.start(l)
	defer l.leave()
	if err := l.look(ctx); err != nil {
		return last.seq, fail("erase", ErrNotFolded, "", err)
	}
	return last.seq, nil
}
