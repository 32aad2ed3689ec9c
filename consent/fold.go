package consent

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

// ledgerStream holds the erasures.
const ledgerStream = "ledger"

// fold applies one entry. It is pure: what it does depends on the entries alone. How far the gate knows the log moves on only past what
// it could apply: Ask.AtLeast goes by that.
func (g *Gate) fold(entry ledger.Entry, now time.Time) error {
	g.latest.Store(now.UnixMilli())
	err := g.apply(entry)
	if err == nil {
		g.applied.Store(uint64(entry.Seq))
	}
	return err
}

func (g *Gate) apply(entry ledger.Entry) error {
	if entry.Stream == ledgerStream {
		if erasure, ok := ledger.AsErasure(entry); ok && !erasure.Keeps(stream) {
			if g.bounded != nil {
				g.bounded.forget(erasure.Mark, entry.Seq)
			} else {
				g.all.forget(erasure.Mark)
			}
		}
		return nil
	}
	if isObjection(&entry) {
		return g.foldObjection(entry)
	}
	if !understood(&entry) {
		if entry.Critical {
			return ledger.ErrUpgrade
		}
		return nil
	}
	e, err := eventOf(entry)
	if err != nil {
		return err
	}
	p := g.purposes[e.Purpose]
	if p == nil || e.Tenant != g.tenant {
		return nil // somebody else's
	}
	person := g.all.table.person(e.Subject)
	k, against := person.to(p.index, g.recipient(e.Recipient)), g.objection(e.Subject, e.Recipient, p.index)
	if g.bounded != nil {
		g.bounded.fold(person, k, &e, against)
	} else {
		g.all.apply(k, &e, against)
	}
	return nil
}

// understood says whether this version of the package knows what an entry of the stream means.
func understood(entry *ledger.Entry) bool {
	kind, ok := strings.CutPrefix(entry.Kind, kindPrefix)
	return ok && entry.Stream == stream && entry.Version <= version && slices.Contains(kinds, Kind(kind))
}

// tag is as much of a mark as the table keeps. That an erasure meets somebody else's entry with the same tag has a chance of 10⁻⁹: then it
// forgets that one, too.
func tag(m ledger.Mark) uint64 { return max(binary.BigEndian.Uint64(m[:])>>placeBits, 1) }

// key is where the table keeps a person's word.
func (g *Gate) key(subject, recipient string, purpose uint16) id {
	return g.all.table.person(subject).to(purpose, g.recipient(recipient))
}

// recipient is the hash of a recipient, zero for all of them.
func (g *Gate) recipient(name string) id {
	if name == "" {
		return id{}
	}
	return g.all.table.recipient(name)
}

// who is whose word is looked up.
type who struct {
	subject string
	person  id
	known   *memory
	alias   id // by which objections outlive an erasure; zero until it is needed
}

// word is what the person said last on q to a recipient.
func (g *Gate) word(w *who, q *purpose, recipient id) said {
	v := w.known.table.get(w.person.to(q.index, recipient))
	if v.any() || g.marks.Load() == 0 {
		return v
	}
	if w.alias == (id{}) {
		w.alias = g.alias(w.subject)
	}
	if v = g.notes.get(w.alias.to(q.index, recipient)); v.gives() {
		return said{}
	}
	return v
}

// nearest is what counts of what the person said on q: to the recipient rather than to all, but a later no to all ends an earlier
// yes to one.
func (g *Gate) nearest(w *who, q *purpose, recipient id) said {
	v := g.word(w, q, id{})
	if recipient != (id{}) {
		if one := g.word(w, q, recipient); one.any() && (!v.any() || v.gives() || !v.after(one)) {
			return one
		}
	}
	return v
}

// about is whom a question is about; the error says why that cannot be found out.
func (g *Gate) about(ctx context.Context, subject string) (who, error) {
	w := who{subject: subject, person: g.all.table.person(subject), known: g.all}
	if g.bounded == nil {
		return w, nil
	}
	var err error
	w.known, err = g.view(ctx, subject, w.person)
	return w, err
}

// lookup is what counts of what the person said on p: on the nearest purpose of those p is within, and of several at the same
// distance what denies. on is the purpose it was said on.
func (g *Gate) lookup(w *who, recipient id, p *purpose) (s said, on *purpose, reason Reason) {
	for _, level := range p.levels {
		for _, q := range level {
			v := g.nearest(w, q, recipient)
			if !v.any() {
				continue
			}
			why := g.denies(w, v, q, p)
			if on == nil || reason == "" && why != "" || why != "" && rank(why) < rank(reason) {
				s, on, reason = v, q, why
			}
		}
		if on != nil {
			return s, on, reason
		}
	}
	return said{}, nil, ReasonNoRecord
}
