package transparency

import (
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// Factor is one reason for an answer.
type Factor = explain.Factor

// Explanation is what the explain function says about one answer. It prints redacted; read its fields for what it holds.
// Only the subject is required, and that may come from the context or from another guard.
type Explanation struct {
	// Subject is whom the answer is about. Inside Privacy it is ignored, since it may be a placeholder there. Default: the
	// subject that the decision, or fairlead.WithSubject, already has.
	Subject string `json:"-"`
	// Summary says why in one sentence, without a full stop: "you often buy running shoes". Default: made from Factors.
	Summary string `json:"summary,omitempty"`
	// Factors are the reasons, in any order. Default: none.
	Factors []Factor `json:"factors,omitempty"`
	// Model is the name of what answered. Default: none; the record has the system's name anyway.
	Model string `json:"model,omitempty"`
	// Version of the model. Default: none.
	Version string `json:"version,omitempty"`
	// Policy names the rules in force, with their version. Default: none.
	Policy string `json:"policy,omitempty"`
	// Result is the answer in words: "credit approved". Default: none.
	Result string `json:"result,omitempty"`
	// Uses are the data that went in. Default: none.
	Uses []DataUse `json:"uses,omitempty"`
	// Citations are the documents the answer rests on. Default: none.
	Citations []Citation `json:"citations,omitempty"`
	// Consequence says what follows for the person (GDPR Art. 15(1)(h)). Default: none.
	Consequence string `json:"consequence,omitempty"`
	// Contest says how to object, or where. Default: none.
	Contest string `json:"contest,omitempty"`
	// Score is the figure that the answer rests on, where there is one (15 USC 1681m(a), 1681g(f)). Default: none.
	Score *Score `json:"score,omitempty"`
	// Attribution is how the factors were computed, as package explain returned it: with it they can be checked. Default: none.
	Attribution *explain.Attribution `json:"attribution,omitempty"`
	// Counterfactual is what would have had to be different (explain.Flip.Factors). Default: none.
	Counterfactual []Factor `json:"counterfactual,omitempty"`
	// Adverse are the principal reasons of an adverse decision, as ReasonMap.Adverse made them. Default: none.
	Adverse *Adverse `json:"adverse,omitempty"`
}

// Score is a figure that an answer rests on. It prints redacted.
type Score struct {
	Value  float64 `json:"value"`            // Required.
	Min    float64 `json:"min,omitempty"`    // the least it can be, if Min < Max. Default: not stated.
	Max    float64 `json:"max,omitempty"`    // the most it can be, if Min < Max. Default: not stated.
	Needed float64 `json:"needed,omitempty"` // what was needed. Default: not stated.
	Source string  `json:"source,omitempty"` // who made it: a bureau, a model. Default: not stated.
}

// DataUse is one kind of data that went into an answer.
type DataUse struct {
	Category   string   `json:"category"`             // what kind of data: "purchases". Required.
	Source     string   `json:"source,omitempty"`     // where it came from. Default: not recorded.
	Purpose    string   `json:"purpose,omitempty"`    // what for. Default: the purpose the consent was checked for.
	Basis      string   `json:"basis,omitempty"`      // legal basis. Default: that of the consent check.
	Recipients []string `json:"recipients,omitempty"` // who else gets it. Default: not recorded.
	Retention  string   `json:"retention,omitempty"`  // how long it is kept, in words. Default: not recorded.
}

// Citation is a document an answer rests on. It prints redacted.
type Citation struct {
	Title  string  `json:"title"`            // Required.
	Source string  `json:"source,omitempty"` // URL or identifier. Default: none.
	Weight float64 `json:"weight,omitempty"` // how much it counted. Default: 0, not measured.
}

// empty says that there is nothing to read in x.
func (x *Explanation) empty() bool {
	return x.Summary == "" && len(x.Factors) == 0 && x.Model == "" && x.Version == "" && x.Policy == "" && x.Result == "" &&
		len(x.Uses) == 0 && len(x.Citations) == 0 && x.Consequence == "" && x.Contest == "" &&
		x.Attribution == nil && x.Score == nil && len(x.Counterfactual) == 0 && x.Adverse == nil
}

// over lays what next says over x.
func (x *Explanation) over(next *Explanation) {
	for _, p := range []struct{ to, from *string }{
		{&x.Summary, &next.Summary},
		{&x.Model, &next.Model},
		{&x.Version, &next.Version},
		{&x.Policy, &next.Policy},
		{&x.Result, &next.Result},
		{&x.Consequence, &next.Consequence},
		{&x.Contest, &next.Contest},
	} {
		if *p.from != "" {
			*p.to = *p.from
		}
	}
	if len(next.Factors) > 0 {
		x.Factors = next.Factors
	}
	if len(next.Uses) > 0 {
		x.Uses = next.Uses
	}
	if len(next.Citations) > 0 {
		x.Citations = next.Citations
	}
	if len(next.Counterfactual) > 0 {
		x.Counterfactual = next.Counterfactual
	}
	if next.Attribution != nil {
		x.Attribution = next.Attribution
	}
	if next.Score != nil {
		x.Score = next.Score
	}
	if next.Adverse != nil {
		x.Adverse = next.Adverse
	}
}
