package rank

import (
	"errors"
	"math"
)

// FairTable says how many protected people must be among the first i places, for i from
// 1 to its length (FairTable[i-1]), so that a ranking may be called fair: fewer would
// happen by chance, each place being protected with probability p, at most at the
// significance asked for.
//
// Source: Zehlike et al., "FA*IR", CIKM 2017.
type FairTable []int

// Unadjusted makes the table for k places with the significance alpha at each place
// alone. A fair ranking fails somewhere more often than that: use Adjusted for a
// verdict on whole rankings.
func Unadjusted(k int, p, alpha float64) (FairTable, error) {
	if err := checkFair(k, p, alpha); err != nil {
		return nil, err
	}
	return fairTable(k, p, alpha), nil
}

// Adjusted makes the strictest table for k places that a fair ranking fails, at any
// place, with probability alpha at most. It returns the significance at each place that
// gives it.
func Adjusted(k int, p, alpha float64) (table FairTable, each float64, err error) {
	if err := checkFair(k, p, alpha); err != nil {
		return nil, 0, err
	}
	if t := fairTable(k, p, alpha); t.FailProbability(p) <= alpha {
		return t, alpha, nil
	}
	low, high := 0.0, alpha
	for range 60 {
		mid := low + (high-low)/2
		if fairTable(k, p, mid).FailProbability(p) <= alpha {
			low = mid
		} else {
			high = mid
		}
	}
	return fairTable(k, p, low), low, nil
}

func checkFair(k int, p, alpha float64) error {
	if k < 1 || k > 100_000 || !(p > 0 && p < 1) || !(alpha > 0 && alpha < 1) {
		return errors.New("rank: k must lie between 1 and 100,000, p and alpha between 0 and 1")
	}
	return nil
}

// fairTable takes for each i the smallest m whose binomial distribution function
// reaches alpha. The quantile never falls and rises by at most one, so one walk finds
// all: cdf is P(X <= m) and pmf is P(X = m) for the i and m at hand.
func fairTable(k int, p, alpha float64) FairTable {
	table := make(FairTable, k)
	m := 0
	q := 1 - p
	logp, logq := math.Log(p), math.Log1p(-p)
	for i := 1; i <= k; i++ {
		if alpha > 0 && binomialCDF(i, m, p, q, logp, logq) < alpha {
			m++
		}
		table[i-1] = m
	}
	return table
}

// binomialCDF sums from m downwards, where the terms fall, until they no longer matter.
func binomialCDF(n, m int, p, q, logp, logq float64) float64 {
	if m >= n {
		return 1
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(m + 1))
	c, _ := math.Lgamma(float64(n - m + 1))
	pmf := math.Exp(a - b - c + float64(m)*logp + float64(n-m)*logq)
	total := pmf
	for j := m; j > 0 && pmf > total*1e-17; j-- {
		pmf *= float64(j) * q / (float64(n-j+1) * p)
		total += pmf
	}
	return total
}

// FailProbability is the chance that a ranking whose places are protected with
// probability p, each by itself, fails the table somewhere.
func (t FairTable) FailProbability(p float64) float64 {
	// alive[j] is the chance of j protected so far and no failure.
	alive := make([]float64, len(t)+1)
	alive[0] = 1
	for i, need := range t {
		for j := i + 1; j > 0; j-- {
			alive[j] = alive[j]*(1-p) + alive[j-1]*p
		}
		alive[0] *= 1 - p
		for j := range min(need, len(alive)) {
			alive[j] = 0
		}
	}
	var ok float64
	for _, a := range alive {
		ok += a
	}
	return max(0, 1-ok)
}

// Fails returns the first place, from 1, at which the ranking has too few of the
// protected group; 0 if it passes. Places beyond the table are not looked at.
func (t FairTable) Fails(ranking []string, protected string) int {
	have := 0
	for i, g := range ranking {
		if i >= len(t) {
			return 0
		}
		if g == protected {
			have++
		}
		if have < t[i] {
			return i + 1
		}
	}
	return 0
}
