package explain

import "slices"

// search looks for a set of changes, given by their places in ascending order.
type search[In any] struct {
	m         model[In]
	in        In
	changes   []Change[In]
	threshold float64
	up        bool // the score has to rise
	budget    int
}

func (s *search[In]) flips(score float64) bool {
	if s.up {
		return score >= s.threshold
	}
	return score < s.threshold
}

// score runs f with a set of changes, applied from the last to the first.
func (s *search[In]) score(set []int) float64 {
	other := s.in
	for _, i := range slices.Backward(set) {
		s.changes[i].Apply(&other)
	}
	return s.m.at(&other)
}

// clash says whether a change would be the second of its field.
func (s *search[In]) clash(set []int, i int) bool {
	return slices.ContainsFunc(set, func(j int) bool { return s.changes[j].Field == s.changes[i].Field })
}

// bySize tries all sets of one change, of two, and so on, while the next size fits into half of the budget. smallest says that the
// answer is certain: the set found has the fewest changes, or, without one, there is none.
func (s *search[In]) bySize() (set []int, smallest bool) {
	n := len(s.changes)
	sets := 1
	for size := 1; size <= n; size++ {
		sets = sets * (n - size + 1) / size
		if sets > s.budget/2-s.m.evals {
			return nil, false
		}
		if set = s.ofSize(make([]int, 0, size), 0, size); set != nil {
			return set, true
		}
		if s.m.err != nil {
			return nil, false
		}
	}
	return nil, true
}

func (s *search[In]) ofSize(set []int, from, size int) []int {
	if len(set) == size {
		if y := s.score(set); s.m.err == nil && s.flips(y) {
			return slices.Clone(set)
		}
		return nil
	}
	for i := from; i <= len(s.changes)-(size-len(set)) && s.m.err == nil; i++ {
		if s.clash(set, i) {
			continue
		}
		if found := s.ofSize(append(set, i), i+1, size); found != nil {
			return found
		}
	}
	return nil
}

// greedy adds the change that moves the score furthest until the answer turns; nil if it never does, or not within the budget.
func (s *search[In]) greedy() []int {
	var set []int
	for {
		best, at := 0.0, -1
		for i := range s.changes {
			if slices.Contains(set, i) || s.clash(set, i) {
				continue
			}
			if s.m.evals >= s.budget-1 {
				s.m.err = fail(ErrBudget, "raise Options.MaxEvals or pass fewer changes", nil)
			}
			y := s.score(with(set, i))
			if s.m.err != nil {
				return nil
			}
			if at < 0 || s.up && y > best || !s.up && y < best {
				best, at = y, i
			}
		}
		if at < 0 {
			return nil
		}
		set = with(set, at)
		if s.flips(best) {
			return set
		}
	}
}

// minimal takes changes out as long as the answer stays turned without one of them.
func (s *search[In]) minimal(set []int) []int {
	for again := true; again; {
		again = false
		for k := range set {
			if s.m.evals >= s.budget-1 { // one is kept for the last run
				s.m.err = fail(ErrBudget, "raise Options.MaxEvals or pass fewer changes", nil)
				return nil
			}
			less := slices.Concat(set[:k], set[k+1:])
			if y := s.score(less); s.m.err == nil && s.flips(y) {
				set, again = less, true
				break
			}
		}
		if s.m.err != nil {
			return nil
		}
	}
	return set
}

// with is the set and i, in order.
func with(set []int, i int) []int {
	at, _ := slices.BinarySearch(set, i)
	return slices.Insert(slices.Clone(set), at, i)
}
