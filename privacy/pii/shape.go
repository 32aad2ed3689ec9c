package pii

// A shape is one way a kind is written. It is compiled from a pattern:
//
//	9    a digit              A    a letter            X    either
//	' ' '-' '.' '/' '('  exactly that separator
//	_    a space or a hyphen, the same one throughout
//	*    a space, a hyphen or a dot, the same one throughout
//	~    nothing, a space, a hyphen or a dot: "99~99" is "9999" and "99*99"
//
// Any other capital letter stands for itself, and a leading '?' marks a shape
// so common that seeing it proves nothing ("?999 999 999"), a leading '!' a bare
// run of digits whose check proves enough.
type shape struct {
	digits  uint64 // characters that must be digits
	letters uint64 // characters that must be letters
	next    int16  // the next shape of the same group lengths; 0: none
	strong  int16  // the next of those that may need no word
	rule    kid
	n       uint8
	weak    bool
	sturdy  bool    // as its rule is
	uniform uint16  // classes allowed, as bits, where all separators are equal
	most    float64 // the score it has if its check passes
	seps    uint64  // classes in order, four bits each, where uniform is 0
	prefix  string  // capital letters the shape starts with
}

// node is one state of the walk over group lengths.
type node struct {
	child [maxWord + 1]uint16
	first int16   // shapes that end here; 0: none
	kinds set     // of which kinds
	best  float64 // the highest score of any
	reach float64 // the highest score of any that ends here or further on
	fit   fit
	// strong is the first of the shapes that may need no word, chained apart.
	strong int16
	// sturdy says that one of them may have it inside a row of numbers, and the
	// others are best and reach of those.
	sturdy                  bool
	sturdyBest, sturdyReach float64
}

const (
	spaceOrHyphen = 1<<sepSpace | 1<<sepHyphen
	anySeparator  = spaceOrHyphen | 1<<sepDot
)

// addShape compiles a pattern and hangs it into the trie of group lengths.
func (e *compiled) addShape(k kid, pattern string) {
	sh := shape{rule: k, sturdy: e.rules[k].sturdy}
	mark := pattern[0]
	if mark == '?' || mark == '!' {
		pattern = pattern[1:]
	}
	var lens [maxGroups]uint8
	groups, nsep, literal := 0, 0, true
	for i := range len(pattern) {
		c := pattern[i]
		var cls uint8
		switch c {
		case ' ', '-', '.', '/', '(':
			cls = separatorClass(c)
		case '_':
			sh.uniform, cls = spaceOrHyphen, sepSpace
		case '*':
			sh.uniform, cls = anySeparator, sepSpace
		default:
			bit := uint64(1) << sh.n
			switch {
			case c == '9':
				sh.digits |= bit
			case c == 'X':
			case c == 'A':
				sh.letters |= bit
			default:
				sh.letters |= bit
				if literal {
					sh.prefix += string(c)
				}
			}
			literal = literal && c != '9' && c != 'X' && c != 'A'
			sh.n++
			lens[groups]++
			continue
		}
		sh.seps |= uint64(cls) << (4 * nsep)
		nsep++
		groups++
	}
	if sh.uniform != 0 {
		sh.seps = 0
	}
	bare := nsep == 0 && sh.digits == 1<<sh.n-1
	sh.weak = mark == '?' || bare && mark != '!'
	if sh.most = e.rules[k].strong; sh.weak {
		sh.most = e.rules[k].weak
	}
	first := uint64(1)<<lens[0] - 1
	if sh.letters&first == 0 {
		e.hang(rootDigits, sh, lens[:groups+1])
	}
	if sh.digits&first == 0 {
		e.hang(rootLetters, sh, lens[:groups+1])
	}
	if sh.digits&first != first && sh.letters&first != first {
		e.hang(rootMixed, sh, lens[:groups+1])
	}
}

func separatorClass(c byte) uint8 {
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
	return sepParen
}

// Walks start at one of three roots, by what the first group holds.
const (
	rootDigits = iota
	rootLetters
	rootMixed
	roots
)

func (g *group) root() uint16 {
	switch {
	case g.digit:
		return rootDigits
	case g.letter:
		return rootLetters
	}
	return rootMixed
}

func (e *compiled) hang(at uint16, sh shape, lens []uint8) {
	for _, n := range lens {
		next := e.nodes[at].child[n]
		if next == 0 {
			next = uint16(len(e.nodes))
			e.nodes = append(e.nodes, node{})
			e.nodes[at].child[n] = next
		}
		at = next
	}
	end := &e.nodes[at]
	end.kinds.add(sh.rule)
	end.best = max(end.best, sh.most)
	end.sturdy = end.sturdy || sh.sturdy
	end.fit.add(&sh)
	if sh.sturdy {
		end.sturdyBest = max(end.sturdyBest, sh.most)
	}
	last := &end.first
	for *last != 0 {
		last = &e.shapes[*last].next
	}
	*last = int16(len(e.shapes))
	if sh.most > calmScore {
		last = &end.strong
		for *last != 0 {
			last = &e.shapes[*last].strong
		}
		*last = int16(len(e.shapes))
	}
	e.shapes = append(e.shapes, sh)
}

// measure enters how high the scores are that can be reached from each node.
// Nodes are hung after the one they hang from.
func (e *compiled) measure() {
	for i := len(e.nodes) - 1; i >= 0; i-- {
		nd := &e.nodes[i]
		nd.reach, nd.sturdyReach = nd.best, nd.sturdyBest
		for _, next := range nd.child {
			if next != 0 {
				nd.reach = max(nd.reach, e.nodes[next].reach)
				nd.sturdyReach = max(nd.sturdyReach, e.nodes[next].sturdyReach)
			}
		}
	}
	e.measureTriples()
}

// fit says, by which of the first seven characters and the last are digits,
// whether some shape has digits and letters there.
type fit [4]uint64

func fitKey(digits uint64, n int) uint64 { return digits&0x7f&(1<<n-1) | digits>>(n-1)&1<<7 }

func (f *fit) add(sh *shape) {
	for key := range uint64(256) {
		digits := key & 0x7f & (1<<sh.n - 1)
		if last := uint64(1) << (sh.n - 1); key>>7 == 1 {
			digits |= last
		} else if sh.n > 7 {
			digits &^= last
		}
		seen := 1<<(sh.n-1) | uint64(0x7f)
		if fitKey(digits, int(sh.n)) == key && sh.digits&seen&^digits == 0 && sh.letters&seen&digits == 0 {
			f[key>>6] |= 1 << (key & 63)
		}
	}
}

// fits reports whether some shape that ends here may have digits as n
// characters have.
func (nd *node) fits(digits uint64, n int) bool {
	key := fitKey(digits, n)
	return nd.fit[key>>6]>>(key&63)&1 == 1
}

// fits reports whether separators and letters from off on are those of the
// shape, whose digits and letters stand where they should.
func (sh *shape) fits(c *cluster, off uint8, seps uint64, nsep int) bool {
	if sh.uniform == 0 {
		if seps != sh.seps {
			return false
		}
	} else if (sh.uniform|sh.uniform>>sepSpace&1<<sepWide)>>(seps&15)&1 == 0 || seps != (seps&15)*(0x1111111111111111&(1<<(4*nsep)-1)) {
		return false
	}
	for i := range len(sh.prefix) {
		if c.buf[int(off)+i] != sh.prefix[i] {
			return false
		}
	}
	return true
}
