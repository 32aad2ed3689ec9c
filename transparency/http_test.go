package transparency_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// echo answers with the body it got; /stream in three pieces, /busy with 503 the first time, /gone with a broken answer.
func echo(t *testing.T) (url string, got *atomic.Int64) {
	t.Helper()
	got = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := got.Add(1)
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/busy":
			if n == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
		case "/stream":
			w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
			for _, part := range []string{"data: a\n\n", "data: b\n\n", "data: " + string(body) + "\n\n"} {
				_, _ = io.WriteString(w, part)
				w.(http.Flusher).Flush()
			}
			return
		case "/gone":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			return
		}
		_, _ = w.Write(append([]byte("re: "), body...))
	}))
	t.Cleanup(s.Close)
	return s.URL, got
}

func explainExchange(x transparency.Exchange) transparency.Explanation {
	return transparency.Explanation{Subject: "c-1", Summary: "You sent " + string(x.Sent), Result: string(x.Received)}
}

// head is what is looked at of an answer besides its body.
type head struct {
	StatusCode int
	Header     http.Header
}

func post(t *testing.T, c *http.Client, r *http.Request) (string, head, error) {
	t.Helper()
	resp, err := c.Do(r)
	if err != nil {
		return "", head{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), head{resp.StatusCode, resp.Header}, err
}

func request(t *testing.T, url string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	return r
}

func TestTransportRecordsRequestAndAnswer(t *testing.T) {
	url, _ := echo(t)
	once := func() io.Reader { return io.MultiReader(strings.NewReader("hello")) } // a body without GetBody
	for name, body := range map[string]func() io.Reader{"GetBody": func() io.Reader { return strings.NewReader("hello") }, "once": once} {
		t.Run(name, func(t *testing.T) {
			j, _ := open(t, &transparency.Options{Payloads: true})
			c := &http.Client{Transport: transparency.Transport(nil, j, explainExchange)}
			got, _, err := post(t, c, request(t, url, body()))
			require.NoError(t, err)
			assert.Equal(t, "re: hello", got)
			r := only(t, j, "c-1")
			assert.Equal(t, call.Allowed, r.Outcome)
			assert.Equal(t, "You sent hello.", r.Why())
			assert.Equal(t, "re: hello", r.Explanation.Result)
			assert.True(t, r.Input.Digest.MatchesBytes([]byte("hello")))
			assert.True(t, r.Output.Digest.MatchesBytes([]byte("re: hello")))
			assert.False(t, r.Output.Digest.MatchesBytes([]byte("re: hell")))
			assert.JSONEq(t, `"hello"`, string(r.Input.Payload), "text that is no JSON is kept as a string")
			assert.Equal(t, "http", r.System)
		})
	}
}

func TestAStreamOverHTTPIsRecordedAtItsEnd(t *testing.T) {
	url, _ := echo(t)
	j, _ := open(t, nil)
	c := &http.Client{Transport: transparency.Transport(nil, j, explainExchange)}
	resp, err := c.Do(request(t, url+"/stream", strings.NewReader("x")))
	require.NoError(t, err)
	for range j.Find(t.Context(), "c-1") {
		t.Fatal("nothing has been delivered yet")
	}
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	r := only(t, j, "c-1")
	assert.Equal(t, call.Allowed, r.Outcome)
	assert.True(t, r.Output.Digest.MatchesBytes(got))

	j, _ = open(t, nil)
	c = &http.Client{Transport: transparency.Transport(nil, j, explainExchange)}
	resp, err = c.Do(request(t, url+"/stream", strings.NewReader("x")))
	require.NoError(t, err)
	one := make([]byte, 4)
	_, err = io.ReadFull(resp.Body, one)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	r = only(t, j, "c-1")
	assert.Equal(t, call.Abandoned, r.Outcome)
	assert.True(t, r.Output.Digest.MatchesBytes(one))

	j, l := open(t, nil)
	c = &http.Client{Transport: transparency.Transport(nil, j, explainExchange)}
	resp, err = c.Do(request(t, url+"/stream", strings.NewReader("x")))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	_, err = io.ReadAll(resp.Body)
	require.ErrorIs(t, err, transparency.ErrNotRecorded, "in the place of io.EOF")
	require.NoError(t, resp.Body.Close())
}

func TestRetriesOfARequestAreAttemptsOfOneDecision(t *testing.T) {
	url, _ := echo(t)
	j, _ := open(t, nil)
	c := &http.Client{Transport: transparency.Transport(nil, j, explainExchange)}
	ctx, trail := call.Track(call.WithSubject(t.Context(), "c-1"))
	for range 2 {
		_, _, err := post(t, c, request(t, url+"/busy", strings.NewReader("x")).WithContext(ctx))
		require.NoError(t, err)
	}
	assert.Len(t, trail.All(), 1)
	r := only(t, j, "c-1")
	assert.Equal(t, []string{"decision.recorded failed", "decision.recorded allowed"}, kinds(t, r))
	assert.Equal(t, 1, r.Attempt)
	assert.Equal(t, call.Allowed, r.Outcome)
	assert.Empty(t, r.Error)
}

func TestWhatGoesWrongOverHTTPIsRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		base http.RoundTripper
		path string
		want string
	}{
		"error":   {tripper(func(*http.Request) (*http.Response, error) { return nil, errOwn }), "", "*errors.errorString"},
		"neither": {tripper(func(*http.Request) (*http.Response, error) { return nil, nil }), "", "*call.RefusedError"},
		"broken":  {nil, "/gone", "*errors.errorString"},
		"status":  {nil, "/busy", "HTTP status 503"},
		"panic":   {tripper(func(*http.Request) (*http.Response, error) { panic(canary) }), "", "panic of type string"},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := echo(t)
			j, l := open(t, nil)
			client := &http.Client{Transport: transparency.Transport(c.base, j, explainExchange)}
			func() {
				defer func() { assert.Equal(t, name == "panic", recover() != nil) }()
				_, resp, err := post(t, client, request(t, url+c.path, strings.NewReader("x")).WithContext(call.WithSubject(t.Context(), "c-1")))
				assert.Equal(t, name != "status", err != nil)
				assert.Equal(t, name == "error", errors.Is(err, errOwn))
				assert.Equal(t, name == "status", resp.StatusCode != 0)
			}()
			r := only(t, j, "c-1")
			assert.Equal(t, call.Failed, r.Outcome)
			assert.Equal(t, c.want, r.Error)
			assert.True(t, r.Input.Digest.MatchesBytes([]byte("x")))
			assert.NotContains(t, string(entries(t, l)[0].Body), canary)
		})
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestARefusalOverHTTPIsA403ThatNobodyRetries(t *testing.T) {
	url, got := echo(t)
	closed := ledger.Memory(nil)
	broken, err := transparency.New(t.Context(), closed, nil)
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	working, _ := open(t, nil)
	nobody := func(transparency.Exchange) transparency.Explanation { return transparency.Explanation{} }
	for name, c := range map[string]struct {
		rt   http.RoundTripper
		want error
		sent int64
	}{
		"nil journal":     {transparency.Transport(nil, nil, explainExchange), transparency.ErrRefused, 0},
		"cannot write":    {transparency.Transport(nil, broken, explainExchange), transparency.ErrNotRecorded, 1},
		"about nobody":    {transparency.Transport(nil, working, nobody), transparency.ErrRefused, 1},
		"explain panics":  {transparency.Transport(nil, working, func(transparency.Exchange) transparency.Explanation { panic(canary) }), transparency.ErrRefused, 1},
		"through a chain": {chain(transparency.Middleware(broken, explainExchange)), transparency.ErrNotRecorded, 1}, //nolint:bodyclose // a function, no answer
	} {
		before := got.Load()
		ctx, trail := call.Track(t.Context())
		body, resp, err := post(t, &http.Client{Transport: c.rt}, request(t, url, strings.NewReader(canary)).WithContext(ctx))
		require.NoError(t, err, name)
		assert.Equal(t, http.StatusForbidden, resp.StatusCode, name)
		assert.Equal(t, "false", resp.Header.Get("X-Should-Retry"), name)
		assert.NotContains(t, body, canary)
		require.ErrorIs(t, trail.Err(), c.want, name)
		assert.Equal(t, c.sent, got.Load()-before, name)
	}
	assert.Panics(t, func() { transparency.Transport(nil, working, nil) })
	assert.Panics(t, func() { transparency.Middleware(working, nil) }) //nolint:bodyclose // a function, no answer
}

func chain(m func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error)) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) { return m(r, http.DefaultTransport.RoundTrip) })
}

func TestLargeBodiesKeepADigestOnly(t *testing.T) {
	url, _ := echo(t)
	j, _ := open(t, &transparency.Options{Payloads: true, MaxPayload: 100})
	large := bytes.Repeat([]byte("0123456789"), 2<<20) // above what is read before it is delivered
	c := &http.Client{Transport: transparency.Transport(nil, j, func(x transparency.Exchange) transparency.Explanation {
		return transparency.Explanation{Subject: "c-1", Result: string(x.Received)}
	})}
	got, _, err := post(t, c, request(t, url, bytes.NewReader(large)))
	require.NoError(t, err)
	assert.Len(t, got, len(large)+4)
	r := only(t, j, "c-1")
	assert.True(t, r.Input.Digest.MatchesBytes(large))
	assert.True(t, r.Output.Digest.MatchesBytes([]byte(got)))
	assert.True(t, r.Input.Cut)
	assert.True(t, r.Output.Cut)
	assert.Len(t, r.Explanation.Result, 100)
}
