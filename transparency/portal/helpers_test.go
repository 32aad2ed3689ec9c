package portal_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

// house is a portal over a log in memory, and what it was asked to do.
type house struct {
	t       testing.TB
	log     *ledger.Ledger
	journal *transparency.Journal
	handler http.Handler
	asked   []string
	reveals int
	reveal  func(who, session, text string) (string, error)
}

var errNobody = errors.New("no session")

func signedIn(r *http.Request) (string, error) {
	if who := r.Header.Get("X-User"); who != "" {
		return who, nil
	}
	return "", errNobody
}

// open makes a portal with everything wired, as change leaves it.
func open(t testing.TB, change func(*house, *portal.Options)) *house {
	t.Helper()
	h := &house{t: t, log: ledger.Memory(nil)}
	t.Cleanup(func() { require.NoError(t, h.log.Close()) })
	card := &transparency.SystemCard{
		System: "credit", Version: "3", Purpose: "says whether a loan is given, and for how much", Provider: "Example Bank", Model: "a scorecard of seven figures",
		Limits: []string{"it knows nothing of your savings elsewhere"}, Oversight: "A person looks at every appeal.",
		Accuracy: []transparency.Measure{{Name: "Repaid, of those approved", Value: 89.1, Low: 86, High: 91.7, Unit: "%", On: "last year's loans", N: 479}},
	}
	var err error
	h.journal, err = transparency.New(context.Background(), h.log, &transparency.Options{
		Card: card, Controller: transparency.Controller{Name: "Example Bank", Contact: "privacy@bank.example", Authority: "your data protection authority"},
	})
	require.NoError(t, err)
	h.reveal = func(_, _, text string) (string, error) {
		return strings.ReplaceAll(text, "<EMAIL_ADDRESS_1>", "eve@shop.example"), nil
	}
	o := &portal.Options{
		Brand: "Example Bank",
		Appeal: func(_ context.Context, who string, r transparency.Record, words string) error {
			h.asked = append(h.asked, who+" "+r.ID.String()+" "+words)
			return nil
		},
		Reveal: func(_ context.Context, who, session, text string) (string, error) {
			h.reveals++
			return h.reveal(who, session, text)
		},
		Erase: func(ctx context.Context, who string) (ledger.Erased, error) { return h.log.Erase(ctx, who) },
		Agreements: func(context.Context, string) ([]portal.Agreement, error) {
			return []portal.Agreement{
				{Purpose: "Personal offers", State: "You allow it", Since: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)},
				{Purpose: "Passing on to partners", State: "You do not allow it"},
			}, nil
		},
		AgreementsPage: "/choices/",
	}
	if change != nil {
		change(h, o)
	}
	h.handler, err = portal.New(h.journal, signedIn, o)
	require.NoError(t, err)
	return h
}

var uses = []transparency.DataUse{
	{Category: "income", Source: "your application", Purpose: "credit", Retention: "five years"},
	{Category: "repayments so far", Source: "the credit bureau", Purpose: "credit", Recipients: []string{"the credit bureau"}, Retention: "five years"},
}

// refused is a denied loan with all that a record can say.
func refused(subject string) transparency.Record {
	a := &explain.Attribution{
		Method: explain.Exact, Output: 38, Base: 61, Reference: "approved applicants", Rows: 20, Evals: 2560,
		Parts: []explain.Part{
			{Name: "time in your job", Value: "4 months", Phi: -14},
			{Name: "amount asked for", Value: "12,000", Phi: -9.5},
			{Name: "income", Value: "2,400 a month", Phi: -4},
			{Name: "repayments so far", Value: "all on time", Phi: 4.5},
		},
	}
	return transparency.Record{
		Subject: subject, Outcome: "allowed", System: "credit", Version: "3", Session: uuid.NewString(),
		Explanation: transparency.Explanation{
			Result: "No loan of 12,000", Factors: a.Factors(0), Attribution: a, Uses: uses, Policy: "credit policy 7",
			Score:       &transparency.Score{Value: 38, Max: 100, Needed: 55, Source: "the bank's scorecard"},
			Consequence: "You can ask again at any time; asking leaves no trace at the bureau.",
			Contest:     "A person will look at it again if you ask: write to <EMAIL_ADDRESS_1> or use the button.",
			Counterfactual: []transparency.Factor{
				{Name: "time in your job", Value: "12 months"}, {Name: "amount asked for", Value: "9,000"},
			},
			Adverse: &transparency.Adverse{Map: "2026-1", Reference: "approved applicants", Reasons: []transparency.Reason{
				{Code: "R12", Text: "time in your present job is short for this amount", Feature: "time in your job", Weight: -14},
				{Code: "R03", Text: "the amount is high for your income", Feature: "amount asked for", Weight: -9.5},
			}},
		},
		Consent: transparency.Consent{Allowed: true, Purpose: "credit", Basis: "consent", Receipt: 7},
		Hidden:  []transparency.Hidden{{Kind: "EMAIL_ADDRESS", N: 1}, {Kind: "IBAN_CODE", N: 2}},
		Review:  transparency.Review{Sampled: true, Probability: 1, Rule: "refusals", Case: uuid.New(), Held: true, Verdict: "approve", Reviewer: "staff-" + secret},
		Input:   transparency.Content{Payload: json.RawMessage(`{"mail":"<EMAIL_ADDRESS_1>","amount":12000}`)},
	}
}

// secret is what no page may show.
const secret = "secret-4b1d"

func (h *house) record(r transparency.Record) uuid.UUID {
	h.t.Helper()
	id, err := h.journal.Record(context.Background(), r)
	require.NoError(h.t, err)
	return id
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (h *house) do(r *http.Request) answer {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	res := w.Result()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(h.t, err)
	return answer{res.StatusCode, res.Header, string(body)}
}

func (h *house) get(who, path string) answer {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://bank.example/"+path, nil)
	r.Header.Set("X-User", who)
	return h.do(r)
}

// token is that of the first form on a page.
func (h *house) token(who, path string) string {
	h.t.Helper()
	m := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(h.get(who, path).body)
	require.NotNil(h.t, m, "a form on /%s", path)
	return m[1]
}

func (h *house) post(who, path, token string, form url.Values) answer {
	h.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	if token != "" {
		form.Set("token", token)
	}
	r := httptest.NewRequest(http.MethodPost, "https://bank.example/"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-User", who)
	return h.do(r)
}

// size is how many entries the log holds.
func (h *house) size() ledger.Seq {
	health, err := h.log.Health(context.Background())
	require.NoError(h.t, err)
	return health.Head
}
