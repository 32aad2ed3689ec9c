package main

import (
	"context"
	"fmt"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
)

// Application is what somebody asks for, and what the lender knows of them. The tags say what the model must not see: it gets neither
// who somebody is nor their sex and age, and of the message what is left when the personal data in it is hidden.
type Application struct {
	ID      string `json:"id,omitempty" privacy:"remove"`
	Sex     string `json:"sex,omitempty" privacy:"remove"` // for the monitor alone
	Age     string `json:"age,omitempty" privacy:"remove"` // a band, for the monitor alone
	Message string `json:"message,omitempty"`              // whatever people type: scanned

	scorecard.Input // what the model looks at

	About string `json:"about,omitempty" privacy:"-"` // the decision that the customer wants a person to look at; "" for a new one
}

// Answer is what the lender says to it.
type Answer struct {
	Loan   bool     `json:"loan"`
	Amount int      `json:"amount"`
	Months int      `json:"months"`
	Yearly float64  `json:"yearly"` // interest in percent
	Offers []string `json:"offers"` // what else there is
	Note   string   `json:"note"`
}

// What an application may ask for.
const (
	minAmount, maxAmount = 100, 20_000
	minMonths, maxMonths = 3, 72
	maxMessage           = 2_000 // bytes
)

// apply is an applicant's own application, as the data has it.
func apply(a credit.Applicant) Application {
	age := "over 25"
	if a.Age <= 25 {
		age = "25 and under"
	}
	return Application{
		ID: customerID(a.Row), Sex: a.Sex, Age: age, Message: a.Message(), Input: scorecard.Of(a),
	}
}

func customerID(row int) string { return fmt.Sprintf("applicant-%04d", row) }

// Decide is the function this lender had before. It knows nothing of the guards.
func Decide(ctx context.Context, a Application) (Answer, error) {
	p, err := scorecard.Points(ctx, a.Input)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Offers: []string{saver}, Note: "You wrote: " + a.Message}
	if p < scorecard.Threshold {
		answer.Offers = append(answer.Offers, adviser)
		return answer, nil
	}
	answer.Loan, answer.Amount, answer.Months = true, a.Amount, a.Months
	if answer.Yearly = 6.9; p >= 2*scorecard.Threshold {
		answer.Yearly = 4.9
	}
	return answer, nil
}

// The offers that need no data about anybody.
const (
	saver   = "Saver account"
	adviser = "Half an hour with an adviser"
)

// Popular is what people get whose data may not be used.
func Popular(context.Context, Application) (Answer, error) {
	return Answer{Offers: []string{saver, adviser}, Note: "What most people choose. None of your data was used."}, nil
}

// Ask says whose consent to what a call needs.
func (a Application) Ask() consent.Ask { return consent.Ask{Subject: a.ID, Purpose: scoring} }

// Groups says which groups a person belongs to, for the monitor alone.
func (a Application) Groups() fairness.Groups { return fairness.Of(a.Sex, a.Age) }

// favourable is the answer people hope for.
func favourable(_ Application, answer Answer) bool { return answer.Loan }

// The kinds of cases. A person looks at all but the first before the customer hears of the answer.
const (
	ordinary  = "ordinary"
	closeCall = "close call"
	large     = "large loan"
	veryLarge = "very large loan"
	contested = "a person asked for"
)

// kind says how much care an application needs.
func kind(a Application, points float64) string {
	switch {
	case a.About != "":
		return contested
	case a.Amount > 12_000:
		return veryLarge
	case a.Amount > 10_000:
		return large
	case points >= scorecard.Threshold-5 && points < scorecard.Threshold:
		return closeCall
	}
	return ordinary
}

// open says what a reviewer is asked about. A person is asked once about a decision.
func open(a Application, answer Answer) oversight.Case {
	p, _ := scorecard.Points(context.Background(), a.Input) // never fails: see there
	c := oversight.Case{Title: title(a) + ": no loan", Stratum: kind(a, p), Score: p}
	if answer.Loan {
		c.Title = title(a) + ": loan"
	}
	if a.About != "" {
		c.Key = "about " + a.About
	}
	return c
}

func title(a Application) string { return fmt.Sprintf("%d DM over %d months", a.Amount, a.Months) }
