package web

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func asUser(r *http.Request) (string, error) { return r.Header.Get("X-User"), nil }

var testPages = fstest.MapFS{
	"home.html": {Data: []byte(`<p>Hello {{.Who}}</p><form method="post" action="{{.Root}}do">{{.Token}}<textarea name="text"></textarea><button>Send</button></form>{{template "part" (.With .Data)}}`)},
	"part.html": {Data: []byte(`<p class="part" title="{{.Data}}">{{.Data}} <a href="{{.Root}}deep/er/1">deep</a></p>`)},
	"bad.html":  {Data: []byte(`<p>{{.Data.Missing.Field}}</p>`)},
}

type testSite struct {
	*Site
	done []string
	t    *testing.T
}

func newTestSite(t *testing.T, o Options) *testSite {
	t.Helper()
	if o.Name == "" {
		o.Name = "testpages"
	}
	if o.Auth == nil {
		o.Auth = asUser
	}
	if o.Templates == nil {
		o.Templates = testPages
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := New(o)
	require.NoError(t, err)
	ts := &testSite{Site: s, t: t}
	home := func(v *Visit) (*Page, error) {
		return &Page{Title: "Home", Template: "home", Data: v.Field("q")}, nil
	}
	s.Page("GET /{$}", home)
	s.Page("GET /deep/er/{id}", home)
	s.Page("GET /bad", func(*Visit) (*Page, error) { return &Page{Title: "Bad", Template: "bad", Data: "x"}, nil })
	s.Page("GET /nothing", func(*Visit) (*Page, error) { return nil, nil }) //nolint:nilnil // the wrong answer is meant
	s.Page("GET /panic", func(*Visit) (*Page, error) { panic("secret-of-the-panic") })
	s.Page("GET /error", func(*Visit) (*Page, error) { return nil, errors.New("secret-of-the-error") })
	s.Page("GET /gone", func(*Visit) (*Page, error) { return nil, Problem(http.StatusGone, "It was <here>.") })
	s.Post("POST /do", func(v *Visit) (*Page, error) {
		ts.done = append(ts.done, v.Who+": "+v.Field("text"))
		return See("deep/er/1?said=done"), nil
	})
	return ts
}

func (s *testSite) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *testSite) get(path, who string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("X-User", who)
	return s.do(r)
}

func (s *testSite) post(path, who string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-User", who)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.do(r)
}

var tokenIn = regexp.MustCompile(`name="token" value="([^"]+)"`)

// token is the one of the form on the first page.
func (s *testSite) token(who string) string {
	s.t.Helper()
	found := tokenIn.FindStringSubmatch(s.get("/", who).Body.String())
	require.Len(s.t, found, 2)
	return found[1]
}

func TestNewRefusesWhatCannotBeMeant(t *testing.T) {
	good := Options{Name: "p", Auth: asUser, Templates: testPages}
	for name, spoil := range map[string]func(*Options){
		"no name":        func(o *Options) { o.Name = "" },
		"no authoriser":  func(o *Options) { o.Auth = nil },
		"no templates":   func(o *Options) { o.Templates = nil },
		"short key":      func(o *Options) { o.Key = make([]byte, 31) },
		"empty key":      func(o *Options) { o.Key = []byte{} },
		"bad origin":     func(o *Options) { o.Origins = []string{"shop.example/path"} },
		"negative life":  func(o *Options) { o.TokenLife = -1 },
		"broken":         func(o *Options) { o.Templates = fstest.MapFS{"a.html": {Data: []byte("{{")}} },
		"no such escape": func(o *Options) { o.Templates = fstest.MapFS{"a.html": {Data: []byte("<a href='{{if .}}'{{end}}>")}} },
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			spoil(&o)
			_, err := New(o)
			assert.Error(t, err)
		})
	}
	_, err := New(good)
	require.NoError(t, err)
}

func TestNothingIsShownToNobody(t *testing.T) {
	s := newTestSite(t, Options{Auth: func(r *http.Request) (string, error) {
		switch who := r.Header.Get("X-User"); who {
		case "broken":
			return "somebody", errors.New("secret-of-auth")
		case "forbidden":
			return "", Problem(http.StatusForbidden, "secret-of-auth")
		default:
			return who, nil
		}
	}})
	for who, status := range map[string]int{"": 401, "broken": 401, "forbidden": 403} {
		for _, path := range []string{"/", "/deep/er/1", "/no/such/page", "/panic", "//", "/gone"} {
			w := s.get(path, who)
			assert.Equal(t, status, w.Code, path)
			assert.NotContains(t, w.Body.String(), "secret")
			assert.NotContains(t, w.Body.String(), "Hello")
			assert.Contains(t, w.Body.String(), "<h1>")
		}
		assert.Equal(t, status, s.post("/do", who, url.Values{"token": {s.Mint(who)}}).Code)
	}
	assert.Empty(t, s.done)
}

func TestEveryPostNeedsItsOriginAndItsToken(t *testing.T) {
	s := newTestSite(t, Options{Origins: []string{"https://other.example"}})
	form := func(token string) url.Values { return url.Values{"token": {token}, "text": {"some words"}} }
	for name, try := range map[string]struct {
		status int
		post   func() *httptest.ResponseRecorder
	}{
		"cross-site": {403, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", form(s.token("a")), "Sec-Fetch-Site", "cross-site")
		}},
		"same-site": {403, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", form(s.token("a")), "Sec-Fetch-Site", "same-site")
		}},
		"foreign origin": {403, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", form(s.token("a")), "Sec-Fetch-Site", "", "Origin", "https://evil.example")
		}},
		"null origin": {403, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", form(s.token("a")), "Sec-Fetch-Site", "", "Origin", "null")
		}},
		"no token":        {403, func() *httptest.ResponseRecorder { return s.post("/do", "a", url.Values{"text": {"some words"}}) }},
		"garbage":         {403, func() *httptest.ResponseRecorder { return s.post("/do", "a", form("AAAA")) }},
		"another's token": {403, func() *httptest.ResponseRecorder { return s.post("/do", "b", form(s.token("a"))) }},
		"changed token": {403, func() *httptest.ResponseRecorder {
			token := []byte(s.token("a"))
			token[12] ^= 1
			return s.post("/do", "a", form(string(token)))
		}},
		"token in the query": {403, func() *httptest.ResponseRecorder { return s.post("/do?token="+s.token("a"), "a", url.Values{}) }},
		"JSON": {415, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", form(s.token("a")), "Content-Type", "application/json")
		}},
		"plain text": {415, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", form(s.token("a")), "Content-Type", "text/plain")
		}},
		"too large": {413, func() *httptest.ResponseRecorder {
			return s.post("/do", "a", url.Values{"token": {s.token("a")}, "text": {strings.Repeat("x", DefaultMaxBody)}})
		}},
		"GET": {405, func() *httptest.ResponseRecorder { return s.get("/do?token="+s.token("a"), "a") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := try.post()
			assert.Equal(t, try.status, w.Code, w.Body.String())
			assert.Empty(t, s.done)
		})
	}
	for _, headers := range [][]string{{}, {"Sec-Fetch-Site", "cross-site", "Origin", "https://other.example"}, {"Sec-Fetch-Site", "", "Origin", "http://example.com"}} {
		s.done = nil
		w := s.post("/do", "a", form(s.token("a")), headers...)
		assert.Equal(t, http.StatusSeeOther, w.Code, headers)
		assert.Equal(t, []string{"a: some words"}, s.done)
	}
}

func TestATokenIsGoodOnceAndNothingTypedIsLost(t *testing.T) {
	s := newTestSite(t, Options{})
	form := url.Values{"token": {s.token("a")}, "text": {"a long <b>story</b>"}}
	first := s.post("/do", "a", form)
	require.Equal(t, http.StatusSeeOther, first.Code)
	assert.Equal(t, "./deep/er/1?said=done", first.Header().Get("Location"))
	second := s.post("/do", "a", form)
	assert.Equal(t, http.StatusConflict, second.Code)
	assert.Len(t, s.done, 1)
	assert.Contains(t, second.Body.String(), "a long &lt;b&gt;story&lt;/b&gt;")
	assert.Contains(t, second.Body.String(), `href="./deep/er/1?said=done"`)

	refused := s.post("/do", "a", url.Values{"token": {"x"}, "text": {"another story"}})
	assert.Equal(t, http.StatusForbidden, refused.Code)
	assert.Contains(t, refused.Body.String(), "another story")
}

func TestPagesWorkUnderAnyPrefix(t *testing.T) {
	s := newTestSite(t, Options{})
	mux := http.NewServeMux()
	mux.Handle("/a/b/", http.StripPrefix("/a/b", s))
	mux.Handle("/a/b", http.StripPrefix("/a/b", s))
	server := httptest.NewServer(mux)
	defer server.Close()
	get := func(path string) (int, *url.URL, string) {
		r, _ := http.NewRequest(http.MethodGet, server.URL+path, nil)
		r.Header.Set("X-User", "a")
		res, err := server.Client().Do(r)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, res.Request.URL, string(b)
	}
	link := regexp.MustCompile(`(?:href|src|action)="(\.[^"]+)"`)
	for _, page := range []string{"/a/b", "/a/b/", "/a/b/deep/er/7", "/a/b/deep/er/x%2Fy"} {
		status, at, body := get(page)
		require.Equal(t, http.StatusOK, status, page)
		links := link.FindAllStringSubmatch(body, -1)
		require.Greater(t, len(links), 3)
		for _, l := range links {
			to, err := at.Parse(l[1])
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(to.Path, "/a/b/"), "%s on %s", l[1], page)
			if !strings.HasSuffix(to.Path, "/do") {
				found, _, _ := get(to.RequestURI())
				assert.Equal(t, http.StatusOK, found, "%s on %s", l[1], page)
			}
		}
	}
}

func TestErrorsArePages(t *testing.T) {
	s := newTestSite(t, Options{})
	for path, status := range map[string]int{
		"/bad": 500, "/nothing": 500, "/panic": 500, "/error": 500, "/gone": 410, "/no": 404, "/deep/er/../er/1": 404, "//deep/er/1": 404, "/assets/x.css": 404,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		r.Header.Set("X-User", "a")
		w := s.do(r)
		assert.Equal(t, status, w.Code, path)
		assert.NotContains(t, w.Body.String(), "secret", path)
		assert.Equal(t, 1, strings.Count(w.Body.String(), "<h1>"), path)
		assert.Contains(t, w.Body.String(), "</html>", path)
		assert.Equal(t, contentPolicy, w.Header().Get("Content-Security-Policy"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	}
	assert.Contains(t, s.get("/gone", "a").Body.String(), "It was &lt;here&gt;.")
	assert.Equal(t, "GET, HEAD", s.get("/", "a").Header().Get("Allow")+s.post("/", "a", nil).Header().Get("Allow"))
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	s := newTestSite(t, Options{})
	r := httptest.NewRequest(http.MethodHead, "/deep/er/1", nil)
	r.Header.Set("X-User", "a")
	w := s.do(r)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Zero(t, w.Body.Len())
	assert.NotEmpty(t, w.Header().Get("Content-Length"))
}

// The script tells by it whether the page it fetched is for the same person; see assets/script.js.
func TestAPageSaysWhoseItIs(t *testing.T) {
	mark := func(s *testSite, who string) string {
		found := regexp.MustCompile(`<body data-who="([\w-]*)"`).FindStringSubmatch(s.get("/", who).Body.String())
		require.Len(t, found, 2)
		return found[1]
	}
	s, key := newTestSite(t, Options{}), []byte("a key of thirty-two bytes it is.")
	assert.Len(t, mark(s, "a"), 12)
	assert.Equal(t, mark(s, "a"), mark(s, "a"))
	assert.NotEqual(t, mark(s, "a"), mark(s, "b"))
	assert.Empty(t, mark(s, ""))
	assert.Equal(t, mark(s, "a"), mark(newTestSite(t, Options{}), "a"), "replicas that were given no key agree")
	keyed := newTestSite(t, Options{Key: key})
	assert.NotEqual(t, mark(s, "a"), mark(keyed, "a"), "nobody can tell who it is who does not have the key")
	assert.Equal(t, mark(keyed, "a"), mark(newTestSite(t, Options{Key: key}), "a"))
	assert.NotEqual(t, mark(keyed, "a"), mark(newTestSite(t, Options{Key: key, Name: "other"}), "a"))
}
