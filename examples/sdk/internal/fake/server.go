// Package fake is the other side for the examples beside it: a server on this machine that speaks the wire formats of OpenAI,
// Anthropic, Gemini and Ollama, and remembers all it was sent.
package fake

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

// Canary is what must never reach the server. It is valid, and nobody's.
const Canary = "ines.rocha@example.org"

// Ask is what the examples ask.
const Ask = "I am " + Canary + ", where is my order?"

// Shown is the server's answer to Ask as the application should see it.
const Shown = "Dear " + Canary + ", herzliche Grüße 😀!"

// Hidden is the same with the placeholder.
const Hidden = "Dear <EMAIL_ADDRESS_1>, herzliche Grüße 😀!"

// Server answers. What is asked under /fail fails the first time, with 500; what is asked under /moved is redirected, with 307.
type Server struct {
	URL string // to be told to the SDK

	srv   *httptest.Server
	mu    sync.Mutex
	seen  []string
	fault bool
	more  map[string]http.Handler
}

// Start begins to listen on this machine.
func Start() *Server {
	s := &Server{}
	s.srv = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.srv.URL
	return s
}

// Handle lets h answer what is asked under paths with this end.
func (s *Server) Handle(end string, h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.more == nil {
		s.more = make(map[string]http.Handler)
	}
	s.more[end] = h
}

// Close ends it.
func (s *Server) Close() {
	s.srv.CloseClientConnections()
	s.srv.Close()
}

// Seen is what was sent: for each request its line, headers and body.
func (s *Server) Seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.seen...)
}

// Leaked says whether the canary was in anything that was sent.
func (s *Server) Leaked() bool {
	all := strings.Join(s.Seen(), "\n")
	return strings.Contains(all, "ines.rocha") || strings.Contains(all, "%40example") || strings.Contains(all, `u0040example`)
}

// keep remembers a request and returns its body.
func (s *Server) keep(req *http.Request) string {
	var b strings.Builder
	b.WriteString(req.Method + " " + req.URL.String() + "\n")
	_ = req.Header.Write(&b) // to memory: cannot fail
	body, _ := io.ReadAll(req.Body)
	b.Write(body)
	s.Note(b.String())
	return string(body)
}

// Note remembers what was sent in another way than by HTTP.
func (s *Server) Note(sent string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, sent)
}

func (s *Server) other(path string) http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	for end, h := range s.more {
		if strings.HasSuffix(path, end) {
			return h
		}
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, req *http.Request) {
	body := s.keep(req)
	if rest, ok := strings.CutPrefix(req.URL.Path, "/moved"); ok {
		to := *req.URL
		to.Path = rest
		http.Redirect(w, req, to.String(), http.StatusTemporaryRedirect)
		return
	}
	if strings.HasPrefix(req.URL.Path, "/fail") && !s.failedBefore() {
		w.Header().Set("Retry-After-Ms", "1")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"error":{"message":"try again","code":500,"status":"INTERNAL"}}`)
		return
	}
	if h := s.other(req.URL.Path); h != nil {
		req.Body = io.NopCloser(strings.NewReader(body))
		h.ServeHTTP(w, req)
		return
	}
	write, ok := formats[suffix(req.URL.Path)]
	if !ok {
		http.NotFound(w, req)
		return
	}
	write(&answer{w: w, body: body, name: placeholder(body)})
}

func (s *Server) failedBefore() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.fault
	s.fault = true
	return was
}

var shape = regexp.MustCompile(`<[A-Z_]+_[0-9]+>`)

// placeholder is the one that stands in the request: a model repeats what it was told.
func placeholder(body string) string {
	if found := shape.FindString(body); found != "" {
		return found
	}
	return "nobody"
}

// Reply is what a model says to a text it was sent.
func Reply(sent string) string { return (&answer{name: placeholder(sent)}).text() }

// Pieces is Reply as a model streams it, with the placeholder cut in three.
func Pieces(sent string) []string { return (&answer{name: placeholder(sent)}).pieces() }

// answer is one answer on its way.
type answer struct {
	w    http.ResponseWriter
	body string
	name string
}

func (a *answer) streams() bool {
	return strings.Contains(strings.ReplaceAll(a.body, " ", ""), `"stream":true`)
}
func (a *answer) tools() bool { return strings.Contains(a.body, `"tools"`) }

// text is the whole answer.
func (a *answer) text() string { return strings.Replace(Hidden, "<EMAIL_ADDRESS_1>", a.name, 1) }

// pieces is the answer as a model streams it, with the placeholder cut in three.
func (a *answer) pieces() []string {
	before, after, _ := strings.Cut(a.text(), a.name)
	n := len(a.name)
	return []string{before, a.name[:n/3], a.name[n/3 : n-2], a.name[n-2:] + after[:2], after[2:]}
}

// send writes a body so that it arrives seven bytes at a time, whatever that cuts.
func (a *answer) send(kind, body string) {
	a.w.Header().Set("Content-Type", kind)
	flush, _ := a.w.(http.Flusher)
	for len(body) > 0 {
		n := min(7, len(body))
		_, _ = io.WriteString(a.w, body[:n]) // a client that has gone does not matter
		flush.Flush()
		body = body[n:]
	}
}
