package pii

import "strings"

// person tries the word w, which begins with a capital, as the first of a
// person's name.
func (s *sweep) person(w *word) {
	titled, sure := s.titled(), false
	if w.class == capsWord && !titled {
		return
	}
	if w.means(s.text)&(isOrdinary|isTitle) != 0 && !(titled && w.means(s.text)&isMaybe != 0) {
		return
	}
	introduced := s.introduced(&sure)
	n := s.readName(w)
	if n.body {
		return // a firm, a street, a bridge
	}
	score := 0.0
	switch {
	case titled:
		score = 0.8
	case introduced && (sure || n.count > 1 || w.means(s.text)&(isGiven|isMaybe) != 0):
		score = 0.75
	case w.means(s.text)&isGiven != 0 && n.count > 1:
		score = 0.7
	case n.count > 1 && (n.family || w.means(s.text)&isMaybe != 0 && n.initial):
		score = named
	case w.means(s.text)&isGiven != 0 && w.means(s.text)&isPlace == 0:
		score = 0.55
	case n.count == 1 && n.family && familyEnding(s.text[w.start:w.end], soleEndings):
		score = 0.55
	}
	if score > 0 {
		s.tell(w.start, n.end, kPerson, score)
	}
}

// name is a row of words that may be a person's name.
type name struct {
	end     int
	count   int  // words with a capital, initials not among them
	initial bool // "Ann B. Miller"
	family  bool // the last word is a family name, or ends as many do
	body    bool // the next word says that it is no person
}

// maxName is how many words a name has at most.
const maxName = 5

// readName reads the name that begins with w.
func (s *sweep) readName(w *word) name {
	n := name{end: w.end, count: 1}
	last, at := *w, w.end
	for range maxName - 1 {
		next := readWord(s.text, at)
		if next.start-at > 1 || next.end-w.start > proseReach {
			break
		}
		if next.class == nameWord && next.end-next.start == 1 {
			n.initial = true
			at = next.end
			if at < len(s.text) && s.text[at] == '.' {
				at++
			}
			continue
		}
		if next.means(s.text)&isParticle != 0 && next.start > at {
			after := readWord(s.text, next.end)
			if after.means(s.text)&isParticle != 0 {
				after = readWord(s.text, after.end)
			}
			if after.class != nameWord || after.means(s.text)&isOrdinary != 0 {
				break
			}
			next = after
			if next.end-w.start > proseReach {
				break
			}
		}
		if next.class != nameWord || next.start == at || next.means(s.text)&isOrdinary != 0 && next.means(s.text)&(isSurname|isMaybe) == 0 {
			break
		}
		if next.means(s.text)&(isBody|isStreet) != 0 && next.means(s.text)&(isSurname|isGiven) == 0 {
			n.body = true
			break
		}
		last, at = next, next.end
		n.end = next.end
		n.count++
	}
	if next := readWord(s.text, n.end); !n.body && next.start-n.end == 1 && next.class >= nameWord && next.class <= capsWord {
		n.body = next.means(s.text)&isBody != 0
	}
	n.family = last.means(s.text)&(isSurname|isGiven) != 0 && n.count > 1 || familyEnding(s.text[last.start:last.end], nameEndings)
	return n
}

// nameEndings are endings of family names; soleEndings those that tell one that
// stands alone.
const (
	nameEndings = "son sson sen dóttir ová ski ska cki wicz czyk enko chuk ov ova ev eva in ina vich vić ić čič escu poulos idis akis ez ini elli etti ini " +
		"mann berger bauer meyer stein feld bach hofer dijk stra sma inen änen yan ian oğlu ström berg gren qvist kvist lund holm"
	soleEndings = "sson dóttir ová enko vich poulos oğlu escu wicz czyk qvist ović ević"
)

// familyEnding reports whether the word has one of the endings and something
// before it.
func familyEnding(w, endings string) bool {
	for e := range strings.FieldsSeq(endings) {
		if len(w) > len(e)+2 && strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}

// titled reports whether the word being read follows a title.
func (s *sweep) titled() bool {
	p, text := &s.words, s.text
	t, dot := p.last(0), false
	if t.isSign(text, ".") {
		t, dot = p.last(1), true
	}
	// "pan", "sir" and the like in small letters are words.
	return t.means(s.text)&isTitle != 0 && (t.class != lowerWord || dot && t.end == p.last(0).start || t.is(text, "mr", "mrs", "ms", "dr", "frau", "herr", "mme", "monsieur", "madame"))
}

// introduced reports whether words before the one being read announce a name.
// Sure says that nothing else follows such words.
func (s *sweep) introduced(sure *bool) bool {
	p, text := &s.words, s.text
	k := 0
	colon := false
	for k < 4 && (p.last(k).class == lineEnd || p.last(k).isSign(text, ":\"'>?*")) {
		colon = colon || p.last(k).isSign(text, ":?")
		k++
	}
	w, v := p.last(k), p.last(k+1)
	if w.class != lowerWord && w.class != nameWord && w.class != capsWord || w.end-w.start > 10 {
		return false
	}
	b, n := lowered(text[w.start:w.end])
	switch last := string(b[:n]); {
	case colon:
		*sure = announces(last)
		return *sure || isParty(last)
	case k > 0:
		return false
	case isIs(last):
		*sure = v.is(text, "name", "naam", "nombre", "nome", "nom")
		return *sure || v.is(text, "this", "hier", "das", "c'", "questo")
	case last == "się" && v.is(text, "nazywam"), last == "imię" && v.is(text, "na"), isNamed(last):
		*sure = true
		return true
	default:
		return greets(last)
	}
}

// announces knows what stands before a colon and a name.
func announces(w string) bool {
	switch w {
	case "name", "nombre", "nome", "nom", "naam", "nazwisko", "imię", "by", "kontakt", "attn", "signed":
		return true
	}
	return false
}

// isParty knows what stands before a colon and often a name.
func isParty(w string) bool {
	switch w {
	case "contact", "user", "customer", "from", "to", "kunde", "cliente", "client":
		return true
	}
	return false
}

func isIs(w string) bool {
	switch w {
	case "is", "ist", "est", "es", "è", "é":
		return true
	}
	return false
}

func isNamed(w string) bool {
	switch w {
	case "named", "called", "heiße", "heisse", "heißt", "m'appelle", "llamo", "chiamo", "chamo", "heet", "nazywam":
		return true
	}
	return false
}

// greets knows words that a name often follows.
func greets(w string) bool {
	switch w {
	case "dear", "liebe", "lieber", "cher", "chère", "querido", "querida", "estimado", "estimada", "caro", "cara", "beste", "geachte", "drogi", "droga",
		"hi", "hey", "hello", "hallo", "hola", "bonjour", "ciao", "olá", "cześć", "i'm", "am", "bin", "suis", "soy", "sono", "sou", "ben", "jestem",
		"name", "says", "said", "regards", "sincerely", "friend", "wife", "husband", "brother", "sister", "mother", "father", "him":
		return true
	}
	return false
}
