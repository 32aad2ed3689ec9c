package main

import (
	"context"
	"fmt"

	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/transparency"
)

// offer is the bank's answer.
type offer struct {
	Approved bool
	Points   float64
}

// decide is the function that the example asks about.
func decide(ctx context.Context, a credit.Applicant) (offer, error) {
	p, err := scorecard.Points(ctx, scorecard.Of(a))
	return offer{Approved: p >= scorecard.Threshold, Points: p}, err
}

// explained is the explanation of one answer.
func explained(x scorecard.Explainer, a credit.Applicant, o offer) transparency.Explanation {
	out := x.Explain(scorecard.Of(a))
	out.Subject, out.Uses, out.Policy = subjectOf(a), scorecard.Uses, fmt.Sprintf("approved from %d points", scorecard.Threshold)
	out.Contest = "write to appeals@bank.example; a person will look at it"
	out.Result, out.Consequence = "loan refused", "There is no loan on these terms."
	if o.Approved {
		out.Result, out.Consequence = "loan approved", "The loan is paid out."
	}
	return out
}

func subjectOf(a credit.Applicant) string { return fmt.Sprintf("applicant-%d", a.Row) }
