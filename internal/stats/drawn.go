package stats

import "math"

// Drawn are outcomes of decisions that were each looked at with a known probability,
// drawn by chance: Yes and No of those that were looked at, and the smallest and largest
// of their probabilities.
type Drawn struct {
	Count
	Least, Most float64
}

// bets is how many bets DrawnSeq makes in each direction: 1, 1/2, 1/4 and so on of what
// can be lost.
const bets = 24

// DrawnSeq is a confidence sequence for the rate over all decisions, looked at or not:
// with probability at least 1-alpha it holds the true rate at every look at once. least
// is the smallest probability with which any decision is looked at, also one that has not
// been met yet: it has to be known beforehand, and without it (0) the smallest met so far
// stands in. It needs the counts only. It assumes that the rate is constant, and that the
// probabilities were chosen without looking at the outcome. Nothing observed gives [0, 1].
//
// For each rate m it holds the wealth of whoever bets against m being as large, in
// fixed parts b, at most least: every outcome x looked at with probability p multiplies it
// by 1 + b (x-m)/(m p), whose mean over all decisions is 1 if the rate is m, whatever it is
// among decisions of one p. Of bets that are fixed the order of outcomes does not matter,
// and to those that are no, m does not either: so the wealth falls as m grows, and the
// lower end is where it is 2/alpha. The upper end is the lower one of the opposite. Where
// least falls later, the bets that are too large from then on end with nothing, which
// takes nothing from the guarantee.
//
// Source: Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting",
// JRSS B 86 (2024), section 4, with a mixture of fixed bets.
func DrawnSeq(cells []Drawn, least, alpha float64) Interval {
	if !(alpha > 0 && alpha < 1) {
		return anything
	}
	n := 0.0
	opposite := make([]Drawn, len(cells))
	for i, c := range cells {
		if !c.valid() || !(c.Least > 0 && c.Least <= c.Most && c.Most <= 1) {
			return anything
		}
		if least = min(least, c.Least); !(least > 0) {
			least = c.Least
		}
		n += c.N()
		opposite[i] = Drawn{Count{Yes: c.No, No: c.Yes}, c.Least, c.Most}
	}
	if n <= 0 {
		return anything
	}
	limit := math.Log(2 / alpha)
	return Interval{Low: lowest(cells, least, limit), High: 1 - lowest(opposite, least, limit)}
}

// lowest is the smallest rate at which the wealth stays below limit.
func lowest(cells []Drawn, least, limit float64) float64 {
	var lost [bets]float64 // to outcomes that are no
	for j := range lost {
		b := math.Ldexp(1, -j)
		if b > least {
			lost[j] = math.Inf(-1) // more than there is: the bet is not made
			continue
		}
		for _, c := range cells {
			if c.No > 0 {
				lost[j] += c.No * math.Log1p(-b/c.Least)
			}
		}
	}
	wealth := func(m float64) float64 {
		sum := math.Inf(-1)
		for j, w := range lost {
			if math.IsInf(w, -1) {
				continue
			}
			odds := math.Ldexp(1, -j) * (1 - m) / m
			for _, c := range cells {
				if c.Yes > 0 {
					w += c.Yes * math.Log1p(odds/c.Most)
				}
			}
			sum = logSum(sum, w)
		}
		return sum - math.Log(bets)
	}
	return boundary(func(m float64) bool { return wealth(m) < limit }, 1, 0)
}
