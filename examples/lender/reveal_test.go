package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/oversight"
)

// A look at the real words is one entry, however many texts of the case hold some.
func TestALookIsOnRecordOnce(t *testing.T) {
	h := newHouse(t, settings{})
	a := h.applicants[newcomer-1]
	require.NoError(t, h.agree(t.Context(), a))
	trail, err := h.ask(t.Context(), apply(a))
	require.ErrorIs(t, err, oversight.ErrPending)
	pages, err := website(h)
	require.NoError(t, err)
	signed := sessions{signing: h.key("sessions")}.cookie(asStaff, reviewers[0])
	ask := func(method, path string, form url.Values) string {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(signed)
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code, path)
		return w.Body.String()
	}
	path := "/console/case/" + trail.ID().String()
	page := ask(http.MethodGet, path, nil)
	require.NotContains(t, page, "customer13@example.com")
	token := regexp.MustCompile(`/reveal">.*? value="([^"]+)"`).FindStringSubmatch(page)
	require.Len(t, token, 2)
	shown := ask(http.MethodPost, path+"/reveal", url.Values{"token": {token[1]}})
	assert.Greater(t, strings.Count(shown, "customer13@example.com"), 1, "in several texts")
	looks := 0
	for e, err := range h.log.Since(t.Context(), 0) {
		require.NoError(t, err)
		if e.Kind == "words.revealed" {
			looks++
		}
	}
	assert.Equal(t, 1, looks)
}
