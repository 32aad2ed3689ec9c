package audit

import (
	"math"

	"github.com/fairlead-go/fairlead/fairness"
)

// Why a figure is not defined.
const (
	noLabelled   = "no decision of the group has a label"
	noSelected   = "no labelled decision of the group was favourable"
	noUnselected = "no labelled decision of the group was unfavourable"
	noDecision   = "the group has no decision"
	invalidCell  = "the cell holds an impossible count"
)

func figure(v float64) fairness.Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return noFigure("it would be infinite")
	}
	return fairness.Figure{Value: v, Defined: true}
}

func noFigure(why string) fairness.Figure { return fairness.Figure{Value: math.NaN(), Why: why} }

// entropyTerm is p ln(p/q), 0 at p = 0.
func entropyTerm(p, q float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * math.Log(p/q)
}
