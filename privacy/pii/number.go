package pii

// id holds the characters of a candidate without separators, in upper case.
// It is passed by value so that it stays on the stack.
type id struct {
	b [maxWord]byte
	n int
}

// d returns the value of the digit at i.
func (v *id) d(i int) int { return int(v.b[i] - '0') }

// str returns characters i to j; it does not allocate when compared.
func (v *id) is(i int, s string) bool {
	return i+len(s) <= v.n && string(v.b[i:i+len(s)]) == s
}

// num returns the digits i to j as a number.
func (v *id) num(i, j int) int {
	n := 0
	for ; i < j; i++ {
		n = n*10 + int(v.b[i]-'0')
	}
	return n
}

// number handles the digit at i: it parses the cluster around it and offers
// each of its groups to every matcher as a beginning.
func (s *sweep) number(i int) int {
	if end := s.secret(i); end > i {
		return end
	}
	c := &s.c
	c.parse(s.text, i)
	next := i + 1
	if last := c.g[c.ng-1].end; !s.narrow && needsWide(s.text, last) {
		return s.wide(i)
	}
	for a := 0; a < c.ng && c.whole(a); a++ {
		g := &c.g[a]
		next = max(next, g.end)
		if g.start < s.certain {
			continue // inside a finding that nothing can beat
		}
		if g.n >= 26 {
			s.token(a)
		}
		if g.n == 2 || g.n == 4 {
			if end := s.mac(g.start); end > g.start {
				return end
			}
		}
		if g.digit {
			s.digits(a)
			continue
		}
		if !g.letter {
			s.iban(a)
		}
		s.walk(a)
		if s.dated && !g.letter {
			s.date(a)
		}
	}
	return next
}

// digits offers group a, which holds digits only.
func (s *sweep) digits(a int) {
	c, g := &s.c, &s.c.g[a]
	if g.n >= 8 && g.n <= 10 {
		s.bot(a)
	}
	s.phone(a)
	if a+3 < c.ng && g.n <= 3 {
		s.ipv4(a)
	}
	s.walk(a)
	if s.dated {
		s.date(a)
	}
	if g.start >= s.certain {
		s.national(a)
	}
}

// walk follows the group lengths from group a through the trie and tries every
// shape that ends on the way.
func (s *sweep) walk(a int) {
	c, e := &s.c, s.eng
	g := &c.g[a]
	if g.n > maxWord {
		return
	}
	at, seps := e.nodes[g.root()].child[g.n], uint64(0)
	for b := a; at != 0; {
		nd := &e.nodes[at]
		if nd.first != 0 && nd.kinds.meets(&s.on) {
			s.shapes(nd, a, b, seps)
		}
		if b++; b == c.ng || b-a == maxWindow {
			return
		}
		g := &c.g[b]
		if g.n > maxWord {
			return
		}
		seps |= uint64(g.sep) << (4 * (b - a - 1))
		at = nd.child[g.n]
	}
}

// shapes tries the shapes that end at nd on groups a to b. A shape that could
// not reach the least score is not verified: in a row of numbers without a word
// near it that is nearly every one.
func (s *sweep) shapes(nd *node, a, b int, seps uint64) {
	c, e := &s.c, s.eng
	start, end := c.g[a].start, c.g[b].end
	if b > a && c.g[b].sep == sepParen && end < len(s.text) && s.text[end] == ')' {
		end++
	}
	free := s.fills(start, end) // of the need for a word
	if !free && nd.best < s.min && !s.anyNamed(&nd.kinds, start, end) {
		return
	}
	stand := -1.0
	for i := nd.first; i != 0; i = e.shapes[i].next {
		sh := &e.shapes[i]
		if !s.on.has(sh.rule) || !sh.fits(c, c.g[a].off, seps, b-a) {
			continue
		}
		if stand < 0 {
			if stand = s.stands(a, b); stand == 0 {
				return
			}
		}
		s.try(sh, a, b, end, stand, free)
	}
}

// try verifies groups a to b, which have the shape, and reports them up to
// end. Their surroundings leave them the score stand.
func (s *sweep) try(sh *shape, a, b, end int, stand float64, free bool) {
	c := &s.c
	r := &s.eng.rules[sh.rule]
	start := c.g[a].start
	score, most := stand, sh.most
	if r.sturdy {
		score = 1
	}
	small := c.lower.from(c.g[a].off)&(1<<sh.n-1) != 0
	if small {
		// Authorities print capitals. What is written small is more often part
		// of a program or a hash, unless something says otherwise.
		if score = min(score, 0.4); r.strong < 1 && !free {
			return
		}
	}
	if min(score, most) < s.min && !free && !s.named(sh.rule, start, end) {
		return
	}
	if r.check != nil && !r.check(c.id(a, b)) {
		return
	}
	if r.proof != nil && !r.proof(c.id(a, b)) {
		if most = min(most, r.unproven); most < 0.4 {
			if s.named(sh.rule, start, end) {
				most = named
			}
			s.put(start, end, sh.rule, min(score, most))
			return
		}
	}
	s.report(sh.rule, start, end, min(score, most))
}

// report puts a candidate, lifted if words or a field say what it is.
func (s *sweep) report(k kid, start, end int, score float64) {
	if score < named && (s.fills(start, end) || s.named(k, start, end)) {
		score = named
	}
	s.put(start, end, k, score)
}

// named is the score of a candidate that a word near it, or being the whole
// value of a field, lifts above the default MinScore.
const named = 0.6

// fills reports whether start:end is the whole value of a Field.
func (s *sweep) fills(start, end int) bool { return start == s.lo && end == s.hi }

// stands returns the highest score the surroundings leave to groups a to b:
// 0 if they are part of something longer, 0.4 if they are one piece of a row
// of numbers, else 1.
func (s *sweep) stands(a, b int) float64 {
	c := &s.c
	inner := uint64(0)
	for i := a + 1; i <= b; i++ {
		inner |= 1 << c.g[i].sep
	}
	left, right := c.left, c.right
	leftDigit, rightDigit := left == sepSpace, false
	if a > 0 {
		left, leftDigit = c.g[a].sep, !c.g[a-1].letter
		if left == sepDot && !leftDigit {
			left = sepNone // "No.123"
		}
	}
	if b < c.ng-1 {
		right, rightDigit = c.g[b+1].sep, !c.g[b+1].letter
	}
	most := 1.0
	for _, j := range [2]struct {
		cls   byte
		digit bool
	}{{left, leftDigit}, {right, rightDigit}} {
		switch {
		case j.cls == sepNone || j.cls == sepParen || j.cls == sepDash:
		case j.cls == sepHard:
			return 0
		case j.cls == sepSpace:
			if j.digit && inner>>sepSpace&1 == 1 {
				most = 0.4
			}
		case a == b || inner>>j.cls&1 == 1: // a decimal, a path, a longer number
			return 0
		}
	}
	return most
}

// id returns the characters of groups a to b.
func (c *cluster) id(a, b int) (v id) {
	off := int(c.g[a].off)
	v.n = copy(v.b[:], c.buf[off:int(c.g[b].off)+int(c.g[b].n)])
	return v
}

// allDigits reports whether group i holds digits only and fits an identifier.
func (c *cluster) allDigits(i int) bool { return c.g[i].digit && c.g[i].n <= maxWord }

// tail returns the characters from i on.
func (v id) tail(i int) (w id) {
	w.n = copy(w.b[:], v.b[i:v.n])
	return w
}
