package web

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// Receive is a request whose body is bounded: to so many bytes, and to Options.ReadTimeout until it is read. For JSON interfaces beside
// the pages; forms are bounded as they come in.
func (s *Site) Receive(w http.ResponseWriter, r *http.Request, most int64) *http.Request {
	r = r.WithContext(r.Context()) // a copy: a handler leaves its request as it is
	s.hurry(w, r)
	r.Body = http.MaxBytesReader(w, r.Body, most)
	return r
}

// hurry gives the body of a request a time to arrive in: without one, somebody who sends a byte now and then holds a connection and a
// goroutine for as long as they like. The bound also ends what net/http reads of a request that was refused. A writer of a
// middleware that knows no deadlines keeps its server's; and a server that gives less time than we would has its way.
func (s *Site) hurry(w http.ResponseWriter, r *http.Request) {
	server, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if r.Body == nil || r.Body == http.NoBody || ok && server.ReadTimeout > 0 && server.ReadTimeout <= s.o.ReadTimeout {
		return
	}
	if in := http.NewResponseController(w); in.SetReadDeadline(time.Now().Add(s.o.ReadTimeout)) == nil {
		r.Body = &arriving{r.Body, in}
	}
}

// arriving is a body with a bound on its time. Once it has been read the bound is lifted, because the server goes on reading, to notice
// when the client goes away: it would take the end of the time for that, and cancel what the form does.
type arriving struct {
	io.ReadCloser
	in *http.ResponseController
}

func (a *arriving) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = a.in.SetReadDeadline(time.Time{}) // it has been set before
	}
	return n, err
}

// unread is what is said of a form that could not be read.
func unread(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return Problem(http.StatusRequestEntityTooLarge, "What was sent is too large, so nothing was done. Please shorten it.")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return Problem(http.StatusRequestTimeout, "What was sent took too long to arrive, so nothing was done. Please send it again.")
	}
	return Problem(http.StatusBadRequest, "The form could not be read, so nothing was done.")
}
