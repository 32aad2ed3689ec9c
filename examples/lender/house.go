package main

import (
	"context"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/dpv"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// house is the five engines on one log, and the guarded function.
type house struct {
	applicants []credit.Applicant
	secret     []byte
	log        *ledger.Ledger
	gate       *consent.Gate
	redactor   *privacy.Redactor
	journal    *transparency.Journal
	desk       *oversight.Desk
	policy     oversight.Policy
	monitor    *fairness.Monitor
	decide     func(context.Context, Application) (Answer, error)

	mine sync.Map      // the cases this process opened and has not delivered yet
	kick chan struct{} // a case was decided
}

const system = "loans"

// settings are what the command line says about the guards.
type settings struct {
	undo   time.Duration // how long a reviewer can take a verdict back
	blind  float64       // the share of cases whose answer reviewers do not see
	traces trace.TracerProvider
}

// build wires the house. This is all of it: five engines, and one function around the function there was.
func build(ctx context.Context, log *ledger.Ledger, secret []byte, s settings) (*house, error) {
	h := &house{log: log, secret: secret, kick: make(chan struct{}, 1)}
	var err error
	if h.applicants, err = credit.Builtin(); err != nil {
		return nil, err
	}
	why, err := scorecard.NewExplainer(h.applicants)
	if err != nil {
		return nil, err
	}
	if h.gate, err = consent.New(ctx, log, purposes, &consent.Options{Controller: h.controller()}); err != nil {
		return nil, err
	}
	if h.monitor, err = fairness.New(ctx, []string{"sex", "age"}, &fairness.Options{Ledger: log}); err != nil {
		return nil, err
	}
	h.redactor = &privacy.Redactor{Vault: privacy.LedgerVault{Ledger: log}} // so that any process can deliver what another one held
	if h.journal, err = transparency.New(ctx, log, &transparency.Options{
		Payloads: true, // the customer's pages show them; they hold placeholders, and go when the customer is erased
		Card:     &card,
		Controller: transparency.Controller{
			Name: lender, Contact: contact, Authority: "your data protection authority", Contest: "You can ask for a person on the page of the decision.",
		},
	}); err != nil {
		return nil, err
	}
	h.policy = policy(s)
	if h.desk, err = oversight.New(ctx, log, h.policy, &oversight.Options{
		Notify: h.notice, MaxStaleness: 5 * time.Second, // a busy minute refuses nobody; a stop is heard of within the ledger's poll all the same
	}); err != nil {
		return nil, err
	}
	h.decide = fairlead.Around(Decide).
		System(&fairlead.System{Name: system, Version: "1", TracerProvider: s.traces}).
		Consent(h.gate, Application.Ask).
		Otherwise(Popular).
		Fairness(h.monitor, Application.Groups, favourable).
		Privacy(h.redactor, privacy.HideTagged, privacy.ShowTagged).
		Transparency(h.journal, explained(why)).
		Oversight(h.desk, open).
		Func()
	return h, nil
}

// policy says what people look at.
func policy(s settings) oversight.Policy {
	is := func(kind string) func(oversight.Case) bool {
		return func(c oversight.Case) bool { return c.Stratum == kind }
	}
	return oversight.Policy{
		Rate: 0.02, // of the ordinary ones, after the fact
		Rules: []oversight.Rule{
			{Name: closeCall, When: is(closeCall), Hold: true},
			{Name: large, When: is(large), Hold: true, Urgent: true},
			{Name: contested, When: is(contested), Hold: true, Urgent: true},
			{Name: veryLarge, When: is(veryLarge), Hold: true, Urgent: true, Need: 2}, // four eyes
		},
		Undo: s.undo, Blind: s.blind, Remind: time.Hour,
		Breaker: &oversight.Breaker{Rate: 0.3},
	}
}

// The purposes people are asked about.
const (
	scoring = "scoring"
	sharing = "sharing"
)

var purposes = []consent.Purpose{
	{
		ID: scoring, Name: "Loans decided by computer", TTL: 365 * 24 * time.Hour, Category: dpv.ProvidePersonalisedRecommendations,
		Notice: consent.Notice{Version: 1, Language: "en", Text: "We use your application, your accounts with us and your earlier loans to let a " +
			"computer decide about the loan you ask for. If you say no, you see the offers that are there for everybody."},
		Data: []string{"your application", "your accounts with us", "your earlier loans"}, Keep: "P25M", Automated: true,
	},
	{
		ID: sharing, Name: "Offers of our partners", SaleLike: true, Cooldown: 365 * 24 * time.Hour, Category: dpv.PersonalisedAdvertising,
		Notice: consent.Notice{Version: 1, Language: "en", Text: "We tell our partners which loan you asked for, so that they can make you offers of theirs."},
		Data:   []string{"the loan you asked for"}, Keep: "P6M", Recipients: []string{"Example Insurance"},
	},
}

const (
	lender  = "Example Lender"
	contact = "privacy@lender.example"
)

func (h *house) controller() *consent.Controller {
	return &consent.Controller{
		Name: lender, Address: "1 Harbour Street, Example", Contact: contact, Storage: []string{"EU"}, Jurisdiction: "EU",
		Withdrawal: "the page Privacy choices", Authority: "your data protection authority",
		Signer: ed25519.NewKeyFromSeed(h.key("receipts")),
	}
}

// key derives a key for one use from the secret, so that all processes that have it agree.
func (h *house) key(use string) []byte {
	key, err := hkdf.Key(sha256.New, h.secret, nil, "fairlead lender: "+use, 32)
	if err != nil { // only for a length that no hash can give
		panic(err)
	}
	return key
}

// close ends the engines: what the monitor counted is written first.
func (h *house) close(ctx context.Context) error {
	defer h.gate.Close()
	defer h.desk.Close()
	return h.monitor.Close(ctx)
}

// applicant is the person a customer's ID stands for.
func (h *house) applicant(id string) (credit.Applicant, bool) {
	for _, a := range h.applicants {
		if customerID(a.Row) == id {
			return a, true
		}
	}
	return credit.Applicant{}, false
}
