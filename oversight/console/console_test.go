package console

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

type application struct {
	Name   string `json:"name"`
	Amount int    `json:"amount"`
	Note   string `json:"note"`
}

type decision struct {
	Granted bool     `json:"granted"`
	Rate    float64  `json:"rate"`
	Words   string   `json:"words"`
	Tags    []string `json:"tags"`
}

// world is a desk, the function it guards, and the pages.
type world struct {
	t       *testing.T
	desk    *oversight.Desk
	decide  func(context.Context, application) (decision, error)
	title   string
	answer  decision
	handler http.Handler
}

// staff reads the name from a header; "" is nobody.
func staff(r *http.Request) (string, error) {
	if r.Header.Get("X-Staff") == "broken" {
		return "rosa", errors.New("the session store is down")
	}
	return r.Header.Get("X-Staff"), nil
}

// holdAll holds every case.
func holdAll(need int) oversight.Policy {
	return oversight.Policy{Rules: []oversight.Rule{
		{Name: "all", When: func(oversight.Case) bool { return true }, Hold: true, Need: need},
	}}
}

func newWorld(t *testing.T, p oversight.Policy, o *Options, do *oversight.Options) *world {
	t.Helper()
	desk, err := oversight.New(t.Context(), ledger.Memory(nil), p, do)
	require.NoError(t, err)
	w := &world{t: t, desk: desk, title: "Credit", answer: decision{Granted: true, Rate: 4.1, Words: "Welcome", Tags: []string{"a"}}}
	w.decide = oversight.Wrap(
		func(context.Context, application) (decision, error) { return w.answer, nil }, desk,
		func(application, decision) oversight.Case { return oversight.Case{Title: w.title, Score: 0.25} })
	pages, err := New(desk, staff, o)
	require.NoError(t, err)
	w.handler = http.StripPrefix("/desk", pages)
	return w
}

// open opens a case and gives its ID.
func (w *world) open(a application) uuid.UUID {
	w.t.Helper()
	_, err := w.decide(call.WithSubject(w.t.Context(), "anna"), a)
	pending, ok := errors.AsType[*oversight.PendingError](err)
	require.True(w.t, ok, "%v", err)
	return pending.Case
}

func (w *world) get(path, who string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/desk"+path, nil)
	r.Header.Set("X-Staff", who)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

func (w *world) post(path, who string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/desk"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Staff", who)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// form is one of a page: where it goes, and what it holds, as a browser would send it.
type webForm struct {
	action string
	values url.Values
}

var (
	formTag   = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	inputTag  = regexp.MustCompile(`<input [^>]*>`)
	nameAttr  = regexp.MustCompile(` name="([^"]*)"`)
	valueAttr = regexp.MustCompile(` value="([^"]*)"`)
	textTag   = regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>`)
	selectTag = regexp.MustCompile(`(?s)<select name="([^"]*)">(.*?)</select>`)
	chosenTag = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

// forms are those of a page by the end of their address.
func formsOf(page, pageURL string) []webForm {
	base, _ := url.Parse(pageURL)
	var all []webForm
	for _, m := range formTag.FindAllStringSubmatch(page, -1) {
		to, _ := base.Parse(html.UnescapeString(m[1]))
		f := webForm{action: to.Path, values: url.Values{}}
		for _, in := range inputTag.FindAllString(m[2], -1) {
			name, value := nameAttr.FindStringSubmatch(in), valueAttr.FindStringSubmatch(in)
			if name == nil || strings.Contains(in, `type="checkbox"`) && !strings.Contains(in, " checked") {
				continue
			}
			if value == nil {
				value = []string{"", ""}
			}
			f.values.Add(name[1], html.UnescapeString(value[1]))
		}
		for _, in := range textTag.FindAllStringSubmatch(m[2], -1) {
			f.values.Add(in[1], strings.ReplaceAll(strings.TrimPrefix(html.UnescapeString(in[2]), "\n"), "\n", "\r\n"))
		}
		for _, in := range selectTag.FindAllStringSubmatch(m[2], -1) {
			if chosen := chosenTag.FindStringSubmatch(in[2]); chosen != nil {
				f.values.Add(in[1], html.UnescapeString(chosen[1]))
			}
		}
		all = append(all, f)
	}
	return all
}

// fill finds the form of a page that goes to an address ending in suffix, and sets fields in it.
func (w *world) fill(page *httptest.ResponseRecorder, path, suffix string, set ...string) webForm {
	w.t.Helper()
	for _, f := range formsOf(page.Body.String(), "http://h/desk"+path) {
		if strings.HasSuffix(f.action, suffix) {
			for i := 0; i < len(set); i += 2 {
				f.values.Set(set[i], set[i+1])
			}
			f.action = strings.TrimPrefix(f.action, "/desk")
			return f
		}
	}
	require.Fail(w.t, "no form to "+suffix, page.Body.String())
	return webForm{}
}

// send posts a form of a page.
func (w *world) send(path, who, suffix string, set ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	f := w.fill(w.get(path, who), path, suffix, set...)
	return w.post(f.action, who, f.values)
}

// done asserts that a post led on, and gives the page it led to.
func (w *world) done(rec *httptest.ResponseRecorder, from string) string {
	w.t.Helper()
	require.Equal(w.t, http.StatusSeeOther, rec.Code, rec.Body.String())
	base, _ := url.Parse("http://h/desk" + from)
	to, err := base.Parse(rec.Header().Get("Location"))
	require.NoError(w.t, err)
	require.True(w.t, strings.HasPrefix(to.Path, "/desk/"), to.Path)
	return proofs.ReplaceAllString(strings.TrimPrefix(to.RequestURI(), "/desk"), "$1")
}

// proofs are what makes a saying in an address one of ours.
var proofs = regexp.MustCompile(`(said=\w+)\.[\w-]+`)

// token is one of who's.
func (w *world) token(who string) string {
	w.t.Helper()
	return w.fill(w.get("/reviewers", who), "/reviewers", "/enrol").values.Get("token")
}

// take claims a case through its page.
func (w *world) take(id uuid.UUID, who string) string {
	w.t.Helper()
	path := "/case/" + id.String()
	w.done(w.send(path, who, "/claim"), path+"/claim")
	return path
}

func (w *world) file(id uuid.UUID) oversight.File {
	w.t.Helper()
	f, err := w.desk.Get(w.t.Context(), id)
	require.NoError(w.t, err)
	return f
}

func TestNewRefusesNobody(t *testing.T) {
	desk, err := oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{}, nil)
	require.NoError(t, err)
	_, err = New(nil, staff, nil)
	require.Error(t, err)
	_, err = New(desk, nil, nil)
	require.ErrorContains(t, err, "nil")
	_, err = New(desk, staff, &Options{Key: []byte("short")})
	require.Error(t, err)
	_, err = New(desk, staff, &Options{Reasons: []Reason{{Text: "without a code"}}})
	require.Error(t, err)
	_, err = New(desk, staff, &Options{Reasons: []Reason{{Code: strings.Repeat("x", 257)}}})
	require.Error(t, err)
	_, err = New(desk, staff, nil)
	require.NoError(t, err)
}

func TestOptionsPrintNoKey(t *testing.T) {
	o := Options{Key: []byte("a-key-that-nobody-may-read-in-a-log")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		assert.Equal(t, "console.Options(redacted)", fmt.Sprintf(verb, o))
	}
	assert.Equal(t, "console.Options(redacted)", o.LogValue().String())
}

// Every address, with what it is asked by.
func addresses(id uuid.UUID) (get, post []string) {
	c := "/case/" + id.String()
	return []string{"/", c, "/find?case=" + id.String(), "/stop", "/reviewers", "/health", "/labels.jsonl", "/evidence.zip", "/live", "/nothing"},
		[]string{
			"/next", "/bulk", "/bulk/undo", c + "/claim", c + "/renew", c + "/release", c + "/preview", c + "/submit", c + "/undo", c + "/skip",
			c + "/escalate", c + "/reveal", c + "/assign", c + "/withdraw", c + "/appeal", c + "/resolve", "/stop", "/start", "/reviewers/enrol", "/reviewers/dismiss",
		}
}

func TestNothingIsOpenToWhoIsNotSignedIn(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	w.title = "A-secret-title"
	id := w.open(application{Name: "A-secret-name"})
	get, post := addresses(id)
	for _, who := range []string{"", "broken"} {
		for _, path := range get {
			rec := w.get(path, who)
			assert.Equal(t, http.StatusUnauthorized, rec.Code, path)
			assert.NotContains(t, rec.Body.String(), "secret", path)
		}
		for _, path := range post {
			assert.Equal(t, http.StatusUnauthorized, w.post(path, who, url.Values{}).Code, path)
		}
	}
	assert.Nil(t, w.desk.State().Stopped)
}

func TestEveryPostIsOursOrNothing(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	path := w.take(id, "rosa")
	events := len(w.file(id).Events)
	_, post := addresses(id)
	stop := w.fill(w.get("/stop", "rosa"), "/stop", "/stop", "why", "because")
	page := w.get(path, "rosa")
	lease := w.fill(page, path, "/submit").values.Get("lease")
	for _, to := range post {
		fresh := func() url.Values {
			return url.Values{"token": {w.token("rosa")}, "lease": {lease}, "why": {"x"}, "verdict": {"approve"}, "to": {"li"}, "case": {id.String()}, "sure": {"yes"}, "statement": {"no"}}
		}
		with := func(token string) url.Values { v := fresh(); v.Set("token", token); return v }
		for name, rec := range map[string]*httptest.ResponseRecorder{
			"cross-site":      w.post(to, "rosa", fresh(), "Sec-Fetch-Site", "cross-site"),
			"same-site":       w.post(to, "rosa", fresh(), "Sec-Fetch-Site", "same-site"),
			"foreign origin":  w.post(to, "rosa", fresh(), "Sec-Fetch-Site", "", "Origin", "https://evil.example"),
			"no token":        w.post(to, "rosa", with("")),
			"another's token": w.post(to, "omar", fresh()),
			"made up":         w.post(to, "rosa", with(strings.Repeat("A", 75))),
		} {
			assert.Equal(t, http.StatusForbidden, rec.Code, "%s %s", to, name)
		}
	}
	assert.Len(t, w.file(id).Events, events)
	assert.Nil(t, w.desk.State().Stopped)

	require.Equal(t, http.StatusSeeOther, w.post("/stop", "rosa", stop.values).Code)
	assert.Equal(t, http.StatusConflict, w.post("/stop", "rosa", stop.values).Code, "replayed")
	for _, to := range post {
		assert.Equal(t, http.StatusConflict, w.post(to, "rosa", stop.values).Code, "%s replayed", to)
	}
}

func TestGettingChangesNothing(t *testing.T) {
	w := newWorld(t, holdAll(1), nil, nil)
	id := w.open(application{})
	w.take(id, "rosa")
	events := len(w.file(id).Events)
	get, post := addresses(id)
	for _, path := range append(get, post...) {
		if path != "/live" {
			w.get(path, "rosa")
			w.get(path+"?lease=1&verdict=approve&why=x&sure=yes&case="+id.String(), "rosa")
		}
	}
	assert.Len(t, w.file(id).Events, events)
	assert.Nil(t, w.desk.State().Stopped)
}

func TestACaseIsDecidedAndTakenBack(t *testing.T) { synctest.Test(t, decidedAndTakenBack) }

func decidedAndTakenBack(t *testing.T) {
	policy := holdAll(1)
	policy.Undo = time.Hour
	w := newWorld(t, policy, &Options{Reasons: []Reason{{Code: "income", Text: "Income not proven"}}}, nil)
	id := w.open(application{Name: "Ana", Amount: 500, Note: "two\nlines"})
	path := w.done(w.send("/", "rosa", "/next"), "/next")
	assert.Equal(t, "/case/"+id.String()+"?said=taken", path)
	path = "/case/" + id.String()
	page := w.get(path, "rosa").Body.String()
	for _, text := range []string{"Ana", "500", "two\nlines", "4.1", "Welcome", "Income not proven", `data-key="a"`} {
		assert.Contains(t, page, text)
	}
	to := w.done(w.send(path, "rosa", "/submit", "verdict", "reject", "comment", "too much\r\nfor her", "reason", "income"), path+"/submit")
	assert.Equal(t, path+"?said=rejected", to)
	assert.NotContains(t, w.get(path, "omar").Body.String(), path[1:]+"/undo", "only who decided may take it back")
	assert.NotContains(t, w.get(path, "rosa").Body.String(), path[1:]+"/claim")

	w.done(w.send(path, "rosa", "/undo"), path+"/undo")
	assert.Contains(t, w.get(path, "rosa").Body.String(), path[1:]+"/claim")
	w.take(id, "rosa")
	w.done(w.send(path, "rosa", "/submit", "verdict", "reject", "comment", "too much\r\nfor her", "reason", "income"), path+"/submit")
	time.Sleep(2 * time.Hour) // in the bubble's time
	page = w.get(path, "rosa").Body.String()
	assert.Contains(t, page, "too much\nfor her")
	assert.NotContains(t, page, path[1:]+"/undo")
	f := w.file(id)
	assert.Equal(t, oversight.Rejected, f.Verdict)
	assert.Equal(t, "too much\nfor her", f.Comment)
	assert.Equal(t, []string{"income"}, f.Reasons)
	assert.Equal(t, "rosa", f.By)
	rec := w.post(path+"/undo", "rosa", url.Values{"token": {w.token("rosa")}})
	assert.Equal(t, http.StatusConflict, rec.Code)
	assert.Contains(t, rec.Body.String(), "too late")
}

func subject(t *testing.T) context.Context { return call.WithSubject(t.Context(), "anna") }
