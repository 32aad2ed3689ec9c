package oversight

import (
	linked "container/list"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// keyring knows which held cases stand under a Key: the open ones, and the decided ones until their verdict lapses. A model that is not
// always of one mind could else be asked under one Key until it says something that no rule holds.
type keyring struct {
	open  map[uuid.UUID]*record // by the ID of the opening, which the Key stands in
	past  map[uuid.UUID]*linked.Element
	order linked.List // of *kept, in the order of the verdicts
}

// kept is what is known of a decided case under a Key.
type kept struct {
	draw
	opening uuid.UUID
	mark    ledger.Mark
	lapses  time.Time
}

// maxKept bounds the decided cases, at about 250 bytes each; the oldest give way.
const maxKept = 1 << 15

func newKeyring() keyring {
	return keyring{open: map[uuid.UUID]*record{}, past: map[uuid.UUID]*linked.Element{}}
}

// drawn is how a case that stands under a Key was drawn: nil if none does.
func (g *keyring) drawn(opening uuid.UUID, now time.Time) *draw {
	if r := g.open[opening]; r != nil {
		d := drawOf(r)
		return &d
	}
	if el := g.past[opening]; el != nil {
		if p := el.Value.(*kept); now.Before(p.lapses) { //nolint:forcetypeassert // nothing else is in it
			return &p.draw
		}
	}
	return nil
}

func drawOf(r *record) draw {
	return draw{p: r.Probability, rule: r.Rule, hold: r.HoldRule, sampled: true}
}

func (g *keyring) empty() bool { return len(g.open) == 0 && len(g.past) == 0 }

func (g *keyring) add(r *record) {
	if r.Held {
		g.open[r.opening] = r
	}
}

// drop takes a case that is no longer open, and keeps what was decided under a Key.
func (g *keyring) drop(r *record) {
	delete(g.open, r.opening)
	if len(g.open) == 0 {
		g.open = map[uuid.UUID]*record{} // a map that has been large stays so
	}
	if !r.Held || r.gold || r.appeal || r.opening == onceID(r.id, kindOpened) || !r.decided() {
		return
	}
	p := &kept{draw: drawOf(r), opening: r.opening, mark: r.mark, lapses: r.verdict.at.Add(time.Duration(r.Valid))}
	for el := g.order.Front(); el != nil && (g.order.Len() >= maxKept || !r.now.Before(el.Value.(*kept).lapses)); el = g.order.Front() { //nolint:forcetypeassert // as above
		g.remove(el)
	}
	g.past[r.opening] = g.order.PushBack(p)
}

func (g *keyring) remove(el *linked.Element) {
	delete(g.past, el.Value.(*kept).opening) //nolint:forcetypeassert // as above
	g.order.Remove(el)
}

// forget drops the cases of an erased person.
func (g *keyring) forget(mark ledger.Mark) {
	var next *linked.Element
	for el := g.order.Front(); el != nil; el = next {
		next = el.Next()
		if el.Value.(*kept).mark == mark { //nolint:forcetypeassert // as above
			g.remove(el)
		}
	}
}
