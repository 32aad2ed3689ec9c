package oversight_test

import (
	"context"
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
	"github.com/fairlead-go/fairlead/oversight"
)

// payments is a service that counts what it was asked to do.
func payments(t *testing.T) (url string, sent *atomic.Int32) {
	t.Helper()
	sent = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sent.Add(1)
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "did "+string(body))
	}))
	t.Cleanup(server.Close)
	return server.URL, sent
}

func largeOnly(hold bool) oversight.Policy {
	return oversight.Policy{Rate: oversight.RulesOnly, Rules: []oversight.Rule{
		{Name: "large", When: func(c oversight.Case) bool { return c.Score > 100 }, Hold: hold},
	}}
}

func amount(r *http.Request) oversight.Case {
	score := 0.0
	if r.Header.Get("Amount") == "large" {
		score = 1000
	}
	return oversight.Case{Title: "payment", Score: score}
}

func post(t *testing.T, client *http.Client, url, body, size string, resume *oversight.PendingError, once bool) (status int, answer string, err error) {
	t.Helper()
	ctx, trail := call.Track(about(t.Context(), "anna"))
	if resume != nil {
		ctx = oversight.Resume(ctx, resume.Case)
	}
	var source io.Reader = strings.NewReader(body)
	if once {
		source = io.MultiReader(source) // no GetBody
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/pay?key=canary", source)
	require.NoError(t, err)
	r.Header.Set("Amount", size)
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	if resp.StatusCode == http.StatusForbidden {
		require.Equal(t, "false", resp.Header.Get("X-Should-Retry"))
	}
	return resp.StatusCode, string(data), trail.Err()
}

func TestTransportAsksBeforeItSends(t *testing.T) {
	for _, once := range []bool{false, true} {
		url, sent := payments(t)
		desk := newDesk(t, ledger.Memory(nil), largeOnly(true))
		client := &http.Client{Transport: oversight.Transport(nil, desk, amount)}

		status, answer, err := post(t, client, url, `{"cents":1}`, "small", nil, once)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, `did {"cents":1}`, answer)

		status, _, err = post(t, client, url, `{"cents":2}`, "large", nil, once)
		require.Equal(t, http.StatusForbidden, status)
		pending := held(t, err)
		require.EqualValues(t, 1, sent.Load(), "it has not been sent")
		file, err := desk.Get(t.Context(), pending.Case)
		require.NoError(t, err)
		require.JSONEq(t, `{"method":"POST","url":"`+url+`/pay","body":{"cents":2}}`, string(file.Input), "and no query")

		status, _, err = post(t, client, url, `{"cents":2}`, "large", pending, once)
		require.Equal(t, http.StatusForbidden, status)
		require.ErrorIs(t, err, oversight.ErrPending)
		decide(t, desk, pending.Case, oversight.Judgement{Verdict: oversight.Approved})
		status, _, err = post(t, client, url, `{"cents":20}`, "large", pending, once)
		require.Equal(t, http.StatusForbidden, status)
		require.ErrorIs(t, err, oversight.ErrConflict, "another request than the approved one")
		for range 2 {
			status, answer, err = post(t, client, url, `{"cents":2}`, "large", pending, once)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, `did {"cents":2}`, answer)
		}
		require.EqualValues(t, 2, sent.Load(), "sent once, answered twice")
	}
}

func TestTransportRejectsReplacesAndStops(t *testing.T) {
	url, sent := payments(t)
	desk := newDesk(t, ledger.Memory(nil), largeOnly(true))
	guard := oversight.Middleware(desk, amount) //nolint:bodyclose // no body yet: it guards requests to come
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return guard(r, http.DefaultTransport.RoundTrip)
	})}
	_, _, err := post(t, client, url, "a", "large", nil, false)
	first := held(t, err)
	decide(t, desk, first.Case, oversight.Judgement{Verdict: oversight.Rejected})
	status, _, err := post(t, client, url, "a", "large", first, false)
	assert.Equal(t, http.StatusForbidden, status)
	require.ErrorIs(t, err, oversight.ErrRejected)

	_, _, err = post(t, client, url, "b", "large", nil, false)
	second := held(t, err)
	lease := claim(t, desk, "rosa", second.Case)
	require.ErrorIs(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Replaced, Output: map[string]any{"stauts": 1}}), oversight.ErrInvalid)
	require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{
		Verdict: oversight.Replaced, Output: map[string]any{"status": 409, "type": "application/json", "body": `{"why":"no"}`},
	}))
	status, answer, _ := post(t, client, url, "b", "large", second, false)
	assert.Equal(t, http.StatusConflict, status)
	assert.JSONEq(t, `{"why":"no"}`, answer)

	require.NoError(t, desk.Stop(t.Context(), "olga", "drill"))
	status, _, err = post(t, client, url, "c", "small", nil, false)
	assert.Equal(t, http.StatusForbidden, status)
	require.ErrorIs(t, err, oversight.ErrStopped)
	assert.Zero(t, sent.Load())

	status, _, err = post(t, &http.Client{Transport: oversight.Transport(nil, nil, amount)}, url, "c", "small", nil, false)
	assert.Equal(t, http.StatusForbidden, status)
	require.ErrorIs(t, err, oversight.ErrRefused)
	assert.Panics(t, func() { oversight.Transport(nil, desk, nil) })
	assert.Panics(t, func() { oversight.Middleware(desk, nil) }) //nolint:bodyclose // it panics
}

// What is drawn and not held goes out at once, and its case does not wait for the answer to be read.
func TestTransportDrawsAfterTheFact(t *testing.T) {
	url, sent := payments(t)
	desk := newDesk(t, ledger.Memory(nil), largeOnly(false))
	client := &http.Client{Transport: oversight.Transport(nil, desk, amount)}
	status, answer, err := post(t, client, url, "not json", "large", nil, true)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "did not json", answer)
	assert.EqualValues(t, 1, sent.Load())
	items, err := desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	file, err := desk.Get(t.Context(), items[0].Case)
	require.NoError(t, err)
	assert.JSONEq(t, `{"status":200,"type":"text/plain"}`, string(file.Output))

	long := strings.Repeat("\x00", 2<<20) // six bytes of JSON each
	status, answer, err = post(t, client, url, long, "large", nil, true)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "did "+long, answer, "it is only looked at")
	assert.EqualValues(t, 2, sent.Load())
	items, err = desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	file, err = desk.Get(t.Context(), items[1].Case)
	require.NoError(t, err)
	assert.Contains(t, string(file.Input), `"cut":true`)

	strict := &http.Client{Transport: oversight.Transport(nil, newDesk(t, ledger.Memory(nil), largeOnly(true)), amount)}
	status, _, err = post(t, strict, url, long, "large", nil, true)
	assert.Equal(t, http.StatusForbidden, status)
	require.ErrorIs(t, err, oversight.ErrRefused, "a reviewer would decide on half of it")
	assert.EqualValues(t, 2, sent.Load())
}

// What is sent is what the reviewer saw: a GetBody that gives something else counts for nothing.
func TestTransportSendsWhatWasApproved(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	var sent []string
	rt := oversight.Transport(roundTrip(func(r *http.Request) (*http.Response, error) {
		again, err := r.GetBody()
		require.NoError(t, err)
		for _, body := range []io.Reader{r.Body, again} {
			data, err := io.ReadAll(body)
			require.NoError(t, err)
			sent = append(sent, string(data))
			assert.EqualValues(t, len(data), r.ContentLength)
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("ok"))}, nil
	}), desk, func(*http.Request) oversight.Case { return oversight.Case{} })
	ask := func(ctx context.Context) error {
		ctx, trail := call.Track(ctx)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://pay.invalid/", strings.NewReader(`{"cents":1}`))
		require.NoError(t, err)
		r.Body = io.NopCloser(strings.NewReader(`{"cents":999999}`)) // by a middleware that forgot GetBody
		resp, err := rt.RoundTrip(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return trail.Err()
	}
	ctx := about(t.Context(), "anna")
	id := held(t, ask(ctx)).Case
	f, err := desk.Get(ctx, id)
	require.NoError(t, err)
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
	require.NoError(t, ask(oversight.Resume(ctx, id)))
	require.Equal(t, []string{`{"cents":999999}`, `{"cents":999999}`}, sent)
	require.Contains(t, string(f.Input), sent[0])
}

// An answer that cannot be kept is delivered to who asked for it, and to nobody afterwards.
func TestTransportAnswerThatIsNotKept(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), largeOnly(true))
	long := strings.Repeat("y", 3<<20)
	client := &http.Client{Transport: oversight.Transport(roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(long)), Request: r}, nil
	}), desk, amount)}
	_, _, err := post(t, client, "http://bank.example", "a", "large", nil, false)
	pending := held(t, err)
	decide(t, desk, pending.Case, oversight.Judgement{Verdict: oversight.Approved})
	_, answer, err := post(t, client, "http://bank.example", "a", "large", pending, false)
	require.NoError(t, err)
	assert.Equal(t, long, answer)
	_, _, err = post(t, client, "http://bank.example", "a", "large", pending, false)
	require.ErrorIs(t, err, oversight.ErrInterrupted)

	broken := &http.Client{Transport: oversight.Transport(roundTrip(func(*http.Request) (*http.Response, error) { return nil, nil }), desk, amount)}
	r, err := http.NewRequestWithContext(about(t.Context(), "anna"), http.MethodGet, "http://bank.example", http.NoBody)
	require.NoError(t, err)
	resp, err := broken.Do(r)
	if resp != nil {
		resp.Body.Close()
	}
	require.Error(t, err)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
