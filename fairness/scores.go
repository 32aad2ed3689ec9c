package fairness

import (
	"errors"
	"math"
)

// ScoreBins is how finely a Scores tells scores apart.
const ScoreBins = 1024

// Scores is the distribution of one group's scores in [0, 1], by true outcome, in
// ScoreBins bins of equal width: from it follow AUC, calibration and the counts at
// every threshold, without keeping a score. The zero Scores is empty and ready. It is
// plain data and not safe for concurrent use; two are added with Add.
type Scores struct {
	Positive, Negative [ScoreBins]float64 // weights, by true outcome
	positives, sum     float64            // of truly positive, and of all scores
}

// Observe counts one score with its true outcome. A score outside [0, 1] or a weight
// that is not positive is an error and changes nothing.
func (s *Scores) Observe(score float64, truth bool, weight float64) error {
	if !(score >= 0 && score <= 1) || !(weight > 0 && weight <= maxWeight) {
		return errors.New("fairness: a score must lie in [0, 1] and a weight above 0")
	}
	i := scoreBin(score)
	if truth {
		s.Positive[i] += weight
		s.positives += weight
	} else {
		s.Negative[i] += weight
	}
	s.sum += weight * score
	return nil
}

// scoreBin is the bin of a score in [0, 1]; the last one holds 1 too.
func scoreBin(score float64) int { return min(ScoreBins-1, int(score*ScoreBins)) }

// Add adds the counts of another.
func (s *Scores) Add(o *Scores) {
	for i := range s.Positive {
		s.Positive[i] += o.Positive[i]
		s.Negative[i] += o.Negative[i]
	}
	s.positives += o.positives
	s.sum += o.sum
}

// AUC is the chance that a truly positive person scores higher than a truly negative
// one, ties and scores of one bin counting half: within one in a thousand of the exact
// figure for scores that are spread out.
func (s *Scores) AUC() Figure {
	var wins, positive, negative float64
	for i := range s.Positive {
		wins += s.Positive[i] * (negative + s.Negative[i]/2)
		positive += s.Positive[i]
		negative += s.Negative[i]
	}
	switch {
	case positive == 0:
		return noFigure(noPositive)
	case negative == 0:
		return noFigure(noNegative)
	}
	return figure(wins / (positive * negative))
}

// KS is the largest difference between the distributions of the scores of truly
// positive and truly negative people.
func (s *Scores) KS() Figure {
	var p, n, positive, negative, worst float64
	for i := range s.Positive {
		positive += s.Positive[i]
		negative += s.Negative[i]
	}
	switch {
	case positive == 0:
		return noFigure(noPositive)
	case negative == 0:
		return noFigure(noNegative)
	}
	for i := range s.Positive {
		p += s.Positive[i] / positive
		n += s.Negative[i] / negative
		worst = max(worst, math.Abs(p-n))
	}
	return figure(worst)
}

// Calibration is one step of a calibration curve.
type Calibration struct {
	From, To float64 // the scores of the step
	Observed Rate    // how many of them were truly positive
}

// Calibration cuts the scores into steps of equal width, 1 to ScoreBins of them (a
// divisor of ScoreBins), and tells how often people of each were truly positive. A
// calibrated score has about its own value there, for every group.
func (s *Scores) Calibration(steps int) ([]Calibration, error) {
	if steps < 1 || steps > ScoreBins || ScoreBins%steps != 0 {
		return nil, errors.New("fairness: the number of steps must divide 1,024")
	}
	width := ScoreBins / steps
	out := make([]Calibration, steps)
	for k := range out {
		var yes, no float64
		for i := k * width; i < (k+1)*width; i++ {
			yes += s.Positive[i]
			no += s.Negative[i]
		}
		out[k] = Calibration{
			From: float64(k) / float64(steps), To: float64(k+1) / float64(steps),
			Observed: rateOf(yes, yes+no, 1, noLabelled),
		}
	}
	return out, nil
}

// CalibrationInTheLarge is the mean score less the share of truly positive people: above
// 0 the group is scored too high.
func (s *Scores) CalibrationInTheLarge() Figure {
	var all float64
	for i := range s.Positive {
		all += s.Positive[i] + s.Negative[i]
	}
	if all == 0 {
		return noFigure(noLabelled)
	}
	return figure((s.sum - s.positives) / all)
}

// At is the cell of the group if everybody with a score of at least the threshold were
// favourable; the threshold is rounded to the nearest bin.
func (s *Scores) At(threshold float64, groups ...string) Cell {
	cut := int(math.Round(min(1, max(0, threshold)) * ScoreBins))
	c := Cell{Groups: groups}
	for i := range s.Positive {
		if i >= cut {
			c.TP += s.Positive[i]
			c.FP += s.Negative[i]
		} else {
			c.FN += s.Positive[i]
			c.TN += s.Negative[i]
		}
	}
	c.N, c.Favourable = c.Labelled(), c.TP+c.FP
	c.Squares, c.Decisions = c.N, uint64(math.Round(c.N))
	return c
}
