package explain

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// permute estimates the values from random orders in which the fields change from a row of the background to the input. Each order
// is walked forwards and backwards, which cancels the effects of pairs (antithetic sampling: Mitchell et al. 2022). One
// round walks every row once, so each round is by itself an estimate whose parts sum to Output - Base, and rounds are independent:
// their spread gives the standard error.
func permute[In any](m *model[In], in *In, background []In, fields Fields[In], opt *Options, a *Attribution) error {
	n := len(fields.List)
	a.Method, a.Seed = Permutation, opt.Seed
	each := len(background) * (2*n - 2)
	first := 1 + 2*len(background)
	rounds := (opt.MaxEvals - first) / max(each, 1)
	if rounds < minRounds {
		return fail(ErrBudget, "Options.MaxEvals must be at least "+strconv.Itoa(first+minRounds*each)+", or pass a smaller background", nil)
	}
	w := walks[In]{in: in, background: background, fields: fields, seed: opt.Seed, top: a.Output}
	w.begin(m, a)
	mean, m2 := make([]float64, n), make([]float64, n)
	for r := 0; r < rounds && m.err == nil; {
		batch := w.some(m, r, min(opt.Parallel, rounds-r))
		for _, sums := range batch {
			r++
			for j, sum := range sums { // Welford
				x := sum / float64(2*len(background))
				d := x - mean[j]
				mean[j] += d / float64(r)
				m2[j] += d * (x - mean[j])
			}
			a.Rounds = r
			if r >= minRounds && (opt.Target > 0 || n == 1) && wide(m2, r) <= opt.Target {
				r = rounds
				break
			}
		}
	}
	for j := range mean {
		half, se := interval(m2[j], a.Rounds)
		a.Parts[j].Phi, a.Parts[j].StdErr = mean[j], se
		a.Parts[j].Low, a.Parts[j].High = mean[j]-half, mean[j]+half
	}
	return nil
}

// walks is what all rounds of one estimation share.
type walks[In any] struct {
	in         *In
	background []In
	fields     Fields[In]
	seed       uint64
	bases      []float64 // the score of each row, with unlisted fields as in the input
	top        float64   // the score of the input
}

// begin scores the ends that all walks share.
func (w *walks[In]) begin(m *model[In], a *Attribution) {
	w.bases = make([]float64, len(w.background))
	sum := 0.0
	for i := range w.background {
		mixed := w.start(&w.background[i])
		w.bases[i] = m.at(&mixed)
		sum += w.bases[i]
		again := m.at(w.in)
		a.seen(again, a.Output)
	}
	a.Base = sum / float64(len(w.background))
}

// some does rounds from a number on, at the same time if there are several.
func (w *walks[In]) some(m *model[In], first, n int) [][]float64 {
	batch := make([][]float64, n)
	if n == 1 {
		batch[0] = w.round(m, first)
		return batch
	}
	m.share(n, func(m *model[In], i, _ int) float64 {
		batch[i] = w.round(m, first+i)
		return 0
	})
	return batch
}

// round walks every row once. Its orders depend on the seed and its number alone.
func (w *walks[In]) round(m *model[In], number int) []float64 {
	n := len(w.fields.List)
	order, sums := make([]int, n), make([]float64, n)
	for i := range order {
		order[i] = i
	}
	rng := rand.New(rand.NewPCG(w.seed, uint64(number))) // sampling, and it must repeat
	for i := range w.background {
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		w.walk(m, i, order, sums)
	}
	return sums
}

func (w *walks[In]) start(row *In) In {
	mixed := w.fields.clone(*w.in)
	for j := range w.fields.List {
		w.fields.List[j].Copy(&mixed, row)
	}
	return mixed
}

// walk goes through an order and through its reverse.
func (w *walks[In]) walk(m *model[In], i int, order []int, sums []float64) {
	row, base := &w.background[i], w.bases[i]
	mixed := w.start(row)
	last := len(order) - 1
	before := base
	for k, j := range order { // fields come in, from the row to the input
		after := w.top
		w.fields.List[j].Copy(&mixed, w.in)
		if k < last {
			after = m.at(&mixed)
		}
		sums[j] += after - before
		before = after
	}
	before = w.top
	for k, j := range order { // and leave in the same order: the reverse order of coming in
		after := base
		w.fields.List[j].Copy(&mixed, row)
		if k < last {
			after = m.at(&mixed)
		}
		sums[j] += before - after
		before = after
	}
}

// wide is the largest half width of an interval.
func wide(m2 []float64, rounds int) float64 {
	widest := 0.0
	for _, v := range m2 {
		half, _ := interval(v, rounds)
		widest = max(widest, half)
	}
	return widest
}

// interval is the half width of the 95 % interval of a mean over rounds, and its standard error.
func interval(m2 float64, rounds int) (half, se float64) {
	if rounds < 2 {
		return 0, 0
	}
	se = math.Sqrt(m2 / float64(rounds-1) / float64(rounds))
	return se * student(rounds-1), se
}

// student is the 97.5 % quantile of Student's t with v degrees of freedom, by the expansion of Abramowitz and Stegun 26.7.5; at
// v = 11, the fewest in use, it is right to four digits.
func student(v int) float64 {
	const z = 1.959963984540054
	const z3, z5, z7, z9 = z * z * z, z * z * z * z * z, z * z * z * z * z * z * z, z * z * z * z * z * z * z * z * z
	n := float64(v)
	return z + (z3+z)/(4*n) + (5*z5+16*z3+3*z)/(96*n*n) + (3*z7+19*z5+17*z3-15*z)/(384*n*n*n) +
		(79*z9+776*z7+1482*z5-1920*z3-945*z)/(92160*n*n*n*n)
}
