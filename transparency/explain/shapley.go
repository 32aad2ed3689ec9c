package explain

import (
	"context"
	"math"
	"math/bits"
)

// DefaultMaxEvals is how often a function is run at most, if Options do not say.
const DefaultMaxEvals = 1 << 17

// maxExact is the most fields for which all coalitions are kept (2^20 floats are 8 MiB).
const maxExact = 20

// maxParallel bounds Options.Parallel: more goroutines than this only cost memory.
const maxParallel = 256

// minRounds of permutations are needed for an interval that covers.
const minRounds = 12

// Options bound the work. Nil or zero is good.
type Options struct {
	// MaxEvals is how often the function may be run. Default: DefaultMaxEvals.
	MaxEvals int
	// Target ends the permutations once every 95 % interval is at most this far from its estimate, in the unit of the score.
	// Default: 0, use MaxEvals up.
	Target float64
	// Seed of the permutations; the same seed gives the same answer. Default: 0.
	Seed uint64
	// Reference says in words what the background is: "approved applicants". Default: none.
	Reference string
	// Sample permutes even where an exact answer is within MaxEvals. Default: false.
	Sample bool
	// Parallel is how many goroutines run the function, which must then be safe for concurrent use, as must Copy and Clone. The
	// answer is the same to the last bit. At most 256. Default: 1.
	Parallel int
}

func (o *Options) filled() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.MaxEvals <= 0 {
		out.MaxEvals = DefaultMaxEvals
	}
	out.Parallel = min(max(out.Parallel, 1), maxParallel)
	return out
}

// Shapley says how much each field moved f's score of in away from the mean score of the background (interventional Shapley values:
// Lundberg and Lee 2017; Janzing et al. 2020). The background is the reference point: pass approved applicants to explain a
// denial. It is exact, by walking all coalitions in Gray code order, while 2^fields x rows is within Options.MaxEvals; above that
// it permutes, each permutation together with its reverse, and gives standard errors and 95 % intervals.
//
// f is run on inputs mixed of in and the background, one at a time unless Options.Parallel says otherwise, and must not keep or
// change them. An error or panic of f is [ErrModel], the end of ctx [ErrStopped]. A model with several outputs is explained one
// output at a time.
func Shapley[In any](ctx context.Context, f func(context.Context, In) (float64, error), in In, background []In, fields Fields[In], o *Options) (a Attribution, err error) {
	opt := o.filled()
	switch {
	case ctx == nil || f == nil:
		return a, fail(ErrInvalid, "ctx and f are needed", nil)
	case len(background) == 0:
		return a, fail(ErrInvalid, "an empty background: pass some inputs to compare with", nil)
	}
	if err := fields.check(); err != nil {
		return a, err
	}
	defer func() {
		if err != nil {
			a = Attribution{}
		}
	}()
	defer isolate(&err)
	m := &model[In]{ctx: ctx, f: f}
	a = Attribution{Reference: opt.Reference, Rows: len(background), Parts: make([]Part, len(fields.List))}
	for i := range fields.List {
		a.Parts[i].Name = fields.List[i].Name
		if words := fields.List[i].Words; words != nil {
			a.Parts[i].Value = words(&in)
		}
	}
	a.Output = m.at(&in)
	if fits(len(fields.List), len(background), opt.MaxEvals-1) && !opt.Sample {
		exact(m, &in, background, &fields, opt.Parallel, &a)
	} else if err := permute(m, &in, background, fields, &opt, &a); err != nil {
		return a, err
	}
	a.Evals = m.evals
	a.settle()
	if m.err == nil && !a.finite() {
		m.err = fail(ErrModel, "its answers are too large to be added up", nil)
	}
	return a, m.err
}

// fits says whether all coalitions with all rows are at most budget evaluations.
func fits(fields, rows, budget int) bool {
	if fields > maxExact {
		return false
	}
	hi, lo := bits.Mul64(uint64(rows), 1<<fields)
	return hi == 0 && budget > 0 && lo <= uint64(budget)
}

// exact computes the values from all coalitions. Neighbours in Gray code differ in one field, so each costs one copy. The workers
// share the coalitions and not the rows: each sum then has one order, and the answer does not depend on how many there are.
func exact[In any](m *model[In], in *In, background []In, fields *Fields[In], workers int, a *Attribution) {
	a.Method = Exact
	n := len(fields.List)
	worth := make([]float64, 1<<n) // by coalition: the sum of the score over the rows
	if workers == 1 {
		a.seen(stretch(m, in, background, fields, worth, 0, 1<<n, a.Output), 0)
	} else {
		a.seen(together(m, *in, background, *fields, worth, min(workers, 1<<n), a.Output), 0)
	}
	rows := float64(len(background))
	for s := range worth {
		worth[s] /= rows
	}
	a.Base = worth[0]
	weigh(worth, n, a.Parts)
}

// together has each worker walk a stretch of its own. It takes copies, because what a goroutine points to costs an allocation even
// where there is none.
func together[In any](m *model[In], in In, background []In, fields Fields[In], worth []float64, workers int, output float64) float64 {
	return m.share(workers, func(m *model[In], i, of int) float64 {
		return stretch(m, &in, background, &fields, worth, i*len(worth)/of, (i+1)*len(worth)/of, output)
	})
}

// stretch walks the Gray code from one step to another with every row. It returns how far answers to the input itself lay apart. It runs the
// function itself rather than through model.at, as a call each would cost a tenth of the time of a small function.
func stretch[In any](m *model[In], in *In, background []In, fields *Fields[In], worth []float64, from, to int, output float64) (unsteady float64) {
	full := len(worth) - 1
	mixed, list := &m.mixed, fields.List
	ctx, f := m.ctx, m.f
	for i := range background {
		row := &background[i]
		*mixed = fields.clone(*in) // unlisted fields stay as in the input
		mask := from ^ from>>1
		for j := range list {
			if mask>>j&1 == 0 {
				list[j].Copy(mixed, row)
			}
		}
		for step := from; ; {
			if (step-from)%ctxEvery == 0 && m.stopped() {
				return unsteady
			}
			y, err := f(ctx, *mixed)
			if err != nil || y-y != 0 { // see model.at
				m.fault(y, err)
				return unsteady
			}
			worth[mask] += y
			if mask == full {
				unsteady = max(unsteady, math.Abs(y-output))
			}
			if step++; step == to {
				break
			}
			j := bits.TrailingZeros(uint(step))
			mask ^= 1 << j
			if mask>>j&1 == 1 {
				list[j].Copy(mixed, in)
			} else {
				list[j].Copy(mixed, row)
			}
		}
		m.evals += to - from
	}
	return unsteady
}

// weigh sums the marginal contributions, each with weight s!(n-s-1)!/n! for a coalition of s others.
func weigh(worth []float64, n int, parts []Part) {
	var weight [maxExact]float64
	weight[0] = 1 / float64(n)
	for s := 1; s < n; s++ {
		weight[s] = weight[s-1] * float64(s) / float64(n-s)
	}
	for j := range n {
		bit, phi := 1<<j, 0.0
		for base := 0; base < len(worth); base += 2 * bit {
			for s := base; s < base+bit; s++ {
				phi += weight[bits.OnesCount(uint(s))] * (worth[s|bit] - worth[s])
			}
		}
		parts[j].Phi, parts[j].Low, parts[j].High = phi, phi, phi
	}
}
