package oversight

import (
	"math"
	"time"

	"github.com/google/uuid"
)

// Breaker presses the stop button when people overrule too often. It reads verdicts in the order of the decisions, not as they
// come in: overrulings come in faster than agreements, and a test on the order of arrival would trip on that alone.
//
// It weighs each case by the probability with which it was drawn, so that looking harder at risky cases does not look like a
// worse model.
//
// What Alpha and RunLength promise holds where each decision is drawn for itself. Of a Case.Unit with several decisions that is drawn
// once, all the following are drawn, too: one customer who is always overruled counts every time, and false trips are more
// frequent than promised.
type Breaker struct {
	// Rate is the share of overruled decisions that is still acceptable, in (0, 1). Required.
	Rate float64
	// Alpha, if set, is the largest chance that the breaker ever trips while the true rate is at most Rate: for a pilot, which
	// ends. Long good times make such a test slow to see a change. In (0, 1). Default: RunLength is used instead.
	Alpha float64
	// RunLength is how many reviews at the acceptable rate pass, at least, on average before a false trip: for what keeps running. It
	// is a mean time and not a probability. Default: DefaultRunLength.
	RunLength float64
	// Patience is how long a case without a verdict holds up those after it; then it counts as agreed with, which can only make the
	// breaker trip later. Default: DefaultPatience.
	Patience time.Duration
	// MinProbability leaves out decisions that were drawn with a smaller probability: one verdict that stands for very many would
	// outweigh all others. Default: the policy's Rate, or with
	// RulesOnly the smallest of its rules'; required beside a Budget.
	MinProbability float64
}

// Defaults of a Breaker.
const (
	DefaultRunLength = 20_000
	DefaultPatience  = 24 * time.Hour
)

// maxBehind bounds the cases that wait behind one without a verdict, in memory.
const maxBehind = 1 << 17

func (b Breaker) check(p *Policy) (*Breaker, error) {
	switch {
	case !(b.Rate > 0) || b.Rate >= 1:
		return nil, &PolicyError{Field: "Breaker.Rate", Why: "must be in (0, 1)"}
	case b.Alpha != 0 && (!(b.Alpha > 0) || b.Alpha >= 1):
		return nil, &PolicyError{Field: "Breaker.Alpha", Why: "must be in (0, 1), or 0 to use RunLength"}
	case b.RunLength != 0 && !(b.RunLength > 1) || math.IsInf(b.RunLength, 0):
		return nil, &PolicyError{Field: "Breaker.RunLength", Why: "must be more than 1 review"}
	case b.Patience < 0 || b.Patience > maxSpan:
		return nil, &PolicyError{Field: "Breaker.Patience", Why: "must not be negative, and at most 100 years"}
	case b.MinProbability != 0 && (!(b.MinProbability > 0) || b.MinProbability > 1):
		return nil, &PolicyError{Field: "Breaker.MinProbability", Why: "must be in (0, 1]"}
	}
	if b.RunLength == 0 {
		b.RunLength = DefaultRunLength
	}
	if b.Patience == 0 {
		b.Patience = DefaultPatience
	}
	if b.MinProbability == 0 {
		if p.Budget > 0 {
			return nil, &PolicyError{Field: "Breaker.MinProbability", Why: "is needed beside a Budget, which lowers probabilities without a bound"}
		}
		b.MinProbability = p.least() * (1 - p.Blind)
	}
	return &b, nil
}

// worse are the rates, as multiples of the acceptable one, that the test is tuned to: the average of tests is a test.
var worse = [...]float64{1.5, 2, 3, 4, 6}

// process is the evidence that the rate is above the acceptable one. It is a product of bets on reviewed cases: each factor is
// 1 + lambda·(x - rate)·(smallest probability/probability), with x = 1 for an overruled case. As the bet is fixed before the
// case, the factor's mean over all decisions, drawn or not, is at most 1 while the rate is acceptable.
//
// With Alpha it is an e-process: it ever reaches 1/Alpha with a chance of at most Alpha (Ville). With RunLength it is a
// Shiryaev-Roberts e-detector, which begins anew with each case: it takes RunLength reviews on average to reach RunLength
// (Shin, Ramdas, Rinaldo, "E-detectors", 2023).
type process struct {
	rate, least, limit float64
	restarts           bool
	lambda, wealth     [len(worse)]float64
	bets               int
	reviews, overruled int
	tripped            bool
	trip               uuid.UUID // the opening of the case at which it tripped
}

func newProcess(b *Breaker) process {
	p := process{rate: b.Rate, least: b.MinProbability, limit: b.RunLength, restarts: true}
	if b.Alpha > 0 {
		p.limit, p.restarts = 1/b.Alpha, false
	}
	for _, m := range worse {
		p1 := m * b.Rate
		if p1 >= 1 {
			// The last bet that can be made: an agreement loses nearly all of it.
			p1 = (1 + b.Rate) / 2
		}
		p.lambda[p.bets] = (p1 - b.Rate) / (b.Rate * (1 - b.Rate))
		if !p.restarts {
			p.wealth[p.bets] = 1
		}
		if p.bets++; m*b.Rate >= 1 {
			break
		}
	}
	return p
}

// see takes one reviewed case.
func (p *process) see(probability float64, wrong bool) {
	if !(probability >= p.least*(1-1e-12)) || p.tripped {
		return
	}
	p.reviews++
	g := -p.rate
	if wrong {
		p.overruled++
		g = 1 - p.rate
	}
	g *= p.least / probability
	for i := range p.wealth[:p.bets] {
		if p.restarts {
			p.wealth[i]++
		}
		p.wealth[i] *= 1 + p.lambda[i]*g
	}
	p.tripped = p.evidence() >= p.limit
}

// evidence is the average over the bets.
func (p *process) evidence() float64 {
	sum := 0.0
	for _, w := range p.wealth[:p.bets] {
		sum += w
	}
	return sum / float64(p.bets)
}

// BreakerState is how near the breaker is.
type BreakerState struct {
	On        bool    // there is one
	Tripped   bool    // it has pressed the button, and waits for Start
	Evidence  float64 // against the acceptable rate; it trips at Limit
	Limit     float64
	Reviews   int // verdicts read since the last Start
	Overruled int // of those
	Waiting   int // cases behind one that has no verdict yet
}
