// Package scorecard is the model of the examples, and how its answers are explained: a made-up scorecard for the loans of package credit.
package scorecard

import (
	"context"

	"github.com/fairlead-go/fairlead/examples/credit"
)

// Input is what the scorecard looks at, which is neither age nor sex. The tags say that the codes are no free text, so that they need
// not be looked through for personal data.
type Input struct {
	Amount   int    `json:"amount"` // in Deutsche Mark
	Months   int    `json:"months"`
	Rate     int    `json:"rate"` // instalment in percent of the income, class 1 (low) to 4 (high)
	Checking string `json:"checking" privacy:"-"`
	Savings  string `json:"savings" privacy:"-"`
	History  string `json:"history" privacy:"-"`
	Employed string `json:"employed" privacy:"-"`
}

// Of is an applicant's input, as the data has it.
func Of(a credit.Applicant) Input {
	return Input{
		Amount: a.Amount, Months: a.Months, Rate: a.Rate, Checking: a.Checking, Savings: a.Savings, History: a.History, Employed: a.Employed,
	}
}

// Threshold is how many points a loan needs. Of the 479 applicants of the data who reach it 89 in 100 repaid, of the others 52.
const Threshold = 15

// Points is the scorecard: a plain function, which neither fails nor panics. Whether sex and age matter all the same, although it is
// not given them, is what a monitor finds out.
func Points(_ context.Context, in Input) (float64, error) {
	p := map[string]float64{"lt_0": 0, "0_to_200": 8, "gt_200": 18, "none": 25}[in.Checking]
	p += map[string]float64{"lt_100": 0, "100_to_500": 4, "500_to_1000": 8, "gt_1000": 14, "unknown": 10}[in.Savings]
	p += map[string]float64{"critical": 16, "delay": 8, "paidduly": 8, "nocredit_allpaid": -4, "thisbank_allpaid": -4}[in.History]
	p += map[string]float64{"1_to_4": 5, "4_to_7": 11, "gt_7": 8}[in.Employed]
	p -= float64(in.Months) / 2
	p -= float64(max(0, in.Amount-4000)) / 500
	return p - 2*float64(in.Rate), nil
}
