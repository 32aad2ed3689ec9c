package pii

import (
	"math/bits"
	"strings"
)

// Words are compared by a 64-bit FNV-1a hash of their lower-case letters; a
// phrase of two words by both hashes in one.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	// wordsLeft and wordsRight bound how far a word may stand from what it names.
	wordsLeft  = reachLeft - 1 // and the byte that parts the first word from others
	wordsRight = 32
	// wordsClose is how near a word must stand to what nothing else supports.
	wordsClose = 24
)

// phrase is the hash of two words in order.
func phrase(first, second uint64) uint64 { return (first ^ second>>7) * fnvPrime }

// vocabulary is what the words mean: a table of hashes with open addressing.
// Most words of a text mean nothing and are told from it by one look.
type vocabulary struct {
	heads [64]uint64   // the first words of phrases, by the hash's first bits
	slots [4096]uint16 // by the hash's first bits; one more than the place in means, 0: free
	means []meaning
}

type meaning struct {
	hash  uint64
	kinds set
}

// find returns the kinds a word or phrase names, nil if none.
func (v *vocabulary) find(h uint64) *set {
	for i := h >> 52; v.slots[i] != 0; i = (i + 1) & 4095 {
		if m := &v.means[v.slots[i]-1]; m.hash == h {
			return &m.kinds
		}
	}
	return nil
}

// add enters the word or the first two words of a phrase.
func (v *vocabulary) add(k kid, words string) {
	h, n := uint64(0), 0
	for w := range strings.FieldsSeq(words) {
		if n++; n > 2 {
			break
		}
		one := uint64(fnvOffset)
		for i := range len(w) {
			one = (one ^ uint64(w[i])) * fnvPrime
		}
		if n == 2 {
			v.heads[h>>58] |= 1 << (h >> 52 & 63)
			one = phrase(h, one)
		}
		h = one
	}
	if n == 0 {
		return
	}
	kinds := v.find(h)
	if kinds == nil {
		v.means = append(v.means, meaning{hash: h})
		i := h >> 52
		for v.slots[i] != 0 {
			i = (i + 1) & 4095
		}
		v.slots[i] = uint16(len(v.means))
		kinds = &v.means[len(v.means)-1].kinds
	}
	kinds.add(k)
}

// surroundings are what the words near a candidate name. Candidates come from
// left to right, so a word to the left of them is read once; those to the right
// are read for each end.
type surroundings struct {
	read  int         // how far the text has been read
	prev  uint64      // the hash of the last word read, 0 if it begins no phrase
	from  int         // where that word starts
	left  set         // kinds that some word read names
	last  [256]uint32 // for those, where the last such word starts
	right set         // kinds that the words after end name
	end   int
	clear int // no letter stands between clear and next
	next  int
}

// lookAround reads the words near start:end. It returns the kinds looked for
// that they may name.
func (s *sweep) lookAround(start, end int) (near set) {
	n := &s.near
	if n.read > start || start-n.read > wordsLeft {
		n.read, n.prev, n.left = max(0, start-wordsLeft), 0, set{}
		if n.read > 0 && partOfWord(s.text[n.read-1]) {
			// A word cut off by the bound does not count, so that no decision
			// depends on more than the reach.
			for n.read < start && partOfWord(s.text[n.read]) {
				n.read++
			}
		}
	}
	if n.read < start {
		n.read = s.readWords(n.read, start, true)
	}
	if n.end != end {
		n.end, n.right = end, set{}
		s.lookRight(end, min(len(s.text), end+wordsRight))
	}
	for i := range near {
		near[i] = s.on[i] & (n.left[i] | n.right[i])
	}
	return near
}

// lookRight reads the words in text[end:bound].
func (s *sweep) lookRight(end, bound int) {
	n := &s.near
	switch {
	case end > n.next:
		n.clear, n.next = end, end
	case end < n.clear:
		p := end
		for p < n.clear && !partOfWord(s.text[p]) {
			p++
		}
		if p < n.clear {
			n.next = p
		}
		n.clear = end
	}
	for n.next < bound && !partOfWord(s.text[n.next]) {
		n.next++
	}
	if n.next >= bound {
		return
	}
	prev, from := n.prev, n.from
	n.prev = 0
	s.readWords(n.next, bound, false)
	n.prev, n.from = prev, from
}

// named reports whether a word near start:end names the kind.
func (s *sweep) named(k kid, start, end int) bool {
	if s.wordless(start, end) {
		return false
	}
	s.lookAround(start, end)
	return s.near.right.has(k) || s.namedLeft(k, start, wordsLeft)
}

// namedLeft reports whether a word that starts in the reach bytes before start
// names the kind; lookAround has read them.
func (s *sweep) namedLeft(k kid, start int, reach uint32) bool {
	return s.near.left.has(k) && uint32(start)-s.near.last[k] <= reach
}

// namedBefore reports whether a word in the n bytes before start names the
// kind.
func (s *sweep) namedBefore(k kid, start int, n uint32) bool {
	s.lookAround(start, start)
	return s.namedLeft(k, start, n)
}

// namedClose reports whether a word after end or close before start names the
// kind.
func (s *sweep) namedClose(k kid, start, end int) bool {
	if s.wordless(start, end) {
		return false
	}
	s.lookAround(start, end)
	return s.near.right.has(k) || s.namedLeft(k, start, wordsClose)
}

// readWords collects what the words in text[from:to] name, on the left or the
// right, and returns to.
func (s *sweep) readWords(from, to int, left bool) int {
	text, n := s.text, &s.near
	for i := from; i < to; {
		if !partOfWord(text[i]) {
			i++
			continue
		}
		if m := markLength(text, i); m > 0 {
			i += m
			continue
		}
		h := uint64(fnvOffset)
		start := i
		for ; i < to; i++ {
			if c := text[i] | 0x20; c-'a' < 26 {
				h = (h ^ uint64(c)) * fnvPrime
			} else if c < 0x80 || markLength(text, i) > 0 {
				break
			} else {
				h = (h ^ fold(text, i)) * fnvPrime
			}
		}
		if !left && i == to && i < len(text) && partOfWord(text[i]) {
			break // cut off by the bound
		}
		if i-start > 1 {
			n.note(s.eng, h, start, left)
		}
		if n.prev != 0 {
			n.note(s.eng, phrase(n.prev, h), n.from, left)
		}
		if n.prev, n.from = 0, start; s.eng.words.heads[h>>58]>>(h>>52&63)&1 == 1 {
			n.prev = h
		}
	}
	return to
}

// note enters what the word or phrase at start names.
func (n *surroundings) note(e *compiled, h uint64, start int, left bool) {
	w := e.words.find(h)
	if w == nil {
		return
	}
	if !left {
		n.right.merge(w)
		return
	}
	n.left.merge(w)
	for i, bitset := range w {
		for ; bitset != 0; bitset &= bitset - 1 {
			n.last[i<<6+bits.TrailingZeros64(bitset)] = uint32(start)
		}
	}
}

// partOfWord holds for letters of any script. Digits, '_' and '-' part words,
// so "ssn_1" and "tax-id" read as they are meant.
func partOfWord(c byte) bool { return isLetter(c) || c >= 0x80 }

// markLength returns the length of the quotation mark, space or other sign
// outside ASCII at i, 0 for a letter: U+0080 to U+00BF, U+2000 to U+2FFF,
// U+3000 to U+303F and U+FE00 up.
func markLength(text string, i int) int {
	switch c := text[i]; {
	case c < 0xC2:
		return 0
	case c == 0xC2:
		return 2
	case c == 0xE2, c == 0xEF, c == 0xE3 && i+1 < len(text) && text[i+1] == 0x80:
		return 3
	}
	return 0
}

// fold returns the lower-case form of the byte at i: ASCII, and the letters
// À to Þ, which UTF-8 writes as 0xC3 and a byte.
func fold(text string, i int) uint64 {
	c := text[i]
	switch {
	case c-'A' < 26:
		c |= 0x20
	case c >= 0x80 && c < 0x9F && i > 0 && text[i-1] == 0xC3:
		c |= 0x20
	}
	return uint64(c)
}
