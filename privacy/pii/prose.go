package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names, places and streets have no check digit and often no digit at all. They
// are looked for only when asked for, in a walk of its own over the words of the
// text, by what stands around them (see names.go, places.go, streets.go). It is
// best effort: a guard that must not miss a name needs a model beside it.

// prose is that walk.
type prose struct {
	on   bool
	at   int     // how far it has come
	back [8]word // the last words, in a ring
	n    int     // how many words there were
	from int     // where the word being tried starts
	past int     // words before it are inside a finding of the walk
}

// last returns the k-th of the last words, 0 the latest; none where it is out
// of reach.
func (p *prose) last(k int) *word {
	if w := &p.back[(p.n-1-k)&7]; w.class != atEnd && p.from-w.start < reachLeft {
		return w
	}
	return &nothing
}

// nothing is the word where there is none. It is never written to: a word of
// class atEnd means nothing.
var nothing = word{known: true}

// word is a word, a number or a sign of a text.
type word struct {
	start, end int
	class      byte
	known      bool     // the lexicon has been asked
	said       meanings // what it says
}

// means returns what the lexicon says of the word.
func (w *word) means(text string) meanings {
	if !w.known {
		w.known = true
		if w.class >= lowerWord && w.class <= capsWord {
			v := text[w.start:w.end]
			if w.said = lexicon().find(v); w.said == 0 {
				if i := strings.IndexByte(v, '-'); i > 0 { // "Karl-Heinz"
					w.said = lexicon().find(v[:i]) & isGiven
				}
			}
		}
	}
	return w.said
}

const (
	atEnd     = iota
	lowerWord // begins with a small letter, or a script without capitals
	nameWord  // begins with a capital, not all are
	capsWord  // two or more, all of them capitals
	numeral   // "14", "14b", "12-14"
	sign
	lineEnd
)

const (
	// longestWord bounds what is read as one word.
	longestWord = 40
	// spaceless is where the scripts begin that put no spaces between words.
	spaceless = 0x2E80
	// proseReach bounds, from the first word on, what a finding of this walk may
	// look at but for the end of an address.
	proseReach = 64
)

// readWord returns the word at i or after the spaces there.
func readWord(text string, i int) word {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	if i >= len(text) {
		return word{start: len(text), end: len(text)}
	}
	c := text[i]
	switch {
	case c == '\n':
		return word{start: i, end: i + 1, class: lineEnd}
	case isDigit(c):
		return readNumeral(text, i)
	case c < 0x80 && !isLetter(c):
		return word{start: i, end: i + 1, class: sign}
	}
	if i > 0 && text[i-1] == '\\' && escape(c) {
		return word{start: i, end: i + 1, class: lineEnd} // "\nEmilie" inside JSON
	}
	first, size := rune(c), 1
	if c >= 0x80 {
		first, size = utf8.DecodeRuneInString(text[i:])
	}
	if c >= 0x80 && (!unicode.IsLetter(first) || first >= spaceless) {
		return word{start: i, end: i + size, class: sign}
	}
	end, small := i, false
	for end < len(text) && end-i < longestWord {
		c := text[end]
		if c < 0x80 {
			if !isLetter(c) && (c != '-' && c != '\'' || !joins(text, end) && !joinsSmall(text, i, end)) {
				break
			}
			small = small || c >= 'a'
			end++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[end:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) || r >= spaceless {
			if r != '’' || !joins(text, end+n-1) {
				break
			}
		}
		small = small || unicode.IsLower(r)
		end += n
	}
	class := byte(lowerWord)
	if c < 'a' || c >= 0x80 && unicode.IsUpper(first) {
		class = nameWord
		if !small && end-i > size {
			class = capsWord
		}
	}
	return word{start: i, end: end, class: class}
}

// joins reports whether the sign at i is part of a word, as in "O'Neil" and
// "Jean-Pierre" but not in "Ann's".
func joins(text string, i int) bool {
	if text[i] != '-' && text[i] != '\'' && text[i] < 0x80 || i+1 >= len(text) {
		return false
	}
	r, n := utf8.DecodeRuneInString(text[i+1:])
	if !unicode.IsLetter(r) {
		return false
	}
	if text[i] == '-' {
		return unicode.IsUpper(r)
	}
	return (r|0x20 != 's') || i+1+n < len(text) && isLetter(text[i+1+n])
}

// joinsSmall reports whether the hyphen at i joins two syllables of a Korean given
// name, the second in small letters: "Ji-won".
func joinsSmall(text string, start, i int) bool {
	if text[i] != '-' || text[start]-'A' > 25 || i-start < 2 || i-start > 6 {
		return false
	}
	end := i + 1
	for end < len(text) && end-i < 8 && text[end]-'a' < 26 {
		end++
	}
	return end-i > 2 && end-i < 7 && !wordAfter(text, end) && (end == len(text) || text[end] != '-')
}

// readNumeral reads the number at i with a letter or a second number after it.
func readNumeral(text string, i int) word {
	end := i
	for end < len(text) && isDigit(text[end]) && end-i < longestWord {
		end++
	}
	if end < len(text) && isLetter(text[end]) && !wordAfter(text, end+1) {
		end++
	}
	if end+1 < len(text) && (text[end] == '-' || text[end] == '/') && isDigit(text[end+1]) {
		end++
		for end < len(text) && isDigit(text[end]) && end-i < longestWord {
			end++
		}
	}
	return word{start: i, end: end, class: numeral}
}

// walkTo reads the words that start before to.
func (s *sweep) walkTo(to int) {
	p := &s.words
	for p.at < to {
		w := readWord(s.text, p.at)
		if w.class == atEnd {
			p.at = w.end
			return
		}
		p.at, p.from = w.end, w.start
		switch {
		case w.class < lowerWord || w.class > capsWord || w.start < p.past:
		case w.class == lowerWord:
			if s.on.has(kStreet) && mayBeWay(s.text[w.start:w.end]) {
				s.street(&w)
			}
			if s.on.has(kPerson) {
				s.smallName(&w)
			}
		default:
			s.capital(&w)
		}
		p.back[p.n&7] = w
		p.n++
	}
}

// capital tries the word w, which begins with a capital.
func (s *sweep) capital(w *word) {
	if s.on.has(kStreet) {
		s.street(w)
	}
	if w.class == capsWord && s.on.has(kBIC) {
		s.bic(*w)
	}
	if s.on.has(kPerson) && w.start >= s.words.past {
		s.person(w)
	}
	if s.on.has(kLocation) && w.start >= s.words.past {
		s.place(w)
	}
}

// tell adds what the walk has found.
func (s *sweep) tell(start, end int, k kid, score float64) {
	if wordBefore(s.text, start) || wordAfter(s.text, end) {
		return // "9Reykjavík"
	}
	if s.fills(start, end) {
		score = max(score, named)
	}
	if s.put(start, end, k, score) {
		s.words.past = end
	}
}

// is reports whether w is the word v, written in small letters.
func (w *word) is(text string, v ...string) bool {
	b, n := lowered(text[w.start:w.end])
	for _, one := range v {
		if string(b[:n]) == one {
			return true
		}
	}
	return false
}

// isSign reports whether w is one of the signs.
func (w *word) isSign(text, signs string) bool {
	if w.class != sign || w.end != w.start+1 {
		return false
	}
	for i := range len(signs) {
		if text[w.start] == signs[i] {
			return true
		}
	}
	return false
}

// lowered returns v in small letters, cut to what a word of the lexicon needs.
func lowered(v string) (b [longestWord + 4]byte, n int) {
	for _, r := range v {
		if n > longestWord {
			break
		}
		if r < 0x80 {
			if r-'A' < 26 && r >= 'A' {
				r |= 0x20
			}
			b[n] = byte(r)
			n++
			continue
		}
		n += utf8.EncodeRune(b[n:], unicode.ToLower(r))
	}
	return b, n
}

// guesses lists the kinds that this walk finds. They are best effort and off
// unless asked for.
func guesses() []rule {
	return []rule{
		{Info: Info{
			"PERSON", "", "a name after a title or an introduction, a listed given name, an ending of family names, in eight languages", "",
			"best effort; given names of the stdlib datasets (CC0)", "Emilie Schneider", false,
		}},
		{Info: Info{
			"LOCATION", "", "a country or large city of a list, or a name after words such as \"lives in\"", "", "best effort", "Reykjavík", false,
		}},
		{Info: Info{
			"STREET_ADDRESS", "", "a street with its number, then part of the building, postcode and town, in eight languages; post boxes", "", "best effort", "14 Crown Street", false,
		}},
		{Info: Info{
			"BIC", "", "4 letters, country, 2 characters, often 3 more; a word must stand near", "country in use", "ISO 9362", "ZZZZDEFFXXX", false,
		}, words: "bic|swift|swiftcode|bankleitzahl"},
	}
}
