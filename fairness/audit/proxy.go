package audit

import (
	"errors"
	"math"
	"slices"

	"github.com/fairlead-go/fairlead/fairness"
)

// Association tells how much one column gives away about another: an input that stands
// for the group, such as a postcode for origin, discriminates although the group itself
// is not among the inputs.
type Association struct {
	MutualInformation fairness.Figure // in nats; 0 if independent
	Normalized        fairness.Figure // the share of the group's uncertainty that the input takes away, 0 to 1
	CramersV          fairness.Figure // 0 if independent, 1 if one determines the other
}

// maxCells bounds the combinations of an input's and a group's values.
const maxCells = 1 << 20

// Proxy measures the association of an input column with a group column, row by row.
// Numbers must be cut into classes first, or see Correlation.
func Proxy(input, group fairness.Column) (Association, error) {
	if len(input.Codes) == 0 || len(input.Codes) != len(group.Codes) {
		return Association{}, errors.New("audit: both columns need the same number of rows, at least one")
	}
	wide := len(group.Names)
	if wide == 0 || len(input.Names) == 0 || len(input.Names) > maxCells/wide {
		return Association{}, errors.New("audit: too many combinations of values")
	}
	joint := make([]float64, len(input.Names)*wide)
	for i, code := range input.Codes {
		if int(code) >= len(input.Names) || int(group.Codes[i]) >= wide {
			return Association{}, errors.New("audit: a code has no name")
		}
		joint[int(code)*wide+int(group.Codes[i])]++
	}
	return associate(joint, wide, float64(len(input.Codes))), nil
}

func associate(joint []float64, wide int, n float64) Association {
	rows, cols := make([]float64, len(joint)/wide), make([]float64, wide)
	for i, c := range joint {
		rows[i/wide] += c
		cols[i%wide] += c
	}
	var information, chi, entropy float64
	for i, c := range joint {
		expected := rows[i/wide] * cols[i%wide] / n
		if expected == 0 {
			continue
		}
		information += entropyTerm(c/n, expected/n)
		chi += (c - expected) * (c - expected) / expected
	}
	for _, c := range cols {
		entropy -= entropyTerm(c/n, 1)
	}
	out := Association{MutualInformation: figure(max(0, information))}
	if entropy == 0 {
		why := "there is only one group"
		out.Normalized, out.CramersV = noFigure(why), noFigure(why)
		return out
	}
	out.Normalized = figure(min(1, max(0, information)/entropy))
	smaller := min(used(rows), used(cols)) - 1
	if smaller == 0 {
		out.CramersV = noFigure("the input has only one value")
		return out
	}
	out.CramersV = figure(math.Sqrt(min(1, chi/n/float64(smaller))))
	return out
}

func used(counts []float64) int {
	n := 0
	for _, c := range counts {
		if c > 0 {
			n++
		}
	}
	return n
}

// Correlation is Pearson's correlation of a number with belonging to a group.
func Correlation(values []float64, in []bool) fairness.Figure {
	if len(values) != len(in) || len(values) < 2 {
		return noFigure("both need the same number of rows, at least two")
	}
	var mx, my float64
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return noFigure("a value is not a number")
		}
		mx += v / float64(len(values))
		my += float64(bit(in[i])) / float64(len(values))
	}
	var xx, yy, xy float64
	for i, v := range values {
		dx, dy := v-mx, float64(bit(in[i]))-my
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	if xx == 0 || yy == 0 {
		return noFigure("one of them is the same in every row")
	}
	return figure(xy / math.Sqrt(xx*yy))
}

// consistencyLimit bounds the rows of Consistency: it compares each with each.
const consistencyLimit = 50_000

// Consistency is how alike people like each other are answered: 1 less the mean
// distance of each answer from the mean answer of the k people nearest by features
// (Euclidean), the person among them as in AIF360. Scale the features first. Ties go to
// the earlier row. The cost grows with the square of the rows, of which there may be
// 50,000.
//
// Source: Zemel et al., "Learning fair representations", ICML 2013.
func Consistency(features [][]float64, favourable []bool, k int) fairness.Figure {
	n := len(features)
	if n == 0 || n != len(favourable) || k < 1 || k > n || n > consistencyLimit {
		return noFigure("as many answers as rows are needed, from k to 50,000")
	}
	for _, f := range features {
		if len(f) != len(features[0]) || slices.ContainsFunc(f, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			return noFigure("every row needs the same number of features, all of them numbers")
		}
	}
	type near struct {
		distance float64
		row      int
	}
	var off float64
	nearest := make([]near, 0, k+1)
	for i, f := range features {
		nearest = nearest[:0]
		for j, g := range features {
			d := 0.0
			for c := range f {
				d += (f[c] - g[c]) * (f[c] - g[c])
			}
			if len(nearest) == k && d >= nearest[k-1].distance {
				continue
			}
			at := len(nearest)
			for at > 0 && nearest[at-1].distance > d {
				at--
			}
			nearest = slices.Insert(nearest, at, near{d, j})
			nearest = nearest[:min(k, len(nearest))]
		}
		var yes float64
		for _, o := range nearest {
			yes += float64(bit(favourable[o.row]))
		}
		off += math.Abs(float64(bit(favourable[i])) - yes/float64(k))
	}
	return figure(1 - off/float64(n))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
