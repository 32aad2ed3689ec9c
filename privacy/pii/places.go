package pii

// place tries the word w as the name of a country or a city: one of the list,
// or one that words before it announce.
func (s *sweep) place(w *word) {
	if w.class == lowerWord {
		return
	}
	end, listed := w.end, w.means(s.text)&isPlace != 0
	// The longest name of the list that starts here, of up to four words.
	at := w.end
	rest := *w
	for range 3 {
		next := readWord(s.text, at)
		if next.start-at != 1 || next.end-w.start > proseReach || next.class != nameWord && next.class != capsWord && next.means(s.text)&isParticle == 0 && !next.is(s.text, "of", "and") {
			break
		}
		rest, at = next, next.end
		if lexicon().find(s.text[w.start:at])&isPlace != 0 {
			end, listed = at, true
		}
	}
	if listed {
		if next := readWord(s.text, end); next.start-end == 1 && next.class == nameWord && next.means(s.text)&(isBody|isStreet) != 0 {
			return
		}
		s.tell(w.start, end, kLocation, named)
		return
	}
	if w.means(s.text)&isOrdinary != 0 || !s.placeAnnounced() {
		return
	}
	if rest.class != lowerWord && rest.means(s.text)&(isOrdinary|isBody) == 0 {
		end = rest.end
	}
	s.tell(w.start, end, kLocation, named)
}

// placeAnnounced reports whether words before the one being read announce where
// somebody lives or goes.
func (s *sweep) placeAnnounced() bool {
	p, text := &s.words, s.text
	k := 0
	for k < 4 && p.last(k).isSign(text, ":\"'>") {
		k++
	}
	b, c := p.last(k), p.last(k+1)
	if k > 0 {
		return (k > 1 || p.last(0).isSign(text, ":")) && b.is(text, "city", "town", "country", "ort", "stadt", "ville", "ciudad", "città", "cidade", "stad", "miasto", "where", "wohnort",
			"birthplace", "geburtsort", "woonplaats", "plaats", "localité", "località", "localidad", "localidade", "land", "pays", "país", "paese", "kraj")
	}
	if !b.is(text, "in", "from", "to", "at", "à", "en", "a", "em", "w", "nach", "aus", "near", "of", "te") {
		return false
	}
	if c.class == numeral { // "geboren am 3. März 1987 in", "né le 5 janvier 1969 à"
		for k := 2; k < 7; k++ {
			if p.last(k).is(text, "born", "geboren", "né", "née", "nacido", "nacida", "nato", "nata", "nascido", "nascida", "urodzony", "urodzona") {
				return true
			}
		}
		return false
	}
	return c.is(text, "live", "lives", "lived", "living", "born", "based", "moved", "here", "moving", "grew", "up", "raised", "originally", "travelling", "traveling", "travel",
		"flew", "fly", "flying", "trip", "city", "town", "resident", "wohne", "wohnt", "wohnen", "wohnhaft", "geboren", "lebe", "lebt", "habite", "habitons", "né", "née", "vis", "vivo", "vive",
		"nacido", "nací", "abito", "vivo", "nato", "nata", "moro", "mora", "nasci", "woon", "woont", "mieszkam", "mieszka")
}
