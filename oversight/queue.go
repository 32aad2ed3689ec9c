package oversight

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// DefaultLimit is how many cases Pending returns unless told otherwise.
const DefaultLimit = 100

// Filter says which open cases are meant. The zero Filter means all.
type Filter struct {
	// Held takes only cases that somebody waits for. Default: all.
	Held bool
	// Unclaimed leaves out what a reviewer has claimed or decided. Default: all.
	Unclaimed bool
	// Split takes only cases whose reviewers differ, for Adjudicate. Default: all.
	Split bool
	// System takes only cases of this system. Default: all.
	System string
	// After takes only what the list has after this item, for the next page. Default: from the start.
	After Item
	// Limit is the most cases returned. Default: DefaultLimit.
	Limit int
}

func (f *Filter) wants(r *record, at time.Time) bool {
	if a := &f.After; a.Case != uuid.Nil && (level(r.urgent, r.Held) < level(a.Urgent, a.Held) ||
		level(r.urgent, r.Held) == level(a.Urgent, a.Held) && r.seq <= a.Seq) {
		return false
	}
	return (!f.Held || r.Held) && (f.System == "" || r.System == f.System) && (!f.Unclaimed || !r.lease.live(at) && !r.cooling()) &&
		(!f.Split || r.split)
}

// Lease is a reviewer's claim on a case. The zero Lease holds nothing.
type Lease struct {
	Case     uuid.UUID
	Reviewer string
	Token    ledger.Seq // the claim's position in the ledger: it fences off whoever held the case before
	Until    time.Time  // when it ends unless renewed
}

// Pending lists open cases: the urgent ones, then those that somebody waits for, then the rest, each in the order of opening. Cases past
// their deadline are given to the fallback first.
func (k *Desk) Pending(ctx context.Context, f Filter) ([]Item, error) {
	if err := k.usable(); err != nil {
		return nil, err
	}
	if _, err := k.Expire(ctx); err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = DefaultLimit
	}
	now := time.Now()
	s := k.state
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []Item
	for i := range s.levels {
		for r := s.levels[i].first; r != nil && len(items) < f.Limit; r = r.next {
			if f.wants(r, now) {
				items = append(items, r.item())
			}
		}
	}
	return items, nil
}

// Claim gives a case to a reviewer for the time of a lease: the one named, or the next one for uuid.Nil. Of two who claim the
// same case the first in the ledger has it and the other gets ErrFenced. ErrNotFound: no such open case, or none left. Two people are
// told apart by their names, letter by letter: give everybody one, from your directory, however they sign in.
func (k *Desk) Claim(ctx context.Context, reviewer string, id uuid.UUID) (Lease, error) {
	if err := k.usable(); err != nil {
		return Lease{}, err
	}
	if err := named(reviewer); err != nil {
		return Lease{}, err
	}
	if _, err := k.Expire(ctx); err != nil {
		return Lease{}, err
	}
	if id != uuid.Nil {
		return k.claim(ctx, reviewer, id)
	}
	var err error
	for range maxTries {
		next, ok := k.state.next(reviewer, time.Now())
		if !ok {
			return Lease{}, &CaseError{Reason: ErrNotFound, Detail: "no case is left to claim"}
		}
		var lease Lease
		lease, err = k.claim(ctx, reviewer, next)
		if !errors.Is(err, ErrFenced) && !errors.Is(err, ErrNotFound) {
			return lease, err
		}
	}
	return Lease{}, err
}

// maxTries bounds the races that one Claim may lose: so many in a row are no chance any more, but a clock that is wrong.
const maxTries = 100

// spread is how many of the next cases a claimer picks from: the more claimers, the more, so that they seldom collide.
const (
	spreadMin   = 32
	spreadShare = 8
)

// next picks an unclaimed case at random among the first ones of the foremost queue that has any.
func (s *state) next(reviewer string, now time.Time) (uuid.UUID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.levels {
		var picked *record
		claimed, seen := 0, 0
		for r := s.levels[i].first; r != nil && seen < max(spreadMin, spreadShare*claimed); r = r.next {
			switch {
			case r.lease.live(now):
				claimed++
			case now.Before(r.deadline) && r.offers(reviewer):
				if seen++; rand.IntN(seen) == 0 { // each of the seen is picked with the same chance
					picked = r
				}
			}
		}
		if picked != nil {
			return picked.id, true
		}
	}
	return uuid.Nil, false
}

// offers says whether a reviewer who asks for any case is given this one. A case they skipped they get by its ID only.
func (r *record) offers(reviewer string) bool {
	return !r.cooling() && !r.barred(reviewer) && (!r.split || r.assigned != "") && !slices.Contains(r.skipped, reviewer)
}

// level is the place of a case in the order of the queue.
func level(urgent, held bool) int {
	switch {
	case urgent:
		return 0
	case held:
		return 1
	}
	return 2
}

func (k *Desk) claim(ctx context.Context, reviewer string, id uuid.UUID) (Lease, error) {
	if err := k.allowed(reviewer); err != nil {
		return Lease{}, err
	}
	c, err := k.openCase(ctx, id)
	if err != nil {
		return Lease{}, err
	}
	now := time.Now()
	if c.lease.live(now) {
		return Lease{}, &CaseError{Reason: ErrFenced, Case: id, Detail: "another reviewer has it, or this one in another window"}
	}
	until := now.Add(k.opts.Lease)
	e := entry(kindClaimed, uuid.Must(uuid.NewV7()), id, c.subject,
		leasePublic{Until: until.UnixNano()}, leaseBody{Reviewer: reviewer})
	did, seq, err := k.commit(ctx, e)
	if err != nil {
		return Lease{}, unwritten(nil, "the claim", err)
	}
	if did != applied {
		return Lease{}, &CaseError{Reason: ErrFenced, Case: id, Detail: "another reviewer was first, it is somebody else's, or this reviewer has voted"}
	}
	return Lease{Case: id, Reviewer: reviewer, Token: seq, Until: earlier(until, c.deadline)}, nil
}

// Renew makes a lease last again as long as a new one, up to the case's deadline. ErrFenced: it has ended. ErrRoster: its reviewer
// could not claim a case any more, either.
func (k *Desk) Renew(ctx context.Context, l Lease) (Lease, error) {
	if err := k.usable(); err != nil {
		return Lease{}, err
	}
	if err := k.allowed(l.Reviewer); err != nil {
		return Lease{}, err
	}
	until := time.Now().Add(k.opts.Lease)
	c, err := k.change(ctx, l, kindRenewed, until, "")
	if err != nil {
		return Lease{}, err
	}
	l.Until = earlier(until, c.deadline)
	return l, nil
}

// Release gives a case back to the queue. ErrFenced: the lease has ended.
func (k *Desk) Release(ctx context.Context, l Lease) error {
	_, err := k.change(ctx, l, kindReleased, time.Time{}, "")
	return err
}

func (k *Desk) change(ctx context.Context, l Lease, kind string, until time.Time, why string) (caseRef, error) {
	if err := k.usable(); err != nil {
		return caseRef{}, err
	}
	if err := named(l.Reviewer); err != nil {
		return caseRef{}, err
	}
	c, err := k.openCase(ctx, l.Case)
	if err != nil {
		return caseRef{}, err
	}
	public := leasePublic{Token: l.Token}
	if !until.IsZero() {
		public.Until = until.UnixNano()
	}
	e := entry(kind, uuid.Must(uuid.NewV7()), l.Case, c.subject, public, leaseBody{Reviewer: l.Reviewer, Why: why})
	did, _, err := k.commit(ctx, e)
	if err != nil {
		return caseRef{}, unwritten(nil, "the lease", err)
	}
	if did != applied {
		return caseRef{}, &CaseError{Reason: ErrFenced, Case: l.Case, Detail: "claim the case again"}
	}
	return c, nil
}

// caseRef is what an entry about an open case is made from.
type caseRef struct {
	id       uuid.UUID
	subject  string
	deadline time.Time
	digest   digest
	lease    held
	typeName string
	split    bool
	hides    bool
}

func (r *record) ref() caseRef {
	return caseRef{id: r.id, subject: r.subject, deadline: r.deadline, digest: r.digest, lease: r.lease, typeName: r.Type, split: r.split, hides: r.hides()}
}

// leased says whether a lease is the case's now, as far as this process knows.
func (c *caseRef) leased(l Lease) bool {
	return l.Token != 0 && c.lease.token == l.Token && c.lease.reviewer == l.Reviewer && c.lease.live(time.Now())
}

// openCase finds an open case, here or, when this process has not caught up with another, in the ledger.
func (k *Desk) openCase(ctx context.Context, id uuid.UUID) (caseRef, error) {
	s := k.state
	s.mu.Lock()
	r := s.open[id]
	if r != nil {
		defer s.mu.Unlock()
		return r.ref(), nil
	}
	s.mu.Unlock()
	f, err := k.read(ctx, id)
	if err != nil {
		return caseRef{}, err
	}
	if f.decided() {
		return caseRef{}, &CaseError{Reason: ErrNotFound, Case: id, Detail: "it is decided; Get shows how"}
	}
	return f.ref(), nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
