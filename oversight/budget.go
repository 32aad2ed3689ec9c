package oversight

import (
	"math"
	"sync/atomic"
	"time"
)

// hourly is how much came in an hour, read as a forecast of the next. Its rate is predictable: it depends on what came before a case
// and never on the case, so the probability that follows from it can be divided by. (A token bucket lets the arrivals of the
// very moment decide, and nobody can say afterwards with which probability a case was drawn.)
type hourly struct {
	hour, sum, last atomic.Int64 // sums in units of 1/unit
}

const unit = 1 << 20

// forecast is the larger of the hour before and this hour so far, before x is added to it. Where several cases race over the turn
// of an hour one may be missing from a sum: what was drawn with which probability is exact all the same.
func (h *hourly) forecast(at time.Time, x float64) float64 {
	hour, old := at.Unix()/3600, h.hour.Load()
	if hour < old {
		// What began earlier and took long counts in this hour; unless this hour lies far ahead, where a wrong clock has put it.
		if hour = old; old > time.Now().Unix()/3600+1 {
			hour = at.Unix() / 3600
		}
	}
	if hour != old && h.hour.CompareAndSwap(old, hour) {
		sum := h.sum.Swap(0)
		if hour != old+1 {
			sum = 0 // nothing came in the hour before
		}
		h.last.Store(sum)
	}
	step := int64(math.Ceil(x * unit))
	before := h.sum.Add(step) - step
	return float64(max(before, h.last.Load())) / unit
}

// share is min(1, budget/forecast).
func share(budget, forecast float64) float64 {
	if forecast <= budget {
		return 1
	}
	return budget / forecast
}

// rationed applies the budget and the floors to the probability that rate and rules gave to a case that nothing holds. It also gives
// what the budget leaves of any probability now.
func (s *sampler) rationed(p float64, stratum string, at time.Time) (rationed, cut float64) {
	cut = 1
	if s.budget > 0 {
		cut = share(s.budget, s.wanted.forecast(at, p))
		p *= cut
	}
	if f := s.floors[stratum]; f != nil {
		p = max(p, share(f.least, f.seen.forecast(at, 1)))
	}
	return p, cut
}

type floor struct {
	least float64 // cases an hour
	seen  hourly
}
