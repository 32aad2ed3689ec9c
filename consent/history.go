package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// History is everything recorded about a person's consents, oldest first; empty if there is nothing.
func (g *Gate) History(ctx context.Context, subject string) ([]Event, error) {
	if g == nil || g.log == nil {
		return nil, call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	var events []Event
	for entry, err := range g.log.Find(ctx, subject, stream) {
		if err != nil {
			return nil, fmt.Errorf("consent: the history cannot be read: %w", err)
		}
		if !understood(&entry) {
			continue
		}
		e, err := eventOf(entry)
		if err != nil {
			return nil, err
		}
		if e.Tenant == g.tenant {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) }) // what a retention carried forward stands at the end
	return slices.CompactFunc(events, func(a, b Event) bool { return a.Seq == b.Seq }), nil
}

// OnChange calls react for each event recorded from now on, in order, here or in another process, so that caches of what was
// derived from a person's data can be dropped. An erasure is an event of kind Erased without subject and purpose: its Mark is that of the
// person's earlier events. That a consent runs out is no event. react runs outside the gate and may call it.
func (g *Gate) OnChange(react func(Event)) {
	call.MustFunc("consent.OnChange", "react", react == nil)
	if g == nil || g.follower == nil {
		panic("fairlead: consent.OnChange: the gate is nil or zero: make it with consent.New")
	}
	g.follower.After(func(entry ledger.Entry) {
		if erasure, ok := ledger.AsErasure(entry); ok && !erasure.Keeps(stream) {
			react(Event{Seq: entry.Seq, ID: entry.ID, At: entry.At, Kind: Erased, Mark: erasure.Mark, Tenant: g.tenant})
			return
		}
		if !understood(&entry) {
			return
		}
		if e, err := eventOf(entry); err == nil && e.Tenant == g.tenant && e.carried == 0 { // what the fold could not read has stopped the gate already
			react(e)
		}
	})
}
