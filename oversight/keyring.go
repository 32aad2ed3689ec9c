package oversight

import (
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// keyring knows which held cases stand under a Key: the open ones, and the decided ones until their verdict lapses. A model that is not
// always of one mind could else be asked under one Key until it says something that no rule holds.
type keyring struct {
	open map[uuid.UUID]*record // by the ID of the opening, which the Key stands in
	past ordered[*kept]        // in the order of the verdicts
}

// kept is what is known of a decided case under a Key.
type kept struct {
	draw
	mark   ledger.Mark
	opened time.Time
	lapses time.Time
}

// maxKept bounds the decided cases, at about 250 bytes each; the oldest give way.
const maxKept = 1 << 15

// drawn is how a case that stands under a Key was drawn: nil if none does.
func (g *keyring) drawn(opening uuid.UUID, now time.Time) *draw {
	if r := g.open[opening]; r != nil {
		d := drawOf(r)
		return &d
	}
	if p := g.past.get(opening); p != nil && now.Before(p.lapses) {
		return &p.draw
	}
	return nil
}

func drawOf(r *record) draw {
	return draw{p: r.Probability, rule: r.Rule, hold: r.HoldRule, sampled: true}
}

func (g *keyring) empty() bool { return len(g.open) == 0 && g.past.len() == 0 }

func (g *keyring) add(r *record) {
	if !r.Held {
		return
	}
	if g.open == nil {
		g.open = map[uuid.UUID]*record{}
	}
	g.open[r.opening] = r
}

// drop takes a case that is no longer open, and keeps what was decided under a Key.
func (g *keyring) drop(r *record) {
	delete(g.open, r.opening)
	if len(g.open) == 0 {
		g.open = nil // a map that has been large stays so
	}
	if !r.Held || r.gold || r.appeal || r.opening == onceID(r.id, kindOpened) || !r.decided() {
		return
	}
	for id, old := range g.past.all() {
		if g.past.len() < maxKept && r.now.Before(old.lapses) {
			break
		}
		g.past.remove(id)
	}
	g.past.add(r.opening, &kept{draw: drawOf(r), mark: r.mark, opened: r.opened, lapses: r.verdict.at.Add(time.Duration(r.Valid))})
}

// forget drops the cases of an erased person.
func (g *keyring) forget(mark ledger.Mark) {
	for id, p := range g.past.all() {
		if p.mark == mark {
			g.past.remove(id)
		}
	}
}
