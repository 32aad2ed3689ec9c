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
)

// phrase is the hash of two words in order.
func phrase(first, second uint64) uint64 { return (first ^ second>>7) * fnvPrime }

// vocabulary is what the words mean. Most words of a text mean nothing: seen
// has a bit for each hash, so that few are looked up in vain.
type vocabulary struct {
	seen  [256]uint64
	means map[uint64]set
}

func (v *vocabulary) find(h uint64) (set, bool) {
	if v.seen[h>>56]>>(h>>50&63)&1 == 0 {
		return set{}, false
	}
	w, ok := v.means[h]
	return w, ok
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
			one = phrase(h, one)
		}
		h = one
	}
	if n == 0 {
		return
	}
	s := v.means[h]
	s.add(k)
	v.means[h] = s
	v.seen[h>>56] |= 1 << (h >> 50 & 63)
}

// surroundings are what the words near a candidate name. Candidates come from
// left to right, so a word to the left of them is read once; those to the right
// are read for each end.
type surroundings struct {
	read  int         // how far the text has been read
	prev  uint64      // the hash of the last word read, 0 if none stands next
	from  int         // where that word starts
	left  set         // kinds that some word read names
	last  [256]uint32 // for those, where the last such word starts
	right set         // kinds that the words after end name
	end   int
	next  int // no word starts between end and next
}

// lookAround reads the words near start:end.
func (s *sweep) lookAround(start, end int) {
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
		if n.next < end {
			n.next = end
		}
		for n.next < len(s.text) && n.next < end+wordsRight && !partOfWord(s.text[n.next]) {
			n.next++
		}
		if n.next < min(len(s.text), end+wordsRight) {
			prev, from := n.prev, n.from
			n.prev = 0
			s.readWords(n.next, min(len(s.text), end+wordsRight), false)
			n.prev, n.from = prev, from
		}
	}
}

// named reports whether a word near start:end names the kind.
func (s *sweep) named(k kid, start, end int) bool {
	s.lookAround(start, end)
	return s.near.right.has(k) || s.namedLeft(k, start, wordsLeft)
}

// namedLeft reports whether a word that starts in the reach bytes before start
// names the kind; lookAround has read them.
func (s *sweep) namedLeft(k kid, start int, reach uint32) bool {
	return s.near.left.has(k) && uint32(start)-s.near.last[k] <= reach
}

// anyNamed reports whether words near start:end may name one of the kinds that
// are looked for.
func (s *sweep) anyNamed(kinds *set, start, end int) bool {
	s.lookAround(start, end)
	l, r := &s.near.left, &s.near.right
	for i := range kinds {
		if kinds[i]&s.on[i]&(l[i]|r[i]) != 0 {
			return true
		}
	}
	return false
}

// namedBefore reports whether a word in the n bytes before start names the
// kind.
func (s *sweep) namedBefore(k kid, start int, n uint32) bool {
	s.lookAround(start, start)
	return s.namedLeft(k, start, n)
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
		for ; i < to && partOfWord(text[i]) && markLength(text, i) == 0; i++ {
			h = (h ^ fold(text, i)) * fnvPrime
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
		n.prev, n.from = h, start
	}
	return to
}

// note enters what the word or phrase at start names.
func (n *surroundings) note(e *compiled, h uint64, start int, left bool) {
	w, ok := e.words.find(h)
	if !ok {
		return
	}
	if !left {
		n.right.merge(&w)
		return
	}
	n.left.merge(&w)
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
