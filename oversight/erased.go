package oversight

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// ledgerStream holds the ledger's own entries: erasures among them.
const ledgerStream = "ledger"

// takeErasure forgets whom the ledger has forgotten: their open cases are gone, nobody waits for them any more, and what waits for
// delivery is not delivered. It leaves the same as a replay of the entries that are left.
func (s *state) takeErasure(e ledger.Entry) error {
	erasure, ok := ledger.AsErasure(e)
	switch {
	case !ok && e.Critical && !slices.Contains([]string{"ledger.retained", "ledger.rekeyed"}, e.Kind): // those forget nobody
		return ledger.ErrUpgrade
	case !ok || erasure.Keeps(stream) || erasure.Mark == (ledger.Mark{}):
		return nil
	}
	for _, r := range s.open {
		if r.mark == erasure.Mark {
			s.wake(r.id)
			s.notice(&e, r)
			s.drop(r)
		}
	}
	s.out.forget(erasure.Mark)
	s.keys.forget(erasure.Mark)
	s.breaker.forget(erasure.Mark)
	return nil
}

// Retain deletes what the ledger holds of cases from before a time, and returns how many entries went; that they were there stays
// provable. What is open, waits for delivery, holds a Key or has not been read by the breaker stays, and everything after it; so do the switch's
// history and the roster. Call it on a desk with the policy that runs: what a breaker of other settings has read and not written down is
// not kept. Estimates and evidence are of what is left: take them first. Cases stay for ledger.RetentionFloor (183
// days: EU AI Act, Article 26(6)), else the error is [ledger.ErrTooShort], unless force is set, which is recorded.
func (k *Desk) Retain(ctx context.Context, before time.Time, force bool) (int, error) {
	if err := k.usable(); err != nil {
		return 0, err
	}
	if _, err := k.Expire(ctx); err != nil {
		return 0, err
	}
	earliest, note := k.state.needed(before)
	what := ledger.Retention{Stream: stream, Kinds: caseKinds, Before: earliest, Forced: force}
	if note != nil {
		what.Carry = []ledger.Entry{k.written(note)}
	}
	n, err := k.ledger.Retain(ctx, what)
	if err != nil {
		return n, call.Refuse(call.From(ctx), call.StageOversight, "the old cases could not be deleted", err)
	}
	return n, nil
}

// needed is the time from which on the fold needs everything, at most before, and what the breaker has read.
func (s *state) needed(before time.Time) (time.Time, *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for _, r := range s.open {
		before = earlier(before, r.opened)
	}
	for _, d := range s.out.all() {
		if !d.lapsed(now) {
			before = earlier(before, d.opened)
		}
	}
	for _, p := range s.keys.past.all() {
		if now.Before(p.lapses) {
			before = earlier(before, p.opened)
		}
	}
	if unread := s.breaker.unread(); !unread.IsZero() {
		before = earlier(before, unread)
	}
	return before, s.breaker.carry()
}
