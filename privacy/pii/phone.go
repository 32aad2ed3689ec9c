package pii

// phone tries the groups of digits from a on as a telephone number.
func (s *sweep) phone(a int) {
	c := &s.c
	if !s.on.has(kPhone) || !c.allDigits(a) {
		return
	}
	if start := c.g[a].start; start > 0 && s.text[start-1] == '+' {
		if !wordBefore(s.text, start-1) {
			s.international(a, start-1, 0, 1)
		}
		return
	}
	g := &c.g[a]
	first := c.id(a, a)
	switch {
	case first.n >= 4 && first.n <= 5 && first.is(0, "00") && s.phoneBegins(a) && countryCode(first.num(2, first.n)):
		s.international(a, g.start, 2, named)
	case first.n > 5 && first.is(0, "00") && s.phoneBegins(a), first.n == 2 && first.is(0, "00") && s.phoneBegins(a):
		s.international(a, g.start, 2, 0.4)
	case first.n == 3 && first.is(0, "011") && s.phoneBegins(a):
		s.international(a, g.start, 3, 0.4)
	}
	s.nanp(a)
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
		if s.phoneEnds(b) && e164(&v, skip) {
			best = b
		}
	}
	if best < 0 {
		return
	}
	if score < 1 && best == a {
		score = 0.4 // a bare number that starts with zeros
	}
	s.report(kPhone, openBracket(s.text, start, c.g[best].end), c.g[best].end, score)
}

// phoneEnds reports whether a telephone number may end with group b.
func (s *sweep) phoneEnds(b int) bool {
	cls := s.c.right
	if b < s.c.ng-1 {
		next := &s.c.g[b+1]
		if next.letter {
			return next.sep != sepHyphen
		}
		cls = next.sep
	}
	return cls == sepNone || cls == sepSpace || cls == sepParen || cls == sepDash || cls == sepColon
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
	return cls == sepNone || cls == sepSpace || cls == sepParen || cls == sepDash
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
	b := first
	switch {
	case c.g[first].n == 10 || c.g[first].n == 11 && c.buf[c.g[first].off] == '1':
	case first+2 < c.ng && c.g[first].n == 3 && c.g[first+1].n == 3 && c.g[first+2].n == 4:
		b = first + 2
	case first+1 < c.ng && c.g[first].n == 3 && c.g[first+1].n == 7 && c.g[first].sep == sepParen:
		b = first + 1
	default:
		return
	}
	for i := a; i <= b; i++ {
		if !c.g[i].digit || i > a && c.g[i].sep >= sepColon {
			return
		}
	}
	v := c.id(a, b)
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
	score := 0.7
	if b == first {
		score = 0.3 // ten digits are an order number too
	}
	s.report(kPhone, openBracket(s.text, c.g[a].start, c.g[b].end), c.g[b].end, score)
}

// nanpNumber verifies the ten digits at i: an area code NXX that is not N11,
// N9X, 37X or 96X, and an exchange NXX that is not N11 (ATIS-0300051).
func nanpNumber(v *id, i int) bool {
	area, exchange := v.b[i:i+3], v.b[i+3:i+6]
	for _, p := range [2][]byte{area, exchange} {
		if p[0] < '2' || p[1] == '1' && p[2] == '1' {
			return false
		}
	}
	return area[1] != '9' && string(area[:2]) != "37" && string(area[:2]) != "96" && string(area) != "555"
}

// e164 verifies digits that follow a '+', after skip of them: a country code
// in use and a national number of a length in use there.
func e164(v *id, skip int) bool {
	n := v.n - skip
	if n < 7 || n > 15 {
		return false
	}
	cc := 0
	for i := range 3 {
		cc = cc*10 + v.d(skip+i)
		lo, hi := nationalLength(cc)
		if hi == 0 {
			continue
		}
		if rest := n - i - 1; rest < lo || rest > hi {
			return false
		}
		return cc != 1 || nanpNumber(v, skip+1)
	}
	return false
}

// countryCode reports whether the ITU has assigned the code.
func countryCode(cc int) bool {
	_, most := nationalLength(cc)
	return most > 0
}

// nationalLength returns how many digits follow a country code; 0, 0 if the
// ITU has not assigned it.
func nationalLength(cc int) (lo, hi int) {
	switch cc {
	case 1, 7:
		return 10, 10
	case 33, 34, 48, 61:
		return 9, 9
	case 91:
		return 10, 10
	case 20, 27, 30, 31, 32, 36, 39, 40, 41, 43, 44, 45, 46, 47, 49, 51, 52, 53, 54, 55, 56, 57, 58,
		60, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 92, 93, 94, 95, 98:
		return 6, 12
	}
	switch cc / 10 {
	case 21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99:
		switch cc {
		case 210, 214, 215, 217, 219, 259, 384, 388, 422, 424, 425, 426, 427, 428, 429, 693, 694, 695, 696, 697, 698, 699,
			801, 802, 803, 804, 805, 806, 807, 809, 851, 854, 857, 858, 859, 871, 872, 873, 874, 875, 876, 877, 879, 884, 885, 887, 889,
			969, 978, 990, 997, 999, 292, 293, 294, 295, 296:
			return 0, 0
		}
		return 4, 12
	}
	return 0, 0
}
