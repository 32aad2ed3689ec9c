package pii

import "strings"

// person tries the word w, which begins with a capital, as the first of a
// person's name.
func (s *sweep) person(w *word) {
	says := w.means(s.text)
	titled, sure := s.titled(), false
	if says&(isOrdinary|isTitle) != 0 && !(titled && says&isMaybe != 0) {
		return
	}
	if w.class == capsWord && !titled && says&(isGiven|isRare) == 0 {
		return
	}
	introduced := s.introduced(&sure)
	n := s.readName(w)
	if n.body || identifier(s.text[w.start:w.end]) {
		return // a firm, a street, a bridge; a name in a program
	}
	if sure && s.keyed && says == 0 && !n.family {
		return // "name: Install"
	}
	if score := s.scoreName(w, &n, titled, introduced, sure); score > 0 {
		s.tell(w.start, n.end, kPerson, score)
	}
}

// identifier reports whether a word has a capital inside, as names in programs
// have and names of persons only after "Mc", "De" and the like, or a sign.
func identifier(w string) bool {
	for i := 1; i < len(w); i++ {
		if w[i]-'A' < 26 && w[i-1]-'a' < 26 {
			switch w[:i] {
			case "Mc", "Mac", "De", "Di", "Du", "Da", "Del", "Della", "Fitz", "La", "Le", "Van", "Von", "Abd", "Al", "El", "Ibn", "Bin":
			default:
				return true
			}
		}
	}
	return false
}

// scoreName says how much speaks for a person: what stands before the name, then
// what the lists say of its words.
func (s *sweep) scoreName(w *word, n *name, titled, introduced, sure bool) float64 {
	says := w.means(s.text)
	switch {
	case titled:
		return 0.8
	case introduced && (sure || n.count > 1 || says&(isGiven|isMaybe|isRare) != 0):
		return 0.75
	case w.class == capsWord:
		if n.count > 1 {
			return named
		}
		return 0
	case s.signed(n, says):
		return 0.7
	case says&isGiven != 0 && n.count > 1:
		return 0.7
	case n.count > 1 && says == 0 && n.given && s.startsSentence():
		return 0 // "Call Anita": the name begins at the next word
	case n.count > 1 && (n.family || says&isRare != 0 || says&isEastern != 0 && n.count < 4 || says&isMaybe != 0 && n.initial):
		return named
	case n.count == 2 && n.initial: // "Landerico B. Hidalgo"
		return 0.55
	case n.count == 1 && s.placeAnnounced():
		return 0 // "originally from Dolores"
	case says&isGiven != 0 && says&isPlace == 0:
		return 0.55
	case n.count == 1 && says&isRare != 0 && says&isPlace == 0 && s.actsAsPerson(n.end):
		return 0.55
	case n.count == 1 && says == 0 && s.startsSentence() && s.dwells(n.end):
		return 0.55
	case n.count == 1 && n.family && familyEnding(s.text[w.start:w.end], soleEndings):
		return 0.55
	}
	return 0
}

// startsSentence reports whether the word being read is the first of a sentence
// or of a line.
func (s *sweep) startsSentence() bool {
	b := s.words.last(0)
	return b.class == atEnd || b.class == lineEnd || b.isSign(s.text, ".!?:;\"'>*-")
}

// actsAsPerson reports whether the word after i says what persons do.
func (s *sweep) actsAsPerson(i int) bool {
	next := readWord(s.text, i)
	return next.class == lowerWord && next.start-i == 1 &&
		next.is(s.text, "is", "was", "has", "had", "said", "says", "told", "asked", "asks", "wrote", "writes", "lives", "lived", "works", "worked", "called", "wants",
			"thinks", "will", "would", "ist", "war", "hat", "sagt", "wohnt", "est", "était", "habite", "es", "era", "vive", "dice", "ha", "abita", "mora", "disse", "woont", "zegt",
			"jest", "mieszka")
}

// dwells reports whether the word after i says that somebody lives there.
func (s *sweep) dwells(i int) bool {
	next := readWord(s.text, i)
	return next.start-i == 1 && next.is(s.text, "lives", "wohnt", "habite", "vive", "abita", "mora", "woont", "mieszka")
}

// signed reports whether the name stands under a letter: after a word that ends
// one, and alone on its line unless a list knows it.
func (s *sweep) signed(n *name, says meanings) bool {
	p, text := &s.words, s.text
	k, line := 0, false
	for k < 4 && (p.last(k).class == lineEnd || p.last(k).isSign(text, ",!.")) {
		line = line || p.last(k).class == lineEnd
		k++
	}
	if k == 0 || !closes(p.last(k), text) {
		return false
	}
	next := readWord(text, n.end)
	return line && (next.class == lineEnd || next.class == atEnd) || says&(isGiven|isRare|isMaybe) != 0
}

// closes knows the words that end a letter.
func closes(w *word, text string) bool {
	if w.class == atEnd || w.end-w.start > 16 {
		return false
	}
	b, n := lowered(text[w.start:w.end])
	switch string(b[:n]) {
	case "regards", "sincerely", "best", "cheers", "thanks", "yours", "truly", "wishes", "faithfully", "grüße", "grüßen", "grüsse", "gruß", "gruss", "cordialement",
		"salutations", "saludos", "atentamente", "cordialmente", "saluti", "atenciosamente", "cumprimentos", "abraço", "abraços", "abrazo", "groeten", "groet",
		"pozdrawiam", "pozdrowienia", "poważaniem", "mvh", "hilsen", "hälsningar", "terveisin":
		return true
	}
	return false
}

// smallName tries the word w, in small letters as in a chat, as a name: only
// where words before it announce one and a list knows it.
func (s *sweep) smallName(w *word) {
	b := s.words.last(0)
	if n := b.end - b.start; b.class == atEnd || n > 6 {
		return
	}
	titled := s.titled()
	listed := w.means(s.text)&(isGiven|isRare|isSurname) != 0
	if w.means(s.text)&isOrdinary != 0 || !listed && !(titled && (b.isSign(s.text, ".") || b.is(s.text, "mr", "mrs"))) {
		return // "100 ms later"
	}
	sure := false
	if !titled && !(s.introduced(&sure) && w.means(s.text)&isGiven != 0) {
		return
	}
	end := w.end
	if next := readWord(s.text, end); next.class == lowerWord && next.start-end == 1 && next.means(s.text)&isSurname != 0 && next.means(s.text)&isOrdinary == 0 {
		end = next.end
	}
	s.tell(w.start, end, kPerson, named)
}

// name is a row of words that may be a person's name.
type name struct {
	end     int
	count   int  // words with a capital, initials not among them
	initial bool // "Ann B. Miller"
	family  bool // the last word is a family name, or ends as many do
	given   bool // the second word is a given name and no family name
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
		if next.class != nameWord && !capsName(w, &next, s.text) || next.start == at || next.means(s.text)&isOrdinary != 0 && next.means(s.text)&(isSurname|isMaybe) == 0 {
			break
		}
		if next.means(s.text)&(isBody|isStreet) != 0 && next.means(s.text)&(isSurname|isGiven) == 0 {
			n.body = true
			break
		}
		last, at = next, next.end
		n.end = next.end
		if n.count++; n.count == 2 {
			n.given = next.means(s.text)&isGiven != 0 && next.means(s.text)&isSurname == 0
		}
	}
	if next := readWord(s.text, n.end); !n.body && next.start-n.end == 1 && next.class >= nameWord && next.class <= capsWord {
		n.body = next.means(s.text)&isBody != 0
	}
	says := last.means(s.text)
	n.family = says&(isSurname|isGiven) != 0 && n.count > 1 || familyEnding(s.text[last.start:last.end], nameEndings)
	if i := strings.IndexByte(s.text[last.start:last.end], '-'); !n.family && i > 0 && n.count > 1 { // "Hernández-Ríos"
		first := word{start: last.start, end: last.start + i, class: nameWord}
		n.family = first.means(s.text)&isSurname != 0 || familyEnding(s.text[first.start:first.end], nameEndings)
	}
	return n
}

// capsName reports whether next, in capitals, goes on with the name that w
// begins, as in "Jean DUPONT" and "JOHN SMITH".
func capsName(w, next *word, text string) bool {
	if next.class != capsWord || next.means(text)&isOrdinary != 0 {
		return false
	}
	if w.class == capsWord {
		return next.end-next.start > 2
	}
	return next.means(text)&isSurname != 0
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
	s.keyed = false
	colon := false
	for k < 4 && (p.last(k).class == lineEnd || p.last(k).isSign(text, ":\"'>?*")) {
		colon = colon || p.last(k).isSign(text, ":?")
		k++
	}
	w, v := p.last(k), p.last(k+1)
	if w.class != lowerWord && w.class != nameWord && w.class != capsWord || w.end-w.start > 16 {
		return false
	}
	b, n := lowered(text[w.start:w.end])
	switch last := string(b[:n]); {
	case colon:
		if last == "name" && (namesThing(v, text) || v.isSign(text, "_-.") && namesThing(p.last(k+2), text)) {
			return false
		}
		*sure = announces(last)
		s.keyed = w.class == lowerWord && last == "name"
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

// announces knows what stands before a colon and a name, in forms, mail and the
// keys of records.
func announces(w string) bool {
	switch w {
	case "name", "nombre", "nome", "nom", "naam", "nazwisko", "imię", "by", "kontakt", "attn", "signed", "surname", "forename", "vorname", "nachname", "familienname",
		"prénom", "prenom", "apellido", "apellidos", "cognome", "sobrenome", "apelido", "voornaam", "achternaam", "ansprechpartner":
		return true
	}
	kind, ok := strings.CutSuffix(w, "name")
	if !ok {
		return false
	}
	switch kind {
	case "first", "last", "full", "given", "family", "middle", "maiden", "customer", "client", "patient", "contact", "employee", "guest", "passenger", "owner",
		"holder", "sender", "recipient", "author", "legal", "member", "student", "tenant", "kunden":
		return true
	}
	return false
}

// namesThing knows what has a name and is no person: "product name: Widget".
func namesThing(w *word, text string) bool {
	return w.is(text, "file", "host", "user", "domain", "product", "company", "brand", "class", "package", "project", "table", "column", "field", "event", "team", "server",
		"service", "city", "street", "bank", "school", "business", "organization", "organisation", "group", "game", "app", "model", "device", "function", "method",
		"variable", "key", "path", "display", "tag", "branch", "image", "module", "type", "display", "place", "country", "state")
}

// isParty knows what stands before a colon and often a name.
func isParty(w string) bool {
	switch w {
	case "contact", "user", "customer", "from", "to", "kunde", "cliente", "client", "patient", "paciente", "paziente", "patiënt", "pacjent", "klant", "klient", "employee",
		"passenger", "guest", "author", "sender", "recipient", "holder", "owner", "tenant", "absender", "empfänger", "expéditeur", "destinataire", "mittente",
		"destinatario", "remitente", "remetente", "destinatário", "afzender", "ontvanger", "nadawca", "odbiorca", "inhaber", "titulaire", "titular", "cc", "an", "von", "de", "à":
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
