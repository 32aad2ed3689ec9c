package fairness

import (
	"encoding/json"
	"math"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// Sequence is a figure with its confidence sequence: Low and High hold at every look
// at once, and so are wider than the interval of one look.
type Sequence struct {
	Value, Low, High float64
	Defined          bool
}

// MarshalJSON writes null for figures that are not defined or infinite.
func (s Sequence) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value *float64 `json:"value"`
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
	}{finite(s.Value), finite(s.Low), finite(s.High)})
}

func unknown() Sequence {
	return Sequence{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}
}

// measure fills in ratio, gap and shortfall of the two groups from the confidence
// sequences of their rates.
func (f *Finding) measure(low, high stats.Interval) {
	a, b := f.Group.Rate, f.Against.Rate
	f.Gap = Sequence{Value: b.Value - a.Value, Low: high.Low - low.High, High: high.High - low.Low, Defined: true}
	if b.Value > 0 {
		f.Ratio = Sequence{Value: a.Value / b.Value, Low: low.Low / high.High, High: math.Inf(1), Defined: true}
		if high.Low > 0 {
			f.Ratio.High = low.High / high.Low
		}
	}
	f.Shortfall = max(0, a.Den*b.Value-a.Num)
}
