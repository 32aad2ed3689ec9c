package stats

import "math"

// Betting is an e-process for "both groups have the same rate at every time", fed with
// pairs: the next outcome of one group and the next of the other, each in [0, 1]. It
// needs no model of the outcomes and covers rates that drift together, which tests on
// counts do not; but it needs the order of arrival, and two Bettings cannot be added.
// The zero Betting is ready for use and is not safe for concurrent use.
//
// Source: Chugg, Cortes-Gomez, Wilder, Ramdas, "Auditing fairness by betting", NeurIPS
// 2023, algorithm 1, without its final random draw.
type Betting struct {
	wealth, largest float64 // less 1, so that the zero value stands for wealth 1
	squares         float64 // less 1
	bet             float64
	ready           bool
}

// step is the constant of online Newton steps: 2/(2 - ln 3).
const step = 2 / (2 - 1.0986122886681098)

// Bet plays one pair and returns the wealth. Outcomes outside [0, 1] are no evidence
// and change nothing.
func (b *Betting) Bet(x, y float64) float64 {
	return b.Play(x - y)
}

// Play plays one difference in [-1, 1] of outcomes, or of means of the outcomes that
// came in since the last one, for groups that arrive unevenly.
func (b *Betting) Play(gap float64) float64 {
	if !(gap >= -1 && gap <= 1) {
		return b.Wealth()
	}
	if !b.ready {
		b.wealth, b.largest, b.squares, b.ready = 1, 1, 1, true
	}
	payoff := 1 - b.bet*gap
	b.wealth *= payoff
	b.largest = max(b.largest, b.wealth)
	z := gap / payoff
	b.squares += z * z
	b.bet = min(0.5, max(-0.5, b.bet-step*z/b.squares))
	return b.wealth
}

// Wealth is the evidence so far: alarm when it reaches 1/alpha.
func (b *Betting) Wealth() float64 {
	if !b.ready {
		return 1
	}
	return b.wealth
}

// PValue is valid at every look: 1 over the largest wealth so far.
func (b *Betting) PValue() float64 {
	if !b.ready {
		return 1
	}
	return min(1, 1/b.largest)
}

// Tolerant is Betting with a tolerance: an e-process for "the rates differ by no more
// than Gap at every time". It plays one process for each direction and averages their
// wealth. The zero Tolerant has no tolerance and bets half of each direction's wealth.
type Tolerant struct {
	Gap         float64 // in [0, 1)
	above, less side
}

// side is a process that may bet in one direction only.
type side struct {
	wealth, squares, bet float64
	ready                bool
}

// Play plays one difference in [-1, 1] and returns the wealth.
func (t *Tolerant) Play(gap float64) float64 {
	if gap >= -1 && gap <= 1 && t.Gap >= 0 && t.Gap < 1 {
		t.above.play(gap-t.Gap, t.Gap)
		t.less.play(-gap-t.Gap, t.Gap)
	}
	return t.Wealth()
}

// Wealth is the evidence so far: alarm when it reaches 1/alpha.
func (t *Tolerant) Wealth() float64 { return (t.above.value() + t.less.value()) / 2 }

func (s *side) value() float64 {
	if !s.ready {
		return 1
	}
	return s.wealth
}

// play bets a share of at least 0 on x being above 0; x is at least -1-slack, so that
// half of it can never be lost.
func (s *side) play(x, slack float64) {
	if !s.ready {
		s.wealth, s.squares, s.ready = 1, 1, true
	}
	payoff := 1 + s.bet*x
	s.wealth *= payoff
	z := x / payoff
	s.squares += z * z
	s.bet = min(0.5/(1+slack), max(0, s.bet+step*z/s.squares))
}

// Detector finds a change after a good period, where an e-process, having lost its
// wealth on the good days, would be slow: it starts a fresh one at every step and adds
// them up (Shiryaev-Roberts form). While all is well the expected number of steps until
// it reaches c is at least c. The zero Detector is ready for use.
//
// Source: Shin, Ramdas, Rinaldo, "E-detectors", NEJSDS 2 (2024).
type Detector struct{ sum float64 }

// Step multiplies in the next e-value, of this step alone, and returns the sum: alarm
// when it reaches c. A negative or NaN e-value is refused and changes nothing.
func (d *Detector) Step(e float64) float64 {
	if e >= 0 {
		d.sum = (d.sum + 1) * e
	}
	return d.sum
}

// EBH tells which of many e-values are alarms such that the expected share of false
// ones among them is at most alpha, however they depend on each other: the k largest
// with e >= m/(alpha k) for the largest such k. It returns them as a slice of the
// length of e. The e-values are logarithms.
//
// Source: Wang, Ramdas, "False discovery rate control with e-values", JRSS B 84 (2022).
func EBH(logE []float64, alpha float64) []bool {
	out := make([]bool, len(logE))
	if !(alpha > 0 && alpha < 1) {
		return out
	}
	order := descending(logE)
	last := -1
	for i, at := range order {
		if logE[at] >= math.Log(float64(len(logE))/(alpha*float64(i+1))) {
			last = i
		}
	}
	for _, at := range order[:last+1] {
		out[at] = true
	}
	return out
}
