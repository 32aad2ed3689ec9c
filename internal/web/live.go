package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Defaults of Live.
const (
	DefaultEvery   = 500 * time.Millisecond
	DefaultBeat    = 15 * time.Second
	DefaultStreams = 256
	streamsEach    = 8 // of one person: a stream per browser, and some that have not noticed yet that they ended
)

// Live says when pages have changed.
type Live struct {
	// State is what the pages of a visit show, as any text that differs when they do. It is asked often: it should read memory.
	// The browser gets a hash of it. An error ends the stream. Required.
	State func(*Visit) (string, error)
	// Every is how often State is asked. Default: DefaultEvery.
	Every time.Duration
	// Beat is how often a silent stream says that it lives, and asks the authoriser again. Default: DefaultBeat.
	Beat time.Duration
	// Streams is how many may be open, eight of them one person's; whoever comes later polls. Default: DefaultStreams.
	Streams int
}

// Live adds the stream for pages whose Page.Live names it: pattern as in "GET /live". Without a query it is server-sent events: one
// "change" whenever State differs, the first at once. With ?poll it is the hash alone. A stream ends with its request, with the
// authoriser's consent, with Close, and when the http.Server that serves it is shut down.
func (s *Site) Live(pattern string, l Live) {
	if l.State == nil {
		panic("web: " + s.o.Name + ": Live without a State: give a func(*web.Visit) (string, error)")
	}
	if strings.Contains(pattern, "{") { // pages name it by its address
		panic("web: " + s.o.Name + ": " + pattern + " is many addresses; a stream has one, and its State sees whose it is")
	}
	if l.Every <= 0 {
		l.Every = DefaultEvery
	}
	if l.Beat <= 0 {
		l.Beat = DefaultBeat
	}
	if l.Streams <= 0 {
		l.Streams = DefaultStreams
	}
	s.lives[strings.TrimPrefix(pattern, "GET /")] = l
	s.Raw(pattern, func(w http.ResponseWriter, v *Visit) {
		state, err := hashed(l, v)
		switch {
		case err != nil:
			s.fail(w, v, err)
		case v.Method == http.MethodHead || v.URL.Query().Has("poll"):
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = io.WriteString(w, state) // the reader has gone: nobody to tell
		default:
			s.stream(w, v, l, state)
		}
	})
}

// Close ends all streams, and lets no more begin. It returns nil, and is there so that a Site is an io.Closer.
func (s *Site) Close() error {
	s.live.close()
	return nil
}

func hashed(l Live, v *Visit) (string, error) {
	state, err := l.State(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:8]), nil
}

func (s *Site) stream(w http.ResponseWriter, v *Visit, l Live, state string) {
	done, leave, ok := s.live.enter(v, l.Streams)
	if !ok {
		w.Header().Set("Retry-After", "30")
		s.fail(w, v, Problem(http.StatusServiceUnavailable, "Too many pages are open just now; this one looks for changes less often."))
		return
	}
	defer leave()
	defer s.cutShort()
	if !flushes(w) {
		s.fail(w, v, Problem(http.StatusNotImplemented, "This server cannot send events one by one; pages look for changes less often."))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // proxies that buffer would keep the events to themselves
	out := http.NewResponseController(w)
	send := func(text string) bool {
		// One who does not read is dropped instead of waited for. A writer without deadlines has its server's.
		_ = out.SetWriteDeadline(time.Now().Add(l.Beat))
		if _, err := io.WriteString(w, text); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	if !send("retry: 2000\nevent: change\ndata: " + state + "\n\n") {
		return
	}
	look, beat := time.NewTicker(l.Every), time.NewTicker(l.Beat)
	defer look.Stop()
	defer beat.Stop()
	for {
		select {
		case <-v.Context().Done():
			return
		case <-done:
			return
		case <-beat.C:
			if who, err := s.o.Auth(v.Request); err != nil || who != v.Who || !send(": \n\n") {
				return
			}
		case <-look.C:
			next, err := hashed(l, v)
			if err != nil {
				return
			}
			if next != state {
				if state = next; !send("event: change\ndata: " + state + "\n\n") {
					return
				}
			}
		}
	}
}

// cutShort ends a stream whose State or authoriser panicked: it has begun, so that there is no page to write any more.
func (s *Site) cutShort() {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler:
		panic(p)
	default:
		s.log("web: a stream panicked", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
	}
}

// flushes says whether a writer can send what is written at once, which a middleware's may not.
func flushes(w http.ResponseWriter) bool {
	for {
		switch u := w.(type) {
		case http.Flusher, interface{ FlushError() error }:
			return true
		case interface{ Unwrap() http.ResponseWriter }:
			w = u.Unwrap()
		default:
			return false
		}
	}
}

// streams counts who listens, and ends them all.
type streams struct {
	mu      sync.Mutex
	all     int
	each    map[string]int
	servers map[*http.Server]bool // that tell us of their shutdown
	done    chan struct{}
	closed  bool
}

func (a *streams) enter(v *Visit, most int) (done <-chan struct{}, leave func(), ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.each == nil {
		a.each, a.servers, a.done = map[string]int{}, map[*http.Server]bool{}, make(chan struct{})
		if a.closed {
			close(a.done)
		}
	}
	if a.closed || a.all >= most || a.each[v.Who] >= streamsEach {
		return nil, nil, false
	}
	// Shutdown waits for requests that run, so that one which runs for ever has to hear of it.
	if server, ok := v.Context().Value(http.ServerContextKey).(*http.Server); ok && !a.servers[server] {
		a.servers[server] = true
		server.RegisterOnShutdown(func() { a.drop(server) })
	}
	a.all++
	a.each[v.Who]++
	return a.done, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.all--
		if a.each[v.Who]--; a.each[v.Who] == 0 {
			delete(a.each, v.Who)
		}
	}, true
}

// drop ends the streams because a server shuts down; those of another server come back by themselves.
func (a *streams) drop(server *http.Server) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.servers, server)
	if !a.closed {
		close(a.done)
		a.done = make(chan struct{})
	}
}

func (a *streams) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed && a.done != nil {
		close(a.done)
	}
	a.closed = true
}
