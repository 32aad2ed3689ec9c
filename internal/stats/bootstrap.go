package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Bootstrap draws the table anew resamples times, each group's counts from a
// multinomial with its own shares, and returns the percentile interval of the measure at
// confidence conf. It needs the counts only, no pass over rows. Resamples where the
// measure is NaN are left out; with none left the interval is NaN. The seed makes it
// repeatable.
//
// groups holds each group's counts by category, whole numbers. Counts that are not, or are
// too many to be told from their neighbours (2^53 in a group), and a conf outside (0, 1)
// give NaN.
func Bootstrap(groups [][]float64, measure func([][]float64) float64, resamples int, conf float64, seed uint64) Interval {
	none := Interval{math.NaN(), math.NaN()}
	if !(conf > 0 && conf < 1) || !drawable(groups) {
		return none
	}
	r := rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15))
	drawn := make([][]float64, len(groups))
	for i := range groups {
		drawn[i] = make([]float64, len(groups[i]))
	}
	values := make([]float64, 0, max(0, resamples))
	for range resamples {
		for i := range groups {
			multinomial(r, groups[i], drawn[i])
		}
		if v := measure(drawn); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return none
	}
	slices.Sort(values)
	return Interval{quantile(values, (1-conf)/2), quantile(values, (1+conf)/2)}
}

// drawable tells whether all counts are whole numbers that can be reckoned with.
func drawable(groups [][]float64) bool {
	for _, g := range groups {
		var n float64
		for _, c := range g {
			if !(c >= 0) || c != math.Trunc(c) {
				return false
			}
			n += c
		}
		if !(n <= 1<<53) {
			return false
		}
	}
	return true
}

// quantile interpolates between the sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// multinomial draws as many as counts has, with its shares, into out: one binomial
// draw for each category, of what is left.
func multinomial(r *rand.Rand, counts, out []float64) {
	var n, weight float64
	for _, c := range counts {
		n += c
	}
	weight = n
	for i, c := range counts {
		if i == len(counts)-1 {
			out[i] = n
			return
		}
		share := 0.0
		if weight > 0 {
			share = min(1, c/weight)
		}
		out[i] = binomial(r, n, share)
		n -= out[i]
		weight -= c
	}
}

// binomial draws the number of successes of n trials with chance p.
//
// Source: for large n p Hörmann's transformed rejection BTRS, J. Stat. Comput. Simul. 46
// (1993); inversion otherwise.
func binomial(r *rand.Rand, n, p float64) float64 {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - binomial(r, n, 1-p)
	case n*p < 10:
		return binomialInverse(r, n, p)
	}
	q := 1 - p
	sd := math.Sqrt(n * p * q)
	b := 1.15 + 2.53*sd
	a := -0.0873 + 0.0248*b + 0.01*p
	c := n*p + 0.5
	alpha := (2.83 + 5.1/b) * sd
	vr := 0.92 - 4.2/b
	mode := math.Floor((n + 1) * p)
	for {
		u := r.Float64() - 0.5
		v := r.Float64()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + c)
		if k < 0 || k > n {
			continue
		}
		if us >= 0.07 && v <= vr {
			return k
		}
		v = math.Log(v * alpha / (a/(us*us) + b))
		if v <= logFactorial(mode)+logFactorial(n-mode)-logFactorial(k)-logFactorial(n-k)+(k-mode)*math.Log(p/q) {
			return k
		}
	}
}

func logFactorial(k float64) float64 {
	l, _ := math.Lgamma(k + 1)
	return l
}

func binomialInverse(r *rand.Rand, n, p float64) float64 {
	q := 1 - p
	s := p / q
	w := math.Pow(q, n)
	u := r.Float64()
	k := 0.0
	for u > w && k < n {
		u -= w
		k++
		w *= s * (n - k + 1) / k
	}
	return k
}
