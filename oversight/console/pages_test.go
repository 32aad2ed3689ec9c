package console

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/oversight"
)

func TestTheStopButtonIsOnEveryPage(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	pages := []string{"/", "/?view=mine", "/case/" + id.String(), "/reviewers", "/health", "/no/such/page"}
	for _, path := range pages {
		assert.Regexp(t, `href="(\./|(\.\./)+)stop"`, w.get(path, "rosa").Body.String(), path)
	}
	no := w.send("/stop", "rosa", "/stop", "why", " \n")
	assert.Equal(t, http.StatusUnprocessableEntity, no.Code)
	assert.Nil(t, w.desk.State().Stopped)
	assert.Equal(t, "/stop?said=stopped", w.done(w.send("/stop", "rosa", "/stop", "why", "it says <nonsense>"), "/stop"))
	stopped := w.desk.State().Stopped
	require.NotNil(t, stopped)
	assert.Equal(t, "rosa", stopped.Who)
	_, err := w.decide(subject(t), application{})
	require.ErrorIs(t, err, oversight.ErrStopped)
	page := w.get("/stop", "omar").Body.String()
	assert.Contains(t, page, "it says &lt;nonsense&gt;")
	assert.Contains(t, page, "rosa pressed the button")
	for _, path := range pages {
		assert.Contains(t, w.get(path, "rosa").Body.String(), `<span class="badge bad">Stopped</span>`, path)
	}
	w.done(w.send("/stop", "omar", "/start", "why", "repaired"), "/start")
	assert.Nil(t, w.desk.State().Stopped)
}

func TestWhatOneMayAndAnotherMayNot(t *testing.T) {
	w := newWorld(t, holdAll(1), &Options{May: func(who string, do Action) bool {
		return who == "boss" || do == Look && who != "nobody" || do == Review && who == "rosa"
	}}, nil)
	id := w.open(application{})
	path := "/case/" + id.String()
	token := func(who string) url.Values {
		return url.Values{"token": {w.fill(w.get("/", who), "/", "/bulk").values.Get("token")}, "why": {"x"}, "to": {"li"}, "name": {"li"}, "statement": {"x"}}
	}
	w.take(id, "rosa")
	for _, to := range []string{"/stop", "/start", path + "/assign", path + "/withdraw", path + "/appeal", path + "/resolve", "/reviewers/enrol", "/reviewers/dismiss"} {
		assert.Equal(t, http.StatusForbidden, w.post(to, "rosa", token("rosa")).Code, to)
	}
	for _, to := range []string{"/reviewers", "/health", "/labels.jsonl", "/evidence.zip"} {
		assert.Equal(t, http.StatusForbidden, w.get(to, "rosa").Code, to)
		assert.Equal(t, http.StatusOK, w.get(to, "boss").Code, to)
	}
	for _, to := range []string{"/", path, "/stop", "/live", "/live?poll"} {
		assert.Equal(t, http.StatusForbidden, w.get(to, "nobody").Code, to)
	}
	visitor := w.get(path, "visitor").Body.String()
	assert.NotContains(t, visitor, "<form method=\"post\"", "nothing to press for who may only look")
	assert.NotContains(t, w.get("/stop", "rosa").Body.String(), "<form method=\"post\"")
}

func TestWhatTheApplicationAdds(t *testing.T) {
	broken := false
	fail := func() error {
		if broken {
			panic("secret-of-the-application")
		}
		return nil
	}
	w := newWorld(t, holdAll(1), &Options{
		Policy: func(context.Context, oversight.File) (string, error) {
			return "Grant below a third.\nElse ask.", fail()
		},
		Consents: func(_ context.Context, f oversight.File) ([]Fact, error) {
			return []Fact{{Name: "Scoring", Value: "agreed by " + f.Subject, State: "ok"}}, fail()
		},
		Similar: func(context.Context, oversight.File) ([]Past, error) {
			if broken {
				return nil, errors.New("secret-of-the-application")
			}
			return []Past{{Title: "An earlier one", Verdict: "rejected"}}, nil
		},
		Sensitive: func(system, path string) bool { return path == "note" },
	}, nil)
	id := w.open(application{Note: "my mother is ill"})
	path := "/case/" + id.String()
	page := w.get(path, "rosa").Body.String()
	for _, text := range []string{"Grant below a third.\nElse ask.", "agreed by anna", "An earlier one"} {
		assert.Contains(t, page, text)
	}
	assert.Regexp(t, `<details class="veil"><summary>Show</summary><div class="prose">my mother is ill</div></details>`, page)
	assert.Equal(t, 1, strings.Count(page, "my mother is ill"), "nowhere unveiled")
	broken = true
	page = w.get(path, "rosa").Body.String()
	assert.Equal(t, 3, strings.Count(page, "could not be read just now"))
	assert.NotContains(t, page, "secret")
	assert.Contains(t, page, "/claim", "the case can be decided all the same")
}

func TestPlaceholdersReadAsWordsAndTheRealOnesAreAskedFor(t *testing.T) {
	c := &console{}
	f := oversight.File{Session: "s", Item: oversight.Item{System: "x"}}
	assert.Equal(t, "write to [email address 1] or [iban code 12] <b>", c.words(f, "write to <EMAIL_ADDRESS_1> or <IBAN_CODE_12> <b>"))
	assert.Equal(t, "<EMAIL_ADDRESS_1>", c.words(oversight.File{}, "<EMAIL_ADDRESS_1>"), "nothing was hidden here")

	var asked []string
	c.o.Reveal = func(_ context.Context, who string, _ oversight.File, text string) (string, error) {
		asked = append(asked, who)
		switch text {
		case "<EMAIL_ADDRESS_2>":
			return "", errors.New("the session is lost")
		case "<EMAIL_ADDRESS_3>":
			panic("at the application's")
		}
		return strings.ReplaceAll(text, "<EMAIL_ADDRESS_1>", "ana@shop.example"), nil
	}
	shown, err := c.realWords(t.Context(), "rosa", f, "to <EMAIL_ADDRESS_1>")
	require.NoError(t, err)
	assert.Equal(t, "to ana@shop.example", shown)
	_, err = c.realWords(t.Context(), "rosa", f, "<EMAIL_ADDRESS_2>")
	require.Error(t, err)
	_, err = c.realWords(t.Context(), "rosa", f, "<EMAIL_ADDRESS_3>")
	require.Error(t, err)
	assert.Equal(t, []string{"rosa", "rosa", "rosa"}, asked)
}

func TestTheExplanationInWords(t *testing.T) {
	c := &console{}
	f := oversight.File{Explanation: json.RawMessage(`{"summary":"Mostly the amount","factors":[{"name":"amount","value":"5,000","weight":-0.4,"direction":"against"},{"name":"age","weight":0.1}],"model":"credit"}`)}
	w := c.explained(f, c.words)
	assert.Equal(t, "Mostly the amount", w.Summary)
	assert.Equal(t, []factor{{Name: "amount", Value: "5,000", Direction: "against", Share: 100}, {Name: "age", Share: 25}}, w.Factors)
	assert.Nil(t, c.explained(oversight.File{}, c.words))
	odd := c.explained(oversight.File{Explanation: json.RawMessage(`"because"`)}, c.words)
	assert.Equal(t, "because", odd.Rest.Rows[0].Value)
}

func TestReviewersAndTheRoster(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, &oversight.Options{RosterOnly: true})
	id := w.open(application{})
	path := "/case/" + id.String()
	refused := w.send(path, "rosa", "/claim")
	assert.Equal(t, http.StatusForbidden, refused.Code)
	assert.Contains(t, refused.Body.String(), "roster")
	for _, until := range []string{"", "soon", "2026-02-30"} {
		rec := w.send("/reviewers", "boss", "/enrol", "name", "rosa", "competence", "analyst since 2019", "until", until)
		assert.Equal(t, http.StatusUnprocessableEntity, rec.Code, until)
		assert.Contains(t, rec.Body.String(), `value="analyst since 2019"`)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	w.done(w.send("/reviewers", "boss", "/enrol", "name", "rosa", "competence", "analyst since 2019", "until", today), "/reviewers/enrol")
	w.take(id, "rosa") // today is still included
	w.done(w.send(path, "rosa", "/submit", "verdict", "reject"), path+"/submit")
	page := w.get("/reviewers", "boss").Body.String()
	assert.Contains(t, page, "analyst since 2019")
	assert.Contains(t, page, `data-label="Judged">1</td>`)
	kept := w.take(w.open(application{}), "rosa")
	renew := w.fill(w.get(kept, "rosa"), kept, "/renew")
	w.done(w.send("/reviewers", "boss", "/dismiss"), "/reviewers/dismiss")
	assert.Equal(t, http.StatusForbidden, w.post(kept+"/renew", "rosa", renew.values).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, w.send(kept, "boss", "/assign", "to", "rosa").Code, "who could not take it")
	members, err := w.desk.Roster(t.Context())
	require.NoError(t, err)
	assert.Empty(t, members)
}

func TestHealthSaysWhatTheDeskSays(t *testing.T) {
	policy := oversight.Policy{Rate: 1, Breaker: &oversight.Breaker{Rate: 0.2}}
	w := newWorld(t, policy, &Options{Rules: &policy}, nil)
	empty := w.get("/health", "rosa")
	require.Equal(t, http.StatusOK, empty.Code)
	assert.Contains(t, empty.Body.String(), "nobody has reviewed anything yet")

	w = newWorld(t, policy, &Options{Rules: &policy}, nil)
	for i := range 20 {
		_, err := w.decide(subject(t), application{Amount: i})
		require.NoError(t, err)
	}
	for i := range 16 {
		lease, err := w.desk.Claim(t.Context(), "rosa", [16]byte{})
		require.NoError(t, err)
		verdict := oversight.Approved
		if i%4 == 0 {
			verdict = oversight.Rejected
		}
		require.NoError(t, w.desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: verdict}))
	}
	e, err := w.desk.Estimate(t.Context(), oversight.Window{})
	require.NoError(t, err)
	page := w.get("/health", "rosa").Body.String()
	assert.InDelta(t, 0.25, e.Value, 1e-9)
	assert.Contains(t, page, "<b>25\u00a0%</b>")
	assert.Contains(t, page, "16 reviewed, 4 without a verdict")
	assert.Contains(t, page, `<circle class="dot"`)
	assert.Contains(t, page, "armed")
	assert.NotContains(t, page, "style=")
}

func TestDownloads(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{Name: "Ana"})
	path := w.take(id, "rosa")
	w.done(w.send(path, "rosa", "/submit", "verdict", "reject"), path+"/submit")
	labels := w.get("/labels.jsonl", "rosa")
	assert.Contains(t, labels.Header().Get("Content-Disposition"), "labels.jsonl")
	var one oversight.Label
	require.NoError(t, json.Unmarshal(labels.Body.Bytes(), &one))
	assert.Equal(t, id, one.Case)
	evidence := w.get("/evidence.zip", "rosa")
	require.Equal(t, http.StatusOK, evidence.Code)
	z, err := zip.NewReader(bytes.NewReader(evidence.Body.Bytes()), int64(evidence.Body.Len()))
	require.NoError(t, err)
	assert.NotEmpty(t, z.File)
	assert.Equal(t, "no-store", evidence.Header().Get("Cache-Control"))
	w.desk.Close()
	assert.NotEqual(t, http.StatusOK, w.get("/evidence.zip", "rosa").Code)
}

// Every control that a key is for says so, and no page uses one key twice.
func TestKeysAreDeclared(t *testing.T) {
	w := newWorld(t, oversight.Policy{Undo: time.Hour, Rules: holdAll(1).Rules}, nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	keys := func(page string) map[string]int {
		found := map[string]int{}
		for _, m := range regexp.MustCompile(`data-key="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			found[m[1]]++
		}
		for key, n := range found {
			assert.Equal(t, 1, n, "key %s", key)
		}
		return found
	}
	taken := keys(w.get(path, "rosa").Body.String())
	for _, key := range []string{"a", "r", "e", "s", "n", "x", "q", "!"} {
		assert.Contains(t, taken, key)
	}
	w.done(w.send(path, "rosa", "/submit", "verdict", "approve"), path+"/submit")
	assert.Contains(t, keys(w.get(path, "rosa").Body.String()), "u")
	assert.Contains(t, keys(w.get("/", "rosa").Body.String()), "n")
	script, err := os.ReadFile("../../internal/web/assets/script.js")
	require.NoError(t, err)
	assert.Contains(t, string(script), `event.key === '?'`)
}

func TestTheQueueFiltersAndTurnsPages(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	for i := range pageSize + 7 {
		w.title = "Credit"
		if i%10 == 0 {
			w.title = "Loan"
		}
		w.open(application{Amount: i})
	}
	rows := regexp.MustCompile(`<th scope="row"><a href="\./case/([^"]+)">`)
	first := rows.FindAllStringSubmatch(w.get("/", "rosa").Body.String(), -1)
	require.Len(t, first, pageSize)
	more := regexp.MustCompile(`href="\./(\?after=[^"]+)"`).FindStringSubmatch(w.get("/", "rosa").Body.String())
	require.NotNil(t, more)
	second := rows.FindAllStringSubmatch(w.get("/"+strings.ReplaceAll(more[1], "&amp;", "&"), "rosa").Body.String(), -1)
	assert.Len(t, second, 7)
	seen := map[string]bool{}
	for _, m := range append(first, second...) {
		assert.False(t, seen[m[1]], "listed twice")
		seen[m[1]] = true
	}
	assert.Len(t, rows.FindAllString(w.get("/?text=loan", "rosa").Body.String(), -1), 6)
	assert.Empty(t, rows.FindAllString(w.get("/?view=audit", "rosa").Body.String(), -1))
	assert.Empty(t, rows.FindAllString(w.get("/?view=mine", "rosa").Body.String(), -1))
	assert.Len(t, rows.FindAllString(w.get("/?after=nonsense", "rosa").Body.String(), -1), pageSize)
	assert.Equal(t, http.StatusNotFound, w.get("/?view=nonsense", "rosa").Code)
	assert.Equal(t, http.StatusNotFound, w.get("/find?case=nonsense", "rosa").Code)
	assert.Equal(t, http.StatusNotFound, w.get("/case/nonsense", "rosa").Code)
	assert.Equal(t, http.StatusNotFound, w.get("/case/01a2247d-c4fa-74b7-ba2f-91f4dc798a87", "rosa").Code)
}

// A page hears of what another reviewer did.
func TestTheQueueIsLive(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	server := httptest.NewServer(w.handler)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/desk/live", nil)
	require.NoError(t, err)
	r.Header.Set("X-Staff", "omar")
	res, err := server.Client().Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	change := func() string {
		var got strings.Builder
		buf := make([]byte, 1)
		for !strings.HasSuffix(got.String(), "\n\n") {
			_, err := io.ReadFull(res.Body, buf)
			require.NoError(t, err)
			got.Write(buf)
		}
		return got.String()
	}
	first := change()
	_, err = w.desk.Claim(ctx, "rosa", id)
	require.NoError(t, err)
	assert.NotEqual(t, first, change())
	assert.NotContains(t, first, id.String(), "only that something changed, not what")
}

func TestACaseForACall(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	ran := 0
	refund := oversight.Approve(func(context.Context, application) (decision, error) { ran++; return decision{Words: "paid"}, nil }, w.desk,
		func(application) oversight.Case { return oversight.Case{Title: "Refund"} })
	_, err := refund(subject(t), application{Amount: 2000})
	pending, ok := errors.AsType[*oversight.PendingError](err)
	require.True(t, ok, "%v", err)
	path := w.take(pending.Case, "rosa")
	assert.Contains(t, w.get(path, "rosa").Body.String(), "Approve: do it")
	w.done(w.send(path, "rosa", "/submit", "verdict", "approve"), path+"/submit")
	assert.Zero(t, ran)
	out, err := refund(oversight.Resume(subject(t), pending.Case), application{Amount: 2000})
	require.NoError(t, err)
	assert.Equal(t, "paid", out.Words)
	assert.Equal(t, 1, ran)
}

func TestAnInterruptedCallIsLookedInto(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	begun, ends := make(chan struct{}), make(chan struct{})
	refund := oversight.Approve(func(context.Context, application) (decision, error) {
		close(begun)
		<-ends
		return decision{}, errors.New("cut")
	}, w.desk,
		func(application) oversight.Case { return oversight.Case{Title: "Refund"} })
	_, err := refund(subject(t), application{Amount: 2000})
	pending, ok := errors.AsType[*oversight.PendingError](err)
	require.True(t, ok, "%v", err)
	path := w.take(pending.Case, "rosa")
	w.done(w.send(path, "rosa", "/submit", "verdict", "approve"), path+"/submit")
	assert.Contains(t, w.get(path, "rosa").Body.String(), "not yet")
	var running sync.WaitGroup
	running.Go(func() { _, _ = refund(oversight.Resume(subject(t), pending.Case), application{Amount: 2000}) })
	defer running.Wait()
	defer close(ends)
	<-begun
	assert.Contains(t, w.get("/health", "rosa").Body.String(), "begun, result not known")
	page := w.get(path, "rosa")
	assert.Contains(t, page.Body.String(), "nobody knows whether it happened")
	late := w.fill(page, path, "/resolve", "why", "no trace of it", "happened", "yes")
	for _, wrong := range []string{"", "perhaps"} {
		f := w.fill(w.get(path, "rosa"), path, "/resolve", "why", "asked the bank", "happened", wrong)
		assert.Equal(t, http.StatusUnprocessableEntity, w.post(path+"/resolve", "rosa", f.values).Code)
	}
	assert.Equal(t, http.StatusUnprocessableEntity, w.send(path, "rosa", "/resolve", "happened", "yes", "why", " ").Code)
	assert.Equal(t, path+"?said=resolved", w.done(w.send(path, "rosa", "/resolve", "happened", "no", "why", "asked <the> bank"), path+"/resolve"))
	assert.False(t, *w.file(pending.Case).Happened)
	shown := w.get(path, "rosa").Body.String()
	assert.Contains(t, shown, "somebody looked: it did not happen")
	assert.Contains(t, shown, "asked &lt;the&gt; bank")
	assert.NotContains(t, shown, "/resolve")
	assert.Equal(t, http.StatusConflict, w.post(path+"/resolve", "rosa", late.values).Code, "from another window")
}

// Who does not want to wait any more for figures that somebody else's request reads does not wait.
func TestFiguresAreWaitedForAsLongAsSomebodyWants(t *testing.T) {
	c := &console{health: cached{turn: make(chan struct{}, 1)}}
	c.health.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.figures(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
