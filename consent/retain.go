package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// carryBatch is how many events one append carries forward.
const carryBatch = 500

// Retain deletes the bodies of consent events recorded before a time and returns how many went; proofs still verify. What still counts
// is first written anew, as it was given, so that no answer changes: the last word of every person on every purpose to every
// recipient, of all tenants. before has to lie ledger.RetentionFloor (183 days) back, unless force is set, which is recorded. It
// reads the log twice. An error leaves what was there, or some of it twice, which does no harm: call it again.
func (g *Gate) Retain(ctx context.Context, before time.Time, force bool) (bodies int, err error) {
	if g == nil || g.log == nil {
		return 0, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	if !force && time.Since(before) < ledger.RetentionFloor {
		return 0, fmt.Errorf("consent: entries stay for 183 days; force it if you must: %w", ledger.ErrTooShort)
	}
	if time.Since(before) < time.Minute {
		return 0, &InvalidError{Field: "Retain", Why: "takes a time at least a minute back, so that what others are recording now is not lost"}
	}
	began := ledger.Seq(g.applied.Load())
	last, err := g.lastWords(ctx)
	if err != nil {
		return 0, err
	}
	if err := g.carry(ctx, before, last); err != nil {
		return 0, err
	}
	if err := g.eraseAgain(ctx, began); err != nil {
		return 0, err
	}
	var own []string
	for _, k := range kinds {
		own = append(own, kindPrefix+string(k))
	}
	bodies, err = g.log.Retain(ctx, ledger.Retention{Stream: stream, Kinds: own, Before: before, Forced: force})
	if err != nil {
		return bodies, fmt.Errorf("consent: not all went: %w", err)
	}
	return bodies, nil
}

// lastWords folds the events of all tenants and all purposes, those this gate does not know included.
func (g *Gate) lastWords(ctx context.Context) (*table, error) {
	t := newTable()
	err := g.events(ctx, 0, func(e Event, _ ledger.Entry) error {
		k, word := wordKey(t, &e), saidBy(&e)
		if was := t.get(k); !was.any() || !word.yields(was, e.carried != 0) {
			t.put(k, word, 0)
		}
		return nil
	})
	return t, err
}

// wordKey is one person's word on one purpose to one recipient, with the purpose by name.
func wordKey(t *table, e *Event) id {
	return t.person(e.Subject).to(0, t.recipient(fmt.Sprintf("%d %q %q %q", len(e.Tenant), e.Tenant, e.Purpose, e.Recipient)))
}

// events calls do for each event in the log after a position.
func (g *Gate) events(ctx context.Context, after ledger.Seq, do func(Event, ledger.Entry) error) error {
	for entry, err := range g.log.Since(ctx, after) {
		if err != nil {
			return fmt.Errorf("consent: the log cannot be read: %w", err)
		}
		if !understood(&entry) {
			continue
		}
		e, err := eventOf(entry)
		if err == nil {
			err = do(e, entry)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// carry writes anew what is old and still counts.
func (g *Gate) carry(ctx context.Context, before time.Time, last *table) error {
	var copies []ledger.Entry
	write := func() error {
		defer func() { copies = copies[:0] }()
		return g.writeCopies(ctx, copies)
	}
	err := g.events(ctx, 0, func(e Event, entry ledger.Entry) error {
		if last.get(wordKey(last, &e)).seq() != e.Seq || !entry.At.Before(before) {
			return nil
		}
		e.carried, e.ID = e.Seq, uuid.NewSHA1(entry.ID, []byte("carried"))
		anew, err := e.entry()
		if err != nil {
			return err
		}
		if copies = append(copies, anew); len(copies) == carryBatch {
			return write()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return write()
}

func (g *Gate) writeCopies(ctx context.Context, copies []ledger.Entry) error {
	if len(copies) == 0 {
		return nil
	}
	for i := range copies {
		copies[i].At = time.Now() // not when the event was read: the log refuses what is a second old
	}
	seq, err := g.log.Append(ctx, copies...)
	if errors.Is(err, ledger.ErrErased) && len(copies) > 1 { // one of them belongs to a person erased since
		for i := range copies {
			if err := g.writeCopies(ctx, copies[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	if errors.Is(err, ledger.ErrErased) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("consent: not carried forward: %w", err)
	}
	return g.follow(ctx, seq)
}

// eraseAgain repeats erasures that came between the reading of an event and the writing of its copy.
func (g *Gate) eraseAgain(ctx context.Context, began ledger.Seq) error {
	erased := map[ledger.Mark]ledger.Seq{}
	for entry, err := range g.log.Since(ctx, began) {
		if err != nil {
			return fmt.Errorf("consent: the log cannot be read: %w", err)
		}
		if erasure, ok := ledger.AsErasure(entry); ok && !erasure.Keeps(stream) {
			erased[erasure.Mark] = entry.Seq
		}
	}
	if len(erased) == 0 {
		return nil
	}
	again := map[string]bool{}
	err := g.events(ctx, began, func(e Event, entry ledger.Entry) error {
		if at, ok := erased[e.Mark]; ok && e.carried != 0 && e.carried < at && at < entry.Seq {
			again[e.Subject] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for subject := range again {
		if _, err := g.Erase(ctx, subject); err != nil {
			return err
		}
	}
	return nil
}
