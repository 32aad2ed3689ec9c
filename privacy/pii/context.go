package pii

import "strings"

// Words are compared by a 64-bit FNV-1a hash of their lower-case letters; a
// phrase of two words by the hash of both with a space between.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	// wordsLeft and wordsRight bound how far a word may stand from what it names.
	wordsLeft  = reachLeft
	wordsRight = 32
)

// addWords enters the word or the first two words of a phrase.
func (e *compiled) addWords(k kid, phrase string) {
	h, words := uint64(0), 0
	for w := range strings.FieldsSeq(phrase) {
		if words++; words > 2 {
			break
		}
		if words == 1 {
			h = fnvOffset
		} else {
			h = (h ^ ' ') * fnvPrime
		}
		for i := 0; i < len(w); i++ {
			h = (h ^ uint64(w[i])) * fnvPrime
		}
	}
	if words == 0 {
		return
	}
	s := e.words[h]
	s.add(k)
	e.words[h] = s
}

// named reports whether a word near start:end names the kind.
func (s *sweep) named(k kid, start, end int) bool {
	if s.ctxStart != start || s.ctxEnd != end {
		s.ctxStart, s.ctxEnd = start, end
		s.ctx = set{}
		s.readWords(max(0, start-wordsLeft), start)
		s.readWords(end, min(len(s.text), end+wordsRight))
	}
	return s.ctx.has(k)
}

// readWords collects what the words in text[from:to] name. A word cut off by
// the left bound does not count, so that no decision depends on more than the
// reach.
func (s *sweep) readWords(from, to int) {
	text := s.text
	i := from
	if i > 0 && i < to {
		for i < to && partOfWord(text[i]) {
			i++
		}
	}
	var prev uint64
	for i < to {
		if !partOfWord(text[i]) {
			i++
			continue
		}
		if n := markLength(text, i); n > 0 {
			i += n
			continue
		}
		alone, pair := uint64(fnvOffset), (prev^' ')*fnvPrime
		start := i
		for ; i < to && partOfWord(text[i]) && markLength(text, i) == 0; i++ {
			c := fold(text, i)
			alone = (alone ^ c) * fnvPrime
			pair = (pair ^ c) * fnvPrime
		}
		if i-start < 2 && prev == 0 {
			prev = alone
			continue
		}
		if w, ok := s.eng.words[alone]; ok {
			s.ctx.merge(&w)
		}
		if prev != 0 {
			if w, ok := s.eng.words[pair]; ok {
				s.ctx.merge(&w)
			}
		}
		prev = alone
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
	case c == 0xC2:
		return 2
	case c == 0xE2, c == 0xEF, c == 0xE3 && i+1 < len(text) && text[i+1] == 0x80:
		return 3
	}
	return 0
}

// namedBefore reports whether a word in the n bytes before start names the
// kind.
func (s *sweep) namedBefore(k kid, start, n int) bool {
	s.ctxStart, s.ctx = -1, set{}
	s.readWords(max(0, start-n), start)
	return s.ctx.has(k)
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
