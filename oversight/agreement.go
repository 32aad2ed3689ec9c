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
	k := len(values)
	coincidence := make([]float64, k*k)
	margin, n := make([]float64, k), 0.0
	for _, unit := range units {
		weight := 1 / float64(len(unit)-1)
		for i, a := range unit {
			for j, b := range unit {
				if i != j {
					coincidence[index[a]*k+index[b]] += weight
				}
			}
			margin[index[a]]++
			n++
		}
	}
	observed, expected := 0.0, 0.0
	for c := range k {
		for g := c + 1; g < k; g++ {
			d := scale.distance(values, margin, c, g)
			observed += 2 * coincidence[c*k+g] * d
			expected += 2 * margin[c] * margin[g] * d
		}
	}
	if n < 2 || expected == 0 {
		return 0, ErrUndefined
	}
	return 1 - observed/(expected/(n-1)), nil
}

// rated gathers the units that at least two rated, and the values that occur in them, in order.
func rated(ratings [][]float64, scale Scale) (units [][]float64, values []float64, err error) {
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

// distance is the squared difference of the values at places c < g, in the scale's own measure.
func (s Scale) distance(values, margin []float64, c, g int) float64 {
	var d float64
	switch s {
	case Ordinal:
		for i := c; i <= g; i++ {
			d += margin[i]
		}
		d -= (margin[c] + margin[g]) / 2
	case Intervals:
		d = values[c] - values[g]
	case Ratios:
		d = (values[c] - values[g]) / (values[c] + values[g])
	default:
		return 1
	}
	return d * d
}
