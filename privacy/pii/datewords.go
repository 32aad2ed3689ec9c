package pii

import "strings"

// wordAt returns the word of letters at i, in lower case and cut to sixteen
// bytes, and where it ends.
func wordAt(text string, i int) (b [16]byte, n, end int) {
	for end = i; end < len(text) && end-i < 16 && partOfWord(text[end]) && markLength(text, end) == 0; end++ {
		b[n] = byte(fold(text, end))
		n++
	}
	return b, n, end
}

// monthName returns where the month named at i ends, i if none is: full names
// and usual abbreviations in eight languages.
func monthName(text string, i int) int {
	b, n, end := wordAt(text, i)
	switch string(b[:n]) {
	case "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "may",
		"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
		"januar", "jänner", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "okt", "dez", "mär",
		"janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
		"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
		"gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre",
		"janeiro", "fevereiro", "março", "maio", "junho", "julho", "setembro", "outubro", "novembro", "dezembro",
		"januari", "februari", "maart", "mei", "augustus",
		"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia":
		return end
	}
	return i
}

// ageWords returns where the words for an age end that start at i, i if there
// are none: "years old", "year-old", "Jahre alt", "ans", "años" and the like.
func ageWords(text string, i int) int {
	b, n, end := wordAt(text, i)
	switch string(b[:n]) {
	case "y":
		if strings.HasPrefix(text[end:], "/o") && !wordAfter(text, end+2) {
			return end + 2
		}
		return i
	case "yo", "yrs", "ans", "años", "anni", "anos", "jährig", "jährige", "jähriger", "jährigen":
		return end
	case "lat", "jaar": // "mam 30 lat", "ik ben 51 jaar"
		if old, k, last := wordAt(text, min(end+1, len(text))); string(old[:k]) == "oud" {
			return last
		}
		if has(text, i) {
			return end
		}
		return i
	case "years", "year", "jahre", "months", "month":
	default:
		return i
	}
	if end >= len(text) || text[end] != ' ' && text[end] != '-' {
		return i
	}
	switch b, n, last := wordAt(text, end+1); string(b[:n]) {
	case "old", "alt", "oud":
		return last
	case "of":
		if last+4 <= len(text) && text[last:last+4] == " age" {
			return last + 4
		}
	}
	return i
}

// wordEnd returns where the last word before i ends, 0 if none is near.
func wordEnd(text string, i int) int {
	for k := 0; k < 4 && i > 0; k++ {
		if partOfWord(text[i-1]) {
			return i
		}
		i--
	}
	return 0
}

// wordBack returns the word that ends before i, in small letters.
func wordBack(text string, i int) (b [longestWord + 4]byte, n, start int) {
	end := wordEnd(text, i)
	for start = end; start > 0 && end-start < 12 && (partOfWord(text[start-1]) || text[start-1] == '\''); {
		start--
	}
	b, n = lowered(text[start:end])
	return b, n, start
}

// has reports whether the word before the number before i says that somebody
// has so many years, as Polish and Dutch put it.
func has(text string, i int) bool {
	for i > 0 && !partOfWord(text[i-1]) {
		i--
		if i > 0 && text[i-1] == '\n' {
			return false
		}
	}
	b, n, _ := wordBack(text, i)
	switch string(b[:n]) {
	case "mam", "ma", "masz", "miał", "miała", "ben", "is", "bent", "wordt":
		return true
	}
	return false
}

// lasts reports whether the years at i to end are how long something takes, or
// how long ago it was.
func lasts(text string, i, end int) bool {
	b, n, start := wordBack(text, i)
	switch string(b[:n]) {
	case "a": // "il y a 42 ans", but "elle a 42 ans"
		b, n, _ = wordBack(text, start)
		return string(b[:n]) == "y"
	case "hace", "há", "depuis", "pendant", "durante", "por", "per", "après", "tras", "dopo", "dentro", "dans", "in", "für", "seit", "vor", "od", "przez", "sinds":
		return true
	}
	if end+1 >= len(text) || text[end] != ' ' {
		return false
	}
	next, k, last := wordAt(text, end+1)
	switch string(next[:k]) {
	case "fa", "atrás", "plus", "temu", "geleden", "later":
		return true
	case "de", "di":
		next, k, _ = wordAt(text, min(last+1, len(text)))
		switch string(next[:k]) {
		case "edad", "età", "idade":
			return false
		}
		return true
	case "d":
		return true
	}
	return false
}

// ageOfMe reports whether the word that ends at i says "I am" and a sentence or
// half of one ends after the number that ends at p.
func ageOfMe(text string, i, p int) bool {
	b, n, _ := wordBack(text, i)
	switch string(b[:n]) {
	case "i'm", "im", "i’m", "bin", "am":
	default:
		return false
	}
	if p == len(text) {
		return true
	}
	if c := text[p]; c == ',' || c == '!' || c == '.' && (p+1 == len(text) || !isDigit(text[p+1])) {
		return true
	}
	next, k, _ := wordAt(text, min(p+1, len(text)))
	return string(next[:k]) == "and" || string(next[:k]) == "und"
}

// ageLabel reports whether the word that ends at i announces an age.
func ageLabel(text string, i int) bool {
	start := i
	for start > 0 && i-start < 10 && partOfWord(text[start-1]) {
		start--
	}
	b, n, _ := wordAt(text, start)
	if string(b[:n]) == "of" && start > 3 && text[start-1] == ' ' { // "at the age of 61"
		i, start = start-1, start-4
		b, n, _ = wordAt(text[:i], start)
	}
	switch string(b[:n]) {
	case "turned", "age", "aged", "alter", "âge", "edad", "età", "idade", "leeftijd", "wiek":
		return true
	}
	return false
}

// dates lists the kinds of dates and ages. They are in every text and are off
// unless asked for.
func dates() []rule {
	return []rule{
		{Info: Info{
			"DATE_TIME", "", "a day in numbers or with the month's name in eight languages; time stamps", "the day exists in the month",
			"ISO 8601, RFC 3339", "2024-03-15T14:30:00Z", false,
		}},
		{Info: Info{
			"DATE_OF_BIRTH", "", "a date with a word for birth near it", "the day exists in the month", "ISO 8601", "12.05.1980", false,
		}, words: "born|birth|birthday|birthdate|dob|d o|geboren|geburtsdatum|geburtstag|geb|naissance|né|née|nacimiento|nacido|nacida|nato|nata|nascita|nascimento|" +
			"nascido|nascida|geboortedatum|urodzenia|urodzony|urodzona"},
		{Info: Info{
			"AGE", "", "a number up to 120 with words for an age", "", "best effort", "34 years old", false,
		}, words: "age|aged|alter|âge|edad|età|idade|leeftijd|wiek"},
	}
}
