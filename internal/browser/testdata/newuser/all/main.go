// Command estimates says what a repair will cost. All five guards stand around the function now.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// Ticket is what a customer of the repair shop writes.
type Ticket struct {
	Customer string
	Text     string
	Age      int // of the thing to repair, in years
	Member   string
}

// Quote is the answer.
type Quote struct {
	Price int
	Note  string
}

// Estimate is the function the shop has.
func Estimate(_ context.Context, t Ticket) (Quote, error) {
	log.Print("the model sees: ", t.Text)
	return Quote{Price: 20 + 15*t.Age, Note: "about: " + t.Text}, nil
}

const inbox = `[
	{"Customer": "c-1", "Text": "The lamp flickers. Write to me at someone@example.com.", "Age": 2, "Member": "yes"},
	{"Customer": "c-2", "Text": "The kettle leaks.", "Age": 9, "Member": "no"}
]`

func tickets() (all []Ticket, err error) {
	err = json.Unmarshal([]byte(inbox), &all)
	return all, err
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	ctx := context.Background()
	store := ledger.Memory(nil)
	gate := must(consent.New(ctx, store, []consent.Purpose{{ID: "estimates", Name: "Estimates by computer"}}, nil))
	must(gate.Grant(ctx, consent.Event{Subject: "c-1", Purpose: "estimates"})) // one of the two has agreed
	monitor := must(fairness.New(ctx, []string{"member"}, nil))
	journal := must(transparency.New(ctx, store, nil))
	desk := must(oversight.New(ctx, store, oversight.Policy{Rate: 0.02}, nil))
	estimate := fairlead.Around(Estimate).
		Consent(gate, func(t Ticket) consent.Ask { return consent.Ask{Subject: t.Customer, Purpose: "estimates"} }).
		Fairness(monitor, func(t Ticket) fairness.Groups { return fairness.Of(t.Member) }, func(_ Ticket, q Quote) bool { return q.Price < 100 }).
		Privacy(&privacy.Redactor{}, privacy.HideTagged, privacy.ShowTagged).
		Transparency(journal, func(Ticket, Quote) transparency.Explanation { return transparency.Explanation{Result: "a quote"} }).
		Oversight(desk, func(Ticket, Quote) oversight.Case { return oversight.Case{} }).Func()
	for _, t := range must(tickets()) {
		quote, err := estimate(ctx, t)
		fmt.Println(t.Customer, quote.Price, quote.Note, err)
	}
}
