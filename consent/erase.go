package consent

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Erase makes everything the log holds about a person unreadable, in every stream but those kept (GDPR article 17); it is
// ledger.Ledger.Erase, and waits until this gate has forgotten them. That they had objected, or opted out where silence allows,
// outlives it under a keyed hash, so that forgetting never turns into allowing; a new agreement ends that. Forget leaves
// nothing. The erasure holds for all tenants of the log.
func (g *Gate) Erase(ctx context.Context, subject string, keep ...ledger.Keep) (ledger.Erased, error) {
	if g == nil || g.log == nil {
		return ledger.Erased{}, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	erased, err := g.log.Erase(ctx, subject, keep...)
	if err != nil {
		return erased, fmt.Errorf("consent: not erased: %w", err)
	}
	return erased, g.follow(ctx, erased.Seq)
}

// Forget is Erase without remembering that the person had objected: from then on they are a stranger, whom an opt-out purpose or a
// legitimate interest may reach again. Call it if they ask for that. In the log stays that some hash objected and that it no longer
// does. What they said as another tenant's customer is not touched by that. It reads the whole log once.
func (g *Gate) Forget(ctx context.Context, subject string, keep ...ledger.Keep) (ledger.Erased, error) {
	erased, err := g.Erase(ctx, subject, keep...)
	if err != nil || g.secret.Load() == nil {
		return erased, err
	}
	alias := g.alias(subject)
	var who [16]byte
	binary.BigEndian.PutUint64(who[:], alias.high)
	binary.BigEndian.PutUint64(who[8:], alias.low)
	var over []Event // each takes a note back
	for entry, err := range g.log.Since(ctx, 0) {
		if err != nil {
			return erased, fmt.Errorf("consent: erased, but what they objected to is still known: %w", err)
		}
		var o objection
		if entry.Stream != stream || entry.Kind != kindObjection || json.Unmarshal(entry.Body, &o) != nil || o.Who != hex.EncodeToString(who[:]) {
			continue
		}
		over = append(over, Event{ID: uuid.NewSHA1(entry.ID, []byte("forgotten")), Subject: subject, Purpose: o.Purpose, Recipient: o.Recipient, Kind: Granted})
	}
	for some := range slices.Chunk(over, carryBatch) {
		if err := g.takeBack(ctx, some); err != nil {
			return erased, fmt.Errorf("consent: erased, but what they objected to is still known: %w", err)
		}
	}
	return erased, nil
}

// takeBack records that notes are over.
func (g *Gate) takeBack(ctx context.Context, over []Event) error {
	notes := make([]ledger.Entry, len(over))
	for i := range over {
		over[i].At = time.Now().UTC() // not when they were found: the log refuses what is a second old
		note, err := g.note(&over[i])
		if err != nil {
			return err
		}
		notes[i] = note
	}
	seq, err := g.log.Append(ctx, notes...)
	if err != nil {
		return err
	}
	return g.follow(ctx, seq)
}
