package console

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/oversight"
)

func TestACorrectionIsMadeFieldByField(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	w.answer = decision{Granted: true, Rate: 4.1, Words: "\nWelcome\r\nto <us> & \u2028 the rest", Tags: nil}
	id := w.open(application{})
	path := w.take(id, "rosa")

	same := w.send(path, "rosa", "/submit", "verdict", "replace")
	assert.Equal(t, http.StatusUnprocessableEntity, same.Code)
	assert.Contains(t, same.Body.String(), "You changed nothing")

	wrong := w.send(path, "rosa", "/submit", "verdict", "replace", "v1", "a lot", "comment", "kept comment")
	assert.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	assert.Contains(t, wrong.Body.String(), "has to be a number")
	assert.Contains(t, wrong.Body.String(), `value="a lot"`)
	assert.Contains(t, wrong.Body.String(), "kept comment")

	f := w.fill(w.get(path, "rosa"), path, "/submit", "v1", "3.9", "v0", "false", "comment", "kept")
	preview := w.post(strings.Replace(f.action, "/submit", "/preview", 1), "rosa", f.values)
	assert.Equal(t, http.StatusOK, preview.Code)
	assert.Contains(t, preview.Body.String(), "<del>4.1</del>")
	assert.Contains(t, preview.Body.String(), "<ins>3.9</ins>")
	assert.Empty(t, w.file(id).Verdict, "a preview decides nothing")

	f = w.fill(preview, path+"/preview", "/submit", "verdict", "replace")
	w.done(w.post(f.action, "rosa", f.values), path+"/submit")
	var out decision
	require.NoError(t, json.Unmarshal(w.file(id).Correction, &out))
	assert.Equal(t, decision{Granted: false, Rate: 3.9, Words: w.answer.Words}, out, "what was not touched stays to the byte")
	assert.Contains(t, w.get(path, "rosa").Body.String(), "<ins>3.9</ins>")
}

func TestACorrectionThatTheFunctionCannotReturn(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	for text, says := range map[string]string{
		"":                         "Write what the answer should be",
		"{\n\"granted\": yes}":     "look at line 2",
		`{"granted": "certainly"}`: "not one that can be delivered",
		`{"unknown": 1}`:           "not one that can be delivered",
	} {
		rec := w.send(path, "rosa", "/submit", "verdict", "replace", "as", "text", "text", text, "comment", "my words")
		assert.Equal(t, http.StatusUnprocessableEntity, rec.Code, text)
		assert.Contains(t, rec.Body.String(), says, text)
		assert.Contains(t, rec.Body.String(), "my words")
		assert.Contains(t, rec.Body.String(), html.EscapeString(text))
	}
	assert.Empty(t, w.file(id).Verdict)
	w.done(w.send(path, "rosa", "/submit", "verdict", "replace", "as", "text", "text", `{"granted": false, "rate": 1e1, "words": "", "tags": []}`), path+"/submit")
	assert.Equal(t, oversight.Replaced, w.file(id).Verdict)
}
