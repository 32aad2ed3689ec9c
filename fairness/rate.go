package fairness

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// confidence of every interval for one look.
const confidence = 0.95

// Rate is a share with its counts and its 95 % interval. A share of nothing is not 0:
// then Defined is false, Why says what is missing, and Value, Low and High are NaN, so
// that no maximum or minimum can pick them up. JSON has null in their place.
type Rate struct {
	Num, Den         float64 // counts, or sums of weights
	Value, Low, High float64
	Defined          bool
	Why              string
}

type rateJSON struct {
	Num     float64  `json:"num"`
	Den     float64  `json:"den"`
	Value   *float64 `json:"value"`
	Low     *float64 `json:"low"`
	High    *float64 `json:"high"`
	Defined bool     `json:"defined"`
	Why     string   `json:"why,omitempty"`
}

// MarshalJSON writes null for figures that are not defined.
func (r Rate) MarshalJSON() ([]byte, error) {
	return json.Marshal(rateJSON{
		Num: r.Num, Den: r.Den, Value: finite(r.Value), Low: finite(r.Low), High: finite(r.High), Defined: r.Defined, Why: r.Why,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Rate) UnmarshalJSON(b []byte) error {
	var j rateJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("fairness: rate: %w", err)
	}
	*r = Rate{Num: j.Num, Den: j.Den, Value: orNaN(j.Value), Low: orNaN(j.Low), High: orNaN(j.High), Defined: j.Defined, Why: j.Why}
	return nil
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

func undefined(why string) Rate {
	return Rate{Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Why: why}
}

// rateOf makes a rate with its Wilson interval. effect is the share of the
// information that uneven weights leave (Kish), 1 for plain counts.
func rateOf(num, den, effect float64, empty string) Rate {
	if !(den > 0) {
		r := undefined(empty)
		r.Num, r.Den = num, den
		return r
	}
	i := stats.Wilson(stats.Count{Yes: num * effect, No: max(0, den-num) * effect}, confidence)
	return Rate{Num: num, Den: den, Value: num / den, Low: i.Low, High: i.High, Defined: true}
}

// Metric names a rate by its usual name.
type Metric string

// The rates of one group. All but SelectionRate are made of labelled decisions only.
const (
	SelectionRate  Metric = "selection_rate" // favourable / all decisions
	BaseRate       Metric = "base_rate"      // truly positive / labelled
	TPR            Metric = "tpr"            // true positive rate, recall: TP / (TP + FN)
	FPR            Metric = "fpr"            // false positive rate: FP / (FP + TN)
	TNR            Metric = "tnr"            // true negative rate: TN / (FP + TN)
	FNR            Metric = "fnr"            // false negative rate: FN / (TP + FN)
	Precision      Metric = "precision"      // positive predictive value: TP / (TP + FP)
	NPV            Metric = "npv"            // negative predictive value: TN / (TN + FN)
	FalseDiscovery Metric = "fdr"            // FP / (TP + FP)
	FalseOmission  Metric = "for"            // FN / (TN + FN)
	Accuracy       Metric = "accuracy"       // (TP + TN) / labelled
	ErrorRate      Metric = "error_rate"     // (FP + FN) / labelled
	noLabelled            = "no decision of the group has a label"
	noPositive            = "no labelled decision of the group is truly positive"
	noNegative            = "no labelled decision of the group is truly negative"
	noSelected            = "no labelled decision of the group was favourable"
	noUnselected          = "no labelled decision of the group was unfavourable"
	noDecision            = "the group has no decision"
	invalidCell           = "the cell holds an impossible count"
	overflowCell          = "groups beyond the limit of cells, counted together"
	unknownGroup          = "group not known"
)

// Of is the metric of one cell. An unknown metric is undefined.
func (m Metric) Of(c Cell) Rate {
	if c.invalid() {
		return undefined(invalidCell)
	}
	effect := 1.0
	if c.weighted() && c.Squares > 0 {
		effect = c.N / c.Squares
	}
	num, den, empty := m.parts(c)
	if empty == "" {
		return undefined("no metric has the name " + string(m))
	}
	return rateOf(num, den, effect, empty)
}

func (m Metric) parts(c Cell) (num, den float64, empty string) {
	switch m {
	case SelectionRate:
		return c.Favourable, c.N, noDecision
	case BaseRate:
		return c.TP + c.FN, c.Labelled(), noLabelled
	case TPR:
		return c.TP, c.TP + c.FN, noPositive
	case FNR:
		return c.FN, c.TP + c.FN, noPositive
	case FPR:
		return c.FP, c.FP + c.TN, noNegative
	case TNR:
		return c.TN, c.FP + c.TN, noNegative
	case Precision:
		return c.TP, c.TP + c.FP, noSelected
	case FalseDiscovery:
		return c.FP, c.TP + c.FP, noSelected
	case NPV:
		return c.TN, c.TN + c.FN, noUnselected
	case FalseOmission:
		return c.FN, c.TN + c.FN, noUnselected
	case Accuracy:
		return c.TP + c.TN, c.Labelled(), noLabelled
	case ErrorRate:
		return c.FP + c.FN, c.Labelled(), noLabelled
	}
	return 0, 0, ""
}

// GroupRate is the rate of one group.
type GroupRate struct {
	Groups   []string // a value for each attribute of the table; "" is not known
	Overflow bool     // the groups beyond the limit of cells, together
	Rate     Rate
}

// Rates gives the metric for every row of the table, in its order. People whose group
// is not known, and the overflow, are rows too.
func (t Table) Rates(m Metric) []GroupRate {
	out := make([]GroupRate, len(t.Cells))
	for i, c := range t.Cells {
		out[i] = GroupRate{Groups: c.Groups, Overflow: c.Overflow, Rate: m.Of(c)}
	}
	return out
}

// Overall gives the metric over everybody, people of unknown groups included.
func (t Table) Overall(m Metric) Rate {
	all := t.By()
	switch {
	case all.why != "":
		return undefined(all.why)
	case len(all.Cells) == 0:
		return undefined("the table is empty")
	}
	for _, c := range t.Cells {
		if c.invalid() {
			return undefined(invalidCell)
		}
	}
	return m.Of(all.Cells[0])
}

// Rate gives the metric for one group, named by its values in the order of the table's
// attributes.
func (t Table) Rate(m Metric, values ...string) Rate {
	if t.why != "" {
		return undefined(t.why)
	}
	key := rowKey(false, values)
	for _, c := range t.Cells {
		if !c.Overflow && rowKey(false, c.Groups) == key {
			return m.Of(c)
		}
	}
	return undefined(noDecision)
}
