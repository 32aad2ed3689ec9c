package stats

import "math"

// ClopperPearson is the exact interval of a rate at confidence conf: never below its
// level, and wider than Wilson for it. For one look only. An empty count gives [0, 1].
//
// Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404-413.
func ClopperPearson(c Count, conf float64) Interval {
	if !c.valid() || c.N() <= 0 || !(conf > 0 && conf < 1) {
		return anything
	}
	out := anything
	tail := (1 - conf) / 2
	if c.Yes > 0 {
		out.Low = BetaQuantile(c.Yes, c.No+1, tail)
	}
	if c.No > 0 {
		// 1 - the lower end of the other answer: the tail itself stays exact.
		out.High = 1 - BetaQuantile(c.No, c.Yes+1, tail)
	}
	return out
}

// PooledZ is the two-proportion z statistic with pooled variance, a's rate less b's,
// and its two-sided p-value. "Two standard deviations" (Hazelwood, 1977) is |z| > 2.
// Where both rates are 0 or both 1 the difference is nothing: z 0, p 1. Not defined
// (NaN) for an empty count. For one look only.
func PooledZ(a, b Count) (z, p float64) {
	if !a.valid() || !b.valid() || a.N() <= 0 || b.N() <= 0 {
		return math.NaN(), math.NaN()
	}
	n := a.N() + b.N()
	rate := (a.Yes + b.Yes) / n
	v := rate * ((a.No + b.No) / n) * (1/a.N() + 1/b.N())
	if v == 0 {
		return 0, 1
	}
	z = (a.Rate() - b.Rate()) / math.Sqrt(v)
	return z, NormalTail(z)
}

// Fisher is the two-sided p-value of Fisher's exact test: the chance, with all margins
// as they are, of a table no likelier than this one. Right where an expected count is
// below 5. Counts are rounded to whole numbers. NaN for invalid counts.
func Fisher(a, b Count) float64 {
	if !a.valid() || !b.valid() {
		return math.NaN()
	}
	x, n, m := math.Round(a.Yes), math.Round(a.Yes)+math.Round(a.No), math.Round(b.Yes)+math.Round(b.No)
	yes := x + math.Round(b.Yes)
	low, high := max(0, yes-m), min(n, yes)
	mode := min(high, max(low, math.Floor((n+1)*(yes+1)/(n+m+2))))
	// Weights relative to the likeliest table, by their ratios: no large factorial, and
	// what is too small to matter ends the walk.
	weight := func(visit func(k, w float64)) {
		w := 1.0
		visit(mode, w)
		for k := mode; k < high && w > 1e-320; k++ {
			w *= (n - k) * (yes - k) / ((k + 1) * (m - yes + k + 1))
			visit(k+1, w)
		}
		w = 1
		for k := mode; k > low && w > 1e-320; k-- {
			w *= k * (m - yes + k) / ((n - k + 1) * (yes - k + 1))
			visit(k-1, w)
		}
	}
	var total, seen float64
	weight(func(k, w float64) {
		total += w
		if k == x {
			seen = w
		}
	})
	var as float64
	weight(func(_, w float64) {
		if w <= seen*(1+1e-12) { // ties are ties although rounded
			as += w
		}
	})
	return min(1, as/total)
}

// Stratified is a comparison of two groups within strata that are alike in what may
// rightly matter.
type Stratified struct {
	ChiSquare, P    float64 // Cochran-Mantel-Haenszel: is there any difference within strata?
	OddsRatio       float64 // common odds ratio, a's over b's; NaN if nothing can be compared
	BreslowDay, BDP float64 // Breslow-Day with Tarone's correction: do the strata disagree?
}

// MantelHaenszel compares group a with group b over strata, a[i] with b[i], without a
// continuity correction. Strata where only one group or one answer is seen say nothing.
// Figures that nothing supports are NaN.
//
// Source: Mantel, Haenszel, JNCI 22 (1959); Breslow, Day (1980); Tarone, Biometrika 72 (1985).
func MantelHaenszel(a, b []Count) Stratified {
	nan := math.NaN()
	out := Stratified{nan, nan, nan, nan, nan}
	var diff, variance, top, bottom float64
	for i := range min(len(a), len(b)) {
		if !a[i].valid() || !b[i].valid() {
			return out
		}
		n := a[i].N() + b[i].N()
		if n < 2 {
			continue
		}
		yes := a[i].Yes + b[i].Yes
		diff += a[i].Yes - a[i].N()*yes/n
		variance += a[i].N() * b[i].N() * yes * (n - yes) / (n * n * (n - 1))
		top += a[i].Yes * b[i].No / n
		bottom += a[i].No * b[i].Yes / n
	}
	if variance > 0 {
		out.ChiSquare = diff * diff / variance
		out.P = ChiSquareTail(out.ChiSquare, 1)
	}
	if top > 0 && bottom > 0 {
		out.OddsRatio = top / bottom
		out.BreslowDay, out.BDP = breslowDay(a, b, out.OddsRatio)
	}
	return out
}

func breslowDay(a, b []Count, odds float64) (chi, p float64) {
	var sum, variance float64
	strata := 0
	for i := range min(len(a), len(b)) {
		n1, n2, yes := a[i].N(), b[i].N(), a[i].Yes+b[i].Yes
		if n1 == 0 || n2 == 0 || yes == 0 || yes == n1+n2 {
			continue
		}
		e := expected(n1, n2, yes, odds)
		v := 1 / (1/e + 1/(n1-e) + 1/(yes-e) + 1/(n2-yes+e))
		chi += (a[i].Yes - e) * (a[i].Yes - e) / v
		sum += a[i].Yes - e
		variance += v
		strata++
	}
	if strata < 2 {
		return math.NaN(), math.NaN()
	}
	chi -= sum * sum / variance // Tarone
	return chi, ChiSquareTail(max(0, chi), float64(strata-1))
}

// expected is the count of a's yes that has the odds ratio with the margins as they are.
func expected(n1, n2, yes, odds float64) float64 {
	low, high := max(0, yes-n2), min(n1, yes)
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if mid*(n2-yes+mid) < odds*(n1-mid)*(yes-mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low + (high-low)/2
}

// SampleSize is how many decisions each of two groups needs so that a test at level
// alpha, made once, finds the difference of rates p and q with the given power. It is
// +Inf for equal rates and NaN outside (0, 1).
func SampleSize(p, q, alpha, power float64) float64 {
	if !(p >= 0 && p <= 1 && q >= 0 && q <= 1) {
		return math.NaN()
	}
	if p == q {
		return math.Inf(1)
	}
	mean := (p + q) / 2
	z := Z(1-alpha)*math.Sqrt(2*mean*(1-mean)) + Z(2*power-1)*math.Sqrt(p*(1-p)+q*(1-q))
	return math.Ceil(z * z / ((p - q) * (p - q)))
}

// Power is the chance that a test at level alpha, made once with n decisions a group,
// finds the difference of rates p and q.
func Power(p, q, n, alpha float64) float64 {
	mean := (p + q) / 2
	sd := math.Sqrt(p*(1-p) + q*(1-q))
	z := (math.Abs(p-q)*math.Sqrt(n) - Z(1-alpha)*math.Sqrt(2*mean*(1-mean))) / sd
	return math.Erfc(-z/math.Sqrt2) / 2
}
