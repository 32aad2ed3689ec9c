package rank

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Candidate is one item to be ranked.
type Candidate struct {
	Group string
	Score float64 // higher is better; not NaN
}

// Method is a way to rerank.
type Method uint8

// The methods of Geyik, Ambler, Kenthapadi, KDD 2019. The first three keep every
// group's floor for up to three groups; ConstSort keeps it for any number, as long as
// the groups have enough candidates.
const (
	ConstSort    Method = iota // sorts within the floors: best scores that keep them
	Greedy                     // the best score that no ceiling forbids
	Conservative               // the group whose next place is due soonest
	Relaxed                    // as Conservative, but due in the same place counts as equal
)

// Rerank returns the candidates for the first k places, as indices into candidates, so
// that in every top-i each group has at least the floor of its target times i. Nobody
// appears twice. When a group runs out, its places go to the best of the others. Fewer
// candidates than k give all of them.
func Rerank(candidates []Candidate, target Target, k int, method Method) ([]int, error) {
	if err := target.check(); err != nil {
		return nil, err
	}
	if k < 0 {
		return nil, errors.New("rank: k is negative")
	}
	queues := map[string][]int{}
	for i, c := range candidates {
		if _, ok := target[c.Group]; !ok {
			return nil, fmt.Errorf("rank: the group of candidate %d is not in the target", i)
		}
		if math.IsNaN(c.Score) {
			return nil, fmt.Errorf("rank: the score of candidate %d is not a number", i)
		}
		queues[c.Group] = append(queues[c.Group], i)
	}
	for _, q := range queues {
		slices.SortStableFunc(q, func(a, b int) int {
			switch {
			case candidates[a].Score > candidates[b].Score:
				return -1
			case candidates[a].Score < candidates[b].Score:
				return 1
			}
			return 0
		})
	}
	r := &reranker{candidates: candidates, target: target, names: target.groups(), queues: queues, taken: map[string]int{}}
	k = min(k, len(candidates))
	switch method {
	case ConstSort:
		return r.constSort(k), nil
	case Greedy, Conservative, Relaxed:
		return r.deterministic(k, method), nil
	}
	return nil, errors.New("rank: no such method")
}

type reranker struct {
	candidates []Candidate
	target     Target
	names      []string         // in a fixed order, so that ties fall the same way
	queues     map[string][]int // of each group, best first
	taken      map[string]int
}

func (r *reranker) left(g string) bool { return r.taken[g] < len(r.queues[g]) }

// next is the score of the group's best who is left.
func (r *reranker) next(g string) float64 { return r.candidates[r.queues[g][r.taken[g]]].Score }

func (r *reranker) take(g string) int {
	i := r.queues[g][r.taken[g]]
	r.taken[g]++
	return i
}

// best is the group with the best next score among those that ok admits; "" and false
// if none does.
func (r *reranker) best(ok func(g string) bool) (string, bool) {
	return r.pick(ok, func(string) float64 { return 0 })
}

// pick is the group with the smallest key, by score among equals.
func (r *reranker) pick(ok func(g string) bool, key func(g string) float64) (string, bool) {
	choice, found := "", false
	for _, g := range r.names {
		if !r.left(g) || !ok(g) {
			continue
		}
		if !found || key(g) < key(choice) || key(g) == key(choice) && r.next(g) > r.next(choice) {
			choice, found = g, true
		}
	}
	return choice, found
}

func (r *reranker) deterministic(k int, method Method) []int {
	out := make([]int, 0, k)
	for i := 1; i <= k; i++ {
		g, found := r.best(func(g string) bool { return r.taken[g] < floor(r.target[g], i) })
		if !found {
			below := func(g string) bool { return r.taken[g] < ceil(r.target[g], i) }
			due := func(g string) float64 { return float64(ceil(r.target[g], i)) / r.target[g] }
			switch method {
			case Conservative:
				g, found = r.pick(below, due)
			case Relaxed:
				g, found = r.pick(below, func(g string) float64 { return math.Ceil(due(g) - 1e-9) })
			default:
				g, found = r.best(below)
			}
		}
		if !found {
			if g, found = r.best(func(string) bool { return true }); !found {
				break
			}
		}
		out = append(out, r.take(g))
	}
	return out
}

// placed is a candidate with the last place, from 1, at which the floors still hold.
type placed struct {
	candidate int
	latest    int
}

// constSort places, as k grows, whoever a floor newly asks for, and lets them rise past
// worse scores that may come later. The paper's comparison lets an item slip one place
// beyond its last one; here it may not.
func (r *reranker) constSort(k int) []int {
	list := make([]placed, 0, k)
	floors := map[string]int{}
	for i := 1; len(list) < k && i <= 2*len(r.candidates)+k; i++ {
		var due []string
		for _, g := range r.names {
			if f := floor(r.target[g], i); f > floors[g] {
				floors[g] = f
				if r.left(g) {
					due = append(due, g)
				}
			}
		}
		slices.SortStableFunc(due, func(a, b string) int {
			switch {
			case r.next(a) > r.next(b):
				return -1
			case r.next(a) < r.next(b):
				return 1
			}
			return 0
		})
		for _, g := range due {
			list = r.rise(append(list, placed{r.take(g), i}))
		}
	}
	for len(list) < k { // groups have run out, or rounding left a place
		g, found := r.best(func(string) bool { return true })
		if !found {
			break
		}
		list = append(list, placed{r.take(g), math.MaxInt})
	}
	out := make([]int, 0, k)
	for _, p := range list[:min(k, len(list))] {
		out = append(out, p.candidate)
	}
	return out
}

func (r *reranker) rise(list []placed) []placed {
	for at := len(list) - 1; at > 0; at-- {
		above := list[at-1]
		if above.latest < at+1 || r.candidates[above.candidate].Score >= r.candidates[list[at].candidate].Score {
			break
		}
		list[at-1], list[at] = list[at], above
	}
	return list
}
