package oversight

import (
	"math"
	"slices"
	"strings"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// tally counts reviewed cases by stratum and probability. It is all that the rates are computed from.
type tally struct {
	cells  map[cellKey]*cell
	least  float64           // the smallest probability that any decision had, met or not; 0: not known
	crowds map[string]*crowd // by stratum: cases with a Unit
}

// cellKey is a stratum and a class of like probabilities: where the probability moves with a budget, classes of a tenth of a factor of
// two keep the cells few, and 1 has a class of its own.
type cellKey struct {
	stratum string
	class   int
}

type cell struct {
	low, high     float64 // the smallest and largest p
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

// drawnCase is what counts of a case.
type drawnCase struct {
	stratum string
	unit    string  // "": drawn for itself
	p       float64 // with which it was drawn
	least   float64 // the smallest that any other decision could have had in its place; 0: not known
}

func (t *tally) add(d drawnCase, r result) {
	stratum, p := d.stratum, d.p
	if !(p > 0) || p > 1 {
		return // not drawn by chance: a rate cannot be built on it
	}
	if d.least > 0 && (t.least == 0 || d.least < t.least) {
		t.least = d.least
	}
	if t.cells == nil {
		t.cells = map[cellKey]*cell{}
	}
	key := cellKey{stratum, classOf(p)}
	c := t.cells[key]
	if c == nil {
		c = &cell{low: p, high: p}
		t.cells[key] = c
	}
	c.low, c.high = min(c.low, p), max(c.high, p)
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
	if d.unit != "" {
		t.crowd(stratum).add(d.unit, 1/p)
	}
}

// rate computes the estimate over one stratum, or over all if it is nil.
func (t *tally) rate(conf float64, stratum *string) Rate {
	r := Rate{Low: 0, High: 1, Anytime: Range{0, 1}, Possible: Range{0, 1}}
	var sum cell
	var cells []*cell
	var drawn []stats.Drawn
	for _, key := range t.sorted() {
		if stratum != nil && *stratum != key.stratum {
			continue
		}
		c := t.cells[key]
		cells = append(cells, c)
		drawn = append(drawn, stats.Drawn{Count: stats.Count{Yes: c.overruled, No: c.n - c.overruled}, Least: c.low, Most: c.high})
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
	alike, seldom := t.alike(stratum, sum.squares), t.least
	if stratum != nil {
		seldom = 0 // a stratum may well be what a rule names in full
	}
	r.Low, r.High = combined(cells, sum.weight, sum.worse, seldom, alike, conf)
	if alike < manyAlike {
		seq := stats.DrawnSeq(drawn, t.least, 1-conf)
		r.Anytime = Range{seq.Low, seq.High}
	}
	return r
}

// combined is the interval of the post-stratified rate: Wilson's limits in each cell, joined by the method of variance estimates
// recovery (Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702). Of a cell that was reviewed in full nothing is left
// to guess, so a sample of share f counts as n/(1-f); alike cases count as one. How many decisions a cell stands for is itself
// an estimate, with limits of its own. Where the decisions that are drawn most seldom have not been met at all, there may
// be some all the same, and nothing is known of them.
func combined(cells []*cell, total, worse, least, alike, conf float64) (low, high float64) {
	value, z := worse/total, stats.Z(conf)
	met := least == 0
	var below, above float64
	for _, c := range cells {
		met = met || c.low <= least*(1+1e-9)
		if c.n == 0 {
			continue
		}
		p, f := c.worse/c.weight, c.n/c.weight
		if f >= 1-1e-12 {
			continue
		}
		n := c.n / (1 - f) / alike
		limits := stats.Wilson(stats.Count{Yes: p * n, No: (1 - p) * n}, conf)
		w := c.weight / total
		below += sq(w * (p - limits.Low))
		above += sq(w * (limits.High - p))
		// The rate with fewer and with more decisions in the cell.
		fewer, more := spread(c.n/alike, 1-f, z)
		for _, n := range []float64{fewer, more} {
			other := c.weight * (n*alike/c.n - 1)
			rate := (worse + other*p) / (total + other)
			below += sq(max(0, value-rate))
			above += sq(max(0, rate-value))
		}
	}
	if !met {
		_, unmet := spread(0, 1-least, z)
		unmet /= least
		below += sq(value - worse/(total+unmet))
		above += sq((worse+unmet)/(total+unmet) - value)
	}
	return max(0, value-math.Sqrt(below)), min(1, value+math.Sqrt(above))
}

// spread are the limits of how many draws were to be expected where n were made, each missed with the chance q: the score interval
// of a binomial count.
func spread(n, q, z float64) (fewer, more float64) {
	middle, half := n+z*z*q/2, z*math.Sqrt(q*n+sq(z*q/2))
	return middle - half, middle + half
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
