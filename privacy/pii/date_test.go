package pii

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDates(t *testing.T) {
	checkCases(t, []kindCase{
		{"DATE_TIME", []string{
			"2024-03-15", "21.5.2021", "21/05/21", "5-20-2021", "05-May", "May-2021", "May 1st, 1977", "1 May 1977", "1st of May 1977", "12. März 1980", "12 de mayo de 1980",
			"2024-06-05T09:15:30.500-07:00", "2024-03-15T14:30Z", "2024-03-15 14:30", "1 janvier 2020", "3 września 2021",
		}, []string{"2024-13-15", "31.02.2021", "1972", "v2024.03.15.2", "5/2021", "32 May 1977", "2024-06-05T09:15:30x"}},
		{"AGE", []string{"34 years old", "34-year-old", "34 Jahre alt", "34 años"}, []string{"134 years old", "34 years", "34"}},
	})
	for text, want := range map[string][]string{
		"She was born on 12 May 1980 in Ulm, seen 3 June 2024":       {"12 May 1980"},
		"Geburtsdatum: 12.05.1980":                                   {"12.05.1980"},
		"Invoice of 12.05.1980":                                      nil,
		"née le 12/05/1980":                                          {"12/05/1980"},
		"order 12.05.1980 shipped to the old address of the company": nil,
	} {
		assert.Equal(t, want, scanOne("DATE_OF_BIRTH", text), text)
	}
	assert.Equal(t, []string{"34"}, scanOne("AGE", "patient, age: 34, male"))
	assert.Empty(t, scanOne("AGE", "page 34 of the old age report"))
	for text, want := range map[string][]string{
		"i'm 35yo": {"35yo"}, "8 months old": {"8 months old"}, "34-jährig": {"34-jährig"}, "mam 30 lat": {"30 lat"}, "ik ben 51 jaar": {"51 jaar"}, "elle a 42 ans": {"42 ans"},
		"I'm 34 and live here": {"34"}, "Ich bin 27.": {"27"},
		"I'm 5 minutes away": nil, "il y a 42 ans": nil, "hace 33 años": nil, "34 anni fa": nil, "30 lat temu": nil, "5 años de garantía": nil, "34 years old9": nil,
	} {
		assert.Equal(t, want, scanOne("AGE", text), text)
	}
	assert.Equal(t, []string{"19760305"}, scanOne("DATE_OF_BIRTH", `"dob": "19760305"`))
	assert.Equal(t, []string{"12/05/80"}, scanOne("DATE_OF_BIRTH", "d.o.b. 12/05/80"))
	var s Scanner
	assert.Empty(t, s.Scan(nil, "born 12.05.1980, 34 years old"), "off unless asked for")
}
