package ledger

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// RetentionFloor is how long entries stay at least: six months, as the EU AI Act asks of logs (article 19).
const RetentionFloor = 183 * 24 * time.Hour

const retainLimit = 20_000 // bodies of one transaction

// Retention says what may go by age. Ask the engine whose entries they are (gate.Retain, journal.Retain): it knows what
// its fold still needs and carries it forward; calling the ledger behind its back makes it forget.
type Retention struct {
	// Stream whose entries go. Required.
	Stream string
	// Kinds narrows it to some kinds. Default: all.
	Kinds []string
	// Before is the time of the oldest entry that stays. Required; at least RetentionFloor ago.
	Before time.Time
	// Carry are entries written first, which hold what the fold needs of those that go. Default: none.
	Carry []Entry
	// Forced lifts the floor, and is recorded. Default: false.
	Forced bool
}

// Retain deletes the bodies of a stream's old entries and records how many, after writing what has to be carried
// forward. It returns how many went. Proofs still verify. It works in steps; an error leaves the earlier ones done.
func (l *Ledger) Retain(ctx context.Context, what Retention) (bodies int, err error) {
	const op = "retain"
	if _, err := l.readable(ctx, op); err != nil {
		return 0, err
	}
	switch {
	case !validName(what.Stream) || what.Stream == ownStream || what.Before.IsZero():
		return 0, fail(op, ErrInvalid, "Retention needs a stream that is not the ledger's, and a time", nil)
	case !what.Forced && time.Since(what.Before) < RetentionFloor:
		return 0, fail(op, ErrTooShort, "entries stay for 183 days; set Forced if you must", nil)
	}
	if len(what.Carry) > 0 {
		if err := checkBatch(ctx, what.Carry); err != nil {
			return 0, err
		}
		if err := l.checkCarry(ctx, what.Carry); err != nil {
			return 0, err
		}
	}
	carry := what.Carry
	for {
		r := &removal{stream: what.Stream, kinds: what.Kinds, before: nanos(what.Before), limit: retainLimit}
		public := func(r *removal) accounting {
			return accounting{
				Bodies: r.bodies, Stream: what.Stream, Before: what.Before.UTC().Format(time.RFC3339Nano), Forced: what.Forced,
			}
		}
		if _, err := l.remove(ctx, op, r, Entry{Kind: kindRetained}, public, carry...); err != nil {
			return bodies, err
		}
		if bodies += r.bodies; r.bodies < retainLimit {
			return bodies, nil
		}
		carry = nil
	}
}

// checkCarry refuses what would be in the log twice, or would put the time of all folds ahead of the clock. An entry that is
// carried may be as old as what it stands for.
func (l *Ledger) checkCarry(ctx context.Context, carry []Entry) error {
	var ids []uuid.UUID
	latest := time.Now().Add(maxSkew)
	if l.db != nil {
		latest = l.db.now().Add(maxSkew)
	}
	for i := range carry {
		if carry[i].At.After(latest) {
			return fail("retain", ErrClock, "a carried entry is of the future", nil)
		}
		if carry[i].ID != uuid.Nil {
			ids = append(ids, carry[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := l.store.known(ctx, ids)
	if err == nil && len(found) > 0 {
		err = fail("retain", ErrInvalid, "the ID of a carried entry is in the log already", nil)
	}
	return err
}
