package rank

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Target is the share of the places each group should have. Shares are not negative
// and add up to 1.
type Target map[string]float64

// sum is how far rounded shares may be from 1.
const sum = 1e-6

func (t Target) check() error {
	if len(t) == 0 {
		return errors.New("rank: the target has no group")
	}
	var total float64
	for _, p := range t {
		if !(p >= 0 && p <= 1) {
			return errors.New("rank: a target share must lie between 0 and 1")
		}
		total += p
	}
	if math.Abs(total-1) > sum {
		return fmt.Errorf("rank: the target shares add up to %g, not 1", total)
	}
	return nil
}

func (t Target) covers(ranking []string) error {
	if err := t.check(); err != nil {
		return err
	}
	if len(ranking) == 0 {
		return errors.New("rank: the ranking is empty")
	}
	for i, g := range ranking {
		if _, ok := t[g]; !ok {
			return fmt.Errorf("rank: the group of place %d is not in the target", i+1)
		}
	}
	return nil
}

// groups in a fixed order, so that sums come out the same each time.
func (t Target) groups() []string {
	names := make([]string, 0, len(t))
	for g := range t {
		names = append(names, g)
	}
	slices.Sort(names)
	return names
}

// discount is the weight of place i, counted from 1: 1/log2(i+1).
func discount(i int) float64 { return 1 / math.Log2(float64(i)+1) }

// NDKL is the normalised discounted Kullback-Leibler divergence of the shares in every
// top-i from the target: 0 is perfect, early places count most. It is +Inf if a group
// whose target is 0 has a place.
//
// Source: Geyik, Ambler, Kenthapadi, KDD 2019, definition 3.4.
func NDKL(ranking []string, target Target) (float64, error) {
	if err := target.covers(ranking); err != nil {
		return 0, err
	}
	names := target.groups()
	count := map[string]float64{}
	var total, z float64
	for i, g := range ranking {
		count[g]++
		w := discount(i + 1)
		z += w
		var d float64
		for _, name := range names {
			if p := count[name] / float64(i+1); p > 0 {
				d += p * math.Log(p/target[name])
			}
		}
		total += w * d
	}
	return total / z, nil
}

// Skew is ln(share of group in the first k places / its target): below 0 the group has
// too few. It is -Inf if the group has none of them, +Inf if its target is 0 and it
// has some, NaN if both are 0.
//
// Source: Geyik, Ambler, Kenthapadi, KDD 2019, definition 3.1.
func Skew(ranking []string, target Target, group string, k int) (float64, error) {
	if err := target.covers(ranking); err != nil {
		return 0, err
	}
	if k < 1 || k > len(ranking) {
		return 0, fmt.Errorf("rank: k is %d, the ranking has %d places", k, len(ranking))
	}
	p, ok := target[group]
	if !ok {
		return 0, errors.New("rank: the group is not in the target")
	}
	var n float64
	for _, g := range ranking[:k] {
		if g == group {
			n++
		}
	}
	return math.Log(n / float64(k) / p), nil
}

// Skews returns the smallest and the largest Skew of all groups with a target above 0,
// in the first k places.
func Skews(ranking []string, target Target, k int) (smallest, largest float64, err error) {
	smallest, largest = math.Inf(1), math.Inf(-1)
	for _, g := range target.groups() {
		s, err := Skew(ranking, target, g, k)
		if err != nil {
			return 0, 0, err
		}
		if target[g] > 0 {
			smallest, largest = min(smallest, s), max(largest, s)
		}
	}
	return smallest, largest, nil
}

// floor and ceil of p k, forgiving the rounding of p: 0.29 * 100 is 29.
func floor(p float64, k int) int { return int(math.Floor(p*float64(k) + 1e-9)) }
func ceil(p float64, k int) int  { return int(math.Ceil(p*float64(k) - 1e-9)) }

// InfeasibleIndex counts how often a group has fewer of the first k places than its
// floor of target * k, over all k from 1 to the end and all groups.
//
// Source: Geyik, Ambler, Kenthapadi, KDD 2019, definition 3.5.
func InfeasibleIndex(ranking []string, target Target) (int, error) {
	if err := target.covers(ranking); err != nil {
		return 0, err
	}
	count := map[string]int{}
	index := 0
	for i, g := range ranking {
		count[g]++
		for name, p := range target {
			if count[name] < floor(p, i+1) {
				index++
			}
		}
	}
	return index, nil
}

// Exposure is the mean attention the places of a group get, 1/log2(i+1) for place i. ok
// is false for a group without a place.
//
// Source: Singh, Joachims, KDD 2018.
func Exposure(ranking []string, group string) (mean float64, ok bool) {
	var n float64
	for i, g := range ranking {
		if g == group {
			mean += discount(i + 1)
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return mean / n, true
}

// ExposureRatio is the exposure of one group over that of another. ok is false if one of
// them has no place.
func ExposureRatio(ranking []string, group, against string) (ratio float64, ok bool) {
	a, okA := Exposure(ranking, group)
	b, okB := Exposure(ranking, against)
	if !okA || !okB {
		return 0, false
	}
	return a / b, true
}

// Normalized holds the three measures of Yang and Stoyanovich for one protected group,
// each from 0 (the top is like the whole) to 1 (as bad as it can be).
type Normalized struct {
	ND float64 // by difference of shares
	KL float64 // by Kullback-Leibler divergence
	RD float64 // by difference of ratios protected to others, 0 where there are no others
}

// cut is the step at which the top is looked at: 10, 20, 30, ...
const cut = 10

// NormalizedOf measures a ranking of at least 10 places in which both the protected and
// others occur. The worst case is the worse of all protected first and all last.
//
// Source: Yang, Stoyanovich, SSDBM 2017.
func NormalizedOf(ranking []string, protected string) (Normalized, error) {
	n := len(ranking)
	is := make([]bool, n)
	count := 0
	for i, g := range ranking {
		if is[i] = g == protected; is[i] {
			count++
		}
	}
	if n < cut || count == 0 || count == n {
		return Normalized{}, errors.New("rank: at least 10 places are needed, some of them protected and some not")
	}
	first, last := make([]bool, n), make([]bool, n)
	for i := range count {
		first[i], last[n-1-i] = true, true
	}
	got, a, b := raw(is, count), raw(first, count), raw(last, count)
	return Normalized{
		ND: ratioOf(got.ND, max(a.ND, b.ND)),
		KL: ratioOf(got.KL, max(a.KL, b.KL)),
		RD: ratioOf(got.RD, max(a.RD, b.RD)),
	}, nil
}

func ratioOf(v, worst float64) float64 {
	if worst == 0 {
		return 0 // the whole list is the only top there is
	}
	return min(1, v/worst)
}

func raw(protected []bool, count int) Normalized {
	n := len(protected)
	q := float64(count) / float64(n)
	odds := float64(count) / float64(n-count)
	var out Normalized
	seen := 0
	for i, is := range protected {
		if is {
			seen++
		}
		if (i+1)%cut != 0 {
			continue
		}
		w := 1 / math.Log2(float64(i+1))
		p := float64(seen) / float64(i+1)
		out.ND += w * math.Abs(p-q)
		out.KL += w * (term(p, q) + term(1-p, 1-q))
		r := 0.0
		if seen <= i {
			r = float64(seen) / float64(i+1-seen)
		}
		out.RD += w * math.Abs(r-odds)
	}
	return out
}

// term is p ln(p/q), 0 at p = 0.
func term(p, q float64) float64 {
	if p <= 0 {
		return 0
	}
	return p * math.Log(p/q)
}
