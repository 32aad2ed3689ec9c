package pii

import "strings"

// date tries the digits of group a as the beginning of a date or a time stamp,
// and as an age. Dates of birth are dates with a word for birth near them.
func (s *sweep) date(a int) {
	g := &s.c.g[a]
	if !isDigit(s.text[g.start]) || wordBefore(s.text, g.start) {
		return
	}
	if a == 0 && s.c.left != sepNone && s.c.left != sepSpace || a > 0 && s.c.g[a].sep != sepSpace && s.c.g[a].sep != sepWide && !s.c.g[a-1].letter {
		return
	}
	s.age(g.start)
	if g.n == 8 && s.on.has(kBirth) && plainDate(s.c.id(a, a)) && s.namedBefore(kBirth, g.start, wordsClose) {
		s.put(g.start, g.end, kBirth, 0.8) // "dob": "19760305"
		return
	}
	start, end, score := readDate(s.text, g.start)
	if end == start {
		return
	}
	if s.on.has(kBirth) {
		birth := 0.2
		if s.namedBefore(kBirth, start, wordsClose) {
			birth = 0.8
		} else if s.fills(start, end) {
			birth = named
		}
		s.put(start, end, kBirth, birth)
	}
	if s.on.has(kDate) {
		s.report(kDate, start, end, score)
	}
}

// plainDate reports whether eight digits are a day since 1900.
func plainDate(v id) bool {
	return v.num(0, 4) >= 1900 && v.num(0, 4) < 2100 && validDate(v.num(0, 4), v.num(4, 6), v.num(6, 8))
}

// readDate reads the date around the number at i. It returns an empty range
// where there is none.
func readDate(text string, i int) (start, end int, score float64) {
	first, p := shortNumber(text, i)
	if p-i == 4 {
		if end := readISO(text, i); end > i {
			if end-i > 10 {
				return i, end, 0.8
			}
			return i, end, named
		}
	}
	if p-i <= 2 {
		if end := readNumeric(text, i, p, first); end > i {
			return i, end, named
		}
		if end := readDayMonth(text, p); end > p && first >= 1 && first <= 31 {
			return i, end, named
		}
	}
	return readMonthFirst(text, i, p, first)
}

// shortNumber reads up to four digits at i.
func shortNumber(text string, i int) (n, end int) {
	end = i
	for end < len(text) && end-i < 5 && isDigit(text[end]) {
		n = n*10 + int(text[end]-'0')
		end++
	}
	return n, end
}

// readISO reads YYYY-MM-DD, also with '/' or '.', and the time after it
// (ISO 8601, RFC 3339).
func readISO(text string, i int) int {
	p := i + 4
	if i+8 > len(text) || p >= len(text) || text[p] != '-' && text[p] != '/' && text[p] != '.' {
		return i
	}
	sep := text[p]
	month, q := shortNumber(text, p+1)
	if q-p > 3 || q >= len(text) || text[q] != sep {
		return i
	}
	day, end := shortNumber(text, q+1)
	year, _ := shortNumber(text, i)
	if end-q > 3 || year < 1000 || !validDate(year, month, day) {
		return i
	}
	if clock := readClock(text, end); clock > end {
		end = clock
	}
	if wordAfter(text, end) || end+1 < len(text) && text[end] == sep && isDigit(text[end+1]) {
		return i
	}
	return end
}

// readClock reads "T14:30:00.123+02:00" or " 14:30" at i.
func readClock(text string, i int) int {
	if i+6 > len(text) || text[i] != 'T' && text[i] != ' ' {
		return i
	}
	hour, p := shortNumber(text, i+1)
	if p-i != 3 || hour > 23 || p >= len(text) || text[p] != ':' {
		return i
	}
	minute, p := shortNumber(text, p+1)
	if minute > 59 {
		return i
	}
	if p < len(text) && text[p] == ':' {
		if second, q := shortNumber(text, p+1); q == p+3 && second <= 60 {
			p = q
		}
		if p+1 < len(text) && text[p] == '.' && isDigit(text[p+1]) {
			p++
			for p < len(text) && isDigit(text[p]) {
				p++
			}
		}
	}
	if p < len(text) && text[p] == 'Z' {
		return p + 1
	}
	if p+5 < len(text) && (text[p] == '+' || text[p] == '-') && isDigit(text[p+1]) && isDigit(text[p+2]) && text[p+3] == ':' && isDigit(text[p+4]) && isDigit(text[p+5]) {
		return p + 6
	}
	return p
}

// readNumeric reads D.M.Y or M/D/Y, the year in two or four digits.
func readNumeric(text string, i, p, first int) int {
	if p >= len(text) || text[p] != '.' && text[p] != '/' && text[p] != '-' {
		return i
	}
	second, q := shortNumber(text, p+1)
	if q == p+1 || q-p > 3 || q >= len(text) || text[q] != text[p] {
		return i
	}
	year, end := shortNumber(text, q+1)
	if n := end - q - 1; n != 2 && n != 4 || n == 4 && (year < 1000 || year > 2999) {
		return i
	}
	if wordAfter(text, end) || end+1 < len(text) && text[end] == text[p] && isDigit(text[end+1]) {
		return i
	}
	if validDate(0, second, first) || validDate(0, first, second) {
		return end
	}
	return i
}

// readDayMonth reads what follows a day: "1st of May 1977", "1. Mai 1977",
// "1 de mayo de 1977", "05-May". It returns p if no month follows.
func readDayMonth(text string, p int) int {
	i := p
	if i+1 < len(text) && isLetter(text[i]) { // st, nd, rd, th, er
		i += 2
	}
	if i < len(text) && (text[i] == '.' || text[i] == '-' || text[i] == 'o') {
		i++
	}
	i = skipWord(text, i, "of", "de", "di")
	if i < len(text) && text[i] == ' ' {
		i++
	}
	end := monthName(text, i)
	if end == i {
		return p
	}
	q := end
	if q < len(text) && (text[q] == '.' || text[q] == ',' || text[q] == '-') {
		q++
	}
	q = skipWord(text, q, "de", "of", "del")
	if q < len(text) && text[q] == ' ' {
		q++
	}
	if year, e := shortNumber(text, q); e-q == 4 && year > 1000 && year < 3000 && !wordAfter(text, e) {
		return e
	}
	return end
}

// skipWord steps over a space and one of the words.
func skipWord(text string, i int, words ...string) int {
	for _, w := range words {
		if len(text) > i+len(w)+1 && text[i] == ' ' && text[i+1:i+1+len(w)] == w && text[i+1+len(w)] == ' ' {
			return i + 1 + len(w)
		}
	}
	return i
}

// readMonthFirst reads "May 1st, 1977", "May 1977" and "May-2021" at the number
// first, which stands at i to p.
func readMonthFirst(text string, i, p, first int) (start, end int, score float64) {
	if i < 4 || text[i-1] != ' ' && text[i-1] != '-' {
		return i, i, 0
	}
	start = i - 1
	if text[start-1] == '.' || text[start-1] == ',' {
		start--
	}
	word := start
	for word > 0 && start-word < 12 && partOfWord(text[word-1]) {
		word--
	}
	if word == start || monthName(text, word) != start {
		return i, i, 0
	}
	if p-i == 4 && first > 1000 && first < 3000 && !wordAfter(text, p) {
		return word, p, named
	}
	if p-i > 2 || first < 1 || first > 31 {
		return i, i, 0
	}
	end = p
	if end+1 < len(text) && isLetter(text[end]) && isLetter(text[end+1]) && !wordAfter(text, end+2) {
		end += 2
	}
	q := end
	for k := 0; k < 2 && q < len(text) && (text[q] == ',' || text[q] == ' '); k++ {
		q++
	}
	if year, e := shortNumber(text, q); e-q == 4 && year > 1000 && year < 3000 && !wordAfter(text, e) {
		end = e
	}
	if wordAfter(text, end) {
		return i, i, 0
	}
	return word, end, named
}

// age tries the number at i as an age: "34 years old", "aged 34".
func (s *sweep) age(i int) {
	n, p := shortNumber(s.text, i)
	if !s.on.has(kAge) || p == i || p-i > 3 || n > 120 || wordAfter(s.text, p) && !strings.HasPrefix(s.text[p:], "yo") {
		return
	}
	q := p
	if q < len(s.text) && (s.text[q] == ' ' || s.text[q] == '-') {
		q++
	}
	if end := ageWords(s.text, q); end > q && !wordAfter(s.text, end) && !lasts(s.text, i, end) {
		s.put(i, end, kAge, named)
		return
	}
	if word := wordEnd(s.text, i); word > 0 && (ageLabel(s.text, word) || ageOfMe(s.text, word, p)) {
		s.put(i, p, kAge, named)
	}
}
