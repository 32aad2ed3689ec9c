package audit

import (
	"errors"
	"fmt"
	"math"

	"github.com/fairlead-go/fairlead/fairness"
)

// Scored is one group's scores.
type Scored struct {
	Groups []string
	Scores *fairness.Scores
}

// Cut is the threshold of one group: who scores at least so much is favourable.
type Cut struct {
	Groups    []string
	Threshold float64
	Cell      fairness.Cell // what the threshold would have done
}

// Thresholds is what Optimise found.
type Thresholds struct {
	Cuts     []Cut
	Accuracy float64 // over everybody
	Gap      float64 // of the metric, between the groups
	Single   float64 // the accuracy of the best single threshold for all
}

// noThreshold explains why nothing was found.
const noThreshold = "audit: no thresholds keep the gap: it may be too small for so few scores"

// Optimise finds a threshold for each group such that the metric (fairness.SelectionRate
// for demographic parity, fairness.TPR for equal opportunity, fairness.FPR) differs by
// at most gap between the groups, and accuracy over everybody is the largest of those it
// looks at: for each level of the metric in steps of a thousandth, the thresholds that
// come closest to it. Thresholds are edges of the fairness.ScoreBins bins and no dice are
// thrown: the same score always gets the same answer within a group. Every group needs
// scores of truly positive and of truly negative people.
//
// A threshold that depends on the group treats people differently because of it. Where
// that is forbidden (in hiring and lending in the United States it is), use the result to
// learn what fairness would cost, and change the model.
//
// Source: Hardt, Price, Srebro, NeurIPS 2016, without randomisation.
func Optimise(groups []Scored, metric fairness.Metric, gap float64) (Thresholds, error) {
	if metric != fairness.SelectionRate && metric != fairness.TPR && metric != fairness.FPR {
		return Thresholds{}, errors.New("audit: Optimise knows selection_rate, tpr and fpr")
	}
	if len(groups) < 2 || !(gap >= 0 && gap < 1) {
		return Thresholds{}, errors.New("audit: Optimise needs two groups at least, and a gap from 0 to below 1")
	}
	curves := make([][]Cut, len(groups))
	for i, g := range groups {
		if g.Scores == nil || !g.Scores.AUC().Defined {
			return Thresholds{}, fmt.Errorf("audit: group %d needs scores of both outcomes", i+1)
		}
		curves[i] = curve(g)
	}
	best := Thresholds{Accuracy: -1, Single: single(curves)}
	for level := range 1001 {
		t := Thresholds{Cuts: make([]Cut, len(groups))}
		low, high := 1.0, 0.0
		var right, all float64
		for i, c := range curves {
			cut := closest(c, metric, float64(level)/1000)
			t.Cuts[i] = cut
			v := metric.Of(cut.Cell).Value
			low, high = min(low, v), max(high, v)
			right += cut.Cell.TP + cut.Cell.TN
			all += cut.Cell.N
		}
		t.Gap, t.Accuracy, t.Single = high-low, right/all, best.Single
		if t.Gap <= gap && t.Accuracy > best.Accuracy {
			best = t
		}
	}
	if best.Accuracy < 0 {
		return Thresholds{}, errors.New(noThreshold)
	}
	return best, nil
}

// curve is what every threshold would have done, from everybody to nobody.
func curve(g Scored) []Cut {
	out := make([]Cut, fairness.ScoreBins+1)
	for i := range out {
		at := float64(i) / fairness.ScoreBins
		out[i] = Cut{Groups: g.Groups, Threshold: at, Cell: g.Scores.At(at, g.Groups...)}
	}
	return out
}

// closest is the cut whose metric is nearest to the level; of equals the most accurate.
// All three metrics fall as the threshold rises, so the nearest two enclose the level.
func closest(curve []Cut, metric fairness.Metric, level float64) Cut {
	from, to := 0, len(curve)-1
	for to-from > 1 {
		if mid := (from + to) / 2; metric.Of(curve[mid].Cell).Value >= level {
			from = mid
		} else {
			to = mid
		}
	}
	a, b := metric.Of(curve[from].Cell).Value, metric.Of(curve[to].Cell).Value
	v := a
	if math.Abs(b-level) < math.Abs(a-level) {
		from, v = to, b
	}
	best := curve[from]
	for _, step := range []int{-1, 1} {
		for i := from + step; i >= 0 && i < len(curve) && metric.Of(curve[i].Cell).Value == v; i += step {
			if c := curve[i].Cell; c.TP+c.TN > best.Cell.TP+best.Cell.TN {
				best = curve[i]
			}
		}
	}
	return best
}

// single is the best accuracy of one threshold for all.
func single(curves [][]Cut) float64 {
	best := 0.0
	for i := range curves[0] {
		var right, all float64
		for _, c := range curves {
			right += c[i].Cell.TP + c[i].Cell.TN
			all += c[i].Cell.N
		}
		best = max(best, right/all)
	}
	return best
}

// Band is a range of scores around the threshold that a model knows too little about:
// they go to a person. Unlike flipping the answers of one group there, as some reject
// options do, this treats everybody alike, and the person decides.
type Band struct {
	Low, High float64 // who scores at least Low and below High goes to a person
	Share     float64 // of all scores seen
	Errors    float64 // of all wrong answers, the share that a person gets to see
}

// Person tells whether a score goes to a person. So does a score that is not a number.
// It is made for a rule of oversight.
func (b Band) Person(score float64) bool { return !(score < b.Low) && !(score >= b.High) }

// RejectOption is the widest band around the threshold, in steps of a bin to both sides,
// that holds at most the share budget of everybody's scores, budget from 0 to 1: as many
// cases as there are people to look at them.
//
// Source: the idea of a reject option; Chow, IEEE Trans. Inf. Theory 16 (1970); Kamiran,
// Karim, Zhang, ICDM 2012.
func RejectOption(groups []Scored, threshold, budget float64) (Band, error) {
	if !(threshold >= 0 && threshold <= 1) || !(budget >= 0 && budget <= 1) {
		return Band{}, errors.New("audit: threshold and budget must lie between 0 and 1")
	}
	var all fairness.Scores
	for _, g := range groups {
		if g.Scores != nil {
			all.Add(g.Scores)
		}
	}
	cut := int(math.Round(threshold * fairness.ScoreBins))
	var total, wrong float64
	for i := range all.Positive {
		total += all.Positive[i] + all.Negative[i]
		wrong += mistake(&all, i, cut)
	}
	if total == 0 {
		return Band{}, errors.New("audit: there is no score")
	}
	out := Band{Low: float64(cut) / fairness.ScoreBins, High: float64(cut) / fairness.ScoreBins}
	var held, seen float64
	for step := 1; step <= fairness.ScoreBins; step++ {
		for _, i := range []int{cut - step, cut + step - 1} {
			if i >= 0 && i < fairness.ScoreBins {
				held += all.Positive[i] + all.Negative[i]
				seen += mistake(&all, i, cut)
			}
		}
		if held > budget*total {
			break
		}
		out = Band{Low: float64(max(0, cut-step)) / fairness.ScoreBins, High: float64(min(fairness.ScoreBins, cut+step)) / fairness.ScoreBins, Share: held / total}
		if wrong > 0 {
			out.Errors = seen / wrong
		}
	}
	if out.High >= 1 && out.High > out.Low {
		out.High = math.Nextafter(1, 2) // the last bin holds a score of 1
	}
	return out, nil
}

// mistake is how many of a bin's people the threshold gets wrong.
func mistake(s *fairness.Scores, bin, cut int) float64 {
	if bin >= cut {
		return s.Negative[bin]
	}
	return s.Positive[bin]
}
