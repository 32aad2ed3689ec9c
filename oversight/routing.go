package oversight

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// maxWhy bounds a reason, in bytes.
const maxWhy = 4096

// stated checks a reason: one that is asked for is not left empty.
func stated(why string) error {
	if strings.TrimSpace(why) == "" || len(why) > maxWhy || !utf8.ValidString(why) {
		return invalid("say why: 1 to 4,096 bytes of text")
	}
	return nil
}

// Skip gives a case back and keeps it from this reviewer when they ask for any case. The reason is evidence. Required: why.
func (k *Desk) Skip(ctx context.Context, l Lease, why string) error {
	if err := stated(why); err != nil {
		return err
	}
	_, err := k.change(ctx, l, kindSkipped, time.Time{}, why)
	return err
}

// Escalate is Skip, and puts the case before all that are not urgent. Required: why.
func (k *Desk) Escalate(ctx context.Context, l Lease, why string) error {
	if err := stated(why); err != nil {
		return err
	}
	_, err := k.change(ctx, l, kindEscalated, time.Time{}, why)
	return err
}

// Assign reserves an open case for one reviewer, also one who skipped it, or for nobody in particular again with an empty to; whoever
// else has claimed it loses it. ErrFenced: it is decided, or that reviewer has voted on it. ErrRoster: they could not claim it.
func (k *Desk) Assign(ctx context.Context, by string, id uuid.UUID, to string) error {
	if err := k.usable(); err != nil {
		return err
	}
	if err := named(by); err != nil {
		return err
	}
	if to != "" {
		if err := named(to); err != nil {
			return err
		}
		if err := k.allowed(to); err != nil {
			return err
		}
	}
	return k.act(ctx, kindAssigned, id, assignBody{By: by, To: to})
}

// Undo takes a verdict back within the policy's Undo window: only who gave it may. The case is open again.
func (k *Desk) Undo(ctx context.Context, l Lease) error {
	if err := k.usable(); err != nil {
		return err
	}
	if err := named(l.Reviewer); err != nil {
		return err
	}
	return k.act(ctx, kindUndone, l.Case, leaseBody{Reviewer: l.Reviewer})
}

// Invalidate withdraws an open case, whose answer is then not delivered: what it asks has become pointless, or was opened by mistake.
// Required: who, why.
func (k *Desk) Invalidate(ctx context.Context, who string, id uuid.UUID, why string) error {
	if err := k.usable(); err != nil {
		return err
	}
	if err := named(who); err != nil {
		return err
	}
	if err := stated(why); err != nil {
		return err
	}
	return k.act(ctx, kindInvalidated, id, stopBody{Who: who, Why: why})
}

// act appends an entry about an open case that needs no lease.
func (k *Desk) act(ctx context.Context, kind string, id uuid.UUID, body any) error {
	c, err := k.openCase(ctx, id)
	if err != nil {
		return err
	}
	did, _, err := k.commit(ctx, entry(kind, uuid.Must(uuid.NewV7()), id, c.subject, nil, body))
	switch {
	case err != nil:
		return unwritten(nil, "the change", err)
	case did == fenced || did == ignored:
		return &CaseError{Reason: ErrFenced, Case: id, Detail: "it is recorded and has no effect: the case has moved on"}
	}
	return nil
}

// Bulk gives one judgement on the cases named, one after the other, and says for each what became of it: nil, or why not. There is
// no bulk over a filter: who decides has seen what they decide. A case that it cannot decide, as reviewers differ on it or its answer
// is hidden, is ErrInvalid and goes back to the queue. At most 1,000 cases.
func (k *Desk) Bulk(ctx context.Context, reviewer string, ids []uuid.UUID, j Judgement) ([]error, error) {
	if err := k.usable(); err != nil {
		return nil, err
	}
	if len(ids) > maxBulk {
		return nil, invalid("more than 1,000 cases in one call")
	}
	if _, err := k.correction(j); err != nil {
		return nil, err
	}
	errs := make([]error, len(ids))
	for i, id := range ids {
		if id == uuid.Nil { // Claim would take any
			errs[i] = &CaseError{Reason: ErrNotFound}
			continue
		}
		lease, err := k.Claim(ctx, reviewer, id)
		if err == nil {
			if err = k.Submit(ctx, lease, j); errors.Is(err, ErrInvalid) {
				_ = k.Release(ctx, lease) // else it ends by itself
			}
		}
		errs[i] = err
	}
	return errs, nil
}

const maxBulk = 1000
