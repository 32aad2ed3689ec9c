package oversight

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// expireBatch bounds what one sweep writes.
const expireBatch = 256

// Expire gives the cases past their deadline to the fallback and makes the verdicts past their undo window stand, by an entry each, and
// says how many it wrote. The desk does so itself whenever somebody asks for cases or an answer; call it from a timer of your own if nobody does for long.
func (k *Desk) Expire(ctx context.Context) (int, error) {
	if err := k.usable(); err != nil {
		return 0, err
	}
	total, last := 0, uuid.Nil
	for {
		batch := k.state.overdue(time.Now())
		if len(batch) == 0 || batch[0].ID == last { // a clock was set back: what was written is too early, and is written again in a second
			return total, nil
		}
		last = batch[0].ID
		seq, err := k.ledger.Append(ctx, batch...)
		if err == nil {
			err = k.follower.Wait(ctx, seq)
		}
		if err != nil {
			return total, unwritten(nil, "an expiry", err)
		}
		total += len(batch)
		if len(batch) < expireBatch {
			return total, nil
		}
	}
}

// overdue makes the entries that end the cases past their deadline, the most overdue first. Each carries a time that the fold
// accepts, as it is after the deadline.
func (s *state) overdue(now time.Time) []ledger.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.due) == 0 || now.Before(s.due[0].turns()) {
		return nil
	}
	var batch []ledger.Entry
	// A heap's first n elements in order are not its first n places: walk down from the root, which never leaves the overdue.
	for stack := []int{0}; len(stack) > 0 && len(batch) < expireBatch; {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if i >= len(s.due) || now.Before(s.due[i].turns()) {
			continue
		}
		batch = append(batch, turning(s.due[i], now))
		stack = append(stack, 2*i+1, 2*i+2)
	}
	return batch
}

// expiry ends a case without a verdict.
func expiry(r *record, public expiredPublic) ledger.Entry {
	return entry(kindExpired, secondID(r.opening, kindExpired), r.id, r.subject, public, nil)
}

// secondID is the ID of an entry that all desks on a ledger may think of at once and that is to be written once; and again a second
// later if it had no effect, because a verdict came first and was taken back, or a clock was set.
func secondID(id uuid.UUID, kind string) uuid.UUID {
	return tokenID(id, kind, ledger.Seq(time.Now().Unix()))
}
