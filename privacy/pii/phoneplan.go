package pii

//go:generate sh -c "cd internal/phonegen && go run . ../../phonetable.go"

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

// addPlans enters where each calling code's line of the table starts, and the
// area codes in use.
func (e *compiled) addPlans() {
	for i := 0; i < len(callingCodes); i++ {
		code, next := count(callingCodes, i)
		e.codes[code] = uint16(next)
		for i < len(callingCodes) && callingCodes[i] != '\n' {
			i++
		}
	}
	for _, cc := range [...]int{
		49, 44, 33, 39, 34, 31, 32, 41, 43, 45, 46, 47, 48, 351, 353, 61, 64, 81, 82, 86, 90, 91, 27, 972, 55, 52, 54, 63, 66, 60, 65, 852, 886,
	} {
		e.addPlan(&e.widely, cc)
	}
	for i, cc := range [...]int{planFR: 33, planGB: 44, planJP: 81, planDE: 49, planBR: 55, planIT: 39} {
		e.addPlan(&e.plans[i], cc)
	}
	for i := 0; i < len(areaCodes); i += 3 {
		n, _ := count(areaCodes[:i+3], i)
		e.areas[n>>6] |= 1 << (n & 63)
	}
}

// plan holds, by length, the first two digits of national numbers, as bits.
type plan [16][2]uint64

// Countries whose numbers are known by their groups.
const (
	planFR = iota
	planGB
	planJP
	planDE
	planBR
	planIT
	plans
)

func (e *compiled) addPlan(p *plan, cc int) {
	e.eachRange(cc, func(length, lo, hi int) bool {
		for start := lo; start <= hi; start++ {
			p[length&15][start>>6] |= 1 << (start & 63)
		}
		return false
	})
}

// has reports whether the digits from place i on are a national number of it.
func (p *plan) has(v *id, i int) bool {
	length := v.n - i
	if length < 4 || length > 15 {
		return false
	}
	start := v.num(i, i+2)
	return p[length][start>>6]>>(start&63)&1 == 1
}

func (e *compiled) areaInUse(n int) bool { return e.areas[n>>6]>>(n&63)&1 == 1 }

// e164 verifies digits that follow a '+', after skip of them: a calling code
// and a national number of a length and beginning in use there.
func (e *compiled) e164(v *id, skip int) bool {
	if v.n-skip < 7 || v.n-skip > 15 {
		return false
	}
	cc := 0
	for i := range 3 {
		cc = cc*10 + v.d(skip+i)
		if at := e.codes[cc]; at > 0 {
			return e.inPlan(cc, v, skip+i+1) && (cc != 1 || nanpNumber(v, skip+1))
		}
	}
	return false
}

// inPlan reports whether the digits from place i on are a national number
// under the calling code: the table has its length and first two digits.
func (e *compiled) inPlan(cc int, v *id, i int) bool {
	if v.n-i < 4 {
		return false
	}
	length, start := v.n-i, v.num(i, i+2)
	return e.eachRange(cc, func(n, lo, hi int) bool { return n == length && lo <= start && start <= hi })
}

// eachRange goes over the lengths of a calling code's national numbers and the
// ranges of their first two digits until yield says that it is enough.
func (e *compiled) eachRange(cc int, enough func(length, lo, hi int) bool) bool {
	at := int(e.codes[cc])
	for at > 0 && at < len(callingCodes) && callingCodes[at] == ';' {
		n, p := count(callingCodes, at+1)
		for p < len(callingCodes) && callingCodes[p] != ';' && callingCodes[p] != '\n' {
			lo, q := count(callingCodes, p+1)
			hi := lo
			if q < len(callingCodes) && callingCodes[q] == '-' {
				hi, q = count(callingCodes, q+1)
			}
			if enough(n, lo, hi) {
				return true
			}
			p = q
		}
		at = p
	}
	return false
}

// national tries the groups of digits from a on as a number dialled inside
// some country. Most of these shapes are those of order numbers too and need a
// word near them; a few countries' are not.
func (s *sweep) national(a int) {
	c := &s.c
	if !s.on.has(kPhone) || a+1 >= c.ng || !c.g[a].digit || c.g[a].n > 5 || c.g[a].n < 2 || !c.g[a+1].digit {
		return
	}
	trunk := c.buf[c.g[a].off] == '0'
	if !s.phoneBegins(a) {
		return
	}
	n, best := 0, -1
	var seen, inner uint16
	for b := a; b < c.ng && b-a < 6 && c.allDigits(b); b++ {
		g := &c.g[b]
		if b > a {
			if g.sep >= sepColon {
				break
			}
			seen |= 1 << g.sep
		}
		if n += int(g.n); n > 12 || g.n < 2 && b > a {
			break
		}
		if b > a && n >= 8 && s.phoneEnds(b) {
			best, inner = b, seen
		}
	}
	if best < 0 || dateShaped(c, a, best) {
		return
	}
	v := c.id(a, best)
	if !trunk && c.g[a+1].sep != sepParen {
		// Eight digits as in the Nordic countries and Singapore, nine as in
		// Spain and Poland; they are nothing without a word near them.
		switch {
		case v.n == 9 && c.g[a].n == 3 && c.g[best].n != 4, v.n == 8 && (inner == 1<<sepSpace || inner == 1<<sepHyphen && best > a+1):
		case (inner == 1<<sepSpace || inner == 1<<sepHyphen) && s.namedClose(kPhone, c.g[a].start, c.g[best].end):
			// "cell. 347 1234567": a word right beside it says what it is
		default:
			return
		}
		if v.n == 8 && (s.stands(a, best, inner) < 1 || !s.fills(c.g[a].start, c.g[best].end) && !s.namedClose(kPhone, c.g[a].start, c.g[best].end)) {
			return
		}
		if s.min > 0.3 && !s.named(kPhone, c.g[a].start, c.g[best].end) && !s.fills(c.g[a].start, c.g[best].end) {
			return
		}
	}
	score := s.planned(&v, a, best, seen)
	if score > 0 {
		if s.stands(a, best, inner) < 1 {
			score = min(score, 0.3)
		}
		s.report(kPhone, openBracket(s.text, c.g[a].start, c.g[best].end), extension(s.text, c.g[best].end), score)
	}
}

// bare tries group a as a national number in one piece, which only a word right
// beside it tells from an order number, or being the whole value of a Field.
func (s *sweep) bare(a int) {
	c := &s.c
	g := &c.g[a]
	v := c.id(a, a)
	from := 0
	if v.b[0] == '0' {
		from = 1
	}
	if !s.phoneBegins(a) || !s.phoneEnds(a) || s.stands(a, a, 0) < 1 || !s.eng.widely.has(&v, from) {
		return
	}
	switch {
	case s.namedClose(kTelephone, g.start, g.end):
		s.put(g.start, extension(s.text, g.end), kPhone, named)
	case from == 1 && s.fills(g.start, g.end):
		s.put(g.start, g.end, kPhone, 0.5)
	}
}

// planned scores a national number: 0.6 for groups as France, Britain, Japan,
// Germany and Brazil print them and after a trunk zero, else 0.3 if any plan of the larger countries
// has it.
func (s *sweep) planned(v *id, a, b int, seen uint16) float64 {
	c, e := &s.c, s.eng
	first, groups := c.g[a].n, b-a+1
	if v.b[0] == '0' && v.b[1] != '0' {
		switch {
		case groups == 5 && v.n == 10 && first == 2 && c.g[a+1].n == 2 && c.g[a+2].n == 2 && c.g[a+3].n == 2 && e.plans[planFR].has(v, 1):
			return named
		case (v.is(0, "07") && first == 5 || v.is(0, "02") && groups == 3 && first == 3) && e.plans[planGB].has(v, 1):
			return named
		case groups == 3 && first == 3 && v.b[2] == '0' && v.n == 11 && e.plans[planJP].has(v, 1):
			return named
		case seen>>sepSlash&1 == 1 && groups == 2 && first >= 3 && first <= 5 && e.plans[planDE].has(v, 1):
			return named
		}
	} else if seen>>sepParen&1 == 1 && groups == 3 && first == 2 && c.g[b].n == 4 && e.plans[planBR].has(v, 0) {
		return named
	}
	if seen>>sepSlash&1 == 1 && v.b[0] != '0' {
		return 0
	}
	from, score := 0, 0.3
	if v.b[0] == '0' {
		from = 1
		if v.b[1] != '0' && v.n >= 9 && v.n <= 11 && first >= 3 && c.g[b].n >= 2 && seen&(seen-1) == 0 && seen&(1<<sepSpace|1<<sepHyphen) != 0 {
			score = named // a trunk zero and groups
		}
	}
	// Italy keeps the zero behind its country code.
	if e.widely.has(v, from) || from == 1 && e.plans[planIT].has(v, 0) {
		return score
	}
	return 0
}

// dateShaped reports whether groups a to b are a date written in numbers.
func dateShaped(c *cluster, a, b int) bool {
	if b-a < 2 {
		return false
	}
	x, y, z := c.id(a, a), c.id(a+1, a+1), c.id(a+2, a+2)
	if x.n == 4 && y.n <= 2 && z.n <= 2 {
		return validDate(x.num(0, 4), y.num(0, y.n), z.num(0, z.n))
	}
	if x.n <= 2 && y.n <= 2 && (z.n == 4 || z.n == 2 && b-a == 2) {
		d, m := x.num(0, x.n), y.num(0, y.n)
		return validDate(0, m, d) || validDate(0, d, m)
	}
	return false
}

// extension returns where a telephone number that ends at i ends with its
// extension: " x12", ", ext. 123", " #4".
func extension(text string, i int) int {
	p := i
	for p < len(text) && p-i < 2 && (text[p] == ' ' || text[p] == ',' || text[p] == ';') {
		p++
	}
	q := p
	switch {
	case q < len(text) && text[q] == '#':
		q++
	default:
		for q < len(text) && q-p < 9 && isLetter(text[q]) {
			q++
		}
		b, n := lowerASCII(text[p:q])
		switch string(b[:n]) {
		case "x", "ext", "extn", "extension", "durchwahl", "poste", "interno", "ramal":
		default:
			return i
		}
	}
	for k := 0; k < 2 && q < len(text) && (text[q] == '.' || text[q] == ' ' || text[q] == ':' || text[q] == '='); k++ {
		q++
	}
	end := q
	for end < len(text) && end-q < 7 && isDigit(text[end]) {
		end++
	}
	if end == q || end-q > 6 || wordAfter(text, end) || end+1 < len(text) && text[end] == '.' && isDigit(text[end+1]) {
		return i
	}
	return end
}
