package stats

import "math"

// farthest is the largest growth of the data that Until looks ahead.
const farthest = 1 << 20

// Until estimates how many more trials are needed until decided says yes, if the
// rates and the shares of the groups stay as they are: the groups grow together, at
// a rate drawn towards the pooled one as if by half a trial, because 0 of 3 is no
// promise of 0 of 300. ok is false when no data are there, or when even a million
// times the data would not decide it (the rates lie too close to the limit).
//
// It is a plan, not a promise: the answer moves as data come in.
func Until(counts []Count, decided func([]Count) bool) (more float64, ok bool) {
	if !allValid(counts) {
		return 0, false
	}
	var pool Count
	for _, c := range counts {
		pool.Yes += c.Yes
		pool.No += c.No
	}
	n := pool.N()
	if n <= 0 {
		return 0, false
	}
	grown := make([]Count, len(counts))
	reaches := func(times float64) bool {
		for i, c := range counts {
			size := c.N()
			rate := (c.Yes + 0.5*pool.Rate()) / (size + 0.5)
			extra := size * (times - 1)
			grown[i] = Count{c.Yes + extra*rate, c.No + extra*(1-rate)}
		}
		return decided(grown)
	}
	if reaches(1) {
		return 0, true
	}
	low, high := 1.0, 2.0
	for !reaches(high) {
		if low, high = high, high*2; high > farthest {
			return 0, false
		}
	}
	for (high-low)*n > 1 && high-low > 1e-3*low {
		if mid := low + (high-low)/2; reaches(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return math.Ceil((high - 1) * n), true
}
