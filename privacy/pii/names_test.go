package pii

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// spans is a text and what one kind finds in it.
type spans struct {
	text string
	want []string
}

func checkSpans(t *testing.T, k Kind, cases []spans) {
	t.Helper()
	for _, c := range cases {
		assert.Equal(t, c.want, scanOne(k, c.text), "%s in %q", k, c.text)
	}
}

func TestPersonsByWhatStandsAroundThem(t *testing.T) {
	checkSpans(t, "PERSON", []spans{
		{"Hello, my name is Tarquin Belweather and I wait.", []string{"Tarquin Belweather"}},
		{"Mr. Oldenshaw and Mrs Quill-Brandt called.", []string{"Oldenshaw", "Quill-Brandt"}},
		{"Sehr geehrte Frau Dr. Lindhorst, danke.", []string{"Lindhorst"}},
		{"ich heiße Wolfram Einsbach.", []string{"Wolfram Einsbach"}},
		{"Je m'appelle Théodule Marchecoeur, bonjour", []string{"Théodule Marchecoeur"}},
		{"Me llamo Ildefonso Quintanares.", []string{"Ildefonso Quintanares"}},
		{"mi chiamo Eufemia Tassinelli", []string{"Eufemia Tassinelli"}},
		{"Meu nome é Belarmina Souzedo.", []string{"Belarmina Souzedo"}},
		{"Ik heet Wobbe van der Zwaluw.", []string{"Wobbe van der Zwaluw"}},
		{"nazywam się Zdzisława Brzezinkowska", []string{"Zdzisława Brzezinkowska"}},
		{"Name: Emilie B. Broberg\nPhone: none", []string{"Emilie B. Broberg"}},
		{"Dear Maria,\nthanks", []string{"Maria"}},
		{"Ann's order and Karl-Heinz's mail", []string{"Ann", "Karl-Heinz"}},
		{"\\nEmilie Schneider\\n", []string{"Emilie Schneider"}},
		{"我是Emilie Schneider。", []string{"Emilie Schneider"}},
		{"Will you please Mark this May page on the Rose theme?", nil},
		{"The Smith Orchestra played in Paris on Sunday.", nil},
		{"Johnson Street Bank Inc and the Internet", nil},
		{"is it my name is not what I said? Yes.", nil},
		{"FROM THE DESK OF THE MANAGER", nil},
	})
}

// TestPersonsOfManyCultures holds what the lists, signatures and keys add.
func TestPersonsOfManyCultures(t *testing.T) {
	for text, want := range map[string][]string{
		"Please contact Mr. Takahashi Kenji or Ms. Yoo Ji-won": {"Takahashi Kenji", "Yoo Ji-won"},
		"Ask Kwame Nkrumah-Boateng about it":                   {"Kwame Nkrumah-Boateng"},
		"Zhang Wei called":                                     {"Zhang Wei"},
		"Call Anita today":                                     {"Anita"},
		"Regards,\nXiadani Goikoetxea":                         {"Xiadani Goikoetxea"},
		"Kind regards,\nThe Billing Department":                nil,
		`{"firstName":"Anneliese","lastName":"Pfeifenberger"}`: {"Anneliese", "Pfeifenberger"},
		"product name: Widget":                                 nil,
		"- name: Install":                                      nil,
		"ORDER CONFIRMED FOR JOHN SMITH":                       {"JOHN SMITH"},
		"my name is selma":                                     {"selma"},
		"mr. elliott flew home":                                {"elliott"},
		"wait 100 ms runtime":                                  nil,
		"Landerico B. Hidalgo":                                 {"Landerico B. Hidalgo"},
		"the EvA and ToD types":                                nil,
		"Speed Comparison":                                     nil,
		"9Emilie Schneider":                                    nil,
	} {
		assert.Equal(t, want, scanOne("PERSON", text), text)
	}
}

func TestPlacesListedOrAnnounced(t *testing.T) {
	checkSpans(t, "LOCATION", []spans{
		{"I flew from New Zealand to Reykjavík.", []string{"New Zealand", "Reykjavík"}},
		{"She lives in Oberquellbach.", []string{"Oberquellbach"}},
		{"Ich wohne in Niederlindheim", []string{"Niederlindheim"}},
		{"nous habitons à Saintebois", []string{"Saintebois"}},
		{"habite à Saintebois", []string{"Saintebois"}},
		{"in HELSINKI and SAN FRANCISCO", []string{"HELSINKI", "SAN FRANCISCO"}},
		{"the United States of America", []string{"United States of America"}},
		{"the Berlin Orchestra", nil},
		{"In The End it was nice, and i polish it", nil},
	})
}

func TestStreetsWithTheirNumbers(t *testing.T) {
	checkSpans(t, "STREET_ADDRESS", []spans{
		{"Send it to 14 Crown Street, please.", []string{"14 Crown Street"}},
		{"to 221b Old Mill Rd., Apt. 4, Springfield, IL 62704 today", []string{"221b Old Mill Rd., Apt. 4, Springfield, IL 62704"}},
		{"Ich wohne Lindenstraße 5, 10115 Berlin.", []string{"Lindenstraße 5, 10115 Berlin"}},
		{"Am Beispielweg 12a ist es", []string{"Beispielweg 12a"}},
		{"au 12 rue de la Paix, 75001 Paris", []string{"12 rue de la Paix, 75001 Paris"}},
		{"Calle de Alcalá 45, 28014 Madrid", []string{"Calle de Alcalá 45, 28014 Madrid"}},
		{"abito in Via Roma, 8", []string{"Via Roma, 8"}},
		{"Rua Augusta 110", []string{"Rua Augusta 110"}},
		{"Keizersgracht 12, Amsterdam", []string{"Keizersgracht 12, Amsterdam"}},
		{"ul. Piękna 7, 00-549 Warszawa", []string{"ul. Piękna 7, 00-549 Warszawa"}},
		{"P.O. Box 186 and Postfach 12", []string{"P.O. Box 186", "Postfach 12"}},
		{"the street has 14 houses", nil},
		{"about 14 days in Court", nil},
		{"via email 12 times", nil},
		{"place order 12", nil},
	})
}

func TestBankCodesNeedAWord(t *testing.T) {
	checkSpans(t, "BIC", []spans{
		{"BIC: ZZZZDEFFXXX", []string{"ZZZZDEFFXXX"}},
		{"SWIFT ZZZZGB2L", []string{"ZZZZGB2L"}},
		{"SWIFT ZZZZQQ2L", nil},
		{"the ABSOLUTE FUNCTION", nil},
		{"BIC zzzzdeff", nil},
	})
	assert.Equal(t, []string{"ZZZZDEFF"}, fieldOne("BIC", "ZZZZDEFF"))
}

func TestGuessesAreOffUnlessAskedFor(t *testing.T) {
	var s Scanner
	assert.Empty(t, s.Scan(nil, "Mr. Karl Schneider, 14 Crown Street, lives in Berlin, BIC ZZZZDEFF, is 34 years old"))
	all := Scanner{Kinds: []Kind{"PERSON", "LOCATION", "STREET_ADDRESS", "BIC", "AGE"}}
	text := "Mr. Karl Schneider, 14 Crown Street, comes from Berlin, BIC ZZZZDEFF, is 34 years old"
	assert.Equal(t, []string{"Karl Schneider", "14 Crown Street", "Berlin", "ZZZZDEFF", "34 years old"}, pieces(text, all.Scan(nil, text)))
	checkFindings(t, text, all.Scan(nil, text))
}
