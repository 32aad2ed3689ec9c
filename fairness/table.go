package fairness

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table is the counts of every combination of groups that was seen. All figures are
// computed from it. It is plain data: it can be stored, sent and added to another.
type Table struct {
	Attributes []string `json:"attributes"`
	Cells      []Cell   `json:"cells"`

	why     string // why every figure is undefined, from a By that could not be done
	partial string // why the counts are not whole, so that they cannot be called fair
}

// Cell is the counts of one combination of groups. Counts are sums of weights, and
// whole numbers where every weight was 1.
type Cell struct {
	Groups     []string `json:"groups"`             // a value for each attribute; "" is not known
	Overflow   bool     `json:"overflow,omitempty"` // all groups beyond the limit of cells, together
	Decisions  uint64   `json:"decisions"`          // how many, whatever their weight
	N          float64  `json:"n"`                  // sum of weights
	Squares    float64  `json:"squares"`            // sum of squared weights
	Favourable float64  `json:"favourable"`         // sum of weights of the favourable ones

	// Labelled decisions, as sums of weights: what was said against what was true.
	TP float64 `json:"tp"`
	FP float64 `json:"fp"`
	FN float64 `json:"fn"`
	TN float64 `json:"tn"`

	Ends Ends `json:"ends"` // calls without a delivered answer, beside the rate
}

// Labelled is the weight of the decisions whose truth is known.
func (c Cell) Labelled() float64 { return c.TP + c.FP + c.FN + c.TN }

// weighted says that some weight is not 1, so that tests for plain counts are not right.
func (c Cell) weighted() bool {
	n := float64(c.Decisions)
	return c.N != n || c.Squares != n
}

// invalid says that a cell cannot have been counted: a negative, infinite or missing
// number, or more favourable answers than answers.
func (c Cell) invalid() bool {
	for _, v := range []float64{c.N, c.Squares, c.Favourable, c.TP, c.FP, c.FN, c.TN} {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return true
		}
	}
	slack := 1e-9 * c.N
	return c.Favourable > c.N+slack || c.N > 0 && !(c.Squares > 0) || c.N > 0 && c.Decisions == 0
}

// Valid tells whether the cell can have been counted: no number negative, infinite or
// missing, and no more favourable answers than answers.
func (c Cell) Valid() bool { return !c.invalid() }

// Known tells whether the cell is one group whose every value is known.
func (c Cell) Known() bool { return !c.Overflow && !c.unknown() }

// unknown says that a value of the cell's groups is not known.
func (c Cell) unknown() bool { return slices.Contains(c.Groups, "") }

func (c *Cell) add(o *Cell) {
	c.Decisions += o.Decisions
	c.N += o.N
	c.Squares += o.Squares
	c.Favourable += o.Favourable
	c.TP, c.FP, c.FN, c.TN = c.TP+o.TP, c.FP+o.FP, c.FN+o.FN, c.TN+o.TN
	c.Ends = c.Ends.plus(o.Ends)
}

// Table returns the counts so far, sorted by group; with a ledger, those of all
// processes and of earlier runs. It does not stop the counting: a decision made
// meanwhile may or may not be in it. A nil Monitor gives an empty Table.
func (m *Monitor) Table() Table {
	if m == nil || m.cells == nil {
		return Table{}
	}
	t := m.local()
	if m.shared != nil {
		t = m.shared.add(t)
	}
	if m.Err() != nil {
		t.partial = "the counts of some processes are missing (see Monitor.Err)"
	}
	return t
}

// local is what this process counted.
func (m *Monitor) local() Table {
	t := Table{Attributes: slices.Clone(m.attributes)}
	m.cells.mu.Lock()
	all := m.cells.all[:len(m.cells.all):len(m.cells.all)]
	m.cells.mu.Unlock()
	for _, c := range all {
		t.Cells = append(t.Cells, c.snapshot(c.groups.Values()))
	}
	if m.cells.full.Load() {
		o := m.cells.other.cell().snapshot(nil)
		o.Overflow = true
		t.Cells = append(t.Cells, o)
	}
	t.sort()
	return t
}

func (c *cell) snapshot(groups []string) Cell {
	yes, no := c.counts.load()
	// Parts before wholes, so that no part is ever larger than its whole.
	favourable, total := c.uneven.favourable.load(), c.uneven.total.load()
	squares, uneven := c.uneven.squares.load(), c.uneven.count.Load()
	out := Cell{
		Groups:     groups,
		Decisions:  yes + no + uneven,
		Favourable: float64(yes) + favourable,
		N:          float64(yes+no) + total,
		Squares:    float64(yes+no) + squares,
		TN:         c.truth[trueNegative].load(),
		FN:         c.truth[falseNegative].load(),
		FP:         c.truth[falsePositive].load(),
		TP:         c.truth[truePositive].load(),
	}
	out.Ends.Settled = c.settled.Load()
	out.Ends.Denied = c.ends[endDenied].Load()
	out.Ends.Fallback = c.ends[endFallback].Load()
	out.Ends.Held = c.ends[endHeld].Load()
	out.Ends.Stopped = c.ends[endStopped].Load()
	out.Ends.Abandoned = c.ends[endAbandoned].Load()
	out.Ends.Failed = c.ends[endFailed].Load()
	return out
}

// sort puts the overflow last and the rest in the order of their values.
func (t Table) sort() {
	slices.SortFunc(t.Cells, func(a, b Cell) int {
		if a.Overflow != b.Overflow {
			if a.Overflow {
				return 1
			}
			return -1
		}
		return slices.Compare(a.Groups, b.Groups)
	})
}

// By adds the cells up to some of the attributes: By("sex") is one row for each sex,
// By("sex", "age") one for each intersection, and By() one row for everybody. An
// attribute the table does not have gives an empty table whose every figure is
// undefined and says why.
func (t Table) By(attributes ...string) Table {
	out := Table{Attributes: slices.Clone(attributes), why: t.why, partial: t.partial}
	at := make([]int, len(attributes))
	for i, name := range attributes {
		at[i] = slices.Index(t.Attributes, name)
		if at[i] < 0 {
			out.why = "the table has no attribute " + strconv.Quote(name)
			return out
		}
	}
	rows := make(map[string]int, len(t.Cells))
	values := make([]string, len(at))
	for i := range t.Cells {
		c := &t.Cells[i]
		overflow := c.Overflow && len(at) > 0 // everybody includes the overflow
		if !c.Overflow && len(c.Groups) != len(t.Attributes) {
			out.why = fmt.Sprintf("cell %d has %d values for %d attributes", i, len(c.Groups), len(t.Attributes))
			out.Cells = nil
			return out
		}
		for j, k := range at {
			values[j] = ""
			if !c.Overflow {
				values[j] = c.Groups[k]
			}
		}
		key := rowKey(overflow, values)
		row, ok := rows[key]
		if !ok {
			row = len(out.Cells)
			rows[key] = row
			out.Cells = append(out.Cells, Cell{Groups: slices.Clone(values), Overflow: overflow})
		}
		out.Cells[row].add(c)
	}
	out.sort()
	return out
}

// rowKey is one string for a list of values; lengths keep ("a","bc") and ("ab","c") apart.
func rowKey(overflow bool, values []string) string {
	var b strings.Builder
	b.WriteString(strconv.FormatBool(overflow))
	for _, v := range values {
		b.WriteString(strconv.Itoa(len(v)))
		b.WriteByte(':')
		b.WriteString(v)
	}
	return b.String()
}

// Merge adds the counts of tables over the same attributes: of processes, machines or
// days. Whole numbers add up exactly, in any order.
func Merge(tables ...Table) (Table, error) {
	if len(tables) == 0 {
		return Table{}, nil
	}
	all := Table{Attributes: tables[0].Attributes}
	for i, t := range tables {
		if !slices.Equal(t.Attributes, all.Attributes) {
			return Table{}, fmt.Errorf("fairness: table %d has other attributes than the first", i+1)
		}
		all.Cells = append(all.Cells, t.Cells...)
		if t.partial != "" {
			all.partial = t.partial
		}
	}
	out := all.By(all.Attributes...)
	if out.why != "" {
		return Table{}, fmt.Errorf("fairness: cannot merge: %s", out.why)
	}
	return out, nil
}
