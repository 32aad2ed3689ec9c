package consent

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

// ledgerStream holds the erasures.
const ledgerStream = "ledger"

// fold applies one entry. It is pure: what it does depends on the entries alone.
func (g *Gate) fold(entry ledger.Entry, now time.Time) error {
	defer g.applied.Store(uint64(entry.Seq))
	g.latest.Store(now.UnixMilli())
	if entry.Stream == ledgerStream {
		if erasure, ok := ledger.AsErasure(entry); ok && !erasure.Keeps(stream) {
			g.table.forget(tag(erasure.Mark), func(was said) { g.setEnd(was, said{}, time.Time{}) })
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
	k := g.key(e.Subject, e.Recipient, p.index)
	word := saidBy(&e)
	was := g.table.get(k)
	against := was
	if !was.any() && e.carried == 0 { // an objection that outlived an erasure: an older consent does not end it
		against = g.objection(e.Subject, e.Recipient, p.index)
	}
	if against.any() && word.yields(against, e.carried != 0) {
		return nil
	}
	g.setEnd(was, word, e.Expires)
	g.table.put(k, word, tag(entry.Mark()))
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
	return g.table.person(subject).to(purpose, g.recipient(recipient))
}

// recipient is the hash of a recipient, zero for all of them.
func (g *Gate) recipient(name string) id {
	if name == "" {
		return id{}
	}
	return g.table.person(name)
}

// setEnd keeps the end that a word set for itself, in place of the one it replaces.
func (g *Gate) setEnd(was, word said, end time.Time) {
	if !was.ends() && !word.ends() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.ends, was.seq())
	if word.ends() {
		g.ends[word.seq()] = end.UnixMilli()
	}
}

// end is when what was said ends by its own word.
func (g *Gate) end(s said) time.Time {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return time.UnixMilli(g.ends[s.seq()]) // 1970, if it has been replaced meanwhile
}

// who is whose word is looked up.
type who struct {
	subject string
	person  id
	alias   id // by which objections outlive an erasure; zero until it is needed
}

// word is what the person said last on q to a recipient.
func (g *Gate) word(w *who, q *purpose, recipient id) said {
	v := g.table.get(w.person.to(q.index, recipient))
	if v.any() || g.marks.Load() == 0 {
		return v
	}
	if w.alias == (id{}) {
		w.alias = g.alias(w.subject)
	}
	if v = g.table.get(w.alias.to(q.index, recipient)); v.gives() {
		return said{}
	}
	return v
}

// nearest is what counts of what the person said on q: to the recipient rather than to all, but a later no to all ends an earlier
// yes to one.
func (g *Gate) nearest(w *who, q *purpose, recipient id) said {
	v := g.word(w, q, id{})
	if recipient != (id{}) {
		if one := g.word(w, q, recipient); one.any() && (!v.any() || v.gives() || v.seq() < one.seq()) {
			return one
		}
	}
	return v
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
			why := g.denies(v, q, p)
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
