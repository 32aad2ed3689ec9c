package pii

import (
	"strings"
	"sync"
)

// rule is everything about one kind: what it is, how it is written, how it is
// verified, and which words name it.
type rule struct {
	Info
	// shapes are patterns (see shape), separated by '|'. Empty: the kind has
	// a matcher of its own.
	shapes string
	// check verifies the characters without their separators. Nil: the shape
	// is all there is.
	check func(id) bool
	// proof is a second check that some valid pieces cannot pass, having been
	// issued without it; those that do not score unproven. Nil: check proves.
	proof func(id) bool
	// unproven is the score without proof. Default: weak. Under 0.4 only a word
	// lifts it, not a field.
	unproven float64
	// serial holds for pieces without proof that a field lifts all the same. Nil:
	// unproven decides.
	serial func(id) bool
	// glued says that the check finds the piece even where a word has run into
	// it ("is199003052397"). Default: false.
	glued bool
	// strong is the score of a full shape that passes. Default: 1.
	strong float64
	// weak is the score of a bare or common shape that passes. Default: 0.4.
	weak float64
	// sturdy says that the check proves enough even in a row of numbers, as a
	// card number before its expiry date. Default: false.
	sturdy bool
	// words that name the kind, in lower case, separated by '|'; of a phrase
	// the first two words count.
	words string
}

// The kinds with a matcher of their own come first, in this order.
const (
	kEmail kid = iota
	kPhone
	kCard
	kIBAN
	kIP
	kURL
	kMAC
	kCrypto
	kEthereum
	kMRZ
	kAPIKey
	kJWT
	kPrivateKey
	kDate
	kBirth
	kAge
	kPerson
	kLocation
	kStreet
	kBIC

	// kTelephone is no kind: its words name nothing but a telephone, as "call" and
	// "cell" do not.
	kTelephone kid = 190
	// kNumbering is no kind: its words say that a dotted number counts
	// chapters or releases.
	kNumbering kid = 191
)

const telephoneWords = "phone|telephone|tel|mobile|whatsapp|telefon|telefonnummer|handy|mobil|rufnummer|téléphone|teléfono|telefono|móvil|celular|cellulare|telefone|telemóvel|" +
	"telefoon|mobiel|komórka|numer telefonu"

const numberingWords = "section|sections|version|versions|release|rfc|chapter|clause|abschnitt|kapitel|sección|capítulo|versión|sezione|versione|versão|hoofdstuk|versie|rozdział|wersja"

// compiled is what the rules become, once, at the first scan.
type compiled struct {
	rules    []rule
	defaults set
	glued    set // kinds found behind a word without a space
	byName   map[Kind]kid
	places   map[string]*set // kinds by country; "" for those of none
	nodes    []node
	shapes   []shape
	words    vocabulary
	alone    uint64 // the lengths of groups of digits that need no word
	triples  triples
	sturdy   triples // of those that hold in a row of numbers too

	lanes [256]uint64 // by character: see laneOf

	codes [1000]uint16 // where a calling code's line goes on in callingCodes
	// widely holds, by length, the first two digits of the national numbers of
	// the larger countries.
	widely plan
	plans  [plans]plan
	areas  [16]uint64 // area codes in use, as bits

	// Credentials by the first two characters of their prefix, chained.
	secrets     []secretFormat
	secretHeads [256]uint8
	secretNext  []uint8
}

// The rules are compiled on first use: importing the package costs nothing.
var (
	engineOnce sync.Once
	theEngine  *compiled
)

func engine() *compiled {
	engineOnce.Do(func() { theEngine = compile(rules()) })
	return theEngine
}

// rules lists all kinds. Of two findings of the same score and length the
// kind listed first stays.
func rules() []rule {
	var all []rule
	for _, part := range [...]func() []rule{worldwide, secrets, dates, guesses, northAmerica, britain, germany, westEurope, northEurope, eastEurope, asia, southern, international} {
		all = append(all, part()...)
	}
	return all
}

func compile(rs []rule) *compiled {
	e := &compiled{
		rules:  rs,
		byName: make(map[Kind]kid, len(rs)),
		places: make(map[string]*set, 64),
		nodes:  make([]node, roots, 384),
		shapes: make([]shape, 1, 512),
		words:  vocabulary{means: make([]meaning, 0, 1024)},
	}
	e.addPlans()
	e.secrets = append(make([]secretFormat, 1), secretFormats()...)
	e.secretNext = make([]uint8, len(e.secrets))
	for i := len(e.secrets) - 1; i > 0; i-- {
		head := &e.secretHeads[headOf(e.secrets[i].prefix[0], e.secrets[i].prefix[1])]
		e.secretNext[i], *head = *head, uint8(i)
	}
	for w := range strings.SplitSeq(numberingWords, "|") {
		e.words.add(kNumbering, w)
	}
	for w := range strings.SplitSeq(telephoneWords, "|") {
		e.words.add(kTelephone, w)
	}
	for i := range rs {
		r, k := &rs[i], kid(i)
		e.byName[r.Kind] = k
		if e.places[r.Country] == nil {
			e.places[r.Country] = &set{}
		}
		e.places[r.Country].add(k)
		if r.Default {
			e.defaults.add(k)
		}
		if r.glued {
			e.glued.add(k)
		}
		if r.strong == 0 {
			r.strong = 1
		}
		if r.weak == 0 {
			r.weak = 0.4
		}
		if r.unproven == 0 {
			r.unproven = r.weak
		}
		for p := range strings.SplitSeq(r.shapes, "|") {
			if p == "" {
				continue
			}
			if strings.Contains(p, "~") {
				e.addShape(k, strings.ReplaceAll(p, "~", ""))
				p = strings.ReplaceAll(p, "~", "*")
			}
			e.addShape(k, p)
		}
		for w := range strings.SplitSeq(r.words, "|") {
			e.words.add(k, w)
		}
	}
	for c := range e.lanes {
		e.lanes[c] = laneOf(byte(c))
	}
	e.measure()
	return e
}

// within keeps the kinds of the countries, and those of none.
func (e *compiled) within(on set, countries []string) set {
	keep := *e.places[""]
	for _, c := range countries {
		kinds := e.places[c]
		if kinds == nil {
			panic("pii: Scanner.Countries names a country none of whose kinds this package finds: " + c +
				"; pii.Kinds() lists the countries, by their ISO 3166-1 codes (GB, not UK)")
		}
		keep.merge(kinds)
	}
	for i := range on {
		on[i] &= keep[i]
	}
	return on
}

// enabled turns the names a Scanner was given into a set.
func (e *compiled) enabled(kinds []Kind) set {
	if kinds == nil {
		return e.defaults
	}
	var on set
	for _, name := range kinds {
		k, ok := e.byName[name]
		if !ok {
			panic("pii: Scanner.Kinds names a kind this package does not find: " + string(name) +
				"; pii.Kinds() lists the names; give kinds of your own to Scanner.Deny or to a recognizer of package privacy")
		}
		on.add(k)
	}
	return on
}
