package pii

import "math/bits"

// Most candidates of a text dense in numbers need a word near them. Where there
// is no letter at all within the reach of words, they are not even looked at.

// wordfree is a part of the text without letters.
type wordfree struct {
	from, to int
	letter   int // a byte that is no part of one
}

// calmLeft is how far to the left of a number a letter may change anything: the
// reach of words, and the label before the dot of a credential's prefix.
const calmLeft = wordsLeft + 8

// calmScore is what MinScore must be over for what no word names to be passed
// over.
const calmScore = 0.4

// promising reports whether group a, near which no letter stands, may begin
// something that needs no word.
func (s *sweep) promising(a int) bool {
	c := &s.c
	g := &c.g[a]
	if g.n >= 26 {
		return true
	}
	var second, third, sep uint8
	if a+1 < c.ng {
		second, sep = c.g[a+1].n, c.g[a+1].sep
		if a+2 < c.ng {
			third = c.g[a+2].n
		}
	} else if g.end < len(s.text) && s.text[g.end]-'-' <= ':'-'-' {
		return true // "12:00:5e": what colons part is no cluster
	}
	if a == 0 && g.start > 0 && (s.text[g.start-1] == '+' || s.text[g.start-1] == '%') {
		return true
	}
	left := c.left
	if a > 0 {
		left = g.sep
	}
	if left == sep && left-sepSpace <= sepSlash-sepSpace {
		return s.promisingInRow(g, sep, second, third)
	}
	if c.buf[g.off] == '0' && g.n > 1 && dials(g.n, second, c.buf[g.off+1], c.buf[g.off+g.n-1]) {
		return true
	}
	return s.eng.leads(g.n, second, third) || sep == sepParen || sep == sepDot && g.n <= 3 && second <= 3
}

// promisingInRow is promising for a group that has the separator sep on both
// sides: a part of something longer, unless spaces part it and it proves enough
// even in a row.
func (s *sweep) promisingInRow(g *group, sep, second, third uint8) bool {
	if sep != sepSpace {
		return g.n == 2 && second == 2 || g.n == 4 && second == 4 // a MAC address
	}
	if b := &s.c.buf; b[g.off] == '0' && g.n > 1 && dials(g.n, 0, b[g.off+1], b[g.off+g.n-1]) {
		return true
	}
	e := s.eng
	return e.alone>>g.n&1 == 1 || g.n <= maxTriple && second <= maxTriple && (1|1<<(third&31))&e.sturdy[g.n][second] != 0
}

// dials reports whether a group of n digits, a zero first, begins as telephone
// numbers are dialled: second is the length of the next group, next and last are
// the digit after the zero and the last.
func dials(n, second, next, last uint8) bool {
	return next == '0' && n != 3 || n == 3 && next == '1' && last == '1' || n <= 5 && second >= 2
}

// triples holds, by the lengths of two groups of digits, the lengths of the third
// with which they may begin what needs no word; 0: as they are.
type triples [maxTriple + 1][maxTriple + 1]uint32

// maxTriple is the longest group of digits with another behind it.
const maxTriple = 15

// leads reports whether groups of digits of these lengths may begin something
// that needs no word; 0 is no group.
func (e *compiled) leads(first, second, third uint8) bool {
	if first > maxTriple {
		return first >= 26 || e.alone>>first&1 == 1
	}
	if second > maxTriple {
		second = 0
	}
	return (1|1<<(third&31))&e.triples[first][second] != 0
}

// measureTriples enters what the shapes are that need no word.
func (e *compiled) measureTriples() {
	t := &e.triples
	digits := &e.nodes[rootDigits]
	for first, at := range digits.child {
		if at == 0 {
			continue
		}
		alone := e.nodes[at].best > calmScore
		if alone {
			e.alone |= 1 << first
		}
		if first > maxTriple {
			continue
		}
		for second := range maxTriple + 1 {
			if alone {
				t[first][second] |= 1
			}
			two := e.nodes[at].child[second]
			if second == 0 || two == 0 {
				continue
			}
			if e.nodes[two].best > calmScore {
				t[first][second] |= 1
			}
			if e.nodes[two].sturdyBest > calmScore {
				e.sturdy[first][second] |= 1
			}
			for third, three := range e.nodes[two].child {
				if three != 0 && e.nodes[three].reach > calmScore {
					t[first][second] |= 1 << (third & 31)
				}
				if three != 0 && e.nodes[three].sturdyReach > calmScore {
					e.sturdy[first][second] |= 1 << (third & 31)
				}
			}
		}
	}
	// And those of the matchers that follow no shape: telephones, MAC addresses.
	for _, t := range [2]*triples{&e.triples, &e.sturdy} {
		t[1][3] |= 1<<3 | 1<<7
		t[3][3] |= 1 << 4
		t[3][7] |= 1
		t[2][2] |= 1 << 2
		t[4][4] |= 1 << 4
	}
}

// wordless reports whether no letter stands near start:end. The
// text is read once.
func (s *sweep) wordless(start, end int) bool {
	from, to := max(0, start-calmLeft), min(len(s.text), end+wordsRight)
	p := &s.plain
	if from >= p.from && to <= p.to {
		return true
	}
	if p.letter >= from && p.letter < to {
		return false
	}
	return s.readPlain(from, to)
}

// readPlain is wordless for what is not known yet.
func (s *sweep) readPlain(from, to int) bool {
	p, text := &s.plain, s.text
	if from < p.from || from > p.to {
		p.from, p.to = from, from
	}
	i := p.to
	for i < to {
		if i+8 <= len(text) {
			x := load(text[i : i+8])
			if x = lettersIn(x) | x&highBits; x == 0 {
				i += 8
				continue
			}
			if i += bits.TrailingZeros64(x) >> 3; i >= to {
				break
			}
		}
		if !partOfWord(text[i]) {
			i++
			continue
		}
		if i >= to {
			break
		}
		p.letter, p.from, p.to = i, i+1, i+1
		return false
	}
	p.to = i
	return true
}

// cells returns where the row of numbers at i ends that stand alone between
// signs which are part of no number, without a word near them: what only a
// word could name is passed over. It returns i if there is none.
func (s *sweep) cells(i int) int {
	text := s.text
	if i == 0 || text[i-1] == '%' || !parts(text[i-1]) {
		return i
	}
	next := i
	for {
		end := next
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		if end == next || end == len(text) || text[end] == '%' || !parts(text[end]) || end-next > maxWord || s.work >= dense || !s.wordless(next, end) {
			break
		}
		nd := s.eng.nodes[rootDigits].child[end-next]
		if nd != 0 && s.eng.nodes[nd].best >= s.min || end-next >= 26 {
			break
		}
		s.work++
		next = end + 1
	}
	return next
}
