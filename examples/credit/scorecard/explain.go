package scorecard

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

// Explainer says why an answer is what it is, against applicants who got a loan. Make one with NewExplainer.
type Explainer struct{ approved []Input }

// NewExplainer takes the first of all who got a loan.
func NewExplainer(all []credit.Applicant) (Explainer, error) {
	var x Explainer
	for _, a := range all {
		in := Of(a)
		p, err := Points(context.Background(), in)
		if err != nil {
			return x, err
		}
		if p >= Threshold && len(x.approved) < neighbours {
			x.approved = append(x.approved, in)
		}
	}
	return x, nil
}

// Explain is the explanation of one answer: what counted, and, if it is a refusal, the principal reasons and what would have had to be
// different. What the answer was and what follows from it is for the application to add.
func (x Explainer) Explain(in Input) transparency.Explanation {
	ctx := context.Background()
	out := transparency.Explanation{Model: "scorecard", Version: "1"}
	attribution, err := explain.Shapley(ctx, Points, in, x.approved, fields, &explain.Options{Reference: "approved applicants"})
	if err != nil { // the scorecard neither fails nor panics; a model that does must not be explained by half
		panic(err)
	}
	out.Attribution = &attribution
	out.Factors = attribution.Factors(0)
	if p, _ := Points(ctx, in); p >= Threshold {
		return out
	}
	if out.Adverse, err = Reasons.Adverse(attribution); err != nil {
		panic(err)
	}
	flip, err := explain.Counterfactual(ctx, Points, in, attainable(in), Threshold, nil)
	if err == nil {
		out.Counterfactual = flip.Factors()
	} else if !errors.Is(err, explain.ErrNoFlip) {
		panic(err)
	}
	return out
}

func field(name string, move func(dst, src *Input), words func(*Input) string) explain.Field[Input] {
	return explain.Field[Input]{Name: name, Copy: move, Words: words}
}

// fields are what may count about an application, in words the applicant knows.
var fields = explain.Fields[Input]{List: []explain.Field[Input]{
	field("checking account", func(dst, src *Input) { dst.Checking = src.Checking }, func(in *Input) string { return coded(in.Checking) }),
	field("savings", func(dst, src *Input) { dst.Savings = src.Savings }, func(in *Input) string { return coded(in.Savings) }),
	field("earlier loans", func(dst, src *Input) { dst.History = src.History }, func(in *Input) string { return coded(in.History) }),
	field("years in the job", func(dst, src *Input) { dst.Employed = src.Employed }, func(in *Input) string { return coded(in.Employed) }),
	field("length of the loan", func(dst, src *Input) { dst.Months = src.Months }, func(in *Input) string { return strconv.Itoa(in.Months) + " months" }),
	field("amount", func(dst, src *Input) { dst.Amount = src.Amount }, func(in *Input) string { return strconv.Itoa(in.Amount) + " DM" }),
	field("share of income", func(dst, src *Input) { dst.Rate = src.Rate }, func(in *Input) string { return fmt.Sprintf("class %d of 4", in.Rate) }),
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

// Reasons are the words that a refusal is given in. Their version changes whenever one of them does.
var Reasons = transparency.ReasonMap{Version: "2026-03", Reasons: map[string]transparency.ReasonText{
	"checking account":   {Code: "C1", Text: "the balance of your checking account is low"},
	"savings":            {Code: "C2", Text: "your savings are low"},
	"earlier loans":      {Code: "C3", Text: "your earlier loans say little for you"},
	"years in the job":   {Code: "C4", Text: "you have been in your job for a short time"},
	"length of the loan": {Code: "C5", Text: "the loan runs for long"},
	"amount":             {Code: "C6", Text: "the amount asked for is high"},
	"share of income":    {Code: "C7", Text: "the instalments take a large share of your income"},
}}

// Uses say which data go in.
var Uses = []transparency.DataUse{
	{Category: "account balances and savings", Source: "this bank", Purpose: "the decision about the loan", Retention: "25 months"},
	{Category: "earlier loans", Source: "this bank and the credit bureau", Purpose: "the decision about the loan", Retention: "25 months"},
	{Category: "employment and the loan asked for", Source: "your application", Purpose: "the decision about the loan", Retention: "25 months"},
}

// Card says what the system is for and how good it is (EU AI Act, article 13).
func Card(system, oversight string) transparency.SystemCard {
	return transparency.SystemCard{
		System: system, Version: "1", Purpose: "says whether a loan is given", Model: "a scorecard of seven figures", Data: Uses,
		Limits:    []string{"made up for an example: no bank should use it"},
		Accuracy:  []transparency.Measure{{Name: "repaid, of those approved", Value: 89, Unit: "%", On: "Statlog German Credit", N: 479}},
		Oversight: oversight,
	}
}

// attainable is what the applicant could change: another loan, or other balances. Nobody is told to have had other loans before.
func attainable(in Input) []explain.Change[Input] {
	half, better := in, in
	half.Months, half.Amount = (in.Months+1)/2, in.Amount*3/4
	half.Checking, half.Savings = "0_to_200", "100_to_500"
	better.Months, better.Amount = (in.Months+3)/4, in.Amount/2
	better.Checking, better.Savings = "gt_200", "500_to_1000"
	some := explain.Fields[Input]{List: []explain.Field[Input]{fields.List[0], fields.List[1], fields.List[4], fields.List[5]}}
	return explain.Alternatives(some, []Input{half, better})
}
