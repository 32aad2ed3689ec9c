package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a page says of a form must be true, whatever became of it.
func TestNothingIsSaidOfAFormThatIsNotKnown(t *testing.T) {
	s := newTestSite(t, Options{})
	s.Post("POST /away", func(*Visit) (*Page, error) { return nil, Problem(http.StatusServiceUnavailable, "The ledger is away.") })
	s.Post("POST /wrong", func(*Visit) (*Page, error) {
		return &Page{Title: "Wrong", Template: "home", Data: "", Status: http.StatusUnprocessableEntity}, nil
	})
	s.Post("POST /late", func(v *Visit) (*Page, error) {
		s.done = append(s.done, v.Who)
		return nil, errors.New("after it was done")
	})
	s.Post("POST /torn", func(v *Visit) (*Page, error) {
		s.done = append(s.done, v.Who)
		panic("after it was done")
	})
	for path, first := range map[string]int{"/away": 503, "/wrong": 422, "/late": 500, "/torn": 500} {
		form := url.Values{"token": {s.token("a")}}
		w := s.post(path, "a", form)
		assert.Equal(t, first, w.Code, path)
		assert.NotContains(t, w.Body.String(), "nothing was done", path)
		again := s.post(path, "a", form)
		assert.Equal(t, http.StatusConflict, again.Code, path)
		assert.NotContains(t, again.Body.String(), "It counted once", path)
		assert.Contains(t, again.Body.String(), "look whether the first time counted", path)
	}
	assert.Len(t, s.done, 2)
	form := url.Values{"token": {s.token("a")}}
	s.post("/do", "a", form)
	assert.Contains(t, s.post("/do", "a", form).Body.String(), "It counted once")
}

// A customer and a reviewer may be called the same; two packages may be given one key.
func TestATokenIsForOneSite(t *testing.T) {
	key := make([]byte, 32)
	portal, console := newTestSite(t, Options{Name: "portal", Key: key}), newTestSite(t, Options{Name: "console", Key: key})
	require.Error(t, console.Spend("17", portal.Mint("17")))
	require.NoError(t, portal.Spend("17", portal.Mint("17")))
}

// A cache that all share must not hand out somebody's session with the stylesheet.
func TestAnAssetCarriesNoCookie(t *testing.T) {
	s := newTestSite(t, Options{})
	w := httptest.NewRecorder()
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "of somebody"})
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+assets().style.name, nil))
	require.Equal(t, http.StatusOK, w.Code)
	assert.Empty(t, w.Header().Get("Set-Cookie"))
}

// net/http would write what the panic says into the log.
func TestALanguageThatPanicsIsAPage(t *testing.T) {
	s := newTestSite(t, Options{Language: Language{Choose: func(*http.Request) string { panic("secret-of-the-panic") }}})
	w := s.get("/", "a")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), `<html lang="en">`)
	assert.NotContains(t, w.Body.String(), "secret")
}

// A stream that has begun cannot become a page.
func TestAStreamThatPanicsEnds(t *testing.T) {
	s := newTestSite(t, Options{})
	var looks atomic.Int32
	s.Live("GET /live", Live{Every: time.Millisecond, State: func(*Visit) (string, error) {
		if looks.Add(1) > 3 {
			panic("secret-of-the-panic")
		}
		return "a", nil
	}})
	server := httptest.NewServer(s)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/live", nil)
	require.NoError(t, err)
	r.Header.Set("X-User", "a")
	res, err := server.Client().Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Regexp(t, `^retry: 2000\nevent: change\ndata: [0-9a-f]{16}\n\n$`, string(b))
	s.live.mu.Lock()
	defer s.live.mu.Unlock()
	assert.Zero(t, s.live.all, "its place is given back")
}

// The script fetches a live page anew by its address; the address of a form's answer is another page, or none.
func TestTheAnswerToAFormIsNotLive(t *testing.T) {
	s := newTestSite(t, Options{})
	s.Live("GET /live", Live{State: func(*Visit) (string, error) { return "a", nil }})
	live := func(*Visit) (*Page, error) {
		return &Page{Title: "Live", Template: "home", Data: "", Live: "live"}, nil
	}
	s.Page("GET /now", live)
	s.Post("POST /then", live)
	s.Page("GET /lost", func(*Visit) (*Page, error) {
		return &Page{Title: "Lost", Template: "home", Data: "", Live: "elsewhere"}, nil
	})
	assert.Contains(t, s.get("/now", "a").Body.String(), "data-stream=")
	answer := s.post("/then", "a", url.Values{"token": {s.token("a")}})
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.NotContains(t, answer.Body.String(), "data-stream=")
	assert.Equal(t, http.StatusInternalServerError, s.get("/lost", "a").Code, "whoever wrote that sees it at once")
	assert.Panics(t, func() { s.Live("GET /live/{id}", Live{State: func(*Visit) (string, error) { return "", nil }}) })
}
