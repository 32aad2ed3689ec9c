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
	b, c, text := s.words.last(0), s.words.last(1), s.text
	if b.isSign(text, ":") {
		return c.is(text, "city", "town", "country", "ort", "stadt", "ville", "ciudad", "città", "cidade", "stad", "miasto", "where", "wohnort")
	}
	if !b.is(text, "in", "from", "to", "at", "à", "en", "a", "em", "w", "nach", "aus", "near", "of") {
		return false
	}
	return c.is(text, "live", "lives", "lived", "living", "born", "based", "moved", "here", "moving", "grew", "up", "raised", "originally", "travelling", "traveling", "travel",
		"flew", "fly", "flying", "trip", "city", "town", "resident", "wohne", "wohnt", "wohnen", "geboren", "lebe", "lebt", "habite", "habitons", "né", "née", "vis", "vivo", "vive",
		"nacido", "nací", "abito", "vivo", "nato", "nata", "moro", "mora", "nasci", "woon", "woont", "mieszkam", "mieszka")
}
