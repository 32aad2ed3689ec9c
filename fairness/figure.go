package fairness

import "math"

// Figure is a measure without an interval. Where it is not Defined, Why says what is
// missing and Value is NaN.
type Figure struct {
	Value   float64
	Defined bool
	Why     string
}

func figure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{Value: math.NaN(), Why: "it would be infinite"}
	}
	return Figure{Value: v, Defined: true}
}

func noFigure(why string) Figure { return Figure{Value: math.NaN(), Why: why} }
