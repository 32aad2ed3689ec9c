package main

import (
	"fmt"

	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/transparency"
)

// explained says why an answer is what it is. It runs inside the privacy guard: what it says of the application holds no more than the
// model saw.
func explained(x scorecard.Explainer) func(Application, Answer) transparency.Explanation {
	return func(a Application, answer Answer) transparency.Explanation {
		out := x.Explain(a.Input)
		out.Policy, out.Uses, out.Contest = fmt.Sprintf("a loan from %d points", scorecard.Threshold), scorecard.Uses, "You can ask for a person here."
		out.Result, out.Consequence = "Loan refused", "There is no loan on these terms."
		if answer.Loan {
			out.Result, out.Consequence = "Loan approved", "The loan is paid out."
		}
		return out
	}
}

// card says what the system is for and how good it is.
var card = scorecard.Card(system, "A person looks at close calls, at large loans and at every appeal, and can stop the system.")
