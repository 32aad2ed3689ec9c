package explain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
)

// The methods an Attribution can come from.
const (
	Exact       = "exact Shapley"
	Permutation = "permutation Shapley"
	LeaveOneOut = "leave one out"
)

// Attribution says how much each field moved the score. [Attribution.JSON] stores it; it prints without values, also as JSON.
type Attribution struct {
	// Method is Exact, Permutation or LeaveOneOut.
	Method string `json:"method"`
	// Output is the score of the input; Base that of the reference, in the same unit.
	Output float64 `json:"output"`
	Base   float64 `json:"base"`
	// Reference says in words what Base is the score of: "the average of approved applicants".
	Reference string `json:"reference,omitempty"`
	// Parts are in the order of the fields or items.
	Parts []Part `json:"parts"`
	// Residual is Output - Base - the sum of all parts: 0 up to rounding for both kinds of Shapley; for LeaveOneOut what
	// the items do together.
	Residual float64 `json:"residual"`
	// Rows is how many inputs the reference has.
	Rows int `json:"rows,omitempty"`
	// Evals is how many times the function was run.
	Evals int `json:"evals"`
	// Rounds and Seed of the permutations; 0 for other methods.
	Rounds int    `json:"rounds,omitempty"`
	Seed   uint64 `json:"seed,omitempty"`
	// Unsteady is the largest difference between two of the function's answers to the very same input. Above 0 the function
	// is not deterministic, and no figure here is exact, whatever Method says.
	Unsteady float64 `json:"unsteady,omitempty"`
}

// Part is what one field or item did.
type Part struct {
	Name   string  `json:"name"`
	Value  string  `json:"value,omitempty"`   // in words
	Phi    float64 `json:"phi"`               // signed, in the unit of the score
	StdErr float64 `json:"std_err,omitempty"` // 0 for exact methods
	Low    float64 `json:"low"`               // 95 % interval; Low = High = Phi for exact methods
	High   float64 `json:"high"`
}

// Steady says that the function gave the same answer to the same input each time it was seen to be asked.
func (a Attribution) Steady() bool { return a.Unsteady == 0 }

// Factors are the n strongest parts with an effect, the strongest first; n <= 0: all.
func (a Attribution) Factors(n int) []Factor {
	parts := slices.DeleteFunc(slices.Clone(a.Parts), func(p Part) bool { return p.Phi == 0 })
	slices.SortStableFunc(parts, func(x, y Part) int { return cmp.Compare(math.Abs(y.Phi), math.Abs(x.Phi)) })
	if n > 0 && len(parts) > n {
		parts = parts[:n]
	}
	out := make([]Factor, len(parts))
	for i, p := range parts {
		out[i] = Factor{Name: p.Name, Value: p.Value, Weight: p.Phi}
		out[i].Direction = out[i].Way()
	}
	return out
}

// String says how the attribution was made, without a value.
func (a Attribution) String() string {
	return fmt.Sprintf("explain.Attribution(%s, %d parts)", a.Method, len(a.Parts))
}

// Format prints String under every verb.
func (a Attribution) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, a.String()) }

// LogValue keeps values out of slog.
func (a Attribution) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON is String, for logs that write JSON; see JSON.
func (a Attribution) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

// JSON is the attribution with all its values, to store; encoding/json reads it again.
func (a Attribution) JSON() ([]byte, error) {
	type part Part
	type plain Attribution
	all := struct {
		plain
		Parts []part `json:"parts"`
	}{plain: plain(a), Parts: make([]part, len(a.Parts))}
	for i, p := range a.Parts {
		all.Parts[i] = part(p)
	}
	return json.Marshal(all)
}

// String names the part without its value.
func (p Part) String() string { return "explain.Part(" + p.Name + ")" }

// Format prints String under every verb.
func (p Part) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.String()) }

// LogValue keeps the value out of slog.
func (p Part) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON is String, for logs that write JSON; see Attribution.JSON.
func (p Part) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

// settle computes the residual.
func (a *Attribution) settle() {
	var sum, low float64 // Kahan's: the residual is to show the method's error, not the sum's
	for i := range a.Parts {
		y := a.Parts[i].Phi - low
		t := sum + y
		low = (t - sum) - y
		sum = t
	}
	a.Residual = a.Output - a.Base - sum
}

// finite says that all figures are numbers.
func (a *Attribution) finite() bool {
	number := func(x float64) bool { return x-x == 0 }
	for i := range a.Parts {
		if p := &a.Parts[i]; !number(p.Phi) || !number(p.StdErr) || !number(p.Low) || !number(p.High) {
			return false
		}
	}
	return number(a.Base) && number(a.Residual) && number(a.Unsteady)
}

// seen compares two answers to the same input.
func (a *Attribution) seen(x, y float64) {
	a.Unsteady = max(a.Unsteady, math.Abs(x-y))
}
