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
	total := 0
	for {
		batch := k.state.overdue(time.Now())
		if len(batch) == 0 {
			return total, nil
		}
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
	return entry(kindExpired, minuteID(r.opening, kindExpired), r.id, r.subject, public, nil)
}

// minuteID is the ID of an entry that all desks on a ledger may think of at once and that is to be written once; and again a minute
// later if it had no effect, because a verdict came first and was taken back, or a clock was set.
func minuteID(id uuid.UUID, kind string) uuid.UUID {
	return tokenID(id, kind, ledger.Seq(time.Now().Unix()/60))
}

// room makes place for one more case, or says that there is none.
func (k *Desk) room(ctx context.Context) error {
	s := k.state
	s.mu.Lock()
	if len(s.open) < k.opts.MaxOpen {
		s.mu.Unlock()
		return nil
	}
	oldest := s.levels[len(s.levels)-1].first
	if oldest == nil {
		s.mu.Unlock()
		return errFull
	}
	e := expiry(oldest, expiredPublic{Crowded: true})
	s.mu.Unlock()
	seq, err := k.ledger.Append(ctx, e)
	if err == nil {
		err = k.follower.Wait(ctx, seq)
	}
	return err
}
