package consent

import (
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

// said is what a person's last event on a purpose said, as small as it gets: it is packed into two words of the table.
type said struct {
	kind     uint8 // index into kinds
	age      uint8 // in years, 255 for all above; 0: not known
	guardian bool  // a verified guardian said it
	ends     bool  // the event set an end of its own: it stands in ends
	imported bool  // the event said when it was given
	notice   uint16
	given    int64 // Unix time in milliseconds: the time to live counts from here
	seq      ledger.Seq
}

func (s said) what() Kind { return kinds[s.kind] }

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

func (s said) pack() (a, b uint64) {
	a = uint64(s.seq)<<shiftSeq | uint64(s.age)<<shiftAge | uint64(s.kind)<<shiftKind
	if s.guardian {
		a |= bitGuardian
	}
	if s.ends {
		a |= bitEnds
	}
	if s.imported {
		a |= bitImported
	}
	return a, uint64(s.given)<<shiftGiven | uint64(s.notice)
}

func unpack(a, b uint64) said {
	return said{
		seq: ledger.Seq(a >> shiftSeq), age: uint8(a >> shiftAge), kind: uint8(a>>shiftKind) & 0xf,
		guardian: a&bitGuardian != 0, ends: a&bitEnds != 0, imported: a&bitImported != 0,
		given: int64(b >> shiftGiven), notice: uint16(b),
	}
}

// saidBy is what an event says.
func saidBy(e *Event) said {
	at := e.Given
	if at.IsZero() {
		at = e.At
	}
	return said{
		kind: kindIndex(e.Kind), age: uint8(min(e.Age, 255)), guardian: e.Guardian, ends: !e.Expires.IsZero(), imported: !e.Given.IsZero(),
		notice: uint16(e.NoticeVersion), given: max(at.UnixMilli(), 0), seq: e.Seq,
	}
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
	return s.given < was.given || s.given == was.given && s.what().gives()
}

// yields says whether a word leaves what was said before it in the log as it is. One that a retention has carried forward
// stands in the log after words that were said after it, and is weighed as if it stood in its own place.
func (s said) yields(was said, carried bool) bool {
	if carried && was.seq > s.seq {
		return !was.imported || !was.older(s)
	}
	return s.imported && !carried && s.older(was)
}

// denies is the first reason why what was said is no valid consent to p, asked for as a (the same purpose, or one within it); "" if
// it is.
func (g *Gate) denies(s said, p, a *purpose) Reason {
	switch s.what() {
	case Granted, Renewed:
	case Objected:
		return ReasonObjected
	case Refused:
		return ReasonRefused
	case Expired:
		return ReasonExpired
	default:
		return ReasonWithdrawn
	}
	if minAge := max(p.MinAge, a.MinAge); int(s.age) < minAge && !s.guardian {
		return ReasonUnderAge
	}
	if s.ends || p.TTL > 0 || a.TTL > 0 { // else there is no need to know the time
		now := g.now()
		lived := now.Sub(time.UnixMilli(s.given))
		if p.TTL > 0 && lived >= p.TTL || a.TTL > 0 && lived >= a.TTL || s.ends && !now.Before(g.end(s)) {
			return ReasonExpired
		}
	}
	if int(s.notice) < p.Notice.MaterialSince {
		return ReasonOutdatedNotice
	}
	return ""
}
