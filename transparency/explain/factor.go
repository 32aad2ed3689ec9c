package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
)

// Direction says which way a factor pushed the answer.
type Direction string

// The ways a factor can push.
const (
	For     Direction = "for"     // it spoke for the answer
	Against Direction = "against" // it spoke against the answer
)

// Factor is one reason for an answer. It prints without its value, which may be personal; read the fields for it.
type Factor struct {
	// Name of what counted, in words a customer knows: "income", "films you watched". Required.
	Name string `json:"name"`
	// Value it had, in words: "2,400 a month". Default: the name says enough.
	Value string `json:"value,omitempty"`
	// Weight is how much it counted, signed, in the unit of the score it explains. Default: 0, not measured.
	Weight float64 `json:"weight,omitempty"`
	// Direction it pushed. Default: the sign of Weight; see Way.
	Direction Direction `json:"direction,omitempty"`
}

// Way is the factor's direction: what Direction says, else the sign of Weight, and For when neither says anything.
func (f Factor) Way() Direction {
	switch {
	case f.Direction != "":
		return f.Direction
	case f.Weight < 0:
		return Against
	}
	return For
}

// Strength is the size of the weight, at least 0; 0 if it is not a number.
func (f Factor) Strength() float64 {
	if math.IsNaN(f.Weight) {
		return 0
	}
	return math.Abs(f.Weight)
}

// String names the factor without its value.
func (f Factor) String() string { return "explain.Factor(" + f.Name + ")" }

// Format prints String under every verb.
func (f Factor) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue keeps the value out of slog.
func (f Factor) LogValue() slog.Value { return slog.StringValue(f.String()) }

// MarshalJSON is String, for logs that write JSON: they do not ask LogValue for what lies in a slice or a struct. The fields are for
// programs.
func (f Factor) MarshalJSON() ([]byte, error) { return json.Marshal(f.String()) }
