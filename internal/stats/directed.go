package stats

import "math"

// The tests here compare two groups in one direction. LogERatio pays for not knowing two
// rates, although only their ratio is in question. These pay for the ratio only: for
// every point (ratio*m, m) on the boundary of the null hypothesis there is a mixture of
// alternatives that lie beyond that very point, a supermartingale under all rates on its
// null side; whatever the common level m is, the smallest of them over m is an
// e-process. They need about half the decisions LogERatio needs.
//
// The alternatives multiply one group's rate, and the other group's rate of the other
// answer, by factors below 1 that do not depend on m: so every logarithm of a likelihood
// ratio is convex in m, the logarithm of their sum is too, and its smallest value is
// found by following its slope.
//
// Source: nuisance parameters by infimum over test martingales; Ramdas, Grünwald,
// Vovk, Shafer, "Game-theoretic statistics and safe anytime-valid inference",
// Statistical Science 38 (2023), section 4.

// halvings is how many steps below 1 the factors take: from 1/2 to 1 - 2^-halvings.
const halvings = 9

// factors are 1, a half, three quarters, ...: a factor for each group makes an
// alternative, all of them alike likely. (Both being 1 is the null itself, which costs
// next to nothing and lets the mixture be a product of one for each group.)
var factors = func() (f [halvings + 1]float64) {
	f[0] = 1
	for i := 1; i <= halvings; i++ {
		f[i] = 1 - math.Ldexp(1, -i)
	}
	return f
}()

// LogEBelow is the log e-value against "a's rate is at least ratio times b's",
// ratio > 0.
func LogEBelow(a, b Count, ratio float64) float64 {
	if !bothSeen(a, b, 0.5) || !(ratio > 0 && ratio <= math.MaxFloat64) {
		return math.Inf(-1)
	}
	return directed{ratio: ratio, fewer: a.Yes, rest: a.No, more: b.No, other: b.Yes}.smallest()
}

// LogEAbove is the log e-value against "a's rate is at most ratio times b's", ratio > 0.
func LogEAbove(a, b Count, ratio float64) float64 {
	// The same with the groups' parts exchanged: b's rate is at least 1/ratio times a's.
	return LogEBelow(b, a, 1/ratio)
}

// directed is one such test: the null says that the rate of fewer among fewer+rest is at
// least ratio times that of other among other+more.
type directed struct {
	ratio             float64
	fewer, rest       float64 // a's yes, a's no
	more, other       float64 // b's no, b's yes
	logFewer, logMore [halvings + 1]float64
}

// smallest is the logarithm of the mixture where it is smallest.
func (d directed) smallest() float64 {
	for i, f := range factors {
		d.logFewer[i] = d.fewer * math.Log(f)
		d.logMore[i] = d.more * math.Log(f)
	}
	from, to := 0.0, min(1, 1/d.ratio)
	best := math.Inf(1)
	for range 100 {
		mid := from + (to-from)/2
		if mid == from || mid == to {
			break
		}
		value, slope := d.at(mid)
		if math.IsInf(value, 1) { // rounded to where the null cannot have been
			to = mid
			continue
		}
		// By convexity nothing in between is lower than this, so what is returned is
		// never too large.
		reach := max(mid-from, to-mid) * math.Abs(slope)
		best = value - reach
		if reach < 1e-10 {
			break
		}
		if slope < 0 {
			from = mid
		} else {
			to = mid
		}
	}
	if math.IsNaN(best) || math.IsInf(best, 1) { // counts too large to reckon with prove nothing
		return math.Inf(-1)
	}
	return best
}

// at is the logarithm of the mixture at m, and its derivative.
func (d *directed) at(m float64) (value, slope float64) {
	p := min(d.ratio*m, 1)
	var a, b, da, db [halvings + 1]float64
	for i, f := range factors {
		// What a's other answers gain when its rate falls from p to f p, and b's when its
		// other rate falls from 1-m to f (1-m); both written so that no digit is lost.
		a[i], b[i] = d.logFewer[i], d.logMore[i]
		if d.rest > 0 {
			a[i] += d.rest * math.Log1p((1-f)*p/(1-p))
			da[i] = d.rest * (1 - f) * d.ratio / ((1 - p) * (1 - f*p))
		}
		if d.other > 0 {
			b[i] += d.other * math.Log1p((1-f)*(1-m)/m)
			db[i] = -d.other * (1 - f) / (m * (m + (1-f)*(1-m)))
		}
	}
	value, slope = logMean(a, da)
	other, turn := logMean(b, db)
	return value + other, slope + turn
}

// logMean is the logarithm of the mean of the exponentials, and its derivative.
func logMean(v, dv [halvings + 1]float64) (value, slope float64) {
	largest := math.Inf(-1)
	for _, x := range v {
		largest = max(largest, x)
	}
	if math.IsInf(largest, 0) {
		return largest, 0
	}
	var total float64
	for i, x := range v {
		w := math.Exp(x - largest)
		total += w
		slope += w * dv[i]
	}
	return largest + math.Log(total/(halvings+1)), slope / total
}

// universal is the share of the evidence that LogEUneven and the pairwise tests leave to
// the tests that know no direction: those need no grid, and so find whatever is there in
// the end.
const universal = 0.25

// LogEUneven is the log e-value against "every group's rate is at least ratio times every
// other's", as LogERatio is, and finds it in fewer decisions: the mean of LogERatio and of
// LogEBelow over all ordered pairs. Pairs whose observed ratio obeys, or hardly fails
// to, count nothing, which can only lower it.
func LogEUneven(counts []Count, ratio float64) float64 {
	whole := LogERatio(counts, ratio)
	if math.IsInf(whole, -1) {
		return whole
	}
	var seen []Count
	for _, c := range counts {
		if c.N() > 0 {
			seen = append(seen, c)
		}
	}
	n := float64(len(seen))
	if n < 2 {
		return whole
	}
	out := whole + math.Log(universal)
	share := math.Log((1 - universal) / (n * (n - 1)))
	for _, p := range suspects(seen, ratio) {
		out = logSum(out, share+LogEBelow(seen[p[0]], seen[p[1]], ratio))
	}
	return out
}

// suspected bounds the pairs LogEUneven looks at in both numbers: only those that are
// farthest over the limit matter.
const suspected = 6

// worthless is how much likelihood the null must cost a pair for it to be looked at: no
// mixture gains more than the best alternative does, so this leaves out next to nothing.
const worthless = 1

// suspects are the ordered pairs of groups whose observed ratio is below the limit, those
// with the most evidence only.
func suspects(counts []Count, ratio float64) [][2]int {
	type pair struct {
		at   [2]int
		lost float64
	}
	var all []pair
	for i, a := range counts {
		for j, b := range counts {
			if i == j || a.Rate() >= ratio*b.Rate() {
				continue
			}
			lost := LogEPairRatio(a, b, ratio) - mixture(a) - mixture(b)
			if lost < worthless {
				continue
			}
			at := len(all)
			for at > 0 && all[at-1].lost < lost {
				at--
			}
			if at >= suspected {
				continue
			}
			all = append(all, pair{})
			copy(all[at+1:], all[at:])
			all[at] = pair{[2]int{i, j}, lost}
			all = all[:min(len(all), suspected)]
		}
	}
	out := make([][2]int, len(all))
	for i, p := range all {
		out[i] = p.at
	}
	return out
}

// logSum is ln(e^a + e^b).
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) || math.IsInf(a, 1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// LogMean is the logarithm of the mean of two e-values, which is one too.
func LogMean(a, b float64) float64 { return logSum(a, b) - math.Ln2 }

// LogEPairBelow and LogEPairAbove are LogEBelow and LogEAbove, averaged with
// LogEPairRatio where the observed ratio lies on the other side of the null: what
// LogEUneven is for many groups.
func LogEPairBelow(a, b Count, ratio float64) float64 {
	if !bothSeen(a, b, 0.5) || !(ratio > 0) {
		return math.Inf(-1)
	}
	out := math.Log(1-universal) + LogEBelow(a, b, ratio)
	if a.Rate() < ratio*b.Rate() {
		out = logSum(out, math.Log(universal)+LogEPairRatio(a, b, ratio))
	}
	return out
}

// LogEPairAbove is against "a's rate is at most ratio times b's". See LogEPairBelow.
func LogEPairAbove(a, b Count, ratio float64) float64 {
	return LogEPairBelow(b, a, 1/ratio)
}
