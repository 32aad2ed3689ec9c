package portal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

// addresses are all that a GET can ask for, about one decision.
func addresses(id string) []string {
	return []string{
		"", "?page=2", "decision/" + id, "decision/" + id + "/proof.json", "decision/" + id + "/person", "data", "take",
		"take/report.json", "take/report.md", "take/report.html", "forget", "nowhere", "decision/", "decision/" + id + "/words",
	}
}

func TestNothingIsOpenToEverybody(t *testing.T) {
	h := open(t, nil)
	_, err := portal.New(nil, signedIn, nil)
	require.ErrorContains(t, err, "transparency.New")
	_, err = portal.New(h.journal, nil, nil)
	require.ErrorContains(t, err, "authoriser")
	_, err = portal.New(h.journal, signedIn, &portal.Options{Key: []byte("short")})
	require.ErrorContains(t, err, "32 bytes")
	_, err = portal.New(h.journal, signedIn, &portal.Options{Origins: []string{"not an origin"}})
	require.Error(t, err)

	id := h.record(refused("eve")).String()
	for _, path := range addresses(id) {
		a := h.get("", path)
		assert.Equal(t, http.StatusUnauthorized, a.status, path)
		assert.NotContains(t, a.body, "loan", path)
		assert.Equal(t, "no-store", a.header.Get("Cache-Control"), path)
	}
	empty, err := portal.New(h.journal, func(*http.Request) (string, error) { return "", nil }, nil)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	empty.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusUnauthorized, w.Code, "an authoriser that names nobody has let nobody in")
}

func TestADecisionIsToldInFull(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	a := h.get("eve", "decision/"+id)
	require.Equal(t, http.StatusOK, a.status)
	for _, said := range []string{
		"<h1>No loan of 12,000</h1>", "a person checked the answer before it counted", "time in your present job is short for this amount",
		"time in your job: 4 months", "against you", "for you", "compared with approved applicants", "You can ask again at any time",
		"time in your job: 12 months", "amount asked for: 9,000", "A person checked it and approved it.", "You had agreed to this use: credit.",
		"the credit bureau", "five years", "1 e-mail address", "2 bank account numbers", "What the system was given", "a scorecard of seven figures",
		"89.1 % (86 – 91.7)", "The score was 38, on a scale from 0 to 100. 55 was needed. It was made by the bank&#39;s scorecard.", "place 7 in the log", id, "decision/" + id + "/person", "decision/" + id + "/proof.json", "write to (your e-mail address)",
	} {
		assert.Contains(t, a.body, said)
	}
	for _, unsaid := range []string{secret, "EMAIL_ADDRESS", "eve@shop.example", "explain.Factor", "redacted"} {
		assert.NotContains(t, a.body, unsaid)
	}
	assert.Regexp(t, `<rect class="bar bad" width="100"`, a.body, "the strongest reason fills the bar")
	l := h.get("eve", "")
	assert.Contains(t, l.body, "The main reasons: time in your present job is short for this amount and the amount is high for your income.")
	assert.NotContains(t, l.body, secret)
}

func TestEachEndIsTold(t *testing.T) {
	why := transparency.Explanation{Summary: "you often buy shoes."}
	for name, c := range map[string]struct {
		record transparency.Record
		badge  string
		says   string
	}{
		"allowed":  {transparency.Record{Outcome: "allowed", Explanation: why}, "Automatic", "You often buy shoes."},
		"approved": {transparency.Record{Outcome: "allowed", Review: transparency.Review{Verdict: "approve"}}, "Checked by a person", "A person checked it and approved it."},
		"replaced": {transparency.Record{Outcome: "replaced", Review: transparency.Review{Verdict: "replace"}}, "Decided by a person", "gave another answer"},
		"held":     {transparency.Record{Outcome: "held"}, "A person is looking", "has to look at it before it counts"},
		"rejected": {transparency.Record{Outcome: "rejected", Review: transparency.Review{Verdict: "reject"}}, "Refused by a person", "refused it"},
		"expired":  {transparency.Record{Outcome: "rejected", Review: transparency.Review{Verdict: "expire"}}, "Not checked in time", "did not in time"},
		"denied":   {transparency.Record{Outcome: "denied"}, "Not done", "had not agreed"},
		"fallback": {transparency.Record{Outcome: "fallback"}, "General answer", "everybody gets"},
		"stopped":  {transparency.Record{Outcome: "stopped"}, "Not done", "had been stopped"},
		"broken":   {transparency.Record{Outcome: "abandoned"}, "Broken off", "before its end"},
		"failed":   {transparency.Record{Outcome: "failed"}, "Not done", "Something went wrong"},
		"drawn":    {transparency.Record{Outcome: "allowed", Review: transparency.Review{Sampled: true, Probability: .1}}, "Automatic", "takes place afterwards"},
		"spared":   {transparency.Record{Outcome: "allowed", Review: transparency.Review{Probability: .1}}, "Automatic", "this one was not among them"},
		"bare":     {transparency.Record{Outcome: "allowed"}, "Automatic", "No reasons were recorded for this one."},
		"contract": {transparency.Record{Outcome: "allowed", Consent: transparency.Consent{Allowed: true, Purpose: "offers", Basis: "contract"}}, "Automatic", "This use, offers, rests on a contract with you."},
		"unsteady": {transparency.Record{Outcome: "allowed", Explanation: transparency.Explanation{Attribution: &explain.Attribution{
			Unsteady: 1, Reference: "others", Parts: []explain.Part{{Name: "age", Phi: -1}, {Name: "luck"}},
		}}}, "Automatic", "these reasons are not exact"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, nil)
			c.record.Subject = "eve"
			id := h.record(c.record).String()
			assert.Contains(t, h.get("eve", "").body, c.badge)
			a := h.get("eve", "decision/"+id)
			require.Equal(t, http.StatusOK, a.status)
			assert.Contains(t, a.body, c.says)
			if name == "unsteady" {
				assert.Contains(t, a.body, "spoke against it", "what an attribution found out is told where nobody chose factors")
				assert.NotContains(t, a.body, "luck")
			}
		})
	}
}

func TestOneCustomerNeverSeesAnothers(t *testing.T) {
	h := open(t, nil)
	hers := h.record(refused("eve")).String()
	his := h.record(refused("bob")).String()
	never := uuid.Must(uuid.NewV7()).String()
	for _, suffix := range []string{"", "/proof.json", "/person"} {
		foreign, unknown := h.get("bob", "decision/"+hers+suffix), h.get("bob", "decision/"+never+suffix)
		assert.Equal(t, http.StatusNotFound, foreign.status)
		assert.Equal(t, unknown, foreign, "what is somebody else's cannot be told from what does not exist")
		for _, odd := range []string{"x", strings.ToUpper(hers), "urn:uuid:" + hers, strings.ReplaceAll(hers, "-", ""), "{" + hers + "}", "%00"} {
			assert.Equal(t, unknown, h.get("bob", "decision/"+odd+suffix), odd)
		}
	}
	for _, action := range []string{"/person", "/words"} {
		foreign := h.post("bob", "decision/"+hers+action, h.token("bob", "decision/"+his+"/person"), url.Values{"words": {"x"}})
		unknown := h.post("bob", "decision/"+never+action, h.token("bob", "decision/"+his+"/person"), url.Values{"words": {"x"}})
		assert.Equal(t, http.StatusNotFound, foreign.status)
		assert.Equal(t, unknown, foreign)
	}
	assert.Empty(t, h.asked)
	assert.Zero(t, h.reveals)
	for _, path := range []string{"", "data", "take/report.json", "take/report.md", "take/report.html", "forget"} {
		a := h.get("bob", path)
		assert.Equal(t, http.StatusOK, a.status, path)
		assert.NotContains(t, a.body, hers, path)
		assert.NotContains(t, a.body, `"eve"`, path)
	}
	assert.Contains(t, h.get("nobody-known", "").body, "No decisions about you are recorded.")
}

func TestAGetChangesNothing(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	before := h.size()
	for _, path := range addresses(id) {
		for _, query := range []string{"", "?sure=yes&words=x&token=" + h.token("eve", "forget")} {
			if !strings.Contains(path, "?") {
				h.get("eve", path+query)
			}
		}
	}
	assert.Equal(t, before, h.size(), "the log is as it was")
	assert.Empty(t, h.asked)
	assert.Zero(t, h.reveals)
	assert.Equal(t, http.StatusMethodNotAllowed, h.get("eve", "decision/"+id+"/words").status)
}

func TestAPostIsOurOwnFormSentOnce(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	path := "decision/" + id + "/person"
	for name, change := range map[string]func(*http.Request, url.Values){
		"no token":          func(_ *http.Request, form url.Values) { form.Del("token") },
		"nonsense":          func(_ *http.Request, form url.Values) { form.Set("token", "AAAA") },
		"somebody else's":   func(_ *http.Request, form url.Values) { form.Set("token", h.token("bob", "forget")) },
		"from another site": func(r *http.Request, _ url.Values) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"from a sibling":    func(r *http.Request, _ url.Values) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"another origin": func(r *http.Request, _ url.Values) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "https://evil.example")
		},
		"JSON": func(r *http.Request, _ url.Values) { r.Header.Set("Content-Type", "application/json") },
	} {
		h.record(refused("bob"))
		form := url.Values{"words": {"x"}, "sure": {"yes"}}
		for _, at := range []string{path, "decision/" + id + "/words", "forget"} {
			r := httptest.NewRequest(http.MethodPost, "https://bank.example/"+at, nil)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-User", "eve")
			form.Set("token", h.token("eve", path))
			change(r, form)
			r.Body = http.NoBody
			if encoded := form.Encode(); encoded != "" {
				again := httptest.NewRequest(http.MethodPost, r.URL.String(), strings.NewReader(encoded))
				again.Header = r.Header
				r = again
			}
			a := h.do(r)
			assert.GreaterOrEqual(t, a.status, 400, name+" "+at)
		}
	}
	assert.Empty(t, h.asked)
	assert.Zero(t, h.reveals)
	assert.Equal(t, http.StatusOK, h.get("eve", "decision/"+id).status, "nobody was erased")

	token := h.token("eve", path)
	assert.Equal(t, http.StatusSeeOther, h.post("eve", path, token, nil).status)
	assert.Equal(t, http.StatusConflict, h.post("eve", path, token, nil).status, "sent again")
	assert.Len(t, h.asked, 1)
}

// refusal is an error that another package answers with.
type refusal struct{}

func (refusal) Error() string   { return secret }
func (refusal) Public() string  { return "This was asked before." }
func (refusal) HTTPStatus() int { return http.StatusConflict }

func TestAskingForAPerson(t *testing.T) {
	h := open(t, func(h *house, o *portal.Options) {
		o.Appealed = func(_ context.Context, who string, r transparency.Record) ([]portal.Step, error) {
			assert.Equal(h.t, who, r.Subject)
			if len(h.asked) == 0 {
				return nil, nil
			}
			return []portal.Step{{At: time.Now(), Text: "Asked, and passed on"}}, nil
		}
	})
	id := h.record(refused("eve")).String()
	path := "decision/" + id + "/person"
	assert.NotContains(t, h.get("eve", path).body, "passed on")
	a := h.post("eve", path, h.token("eve", path), url.Values{"words": {"I have a new job.\r\nSee below."}})
	require.Equal(t, http.StatusSeeOther, a.status)
	assert.Equal(t, "../../decision/"+id+"?said=asked", a.header.Get("Location"))
	assert.Equal(t, []string{"eve " + id + " I have a new job.\nSee below."}, h.asked)
	assert.Contains(t, h.get("eve", "decision/"+id+"?said=asked").body, "A person will look at this.")
	assert.Contains(t, h.get("eve", "decision/"+id).body, "Asked, and passed on")

	long := strings.Repeat("ü", 4001)
	a = h.post("eve", path, h.token("eve", path), url.Values{"words": {long}})
	assert.Equal(t, http.StatusUnprocessableEntity, a.status)
	assert.Contains(t, a.body, long, "what was typed is not lost")
	assert.Contains(t, a.body, "4,000 characters")
	assert.Len(t, h.asked, 1)

	for want, err := range map[int]error{http.StatusConflict: refusal{}, http.StatusInternalServerError: errors.New(secret)} {
		h := open(t, func(_ *house, o *portal.Options) {
			o.Appeal = func(context.Context, string, transparency.Record, string) error { return err }
		})
		path := "decision/" + h.record(refused("eve")).String() + "/person"
		a := h.post("eve", path, h.token("eve", path), nil)
		assert.Equal(t, want, a.status)
		assert.NotContains(t, a.body, secret)
	}
	h = open(t, func(_ *house, o *portal.Options) { o.Appeal = nil })
	id = h.record(refused("eve")).String()
	assert.NotContains(t, h.get("eve", "decision/"+id).body, "/person")
	assert.Contains(t, h.get("eve", "decision/"+id+"/person").body, "write to (your e-mail address)")
	a = h.post("eve", "decision/"+id+"/person", h.token("eve", "forget"), nil)
	assert.Equal(t, http.StatusNotFound, a.status)
}

func TestTheRealWordsAreShownWhenAskedForAndThatIsRecorded(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve"))
	path := "decision/" + id.String()
	assert.NotContains(t, h.get("eve", path).body, "eve@shop.example")
	a := h.post("eve", path+"/words", h.token("eve", path), nil)
	require.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, "write to eve@shop.example")
	assert.Contains(t, a.body, "&#34;mail&#34;: &#34;eve@shop.example&#34;")
	assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
	logged := func() (n int) {
		for e, err := range h.log.Since(t.Context(), 0) {
			require.NoError(t, err)
			if e.Kind == "words.revealed" {
				assert.Equal(t, "eve", e.Subject)
				assert.Equal(t, id, e.Key)
				assert.JSONEq(t, `{"who":"eve"}`, string(e.Body))
				n++
			}
		}
		return n
	}
	assert.Equal(t, 1, logged())

	h.reveal = func(string, string, string) (string, error) { return secret, errors.New(secret) }
	a = h.post("eve", path+"/words", h.token("eve", path), nil)
	assert.Equal(t, http.StatusInternalServerError, a.status)
	assert.NotContains(t, a.body, secret)
	assert.NotContains(t, a.body, "EMAIL_ADDRESS")

	plain := refused("eve")
	plain.Session, plain.ID = "", uuid.Nil
	other := "decision/" + h.record(plain).String()
	assert.NotContains(t, h.get("eve", other).body, "Show my words", "nothing was hidden")
	assert.Equal(t, http.StatusNotFound, h.post("eve", other+"/words", h.token("eve", "forget"), nil).status)

	// What cannot be recorded is not shown.
	token, before := h.token("eve", path), h.reveals
	require.NoError(t, h.log.Close())
	assert.Equal(t, http.StatusServiceUnavailable, h.post("eve", path+"/words", token, nil).status)
	assert.Equal(t, before, h.reveals)
}

func TestTakingItAlong(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve"))
	require.NoError(t, h.journal.Disclose(t.Context(), "eve", transparency.Notice(transparency.AINotice, "en")))
	for _, c := range []struct {
		path, kind, name, says string
		decisions              int
	}{
		{"take/report.json", "application/json", "my-data.json", `"subject":"eve"`, 1},
		{"take/report.md", "text/markdown; charset=utf-8", "my-data.md", "# Your data and the decisions made with it", 0},
		{"take/report.html", "text/html; charset=utf-8", "my-data.html", "<h1>Your data and the decisions made with it</h1>", 0},
		{"decision/" + id.String() + "/proof.json", "application/json", "decision-" + id.String() + ".json", id.String(), 1},
	} {
		a := h.get("eve", c.path)
		require.Equal(t, http.StatusOK, a.status, c.path)
		assert.Equal(t, c.kind, a.header.Get("Content-Type"))
		assert.Equal(t, `attachment; filename="`+c.name+`"`, a.header.Get("Content-Disposition"))
		assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
		assert.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
		assert.Contains(t, a.body, c.says)
		assert.NotContains(t, a.body, secret)
		if c.decisions == 0 {
			continue
		}
		var report transparency.SubjectReport
		require.NoError(t, json.Unmarshal([]byte(a.body), &report))
		require.Len(t, report.Decisions, c.decisions)
		assert.Equal(t, "eve", report.Subject)
		require.NoError(t, report.Check(h.log.PublicKey()), "the file proves itself away from the log")
		report.Proofs[0].Path = append(report.Proofs[0].Path, make([]byte, 32))
		require.Error(t, report.Check(h.log.PublicKey()))
	}
	require.NoError(t, h.log.Close())
	a := h.get("eve", "take/report.json")
	assert.Equal(t, http.StatusServiceUnavailable, a.status)
	assert.Empty(t, a.header.Get("Content-Disposition"), "an error is a page, not a file")
}

func TestBeingForgotten(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	his := h.record(refused("bob")).String()
	a := h.post("eve", "forget", h.token("eve", "forget"), nil)
	assert.Equal(t, http.StatusUnprocessableEntity, a.status, "without the tick")
	assert.Contains(t, a.body, "Nothing was erased")
	assert.Equal(t, http.StatusOK, h.get("eve", "decision/"+id).status)

	a = h.post("eve", "forget", h.token("eve", "forget"), url.Values{"sure": {"yes"}})
	require.Equal(t, http.StatusSeeOther, a.status)
	assert.Equal(t, "./forget?said=forgotten", a.header.Get("Location"))
	a = h.get("eve", "forget?said=forgotten")
	assert.Contains(t, a.body, "What was recorded about you is erased.")
	assert.Contains(t, a.body, "1 entries were made unreadable for good.")
	assert.Contains(t, a.body, "nothing recorded about you here")
	assert.Equal(t, http.StatusNotFound, h.get("eve", "decision/"+id).status)
	assert.Contains(t, h.get("eve", "").body, "No decisions about you")
	assert.Equal(t, http.StatusOK, h.get("bob", "decision/"+his).status, "only she was")

	kept := open(t, func(h *house, o *portal.Options) {
		o.Erase = func(ctx context.Context, who string) (ledger.Erased, error) {
			return h.log.Erase(ctx, who, ledger.Keep{Stream: "transparency", Until: time.Now().AddDate(2, 0, 0), Why: "records of credit decisions (12 CFR 1002.12)"})
		}
	})
	id = kept.record(refused("eve")).String()
	a = kept.post("eve", "forget", kept.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusOK, a.status)
	assert.Contains(t, a.body, "Not everything may be erased yet.")
	assert.NotContains(t, a.body, "is erased.", "nothing was")
	assert.Equal(t, http.StatusOK, kept.get("eve", "decision/"+id).status)
	_, err := kept.log.Append(t.Context(), ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "eve"})
	require.NoError(t, err)
	a = kept.post("eve", "forget", kept.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Contains(t, a.body, "The rest is erased.")
	assert.Contains(t, a.body, "records of credit decisions (12 CFR 1002.12)", "what stays is named")
	assert.Contains(t, kept.get("eve", "forget").body, "records of credit decisions (12 CFR 1002.12)", "and stays named")

	none := open(t, func(_ *house, o *portal.Options) { o.Erase = nil })
	id = none.record(refused("eve")).String()
	assert.Contains(t, none.get("eve", "forget").body, "Please write to privacy@bank.example.")
	assert.NotContains(t, none.get("eve", "forget").body, "<form")
	a = none.post("eve", "forget", none.token("eve", "decision/"+id+"/person"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusNotFound, a.status)

	broken := open(t, func(_ *house, o *portal.Options) {
		o.Erase = func(context.Context, string) (ledger.Erased, error) { return ledger.Erased{}, errors.New(secret) }
	})
	broken.record(refused("eve"))
	a = broken.post("eve", "forget", broken.token("eve", "forget"), url.Values{"sure": {"yes"}})
	assert.Equal(t, http.StatusInternalServerError, a.status)
	assert.NotContains(t, a.body, secret)
}

func TestTheDataPage(t *testing.T) {
	h := open(t, nil)
	h.record(refused("eve"))
	h.record(refused("eve"))
	require.NoError(t, h.journal.Disclose(t.Context(), "eve", transparency.Notice(transparency.AINotice, "en")))
	a := h.get("eve", "data")
	require.Equal(t, http.StatusOK, a.status)
	for _, said := range []string{
		"Personal offers", "You do not allow it", `href="/choices/"`, "2 March 2026", "Example Bank, privacy@bank.example", "your data protection authority",
		"You are talking to an AI, not to a person.", "How long it is kept",
	} {
		assert.Contains(t, a.body, said)
	}
	assert.Equal(t, 1, strings.Count(a.body, `<th scope="row">income</th>`), "each use once")
	h = open(t, func(_ *house, o *portal.Options) {
		o.Agreements = func(context.Context, string) ([]portal.Agreement, error) { return nil, errors.New(secret) }
	})
	a = h.get("eve", "data")
	assert.Equal(t, http.StatusInternalServerError, a.status)
	assert.NotContains(t, a.body, secret)
	h = open(t, func(_ *house, o *portal.Options) { o.Agreements = nil })
	assert.Contains(t, h.get("eve", "data").body, "not recorded")
}

func TestTheListHasPages(t *testing.T) {
	h := open(t, nil)
	for i := range 45 {
		h.record(transparency.Record{Subject: "eve", Outcome: "allowed", Explanation: transparency.Explanation{Result: fmt.Sprintf("answer no. %d", i)}})
	}
	for query, want := range map[string][3]string{
		"":                 {"answer no. 44", "answer no. 25", "Page 1 of 3"},
		"?page=2":          {"answer no. 24", "answer no. 5", "Page 2 of 3"},
		"?page=3":          {"answer no. 4", "answer no. 0", "Page 3 of 3"},
		"?page=99":         {"answer no. 4", "answer no. 0", "Page 3 of 3"},
		"?page=-1":         {"answer no. 44", "answer no. 25", "Page 1 of 3"},
		"?page=<script>":   {"answer no. 44", "answer no. 25", "Page 1 of 3"},
		"?page=1e99&page=": {"answer no. 44", "answer no. 25", "Page 1 of 3"},
	} {
		a := h.get("eve", strings.ReplaceAll(query, "<", "%3C"))
		require.Equal(t, http.StatusOK, a.status, query)
		first, last := strings.Index(a.body, want[0]+"<"), strings.Index(a.body, want[1]+"<")
		assert.Positive(t, first, query)
		assert.Greater(t, last, first, query)
		assert.Contains(t, a.body, want[2], query)
		assert.LessOrEqual(t, strings.Count(a.body, "<article"), 20)
	}
}

// hostile is text that would be markup, script or another attribute wherever it is not escaped.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `{{.Token}}`, `</textarea></title></style><svg onload=alert(1)>`,
	"javascript:alert(1)", "\x00<b>", "\xff\xfe<i>", "<!--", "]]>", "&lt;script&gt;", "<EMAIL_ADDRESS_1><script>", "\u202e<b>", "<a href=//evil>",
}

// told is a record in which every text is s.
func told(s string) transparency.Record {
	r := refused("eve")
	x := &r.Explanation
	x.Summary, x.Result, x.Consequence, x.Contest = s, s, s, s
	x.Factors = []transparency.Factor{{Name: s, Value: s, Weight: 1}, {Name: s, Weight: -1}}
	x.Counterfactual = []transparency.Factor{{Name: s, Value: s}}
	x.Attribution.Reference, x.Adverse.Reference = s, s
	x.Uses = []transparency.DataUse{{Category: s, Source: s, Purpose: s, Basis: s, Recipients: []string{s}, Retention: s}}
	x.Citations = []transparency.Citation{{Title: s, Source: s}}
	x.Score.Source = s
	for i := range x.Adverse.Reasons {
		x.Adverse.Reasons[i].Text = s
	}
	r.System, r.Version, r.Consent.Purpose, r.Consent.Basis = s, s, s, s
	r.Notes = []transparency.Factor{{Name: s, Value: s}}
	r.Hidden = []transparency.Hidden{{Kind: s, N: 2}}
	js, _ := json.Marshal(s) // a string
	r.Input.Payload = js
	return r
}

// Where nothing breaks out, a page about hostile text has the tags and quotes of a page about harmless text, and no more.
func TestHostileTextIsTextOnEveryPage(t *testing.T) {
	shape := func(text string) map[string][2]int {
		h := open(t, func(h *house, o *portal.Options) {
			o.Agreements = func(context.Context, string) ([]portal.Agreement, error) {
				return []portal.Agreement{{Purpose: text, State: text}}, nil
			}
			o.Appealed = func(context.Context, string, transparency.Record) ([]portal.Step, error) {
				return []portal.Step{{Text: text}}, nil
			}
			h.reveal = func(_, _, s string) (string, error) { return s + text, nil }
		})
		id := h.record(told(text)).String()
		require.NoError(t, h.journal.Disclose(t.Context(), "eve", transparency.Disclosure{Kind: "k", TextID: "t", Text: text}))
		out := map[string][2]int{}
		look := func(path string, a answer) {
			body := regexp.MustCompile(`name="token" value="[^"]*"`).ReplaceAllString(a.body, "")
			body = strings.ReplaceAll(body, id, "")
			assert.NotContains(t, body, "<script>alert")
			assert.NotContains(t, body, "ZgotmplZ")
			out[path] = [2]int{strings.Count(body, "<"), strings.Count(body, `"`)}
		}
		for _, path := range []string{"", "decision/", "decision//person", "data", "take", "forget", "take/report.html"} {
			look(path, h.get("eve", strings.Replace(path, "decision/", "decision/"+id, 1)))
		}
		look("words", h.post("eve", "decision/"+id+"/words", h.token("eve", "decision/"+id), nil))
		look("wrong", h.post("eve", "decision/"+id+"/person", h.token("eve", "decision/"+id), url.Values{"words": {strings.Repeat(text, 4000/len(text)+1) + strings.Repeat("-", 4000)}}))
		return out
	}
	want := shape("harmless")
	for _, text := range hostile {
		assert.Equal(t, want, shape(text), "%q", text)
	}
}

func TestEveryPageWorksWithoutScriptAndUnderThePolicy(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	for _, path := range addresses(id) {
		a := h.get("eve", path)
		assert.Equal(t, "no-store", a.header.Get("Cache-Control"), path)
		assert.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'", path)
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.header.Get("Content-Disposition") != "" {
			continue
		}
		assert.NotRegexp(t, `(?i)<[^>]* (style|on[a-z]+)=|<style|href="javascript:`, a.body, path)
		assert.Equal(t, 1, strings.Count(a.body, "<script"), path)
		assert.Equal(t, 1, strings.Count(a.body, "<h1"), path)
		for _, form := range regexp.MustCompile(`(?s)<form.*?</form>`).FindAllString(a.body, -1) {
			assert.Contains(t, form, `method="post"`, path)
			assert.Contains(t, form, `name="token"`, path)
			assert.Contains(t, form, "<button", path)
		}
	}
}

// Mounted under a prefix every link leads to a page.
func TestLinksLeadSomewhereUnderAnyPrefix(t *testing.T) {
	h := open(t, func(_ *house, o *portal.Options) { o.AgreementsPage = "" })
	id := h.record(refused("eve")).String()
	h.handler = http.StripPrefix("/my/pages", h.handler)
	seen := map[string]bool{}
	var follow func(path string)
	follow = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		a := h.get("eve", path)
		require.Equal(t, http.StatusOK, a.status, path)
		base, err := url.Parse("https://bank.example/" + path)
		require.NoError(t, err)
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
			return
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"#]+)"`).FindAllStringSubmatch(a.body, -1) {
			if strings.HasPrefix(m[1], "data:") {
				continue
			}
			to, err := base.Parse(m[1])
			require.NoError(t, err)
			follow(strings.TrimPrefix(to.Path, "/"))
		}
	}
	follow("my/pages/")
	assert.True(t, seen["my/pages/decision/"+id+"/proof.json"])
	assert.True(t, seen["my/pages/take/report.md"])
}

func TestAnotherLanguage(t *testing.T) {
	h := open(t, func(_ *house, o *portal.Options) {
		o.Catalogues = map[string]map[string]string{"de": {"Why": "Warum", "What we decided, and why": "Was wir entschieden haben, und warum", "(your %s)": "(Ihre %s)"}}
	})
	r := refused("eve")
	r.Explanation.Adverse = nil
	id := h.record(r).String()
	german := func(path string) string {
		q := httptest.NewRequest(http.MethodGet, "https://bank.example/"+path, nil)
		q.Header.Set("X-User", "eve")
		q.Header.Set("Accept-Language", "de-AT, en;q=0.5")
		return h.do(q).body
	}
	assert.Contains(t, german(""), "Was wir entschieden haben, und warum")
	assert.Contains(t, german(""), "Vor allem wegen: repayments so far", "what records say comes from the journal's words")
	body := german("decision/" + id)
	assert.Contains(t, body, `<html lang="de">`)
	assert.Contains(t, body, ">Warum<")
	assert.Contains(t, body, "(Ihre E-Mail-Adresse)")
	assert.Contains(t, body, "2 Kontonummern")
	assert.Contains(t, body, "What was used", "what the catalogue does not know stays English")
	assert.Contains(t, german("take/report.md"), "Ihre Daten und die Entscheidungen damit")
}

func TestManyReadersAtOnce(t *testing.T) {
	h := open(t, func(_ *house, o *portal.Options) {
		o.Appeal = func(context.Context, string, transparency.Record, string) error { return nil }
	})
	var wg sync.WaitGroup
	for i := range 8 {
		who := fmt.Sprintf("c-%d", i)
		id := h.record(refused(who)).String()
		path := "decision/" + id + "/person"
		token := h.token(who, path)
		wg.Go(func() {
			assert.Equal(t, http.StatusSeeOther, h.post(who, path, token, nil).status)
			for _, p := range []string{"", "data", "decision/" + id, "take/report.json"} {
				a := h.get(who, p)
				assert.Equal(t, http.StatusOK, a.status)
				if p == "take/report.json" {
					assert.Contains(t, a.body, who)
				}
			}
		})
	}
	wg.Wait()
}

func TestOptionsSayWhatTheyDo(t *testing.T) {
	assert.IsType(t, web.Auth(nil), web.Auth(signedIn), "one type of authoriser everywhere")
	h := open(t, func(_ *house, o *portal.Options) { o.Brand = ""; o.Location = time.FixedZone("CET", 3600) })
	id := h.record(refused("eve")).String()
	assert.Contains(t, h.get("eve", "").body, "Your data and decisions")
	assert.Contains(t, h.get("eve", "decision/"+id).body, " CET</time>")
}
