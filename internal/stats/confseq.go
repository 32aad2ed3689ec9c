package stats

import "math"

// ConfSeq is a confidence sequence for one rate: with probability at least 1-alpha
// it holds the true rate at every look at once, however often one looks and
// whenever one stops. It needs the counts only. It assumes that the rate is
// constant. An empty count, or alpha outside (0, 1), gives [0, 1].
//
// Source: Ville's inequality on the Jeffreys mixture likelihood ratio; Wasserman,
// Ramdas, Balakrishnan, "Universal inference", PNAS 117 (2020).
func ConfSeq(c Count, alpha float64) Interval {
	if !c.valid() || c.N() <= 0 || !(alpha > 0 && alpha < 1) {
		return anything
	}
	limit := -math.Log(alpha) - mixture(c)
	p := c.Rate()
	return Interval{
		Low:  edge(c, p, 0, limit),
		High: edge(c, p, 1, limit),
	}
}

// edge walks from the observed rate, which is inside, towards end and returns the
// last rate whose divergence stays below limit.
func edge(c Count, inside, end, limit float64) float64 {
	return boundary(func(p float64) bool { return divergence(c, p) < limit }, inside, end)
}

// tightest is the number of unit weights at which WeightedSeq is tightest.
const tightest = 1000

// WeightedSeq is a confidence sequence for the rate of weighted decisions, each
// favourable or not: favourable is the sum of the weights of the favourable ones,
// total of all, squares the sum of all squared weights. It is wider than ConfSeq
// but right for every choice of weights that was made without looking at the
// outcome. It assumes a constant rate. Nothing observed gives [0, 1].
//
// Source: Robbins' normal mixture for sums of bounded terms; Howard, Ramdas,
// McAuliffe, Sekhon, Annals of Statistics 49 (2021), eq. 14.
func WeightedSeq(favourable, total, squares, alpha float64) Interval {
	ok := favourable >= 0 && favourable <= total && total > 0 && total <= math.MaxFloat64 &&
		squares > 0 && squares <= math.MaxFloat64 && alpha > 0 && alpha < 1
	if !ok {
		return anything
	}
	v := squares / 4 // a term in [0, w] has at most the variance w^2/4
	log := -2 * math.Log(alpha)
	rho := tightest / 4 / (log + math.Log1p(log))
	half := math.Sqrt((v+rho)*(math.Log((v+rho)/rho)+log)) / total
	rate := favourable / total
	return Interval{max(0, rate-half), min(1, rate+half)}
}
