package pii

// A cluster is what may be one number as people write it: words of letters and
// digits with single separators between them ("GB82 WEST 1234", "078-05-1120",
// "+1 (415) 555-0132"). It is parsed once; every kind then looks at the same
// groups.
type cluster struct {
	buf    [maxCompact + maxWord]byte // the characters without separators, in upper case
	digits marks                      // which of them are digits
	lower  marks                      // which of them were in lower case
	g      [maxGroups]group
	ng     int
	calm   bool // nothing near it is a word: see wordless
	more   bool // the text goes on, but the cluster is full
	left   byte // separator class and neighbour before the first group: see joint
	right  byte // the same after the last
}

// The cluster is long, although no identifier is, so that rows of numbers are
// not parsed again and again for the few windows at the end of each cluster.
const (
	maxCompact = 192 // characters a cluster holds
	maxGroups  = 64
	maxWindow  = 16 // groups one identifier has at most
	maxWord    = 40 // longer words are no identifier
	tooLong    = 255
)

// marks holds a bit for each character of a cluster, and a word to spare.
type marks [maxCompact/64 + 1]uint64

// from returns the bits from the one of character off on.
func (m *marks) from(off uint8) uint64 {
	i := off >> 6 & 3
	return m[i]>>(off&63) | m[(i+1)&3]<<(64-off&63)
}

// put enters the bits of a word that starts at character n.
func (m *marks) put(n int, bits uint64) {
	i := n >> 6 & 3
	m[i] |= bits << (n & 63)
	m[(i+1)&3] |= bits >> (64 - n&63)
}

// group is one word of a cluster.
type group struct {
	start, end int   // byte offsets into the text
	off, n     uint8 // its place in buf; n tooLong: not in buf
	sep        uint8 // class of the separator before it
	digit      bool  // holds digits only
	letter     bool  // holds letters only
}

// Classes of separators. A shape names the ones its authority prints.
const (
	sepNone   = iota
	sepSpace  // space, no-break space
	sepHyphen // hyphen, in any of its Unicode forms
	sepDot
	sepSlash
	sepParen // a bracket, as in "(415) 555": phones only
	sepDash  // a hyphen between spaces: phones only
	sepColon // between digits, as in a time; a minus in front
	sepHard  // '_', '@' and the like touching a word: no number ends here
	sepWide  // two or three spaces: between groups as read from paper, or columns
)

// parse reads the cluster around the digit at i.
func (c *cluster) parse(text string, i int) {
	start := i
	for start > 0 && i-start < maxWord && isLetter(text[start-1]) {
		start--
	}
	if start > 0 && start < i && text[start-1] == '\\' && escape(text[start]) {
		start++ // "\n4111...": an escaped line break inside JSON
	}
	switch { // "%2B1202..." in a URL
	case start < i && percent(text, start-2):
		start++
	case start+1 < i && percent(text, start-1):
		start += 2
	}
	c.parseFrom(text, leadIn(text, start), i)
}

// parseFrom reads the cluster that starts at start, with a digit at i.
func (c *cluster) parseFrom(text string, start, i int) {
	c.ng, c.digits, c.lower, c.more = 0, marks{}, marks{}, false
	c.left = jointBefore(text, start)
	n, sep, words := 0, uint8(sepNone), 0
	for p := start; ; {
		g := &c.g[c.ng]
		end := c.short(text, p, n, g)
		if end == p {
			end = c.word(text, p, n, g)
		}
		g.sep = sep
		if end-p > maxWord || n+end-p > maxCompact {
			if c.ng > 0 && end-p <= maxWord {
				c.more = true // room again in the next cluster
				return
			}
			g.n = tooLong
			c.ng++
			c.right = sepHard
			return
		}
		n += end - p
		c.ng++
		if g.letter {
			words++
		} else {
			words = 0
		}
		if !g.letter && c.ng < maxGroups && end+1 < len(text) && isDigit(text[end+1]) {
			if cls := single(text[end]); cls != sepNone {
				p, sep = end+1, cls
				continue
			}
		}
		next, cls := separator(text, end)
		if cls == sepNone || cls == sepColon || cls == sepHard || words == 2 && p > i || g.letter && end-p > 4 && p > i {
			c.right = jointAfter(text, end)
			return
		}
		if c.ng == maxGroups {
			c.more = true
			return
		}
		p, sep = next, cls
	}
}

// single classes the separators of one byte that a digit follows.
func single(c byte) uint8 {
	switch c {
	case ' ':
		return sepSpace
	case '-':
		return sepHyphen
	case '.':
		return sepDot
	case '/':
		return sepSlash
	}
	return sepNone
}

// escape reports whether c stands for white space after a backslash.
func escape(c byte) bool { return c == 'n' || c == 'r' || c == 't' }

// whole reports whether every window that starts at group a is in view.
func (c *cluster) whole(a int) bool {
	last := &c.g[c.ng-1]
	return !c.more || a == 0 || c.ng-a >= maxWindow || int(last.off)+int(last.n)-int(c.g[a].off) >= maxWord
}

// leadIn extends the start of a cluster over up to two short words of letters
// in front of it, as in "AB 12 34 56 C" or "CHE-123.456.789".
func leadIn(text string, start int) int {
	for range 2 {
		p := start - 1
		if p < 1 || text[p] != ' ' && text[p] != '-' && text[p] != '.' && text[p] != '/' {
			break
		}
		q := p
		for q > 0 && p-q < 6 && isLetter(text[q-1]) {
			q--
		}
		if q > 0 && q < p && text[q-1] == '\\' && escape(text[q]) {
			q++
		}
		if q == p || p-q > 5 || wordBefore(text, q) {
			break
		}
		start = q
	}
	return start
}

// separator reads the separator at i. It returns where the next word starts
// and the class, sepNone where no word follows, sepHard where one follows that
// can be no part of a number.
func separator(text string, i int) (next int, cls uint8) {
	if i >= len(text) {
		return i, sepNone
	}
	switch text[i] {
	case ' ':
		next, cls = i+1, sepSpace
	case '-':
		next, cls = i+1, sepHyphen
	case '.':
		next, cls = i+1, sepDot
	case '/':
		next, cls = i+1, sepSlash
	case '(', ')':
		next, cls = i+1, sepParen
	case ':':
		if i+1 < len(text) && isDigit(text[i+1]) {
			return i + 1, sepColon
		}
		return i, sepNone
	case '%': // "4111%201111" in a URL
		if i+3 < len(text) && text[i+1] == '2' && text[i+2] == '0' && isAlnum(text[i+3]) {
			return i + 3, sepSpace
		}
		return i, sepNone
	case '_', '@', '~', '^':
		if i+1 < len(text) && isAlnum(text[i+1]) {
			return i + 1, sepHard
		}
		return i, sepNone
	default:
		if text[i] < 0x80 {
			return i, sepNone
		}
		if next, cls = wideSeparator(text, i); cls == sepNone {
			return i, sepNone
		}
	}
	if next < len(text) && isAlnum(text[next]) {
		return next, cls
	}
	return doubled(text, next, cls)
}

// doubled reads the second character of " - ", ") ", ")-" and " (".
func doubled(text string, next int, cls uint8) (int, uint8) {
	for k := 0; k < 2 && next < len(text); k++ {
		switch c := text[next]; {
		case cls == sepSpace && c == '(', cls == sepParen && c == ' ', cls == sepParen && c == '-',
			cls == sepParen && c == ')', cls == sepHyphen && c == '(', cls == sepDot && c == '(':
			cls = sepParen
		case cls == sepSpace && (c == '-' || c == '/') && next+1 < len(text) && text[next+1] == ' ', cls == sepDash && c == ' ':
			cls = sepDash
		case (cls == sepSpace || cls == sepWide) && c == ' ':
			cls = sepWide
		default:
			return next, sepNone
		}
		next++
		if next < len(text) && isAlnum(text[next]) {
			return next, cls
		}
	}
	return next, sepNone
}

// wideSeparator knows the separators outside ASCII.
func wideSeparator(text string, i int) (int, uint8) {
	switch {
	case i+1 < len(text) && text[i] == 0xC2 && text[i+1] == 0xA0: // no-break space
		return i + 2, sepSpace
	case i+2 < len(text) && text[i] == 0xE2 && text[i+1] == 0x80:
		switch c := text[i+2]; {
		case c == 0xAF || c == 0x87 || c == 0x89: // narrow, figure and thin space
			return i + 3, sepSpace
		case c >= 0x90 && c <= 0x94: // hyphens and dashes
			return i + 3, sepHyphen
		}
	case i+2 < len(text) && text[i] == 0xE2 && text[i+1] == 0x88 && text[i+2] == 0x92: // minus
		return i + 3, sepHyphen
	}
	return i, sepNone
}

// jointBefore classes what touches a word that starts at i. A label in front
// ("No.", "SSN:") is no part of the number.
func jointBefore(text string, i int) byte {
	if i == 0 {
		return sepNone
	}
	if wordBefore(text, i) {
		return sepHard
	}
	digit := i > 1 && isDigit(text[i-2])
	switch text[i-1] {
	case ' ':
		if digit {
			return sepSpace
		}
	case '.':
		if digit {
			return sepDot
		}
	case ':':
		if digit {
			return sepColon
		}
	case '-':
		if wordBefore(text, i-1) {
			return sepHyphen
		}
		return sepColon // a minus, or a mark before a list's item
	case '/':
		if wordBefore(text, i-1) {
			return sepSlash
		}
	case '_', '~', '^':
		if wordBefore(text, i-1) {
			return sepHard
		}
	}
	return sepNone
}

// jointAfter classes what touches a word that ends at i.
func jointAfter(text string, i int) byte {
	if wordAfter(text, i) {
		return sepHard
	}
	next, cls := separator(text, i)
	if cls == sepNone || cls == sepSpace || cls == sepParen || cls == sepDash || cls == sepWide || next >= len(text) {
		return sepNone
	}
	return cls
}
