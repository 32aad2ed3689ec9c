package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/oversight"
)

var veils = regexp.MustCompile(`(?s)<details class="(?:veil|edit)"[^>]*>.*?</details>`)

// Sensitive words stand behind a veil however large or odd what they are in is.
func TestNothingSensitiveIsShownUnasked(t *testing.T) {
	c := &console{o: Options{Sensitive: func(_, path string) bool { return path == "note" || path == "person" }}}
	show := c.shower(oversight.File{}, c.words)
	many := map[string]any{"note": "my mother is ill"}
	for i := range 2 * maxRows {
		many[fmt.Sprintf("a%04d", i)] = i
	}
	long, err := json.Marshal(many)
	require.NoError(t, err)
	for i := range 2 * maxNodes {
		many[fmt.Sprintf("b%04d", i)] = i
	}
	large, err := json.Marshal(many)
	require.NoError(t, err)
	for name, data := range map[string][]byte{"long": long, "large": large, "no JSON": []byte("my mother is ill")} {
		p := show("", data)
		assert.True(t, p.Veil, name)
		assert.Contains(t, p.Raw, "my mother is ill", "%s: it can be asked for", name)
	}
	assert.Empty(t, show("", []byte(`{"note":"my mother is ill"}`)).Raw, "the rows hold all of it")
	assert.False(t, show("", []byte(`{"notes":[1]}`)).Veil)
	for path, want := range map[string]bool{"note": true, "person.name": true, "person[0].x": true, "notes": false, "a.note": false, "personal.name": false, "": true} {
		assert.Equal(t, want, c.sensitive(oversight.File{}, path), path)
	}
	assert.False(t, (&console{}).sensitive(oversight.File{}, ""), "nobody named anything")
}

func TestAChangeOfSomethingSensitiveIsVeiled(t *testing.T) {
	w := newWorld(t, holdAll(1), &Options{Sensitive: func(_, path string) bool { return path == "words" }}, nil)
	w.answer.Words = "my mother is ill"
	path := w.take(w.open(application{}), "rosa")
	f := w.fill(w.get(path, "rosa"), path, "/submit", "v1", "5")
	rec := w.post(path+"/preview", "rosa", f.values)
	require.Equal(t, http.StatusOK, rec.Code)
	page := rec.Body.String()
	assert.Contains(t, page, `<table class="diff">`)
	assert.Contains(t, page, "my mother is ill")
	assert.NotContains(t, veils.ReplaceAllString(page, ""), "my mother is ill")
	assert.Contains(t, veils.ReplaceAllString(page, ""), "<ins>5</ins>", "the others are plain")
}
