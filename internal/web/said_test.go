package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var approval = map[string]string{"done": "It is approved.", "undone": "It is taken back."}

// led is where the form leads that who sends, within the site.
func (s *testSite) led(who string) string {
	s.t.Helper()
	w := s.post("/do", who, url.Values{"token": {s.token(who)}})
	require.Equal(s.t, http.StatusSeeOther, w.Code)
	return strings.TrimPrefix(w.Header().Get("Location"), ".")
}

// A page says what it was sent to say; a link that somebody wrote makes it say nothing.
func TestANoticeCannotBeForged(t *testing.T) {
	s := newTestSite(t, Options{Sayings: approval})
	says := func(path, who string) bool {
		w := s.get(path, who)
		require.Equal(t, http.StatusOK, w.Code, path)
		return strings.Contains(w.Body.String(), `role="status">It is `)
	}
	to := s.led("a")
	require.Regexp(t, `^/deep/er/1\?said=done\.[\w-]{22}$`, to)
	assert.True(t, says(to, "a"))
	assert.True(t, says(to, "a"), "and again when the page is loaded again")
	assert.True(t, says(to+"&q=1", "a"))

	last := to[len(to)-1:]
	for name, path := range map[string]string{
		"without a proof": "/deep/er/1?said=done", "an empty proof": "/deep/er/1?said=done.", "junk": "/deep/er/1?said=done.AAAAAAAAAAAAAAAAAAAAAA",
		"not base64": "/deep/er/1?said=done.*", "another page": strings.Replace(to, "/1?", "/2?", 1), "the first page": strings.Replace(to, "deep/er/1", "", 1),
		"another saying": strings.Replace(to, "=done", "=undone", 1), "cut": strings.TrimSuffix(to, last), "longer": to + "A",
	} {
		assert.False(t, says(path, "a"), name)
	}
	assert.False(t, says(to, "b"), "it was said to somebody else")
	other := newTestSite(t, Options{Sayings: approval})
	assert.NotContains(t, other.get(to, "a").Body.String(), "It is approved", "another site's")
}

func TestANoticeIsNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := make([]byte, 32)
		s, replica := newTestSite(t, Options{Sayings: approval, Key: key}), newTestSite(t, Options{Sayings: approval, Key: key})
		to := s.led("a")
		time.Sleep(saidFor - time.Second) // in the bubble's time
		assert.Contains(t, replica.get(to, "a").Body.String(), "It is approved", "another process behind the same address says it, too")
		time.Sleep(3 * time.Second)
		assert.NotContains(t, s.get(to, "a").Body.String(), "It is approved")
	})
}

// Who signs in by a form is somebody else on the next page.
func TestANoticeForWhoSignsIn(t *testing.T) {
	s := newTestSite(t, Options{Sayings: approval})
	s.Post("POST /in", func(*Visit) (*Page, error) { return SeeAs("b", "?q=1&said=done#part"), nil })
	w := s.post("/in", "a", url.Values{"token": {s.token("a")}})
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Regexp(t, `^\./\?q=1&said=done\.[\w-]{22}#part$`, w.Header().Get("Location"))
	to, _, _ := strings.Cut(strings.TrimPrefix(w.Header().Get("Location"), "."), "#")
	assert.Contains(t, s.get(to, "b").Body.String(), "It is approved")
	assert.NotContains(t, s.get(to, "a").Body.String(), "It is approved")
}

// A form that is sent twice links to where the first time led, and there it is said.
func TestASecondTimeLeadsToTheNotice(t *testing.T) {
	s := newTestSite(t, Options{Sayings: approval})
	form := url.Values{"token": {s.token("a")}}
	require.Equal(t, http.StatusSeeOther, s.post("/do", "a", form).Code)
	_, after, found := strings.Cut(s.post("/do", "a", form).Body.String(), `href="./deep`)
	require.True(t, found)
	to, _, _ := strings.Cut(after, `"`)
	assert.Contains(t, s.get("/deep"+to, "a").Body.String(), "It is approved")
}

func TestANameOfASayingIsPlain(t *testing.T) {
	for _, name := range []string{"a b", "a.b", "a&b", "é", "a-b"} {
		_, err := New(Options{Name: "p", Auth: asUser, Templates: testPages, Sayings: map[string]string{name: "x"}})
		assert.ErrorContains(t, err, "letters and digits", name)
	}
}
