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
	case "yo", "yrs", "ans", "años", "anni", "anos":
		return end
	case "years", "year", "jahre", "jaar", "lat":
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
		}, words: "born|birth|birthday|birthdate|dob|geboren|geburtsdatum|geburtstag|geb|naissance|né|née|nacimiento|nacido|nacida|nato|nata|nascita|nascimento|" +
			"nascido|nascida|geboortedatum|urodzenia|urodzony|urodzona"},
		{Info: Info{
			"AGE", "", "a number up to 120 with words for an age", "", "best effort", "34 years old", false,
		}, words: "age|aged|alter|âge|edad|età|idade|leeftijd|wiek"},
	}
}
