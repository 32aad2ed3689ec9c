package console

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/google/uuid"
)

type app struct {
	Applicant struct {
		Age        int    `json:"age"`
		Employment string `json:"employment"`
		Note       string `json:"note"`
	} `json:"applicant"`
	Amount int  `json:"amount"`
	Months int  `json:"months"`
	Owns   bool `json:"owns_home"`
}
type offer struct {
	Granted bool    `json:"granted"`
	Rate    float64 `json:"rate"`
	Words   string  `json:"words"`
}

func TestZDemo(t *testing.T) {
	if os.Getenv("ZDEMO") == "" {
		t.Skip()
	}
	ctx := context.Background()
	pol := oversight.Policy{Rate: 0.5, Blind: 0.3, Undo: 30 * time.Second, Rules: []oversight.Rule{
		{Name: "unsure", When: func(c oversight.Case) bool { return c.Score < 0.5 }, Hold: true},
		{Name: "large", When: func(c oversight.Case) bool { return c.Score > 0.9 }, Hold: true, Need: 2, Urgent: true}}, Breaker: &oversight.Breaker{Rate: 0.2, MinProbability: 0.1}}
	desk, err := oversight.New(ctx, ledger.Memory(nil), pol, nil)
	if err != nil {
		t.Fatal(err)
	}
	score := 0.3
	f := oversight.Wrap(func(_ context.Context, a app) (offer, error) { return offer{true, 4.1, "Welcome <b>you</b>"}, nil }, desk, func(a app, o offer) oversight.Case {
		return oversight.Case{Title: "Credit for 5,000 EUR, 24 months", Score: score, Stratum: []string{"new customers", "known customers"}[a.Amount%2]}
	})
	var ids []uuid.UUID
	for i := range 120 {
		score = float64(i%100) / 100
		a := app{Amount: 5000 + i, Months: 24}
		a.Applicant.Age, a.Applicant.Employment, a.Applicant.Note = 20+i, "since 4 years", "I live with my mother, who is ill, and need the money for her."
		f(call.WithSubject(ctx, "anna"), a)
	}
	items, _ := desk.Pending(ctx, oversight.Filter{Limit: 1000})
	for i, it := range items {
		ids = append(ids, it.Case)
		if i < 5 || i%3 == 0 {
			continue
		}
		l, err := desk.Claim(ctx, []string{"rosa", "omar", "li"}[i%3], it.Case)
		if err != nil {
			continue
		}
		j := oversight.Judgement{Verdict: oversight.Approved, Comment: "fine"}
		if i%7 == 0 || it.Blind {
			j.Verdict = oversight.Replaced
			j.Output = json.RawMessage(`{"granted":false,"rate":3.9,"words":"Sorry"}`)
		}
		desk.Submit(ctx, l, j)
	}
	desk.Enrol(ctx, "rosa", oversight.Member{Name: "rosa", Competence: "credit analyst since 2019", TrainedUntil: time.Now().AddDate(1, 0, 0)})
	desk.Claim(ctx, "rosa", ids[0])
	h, err := New(desk, func(r *http.Request) (string, error) { return "rosa", nil }, &Options{
		Policy: func(context.Context, oversight.File) (string, error) {
			return "Grant if the instalment is below a third of the income.\n\nWhen in doubt, ask for a payslip.", nil
		},
		Consents: func(context.Context, oversight.File) ([]Fact, error) {
			return []Fact{{"Credit scoring", "agreed on 3 May", "ok"}, {"Advertising", "refused", "bad"}}, nil
		},
		Similar: func(context.Context, oversight.File) ([]Past, error) {
			return []Past{{ids[9].String(), "Credit for 4,800 EUR", "approved", time.Now().Add(-50 * time.Hour)}}, nil
		},
		Sensitive: func(_, path string) bool { return path == "applicant.note" },
		Reasons:   []Reason{{"income", "Income not proven"}, {"strict", "Too strict"}}, Rules: &pol,
	})
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/fl/web/ids", []byte(ids[0].String()+" "+ids[1].String()+" "+ids[7].String()), 0o644)
	srv := &http.Server{Addr: "127.0.0.1:18099", Handler: http.StripPrefix("/desk", h)}
	time.AfterFunc(4*time.Minute, func() { srv.Close() })
	srv.ListenAndServe()
}
