package fairlead_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
)

// What an input does not carry comes from the context: a web handler knows who is logged in, the function does not.
func TestPurposeAndSubjectFromTheContext(t *testing.T) {
	h := newHouse(t)
	nothing := func(customer) consent.Ask { return consent.Ask{} }
	f := fairlead.Around(h.greet).
		Consent(h.gate, nothing).
		Fairness(h.monitor, func(customer) fairness.Groups { return fairness.Groups{} }, h.favourable).
		Transparency(h.journal, h.explain).
		Oversight(h.desk, h.open).
		Func()
	person := fairlead.WithSubject(t.Context(), canarySubject)
	asked := consent.WithAsk(person, consent.Ask{Purpose: purpose})
	for name, c := range map[string]struct {
		ctx    context.Context
		reason consent.Reason
	}{
		"nothing":             {t.Context(), consent.ReasonNoSubject},
		"subject alone":       {person, consent.ReasonUnknownPurpose},
		"purpose alone":       {consent.WithAsk(t.Context(), consent.Ask{Purpose: purpose}), consent.ReasonNoSubject},
		"both":                {asked, ""},
		"both in WithAsk":     {consent.WithAsk(t.Context(), consent.Ask{Subject: canarySubject, Purpose: purpose}), ""},
		"a second purpose":    {consent.WithAsk(asked, consent.Ask{Purpose: purpose, Also: []string{"resale"}}), consent.ReasonUnknownPurpose},
		"somebody unasked":    {fairlead.WithSubject(asked, "nobody-asked-them"), consent.ReasonNoRecord},
		"with groups as well": {fairness.WithGroups(asked, fairness.Of("x")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, trail, _, err := once(c.ctx, f, customer{})
			if c.reason == "" {
				require.NoError(t, err)
				assert.Equal(t, canarySubject, h.record(t, trail.ID()).Subject)
				return
			}
			denied := &consent.DeniedError{}
			require.ErrorAs(t, err, &denied)
			assert.Equal(t, c.reason, denied.Reason)
			typed(t, err, trail.ID())
		})
	}
	assert.Equal(t, 1.0, h.cell(t, "x").N, "groups from the context")
}

// retrying sends a request up to three times, as the SDKs of model providers do, unless the answer forbids it.
func retrying(client *http.Client, r *http.Request) (resp *http.Response, attempts int, err error) {
	for attempts = 1; ; attempts++ {
		if r.Body, err = r.GetBody(); err != nil {
			return nil, attempts, err
		}
		resp, err = client.Do(r)
		if attempts == 3 || err == nil && (resp.StatusCode < 400 || resp.Header.Get("X-Should-Retry") == "false") {
			return resp, attempts, err
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}
}

func TestAnHTTPClientGuardedByTransport(t *testing.T) {
	h := newHouse(t)
	var served, failing atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		if failing.Add(-1) >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: consent.Transport(server.Client().Transport, h.gate, nil)}
	type reply struct {
		status   int
		kind     string // of its content
		body     string
		attempts int
	}
	send := func(t *testing.T) (reply, *fairlead.Trail) {
		ctx, trail := fairlead.Track(consent.WithAsk(t.Context(), consent.Ask{Subject: canarySubject, Purpose: purpose}))
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("hello"))
		require.NoError(t, err)
		resp, attempts, err := retrying(client, r)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return reply{resp.StatusCode, resp.Header.Get("Content-Type"), string(body), attempts}, trail
	}

	t.Run("allowed", func(t *testing.T) {
		got, trail := send(t)
		assert.Equal(t, http.StatusOK, got.status)
		assert.Equal(t, "hello", got.body)
		assert.Equal(t, 1, got.attempts)
		assert.Equal(t, fairlead.Allowed, trail.Outcome())
		assert.EqualValues(t, 1, served.Swap(0))
	})
	t.Run("attempts of one request are one decision", func(t *testing.T) {
		failing.Store(2)
		got, trail := send(t)
		assert.Equal(t, http.StatusOK, got.status)
		assert.Equal(t, 3, got.attempts)
		assert.Len(t, trail.All(), 1)
		assert.Equal(t, fairlead.Allowed, trail.Outcome())
		assert.EqualValues(t, 3, served.Swap(0))
	})
	t.Run("refused", func(t *testing.T) {
		failing.Store(0)
		withdraw(t, h)
		got, trail := send(t)
		assert.Equal(t, http.StatusForbidden, got.status)
		assert.Equal(t, "application/problem+json", got.kind)
		assert.Equal(t, 1, got.attempts, "the answer keeps clients from trying again")
		assert.Zero(t, served.Load(), "nothing was sent")
		clean(t, got.body, "the answer")
		assert.Equal(t, fairlead.Denied, trail.Outcome())
		denied := &consent.DeniedError{}
		require.ErrorAs(t, trail.Err(), &denied, "the typed error stands in the trail")
		assert.Equal(t, consent.ReasonWithdrawn, denied.Reason)
		typed(t, trail.Err(), trail.ID())
		assert.Contains(t, got.body, trail.ID().String())
	})
}

// An SDK makes an error of its own of the 403; what the guarded function returns then still ends the decision as a denial.
func TestARefusalInsideAnSDKIsStillADenial(t *testing.T) {
	h := newHouse(t)
	withdraw(t, h)
	client := &http.Client{Transport: consent.Transport(nil, h.gate, func(*http.Request) consent.Ask { return consent.Ask{Purpose: purpose} })}
	sdk := func(ctx context.Context, _ customer) (answer, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:1/", nil)
		if err != nil {
			return answer{}, err
		}
		resp, err := client.Do(r)
		if err != nil {
			return answer{}, err
		}
		defer resp.Body.Close()
		return answer{}, errors.New(resp.Status)
	}
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	_, trail, _, err := once(ctx, fairlead.Wrap(sdk, h.sys), canary())
	require.EqualError(t, err, "403 Forbidden", "the SDK's own")
	require.ErrorIs(t, trail.Err(), consent.ErrDenied, "and what it was")
	assert.Equal(t, fairlead.Denied, trail.Outcome())
}

// Begin and end are for adapters; the first end counts.
func TestBeginAndEnd(t *testing.T) {
	wire := newSink(t)
	ctx, trail := fairlead.Track(t.Context())
	assert.Zero(t, fairlead.DecisionID(ctx), "not inside a call yet")
	inside, end := fairlead.Begin(ctx, wire.system("adapter"))
	assert.Equal(t, trail.ID(), fairlead.DecisionID(inside))
	assert.Empty(t, trail.Outcome(), "it has not ended")
	end(errModel)
	end(nil)
	end(nil)
	assert.Equal(t, fairlead.Failed, trail.Outcome(), "the first end counts")
	require.ErrorIs(t, trail.Err(), errModel)
	spans := wire.arrived(t)
	require.Len(t, spans, 1, "and leaves the one span")
	assert.Equal(t, "guard adapter", spans[0].Name)
	assert.Equal(t, "failed", attributes(spans[0].Attributes)["fairlead.outcome"])

	points := wire.measured(t, "fairlead.decisions").GetSum().DataPoints
	require.Len(t, points, 1)
	assert.EqualValues(t, 1, points[0].GetAsInt(), "and is counted once")

	inside, again := fairlead.Begin(inside, nil)
	again(nil)
	assert.NotEqual(t, trail.ID(), fairlead.DecisionID(inside), "a boundary inside a call is a child")
	assert.Len(t, trail.All(), 1)
}
