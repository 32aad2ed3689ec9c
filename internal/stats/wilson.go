package stats

import "math"

// Z is the number of standard deviations that hold the share conf of a normal
// distribution in its middle: 1.96 for 0.95. It is NaN outside (0, 1).
func Z(conf float64) float64 {
	if !(conf > 0 && conf < 1) {
		return math.NaN()
	}
	return math.Sqrt2 * math.Erfinv(conf)
}

// Wilson is the score interval of a rate at confidence conf, say 0.95. It holds its
// level for small counts and never leaves [0, 1]. For one look only: for a figure
// that is watched, use ConfSeq. An empty count or a conf outside (0, 1) gives [0, 1].
//
// Source: E. B. Wilson, JASA 22 (1927) 209-212.
func Wilson(c Count, conf float64) Interval {
	z := Z(conf)
	if !c.valid() || c.N() <= 0 || math.IsNaN(z) {
		return anything
	}
	n := c.N()
	p := c.Yes / n
	z2 := z * z
	mid := p + z2/(2*n)
	half := z * math.Sqrt(p*(c.No/n)/n+z2/(4*n*n))
	scale := 1 + z2/n
	out := Interval{max(0, (mid-half)/scale), min(1, (mid+half)/scale)}
	// The ends are exact where nothing or everything happened; say so, not 1e-17.
	if c.Yes == 0 {
		out.Low = 0
	}
	if c.No == 0 {
		out.High = 1
	}
	return out
}
