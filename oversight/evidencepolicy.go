package oversight

// policyEvidence is a policy as it stands in the evidence: of a rule's When only the name stands for it.
type policyEvidence struct {
	Version  string             `json:"version"`
	Rate     float64            `json:"rate"`
	Rules    []ruleEvidence     `json:"rules"`
	Budget   float64            `json:"budget,omitempty"`
	Floors   map[string]float64 `json:"floors,omitempty"`
	Wait     string             `json:"wait"`
	Deadline string             `json:"deadline"`
	Remind   string             `json:"remind"`
	Within   string             `json:"within"`
	Undo     string             `json:"undo"`
	Valid    string             `json:"valid"`
	Fallback Verdict            `json:"fallback"`
	Blind    float64            `json:"blind"`
	Breaker  *breakerEvidence   `json:"breaker,omitempty"`
}

type ruleEvidence struct {
	Name   string  `json:"name"`
	Rate   float64 `json:"rate"`
	Hold   bool    `json:"hold"`
	Need   int     `json:"need"`
	Urgent bool    `json:"urgent"`
}

type breakerEvidence struct {
	Rate           float64 `json:"rate"`
	Alpha          float64 `json:"alpha,omitempty"`
	RunLength      float64 `json:"run_length"`
	Patience       string  `json:"patience"`
	MinProbability float64 `json:"min_probability"`
}

func (p *Policy) evidence() policyEvidence {
	e := policyEvidence{
		Version: p.Version, Rate: p.Rate, Budget: p.Budget, Floors: p.Floors, Wait: p.Wait.String(), Deadline: p.Deadline.String(),
		Remind: p.Remind.String(), Within: p.Within.String(), Undo: p.Undo.String(), Valid: p.Valid.String(), Fallback: p.Fallback,
		Blind: p.Blind, Rules: []ruleEvidence{},
	}
	for _, r := range p.Rules {
		e.Rules = append(e.Rules, ruleEvidence{Name: r.Name, Rate: r.Rate, Hold: r.Hold, Need: max(r.Need, 1), Urgent: r.Urgent})
	}
	if b := p.Breaker; b != nil {
		e.Breaker = &breakerEvidence{b.Rate, b.Alpha, b.RunLength, b.Patience.String(), b.MinProbability}
	}
	return e
}
