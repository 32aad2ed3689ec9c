package pii

// Forms with a box for each character, and people who want to hide a number,
// put a space after every digit: "4 1 1 1  1 1 1 1". Such a row is read as the
// number it spells if a word near it names the kind; without one it is as often
// a row of a matrix.

// A row has so many digits.
const (
	leastSpaced = 9
	mostSpaced  = 24
)

// spaced tries the row of single digits that begins with group a.
func (s *sweep) spaced(a int) {
	c := &s.c
	if s.narrow || a == 0 && c.left != sepNone || a > 0 && c.g[a-1].n == 1 && c.g[a-1].digit {
		return
	}
	var buf [wordsLeft + 2*mostSpaced + wordsRight]byte
	start := c.g[a].start
	n := copy(buf[:], s.text[max(0, start-wordsLeft):start])
	first, digits, b := n, 0, a
	for ; b < c.ng && c.g[b].n == 1 && c.g[b].digit; b++ {
		switch sep := c.g[b].sep; {
		case b == a, sep == sepSpace, sep == sepWide:
		case sep == sepHyphen, sep == sepDash:
			buf[n] = '-'
			n++
		default:
			return
		}
		if digits++; digits > mostSpaced {
			return
		}
		buf[n] = c.buf[c.g[b].off]
		n++
	}
	if digits < leastSpaced || b == c.ng && (c.right != sepNone || c.more) {
		return
	}
	end, last := c.g[b-1].end, n
	n += copy(buf[n:], s.text[end:min(len(s.text), end+wordsRight)])
	sub := sweep{eng: s.eng, on: s.on, min: s.min, allow: s.allow, lo: -1, hi: -1, narrow: true, text: string(buf[:n])}
	var found [16]Finding
	sub.out = found[:0]
	sub.run()
	for _, f := range sub.out {
		if k := s.eng.byName[f.Kind]; f.Start == first && f.End == last && sub.named(k, first, last) {
			s.put(start, end, k, min(f.Score, named))
		}
	}
}
