package consent_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/call"
)

type customer struct{ ID string }

func (c customer) ask() consent.Ask { return consent.Ask{Subject: c.ID, Purpose: "offers"} }

func recommend(_ context.Context, c customer) (string, error) { return "for " + c.ID, nil }

// agreed is a gate at which customer-1 agreed to everything that can be agreed to alone.
func agreed(t *testing.T) *consent.Gate {
	t.Helper()
	gate, _ := newGate(t)
	for _, p := range []string{"offers", "trial", "ads"} {
		_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: p})
		require.NoError(t, err)
	}
	return gate
}

func TestWrap(t *testing.T) {
	guarded := consent.Wrap(recommend, agreed(t), customer.ask)
	got, err := guarded(t.Context(), customer{"customer-1"})
	require.NoError(t, err)
	assert.Equal(t, "for customer-1", got)

	got, err = guarded(t.Context(), customer{"customer-2"})
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.Empty(t, got)
	assert.NotContains(t, err.Error(), "customer-2")
	var denied *consent.DeniedError
	require.ErrorAs(t, err, &denied)
	assert.NotZero(t, denied.Decision)
	assert.Equal(t, http.StatusForbidden, denied.HTTPStatus())
	assert.Equal(t, call.Denied, call.OutcomeOf(err))
}

func TestWrapTakesWhatIsMissingFromTheContext(t *testing.T) {
	guarded := consent.Wrap(recommend, agreed(t), func(customer) consent.Ask { return consent.Ask{} })
	_, err := guarded(t.Context(), customer{})
	require.ErrorIs(t, err, consent.ErrDenied)
	ctx := consent.WithAsk(t.Context(), consent.Ask{Purpose: "offers", Also: []string{"trial"}})
	_, err = guarded(ctx, customer{})
	require.ErrorIs(t, err, consent.ErrDenied, "no subject yet")
	_, err = guarded(call.WithSubject(ctx, "customer-1"), customer{})
	require.NoError(t, err)
	_, err = guarded(consent.WithAsk(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "ads", GPC: true}), customer{})
	require.ErrorIs(t, err, consent.ErrDenied, "the signal of the browser came along")
}

func TestADescribeFunctionThatPanicsDenies(t *testing.T) {
	ran := false
	guarded := consent.Wrap(func(context.Context, customer) (string, error) { ran = true; return "", nil }, agreed(t),
		func(c customer) consent.Ask { panic("canary " + c.ID) })
	_, err := guarded(t.Context(), customer{"customer-1"})
	require.ErrorIs(t, err, consent.ErrDenied)
	require.ErrorIs(t, err, call.ErrRefused)
	assert.False(t, ran)
	assert.NotContains(t, err.Error(), "canary")
	assert.Contains(t, err.Error(), "panicked")
}

func TestWrapOr(t *testing.T) {
	popular := func(context.Context, customer) (string, error) { return "popular", nil }
	guarded := consent.WrapOr(recommend, agreed(t), customer.ask, popular)
	ctx, trail := call.Track(t.Context())
	got, err := guarded(ctx, customer{"customer-2"})
	require.NoError(t, err)
	assert.Equal(t, "popular", got)
	assert.Equal(t, call.Fallback, trail.Outcome())

	got, err = guarded(ctx, customer{"customer-1"})
	require.NoError(t, err)
	assert.Equal(t, "for customer-1", got)
	assert.Equal(t, call.Allowed, trail.Outcome())

	// A denial further in is another gate's: it is no reason for this one's fallback.
	inner := consent.WrapOr(consent.Wrap(recommend, nil, customer.ask), agreed(t), customer.ask, popular)
	_, err = inner(ctx, customer{"customer-1"})
	require.ErrorIs(t, err, consent.ErrDenied)

	// A gate that cannot answer is a denial, too.
	got, err = consent.WrapOr(recommend, nil, customer.ask, popular)(ctx, customer{"customer-1"})
	require.NoError(t, err)
	assert.Equal(t, "popular", got)
}

func TestWrapStream(t *testing.T) {
	gate := agreed(t)
	words := func(_ context.Context, c customer) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, w := range []string{"for", c.ID} {
				if !yield(w, nil) {
					return
				}
			}
		}
	}
	guarded := consent.WrapStream(words, gate, customer.ask)
	ctx, trail := call.Track(t.Context())
	stream := guarded(ctx, customer{"customer-1"})
	var got []string
	for w, err := range stream {
		require.NoError(t, err)
		got = append(got, w)
	}
	assert.Equal(t, []string{"for", "customer-1"}, got)
	assert.Equal(t, call.Allowed, trail.Outcome())

	for _, err := range stream { // again: a new decision
		require.NoError(t, err)
		break
	}
	assert.Len(t, trail.All(), 2)
	assert.Equal(t, call.Abandoned, trail.Outcome())

	_, err := gate.Withdraw(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	var errs []error
	for _, err := range stream { // and once more, after the withdrawal
		errs = append(errs, err)
	}
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], consent.ErrDenied)
	assert.Equal(t, call.Denied, trail.Outcome())
}

func TestNilFunctionsPanicAtWiring(t *testing.T) {
	gate := agreed(t)
	for name, wire := range map[string]func(){
		"Wrap next":      func() { consent.Wrap[customer, string](nil, gate, customer.ask) },
		"Wrap describe":  func() { consent.Wrap(recommend, gate, nil) },
		"WrapOr":         func() { consent.WrapOr(recommend, gate, customer.ask, nil) },
		"WrapStream":     func() { consent.WrapStream[customer, string](nil, gate, customer.ask) },
		"Handler":        func() { consent.Handler(nil, gate, nil) },
		"OnChange react": func() { gate.OnChange(nil) },
	} {
		assert.Contains(t, panicOf(wire), "is nil: pass the function", name)
	}
}

// panicOf is the text f panics with.
func panicOf(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}

func TestTransport(t *testing.T) {
	var reached int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached++
		_, _ = io.WriteString(w, "hello")
	}))
	defer server.Close()
	describe := func(r *http.Request) consent.Ask {
		return consent.Ask{Subject: r.Header.Get("X-Customer"), Purpose: "offers"}
	}
	gate := agreed(t)
	clients := map[string]*http.Client{
		"transport": {Transport: consent.Transport(nil, gate, describe)},
		"middleware": {Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return consent.Middleware(gate, describe)(r, http.DefaultTransport.RoundTrip)
		})},
	}
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			reached = 0
			get := func(who string) (answered, *call.Trail) {
				ctx, trail := call.Track(t.Context())
				r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("question"))
				require.NoError(t, err)
				r.Header.Set("X-Customer", who)
				resp, err := client.Do(r)
				require.NoError(t, err)
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				return answered{resp.StatusCode, resp.Header, string(body)}, trail
			}
			got, trail := get("customer-1")
			assert.Equal(t, http.StatusOK, got.status)
			assert.Equal(t, "hello", got.body)
			assert.Equal(t, call.Allowed, trail.Outcome())

			got, trail = get("customer-2")
			assert.Equal(t, http.StatusForbidden, got.status)
			assert.Equal(t, "false", got.header.Get("X-Should-Retry"))
			assert.NotContains(t, got.body, "customer-2")
			assert.Contains(t, got.body, "You have not agreed")
			require.ErrorIs(t, trail.Err(), consent.ErrDenied)
			assert.Equal(t, 1, reached, "a refused request is not sent")
		})
	}
}

type answered struct {
	status int
	header http.Header
	body   string
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHandler(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "made for you") })
	describe := func(purpose string) func(r *http.Request) consent.Ask {
		return func(r *http.Request) consent.Ask {
			return consent.Ask{Subject: r.Header.Get("X-Customer"), Purpose: purpose}
		}
	}
	gate := agreed(t)
	serve := func(h http.Handler, header ...string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		h.ServeHTTP(w, r)
		return w
	}
	guarded := consent.Handler(next, gate, describe("offers"))
	w := serve(guarded, "X-Customer", "customer-1")
	assert.Equal(t, "made for you", w.Body.String())
	assert.Equal(t, "Sec-GPC", w.Header().Get("Vary"))

	w = serve(guarded, "X-Customer", "customer-2")
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Body.String(), "You have not agreed to this use of your data")
	assert.NotContains(t, w.Body.String(), "customer-2")

	ads := consent.Handler(next, gate, describe("ads"))
	assert.Equal(t, http.StatusOK, serve(ads, "X-Customer", "customer-1").Code)
	assert.Equal(t, http.StatusForbidden, serve(ads, "X-Customer", "customer-1", "Sec-GPC", "1").Code)
	assert.Equal(t, http.StatusOK, serve(ads, "X-Customer", "customer-1", "Sec-GPC", "0").Code, "only 1 is a statement")

	assert.Equal(t, http.StatusServiceUnavailable, serve(consent.Handler(next, nil, describe("offers")), "X-Customer", "customer-1").Code)
}

func TestTransportPassesTheServersErrorOn(t *testing.T) {
	boom := errors.New("no route")
	rt := consent.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, boom }), agreed(t), nil)
	ctx := consent.WithAsk(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	_, err := rt.RoundTrip(httptest.NewRequest(http.MethodGet, "http://127.0.0.1/", nil).WithContext(ctx)) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, boom)
}

func TestGPCSupport(t *testing.T) {
	h := consent.GPCSupport(time.Date(2026, 5, 17, 23, 0, 0, 0, time.UTC))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/gpc.json", nil))
	assert.JSONEq(t, `{"gpc":true,"lastUpdate":"2026-05-17"}`, w.Body.String())
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/.well-known/gpc.json", nil))
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Panics(t, func() { consent.GPCSupport(time.Time{}) })
}
