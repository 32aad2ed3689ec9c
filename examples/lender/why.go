package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// neighbours is how many approved applicants an answer is compared with.
const neighbours = 20

// explainer says why an answer is what it is, against applicants who got a loan.
type explainer struct{ approved []Application }

func newExplainer(all []credit.Applicant) (explainer, error) {
	var x explainer
	for _, a := range all {
		p, err := points(context.Background(), apply(a))
		if err != nil {
			return x, err
		}
		if p >= threshold && len(x.approved) < neighbours {
			x.approved = append(x.approved, apply(a))
		}
	}
	return x, nil
}

// explain runs inside the privacy guard: what it says of the application holds no more than the model saw.
func (x explainer) explain(a Application, answer Answer) transparency.Explanation {
	ctx := context.Background()
	out := transparency.Explanation{
		Model: "scorecard", Version: "1", Policy: fmt.Sprintf("a loan from %d points", threshold), Uses: uses,
		Result: "Loan approved", Consequence: "The loan is paid out.", Contest: "You can ask for a person here.",
	}
	attribution, err := explain.Shapley(ctx, points, a, x.approved, fields, &explain.Options{Reference: "approved applicants"})
	if err != nil { // the scorecard neither fails nor panics; a model that does must not be explained by half
		panic(err)
	}
	out.Attribution = &attribution
	out.Factors = attribution.Factors(0)
	if answer.Loan {
		return out
	}
	out.Result, out.Consequence = "Loan refused", "There is no loan on these terms."
	if out.Adverse, err = reasons.Adverse(attribution); err != nil {
		panic(err)
	}
	flip, err := explain.Counterfactual(ctx, points, a, attainable(a), threshold, nil)
	if err == nil {
		out.Counterfactual = flip.Factors()
	} else if !errors.Is(err, explain.ErrNoFlip) {
		panic(err)
	}
	return out
}

func field(name string, move func(dst, src *Application), words func(*Application) string) explain.Field[Application] {
	return explain.Field[Application]{Name: name, Copy: move, Words: words}
}

// fields are what may count about an application, in words the applicant knows.
var fields = explain.Fields[Application]{List: []explain.Field[Application]{
	field("checking account", func(dst, src *Application) { dst.Checking = src.Checking }, func(a *Application) string { return coded(a.Checking) }),
	field("savings", func(dst, src *Application) { dst.Savings = src.Savings }, func(a *Application) string { return coded(a.Savings) }),
	field("earlier loans", func(dst, src *Application) { dst.History = src.History }, func(a *Application) string { return coded(a.History) }),
	field("years in the job", func(dst, src *Application) { dst.Employed = src.Employed }, func(a *Application) string { return coded(a.Employed) }),
	field("length of the loan", func(dst, src *Application) { dst.Months = src.Months }, func(a *Application) string { return strconv.Itoa(a.Months) + " months" }),
	field("amount", func(dst, src *Application) { dst.Amount = src.Amount }, func(a *Application) string { return strconv.Itoa(a.Amount) + " DM" }),
	field("share of income", func(dst, src *Application) { dst.Rate = src.Rate }, func(a *Application) string { return fmt.Sprintf("class %d of 4", a.Rate) }),
}}

// codes says the data's codes in words.
var codes = map[string]string{
	"lt_0": "overdrawn", "0_to_200": "under 200 DM", "gt_200": "over 200 DM", "none": "no account here",
	"lt_100": "under 100 DM", "100_to_500": "100 to 500 DM", "500_to_1000": "500 to 1,000 DM", "gt_1000": "over 1,000 DM", "unknown": "not known",
	"critical": "loans elsewhere", "delay": "paid late before", "paidduly": "paid in time", "nocredit_allpaid": "none",
	"thisbank_allpaid": "only here, all paid", "unemployed": "without a job", "lt_1": "under 1", "1_to_4": "1 to 4", "4_to_7": "4 to 7", "gt_7": "over 7",
}

func coded(code string) string {
	if text, ok := codes[code]; ok {
		return text
	}
	return code
}

// reasons are the words that a refusal is given in. Their version changes whenever one of them does.
var reasons = transparency.ReasonMap{Version: "2026-03", Reasons: map[string]transparency.ReasonText{
	"checking account":   {Code: "C1", Text: "the balance of your checking account is low"},
	"savings":            {Code: "C2", Text: "your savings are low"},
	"earlier loans":      {Code: "C3", Text: "your earlier loans say little for you"},
	"years in the job":   {Code: "C4", Text: "you have been in your job for a short time"},
	"length of the loan": {Code: "C5", Text: "the loan runs for long"},
	"amount":             {Code: "C6", Text: "the amount asked for is high"},
	"share of income":    {Code: "C7", Text: "the instalments take a large share of your income"},
}}

// uses say which data goes in.
var uses = []transparency.DataUse{
	{Category: "account balances and savings", Source: "this bank", Purpose: "the decision about the loan", Retention: "25 months"},
	{Category: "earlier loans", Source: "this bank and the credit bureau", Purpose: "the decision about the loan", Retention: "25 months"},
	{Category: "employment and the loan asked for", Source: "your application", Purpose: "the decision about the loan", Retention: "25 months"},
}

// attainable is what the applicant could change: another loan, or other balances. Nobody is told to have had other loans before.
func attainable(a Application) []explain.Change[Application] {
	half, better := a, a
	half.Months, half.Amount = (a.Months+1)/2, a.Amount*3/4
	half.Checking, half.Savings = "0_to_200", "100_to_500"
	better.Months, better.Amount = (a.Months+3)/4, a.Amount/2
	better.Checking, better.Savings = "gt_200", "500_to_1000"
	some := explain.Fields[Application]{List: []explain.Field[Application]{fields.List[0], fields.List[1], fields.List[4], fields.List[5]}}
	return explain.Alternatives(some, []Application{half, better})
}

// card says what the system is for and how good it is (EU AI Act, article 13).
var card = transparency.SystemCard{
	System: system, Version: "1", Purpose: "says whether a loan is given", Model: "a scorecard of seven figures", Data: uses,
	Limits:    []string{"made up for an example: no bank should use it"},
	Accuracy:  []transparency.Measure{{Name: "repaid, of those approved", Value: 89, Unit: "%", On: "Statlog German Credit", N: 479}},
	Oversight: "A person looks at close calls, at large loans and at every appeal, and can stop the system.",
}
