package stats

import "math"

// relation ties the rates of two groups together: a = scale*b + shift.
type relation struct{ scale, shift float64 }

func (r relation) of(b float64) float64 { return min(1, max(0, r.scale*b+r.shift)) }

// span is the range of b for which a is a rate too.
func (r relation) span() (from, to float64) {
	if r.scale > 0 {
		return max(0, -r.shift/r.scale), min(1, (1-r.shift)/r.scale)
	}
	return 0, 1
}

// logEPair is the log e-value against the relation: what a Jeffreys mixture of all
// pairs of rates gains on the best pair that obeys it.
func logEPair(a, b Count, r relation) float64 {
	from, to := r.span()
	at := func(m float64) float64 { return divergence(a, r.of(m)) + divergence(b, m) }
	for range 200 {
		mid := from + (to-from)/2
		if mid == from || mid == to {
			break
		}
		if r.scale*pull(a, r.of(mid))+pull(b, mid) < 0 {
			from = mid
		} else {
			to = mid
		}
	}
	return mixture(a) + mixture(b) + min(at(from), at(to))
}

// LogEPairRatio is the log e-value against "a's rate is ratio times b's", ratio >= 0.
// Where a's observed ratio is larger, it is also one against "at most ratio times",
// and where it is smaller, against "at least".
func LogEPairRatio(a, b Count, ratio float64) float64 {
	if !a.valid() || !b.valid() || !(ratio >= 0 && ratio <= math.MaxFloat64) {
		return math.Inf(-1)
	}
	return logEPair(a, b, relation{scale: ratio})
}

// LogEPairGap is the log e-value against "a's rate is b's plus gap", -1 <= gap <= 1.
func LogEPairGap(a, b Count, gap float64) float64 {
	if !a.valid() || !b.valid() || !(gap >= -1 && gap <= 1) {
		return math.Inf(-1)
	}
	return logEPair(a, b, relation{scale: 1, shift: gap})
}

// GapSeq is a confidence sequence for the difference of two rates, a's less b's, in
// [-1, 1]: all gaps that LogEPairGap does not reject. It is tighter than what the two
// rates' own sequences give, because both need not lie at their ends at once.
func GapSeq(a, b Count, alpha float64) Interval {
	if !bothSeen(a, b, alpha) {
		return Interval{-1, 1}
	}
	inside := func(gap float64) bool { return LogEPairGap(a, b, gap) < Alarm(alpha) }
	seen := a.Rate() - b.Rate()
	return Interval{boundary(inside, seen, -1), boundary(inside, seen, 1)}
}

// RatioSeq is a confidence sequence for the ratio of two rates, a's over b's, in
// [0, +Inf]: all ratios that the tests in both directions (LogEBelow, LogEAbove) and the
// one without (LogEPairRatio) do not reject together.
func RatioSeq(a, b Count, alpha float64) Interval {
	out := Interval{0, math.Inf(1)}
	if !bothSeen(a, b, alpha) || a.Yes == 0 && b.Yes == 0 {
		return out
	}
	if a.Yes == 0 || b.Yes > 0 && a.Rate() <= b.Rate() {
		inside := func(ratio float64) bool { return mayBe(a, b, ratio, alpha) }
		seen := a.Rate() / b.Rate()
		out.Low = boundary(inside, seen, 0)
		high := max(1, 2*seen)
		for inside(high) {
			if high *= 2; high > 1e12 {
				return out // nothing bounds it
			}
		}
		out.High = boundary(inside, seen, high)
		return out
	}
	// Turn it around, so that one search does for both directions.
	turned := RatioSeq(b, a, alpha)
	if turned.High > 0 {
		out.Low = 1 / turned.High
	}
	if turned.Low > 0 {
		out.High = 1 / turned.Low
	}
	return out
}

// mayBe tells whether a's rate may be ratio times b's.
func mayBe(a, b Count, ratio, alpha float64) bool {
	whole := LogEPairRatio(a, b, ratio)
	out := whole + math.Log(universal)
	switch gain := whole - mixture(a) - mixture(b); {
	case gain < Alarm(alpha): // no alternative gains more than the best one
		return true
	case out >= Alarm(alpha):
		return false
	}
	each := math.Log((1 - universal) / 2)
	out = logSum(out, each+LogEBelow(a, b, ratio))
	return logSum(out, each+LogEAbove(a, b, ratio)) < Alarm(alpha)
}

func bothSeen(a, b Count, alpha float64) bool {
	return a.valid() && b.valid() && a.N() > 0 && b.N() > 0 && alpha > 0 && alpha < 1
}

// boundary walks from a value that is inside towards end and returns the first that
// is not, or end.
func boundary(inside func(float64) bool, in, end float64) float64 {
	if inside(end) {
		return end
	}
	out := end
	for range 60 {
		mid := in + (out-in)/2
		if math.Abs(out-in) <= 1e-11*math.Abs(mid) {
			break
		}
		if inside(mid) {
			in = mid
		} else {
			out = mid
		}
	}
	return out
}

// GapOf is the range of the difference of two rates that lie in a and b.
func GapOf(a, b Interval) Interval {
	return Interval{a.Low - b.High, a.High - b.Low}
}

// RatioOf is the range of the ratio of two rates that lie in a and b.
func RatioOf(a, b Interval) Interval {
	out := Interval{0, math.Inf(1)}
	if b.High > 0 {
		out.Low = a.Low / b.High
	}
	if b.Low > 0 {
		out.High = a.High / b.Low
	}
	return out
}
