package oversight

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Case says what a reviewer is asked about. It prints redacted.
type Case struct {
	// Unit is what is drawn: calls with the same Unit, such as all of one conversation, are sampled alike. That makes them depend on
	// each other: an Estimate counts them about as one, and a Breaker's promises do not hold, see there. Leave it out where calls
	// need not be looked at together. Default: Key, else the decision.
	Unit string
	// Key makes opening idempotent within one system: the same Key with the same input is the case opened first, with another
	// input it is [ErrConflict]. While a case that was held stands under a Key, which is until its verdict lapses (Policy.Valid), or
	// 32,768 others have been decided since, every call under the Key is held by it, whatever the function says by then. Default: the
	// decision's ID.
	Key string
	// Stratum is the group of like cases that rates are estimated in ("new customers"): few different ones, never about one
	// person. It is kept in clear. Default: one stratum for all.
	Stratum string
	// Title is what the queue shows; cut to 256 bytes. Default: the system's name.
	Title string
	// Score is the application's own figure for rules, such as the model's confidence. Default: 0.
	Score float64
	// Input is what the reviewer sees of the input, as JSON. Default: the guarded function's whole input.
	Input any
}

// Rule raises the rate of the cases it names, and may hold them.
type Rule struct {
	// Name is how cases and evidence refer to the rule. Required, and different from the other rules'.
	Name string
	// When says whether the rule names a case. It must be a pure function, or a replay draws differently. Required.
	When func(Case) bool
	// Rate is the share of the named cases that is drawn, in (0, 1]. Default: 1.
	Rate float64
	// Hold makes a drawn case wait for a verdict before anything is delivered. Default: reviewed after the fact.
	Hold bool
	// Need is how many different reviewers must agree on a drawn case. Where two differ, a third settles it by Adjudicate.
	// Default: 1.
	Need int
	// Urgent puts a drawn case before all that are not. Default: after them.
	Urgent bool
}

// Verdict is what a reviewer, or the deadline, says about a case.
type Verdict string

// The verdicts. The zero Verdict is none, and approves nothing.
const (
	Approved Verdict = "approve" // deliver what the function said, or run the call
	Rejected Verdict = "reject"  // deliver nothing: [ErrRejected]
	Replaced Verdict = "replace" // deliver the reviewer's output instead
)

// RulesOnly as Policy.Rate draws only what a rule names.
const RulesOnly = -1

// Defaults of a Policy.
const (
	DefaultDeadline = 24 * time.Hour      // a held case without a verdict falls back after a day
	DefaultValid    = 7 * 24 * time.Hour  // a verdict that nobody came for lapses after a week
	DefaultWithin   = 30 * 24 * time.Hour // a case that holds nothing counts as not reviewed after thirty days
)

// Policy says which calls people look at, and what happens when nobody does. The zero Policy reviews every decision after
// the fact and holds none.
type Policy struct {
	// Rate is the share of all decisions that is drawn, in (0, 1], or RulesOnly. Default: 1, every decision.
	Rate float64
	// Rules raise the rate of some cases: the largest rate of those that name a case is its probability. Default: none.
	Rules []Rule
	// Budget is how many cases an hour this desk opens for review after the fact, on average: when more would be drawn, all
	// probabilities are scaled by min(1, Budget/forecast), where the forecast comes from the calls before. Holds are not
	// rationed. The first hour has no past and may draw a few times as many. Default: no limit.
	Budget float64
	// Floors are how many cases an hour of a stratum this desk draws at least, on average, whatever rate and budget say. Every
	// stratum that must not starve is named here. Default: none.
	Floors map[string]float64
	// Wait is how long a held call waits for a verdict before it returns [ErrPending]. Default: not at all.
	Wait time.Duration
	// Deadline is how long after its opening a held case falls to Fallback. Default: DefaultDeadline.
	Deadline time.Duration
	// Within is how long a case that holds nothing stays open for review. Default: DefaultWithin.
	Within time.Duration
	// Undo is how long a reviewer can take a verdict back; nothing is delivered before. Default: not at all.
	Undo time.Duration
	// Remind is how long before its deadline an undecided held case or appeal becomes urgent and is noticed as due: less than Deadline.
	// Default: never.
	Remind time.Duration
	// Blind is the share of the drawn cases, in [0, 1), whose answer reviewers do not see before they have said what theirs would be:
	// Submit then takes Replaced, with their own answer, or Rejected. What they say counts as agreement if it is the function's answer
	// as JSON. The rate of overruling is estimated from the other cases; Quality compares the two. Calls that wait to run and
	// appeals are never blind. Default: none.
	Blind float64
	// Valid is how long after a verdict its answer may first be delivered, or its call run: what was right then may be wrong later.
	// Default: DefaultValid.
	Valid time.Duration
	// Fallback is the verdict at the deadline: Rejected, or Approved, which lets pass what nobody looked at.
	// Default: Rejected.
	Fallback Verdict
	// Breaker presses the stop button when people overrule too often. Default: only people press it.
	Breaker *Breaker
	// Version names this policy in cases and evidence. Default: a digest of its rates, rules' names and times.
	Version string
}

// maxSpan bounds the times of a policy: what lies further ahead than nanoseconds can count would come out in the past.
const maxSpan = 100 * 365 * 24 * time.Hour

// maxNeed bounds the votes on a case.
const maxNeed = 16

// check returns the policy with its defaults in place, or what is wrong with it.
func (p Policy) check() (Policy, error) {
	switch {
	case p.Rate != RulesOnly && (!(p.Rate >= 0) || p.Rate > 1):
		return p, &PolicyError{Field: "Rate", Why: "must be in (0, 1], 0 for every decision or RulesOnly"}
	case !(p.Budget >= 0) || math.IsInf(p.Budget, 0):
		return p, &PolicyError{Field: "Budget", Why: "must be a positive number of cases an hour, or 0 for no limit"}
	case !(p.Blind >= 0) || p.Blind >= 1:
		return p, &PolicyError{Field: "Blind", Why: "must be in [0, 1): somebody has to see what there is to overrule"}
	case p.Fallback != "" && p.Fallback != Rejected && p.Fallback != Approved:
		return p, &PolicyError{Field: "Fallback", Why: "must be Rejected or Approved: nobody is there to replace"}
	}
	for field, d := range map[string]time.Duration{
		"Wait": p.Wait, "Deadline": p.Deadline, "Within": p.Within, "Undo": p.Undo, "Remind": p.Remind, "Valid": p.Valid,
	} {
		if d < 0 || d > maxSpan {
			return p, &PolicyError{Field: field, Why: "must not be negative, and at most 100 years"}
		}
	}
	for _, least := range p.Floors {
		if !(least > 0) || math.IsInf(least, 0) {
			return p, &PolicyError{Field: "Floors", Why: "must be positive numbers of cases an hour"}
		}
	}
	if !utf8.ValidString(p.Version) {
		return p, &PolicyError{Field: "Version", Why: "must be text: UTF-8"}
	}
	p.Floors = maps.Clone(p.Floors)
	rules, err := checkRules(p.Rules)
	if err != nil {
		return p, err
	}
	p.Rules = rules
	if p.Rate == 0 {
		p.Rate = 1
	}
	if p.Deadline == 0 {
		p.Deadline = DefaultDeadline
	}
	if p.Remind >= p.Deadline {
		return p, &PolicyError{Field: "Remind", Why: "must be less than Deadline"}
	}
	if p.Within == 0 {
		p.Within = DefaultWithin
	}
	if p.Valid == 0 {
		p.Valid = DefaultValid
	}
	if p.Undo >= p.Valid {
		return p, &PolicyError{Field: "Undo", Why: "must be less than Valid: a verdict that may still be taken back is not delivered"}
	}
	if p.Fallback == "" {
		p.Fallback = Rejected
	}
	if p.Breaker != nil {
		if p.Breaker, err = p.Breaker.check(&p); err != nil {
			return p, err
		}
	}
	if p.Version == "" {
		p.Version = p.version()
	}
	return p, nil
}

func checkRules(rules []Rule) ([]Rule, error) {
	seen := make(map[string]bool, len(rules))
	checked := make([]Rule, len(rules)) // the caller may go on to change its own
	for i, r := range rules {
		field := "Rules[" + strconv.Itoa(i) + "]"
		switch {
		case r.Name == "":
			return nil, &PolicyError{Field: field + ".Name", Why: "is empty: evidence refers to rules by name"}
		case !utf8.ValidString(r.Name):
			return nil, &PolicyError{Field: field + ".Name", Why: "must be text: UTF-8"}
		case seen[r.Name]:
			return nil, &PolicyError{Field: field + ".Name", Why: "is the name of an earlier rule"}
		case r.When == nil:
			return nil, &PolicyError{Field: field + ".When", Why: "is nil: say which cases the rule names"}
		case !(r.Rate >= 0) || r.Rate > 1:
			return nil, &PolicyError{Field: field + ".Rate", Why: "must be in (0, 1], or 0 for every case it names"}
		case r.Need < 0 || r.Need > maxNeed:
			return nil, &PolicyError{Field: field + ".Need", Why: "must be 1 to 16 reviewers, or 0 for one"}
		}
		if r.Rate == 0 {
			r.Rate = 1
		}
		seen[r.Name] = true
		checked[i] = r
	}
	return checked, nil
}

// holds says whether any case can be made to wait.
func (p *Policy) holds() bool {
	for i := range p.Rules {
		if p.Rules[i].Hold {
			return true
		}
	}
	return false
}

// least is the smallest rate that any decision has, of those that can be drawn.
func (p *Policy) least() float64 {
	if p.Rate > 0 {
		return p.Rate // no rule lowers it
	}
	least := 1.0
	for i := range p.Rules {
		least = min(least, p.Rules[i].Rate)
	}
	return least
}

// version digests what can be digested: of a rule's When only the name stands for it.
func (p *Policy) version() string {
	h := newFields("policy")
	h.uint(math.Float64bits(p.Rate))
	h.uint(math.Float64bits(p.Budget))
	for _, stratum := range slices.Sorted(maps.Keys(p.Floors)) {
		h.text(stratum)
		h.uint(math.Float64bits(p.Floors[stratum]))
	}
	h.uint(uint64(p.Deadline))
	h.uint(uint64(p.Within))
	h.uint(uint64(p.Undo))
	h.uint(uint64(p.Valid))
	h.uint(uint64(p.Remind))
	h.uint(math.Float64bits(p.Blind))
	h.text(string(p.Fallback))
	for _, r := range p.Rules {
		h.text(r.Name)
		h.uint(math.Float64bits(r.Rate))
		h.text(strconv.FormatBool(r.Hold))
		h.text(strconv.FormatBool(r.Urgent))
		h.uint(uint64(r.Need))
	}
	if p.Breaker != nil {
		h.text(p.Breaker.fingerprint())
	}
	sum := h.sum()
	return hex.EncodeToString(sum[:6])
}

// digest is a SHA-256 over length-prefixed fields.
type digest [sha256.Size]byte
