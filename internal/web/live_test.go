package web

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// liveSite is a server with a stream, whose state and sign-in a test changes.
type liveSite struct {
	*testSite
	server *httptest.Server
	state  atomic.Value
	closed atomic.Bool // nobody is signed in any more
}

func newLiveSite(t *testing.T, l Live) *liveSite {
	t.Helper()
	s := &liveSite{}
	s.state.Store("one")
	s.testSite = newTestSite(t, Options{Auth: func(r *http.Request) (string, error) {
		if s.closed.Load() {
			return "", errors.New("signed out")
		}
		return asUser(r)
	}})
	l.State = func(*Visit) (string, error) { return s.state.Load().(string), nil }
	s.Live("GET /live", l)
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// listen opens a stream and gives its events; they end when the stream does.
func (s *liveSite) listen(ctx context.Context, who string) (status int, events <-chan string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.URL+"/live", nil)
	require.NoError(s.t, err)
	r.Header.Set("X-User", who)
	res, err := s.server.Client().Do(r)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = res.Body.Close() })
	told := make(chan string, 64)
	go func() {
		defer close(told)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				told <- data
			}
		}
	}()
	if status = res.StatusCode; status == http.StatusServiceUnavailable {
		assert.NotEmpty(s.t, res.Header.Get("Retry-After"))
	}
	return status, told
}

func receive(t *testing.T, events <-chan string) (string, bool) {
	t.Helper()
	select {
	case e, ok := <-events:
		return e, ok
	case <-time.After(30 * time.Second):
		require.Fail(t, "no event, and no end")
		return "", false
	}
}

func TestAStreamTellsOfChangesAndOfNothingElse(t *testing.T) {
	s := newLiveSite(t, Live{Every: time.Millisecond})
	_, events := s.listen(t.Context(), "a")
	first, _ := receive(t, events)
	s.state.Store("two")
	second, _ := receive(t, events)
	assert.NotEqual(t, first, second)
	s.state.Store("one")
	third, _ := receive(t, events)
	assert.Equal(t, first, third)
	assert.NotContains(t, first+second, "one")

	poll := s.get("/live?poll", "a")
	assert.Equal(t, first, poll.Body.String())
	assert.Equal(t, http.StatusUnauthorized, s.get("/live", "").Code)
	require.NoError(t, s.Close())
	_, ok := receive(t, events)
	assert.False(t, ok, "closed")
	status, _ := s.listen(t.Context(), "a")
	assert.Equal(t, http.StatusServiceUnavailable, status)
}

func TestAStreamEndsWithTheSession(t *testing.T) {
	s := newLiveSite(t, Live{Every: time.Millisecond, Beat: time.Millisecond})
	_, events := s.listen(t.Context(), "a")
	receive(t, events)
	s.closed.Store(true)
	_, ok := receive(t, events)
	assert.False(t, ok)
}

func TestStreamsAreBoundedAndGivenBack(t *testing.T) {
	s := newLiveSite(t, Live{Every: time.Millisecond, Streams: streamsEach + 1})
	ctx, cancel := context.WithCancel(t.Context())
	for range streamsEach {
		_, events := s.listen(ctx, "a")
		receive(t, events)
	}
	status, _ := s.listen(t.Context(), "a")
	assert.Equal(t, http.StatusServiceUnavailable, status, "one person's")
	_, events := s.listen(t.Context(), "b")
	receive(t, events)
	status, _ = s.listen(t.Context(), "c")
	assert.Equal(t, http.StatusServiceUnavailable, status, "everybody's")
	cancel()
	assert.Eventually(t, func() bool {
		s.live.mu.Lock()
		defer s.live.mu.Unlock()
		return s.live.all == 1 && len(s.live.each) == 1
	}, 30*time.Second, time.Millisecond)
}

// Shutdown waits for what runs; a stream hears of it and ends.
func TestAStreamEndsWithTheServer(t *testing.T) {
	s := newLiveSite(t, Live{Every: time.Hour, Beat: time.Hour})
	_, events := s.listen(t.Context(), "a")
	receive(t, events)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, s.server.Config.Shutdown(ctx))
	_, ok := receive(t, events)
	assert.False(t, ok)
}

// deaf is a writer that cannot flush: the stream is refused whole, and the script polls.
type deaf struct{ http.ResponseWriter }

func TestAStreamNeedsAWriterThatFlushes(t *testing.T) {
	s := newLiveSite(t, Live{})
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/live", nil)
	r.Header.Set("X-User", "a")
	s.ServeHTTP(deaf{rec}, r)
	assert.Equal(t, http.StatusNotImplemented, rec.Code)
	assert.NotEqual(t, "text/event-stream; charset=utf-8", rec.Header().Get("Content-Type"))
}

func TestALivePageSaysWhatItShowed(t *testing.T) {
	s := newLiveSite(t, Live{})
	s.Page("GET /watched", func(*Visit) (*Page, error) { return &Page{Title: "Watched", Template: "home", Live: "live"}, nil })
	page := s.get("/watched", "a").Body.String()
	state := s.get("/live?poll", "a").Body.String()
	assert.Contains(t, page, `data-stream="./live" data-state="`+state+`"`)
}
