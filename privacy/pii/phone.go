package pii

// plus tries the groups of digits from a on, before which a '+' stands, as a
// telephone number.
func (s *sweep) plus(a int) {
	start := s.c.g[a].start
	if start -= plusBefore(s.text, start); !wordBefore(s.text, start) {
		s.international(a, start, 0, 1)
	}
}

// plusBefore returns the length of the '+' that ends at i, also as a URL writes
// it; 0 if there is none.
func plusBefore(text string, i int) int {
	if i > 0 && text[i-1] == '+' {
		return 1
	}
	if percent(text, i-3) && text[i-2] == '2' && text[i-1]|0x20 == 'b' {
		return 3
	}
	return 0
}

// dialled tries the groups of digits from a on, the first of which starts with
// a zero, as a telephone number with a dialling prefix.
func (s *sweep) dialled(a int) {
	c := &s.c
	first, start := c.id(a, a), c.g[a].start
	switch {
	case first.n >= 4 && first.n <= 5 && first.is(0, "00") && s.phoneBegins(a) && s.eng.codes[first.num(2, first.n)] > 0:
		s.international(a, start, 2, named)
	case first.n > 5 && first.is(0, "00") && s.phoneBegins(a), first.n == 2 && first.is(0, "00") && s.phoneBegins(a):
		s.international(a, start, 2, 0.4)
	case first.n == 3 && first.is(0, "011") && s.phoneBegins(a):
		s.international(a, start, 3, 0.4)
	}
}

// international tries the groups from a on as a number with country code,
// after skip digits of a dialling prefix (ITU-T E.164: up to 15 digits).
func (s *sweep) international(a, start, skip int, score float64) {
	c := &s.c
	var v id
	best := -1
	for b := a; b < c.ng && c.allDigits(b); b++ {
		g := &c.g[b]
		if b > a && (g.sep == sepColon || g.sep == sepSlash && v.n < 2) {
			break
		}
		if g.n == 1 && c.buf[g.off] == '0' && g.sep == sepParen {
			continue // "+44 (0)20": dialled inside the country only
		}
		if v.n+int(g.n) > 15+skip {
			break
		}
		v.n += copy(v.b[v.n:], c.buf[g.off:g.off+g.n])
		if s.phoneEnds(b) && s.eng.e164(&v, skip) {
			best = b
		}
	}
	if best < 0 {
		return
	}
	if score < 1 && best == a {
		score = 0.4 // a bare number that starts with zeros
	}
	s.report(kPhone, openBracket(s.text, start, c.g[best].end), extension(s.text, c.g[best].end), score)
}

// phoneEnds reports whether a telephone number may end with group b.
func (s *sweep) phoneEnds(b int) bool {
	cls := s.c.right
	if b < s.c.ng-1 {
		next := &s.c.g[b+1]
		if next.letter {
			return next.sep != sepHyphen || next.n > 2 // "555-0143-Office"
		}
		cls = next.sep
	}
	return cls == sepNone || cls == sepSpace || cls == sepParen || cls == sepDash || cls == sepColon || cls == sepWide
}

// phoneBegins reports whether a telephone number may begin with group a.
func (s *sweep) phoneBegins(a int) bool {
	cls := s.c.left
	if a > 0 {
		prev := &s.c.g[a-1]
		cls = s.c.g[a].sep
		if prev.letter {
			return cls != sepHyphen
		}
	}
	return cls == sepNone || cls == sepSpace || cls == sepParen || cls == sepDash || cls == sepWide
}

// openBracket moves start over a bracket that closes inside the number.
func openBracket(text string, start, end int) int {
	if start == 0 || text[start-1] != '(' {
		return start
	}
	for i := start; i < end; i++ {
		if text[i] == ')' {
			return start - 1
		}
	}
	return start
}

// nanp tries the groups from a on as a number of the North American Numbering
// Plan: an optional 1, then 3-3-4 or ten digits in one.
func (s *sweep) nanp(a int) {
	c := &s.c
	if !s.phoneBegins(a) {
		return
	}
	first := a
	if c.g[a].n == 1 && c.buf[c.g[a].off] == '1' && a+1 < c.ng {
		first++
	}
	b, glued := first, false
	switch {
	case c.g[first].n == 10 || c.g[first].n == 11 && c.buf[c.g[first].off] == '1':
	case first+2 < c.ng && c.g[first].n == 3 && c.g[first+1].n == 3 && c.g[first+2].n == 4:
		b = first + 2
	case first+2 < c.ng && c.g[first].n == 3 && c.g[first+1].n == 3 && c.gluedExtension(first+2):
		b, glued = first+2, true
	case first+1 < c.ng && c.g[first].n == 3 && c.g[first+1].n == 7 && c.g[first].sep == sepParen:
		b = first + 1
	default:
		return
	}
	for i := a; i <= b; i++ {
		if !c.g[i].digit && (!glued || i < b) || i > a && c.g[i].sep >= sepColon {
			return
		}
	}
	v := c.id(a, b)
	if glued {
		v.n -= int(c.g[b].n) - 4
	}
	if v.n == 11 {
		if v.b[0] != '1' {
			return
		}
	} else if v.n != 10 {
		return
	}
	if !s.phoneEnds(b) || !nanpNumber(&v, v.n-10) {
		return
	}
	if b == first && (!s.eng.areaInUse(v.num(v.n-10, v.n-7)) || v.is(v.n-10, "2147483")) {
		return // the largest 32-bit number, and what no area code begins
	}
	score := 0.7
	if b > first && !s.eng.areaInUse(v.num(v.n-10, v.n-7)) {
		score = 0.4 // or an area code given out since the table was made
	}
	if b == first {
		score = 0.3 // ten digits are an order number too
	}
	s.report(kPhone, openBracket(s.text, c.g[a].start, c.g[b].end), extension(s.text, c.g[b].end), score)
}

// gluedExtension reports whether group i is four digits, an x and an extension
// of up to six digits ("3560x45").
func (c *cluster) gluedExtension(i int) bool {
	g := &c.g[i]
	if g.n < 6 || g.n > 11 || c.buf[g.off+4] != 'X' {
		return false
	}
	want := (uint64(1)<<g.n - 1) &^ (1 << 4)
	return c.digits.from(g.off)&want == want
}
