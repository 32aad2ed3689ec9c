package center_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/center"
	"github.com/fairlead-go/fairlead/ledger"
)

var key = ed25519.NewKeyFromSeed([]byte("a seed for tests, 32 bytes long."))

func newGate(t testing.TB) (*consent.Gate, *ledger.Ledger) {
	t.Helper()
	log := ledger.Memory(nil)
	gate, err := consent.New(t.Context(), log, []consent.Purpose{
		{
			ID: "offers", Name: "Offers made for you", Data: []string{"what you bought"}, Keep: "P1Y",
			Notice: consent.Notice{Version: 1, Text: "We look at what you bought <to choose>.", Language: "en"}, Cooldown: time.Hour,
		},
		{ID: "ads", SaleLike: true, MinAge: 16},
	}, &consent.Options{Controller: &consent.Controller{
		Name: "Example Shop", Address: "1 Harbour Street, Example", Contact: "privacy@shop.example", Storage: []string{"EU"},
		Withdrawal: "https://shop.example/choices", Jurisdiction: "EU", Signer: key,
	}})
	require.NoError(t, err)
	return gate, log
}

// signedIn trusts a header, as only a test may.
func signedIn(r *http.Request) (string, error) {
	if who := r.Header.Get("Test-Customer"); who != "" {
		return who, nil
	}
	return "", errors.New("no session")
}

type browser struct {
	t      *testing.T
	centre http.Handler
	who    string
	header http.Header
}

func (b browser) send(method, path, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "https://shop.example"+path, strings.NewReader(body))
	r.Header.Set("Test-Customer", b.who)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("X-CSRF-Token", b.token())
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	b.centre.ServeHTTP(w, r)
	return w
}

type page struct {
	Token    string
	Purposes []struct {
		ID, Reason, Text string
		Allowed          bool
		MayAsk           bool `json:"may_ask"`
		Receipt          uint64
		Notice           struct{ Text, Digest string }
	}
}

func (b browser) page() (p page) {
	b.t.Helper()
	w := browser{b.t, b.centre, b.who, http.Header{"Sec-Gpc": b.header["Sec-Gpc"]}}.send(http.MethodGet, "/api/purposes", "")
	require.Equal(b.t, http.StatusOK, w.Code)
	require.NoError(b.t, json.Unmarshal(w.Body.Bytes(), &p))
	return p
}

func (b browser) token() string { return b.page().Token }

func open(t *testing.T, gate *consent.Gate, o *center.Options) browser {
	t.Helper()
	c, err := center.New(gate, signedIn, o)
	require.NoError(t, err)
	return browser{t: t, centre: c, who: "customer-1"}
}

func grant(p page) string {
	return fmt.Sprintf(`{"purpose":"offers","notice_digest":%q}`, p.Purposes[0].Notice.Digest)
}

func TestAPersonSeesAndChangesTheirChoices(t *testing.T) {
	gate, _ := newGate(t)
	b := open(t, gate, nil)
	p := b.page()
	require.Len(t, p.Purposes, 2)
	assert.Equal(t, "We look at what you bought <to choose>.", p.Purposes[0].Notice.Text, "the exact text")
	assert.False(t, p.Purposes[0].Allowed)
	assert.Equal(t, "no_record", p.Purposes[0].Reason)
	assert.NotEmpty(t, p.Purposes[0].Text)
	assert.True(t, p.Purposes[0].MayAsk)

	require.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/grant", grant(p)).Code)
	p = b.page()
	assert.True(t, p.Purposes[0].Allowed)
	w := b.send(http.MethodGet, fmt.Sprint("/receipt/", p.Purposes[0].Receipt), "")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	receipt, err := consent.VerifyReceipt(w.Body.String(), key.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	assert.Equal(t, consent.Granted, receipt.Event.Kind)
	assert.Equal(t, "preference centre", receipt.Event.Method)

	require.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`).Code, "as easy as granting")
	require.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/object", `{"purpose":"ads"}`).Code)
	p = b.page()
	assert.Equal(t, "withdrawn", p.Purposes[0].Reason)
	assert.False(t, p.Purposes[0].MayAsk, "not again so soon")
	assert.Equal(t, "objected", p.Purposes[1].Reason)

	var history struct{ Events []struct{ Kind string } }
	require.NoError(t, json.Unmarshal(b.send(http.MethodGet, "/api/history", "").Body.Bytes(), &history))
	require.Len(t, history.Events, 3)
	assert.Equal(t, "withdrawn", history.Events[1].Kind)
	export := b.send(http.MethodGet, "/export", "")
	assert.Equal(t, "application/ld+json", export.Header().Get("Content-Type"))
	assert.Contains(t, export.Body.String(), "ConsentWithdrawn")
	assert.Equal(t, "no-store", export.Header().Get("Cache-Control"))
}

func TestThePersonIsWhoTheAuthoriserSays(t *testing.T) {
	gate, _ := newGate(t)
	one := open(t, gate, nil)
	require.Equal(t, http.StatusOK, one.send(http.MethodPost, "/api/grant", grant(one.page())).Code)
	seq := one.page().Purposes[0].Receipt
	other := one
	other.who = "customer-2"
	assert.Equal(t, "no_record", other.page().Purposes[0].Reason)
	assert.Equal(t, http.StatusNotFound, other.send(http.MethodGet, fmt.Sprint("/receipt/", seq), "").Code)
	assert.NotContains(t, other.send(http.MethodGet, "/api/history", "").Body.String(), "granted")
	nobody := one
	nobody.who = ""
	r := httptest.NewRequest(http.MethodGet, "/api/history", nil)
	w := httptest.NewRecorder()
	nobody.centre.ServeHTTP(w, r)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	stolen := other
	stolen.header = http.Header{"X-Csrf-Token": {one.token()}}
	assert.Equal(t, http.StatusForbidden, stolen.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`).Code, "a token is one person's")
}

func TestForgedRequestsAreRefused(t *testing.T) {
	gate, log := newGate(t)
	b := open(t, gate, nil)
	good := grant(b.page())
	for name, c := range map[string]struct {
		header http.Header
		method string
		path   string
		body   string
		want   int
	}{
		"from another site":       {http.Header{"Sec-Fetch-Site": {"cross-site"}}, http.MethodPost, "/api/grant", good, http.StatusForbidden},
		"from a sister site":      {http.Header{"Sec-Fetch-Site": {"same-site"}}, http.MethodPost, "/api/grant", good, http.StatusForbidden},
		"of another origin":       {http.Header{"Sec-Fetch-Site": nil, "Origin": {"https://evil.example"}}, http.MethodPost, "/api/grant", good, http.StatusForbidden},
		"without a token":         {http.Header{"X-Csrf-Token": nil}, http.MethodPost, "/api/grant", good, http.StatusForbidden},
		"with a wrong token":      {http.Header{"X-Csrf-Token": {"AAAA"}}, http.MethodPost, "/api/grant", good, http.StatusForbidden},
		"as a form":               {http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, http.MethodPost, "/api/grant", good, http.StatusUnsupportedMediaType},
		"as plain text":           {http.Header{"Content-Type": {"text/plain"}}, http.MethodPost, "/api/grant", good, http.StatusUnsupportedMediaType},
		"by GET":                  {nil, http.MethodGet, "/api/grant", "", http.StatusMethodNotAllowed},
		"not JSON":                {nil, http.MethodPost, "/api/grant", "purpose", http.StatusBadRequest},
		"two documents":           {nil, http.MethodPost, "/api/grant", good + good, http.StatusBadRequest},
		"for somebody else":       {nil, http.MethodPost, "/api/grant", `{"purpose":"offers","subject":"customer-2"}`, http.StatusBadRequest},
		"huge":                    {nil, http.MethodPost, "/api/grant", `{"purpose":"` + strings.Repeat("x", 1<<20) + `"}`, http.StatusBadRequest},
		"for an unknown purpose":  {nil, http.MethodPost, "/api/grant", `{"purpose":"resale"}`, http.StatusNotFound},
		"for a text not read":     {nil, http.MethodPost, "/api/grant", `{"purpose":"offers"}`, http.StatusConflict},
		"for an earlier text":     {nil, http.MethodPost, "/api/grant", `{"purpose":"offers","notice_digest":"` + strings.Repeat("0", 64) + `"}`, http.StatusConflict},
		"with a huge recipient":   {nil, http.MethodPost, "/api/withdraw", `{"purpose":"offers","recipient":"` + strings.Repeat("x", 5000) + `"}`, http.StatusBadRequest},
		"a receipt for no number": {nil, http.MethodGet, "/receipt/x", "", http.StatusNotFound},
	} {
		b := b
		b.header = c.header
		assert.Equal(t, c.want, b.send(c.method, c.path, c.body).Code, name)
	}
	for e, err := range log.Since(t.Context(), 0) {
		require.NoError(t, err)
		t.Fatal("something was recorded: ", e)
	}
}

func TestFurtherOriginsAndKeys(t *testing.T) {
	gate, _ := newGate(t)
	o := &center.Options{Key: []byte(strings.Repeat("s", 32)), Origins: []string{"https://account.shop.example"}}
	b, second := open(t, gate, o), open(t, gate, o)
	b.header = http.Header{"X-Csrf-Token": {second.token()}}
	assert.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`).Code, "two processes with one secret")
	assert.Equal(t, http.StatusForbidden, b.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`).Code, "a token is good once")
	b.header = http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://account.shop.example"}}
	w := b.send(http.MethodPost, "/api/grant", grant(b.page()))
	assert.Equal(t, http.StatusOK, w.Code)
	var next struct{ Token string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &next))
	b.header = http.Header{"X-Csrf-Token": {next.Token}}
	assert.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/withdraw", `{"purpose":"offers"}`).Code, "the answer holds the next token")
}

func TestTheApplicationCompletesEvents(t *testing.T) {
	gate, _ := newGate(t)
	b := open(t, gate, &center.Options{Complete: func(_ *http.Request, e *consent.Event) error {
		e.Age, e.Subject, e.Kind, e.Purpose = 30, "customer-2", consent.Granted, "offers"
		return nil
	}})
	ads := b.page().Purposes[1]
	require.Equal(t, http.StatusOK, b.send(http.MethodPost, "/api/grant", fmt.Sprintf(`{"purpose":"ads","notice_digest":%q}`, ads.Notice.Digest)).Code)
	assert.True(t, b.page().Purposes[1].Allowed)
	assert.False(t, b.page().Purposes[0].Allowed)
	b.header = http.Header{"Sec-Gpc": {"1"}}
	assert.Equal(t, "objected", b.page().Purposes[1].Reason, "the browser's signal shows")

	refuse := open(t, gate, &center.Options{Complete: func(*http.Request, *consent.Event) error { return errors.New("canary") }})
	w := refuse.send(http.MethodPost, "/api/withdraw", `{"purpose":"ads"}`)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.NotContains(t, w.Body.String(), "canary")
}

func TestACentreThatCannotAnswerSaysSo(t *testing.T) {
	gate, log := newGate(t)
	b := open(t, gate, nil)
	token, body := b.token(), grant(b.page())
	require.NoError(t, log.Close())
	for _, path := range []string{"/api/purposes", "/api/history", "/export", "/receipt/1", "/"} {
		assert.Equal(t, http.StatusServiceUnavailable, b.send(http.MethodGet, path, "").Code, path)
	}
	r := httptest.NewRequest(http.MethodPost, "https://shop.example/api/grant", strings.NewReader(body))
	r.Header = http.Header{"Test-Customer": {"customer-1"}, "Content-Type": {"application/json"}, "X-Csrf-Token": {token}, "Sec-Fetch-Site": {"same-origin"}}
	w := httptest.NewRecorder()
	b.centre.ServeHTTP(w, r)
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	text, err := io.ReadAll(w.Result().Body)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "customer-1")
}

func TestNewRefusesAnOpenCentre(t *testing.T) {
	gate, _ := newGate(t)
	_, err := center.New(gate, nil, nil)
	require.ErrorContains(t, err, "authoriser")
	for _, none := range []*consent.Gate{nil, {}} {
		_, err = center.New(none, signedIn, nil)
		require.ErrorContains(t, err, "consent.New")
	}
	_, err = center.New(gate, signedIn, &center.Options{Key: []byte("short")})
	require.Error(t, err)
	_, err = center.New(gate, signedIn, &center.Options{Origins: []string{"shop"}})
	require.Error(t, err)
}
