package stats

import (
	"cmp"
	"slices"
)

// descending returns the indices of v from its largest value to its smallest; NaN is
// smallest.
func descending(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v[b], v[a]) })
	return order
}
