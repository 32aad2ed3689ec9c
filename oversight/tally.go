package oversight

import (
	"math"
	"slices"
	"strings"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// tally counts reviewed cases by stratum and probability. It is all that the rates are computed from.
type tally struct {
	cells map[cellKey]*cell
}

// cellKey is a stratum and a class of like probabilities: where the probability moves with a budget, classes of a tenth of a factor of
// two keep the cells few, and 1 has a class of its own.
type cellKey struct {
	stratum string
	class   int
}

type cell struct {
	n, overruled  float64 // decided cases
	weight, worse float64 // sums of 1/p over them, and over those that were overruled
	squares       float64 // sum of 1/p²
	missing       float64 // cases without a verdict
	lost          float64 // sum of 1/p over those
}

// result is what became of a drawn case.
type result uint8

const (
	agreed result = iota
	overruled
	unreviewed
)

func classOf(p float64) int {
	if p >= 1 {
		return 0
	}
	return 1 + int(math.Floor(-math.Log2(p)*10))
}

func (t *tally) add(stratum string, p float64, r result) {
	if !(p > 0) || p > 1 {
		return // not drawn by chance: a rate cannot be built on it
	}
	if t.cells == nil {
		t.cells = map[cellKey]*cell{}
	}
	key := cellKey{stratum, classOf(p)}
	c := t.cells[key]
	if c == nil {
		c = &cell{}
		t.cells[key] = c
	}
	if r == unreviewed {
		c.missing++
		c.lost += 1 / p
		return
	}
	c.n++
	c.weight += 1 / p
	c.squares += 1 / (p * p)
	if r == overruled {
		c.overruled++
		c.worse += 1 / p
	}
}

// rate computes the estimate over the cells that keep says.
func (t *tally) rate(conf float64, keep func(stratum string) bool) Rate {
	r := Rate{Low: 0, High: 1, Anytime: Range{0, 1}, Possible: Range{0, 1}}
	var sum cell
	var cells []*cell
	for _, key := range t.sorted() {
		if !keep(key.stratum) {
			continue
		}
		c := t.cells[key]
		cells = append(cells, c)
		sum.n += c.n
		sum.overruled += c.overruled
		sum.weight += c.weight
		sum.worse += c.worse
		sum.squares += c.squares
		sum.missing += c.missing
		sum.lost += c.lost
	}
	r.Reviewed, r.Overruled, r.Missing, r.Decisions = int(sum.n), int(sum.overruled), int(sum.missing), sum.weight+sum.lost
	if sum.n == 0 {
		return r
	}
	r.Defined = true
	r.Value = sum.worse / sum.weight
	r.Possible = Range{sum.worse / r.Decisions, (sum.worse + sum.lost) / r.Decisions}
	r.Low, r.High = combined(cells, sum.weight, r.Value, conf)
	seq := stats.WeightedSeq(sum.worse, sum.weight, sum.squares, 1-conf)
	r.Anytime = Range{seq.Low, seq.High}
	return r
}

// combined is the interval of the post-stratified rate: Wilson's limits in each cell, joined by the method of variance estimates
// recovery (Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702). Of a cell that was reviewed in full nothing is left
// to guess, so a sample of share f counts as n/(1-f).
func combined(cells []*cell, total, value, conf float64) (low, high float64) {
	var below, above float64
	for _, c := range cells {
		if c.n == 0 {
			continue
		}
		p, f := c.worse/c.weight, c.n/c.weight
		if f >= 1-1e-12 {
			continue
		}
		n := c.n / (1 - f)
		limits := stats.Wilson(stats.Count{Yes: p * n, No: (1 - p) * n}, conf)
		w := c.weight / total
		below += sq(w * (p - limits.Low))
		above += sq(w * (limits.High - p))
	}
	return max(0, value-math.Sqrt(below)), min(1, value+math.Sqrt(above))
}

func sq(x float64) float64 { return x * x }

func (t *tally) sorted() []cellKey {
	keys := make([]cellKey, 0, len(t.cells))
	for k := range t.cells {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b cellKey) int {
		if c := strings.Compare(a.stratum, b.stratum); c != 0 {
			return c
		}
		return a.class - b.class
	})
	return keys
}
