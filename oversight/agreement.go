package oversight

import (
	"errors"
	"math"
	"slices"
)

// ErrUndefined says that a measure of agreement has no value for the data: nothing to compare, or no way to differ. That is not the
// same as perfect agreement.
var ErrUndefined = errors.New("oversight: agreement is undefined for these data")

// CohenKappa is the agreement of two reviewers beyond chance, in [-1, 1], from their square table of counts: how often the first
// said row and the second said column. Cohen, Educational and Psychological Measurement 20 (1960) 37-46.
func CohenKappa(table [][]int) (float64, error) {
	k := len(table)
	rows, columns := make([]float64, k), make([]float64, k)
	total, same := 0.0, 0.0
	for i, row := range table {
		if len(row) != k {
			return 0, invalid("CohenKappa: the table is not square")
		}
		for j, n := range row {
			if n < 0 {
				return 0, invalid("CohenKappa: a count is negative")
			}
			rows[i] += float64(n)
			columns[j] += float64(n)
			total += float64(n)
			if i == j {
				same += float64(n)
			}
		}
	}
	if total == 0 {
		return 0, ErrUndefined
	}
	chance := 0.0
	for i := range rows {
		chance += rows[i] * columns[i] / (total * total)
	}
	return beyond(same/total, chance)
}

// FleissKappa is the agreement of a fixed number of reviewers, at least two, beyond chance: counts[case][category] is how many chose
// the category. Fleiss, Psychological Bulletin 76 (1971) 378-382.
func FleissKappa(counts [][]int) (float64, error) {
	if len(counts) == 0 {
		return 0, ErrUndefined
	}
	shares := make([]float64, len(counts[0]))
	raters, agreed := -1, 0.0
	for _, row := range counts {
		n, pairs := 0, 0
		if len(row) != len(shares) {
			return 0, invalid("FleissKappa: the cases have different numbers of categories")
		}
		for j, c := range row {
			if c < 0 {
				return 0, invalid("FleissKappa: a count is negative")
			}
			n += c
			pairs += c * (c - 1)
			shares[j] += float64(c)
		}
		if raters >= 0 && n != raters {
			return 0, invalid("FleissKappa: the cases have different numbers of reviewers; KrippendorffAlpha allows that")
		}
		if raters = n; raters < 2 {
			return 0, ErrUndefined
		}
		agreed += float64(pairs) / float64(n*(n-1))
	}
	chance := 0.0
	for _, s := range shares {
		p := s / float64(raters*len(counts))
		chance += p * p
	}
	return beyond(agreed/float64(len(counts)), chance)
}

// beyond is (observed - chance)/(1 - chance): undefined where chance alone agrees always.
func beyond(observed, chance float64) (float64, error) {
	if 1-chance < 1e-12 {
		return 0, ErrUndefined
	}
	return (observed - chance) / (1 - chance), nil
}

// Scale says how far apart two values are for KrippendorffAlpha.
type Scale uint8

// The scales. The zero Scale is Nominal.
const (
	Nominal   Scale = iota // equal or not
	Ordinal                // ranks
	Intervals              // differences count
	Ratios                 // proportions count; values must not be negative
)

// KrippendorffAlpha is the agreement of any number of reviewers on any number of cases, some of them missing: ratings[reviewer][case],
// NaN for a case that reviewer did not rate. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
func KrippendorffAlpha(ratings [][]float64, scale Scale) (float64, error) {
	units, values, err := rated(ratings, scale)
	if err != nil {
		return 0, err
	}
	index := make(map[float64]int, len(values))
	for i, v := range values {
		index[v] = i
	}
	margin, n := make([]float64, len(values)), 0.0
	for _, unit := range units {
		for _, v := range unit {
			margin[index[v]]++
			n++
		}
	}
	at := scale.places(values, margin)
	observed := 0.0
	for _, unit := range units {
		differ := 0.0
		for i, v := range unit {
			for _, w := range unit[:i] {
				differ += 2 * scale.distance(at[index[v]], at[index[w]])
			}
		}
		observed += differ / float64(len(unit)-1)
	}
	expected := scale.expected(at, margin, n)
	if len(values) < 2 || expected == 0 { // one value only leaves no way to differ
		return 0, ErrUndefined
	}
	return 1 - observed/(expected/(n-1)), nil
}

// rated gathers the units that at least two rated, and the values that occur in them, in order.
func rated(ratings [][]float64, scale Scale) (units [][]float64, values []float64, err error) {
	if scale > Ratios {
		return nil, nil, invalid("KrippendorffAlpha: there is no such scale")
	}
	for _, row := range ratings {
		if len(row) != len(ratings[0]) {
			return nil, nil, invalid("KrippendorffAlpha: the reviewers have different numbers of cases; use NaN for a missing rating")
		}
	}
	if len(ratings) == 0 {
		return nil, nil, ErrUndefined
	}
	for u := range ratings[0] {
		var unit []float64
		for _, row := range ratings {
			v := row[u]
			switch {
			case math.IsNaN(v):
				continue
			case math.IsInf(v, 0), scale == Ratios && v < 0:
				return nil, nil, invalid("KrippendorffAlpha: a rating is infinite, or negative on a ratio scale")
			}
			unit = append(unit, v+0) // of the two zeros one
		}
		if len(unit) > 1 {
			units = append(units, unit)
			values = append(values, unit...)
		}
	}
	slices.Sort(values)
	return units, slices.Compact(values), nil
}

// places are where the values stand in the scale's own measure: for ranks that is the middle of those that are alike.
func (s Scale) places(values, margin []float64) []float64 {
	at, below := make([]float64, len(values)), 0.0
	if s != Ordinal {
		// Alpha does not depend on the unit that values are in, but their squares may be too large or too small for a number.
		most := 0.0
		for _, v := range values {
			most = max(most, math.Abs(v))
		}
		for c, v := range values {
			if at[c] = v; most > 0 {
				at[c] = v / most
			}
		}
		return at
	}
	for c, m := range margin {
		at[c] = below + m/2
		below += m
	}
	return at
}

// distance is the squared difference of two places.
func (s Scale) distance(a, b float64) float64 {
	d := a - b
	switch {
	case s == Nominal && a != b:
		return 1
	case d == 0:
		return 0
	case s == Ratios:
		d /= a + b
	}
	return d * d
}

// expected is the sum of the distances over all pairs, in both orders. Ratios alone have to be summed pair by pair.
func (s Scale) expected(at, margin []float64, n float64) float64 {
	sum, mean := 0.0, 0.0
	for c, m := range margin {
		mean += m * at[c] / n
	}
	switch s {
	case Nominal:
		for _, m := range margin {
			sum += m * (n - m)
		}
	case Ratios:
		for c := range at {
			for g := range c {
				sum += 2 * margin[c] * margin[g] * s.distance(at[c], at[g])
			}
		}
	default:
		for c, m := range margin {
			sum += 2 * n * m * sq(at[c]-mean)
		}
	}
	return sum
}
