package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/center"
	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/fairness/report"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/oversight/console"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

// pages are the guards' own, by where they stand. What one of them shows of another's guard goes through a func field: the packages do
// not know each other.
func (s *shop) pages() (map[string]http.Handler, error) {
	choices, err := center.New(s.gate, s.customer, &center.Options{Home: "/", Key: s.key("choices")})
	if err != nil {
		return nil, err
	}
	mine, err := portal.New(s.journal, s.customer, &portal.Options{
		Home: "/", Key: s.key("portal"), Reveal: s.redactor.Reveal, Appeal: s.askPerson, Appealed: s.asked, Agreements: s.agreements, AgreementsPage: "/privacy/",
		Erase: func(ctx context.Context, who string) (ledger.Erased, error) { return s.gate.Erase(ctx, who) },
	})
	if err != nil {
		return nil, err
	}
	desk, err := console.New(s.desk, s.staff, &console.Options{
		Home: "/", Key: s.key("console"), Policy: rules, Consents: s.consents, Similar: s.similar, Reveal: s.reveal, Rules: &s.policy,
		Sensitive: func(_, path string) bool { return path == "message" || path == "note" },
		Blank: func(string) json.RawMessage {
			return json.RawMessage(`{"loan":false,"amount":0,"months":0,"yearly":0,"offers":[],"note":""}`)
		},
		Reasons: []console.Reason{
			{Code: "income", Text: "Income that the points do not see"},
			{Code: "papers", Text: "Papers are missing"},
			{Code: "data", Text: "The data are wrong"},
		},
	})
	if err != nil {
		return nil, err
	}
	fair, err := report.New(s.monitor, s.staff, &report.Options{Home: "/", Title: "Who gets loans"})
	if err != nil {
		return nil, err
	}
	return map[string]http.Handler{
		"/privacy":   first(s.customer, "/customers", choices),
		"/decisions": first(s.customer, "/customers", mine),
		"/console":   first(s.staff, "/staff", desk),
		"/fairness":  first(s.staff, "/staff", fair),
	}, nil
}

// askPerson has a person look at a decision. One that waited for a person is appealed: another reviewer looks. Any other is made anew, held
// until somebody has looked.
func (s *shop) askPerson(ctx context.Context, who string, r transparency.Record, words string) error {
	if r.Review.Held {
		_, err := s.desk.Appeal(ctx, who, r.Review.Case, words)
		return err
	}
	a, err := s.again(ctx, who, r.Session, r.Input.Payload)
	if err != nil {
		return err
	}
	a.About, a.Message = r.ID.String(), words
	if _, err := s.ask(ctx, a); !errors.Is(err, oversight.ErrPending) {
		return err
	}
	return nil
}

// asked is what became of that.
func (s *shop) asked(ctx context.Context, who string, r transparency.Record) ([]portal.Step, error) {
	for later, err := range s.journal.Find(ctx, who) {
		if err != nil {
			return nil, err
		}
		var a Application
		if json.Unmarshal(later.Input.Payload, &a) != nil || a.About != r.ID.String() {
			continue
		}
		steps := []portal.Step{{At: later.Began, Text: "You asked for a person."}}
		if later.Outcome != "held" {
			steps = append(steps, portal.Step{At: later.At, Text: "A person has looked at it: see the decision of that time."})
		}
		return steps, nil
	}
	return nil, nil
}

func (s *shop) agreements(ctx context.Context, who string) ([]portal.Agreement, error) {
	var all []portal.Agreement
	for _, p := range purposes {
		answer, _ := s.gate.Check(ctx, consent.Ask{Subject: who, Purpose: p.ID}) // not allowed is an answer, too
		a := portal.Agreement{Purpose: p.Name, State: "allowed"}
		if !answer.Allowed {
			a.State = "not allowed"
		}
		all = append(all, a)
	}
	return all, nil
}

// rules are what reviewers decide by.
func rules(context.Context, oversight.File) (string, error) {
	return "A loan needs 15 points. Look at what the points do not see: income, guarantors, what the customer writes. Loans over 12,000 DM " +
		"take two people. Sex and age are no reasons; they are not shown.", nil
}

// consents are what the customer of a case agreed to. Gold cases are about nobody.
func (s *shop) consents(ctx context.Context, c oversight.File) ([]console.Fact, error) {
	agreed, err := s.agreements(ctx, c.Subject)
	var facts []console.Fact
	for _, a := range agreed {
		f := console.Fact{Name: a.Purpose, Value: a.State, State: "ok"}
		if a.State != "allowed" {
			f.State = "warn"
		}
		facts = append(facts, f)
	}
	return facts, err
}

// similar are the decided cases of the last month whose applications had about as many points.
func (s *shop) similar(ctx context.Context, c oversight.File) ([]console.Past, error) {
	var lines bytes.Buffer
	if _, err := s.desk.Labels(ctx, &lines, oversight.Window{From: time.Now().AddDate(0, -1, 0), System: c.System}); err != nil {
		return nil, err
	}
	type past struct {
		console.Past
		far float64
	}
	var all []past
	for decoder := json.NewDecoder(&lines); decoder.More(); {
		var l oversight.Label
		var a Application
		if err := decoder.Decode(&l); err != nil {
			return nil, err
		}
		if l.Case == c.Case || json.Unmarshal(l.Input, &a) != nil {
			continue
		}
		p, _ := scorecard.Points(ctx, a.Input) // never fails: see there
		all = append(all, past{console.Past{Case: l.Case.String(), Title: title(a), Verdict: said[l.Verdict], At: l.Decided}, math.Abs(p - c.Score)})
	}
	slices.SortFunc(all, func(a, b past) int { return int(math.Copysign(1, a.far-b.far)) })
	nearest := make([]console.Past, min(5, len(all)))
	for i := range nearest {
		nearest[i] = all[i].Past
	}
	return nearest, nil
}

var said = map[oversight.Verdict]string{oversight.Approved: "approved", oversight.Rejected: "rejected", oversight.Replaced: "replaced"}

// reveal shows a reviewer the real words, and puts on record that it did: once for a look, although the console asks for each text.
func (s *shop) reveal(ctx context.Context, who string, c oversight.File, text string) (string, error) {
	looked, ok := ctx.Value(lookedKey{}).(*sync.Map)
	if !ok {
		looked = &sync.Map{}
	}
	if _, before := looked.Load(c.Case); before {
		return s.redactor.Reveal(ctx, c.Subject, c.Session, text)
	}
	shown, err := json.Marshal(map[string]string{"by": who})
	if err != nil {
		return "", err
	}
	if _, err := s.log.Append(ctx, ledger.Entry{Stream: "lender", Kind: "words.revealed", Subject: c.Subject, Key: c.Case, Public: shown}); err != nil {
		return "", err
	}
	looked.Store(c.Case, true)
	return s.redactor.Reveal(ctx, c.Subject, c.Session, text)
}
