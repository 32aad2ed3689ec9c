package center_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/center"
	"github.com/fairlead-go/fairlead/ledger"
)

// Whoever is refused for what they sent has used their token up: they get the next one all the same, so that they can mend it.
func TestEveryAnswerToAGoodTokenHoldsTheNext(t *testing.T) {
	gate, _ := newGate(t)
	b := open(t, gate, nil)
	token := b.token()
	for _, body := range []string{"no JSON", `{"purpose":"resale"}`, `{"purpose":"offers"}`, grant(b.page()), `{"purpose":"offers"}`} {
		b.header = http.Header{"X-Csrf-Token": {token}}
		w := b.send(http.MethodPost, "/api/grant", body)
		token = w.Header().Get("X-CSRF-Token")
		require.NotEmpty(t, token, body)
		if w.Code == http.StatusOK {
			var said struct{ Token string }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said))
			assert.Equal(t, token, said.Token)
		}
	}
	b.header = http.Header{"X-Csrf-Token": {token}}
	assert.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`).Code)
	b.header = http.Header{"X-Csrf-Token": {token}}
	w := b.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Empty(t, w.Header().Get("X-CSRF-Token"), "nobody gets one for a bad one")
}

// An event that is in the log must not be denied because this process could not follow it, or not wait until all do.
func TestWhatIsOnRecordIsNotDenied(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "consent.db"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	log, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: make([]byte, 32), Origin: "shop.example/consent"})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, log.Close()) })
	gate, err := consent.New(t.Context(), log, []consent.Purpose{{ID: "offers", Name: "Offers"}}, &consent.Options{MaxStaleness: time.Hour})
	require.NoError(t, err)
	t.Cleanup(gate.Close)
	o := &center.Options{Complete: func(_ *http.Request, e *consent.Event) error {
		e.Strict = true // returns only when it binds everywhere: after an hour here
		return nil
	}}
	recorded := make(chan struct{}, 8)
	gate.OnChange(func(consent.Event) { recorded <- struct{}{} })
	send := func(b browser, path, kind, token, body string) *httptest.ResponseRecorder {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { // the customer's patience ends once it is in the log
			<-recorded
			cancel()
		}()
		r := httptest.NewRequest(http.MethodPost, "https://shop.example"+path, strings.NewReader(body)).WithContext(ctx)
		r.Header = http.Header{"Test-Customer": {"customer-1"}, "Content-Type": {kind}, "Sec-Fetch-Site": {"same-origin"}, "X-Csrf-Token": {token}}
		w := httptest.NewRecorder()
		b.centre.ServeHTTP(w, r)
		return w
	}
	b := open(t, gate, o)
	f, ok := visitor{t: t, centre: b.centre, who: "customer-1"}.get("").form("Allow", "Offers")
	require.True(t, ok)
	for _, w := range []*httptest.ResponseRecorder{
		send(b, "/allow", "application/x-www-form-urlencoded", "", f.fields.Encode()),
		send(b, "/api/withdraw", "application/json", b.token(), `{"purpose":"offers"}`),
	} {
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Contains(t, w.Body.String(), "What you said is on record")
		assert.NotContains(t, w.Body.String(), "nothing was")
	}
	assert.Len(t, events(t, gate, "customer-1"), 2)
}

// What an application's function says when it panics goes neither to the customer nor, as net/http would have it, to the log.
func TestAPanicOfTheApplicationIsAnAnswer(t *testing.T) {
	gate, _ := newGate(t)
	good := open(t, gate, nil)
	broken, err := center.New(gate, func(*http.Request) (string, error) { panic("customer-1") }, nil)
	require.NoError(t, err)
	for _, path := range []string{"/api/purposes", "/"} {
		w := httptest.NewRecorder()
		require.NotPanics(t, func() { broken.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil)) })
		assert.Equal(t, http.StatusInternalServerError, w.Code, path)
		assert.NotContains(t, w.Body.String(), "customer-1")
	}
	b := open(t, gate, &center.Options{Complete: func(*http.Request, *consent.Event) error { panic(errors.New("customer-1")) }})
	w := b.send(http.MethodPost, "/api/grant", grant(good.page()))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	assert.NotContains(t, w.Body.String(), "customer-1")
}

// The mux's redirect of an unclean path leaves out the prefix that was stripped.
func TestUncleanAddressesAreNotRedirected(t *testing.T) {
	gate, _ := newGate(t)
	b := open(t, gate, nil)
	prefixed := http.StripPrefix("/choices", b.centre)
	for _, path := range []string{"/choices/api//purposes", "/choices/api/../api/purposes", "/choices/api/x/..//evil.example", "/choices/api/%2e%2e/api/purposes"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Test-Customer", "customer-1")
		w := httptest.NewRecorder()
		prefixed.ServeHTTP(w, r)
		assert.Equal(t, http.StatusNotFound, w.Code, path)
		assert.Empty(t, w.Header().Get("Location"), path)
	}
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

// A body that never arrives holds nothing up for long; one that has arrived is in no hurry any more.
func TestABodyHasATimeToArrive(t *testing.T) {
	gate, _ := newGate(t)
	b := open(t, gate, nil)
	for token, want := range map[string]struct{ code, deadlines int }{b.token(): {http.StatusOK, 2}, "forged": {http.StatusForbidden, 1}} {
		w := &timed{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest(http.MethodPost, "/api/withdraw", strings.NewReader(`{"purpose":"offers"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Csrf-Token", token)
		r.Header.Set("Test-Customer", b.who)
		b.centre.ServeHTTP(w, r)
		assert.Equal(t, want.code, w.Code, w.Body.String())
		require.Len(t, w.deadlines, want.deadlines)
		assert.True(t, w.deadlines[0].After(time.Now()))
		for _, lifted := range w.deadlines[1:] {
			assert.Zero(t, lifted)
		}
	}
}
