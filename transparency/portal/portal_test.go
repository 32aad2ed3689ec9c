package portal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// refusal is an error that another package answers with.

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

// told is a record in which every text is s.

// Where nothing breaks out, a page about hostile text has the tags and quotes of a page about harmless text, and no more.

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

func TestOptionsSayWhatTheyDo(t *testing.T) {
	h := open(t, func(_ *house, o *portal.Options) { o.Brand = ""; o.Location = time.FixedZone("CET", 3600) })
	id := h.record(refused("eve")).String()
	assert.Contains(t, h.get("eve", "").body, "Your data and decisions")
	assert.Contains(t, h.get("eve", "decision/"+id).body, " CET</time>")
}

func TestOptionsPrintNoKey(t *testing.T) {
	o := portal.Options{Key: []byte("0123456789abcdef0123456789abcdef")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		assert.Equal(t, "portal.Options(redacted)", fmt.Sprintf(verb, o))
		assert.Equal(t, "portal.Options(redacted)", fmt.Sprintf(verb, &o))
	}
	assert.Equal(t, "portal.Options(redacted)", o.LogValue().String())
}
