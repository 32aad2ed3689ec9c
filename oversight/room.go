package oversight

import (
	"context"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// A queue holds at most MaxOpen cases. Who opens one takes a place first, so that many callers at once do not all find the same one free.

// room takes a place for one more case, whoever opens it: a call, a person who appeals or somebody who seeds gold. d may be nil. done
// gives it back, once the case is in the queue or will not be.
func (k *Desk) room(ctx context.Context, d *call.Decision) (done func(), err error) {
	s := k.state
	if !s.reserve(k.opts.MaxOpen) {
		if err := k.makeRoom(ctx); err != nil {
			return nil, call.Refuse(d, call.StageOversight, "too many cases are open; have them decided, or raise oversight.Options.MaxOpen", err)
		}
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.opening--
	}, nil
}

// makeRoom takes a place by giving up the oldest cases that hold nothing.
func (k *Desk) makeRoom(ctx context.Context) error {
	s := k.state
	select {
	case k.crowded <- struct{}{}: // one caller makes room for all
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.crowded }()
	for range maxTries {
		if s.reserve(k.opts.MaxOpen) {
			return nil
		}
		batch := s.least(min(expireBatch, 1+k.opts.MaxOpen/64))
		if len(batch) == 0 {
			return ErrFull
		}
		seq, err := k.ledger.Append(ctx, batch...)
		if err == nil {
			err = k.follower.Wait(ctx, seq)
		}
		if err != nil {
			return err
		}
	}
	return ErrFull
}

// reserve takes a place if there is one.
func (s *state) reserve(most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open)+s.opening >= most {
		return false
	}
	s.opening++
	return true
}

// least makes the entries that give up the oldest cases that hold nothing, at most n, the urgent ones last.
func (s *state) least(n int) []ledger.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var batch []ledger.Entry
	for _, q := range []*queue{&s.levels[2], &s.levels[0]} {
		for r := q.first; r != nil && len(batch) < n; r = r.next {
			if !r.Held && !r.cooling() {
				batch = append(batch, expiry(r, expiredPublic{Crowded: true}))
			}
		}
	}
	return batch
}
