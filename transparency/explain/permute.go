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
	p := permuter[In]{m: m, in: in, fields: fields, order: make([]int, n), round: make([]float64, n), rng: rand.New(rand.NewPCG(opt.Seed, 0))} // sampling, and it must repeat
	for i := range p.order {
		p.order[i] = i
	}
	each := len(background) * (2*n - 2)
	first := 1 + 2*len(background)
	rounds := (opt.MaxEvals - first) / max(each, 1)
	if rounds < minRounds {
		return fail(ErrBudget, "Options.MaxEvals must be at least "+strconv.Itoa(first+minRounds*each)+", or pass a smaller background", nil)
	}
	p.begin(background, a)
	mean, m2 := make([]float64, n), make([]float64, n)
	for r := 1; r <= rounds && m.err == nil; r++ {
		clear(p.round)
		for i := range background {
			p.walk(&background[i], p.bases[i])
		}
		for j, sum := range p.round { // Welford
			x := sum / float64(2*len(background))
			d := x - mean[j]
			mean[j] += d / float64(r)
			m2[j] += d * (x - mean[j])
		}
		a.Rounds = r
		if r >= minRounds && (opt.Target > 0 || n == 1) && p.wide(m2, r) <= opt.Target {
			break
		}
	}
	for j := range mean {
		half, se := interval(m2[j], a.Rounds)
		a.Parts[j].Phi, a.Parts[j].StdErr = mean[j], se
		a.Parts[j].Low, a.Parts[j].High = mean[j]-half, mean[j]+half
	}
	return nil
}

// permuter is the state of one estimation.
type permuter[In any] struct {
	m      *model[In]
	in     *In
	fields Fields[In]
	rng    *rand.Rand
	order  []int
	bases  []float64 // the score of each row, with unlisted fields as in the input
	top    float64   // the score of the input
	round  []float64
}

// begin scores the ends that all walks share.
func (p *permuter[In]) begin(background []In, a *Attribution) {
	p.top = a.Output
	p.bases = make([]float64, len(background))
	sum := 0.0
	for i := range background {
		mixed := p.start(&background[i])
		p.bases[i] = p.m.at(&mixed)
		sum += p.bases[i]
		again := p.m.at(p.in)
		a.seen(again, a.Output)
	}
	a.Base = sum / float64(len(background))
}

func (p *permuter[In]) start(row *In) In {
	mixed := p.fields.clone(*p.in)
	for j := range p.fields.List {
		p.fields.List[j].Copy(&mixed, row)
	}
	return mixed
}

// walk goes through one random order and through its reverse.
func (p *permuter[In]) walk(row *In, base float64) {
	p.rng.Shuffle(len(p.order), func(i, j int) { p.order[i], p.order[j] = p.order[j], p.order[i] })
	mixed := p.start(row)
	last := len(p.order) - 1
	before := base
	for k, j := range p.order { // fields come in, from the row to the input
		after := p.top
		if k < last {
			p.fields.List[j].Copy(&mixed, p.in)
			after = p.m.at(&mixed)
		} else {
			p.fields.List[j].Copy(&mixed, p.in)
		}
		p.round[j] += after - before
		before = after
	}
	before = p.top
	for k, j := range p.order { // and leave in the same order: the reverse order of coming in
		after := base
		p.fields.List[j].Copy(&mixed, row)
		if k < last {
			after = p.m.at(&mixed)
		}
		p.round[j] += before - after
		before = after
	}
}

// wide is the largest half width of an interval.
func (p *permuter[In]) wide(m2 []float64, rounds int) float64 {
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
