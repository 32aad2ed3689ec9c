package audit

import (
	"math"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/stats"
)

// Defaults of BootstrapOptions.
const (
	DefaultResamples  = 1000
	DefaultConfidence = 0.95
)

// maxResamples bounds the time.
const maxResamples = 1_000_000

// BootstrapOptions are the settings of Bootstrap.
type BootstrapOptions struct {
	Resamples  int     // Default: DefaultResamples.
	Confidence float64 // Default: DefaultConfidence.
	Seed       uint64  // of the draws, so that an audit can be repeated. Default: 0.
}

// Bootstrap is the percentile interval of any measure of a table, for those that have no
// formula: equalized odds, a generalised entropy, the larger of two gaps. The table is drawn
// anew again and again, each cell's decisions from its own shares of answers and outcomes;
// no row is needed. It takes the size of every group as given. For one look.
//
// measure is given a table that is good until it returns. Draws for which it is not defined
// are left out, and the share of those that count is returned: far below 1, the interval
// speaks of luckier tables than this one. Uneven weights, and labels of decisions that were
// not observed, cannot be drawn. options may be nil.
func Bootstrap(t fairness.Table, measure func(fairness.Table) fairness.Figure, options *BootstrapOptions) (low, high fairness.Figure, counted float64) {
	var o BootstrapOptions
	if options != nil {
		o = *options
	}
	if o.Resamples == 0 {
		o.Resamples = DefaultResamples
	}
	if o.Confidence == 0 {
		o.Confidence = DefaultConfidence
	}
	none := func(why string) (low, high fairness.Figure, counted float64) { return noFigure(why), noFigure(why), 0 }
	if measure == nil || o.Resamples < 1 || o.Resamples > maxResamples || !open(o.Confidence) {
		return none("a measure, 1 to 1,000,000 resamples and a confidence above 0 and below 1 are needed")
	}
	groups := make([][]float64, len(t.Cells))
	for i, c := range t.Cells {
		var why string
		if groups[i], why = categories(c); why != "" {
			return none(why)
		}
	}
	drawn := fairness.Table{Attributes: t.Attributes, Cells: make([]fairness.Cell, len(t.Cells))}
	copy(drawn.Cells, t.Cells)
	defined := 0
	i := stats.Bootstrap(groups, func(g [][]float64) float64 {
		for k := range g {
			redraw(&drawn.Cells[k], g[k])
		}
		f := measure(drawn)
		if !f.Defined {
			return math.NaN()
		}
		defined++
		return f.Value
	}, o.Resamples, o.Confidence, o.Seed)
	if defined == 0 {
		return none("the measure is not defined for any table that was drawn")
	}
	return figure(i.Low), figure(i.High), float64(defined) / float64(o.Resamples)
}

// categories are the kinds of decisions of a cell: labelled ones by answer and truth, then
// those without a label by answer.
func categories(c fairness.Cell) (counts []float64, why string) {
	switch {
	case !c.Valid():
		return nil, invalidCell
	case uneven(c):
		return nil, weighted
	}
	counts = []float64{c.TP, c.FP, c.FN, c.TN, c.Favourable - c.TP - c.FP, c.N - c.Favourable - c.FN - c.TN}
	for _, n := range counts {
		if !(n >= 0) || n != math.Trunc(n) {
			return nil, "some labels are of decisions that were not observed, or their weights are uneven"
		}
	}
	return counts, ""
}

func redraw(c *fairness.Cell, n []float64) {
	c.TP, c.FP, c.FN, c.TN = n[0], n[1], n[2], n[3]
	c.Favourable = n[0] + n[1] + n[4]
}

// FavourableShare is the group's share of all favourable answers to people of known group
// (Aequitas' predicted positive rate, ppr); its share of all people is what to hold it
// against.
func FavourableShare(t fairness.Table, values ...string) fairness.Figure {
	p, err := Against(t, values...)
	if err != nil {
		return noFigure("the table has no such group, or cannot have been counted")
	}
	all := p.Group.Favourable + p.Rest.Favourable
	if all == 0 {
		return noFigure("nobody got a favourable answer")
	}
	return figure(p.Group.Favourable / all)
}
