package report

import "github.com/fairlead-go/fairlead/fairness"

// suppression decides which rows are not shown. A row is hidden if few people are
// behind it, and others with it, until nothing hidden can be worked out from what is
// shown: in every line whose total is known from another view, either no row is hidden
// or at least two are. A row hidden by one attribute takes its intersections along.
type suppression struct {
	minCell uint64
	hidden  map[string]bool // attribute and value of the rows hidden so far
}

func (s *suppression) rows(t fairness.Table) []bool {
	hidden := make([]bool, len(t.Cells))
	for i, c := range t.Cells {
		people := c.Decisions + c.Ends.Total()
		hidden[i] = people > 0 && people < s.minCell
		for j, name := range t.Attributes {
			if len(t.Attributes) > 1 && j < len(c.Groups) && s.hidden[name+"\x00"+c.Groups[j]] {
				hidden[i] = true
			}
		}
	}
	for s.complement(t, hidden) {
	}
	if len(t.Attributes) == 1 {
		for i, c := range t.Cells {
			if hidden[i] && len(c.Groups) == 1 {
				s.hidden[t.Attributes[0]+"\x00"+c.Groups[0]] = true
			}
		}
	}
	return hidden
}

// complement hides one more row of the first line in which a single one is hidden, and
// tells whether there was such a line.
func (s *suppression) complement(t fairness.Table, hidden []bool) bool {
	everything := func(fairness.Cell) bool { return true }
	if hideOneMore(t, hidden, everything) {
		return true
	}
	if len(t.Attributes) < 2 {
		return false
	}
	for j := range t.Attributes {
		done := map[string]bool{}
		for _, c := range t.Cells {
			if j >= len(c.Groups) || done[c.Groups[j]] {
				continue
			}
			value := c.Groups[j]
			done[value] = true
			if hideOneMore(t, hidden, func(o fairness.Cell) bool { return j < len(o.Groups) && o.Groups[j] == value }) {
				return true
			}
		}
	}
	return false
}

func hideOneMore(t fairness.Table, hidden []bool, in func(fairness.Cell) bool) bool {
	count, next := 0, -1
	for i, c := range t.Cells {
		switch {
		case !in(c):
		case hidden[i]:
			count++
		case next < 0 || c.Decisions < t.Cells[next].Decisions:
			next = i
		}
	}
	if count != 1 || next < 0 {
		return false
	}
	hidden[next] = true
	return true
}
