package pii

// number handles the digit at i: it parses the cluster around it and offers
// each of its groups to every matcher as a beginning.
func (s *sweep) number(i int) int {
	if end := s.percented(i); end > i {
		return end
	}
	c := &s.c
	c.calm = s.calm && s.wordless(i, i)
	if c.calm {
		s.lastSecret = i + 1 // a prefix has letters
		if end := s.cells(i); end > i {
			return end
		}
	} else if end := s.secret(i); end > i {
		return end
	}
	if end := s.lone(i); end > i {
		return end
	}
	c.parse(s.text, i)
	s.work += c.ng
	if c.calm {
		c.calm = s.wordless(c.g[0].start, c.g[c.ng-1].end)
	}
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
		if c.calm && !s.promising(a) {
			continue
		}
		if g.n >= 26 {
			s.token(a)
		}
		if (g.n == 2 || g.n == 4) && g.end < len(s.text) && s.text[g.end]-'-' <= ':'-'-' {
			if end := s.mac(g.start); end > g.start {
				return end
			}
		}
		if g.digit {
			s.digits(a)
			continue
		}
		if !g.letter || g.n == 2 && a+1 < c.ng {
			s.iban(a)
		}
		s.walk(a)
		if s.dated && !g.letter {
			s.date(a)
		}
	}
	s.glued(i)
	return next
}

// percented returns where the character ends that a URL writes in hexadecimal
// with the digit at i, i if there is none.
func (s *sweep) percented(i int) int {
	text := s.text
	switch {
	case i > 0 && text[i-1] == '%' && percent(text, i-1):
		if text[i] == '4' && text[i+1] == '0' {
			return s.emailAt(i-1, i+2)
		}
		return i + 2
	case i > 1 && text[i-2] == '%' && percent(text, i-2):
		return i + 1
	}
	return i
}

// lone returns where the one or two digits at i end if nothing beside them can
// make them part of something, i otherwise: cells of a table, marks of a list.
func (s *sweep) lone(i int) int {
	text, end := s.text, i+1
	if end < len(text) && isDigit(text[end]) {
		end++
	}
	if s.dated || s.lo >= 0 || i == 0 || end == len(text) || !parts(text[i-1]) || !parts(text[end]) {
		return i
	}
	return end
}

// parts holds for signs that stand inside no number.
func parts(c byte) bool {
	const low, high uint64 = 1<<'\n' | 1<<'\t' | 1<<',' | 1<<';' | 1<<'=' | 1<<'"' | 1<<'<' | 1<<'>' | 1<<'*' | 1<<'!' | 1<<'&' | 1<<'%', 1<<('|'-64) | 1<<('['-64) | 1<<(']'-64) | 1<<('{'-64) | 1<<('}'-64)
	if c < 64 {
		return low>>c&1 == 1
	}
	return c < 128 && high>>(c-64)&1 == 1
}

// glued tries the number at i that a word in small letters has run into.
func (s *sweep) glued(i int) {
	text := s.text
	if i < 2 || text[i-1]-'a' > 25 || text[i-2]-'a' > 25 || i+6 > len(text) || i < s.certain {
		return
	}
	for _, c := range []byte(text[i : i+6]) {
		if !isDigit(c) {
			return
		}
	}
	var on set
	for j := range on {
		on[j] = s.on[j] & s.eng.glued[j]
	}
	all := s.on
	s.on = on
	s.c.parseFrom(text, i, i)
	s.c.left = sepNone
	s.walk(0)
	s.on = all
}

// digits offers group a, which holds digits only. What cannot begin with so many
// digits is not called: rows of short numbers are common in hostile texts, and
// in spreadsheets.
func (s *sweep) digits(a int) {
	c, g := &s.c, &s.c.g[a]
	n, first := g.n, c.buf[g.off]
	var nextLen, nextSep uint8
	if a+1 < c.ng {
		nextLen, nextSep = c.g[a+1].n, c.g[a+1].sep
	}
	if n >= 8 && n <= 10 && !c.calm {
		s.bot(a)
	}
	if n == 1 && nextLen == 1 && !c.calm {
		s.spaced(a)
	}
	if s.on.has(kPhone) {
		switch {
		case plusBefore(s.text, g.start) > 0:
			s.plus(a)
		case n >= 2 && first == '0' && n <= maxWord:
			if n == 3 || c.buf[g.off+1] == '0' {
				s.dialled(a)
			}
		case n == 3 && nextLen >= 3, n == 1 && first == '1' && nextLen >= 3, (n == 10 || n == 11 && first == '1') && !c.calm:
			s.nanp(a)
		}
	}
	if n == 4 && g.end < len(s.text) && s.text[g.end] == ':' {
		s.aadhaarColons(g.start)
	}
	if n <= 3 && nextSep == sepDot && (g.sep != sepDot || a == 0 || c.g[a-1].letter) {
		s.ipv4(a)
	}
	s.walk(a)
	if s.dated {
		s.date(a)
	}
	if n >= 2 && n <= 5 && nextLen >= 2 && (!c.calm || first == '0' || nextSep == sepParen) && g.start >= s.certain {
		s.national(a)
	}
	if n >= 8 && n <= 12 && !c.calm && s.on.has(kPhone) && g.start >= s.certain {
		s.bare(a)
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
	at, seps, inner := e.nodes[g.root()].child[g.n], uint64(0), uint16(0)
	for b := a; at != 0; {
		nd := &e.nodes[at]
		if c.calm && nd.reach < s.min {
			return
		}
		if nd.first != 0 && (!c.calm || nd.best >= s.min) && nd.kinds.meets(&s.on) {
			s.shapes(nd, a, b, seps, inner)
		}
		if b++; b == c.ng || b-a == maxWindow {
			return
		}
		g := &c.g[b]
		if g.n > maxWord {
			return
		}
		seps |= uint64(g.sep) << (4 * (b - a - 1))
		inner |= 1 << g.sep
		at = nd.child[g.n]
	}
}

// shapes tries the shapes that end at nd on groups a to b, between which stand
// the separators seps, inner as a set. A shape that could not reach the least
// score is not verified: in a row of numbers without a word near it that is
// nearly every one.
func (s *sweep) shapes(nd *node, a, b int, seps uint64, inner uint16) {
	c, e := &s.c, s.eng
	start, end := c.g[a].start, c.g[b].end
	if inner>>sepParen != 0 && c.g[b].sep == sepParen && end < len(s.text) && s.text[end] == ')' {
		if end++; wordAfter(s.text, end) {
			return
		}
	}
	free := s.fills(start, end) // of the need for a word
	var near set
	looked := false
	stand := s.stands(a, b, inner)
	if stand == 0 {
		return
	}
	most := nd.best
	if stand < most && !nd.sturdy {
		most = stand
	}
	off := c.g[a].off
	digits, small := c.digits.from(off), c.lower.from(off)
	if !nd.fits(digits, int(c.g[b].off-off+c.g[b].n)) {
		return
	}
	i := nd.first
	if c.calm {
		i = nd.strong
	}
	for i != 0 {
		sh := &e.shapes[i]
		if i = sh.next; c.calm {
			i = sh.strong
		}
		if digits&sh.digits != sh.digits || digits&sh.letters != 0 {
			continue
		}
		score := sh.most
		if stand < score && !sh.sturdy {
			score = stand
		}
		doubtful := score < s.min && !free
		if doubtful && (c.calm || looked && !near.has(sh.rule)) || !s.on.has(sh.rule) || !sh.fits(c, off, seps, b-a) {
			continue
		}
		if doubtful && !looked {
			// Most candidates fail their check, which is less work than reading
			// the words around them.
			if check := e.rules[sh.rule].check; check != nil && !check(c.id(a, b)) {
				continue
			}
			near, looked = s.lookAround(start, end), true
			if most < s.min && !nd.kinds.meets(&near) {
				return
			}
			if !near.has(sh.rule) {
				continue
			}
		}
		s.try(sh, a, b, end, score, free, small&(1<<sh.n-1) != 0)
	}
}

// try verifies groups a to b, which have the shape, and reports them up to
// end. Small says that letters are in lower case.
func (s *sweep) try(sh *shape, a, b, end int, score float64, free, small bool) {
	c := &s.c
	r := &s.eng.rules[sh.rule]
	start := c.g[a].start
	if small {
		// Authorities print capitals. What is written small is more often part
		// of a program or a hash, unless something says otherwise.
		if score = min(score, 0.4); r.strong < 1 && !free {
			return
		}
	}
	if score < s.min && !free && !s.named(sh.rule, start, end) {
		return
	}
	if r.check != nil && !r.check(c.id(a, b)) {
		return
	}
	if r.proof != nil && !r.proof(c.id(a, b)) {
		if r.unproven < 0.4 && (r.serial == nil || !r.serial(c.id(a, b))) {
			if !s.named(sh.rule, start, end) {
				score = min(score, r.unproven)
			}
			s.put(start, end, sh.rule, min(score, named))
			return
		}
		score = min(score, r.unproven)
	}
	s.report(sh.rule, start, end, score)
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
func (s *sweep) stands(a, b int, inner uint16) float64 {
	c := &s.c
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
	if start, end := c.g[a].start, c.g[b].end; inner == 0 {
		if left == sepSlash && start > 1 {
			leftDigit = isDigit(s.text[start-2])
		}
		if right == sepSlash && end+1 < len(s.text) {
			rightDigit = isDigit(s.text[end+1])
		}
	}
	l, r := beside(left, leftDigit, inner), beside(right, rightDigit, inner)
	if r < l {
		return r
	}
	return l
}

// beside returns what a separator at the edge leaves of the score.
func beside(cls byte, digit bool, inner uint16) float64 {
	switch cls {
	case sepNone, sepParen, sepDash, sepWide:
		return 1
	case sepHard:
		return 0
	case sepSpace:
		if digit && inner>>sepSpace&1 == 1 {
			return 0.4
		}
		return 1
	}
	if cls == sepSlash && inner == 0 && !digit {
		return 1 // "/customers/12345678Z/orders"
	}
	if inner == 0 || inner>>cls&1 == 1 { // a decimal, a date, a longer number
		return 0
	}
	return 1
}

// allDigits reports whether group i holds digits only and fits an identifier.
func (c *cluster) allDigits(i int) bool { return c.g[i].digit && c.g[i].n <= maxWord }
