package fairness

import (
	"encoding/json"
	"math"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// Sequence is a figure of two groups with its confidence sequence: Low and High hold at
// every look at once, and so are wider than the interval of one look.
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

// measure fills in ratio, gap and shortfall of the two groups. The sequences are those
// the verdict is made by: of this pair's gap and ratio, not of each group alone.
func (f *Finding) measure(e evidence, low, high int, alpha float64) {
	a, b := f.Group.Rate, f.Against.Rate
	gap, ratio := stats.GapOf(e.bounds[high], e.bounds[low]), stats.RatioOf(e.bounds[low], e.bounds[high])
	if !e.weighted {
		gap = stats.GapSeq(e.counts[high], e.counts[low], alpha)
		ratio = stats.RatioSeq(e.counts[low], e.counts[high], alpha)
	}
	f.Gap = Sequence{Value: b.Value - a.Value, Low: gap.Low, High: gap.High, Defined: true}
	if b.Value > 0 {
		f.Ratio = Sequence{Value: a.Value / b.Value, Low: ratio.Low, High: ratio.High, Defined: true}
	}
	f.Shortfall = max(0, a.Den*b.Value-a.Num)
}
