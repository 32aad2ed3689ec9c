package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Grant records that a person agreed. Of the event only Subject and Purpose are required. The answer is the event as
// recorded: its Seq, put into Ask.AtLeast, makes any process wait until it knows.
func (g *Gate) Grant(ctx context.Context, e Event) (Event, error) {
	e.Kind = Granted
	return g.Record(ctx, e)
}

// Withdraw records that a person took back what they agreed to. When it returns, no check in this process allows any more. Of
// the event only Subject and Purpose are required: withdrawing is as easy as granting.
func (g *Gate) Withdraw(ctx context.Context, e Event) (Event, error) {
	e.Kind = Withdrawn
	return g.Record(ctx, e)
}

// Object records that a person objected (GDPR article 21): that stops uses which need no consent, too.
func (g *Gate) Object(ctx context.Context, e Event) (Event, error) {
	e.Kind = Objected
	return g.Record(ctx, e)
}

// Record records an event of any kind. It is durable, and this gate follows it, when Record returns without an error.
func (g *Gate) Record(ctx context.Context, e Event) (Event, error) {
	if g == nil || g.log == nil {
		return Event{}, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	e.Tenant = g.tenant
	if err := g.complete(&e); err != nil {
		return Event{}, err
	}
	p := g.purposes[e.Purpose]
	noted, err := g.mayNote(ctx, &e, p)
	if err != nil {
		return Event{}, err
	}
	e.At = time.Now().UTC() // after all that may have waited for the log, which refuses what is a second old
	entries, err := g.entries(&e, noted)
	if err != nil {
		return Event{}, err
	}
	before := ledger.Seq(g.applied.Load())
	if e.Seq, err = g.log.Append(ctx, entries...); err != nil && e.Seq == 0 {
		return Event{}, fmt.Errorf("consent: not recorded: %w", err)
	}
	durable := time.Now()
	if err := g.follow(ctx, e.Seq); err != nil {
		return e, err
	}
	if e.Seq <= before && e.Given.IsZero() { // recorded before; of an import nobody expects that it is the last word
		if err := g.stillSo(ctx, &e, p); err != nil {
			return e, err
		}
	}
	if e.Strict && !g.inline {
		return e, g.bindEverywhere(ctx, durable)
	}
	return e, nil
}

// entries are what the log keeps of an event: its own and, before it, the one that outlives an erasure.
func (g *Gate) entries(e *Event, noted bool) ([]ledger.Entry, error) {
	entry, err := e.entry()
	if err != nil || !noted {
		return []ledger.Entry{entry}, err
	}
	note, err := g.note(e)
	return []ledger.Entry{note, entry}, err
}

// stillSo says that an event that was recorded before is still the person's last word.
func (g *Gate) stillSo(ctx context.Context, e *Event, p *purpose) error {
	w, err := g.about(ctx, e.Subject)
	if err != nil {
		return err
	}
	if w.known.table.get(w.person.to(p.index, g.recipient(e.Recipient))).seq() == e.Seq {
		return nil
	}
	return &InvalidError{Field: "Event.Once", Why: "was used for this before, and the person has said something else since; leave it out to record the event again"}
}

// follow waits until this gate knows the log up to seq.
func (g *Gate) follow(ctx context.Context, seq ledger.Seq) error {
	if err := g.follower.Wait(ctx, seq); err != nil {
		return fmt.Errorf("consent: recorded, but this gate does not follow: %w", err)
	}
	return nil
}

// bindEverywhere waits until every gate has looked at the log since it became durable, or denies as stale. A hundredth more than
// MaxStaleness covers clocks that run at different rates.
func (g *Gate) bindEverywhere(ctx context.Context, durable time.Time) error {
	rest := time.NewTimer(time.Until(durable.Add(g.maxStaleness + g.maxStaleness/100 + time.Millisecond)))
	defer rest.Stop()
	select {
	case <-rest.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("consent: recorded, but the context ended before it was certain to bind in every process: %w", ctx.Err())
	}
}
