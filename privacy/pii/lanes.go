package pii

// Lanes of the table of characters: those of a class have the lowest bit of the
// lane's byte set. Some classes have two lanes, and what else is in both neither.
const (
	laneDigit   = iota
	laneLetter  // of ASCII
	laneBetween // a space, a slash: may part the groups of a number
	laneDot
	laneHyphen
	laneColon
	laneJoin // '_' and '=': may be part of a credential
	laneOdd  // a backslash and what is no ASCII

	atSign    = 1<<(8*laneJoin) | 1<<(8*laneColon)
	square    = 1<<(8*laneJoin) | 1<<(8*laneDot)
	bracket   = 1<<(8*laneBetween) | 1<<(8*laneDot)
	perCent   = 1<<(8*laneOdd) | 1<<(8*laneBetween)
	otherSign = 0 // no number goes on behind it
)

// laneOf returns the lanes of c.
func laneOf(c byte) uint64 {
	switch {
	case isDigit(c):
		return 1 << (8 * laneDigit)
	case isLetter(c):
		return 1 << (8 * laneLetter)
	case c >= 0x80:
		return 1 << (8 * laneOdd)
	}
	switch c {
	case '(', ')':
		return bracket
	case ' ', '/':
		return 1 << (8 * laneBetween)
	case '.':
		return 1 << (8 * laneDot)
	case '-':
		return 1 << (8 * laneHyphen)
	case ':':
		return 1 << (8 * laneColon)
	case '_', '=':
		return 1 << (8 * laneJoin)
	case '\\':
		return 1 << (8 * laneOdd)
	case '@':
		return atSign
	case '[':
		return square
	case '%':
		return perCent
	}
	return otherSign
}

// lanes says which of 64 bytes are of a class.
type lanes struct{ digit, letter, between, dot, hyphen, colon, join, odd, at, square, bracket, percent uint64 }

// read fills l from the first 64 bytes of text.
func (l *lanes) read(table *[256]uint64, text string) {
	a := classed(table, text[:8])
	b := classed(table, text[8:16])
	c := classed(table, text[16:24])
	d := classed(table, text[24:32])
	e := classed(table, text[32:40])
	f := classed(table, text[40:48])
	g := classed(table, text[48:56])
	h := classed(table, text[56:64])
	// Byte k of the first is to be the first byte of the k-th: a transposition.
	a, e = swapped(a, e, 32, 0x00000000ffffffff)
	b, f = swapped(b, f, 32, 0x00000000ffffffff)
	c, g = swapped(c, g, 32, 0x00000000ffffffff)
	d, h = swapped(d, h, 32, 0x00000000ffffffff)
	a, c = swapped(a, c, 16, 0x0000ffff0000ffff)
	b, d = swapped(b, d, 16, 0x0000ffff0000ffff)
	e, g = swapped(e, g, 16, 0x0000ffff0000ffff)
	f, h = swapped(f, h, 16, 0x0000ffff0000ffff)
	l.digit, l.letter = swapped(a, b, 8, 0x00ff00ff00ff00ff)
	l.between, l.dot = swapped(c, d, 8, 0x00ff00ff00ff00ff)
	l.hyphen, l.colon = swapped(e, f, 8, 0x00ff00ff00ff00ff)
	l.join, l.odd = swapped(g, h, 8, 0x00ff00ff00ff00ff)
	l.at, l.square, l.bracket, l.percent = l.join&l.colon, l.join&l.dot, l.between&l.dot, l.odd&l.between
	l.join &^= l.at | l.square
	l.colon &^= l.at
	l.dot &^= l.square | l.bracket
	l.odd &^= l.percent
	l.between &^= l.percent | l.bracket
}

// classed looks eight characters up.
func classed(table *[256]uint64, t string) uint64 {
	_ = t[7]
	return table[t[0]] | table[t[1]]<<1 | table[t[2]]<<2 | table[t[3]]<<3 |
		table[t[4]]<<4 | table[t[5]]<<5 | table[t[6]]<<6 | table[t[7]]<<7
}

// swapped exchanges the upper half of the parts of a with the lower half of those
// of b, whose lower halves mask has.
func swapped(a, b uint64, by int, mask uint64) (uint64, uint64) {
	return a&mask | b&mask<<by, a>>by&mask | b&^mask
}
