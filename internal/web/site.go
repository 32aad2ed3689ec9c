package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"
)

// Auth says who makes a request, by the application's own session: an error, or nobody, is refused before anything is looked up.
type Auth = func(r *http.Request) (who string, err error)

// Defaults of Options.
const (
	DefaultTokenLife   = 12 * time.Hour   // a form may stay open for a working day
	DefaultMaxBody     = 256 << 10        // bytes of a POST
	DefaultReadTimeout = 30 * time.Second // the largest form at 9 kB/s
	minKey             = 32               // bytes of Options.Key
	letters            = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Options of a Site.
type Options struct {
	// Name of the page package, as in "console", for errors of New. Required.
	Name string
	// Auth says who asks. Required: nil is an error, never open.
	Auth Auth
	// Templates holds *.html files; see the package's documentation. Required.
	Templates fs.FS
	// Funcs are further functions of the templates. Default: none.
	Funcs template.FuncMap
	// Brand stands in the header, in English; it links to the site's first page. Default: nothing.
	Brand string
	// Home is where the website begins that these pages are part of, such as "/": the header leads back there. Default: nowhere.
	Home string
	// Nav is the navigation of a page. Default: none.
	Nav func(*Visit) []Link
	// Top is a template shown in the header of every page, such as the stop button, and its data; "" for none. Default: none.
	Top func(*Visit) (name string, data any)
	// Foot is a line below every page, in English. Default: none.
	Foot string
	// Sayings are what a page says after See("...?said=name"), in English, by name: letters and digits. Default: nothing is said.
	Sayings map[string]string
	// Language chooses and translates; the zero value is English.
	Language Language
	// Location is the time zone of times. Default: UTC.
	Location *time.Location
	// Key makes the tokens, 32 bytes or more: the same in all processes behind one address, which then take each other's tokens. That
	// a token is good once is known within a process only. Default: random, for one process.
	Key []byte
	// Origins are further origins that may post, as in "https://desk.shop.example". Default: the one the pages are served from.
	Origins []string
	// TokenLife is how long a form may stay open. Default: DefaultTokenLife.
	TokenLife time.Duration
	// MaxBody is the most bytes of a POST. Default: DefaultMaxBody.
	MaxBody int64
	// ReadTimeout is how long the body of a request may take to arrive, if the http.Server does not give less. Default: DefaultReadTimeout.
	ReadTimeout time.Duration
	// Log hears of panics and of errors that nobody foresaw, by type and without their text. Default: slog.Default().
	Log *slog.Logger
}

// Format prints no key.
func (o Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "web.Options(redacted)") }

// Link is one entry of the navigation.
type Link struct {
	Href  string // within the site: "" or "health"
	Text  string // in the reader's language
	Key   string // keyboard shortcut; "" for none
	Count string // shown beside it; "" for nothing
}

// Site serves the pages of one package. Make one with New, add its pages, and serve it. It is an http.Handler, and safe for
// concurrent use once its pages are added.
type Site struct {
	o       Options
	mux     *http.ServeMux
	pages   *template.Template
	tokens  *tokens
	given   []byte // Options.Key
	origins http.CrossOriginProtection
	live    streams
	lives   map[string]Live // by address within the site
}

// New makes a site without pages.
func New(o Options) (*Site, error) {
	fail := func(why string) (*Site, error) { return nil, fmt.Errorf("%s: %s", o.Name, why) }
	switch {
	case o.Name == "":
		return nil, errors.New("web: Options.Name is empty; it names the package in errors")
	case o.Auth == nil:
		return fail("the authoriser is nil; give a func(*http.Request) (who string, err error) that reads your own session: no page is open to everybody")
	case o.Templates == nil:
		return fail("Options.Templates is nil")
	case o.Key != nil && len(o.Key) < minKey:
		return fail("the key of the tokens is shorter than 32 bytes; make one with crypto/rand")
	case o.TokenLife < 0 || o.MaxBody < 0 || o.ReadTimeout < 0:
		return fail("a negative limit")
	}
	for saying := range o.Sayings {
		if strings.Trim(saying, letters) != "" {
			return fail("Options.Sayings has a name that is more than letters and digits; it stands in addresses")
		}
	}
	if o.TokenLife == 0 {
		o.TokenLife = DefaultTokenLife
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.ReadTimeout == 0 {
		o.ReadTimeout = DefaultReadTimeout
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	key := append([]byte(nil), o.Key...)
	if o.Key == nil {
		key = make([]byte, minKey)
		_, _ = rand.Read(key) // never fails since Go 1.24
	}
	given := append([]byte(nil), o.Key...)
	o.Key = nil
	s := &Site{o: o, given: given, mux: http.NewServeMux(), tokens: newTokens(o.Name, key, o.TokenLife), lives: map[string]Live{}}
	for _, origin := range o.Origins {
		if err := s.origins.AddTrustedOrigin(origin); err != nil {
			return fail("an origin is not one, such as https://desk.shop.example")
		}
	}
	var err error
	if s.pages, err = parse(o.Templates, o.Funcs); err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	return s, nil
}

// Page adds a page: pattern as in http.ServeMux, "GET /case/{id}" or "GET /{$}", which serves HEAD too. It must change nothing. Like
// the mux it panics on a pattern that is not one.
func (s *Site) Page(pattern string, f func(*Visit) (*Page, error)) {
	if !strings.HasPrefix(pattern, "GET /") {
		panic("web: " + s.o.Name + ": Page takes a pattern such as \"GET /case/{id}\"; what changes something is for Post")
	}
	s.add(pattern, f)
}

// Post adds what a form does: pattern as in "POST /case/{id}/approve". The request is of the same origin, of urlencoded form data within
// MaxBody, and has a token that is this person's and was not used before, when f is called.
func (s *Site) Post(pattern string, f func(*Visit) (*Page, error)) {
	if !strings.HasPrefix(pattern, "POST /") {
		panic("web: " + s.o.Name + ": Post takes a pattern such as \"POST /case/{id}/approve\"")
	}
	s.add(pattern, f)
}

func (s *Site) add(pattern string, f func(*Visit) (*Page, error)) {
	if f == nil {
		panic("web: " + s.o.Name + ": " + pattern + " without a function")
	}
	if strings.HasSuffix(pattern, "/") { // the mux would redirect to it, which leads astray under a stripped prefix
		panic("web: " + s.o.Name + ": " + pattern + " ends with a slash; end it with /{$}, or leave the slash out")
	}
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v := visitOf(r)
		if r.Method == http.MethodPost {
			if err := s.admit(w, v); err != nil {
				s.fail(w, v, err)
				return
			}
		}
		p, err := f(v)
		if err == nil && p == nil {
			err = errors.New("a handler returned neither a page nor an error")
		}
		if err != nil {
			s.fail(w, v, err)
			return
		}
		if p.to != nil && v.token != "" {
			s.tokens.became(v.Who, v.token, *p.to)
		}
		s.write(w, v, p)
	})
}

// Raw adds what is no page: a download, a stream, JSON. Who asks is known and the headers of a page are set; f may change those. It
// is for GET only, and writes its own errors or hands them to [Site.Fail].
func (s *Site) Raw(pattern string, f func(w http.ResponseWriter, v *Visit)) {
	if !strings.HasPrefix(pattern, "GET /") {
		panic("web: " + s.o.Name + ": Raw takes a pattern such as \"GET /export\"")
	}
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { f(w, visitOf(r)) })
}

// ServeHTTP serves the site.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	headers(w.Header())
	if serveAsset(w, r) {
		return
	}
	if r.URL.Path == "" { // mounted as "/desk" and asked for just that: relative links need the slash
		uri, _, _ := strings.Cut(r.RequestURI, "?")
		redirect(w, http.StatusTemporaryRedirect, "./"+uri[strings.LastIndexByte(uri, '/')+1:]+"/")
		return
	}
	v := s.visit(r)
	s.hurry(w, v.Request)
	defer s.recovered(w, v)
	v.Lang, v.words = s.o.Language.choose(r)
	who, err := s.o.Auth(r)
	if err != nil || who == "" {
		s.fail(w, v, deniedBy(err))
		return
	}
	v.Who = who
	// The mux would redirect an unclean path, and under a stripped prefix that leads astray: here it is no page.
	if clean := path.Clean(r.URL.Path); r.URL.Path != clean && r.URL.Path != clean+"/" {
		s.fail(w, v, errMissing)
		return
	}
	if h, pattern := s.mux.Handler(r); pattern == "" {
		var found verdict
		if h.ServeHTTP(&found, r); found.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", found.Header().Get("Allow"))
			s.fail(w, v, Problem(found.status, "This address does not take that kind of request."))
			return
		}
		s.fail(w, v, errMissing)
		return
	}
	s.mux.ServeHTTP(w, v.Request)
}

var errMissing = Problem(http.StatusNotFound, "There is no such page here. It may have moved, or the address is mistyped.")

// verdict is what the mux says about a request that no page is for.
type verdict struct {
	header http.Header
	status int
}

func (f *verdict) Header() http.Header {
	if f.header == nil {
		f.header = http.Header{}
	}
	return f.header
}
func (f *verdict) Write(b []byte) (int, error) { return len(b), nil }
func (f *verdict) WriteHeader(status int)      { f.status = status }

// The policy of every page: nothing but our own stylesheet, script and images, and nobody frames us.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func headers(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// redirect sends the browser to a reference relative to the page; http.Redirect would make it absolute by the stripped path.
func redirect(w http.ResponseWriter, status int, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(status)
}
