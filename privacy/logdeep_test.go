package privacy_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

func TestLogAttrSeesThroughOtherForms(t *testing.T) {
	r := &privacy.Redactor{}
	u, err := url.Parse("https://example.org/find?who=" + url.QueryEscape(mail))
	require.NoError(t, err)
	type payment struct{ Card int64 }
	type mixed struct {
		Card int64
		Who  string `privacy:"name"`
	}
	for name, x := range map[string]any{
		"bytes in a map":   map[string]any{"body": []byte("I am " + mail)},
		"url value":        *u,
		"url pointer":      u,
		"url text":         u.String(),
		"url in a map":     map[string]any{"u": u.String(), "odd": "100% " + u.RawQuery},
		"number alone":     payment{4111111111111111},
		"numbers in a map": map[string]int64{"card": 4111111111111111},
		"number and text":  &mixed{4111111111111111, "Inês"},
		"runes":            []rune("I am " + mail),
	} {
		asJSON, asText := logged(r, "x", x)
		for _, out := range []string{asJSON, asText} {
			for _, canary := range []string{mail, url.QueryEscape(mail), base64.StdEncoding.EncodeToString([]byte("I am " + mail)), "4111111111111111", "Inês", "105 110 101 115", "105,110,101,115"} {
				assert.NotContains(t, out, canary, name)
			}
		}
	}
	asJSON, _ := logged(r, "x", "50%25 of a%20b", "n", payment{7})
	assert.Contains(t, asJSON, "50%25 of a%20b", "what is clean stays as it was written")
	assert.Contains(t, asJSON, `"n":{"Card":7}`)
}

func TestRunesAreText(t *testing.T) {
	type letter struct {
		Text []rune
		Name []rune `privacy:"name"`
		N    []int32
	}
	s := open(t, &privacy.Redactor{}, nil, "")
	in := letter{[]rune("é " + mail), []rune("Inês"), []int32{1, -2, 1 << 30}}
	hidden := privacy.HideTagged(s, in)
	assert.Equal(t, "é <EMAIL_ADDRESS_1>", string(hidden.Text))
	assert.Equal(t, "<PERSON_1>", string(hidden.Name))
	assert.Equal(t, in.N, hidden.N)
	assert.Equal(t, in, privacy.ShowTagged(s, hidden))
	require.NoError(t, s.Err())

	privacy.HideTagged(s, letter{Text: append([]rune(mail+" "), -1)})
	require.ErrorIs(t, s.Err(), privacy.ErrRefused)
}

// TestNumbersOfDecodedJSON: what was decoded into an any holds its numbers as floats, or as json.Number.
func TestNumbersOfDecodedJSON(t *testing.T) {
	const doc = `{"card":4111111111111111,"list":[4111111111111111,7,1.5,1e300],"n":12}`
	var floats, numbers any
	require.NoError(t, json.Unmarshal([]byte(doc), &floats))
	d := json.NewDecoder(strings.NewReader(doc))
	d.UseNumber()
	require.NoError(t, d.Decode(&numbers))
	for _, v := range []any{floats, numbers, map[string]any{"card": int64(4111111111111111), "list": []any{uint64(4111111111111111), 7, 1.5, 1e300}, "n": 12}} {
		before := fmt.Sprint(v)
		out, err := (&privacy.Redactor{}).Value(t.Context(), v)
		require.NoError(t, err)
		text, err := json.Marshal(out)
		require.NoError(t, err)
		assert.JSONEq(t, `{"card":"<CREDIT_CARD_1>","list":["<CREDIT_CARD_1>",7,1.5,1e300],"n":12}`, string(text))
		assert.Equal(t, before, fmt.Sprint(v), "the caller's stays as it is")
		logged := (&privacy.Redactor{}).LogAttr(nil, slog.Any("body", v))
		text, err = json.Marshal(logged.Value.Any())
		require.NoError(t, err)
		assert.NotContains(t, string(text), "4111")
	}
	for f, want := range map[float64]string{4111111111111111: "<CREDIT_CARD>", 4111111111111111.5: "4.1111111111111115e+15", 7: "7", 1e300: "1e+300"} {
		assert.Equal(t, want, (&privacy.Redactor{}).LogAttr(nil, slog.Float64("f", f)).Value.String())
	}
}
