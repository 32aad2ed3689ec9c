package pii

import "math/bits"

// In a text dense in digits and signs most triggers are hopeless, and telling
// so by calling one handler after the other is what costs. There the text is
// glanced at, 64 bytes at a time: what classes of characters stand where says
// of nearly every trigger that no handler could make anything of it.

// glance is what is known about the triggers in text[from:to].
type glance struct {
	on       bool   // triggers have been near each other
	last     int    // where the last pause was
	wait     int    // the work until the next
	from, to int    // the part that has been decided
	base     int    // where bit 0 stands
	hope     uint64 // the triggers worth handling
}

// Of the 64 bytes the first and the last are there to be looked at from those
// in between. A row of so many characters may be a credential.
const (
	glanceAside = 16
	// crowd is how many signs and numbers make a glance worth it, crowdedDigits
	// how many where no letter is: see cells.
	crowd         = 3
	crowdedDigits = 8
)

// next returns where the next trigger worth handling is, from i on, or
// len(text).
func (s *sweep) next(i int) int {
	g := &s.glance
	for g.on {
		if i < g.from || i >= g.to {
			if s.work >= dense {
				i = s.pastRepeat(i)
			}
			if !s.look(i) {
				break
			}
		}
		if hope := g.hope >> (i - g.base); hope != 0 {
			return i + bits.TrailingZeros64(hope)
		}
		i = g.to
	}
	return nextTrigger(s.text, i)
}

// pause is made at the trigger at i after some work. It begins to glance where
// triggers are near each other, and returns where to go on: see pastRepeat.
func (s *sweep) pause(i int) int {
	g := &s.glance
	if g.wait == 0 {
		g.wait = leastWait
	}
	g.on = g.on || i-g.last < 8*g.wait && !s.narrow && !s.dated && s.lo < 0
	g.last = i
	if s.work >= dense {
		i = s.pastRepeat(i)
	}
	s.due = min(s.work+g.wait, max(dense, s.work+leastWait))
	return i
}

// leastWait and mostWait are the triggers until the next pause: many where a
// glance was not worth it.
const (
	leastWait = 8
	mostWait  = 48
)

// look decides the triggers from i on. It returns false, and glances no more,
// where they are few or the text ends.
func (s *sweep) look(i int) bool {
	g := &s.glance
	base := max(0, i-glanceAside)
	if base+64 > len(s.text) {
		g.on = false
		return false
	}
	var l lanes
	l.read(&s.eng.lanes, s.text[base:])
	zone := uint64(1)<<(64-glanceAside) - 1
	zone &^= 1<<(i-base) - 1
	trigger := (l.digit&^(l.digit<<1) | l.dot | l.hyphen | l.colon | l.at) & zone
	n := bits.OnesCount64(trigger)
	if n < crowd || l.letter|l.odd == 0 && n < crowdedDigits {
		g.on, g.wait = false, mostWait
		return false
	}
	g.wait = leastWait
	s.work += n
	g.from, g.to, g.base = i, base+64-glanceAside, base
	signs := s.hopefulSigns(&l)
	g.hope = (signs | s.hopefulDigits(&l, zone, signs)) & zone
	for odd := l.odd & zone; odd != 0; odd &= odd - 1 {
		if p := bits.TrailingZeros64(odd); wideTrigger(s.text[base+p:]) {
			g.hope |= 1 << p
		}
	}
	return true
}

// hopefulSigns returns the signs a handler may make something of: those before
// and after which stand what its kinds begin with.
func (s *sweep) hopefulSigns(l *lanes) uint64 {
	alnum := l.digit | l.letter
	// "12:", another colon within five bytes, or "//".
	hope := l.colon & (l.colon>>1 | l.between>>1&(l.between>>2) |
		alnum>>1&(l.colon>>2|alnum>>2&(l.colon>>3|alnum>>3&(l.colon>>4|alnum>>4&(l.colon>>5)))))
	// "001a.2b3c.4d5e", ".com", "www.".
	hope |= l.dot & (l.dot>>5&(alnum<<1) | l.letter>>1&(l.letter>>2)&(l.letter>>3)&(alnum<<1) | l.letter<<1&(l.letter<<2)&(l.letter<<3))
	// "00-1a-", "-----BEGIN", "glpat-".
	near := l.letter<<1 | l.letter<<2
	near |= near<<2 | near<<4
	near |= near << 2
	hope |= l.hyphen & (l.hyphen>>3&(alnum<<1) | l.hyphen>>1&(l.hyphen>>2))
	for p := l.hyphen &^ hope & (alnum << 1) & (alnum << 2) & near; p != 0; p &= p - 1 {
		if s.beginsSecret(s.glance.base + bits.TrailingZeros64(p)) {
			hope |= p & -p
		}
	}
	// A domain has a dot and letters, an address in brackets none.
	host := alnum | l.dot | l.hyphen | l.odd
	for at := l.at; at != 0; at &= at - 1 {
		p := bits.TrailingZeros64(at) + 1
		size := bits.TrailingZeros64(^(host >> p))
		run := uint64(1)<<size - 1
		if (l.letter|l.odd)>>p&run != 0 && (l.dot|l.odd)>>p&run != 0 || p+size >= 64 || (l.at|l.square)>>p&1 == 1 {
			hope |= 1 << (p - 1)
		}
	}
	return hope
}

// hopefulDigits returns the digits in zone that may be part of something. What
// a number may be written with ends where another sign stands, so each stretch
// without one is decided alone. Those of one with a hopeful sign stay: reading the
// number may read past it.
func (s *sweep) hopefulDigits(l *lanes, zone, signs uint64) (hope uint64) {
	alnum := l.digit | l.letter
	calm := s.calm && l.letter|l.odd == 0 && s.wordless(s.glance.from, s.glance.to)
	if !calm {
		// A credential: 16 characters in a row.
		row := alnum | l.dot | l.hyphen | l.join
		row &= row >> 1
		row &= row >> 2
		row &= row >> 4
		if row &= row >> 8; row != 0 {
			row |= row << 1
			row |= row << 2
			row |= row << 4
			row |= row << 8
			hope = l.digit & row
		}
	}
	// A sign as URLs write it.
	written := l.percent & (alnum >> 1) & (alnum >> 2)
	stretch := alnum | l.between | l.bracket | l.dot | l.hyphen | l.percent | l.odd
	// Of less than four characters nothing comes, but for what is written.
	long := stretch & (stretch >> 1)
	long &= long >> 2
	long |= written | l.odd
	long |= long << 1
	long |= long<<2 | l.odd>>1
	long |= l.odd>>2 | l.odd>>3
	for left := l.digit & zone &^ hope & long; left != 0; {
		p := bits.TrailingZeros64(left)
		from := 64 - bits.LeadingZeros64(^stretch&(1<<p-1))
		to := p + bits.TrailingZeros64(^(stretch >> p))
		m := (uint64(1)<<to - 1) &^ (1<<from - 1) // to is 64 at most, and the shift then 0
		left &^= m
		switch {
		case from == 0 && s.glance.base > 0, to >= 64, (l.odd|signs)&m != 0:
			hope |= l.digit & m // it goes on
		case calm && bits.OnesCount64(l.digit&m) < leastCalm, bits.OnesCount64(alnum&m) < leastDotted:
			if bits.OnesCount64(l.dot&m) >= 3 && bits.OnesCount64(alnum&m) >= leastDotted || l.colonsAt(to) || written&m != 0 && s.writesAt(written&m) {
				hope |= l.digit & m
			}
		case calm && written&m == 0:
			if s.hopefulRow(l, from, to, m) {
				hope |= l.digit & m
			}
		case written&m != 0, s.hopefulStretch(l, to, m):
			hope |= l.digit & m
		}
	}
	return hope
}

// colonsAt reports whether one colon may stand at bit i and another five further
// on: "1234:5678:9012".
func (l *lanes) colonsAt(i int) bool {
	return l.colon>>i&1 == 1 && (i+5 >= 64 || l.colon>>(i+5)&1 == 1)
}

// writesAt reports whether a percent sign in mask begins "%40".
func (s *sweep) writesAt(mask uint64) bool {
	for ; mask != 0; mask &= mask - 1 {
		if p := s.glance.base + bits.TrailingZeros64(mask); s.text[p+1] == '4' && s.text[p+2] == '0' {
			return true
		}
	}
	return false
}

// hopefulRow reports whether one of the groups of digits in the bytes of mask m,
// from from to to, may begin something that needs no word: see promising.
func (s *sweep) hopefulRow(l *lanes, from, to int, m uint64) bool {
	text := s.text[s.glance.base:]
	if bits.OnesCount64(l.dot&m) >= 3 || l.bracket&m != 0 || l.colonsAt(to) || from > 0 && text[from-1] == '+' {
		return true
	}
	p := bits.TrailingZeros64(l.digit & m)
	rest := (l.digit & m) >> p
	first := bits.TrailingZeros64(^rest)
	for {
		rest >>= first
		gap := bits.TrailingZeros64(rest) & 63
		second := bits.TrailingZeros64(^(rest >> gap))
		after := rest >> gap >> second
		third := bits.TrailingZeros64(^(after >> (bits.TrailingZeros64(after) & 63)))
		if s.eng.leads(uint8(first), uint8(second), uint8(third)) ||
			text[p] == '0' && first > 1 && dials(uint8(first), uint8(second), text[p+1], text[p+first-1]) {
			return true
		}
		if rest == 0 {
			return false
		}
		p += first + gap
		rest >>= gap
		first = second
	}
}

// hopefulStretch reports whether a number may be found in the bytes of mask m,
// which end at to.
func (s *sweep) hopefulStretch(l *lanes, to int, m uint64) bool {
	digit, alnum := l.digit&m, (l.digit|l.letter)&m
	if bits.OnesCount64(digit) >= leastDialled || bits.OnesCount64(alnum) >= leastIBAN || bits.OnesCount64(l.dot&m) >= 3 ||
		l.colonsAt(to) {
		return true
	}
	return s.eng.fitsSome(digit, alnum)
}

// What one stretch has at the least: an IPv4 address four digits and three dots, an
// IBAN without separators 15 characters, a telephone number 7 digits, what a word
// has run into 6. What no word names has 7 digits, but for the address and an
// Aadhaar number with colons.
const (
	leastDotted  = 4
	leastDialled = 6
	leastCalm    = 7
	leastIBAN    = 15
)

// fitsSome reports whether some of the words in alnum, one after the other, have
// the lengths of a shape, and digits where it has them.
func (e *compiled) fitsSome(digit, alnum uint64) bool {
	for alnum != 0 {
		p := bits.TrailingZeros64(alnum)
		alnum >>= p
		digit >>= p
		n := bits.TrailingZeros64(^alnum)
		at, all, d := uint16(rootMixed), uint64(1)<<n-1, digit
		switch digit & all {
		case all:
			at = rootDigits
		case 0:
			at = rootLetters
		}
		rest, size, found := alnum, 0, uint64(0)
		for k := n; ; {
			if at = e.nodes[at].child[k]; at == 0 {
				break
			}
			found |= d & (1<<k - 1) << size
			size += k
			if e.nodes[at].fits(found, size) {
				return true
			}
			rest >>= k
			d >>= k
			if rest == 0 {
				break
			}
			gap := bits.TrailingZeros64(rest)
			rest >>= gap
			d >>= gap
			k = bits.TrailingZeros64(^rest)
		}
		alnum &^= all
	}
	return false
}
