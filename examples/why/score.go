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

// threshold is how many points a loan needs. Of the 479 applicants of the data who reach it 89 in 100 repaid, of the others 52.
const threshold = 15

// points is the scorecard: a plain function, written for this example. It looks at neither age nor sex.
func points(_ context.Context, a credit.Applicant) (float64, error) {
	p := map[string]float64{"lt_0": 0, "0_to_200": 8, "gt_200": 18, "none": 25}[a.Checking]
	p += map[string]float64{"lt_100": 0, "100_to_500": 4, "500_to_1000": 8, "gt_1000": 14, "unknown": 10}[a.Savings]
	p += map[string]float64{"critical": 16, "delay": 8, "paidduly": 8, "nocredit_allpaid": -4, "thisbank_allpaid": -4}[a.History]
	p += map[string]float64{"1_to_4": 5, "4_to_7": 11, "gt_7": 8}[a.Employed]
	p -= float64(a.Months) / 2
	p -= float64(max(0, a.Amount-4000)) / 500
	return p - 2*float64(a.Rate), nil
}

// offer is the bank's answer.
type offer struct {
	Approved bool
	Points   float64
}

// decide is the function that the example asks about.
func decide(ctx context.Context, a credit.Applicant) (offer, error) {
	p, err := points(ctx, a)
	return offer{Approved: p >= threshold, Points: p}, err
}

func field(name string, move func(dst, src *credit.Applicant), words func(*credit.Applicant) string) explain.Field[credit.Applicant] {
	return explain.Field[credit.Applicant]{Name: name, Copy: move, Words: words}
}

// fields are what may count about an applicant, in words the applicant knows.
var fields = explain.Fields[credit.Applicant]{List: []explain.Field[credit.Applicant]{
	field("checking account", func(dst, src *credit.Applicant) { dst.Checking = src.Checking },
		func(a *credit.Applicant) string { return coded(a.Checking) }),
	field("savings", func(dst, src *credit.Applicant) { dst.Savings = src.Savings },
		func(a *credit.Applicant) string { return coded(a.Savings) }),
	field("earlier loans", func(dst, src *credit.Applicant) { dst.History = src.History },
		func(a *credit.Applicant) string { return coded(a.History) }),
	field("years in the job", func(dst, src *credit.Applicant) { dst.Employed = src.Employed },
		func(a *credit.Applicant) string { return coded(a.Employed) }),
	field("length of the loan", func(dst, src *credit.Applicant) { dst.Months = src.Months },
		func(a *credit.Applicant) string { return strconv.Itoa(a.Months) + " months" }),
	field("amount", func(dst, src *credit.Applicant) { dst.Amount = src.Amount },
		func(a *credit.Applicant) string { return strconv.Itoa(a.Amount) + " DM" }),
	field("share of income", func(dst, src *credit.Applicant) { dst.Rate = src.Rate },
		func(a *credit.Applicant) string { return fmt.Sprintf("class %d of 4", a.Rate) }),
}}

// coded says one of the data's codes in words.
func coded(code string) string {
	words := map[string]string{
		"lt_0": "overdrawn", "0_to_200": "under 200 DM", "gt_200": "over 200 DM", "none": "no account here",
		"lt_100": "under 100 DM", "100_to_500": "100 to 500 DM", "500_to_1000": "500 to 1,000 DM", "gt_1000": "over 1,000 DM", "unknown": "not known",
		"critical": "loans elsewhere", "delay": "paid late before", "paidduly": "paid in time", "nocredit_allpaid": "none",
		"thisbank_allpaid": "only here, all paid", "unemployed": "without a job", "lt_1": "under 1", "1_to_4": "1 to 4", "4_to_7": "4 to 7", "gt_7": "over 7",
	}
	if text, ok := words[code]; ok {
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

// uses say which data went in.
var uses = []transparency.DataUse{
	{Category: "account balances and savings", Source: "this bank", Purpose: "credit decision", Basis: "contract", Retention: "25 months"},
	{Category: "earlier loans", Source: "this bank and the credit bureau", Purpose: "credit decision", Basis: "contract", Retention: "25 months"},
	{Category: "employment and the loan asked for", Source: "your application", Purpose: "credit decision", Basis: "contract", Retention: "25 months"},
}

// explainer explains answers against approved applicants.
type explainer struct{ approved []credit.Applicant }

// explain makes the explanation of one answer. A refused applicant gets the principal reasons and what would have had to be different.
func (x explainer) explain(a credit.Applicant, o offer) transparency.Explanation {
	ctx := context.Background()
	out := transparency.Explanation{
		Subject: subjectOf(a), Model: "scorecard", Version: "1", Policy: fmt.Sprintf("approved from %d points", threshold), Uses: uses,
		Result: "loan approved", Consequence: "The loan is paid out.", Contest: "write to appeals@bank.example; a person will look at it",
	}
	attribution, err := explain.Shapley(ctx, points, a, x.approved, fields, &explain.Options{Reference: "approved applicants"})
	if err != nil { // the scorecard neither fails nor panics; a model that does must not be explained by half
		panic(err)
	}
	out.Attribution = &attribution
	out.Factors = attribution.Factors(0)
	if o.Approved {
		return out
	}
	out.Result, out.Consequence = "loan refused", "There is no loan on these terms."
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

// attainable is what the applicant could change: another loan, or other balances. Nobody is told to have had other loans before.
func attainable(a credit.Applicant) []explain.Change[credit.Applicant] {
	half, better := a, a
	half.Months, half.Amount = (a.Months+1)/2, a.Amount*3/4
	half.Checking, half.Savings = "0_to_200", "100_to_500"
	better.Months, better.Amount = (a.Months+3)/4, a.Amount/2
	better.Checking, better.Savings = "gt_200", "500_to_1000"
	some := explain.Fields[credit.Applicant]{List: []explain.Field[credit.Applicant]{fields.List[0], fields.List[1], fields.List[4], fields.List[5]}}
	return explain.Alternatives(some, []credit.Applicant{half, better})
}

func subjectOf(a credit.Applicant) string { return fmt.Sprintf("applicant-%d", a.Row) }
