package pii

import "strings"

// street tries the word w as the one of an address that says "street": after
// the name as in English ("14 Crown Street"), before it as in the Romance
// languages and Polish ("rue de la Paix 3"), or at the end of it as in German,
// Dutch and the Nordic languages ("Lindenstraße 5"). A number must stand before
// or after.
func (s *sweep) street(w *word) {
	if w.class == numeral {
		return
	}
	start, end := 0, 0
	switch {
	case s.postBox(w, &end):
		start = w.start
	case w.means(s.text)&isWay != 0 && s.wayFirst(w, &start, &end):
	case w.means(s.text)&isStreet != 0 && w.class != lowerWord && s.streetLast(w, &start, &end):
	case w.class != lowerWord && w.end-w.start > 5 && streetEnding(s.text[w.start:w.end]) && s.streetInside(w, &start, &end):
	default:
		return
	}
	s.tell(start, s.addressTail(w.start, end), kStreet, 0.7)
}

// postBox reads "P.O. Box 12", "PO Box 12" and "Postfach 12".
func (s *sweep) postBox(w *word, end *int) bool {
	text, at := s.text, w.end
	if text[w.start]|0x20 != 'p' {
		return false
	}
	switch {
	case w.is(text, "postfach", "postbus"):
	case w.is(text, "po"), w.is(text, "p") && strings.HasPrefix(text[w.end:], ".O"):
		for k := 0; k < 4 && at < len(text) && (text[at] == '.' || text[at] == 'O' || text[at] == ' '); k++ {
			at++
		}
		box := readWord(text, at)
		if !box.is(text, "box") {
			return false
		}
		at = box.end
	default:
		return false
	}
	n := readWord(text, at)
	*end = n.end
	return n.class == numeral && n.start-at == 1
}

// streetLast walks back from "Street" over the words of its name to the number.
func (s *sweep) streetLast(w *word, start, end *int) bool {
	next := w.start
	for k := range len(s.words.back) {
		b := s.words.last(k)
		if next-b.end > 1 && b.class != sign {
			return false
		}
		switch class := b.class; {
		case class == numeral:
			if k == 0 {
				return false
			}
			*start, *end = b.start, w.end
			if w.end < len(s.text) && s.text[w.end] == '.' && w.is(s.text, "st", "rd", "ave", "av", "blvd", "ln", "dr", "ct", "pl", "sq", "hwy", "pkwy", "cir", "trl") {
				*end++
			}
			return true
		case class == nameWord && b.means(s.text)&isOrdinary == 0, class == capsWord, b.means(s.text)&isParticle != 0:
		default:
			return false
		}
		next = b.start
	}
	return false
}

// wayFirst reads the words after "rue" or "Calle" and the number before or
// after them.
func (s *sweep) wayFirst(w *word, start, end *int) bool {
	text, b, c := s.text, s.words.last(0), s.words.last(1)
	*start = w.start
	before := b.class == numeral && w.start-b.end <= 1
	if b.isSign(text, ",") && c.class == numeral {
		before = true
		*start = c.start
	} else if before {
		*start = b.start
	}
	at, names := w.end, 0
	if at < len(text) && text[at] == '.' {
		at++
	}
	for range 6 {
		n := readWord(text, at)
		switch {
		case n.start-at > 1, n.end-w.start > proseReach:
			n.class = atEnd
		case n.class == numeral && names > 0:
			*end = n.end
			return true
		case n.isSign(text, ",") && names > 0:
			if after := readWord(text, n.end); after.class == numeral && !before && after.end-after.start < 5 {
				*end = after.end
				return true
			}
			n.class = atEnd
		}
		if n.class != nameWord && n.class != capsWord && n.means(s.text)&isParticle == 0 && !n.is(text, "l", "d", "des", "n", "nº") {
			break
		}
		if n.class == nameWord || n.class == capsWord {
			names++
			*end = n.end
		}
		at = n.end
	}
	return before && names > 0
}

// streetEnding knows how names of streets end where the word for street is part
// of them.
func streetEnding(w string) bool {
	for e := range strings.FieldsSeq("straße strasse str weg platz gasse allee damm ufer steig chaussee straat laan plein gracht kade singel vägen gatan gata vej gade veien " +
		"katu tie utca") {
		if strings.HasSuffix(w, e) && len(w) > len(e)+2 {
			return true
		}
	}
	return false
}

// streetInside reads the number after "Lindenstraße", and the words before it
// that belong to it ("Alte Lindenstraße").
func (s *sweep) streetInside(w *word, start, end *int) bool {
	at := w.end
	if at < len(s.text) && s.text[at] == '.' {
		at++
	}
	n := readWord(s.text, at)
	*start, *end = w.start, n.end
	return n.class == numeral && n.start-at == 1 && n.end-n.start < 9
}

// addressTail reads what may follow the street: the part of the building, the
// postcode and the town, as far as the reach goes from the street.
func (s *sweep) addressTail(from, end int) int {
	text, bound := s.text, from+reachRight-8
	at, gaps := end, 0
	for end < bound {
		w := readWord(text, at)
		if w.end > bound || w.class == atEnd {
			return end
		}
		if w.isSign(text, ",") || w.class == lineEnd {
			if gaps++; gaps > 2 {
				return end
			}
			at = w.end
			continue
		}
		switch {
		case w.means(s.text)&isUnit != 0:
			at = w.end
			if at < len(text) && text[at] == '.' {
				at++
			}
			n := readWord(text, at)
			if n.class != numeral {
				return end
			}
			at, end, gaps = n.end, n.end, 0
			continue
		case w.class == numeral && w.end-w.start >= 4 && w.end-w.start <= 10:
			if gaps == 0 && w.start-at > 1 {
				return end
			}
		case w.class == capsWord && gaps > 0, w.class == nameWord && gaps > 0 && w.means(s.text)&isOrdinary == 0:
		case (w.class == nameWord || w.class == capsWord) && w.start-at == 1 && at != end-1 && isDigit(text[end-1]) && end-at == 0 && w.means(s.text)&isOrdinary == 0 && townAfterCode(text, end):
		default:
			return end
		}
		at, end, gaps = w.end, w.end, 0
	}
	return end
}

// townAfterCode reports whether the number that ends at i is long enough to be
// a postcode, which a town may follow.
func townAfterCode(text string, i int) bool {
	n := 0
	for n < i && isDigit(text[i-n-1]) {
		n++
	}
	return n == 4 || n == 5 || n == 3 && i > 5 && text[i-4] == '-' && isDigit(text[i-5]) // "00-549"
}

// mayBeWay reports whether a word in small letters may begin an address. It
// saves looking up every word of a text.
func mayBeWay(w string) bool {
	switch w {
	case "rue", "avenue", "boulevard", "place", "chemin", "impasse", "allée", "quai", "route", "via", "viale", "piazza", "corso", "vicolo", "largo",
		"calle", "avenida", "avda", "plaza", "paseo", "carrer", "camino", "rua", "travessa", "praça", "alameda", "estrada", "ul", "ulica", "al", "aleja",
		"pl", "plac", "os", "osiedle", "p", "po", "postfach", "postbus":
		return true
	}
	return false
}
