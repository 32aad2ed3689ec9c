package transparency

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// A phrase that one language has and another lacks, or with another number of parts, would give a broken sentence.
func TestTheLanguagesSayTheSame(t *testing.T) {
	want := reflect.ValueOf(english)
	for name, w := range map[string]Words{"es": spanish, "de": german} {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			field := name + "." + v.Type().Field(i).Name
			if v.Field(i).Kind() == reflect.Map {
				for _, k := range want.Field(i).MapKeys() {
					assert.True(t, v.Field(i).MapIndex(k).IsValid(), "%s %v", field, k)
				}
				assert.Equal(t, want.Field(i).Len(), v.Field(i).Len(), field)
				continue
			}
			assert.NotEmpty(t, v.Field(i).String(), field)
			assert.Equal(t, strings.Count(want.Field(i).String(), "{}"), strings.Count(v.Field(i).String(), "{}"), field)
		}
	}
}

func TestARecordIsToldInEachLanguage(t *testing.T) {
	r := Record{
		Outcome: call.Replaced,
		Explanation: Explanation{
			Factors:        []Factor{{Name: "A", Weight: 2}, {Name: "ideas {}", Value: "b", Weight: 1}, {Name: "C", Weight: -1}},
			Counterfactual: []Factor{{Name: "D", Value: "0"}},
		},
		Consent: Consent{Allowed: true, Purpose: "x", Basis: "contract"},
		Hidden:  []Hidden{{Kind: "EMAIL_ADDRESS", N: 2}, {Kind: "SHOE_SIZE", N: 1}},
		Review:  Review{Verdict: "replace"},
	}
	assert.Equal(t, "Mostly because of A and ideas {} (b), although C spoke against it; the answer would have been another with D (0); the use (x) "+
		"rests on a contract with you; 2 e-mail addresses and 1 shoe size were hidden before the system saw anything; a person checked it and gave another answer.", r.Why())
	assert.Equal(t, "Principalmente por A e ideas {} (b), aunque en contra hablaba C; la respuesta habría sido otra con D (0); el uso (x) se basa en "+
		"un contrato contigo; antes de que el sistema viera nada se ocultaron 2 correos electrónicos y 1 shoe size; una persona lo revisó y dio otra respuesta.", Spanish().Why(r))
	assert.Equal(t, "Vor allem wegen: A und ideas {} (b); dagegen sprach: C; die Antwort wäre anders ausgefallen mit: D (0); die Verwendung (x) beruht auf: "+
		"einem Vertrag mit Ihnen; bevor das System etwas sah, wurden verborgen: 2 E-Mail-Adressen und 1 shoe size; ein Mensch hat es geprüft und anders entschieden.", German().Why(r))
}

func TestWordsOfOnesOwn(t *testing.T) {
	own := Words{NoReasons: "Nessun motivo"}
	assert.Equal(t, "Nessun motivo; you had agreed to this use (x).", own.Why(Record{Consent: Consent{Allowed: true, Purpose: "x"}}))
	w := English()
	w.Kinds["URL"] = "link|links"
	assert.NotEqual(t, w.Kinds["URL"], English().Kinds["URL"], "a change stays with who made it")
	catalogue := map[string]Words{"it": own, "de-CH": {NoReasons: "Keine Gründe"}}
	for locale, want := range map[string]string{
		"it-IT": "Nessun motivo", "de-CH": "Keine Gründe", "de_AT": german.NoReasons, "DE": german.NoReasons, "es": spanish.NoReasons,
		"": english.NoReasons, "xx": english.NoReasons, "\xff": english.NoReasons,
	} {
		assert.Equal(t, want, wordsFor(locale, catalogue).NoReasons, locale)
	}
}

func TestAnAttributionIsReasonEnough(t *testing.T) {
	a := &explain.Attribution{Parts: []explain.Part{{Name: "income", Phi: -2}, {Name: "zero"}, {Name: "age of account", Phi: 1}}}
	assert.Equal(t, "Mostly because of age of account, although income spoke against it.", Record{Explanation: Explanation{Attribution: a}}.Why())
	adverse := &Adverse{Reasons: []Reason{{Text: "income too low for the amount asked for"}, {Text: "time in job too short"}}}
	assert.Equal(t, "The main reasons: income too low for the amount asked for and time in job too short.",
		Record{Explanation: Explanation{Attribution: a, Adverse: adverse}}.Why())
	a.Unsteady = 0.5
	assert.Contains(t, Record{Explanation: Explanation{Attribution: a}}.Why(), "; the system does not always answer the same, so these reasons are not exact.")
}

// Nothing of the built-in languages is left to English.
func TestTheLanguagesAreComplete(t *testing.T) {
	for _, w := range []Words{english, spanish, german} {
		assert.Equal(t, w, w.completed())
		for _, s := range []map[string]string{w.Kinds, w.Bases, w.Slots} {
			for k, v := range s {
				assert.NotEmpty(t, v, k)
			}
		}
		for i := range reflect.ValueOf(w).NumField() {
			name := reflect.TypeFor[Words]().Field(i).Name
			assert.False(t, reflect.ValueOf(w).Field(i).IsZero(), name)
			if s, ok := reflect.ValueOf(w).Field(i).Interface().(string); ok {
				assert.Equal(t, strings.Count(reflect.ValueOf(english).Field(i).String(), "{}"), strings.Count(s, "{}"), name)
			}
		}
	}
}
