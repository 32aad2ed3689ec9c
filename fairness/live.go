package fairness

import (
	"context"
	"slices"
	"sync/atomic"
)

// histogram is a cell's scores by true outcome: 1,024 bins each, 16 KiB a cell, made for
// the first score of a cell.
type histogram struct {
	positive, negative [ScoreBins]sum
	positives, all     sum
}

// GroupScores is the distribution of one group's scores.
type GroupScores struct {
	Groups   []string // a value for each attribute; empty is not known
	Overflow bool     // the groups beyond the limit of cells, together
	Scores   *Scores
}

// Score counts the score of one decision, in [0, 1], when its true outcome has become
// known: a second, later call beside Observe, as Label is. Groups are completed from the
// context as in Observe, weight 0 means 1. From the scores follow AUC, calibration and
// the answers at every threshold, by group. They live in this process only, take 16 KiB
// for each combination of groups, and are not written to the ledger. Errors match
// ErrNotCounted.
func (m *Monitor) Score(ctx context.Context, g Groups, score float64, truth bool, weight float64) error {
	c, err := m.cell(ctx, &g)
	if err != nil {
		return err
	}
	if weight == 0 {
		weight = 1
	}
	if !(score >= 0 && score <= 1) || !(weight > 0 && weight <= maxWeight) {
		return notCounted(ctx, "a score must lie in [0, 1] and a weight between 0 and 1,000,000")
	}
	h := c.scores.get()
	bin := scoreBin(score)
	if truth {
		h.positive[bin].add(weight)
		h.positives.add(weight)
	} else {
		h.negative[bin].add(weight)
	}
	h.all.add(weight * score)
	return nil
}

// lazily makes a histogram once.
type lazily struct{ p atomic.Pointer[histogram] }

func (l *lazily) get() *histogram {
	if h := l.p.Load(); h != nil {
		return h
	}
	l.p.CompareAndSwap(nil, &histogram{})
	return l.p.Load()
}

// Scores adds the scores so far up to some of the attributes, as Table.By does: none is
// everybody. Groups without a score are not in it. A name the monitor does not have, or
// a nil Monitor, gives nothing.
func (m *Monitor) Scores(attributes ...string) []GroupScores {
	if m == nil || m.cells == nil {
		return nil
	}
	at := make([]int, len(attributes))
	for i, name := range attributes {
		if at[i] = slices.Index(m.attributes, name); at[i] < 0 {
			return nil
		}
	}
	m.cells.mu.Lock()
	all := slices.Clone(m.cells.all)
	m.cells.mu.Unlock()
	var out []GroupScores
	rows := map[string]int{}
	for _, c := range append(all, m.cells.other.cell()) {
		h := c.scores.p.Load()
		if h == nil {
			continue
		}
		overflow := c == m.cells.other.cell() && len(at) > 0
		values := make([]string, len(at))
		for i, k := range at {
			values[i] = c.groups.value[k]
		}
		key := rowKey(overflow, values)
		row, ok := rows[key]
		if !ok {
			row = len(out)
			rows[key] = row
			out = append(out, GroupScores{Groups: values, Overflow: overflow, Scores: &Scores{}})
		}
		h.addTo(out[row].Scores)
	}
	slices.SortFunc(out, func(a, b GroupScores) int {
		if a.Overflow != b.Overflow {
			return bit(a.Overflow) - bit(b.Overflow)
		}
		return slices.Compare(a.Groups, b.Groups)
	})
	return out
}

func (h *histogram) addTo(s *Scores) {
	for i := range h.positive {
		s.Positive[i] += h.positive[i].load()
		s.Negative[i] += h.negative[i].load()
	}
	s.positives += h.positives.load()
	s.sum += h.all.load()
}
