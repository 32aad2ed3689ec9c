package stats

import "math"

// An e-process is evidence against a null hypothesis that may be looked at at any
// time: if the hypothesis is true, the chance that it ever reaches 1/alpha is at
// most alpha (Ville's inequality). The three below are functions of counts only, so
// the counts of many processes may be added first. They are given as logarithms:
// alarm at Alarm(alpha). They assume that each group's rate is constant; where rates
// drift while the mix of groups changes too, cut time into blocks and add the
// blocks' logarithms.
//
// Source: universal inference (Wasserman, Ramdas, Balakrishnan, PNAS 117, 2020) with
// a Jeffreys mixture as the alternative.

// Alarm is the log e-value from which the null hypothesis is rejected at level
// alpha: ln(1/alpha).
func Alarm(alpha float64) float64 { return -math.Log(alpha) }

// LogE is the log e-value against "all groups have the same rate". Groups without
// data change nothing. Fewer than two groups with data give no evidence.
func LogE(counts []Count) float64 {
	if !allValid(counts) {
		return math.Inf(-1)
	}
	var pool Count
	for _, c := range counts {
		pool.Yes += c.Yes
		pool.No += c.No
	}
	p := pool.Rate()
	var e float64
	for _, c := range counts {
		e += mixture(c) + divergence(c, p)
	}
	return e
}

// LogERatio is the log e-value against "every group's rate is at least ratio times
// every other's", 0 < ratio <= 1. With 0.8 it is the four-fifths rule as a test. Any
// number of groups costs one test, not one for each pair.
func LogERatio(counts []Count, ratio float64) float64 {
	if !(ratio > 0 && ratio <= 1) || !allValid(counts) {
		return math.Inf(-1)
	}
	return logETolerance(counts, band{scale: ratio})
}

// LogEGap is the log e-value against "no two groups' rates are further apart than
// gap", 0 <= gap < 1.
func LogEGap(counts []Count, gap float64) float64 {
	if !(gap >= 0 && gap < 1) || !allValid(counts) {
		return math.Inf(-1)
	}
	return logETolerance(counts, band{scale: 1, shift: gap})
}

// band is a null region: all rates lie in [low(m), m] for some highest rate m.
type band struct{ scale, shift float64 }

func (b band) low(m float64) float64 { return max(0, b.scale*m-b.shift) }

// start is the m whose lower end is p.
func (b band) start(p float64) float64 { return (p + b.shift) / b.scale }

// logETolerance needs the best likelihood inside the region. For a given m every
// group takes its own rate clipped into the band; the loss is convex in m, so its
// minimum is where the slope changes sign.
func logETolerance(counts []Count, b band) float64 {
	var e float64
	lowest, highest := 2.0, -1.0
	for _, c := range counts {
		if c.N() <= 0 {
			continue
		}
		e += mixture(c)
		lowest, highest = min(lowest, c.Rate()), max(highest, c.Rate())
	}
	if highest < 0 || lowest >= b.low(highest) {
		return e // what was seen lies inside the region: nothing to lose
	}
	from, to := b.start(lowest), highest
	for range 200 {
		mid := from + (to-from)/2
		if mid == from || mid == to {
			break
		}
		if slope(counts, b, mid) < 0 {
			from = mid
		} else {
			to = mid
		}
	}
	return e + min(loss(counts, b, from), loss(counts, b, to))
}

// loss is the likelihood lost by forcing all rates into the band below m.
func loss(counts []Count, b band, m float64) float64 {
	var d float64
	for _, c := range counts {
		if c.N() > 0 {
			d += divergence(c, min(m, max(b.low(m), c.Rate())))
		}
	}
	return d
}

// slope is the derivative of loss by m.
func slope(counts []Count, b band, m float64) float64 {
	low := b.low(m)
	var d float64
	for _, c := range counts {
		switch {
		case c.N() <= 0:
		case c.Rate() > m:
			d += pull(c, m)
		case c.Rate() < low:
			d += b.scale * pull(c, low)
		}
	}
	return d
}

// pull is the derivative of divergence by p.
func pull(c Count, p float64) float64 {
	var d float64
	if c.Yes > 0 {
		d -= c.Yes / p
	}
	if c.No > 0 {
		d += c.No / (1 - p)
	}
	return d
}
