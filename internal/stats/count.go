package stats

import "math"

// Count is how often something happened (Yes) and did not (No) in one group.
type Count struct {
	Yes, No float64
}

// N is the number of trials, Yes + No.
func (c Count) N() float64 { return c.Yes + c.No }

// Rate is Yes/N, and 0 for an empty Count: ask N first.
func (c Count) Rate() float64 {
	if n := c.N(); n > 0 {
		return c.Yes / n
	}
	return 0
}

// valid tells whether both counts are finite and not negative. NaN fails every
// comparison, so it fails this one.
func (c Count) valid() bool {
	return c.Yes >= 0 && c.No >= 0 && c.N() <= math.MaxFloat64
}

func allValid(counts []Count) bool {
	for _, c := range counts {
		if !c.valid() {
			return false
		}
	}
	return true
}

// Interval is a closed range of plausible values.
type Interval struct {
	Low, High float64
}

// Contains tells whether v lies in the interval, its ends included.
func (i Interval) Contains(v float64) bool { return i.Low <= v && v <= i.High }

// anything is the interval of a rate about which nothing is known.
var anything = Interval{0, 1}
