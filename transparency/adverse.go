package transparency

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// ReasonMap says for each feature of a model in which words it is given as a reason against a person (12 CFR 1002.9(b)(2): specific
// and accurate; CFPB circulars 2022-03 and 2023-03: factors that were scored, no boxes on a sample form that do not fit). Change
// its Version whenever it changes, and keep the old ones: with the stored attribution they give the same reasons again.
type ReasonMap struct {
	Version string                // Required.
	Reasons map[string]ReasonText // by the feature's name in the attribution. Required.
}

// ReasonText is a reason without its case.
type ReasonText struct {
	Code string // for forms. Required.
	Text string // a specific sentence or phrase: "income too low for the amount asked for". Required.
}

// Adverse are the principal reasons of an adverse decision, the strongest first.
type Adverse struct {
	Map       string   `json:"map"`       // version of the ReasonMap
	Reference string   `json:"reference"` // what the person was compared with
	Reasons   []Reason `json:"reasons"`
}

// Reason is one of them.
type Reason struct {
	Code    string  `json:"code"`
	Text    string  `json:"text"`
	Feature string  `json:"feature"`
	Weight  float64 `json:"weight"` // negative, in the unit of the score
}

// vague are texts that name no reason. They are compared without case and punctuation.
var vague = []string{
	"other", "others", "other reasons", "various", "various reasons", "unknown", "not applicable", "na", "none", "reason",
	"internal policy", "internal standards", "internal standards or policies", "company policy", "policy", "our policy", "credit policy",
	"insufficient score", "low score", "score too low", "score", "credit score", "failed to achieve a qualifying score",
	"did not meet our standards", "does not meet our criteria", "criteria not met", "algorithm", "ai decision", "model decision",
	"sonstiges", "otros", "otro",
}

// Check refuses a map without version or reasons, and texts that say nothing.
func (m ReasonMap) Check() error {
	refuse := func(why string) error { return call.Refuse(nil, call.StageTransparency, "the reason map: "+why, nil) }
	if m.Version == "" || len(m.Reasons) == 0 {
		return refuse("it needs a Version and Reasons")
	}
	for _, text := range m.Reasons {
		plain := strings.Join(strings.FieldsFunc(strings.ToLower(text.Text), func(r rune) bool { return strings.ContainsRune(" .,;:/-_!()", r) }), " ")
		if text.Code == "" || plain == "" {
			return refuse("every reason needs a Code and a Text")
		}
		if slices.Contains(vague, plain) {
			return refuse("a text is too vague to be a reason: say what counted against the person, such as \"income too low for the amount asked for\"")
		}
	}
	return nil
}

// Adverse gives the principal reasons: the parts of the attribution that counted against the person by most, at most four, the
// strongest first, equal ones by name. It refuses to guess: an attribution without a stated reference, of an unsteady model, with
// nothing against the person, or with a part among the strongest that the map has no words for gives an error.
func (m ReasonMap) Adverse(a explain.Attribution) (*Adverse, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	refuse := func(why string) (*Adverse, error) {
		return nil, call.Refuse(nil, call.StageTransparency, "no adverse reasons: "+why, nil)
	}
	switch {
	case a.Reference == "":
		return refuse("the attribution states no reference point: set explain.Options.Reference")
	case !a.Steady():
		return refuse("the model answers the same input differently")
	}
	against := slices.DeleteFunc(slices.Clone(a.Parts), func(p explain.Part) bool { return !(p.Phi < 0) })
	if len(against) == 0 {
		return refuse("nothing counted against the person")
	}
	slices.SortStableFunc(against, func(x, y explain.Part) int {
		return cmp.Or(cmp.Compare(x.Phi, y.Phi), cmp.Compare(x.Name, y.Name))
	})
	out := &Adverse{Map: m.Version, Reference: a.Reference}
	for _, p := range against[:min(len(against), maxReasons)] {
		text, ok := m.Reasons[p.Name]
		if !ok {
			return refuse("the map has no words for one of the strongest features")
		}
		out.Reasons = append(out.Reasons, Reason{Code: text.Code, Text: text.Text, Feature: p.Name, Weight: p.Phi})
	}
	return out, nil
}

// Replays says whether the map gives the very reasons that the explanation holds, from the attribution it holds.
func (m ReasonMap) Replays(x Explanation) bool {
	if x.Adverse == nil || x.Attribution == nil || x.Adverse.Map != m.Version {
		return false
	}
	again, err := m.Adverse(*x.Attribution)
	return err == nil && again.Reference == x.Adverse.Reference && slices.Equal(again.Reasons, x.Adverse.Reasons)
}
