package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// half sends a form of which the second half never comes, and returns the answer, and whether the connection ends with it.
func half(t *testing.T, server *httptest.Server, path, headers string) (status int, body string, ends bool) {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: h\r\nX-User: a\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 1000\r\n"+headers+"\r\ntoken=AAAA")
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(b), res.Close
}

const asForm = "Content-Type: application/x-www-form-urlencoded\r\n"

func TestAFormThatNeverArrivesIsGivenUp(t *testing.T) {
	s := newTestSite(t, Options{ReadTimeout: 20 * time.Millisecond})
	server := httptest.NewServer(s)
	defer server.Close()
	status, body, ends := half(t, server, "/do", asForm)
	assert.Equal(t, http.StatusRequestTimeout, status)
	assert.Contains(t, body, "took too long to arrive, so nothing was done")
	assert.True(t, ends)

	// What is refused unread does not hold the server either: Close above waits for no connection of ours.
	status, _, _ = half(t, server, "/do", "")
	assert.Equal(t, http.StatusUnsupportedMediaType, status)
	status, _, _ = half(t, server, "/nowhere", asForm)
	assert.Equal(t, http.StatusNotFound, status)
	assert.Empty(t, s.done)
}

// A server that gives less time has its way.
func TestAHastierServerKeepsItsTime(t *testing.T) {
	s := newTestSite(t, Options{ReadTimeout: time.Hour})
	server := httptest.NewUnstartedServer(s)
	server.Config.ReadTimeout = 20 * time.Millisecond
	server.Start()
	defer server.Close()
	status, _, _ := half(t, server, "/do", asForm)
	assert.Equal(t, http.StatusRequestTimeout, status)
}

// timed is a writer that notes the deadlines it is given.
type timed struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (w *timed) SetReadDeadline(at time.Time) error {
	w.deadlines = append(w.deadlines, at)
	return nil
}

// The time is for what arrives, not for what is done about it: past a deadline that stays, net/http takes the client for gone.
func TestAFormThatHasArrivedIsInNoHurry(t *testing.T) {
	s := newTestSite(t, Options{ReadTimeout: time.Minute})
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	s.Post("POST /look", func(*Visit) (*Page, error) {
		require.Len(t, w.deadlines, 2)
		assert.WithinRange(t, w.deadlines[0], time.Now(), time.Now().Add(time.Minute))
		assert.Zero(t, w.deadlines[1], "lifted before anything is done")
		return See("?q=done"), nil
	})
	r := httptest.NewRequest(http.MethodPost, "/look", strings.NewReader(url.Values{"token": {s.Mint("a")}}.Encode()))
	r.Header.Set("X-User", "a")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.ServeHTTP(w, r)
	assert.Equal(t, http.StatusSeeOther, w.Code, w.Body.String())

	w = &timed{ResponseRecorder: httptest.NewRecorder()}
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Empty(t, w.deadlines, "nothing is to arrive")
}

// A middleware's writer may know no deadlines: its server's hold, and forms are taken as ever.
func TestAWriterWithoutDeadlinesTakesForms(t *testing.T) {
	s := newTestSite(t, Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(deaf{w}, r) }))
	defer server.Close()
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, size := range []int{10, DefaultMaxBody} {
		form := url.Values{"token": {s.Mint("a")}, "text": {strings.Repeat("x", size)}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/do", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("X-User", "a")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, map[int]int{10: http.StatusSeeOther, DefaultMaxBody: http.StatusRequestEntityTooLarge}[size], res.StatusCode)
	}
	assert.Len(t, s.done, 1)
}

// A request that is received is a copy, and bounded.
func TestWhatIsReceivedIsBounded(t *testing.T) {
	s := newTestSite(t, Options{})
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("12345"))
	was := r.Body
	b, err := io.ReadAll(s.Receive(httptest.NewRecorder(), r, 4).Body)
	require.Error(t, err)
	assert.Len(t, b, 4)
	assert.Equal(t, was, r.Body)
}
