package pii

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDigitsWithSpacesBetween(t *testing.T) {
	var s Scanner
	for text, want := range map[string][]string{
		"card no 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1":            {"4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"},
		"card: 4 1 1 1  1 1 1 1  1 1 1 1  1 1 1 1.":          {"4 1 1 1  1 1 1 1  1 1 1 1  1 1 1 1"},
		"SSN: 8 9 9 - 9 9 - 9 9 9 8, thanks":                 {"8 9 9 - 9 9 - 9 9 9 8"},
		"SSN 8 9 9 9 9 9 9 9 8":                              {"8 9 9 9 9 9 9 9 8"},
		"card no 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2":            nil,
		"matrix 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1":             nil,
		"card no 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 0 0 1 22": nil,
		"4111  1111  1111  1111":                             {"4111  1111  1111  1111"},
		"IBAN: DE89  3704  0044  0532  0130  00":             {"DE89  3704  0044  0532  0130  00"},
		"IBAN DE 89 3704 0044 0532 0130 00":                  {"DE 89 3704 0044 0532 0130 00"},
		"tel.  601 234 567  12  order":                       {"601 234 567"},
		"Tel. 030 / 901820":                                  {"030 / 901820"},
		"+49 (0) 30 / 90 18 20":                              {"+49 (0) 30 / 90 18 20"},
	} {
		assert.Equal(t, want, pieces(text, s.Scan(nil, text)), text)
	}
}

// TestInsideURLsAndLogs finds what stands in a path or a query, also written in
// hexadecimal.
func TestInsideURLsAndLogs(t *testing.T) {
	var s Scanner
	for text, want := range map[string][]string{
		"GET /customers/12345678Z/orders HTTP/1.1":               {"12345678Z"},
		"GET /u?email=jo.miller%40example.org&x=1":               {"jo.miller%40example.org"},
		"GET /u?q=%20jo%2Bshop%40example.org":                    {"jo%2Bshop%40example.org"},
		"POST /u?phone=%2B12025550143&a=b":                       {"%2B12025550143"},
		"POST /u?card=4111%201111%201111%201111":                 {"4111%201111%201111%201111"},
		"POST /u?ssn=%20899-99-9998%20":                          {"899-99-9998"},
		"mac:00:1A:2B:3C:4D:5E":                                  {"00:1A:2B:3C:4D:5E"},
		"from 192.0.2.1 - 192.0.2.9 only":                        {"192.0.2.1", "192.0.2.9"},
		"see /part/A123456788/next and 1/2/3, 12345678/87654321": nil,
		"100%4111 of 50%40":                                      nil,
		"mobile 07700900123":                                     {"07700900123"},
		"cell. 347 1234567":                                      {"347 1234567"},
		"order 07700900123 of 347 1234567":                       nil,
	} {
		assert.Equal(t, want, pieces(text, s.Scan(nil, text)), text)
	}
}

// TestOfEqualsTheNamedKindStays tells numbers that pass two countries' checks by
// the word beside them.
func TestOfEqualsTheNamedKindStays(t *testing.T) {
	var s Scanner
	for text, want := range map[string]Kind{
		"CPR 070761-4285":            "DK_CPR",
		"personnummer 070761-4285":   "SE_PERSONNUMMER",
		"Reisepass C01X00T478":       "DE_PASSPORT",
		"Personalausweis C01X00T478": "DE_ID_CARD",
		"USt-IdNr. DE136695976":      "DE_VAT_ID",
	} {
		if fs := s.Scan(nil, text); assert.Len(t, fs, 1, text) {
			assert.Equal(t, want, fs[0].Kind, text)
		}
	}
}
