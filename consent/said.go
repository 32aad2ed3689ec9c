package consent

import (
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

// word is what a person's last event on a purpose said.
type word struct {
	kind     uint8 // index into kinds
	age      uint8 // in years, 255 for all above; 0: not known
	guardian bool  // a verified guardian said it
	ends     bool  // the event set an end of its own: it stands in ends
	imported bool  // the event said when it was given
	notice   uint16
	given    int64 // Unix time in milliseconds: the time to live counts from here
	seq      ledger.Seq
}

// said is a word in the two words of memory that the table keeps of it. The zero said is that nothing was said.
type said struct{ a, b uint64 }

// The bits of the first word, from the lowest.
const (
	bitGuardian = 1 << 0
	bitEnds     = 1 << 1
	bitImported = 1 << 2
	shiftKind   = 8
	shiftAge    = 12
	shiftSeq    = 20 // leaves 44 bits: seventeen trillion entries
	shiftGiven  = 16 // of the second word, after the notice: leaves 48 bits, enough until the year 10889
)

func (w word) pack() said {
	a := uint64(w.seq)<<shiftSeq | uint64(w.age)<<shiftAge | uint64(w.kind)<<shiftKind
	if w.guardian {
		a |= bitGuardian
	}
	if w.ends {
		a |= bitEnds
	}
	if w.imported {
		a |= bitImported
	}
	return said{a, uint64(w.given)<<shiftGiven | uint64(w.notice)}
}

func (s said) any() bool       { return s.a != 0 }
func (s said) seq() ledger.Seq { return ledger.Seq(s.a >> shiftSeq) }
func (s said) kind() int       { return int(s.a >> shiftKind & 0xf) }
func (s said) what() Kind      { return kinds[s.kind()] }
func (s said) gives() bool     { return s.any() && s.kind() < 2 } // the first two of kinds do
func (s said) age() int        { return int(uint8(s.a >> shiftAge)) }
func (s said) guardian() bool  { return s.a&bitGuardian != 0 }
func (s said) ends() bool      { return s.a&bitEnds != 0 }
func (s said) imported() bool  { return s.a&bitImported != 0 }
func (s said) given() int64    { return int64(s.b >> shiftGiven) }
func (s said) notice() int     { return int(uint16(s.b)) }

// saidBy is what an event says.
func saidBy(e *Event) said {
	at := e.Given
	if at.IsZero() {
		at = e.At
	}
	return word{
		kind: kindIndex(e.Kind), age: uint8(min(e.Age, 255)), guardian: e.Guardian, ends: !e.Expires.IsZero(), imported: !e.Given.IsZero(),
		notice: uint16(e.NoticeVersion), given: max(at.UnixMilli(), 0), seq: e.Seq,
	}.pack()
}

func kindIndex(k Kind) uint8 {
	for i, have := range kinds {
		if have == k {
			return uint8(i)
		}
	}
	return 0xf // none: callers have checked
}

// older says whether an imported event lies before what was said already, though it is recorded after it: then it changes nothing.
// At the same time, as imports with dates only have it, what takes back beats what gives.
func (s said) older(was said) bool {
	return s.given() < was.given() || s.given() == was.given() && s.gives()
}

// after says whether a person said s after another word: it stands later in the log, unless the later of the two was imported and had been
// said before.
func (s said) after(other said) bool {
	if s.seq() > other.seq() {
		return !s.imported() || !s.older(other)
	}
	return other.imported() && other.older(s)
}

// yields says whether a word leaves what was said before it in the log as it is. One that a retention has carried forward
// stands in the log after words that were said after it, and is weighed as if it stood in its own place.
func (s said) yields(was said, carried bool) bool {
	if carried && was.seq() > s.seq() {
		return !was.imported() || !was.older(s)
	}
	return s.imported() && s.older(was)
}

// reasons why a word denies, in the order of kinds; "" for those that give.
var reasons = [16]Reason{
	"", "", ReasonRefused, ReasonWithdrawn, ReasonWithdrawn, ReasonExpired, ReasonObjected, ReasonWithdrawn, ReasonWithdrawn,
	ReasonWithdrawn, ReasonWithdrawn, ReasonWithdrawn, ReasonWithdrawn, ReasonWithdrawn, ReasonWithdrawn, ReasonWithdrawn, // no kinds
}

// denies is the first reason why what was said is no valid consent to p, asked for as a (the same purpose, or one within it); "" if
// it is.
func (g *Gate) denies(w *who, s said, p, a *purpose) Reason {
	if why := reasons[s.kind()]; why != "" {
		return why
	}
	if minAge := max(p.MinAge, a.MinAge); s.age() < minAge && !s.guardian() {
		return ReasonUnderAge
	}
	if s.ends() || p.TTL > 0 || a.TTL > 0 { // else there is no need to know the time
		now := g.now()
		lived := now.Sub(time.UnixMilli(s.given()))
		if p.TTL > 0 && lived >= p.TTL || a.TTL > 0 && lived >= a.TTL || s.ends() && !now.Before(w.known.end(s)) {
			return ReasonExpired
		}
	}
	if s.notice() < p.Notice.MaterialSince {
		return ReasonOutdatedNotice
	}
	return ""
}
