package main

import (
	"context"
	"fmt"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/transparency"
)

// Customer is what the lender knows of a person who asks for an offer. The tags say what a model must not see.
type Customer struct {
	ID      string `privacy:"remove"` // the model has no use for it
	Message string // whatever people type: scanned
	credit.Applicant
}

// Offer is one line of the answer.
type Offer struct {
	Name string
	Note string
}

// The offers there are, the best first.
const (
	loan    = "Loan at 6.9 %"
	saver   = "Saver account"
	adviser = "Half an hour with an adviser"
)

// points is one line of the model: what it looks at, and how much that counts.
type points struct {
	name string
	says string
	n    int
}

// table says for a category how many points it is worth, and what it is called.
type table map[string]struct {
	n    int
	says string
}

var (
	checking = table{"none": {20, "elsewhere"}, "gt_200": {15, "above 200"}, "0_to_200": {5, "up to 200"}, "lt_0": {-5, "overdrawn"}}
	savings  = table{"gt_1000": {15, "above 1,000"}, "500_to_1000": {10, "500 to 1,000"}, "100_to_500": {5, "100 to 500"}, "lt_100": {0, "below 100"}, "unknown": {8, "none known"}}
	history  = table{"critical": {12, "some, elsewhere"}, "paidduly": {6, "paid on time"}, "delay": {4, "paid late"}, "thisbank_allpaid": {0, "all paid back"}, "nocredit_allpaid": {0, "none"}}
	employed = table{"gt_7": {10, "more than 7"}, "4_to_7": {10, "4 to 7"}, "1_to_4": {5, "1 to 4"}, "lt_1": {0, "less than 1"}, "unemployed": {0, "none"}}
)

// score is the model: points for what the lender found to matter. Sex and age are not among it; whether they matter all the same is
// what the monitor finds out.
func score(c Customer) (total int, parts []points) {
	of := func(name string, t table, category string) points {
		return points{name, t[category].says, t[category].n}
	}
	parts = []points{
		of("your current account", checking, c.Checking),
		of("your savings", savings, c.Savings),
		of("your earlier loans", history, c.History),
		of("your years in this job", employed, c.Employed),
		{"the length of the loan", fmt.Sprint(c.Months, " months"), 12 - c.Months/2},
		{"the instalment for your income", fmt.Sprintf("class %d of 4", c.Rate), 8 - 2*c.Rate},
	}
	for _, p := range parts {
		total += p.n
	}
	return total, parts
}

// The model's thresholds: from approve on it offers a loan; below doubtful a person looks before the customer hears of it.
const (
	approve  = 18
	doubtful = 0
)

// Recommend is the function this lender had before. It knows nothing of the guards.
func Recommend(_ context.Context, c Customer) ([]Offer, error) {
	total, _ := score(c)
	note := "You wrote: " + c.Message
	if total >= approve {
		return []Offer{{loan, note}, {saver, ""}}, nil
	}
	return []Offer{{saver, note}, {adviser, ""}}, nil
}

// Popular is what people get whose data may not be used.
func Popular(context.Context, Customer) ([]Offer, error) {
	return []Offer{{saver, "What most people choose."}, {adviser, ""}}, nil
}

// Ask says whose consent to what a call needs.
func (c Customer) Ask() consent.Ask { return consent.Ask{Subject: c.ID, Purpose: "offers"} }

// Groups says which groups a person belongs to, for the monitor alone.
func (c Customer) Groups() fairness.Groups {
	age := "over 25"
	if c.Age <= 25 {
		age = "25 and under"
	}
	return fairness.Of(c.Sex, age)
}

// favourable is the answer people hope for.
func favourable(_ Customer, offers []Offer) bool { return len(offers) > 0 && offers[0].Name == loan }

// explain says why, in words a customer understands.
func explain(c Customer, offers []Offer) transparency.Explanation {
	_, parts := score(c)
	x := transparency.Explanation{
		Model: "points", Version: "1", Result: offers[0].Name,
		Uses: []transparency.DataUse{{Category: "your application", Source: "you"}, {Category: "your accounts with us", Source: "our books"}},
	}
	for _, p := range parts {
		if p.n != 0 {
			x.Factors = append(x.Factors, transparency.Factor{Name: p.name, Value: p.says, Weight: float64(p.n)})
		}
	}
	return x
}

// open says what a reviewer is asked about. The row is the unit of sampling, so that each run draws the same.
func open(c Customer, offers []Offer) oversight.Case {
	total, _ := score(c)
	return oversight.Case{Unit: fmt.Sprint("row-", c.Row), Title: offers[0].Name, Score: float64(total)}
}
