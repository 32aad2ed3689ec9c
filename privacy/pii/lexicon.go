package pii

import (
	_ "embed" // the lists of names and places
	"strings"
	"sync"
)

//go:embed firstnames.txt
var firstNames string

//go:embed familynames.txt
var familyNames string

//go:embed placenames.txt
var placeNames string

// meanings are what the lexicon says of a word, as bits.
type meanings uint16

const (
	isGiven    meanings = 1 << iota // a given name
	isMaybe                         // a given name that is an ordinary word too
	isSurname                       // a family name
	isTitle                         // stands before a name: Mr, Frau
	isOrdinary                      // begins sentences or ends a name: no name
	isParticle                      // stands inside a name: van, de
	isBody                          // follows the name of a firm: Inc, Orchestra
	isPlace                         // a country or a large city
	isStreet                        // stands after a street's name: Street
	isWay                           // stands before it: rue, Calle
	isUnit                          // a part of a building: Apt, Suite
	isRare                          // a given name that few texts have: alone it says little
	isEastern                       // a family name that stands before the given one: Zhang, Nguyễn
)

// lexicons holds the words by hash.
type lexicons map[uint64]meanings

var (
	lexiconOnce sync.Once
	theLexicon  lexicons
)

// lexicon is built when first asked for, which only scans for names do.
func lexicon() lexicons {
	lexiconOnce.Do(func() { theLexicon = readLexicon() })
	return theLexicon
}

func (l lexicons) find(v string) meanings {
	b, n := lowered(v)
	return l[hashOf(b[:n])]
}

func hashOf(b []byte) uint64 {
	h := uint64(fnvOffset)
	for _, c := range b {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return h
}

func (l lexicons) add(m meanings, words string) {
	for w := range strings.FieldsSeq(words) {
		l[hashOf([]byte(w))] |= m
	}
}

func readLexicon() lexicons {
	l := make(lexicons, 34000)
	given := isGiven
	for line := range strings.Lines(firstNames) {
		switch name := strings.TrimSpace(line); {
		case name == "":
		case name[0] == '#':
			if strings.HasPrefix(name, "# The third part") {
				given = isRare
			}
		case strings.HasSuffix(name, "?"):
			l.add(isMaybe, name[:len(name)-1])
		default:
			l.add(given, name)
		}
	}
	for line := range strings.Lines(familyNames) {
		if name := strings.TrimSpace(line); name != "" && name[0] != '#' {
			l.add(isSurname, name)
		}
	}
	for line := range strings.Lines(placeNames) {
		if name := strings.TrimSpace(line); name != "" && name[0] != '#' {
			l[hashOf([]byte(name))] |= isPlace // of several words: the whole
		}
	}
	l.add(isSurname, surnames)
	l.add(isSurname|isEastern, eastern)
	l.add(isTitle, titles)
	l.add(isOrdinary, ordinary)
	l.add(isOrdinary, likeNames)
	l.add(isParticle, "van von der den de del della da di du la le dos das do ter ten zu zur af bin ibn al el san st")
	l.add(isBody, "inc llc ltd plc gmbh ag kg sa sarl srl spa bv nv ab oy as corp corporation company co group bank orchestra university college school "+
		"institute foundation museum hotel airport hospital church club street station bridge partners consulting technologies systems labs novel "+
		"award prize cup league stadium centre center county bay river lake valley mountain island islands")
	l.add(isStreet, "street st road rd avenue ave av lane ln drive dr boulevard blvd court ct place pl square sq terrace crescent close way parkway pkwy "+
		"highway hwy circle cir trail row mews grove walk quay mall gardens turnpike crossroad mill alley plaza")
	l.add(isWay, "rue avenue boulevard place chemin impasse allée quai route via viale piazza corso vicolo largo calle avenida avda plaza paseo carrer camino "+
		"rua travessa praça alameda estrada ul ulica al aleja pl plac os osiedle")
	l.add(isUnit, "apt apartment suite ste unit flat floor room wohnung appartement piso interno lokal")
	return l
}

const titles = "mr mrs ms miss mx dr prof professor sir madam herr herrn frau monsieur madame mme mlle mademoiselle señor señora señorita sr sra srta " +
	"signor signora signore sig dott dottor senhor senhora dhr mevr mevrouw meneer pan pani judge captain officer doctor"

// surnames are usual ones that no ending tells.
const surnames = "smith jones brown williams taylor davies evans thomas roberts walker wright green hall wood martin clarke hill clark lewis king baker " +
	"turner scott moore miller davis garcia rodriguez wilson lopez lee harris white allen young adams campbell mitchell carter phillips parker " +
	"collins edwards stewart morris murphy cook rogers morgan cooper reed bailey bell kelly howard ward cox gray james bennett kim patel nguyen " +
	"müller schmidt schneider fischer weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf schröder neumann schwarz braun " +
	"bernard dubois durand leroy moreau simon laurent lefebvre michel bertrand roux fournier girard bonnet dupont rossi russo ferrari esposito " +
	"bianchi romano colombo ricci marino greco conti silva santos oliveira souza pereira costa ferreira almeida ribeiro carvalho gomes jong jansen " +
	"vries berg bakker visser smit meijer boer nowak kowalski wójcik kamiński lewandowski zieliński woźniak novák svoboda horváth nagy kovács szabó"

// eastern are family names of China, Korea and Vietnam, in Latin letters.
const eastern = "zhang wang li liu chen yang huang zhao wu zhou xu zhu hu guo lin luo zheng liang xie tang deng feng cao peng zeng xiao " +
	"kim lee choi jung kang cho yoon jang lim yoo kwon hwang nguyễn nguyen trần tran lê phạm pham hoàng huỳnh phan vũ võ đặng bùi đỗ hồ"

// likeNames are words that end as family names do.
const likeNames = "comparison season reason person lesson poison prison horizon plugin admin domain login main bin margin origin begin captain mountain fountain basin cabin " +
	"coin rain train brain chain gain pain plain grain stain terrain bargain britain curtain certain again within villain protein vitamin penguin latin cousin muffin " +
	"pumpkin napkin dolphin satin builtin mixin thin spin skin join asian indian guardian librarian median canadian australian russian italian brazilian magazine machine " +
	"garden golden hidden open token screen green seven even listen happen often ten men women children siren alien kitchen chicken citizen dozen frozen chosen specimen " +
	"dev rev elev prev lev improv gov iceberg lemon weather update add fix run check create using remove install build test use"

// ordinary are words that stand with a capital where no name does.
const ordinary = "i a an the this that these those my your his her its our their he she it we you they who what when where why how which there here " +
	"hi hello hey dear thanks thank please sorry yes no not ok okay and or but if so as at by for from in into of off on onto out over to up with without " +
	"is are was were be been being have has had do does did can could will would shall should may might must let just also only even still now then " +
	"after before because while until since about between during under above again once all any both each few more most other some such same than too very " +
	"monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december " +
	"english german french spanish italian portuguese dutch polish american british european internet email mail phone name date address order account " +
	"card number bot user customer agent support team service bank fax desk mobile cell office home work website invoice ticket " +
	"ich du er sie es wir ihr der die das den dem ein eine einen und oder aber nicht mit von zu für auf aus bei nach ist sind war haben hat kann bitte danke hallo liebe lieber sehr geehrte guten tag " +
	"je tu il elle nous vous ils elles les un une des et ou mais ne pas avec pour dans sur est sont bonjour merci cher chère " +
	"yo tú él ella nosotros ustedes los las una y o pero con por para en es son hola gracias estimado estimada " +
	"io lui lei noi voi loro gli uno ma con per è sono ciao grazie buongiorno gentile caro cara " +
	"eu ele ela nós eles elas os um uma e ou mas com para em olá obrigado obrigada caro ik jij hij zij wij het een en of maar met voor op aan hallo beste geachte dank " +
	"ja ty on ona my wy oni ale nie jest są dzień dobry dziękuję proszę szanowny szanowna"
