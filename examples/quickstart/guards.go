package main

import (
	"context"
	"time"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// house is the five engines on one log, and the guarded function.
type house struct {
	log       *ledger.Ledger
	gate      *consent.Gate
	monitor   *fairness.Monitor
	journal   *transparency.Journal
	desk      *oversight.Desk
	recommend func(context.Context, Customer) ([]Offer, error)
}

// notice is the text the customers agreed to.
var notice = consent.Notice{Version: 1, Language: "en", Text: "We use your application and your accounts to choose offers for you."}

// build wires the house. model is Recommend, or something around it.
func build(ctx context.Context, model func(context.Context, Customer) ([]Offer, error), sys *fairlead.System) (*house, error) {
	h := &house{log: ledger.Memory(nil)}
	var err error
	if h.gate, err = consent.New(ctx, h.log, []consent.Purpose{{
		ID: "offers", Name: "Offers made for you", Notice: notice, TTL: 365 * 24 * time.Hour,
	}}, nil); err != nil {
		return nil, err
	}
	if h.monitor, err = fairness.New(ctx, []string{"sex", "age"}, nil); err != nil {
		return nil, err
	}
	if h.journal, err = transparency.New(ctx, h.log, nil); err != nil {
		return nil, err
	}
	policy := oversight.Policy{
		Rate: 0.02,
		Rules: []oversight.Rule{{
			Name: "low score", Hold: true,
			When: func(c oversight.Case) bool { return c.Score < doubtful },
		}},
	}
	key := []byte("a key of this example's: 32 byte") // fixed, so that each run draws the same rows; yours is a secret
	if h.desk, err = oversight.New(ctx, h.log, policy, &oversight.Options{Key: key}); err != nil {
		return nil, err
	}
	h.recommend = fairlead.Around(model).
		System(sys).
		Consent(h.gate, Customer.Ask).
		Otherwise(Popular).
		Fairness(h.monitor, Customer.Groups, favourable).
		Privacy(&privacy.Redactor{}, privacy.HideTagged, privacy.ShowTagged).
		Transparency(h.journal, explain).
		Oversight(h.desk, open).
		Func()
	return h, nil
}

// customers turns the applicants into customers with messages.
func customers(all []credit.Applicant) []Customer {
	cs := make([]Customer, len(all))
	for i, a := range all {
		cs[i] = Customer{ID: customerID(a.Row), Message: a.Message(), Applicant: a}
	}
	return cs
}

// ask records what the customers said before: nine in ten agreed, of these some took it back, and one agreed too long ago.
func (h *house) ask(ctx context.Context, cs []Customer) error {
	for _, c := range cs {
		e := consent.Event{Subject: c.ID, Purpose: "offers", Method: "web form"}
		if c.Row%10 == 0 {
			continue // never agreed
		}
		if c.Row == 123 {
			e.Given = time.Now().Add(-400 * 24 * time.Hour)
		}
		if _, err := h.gate.Grant(ctx, e); err != nil {
			return err
		}
		if c.Row%50 == 7 {
			if _, err := h.gate.Withdraw(ctx, consent.Event{Subject: c.ID, Purpose: "offers"}); err != nil {
				return err
			}
		}
	}
	return nil
}
