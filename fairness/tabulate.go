package fairness

import (
	"errors"
	"fmt"
	"slices"
)

// Column is one attribute of a batch, dictionary-coded: row i has the value
// Names[Codes[i]].
type Column struct {
	Attribute string
	Names     []string // no name twice; "" is not known
	Codes     []uint16
}

// maxBatchCells bounds the cross product of the columns: beyond it a batch is sparse,
// and a Monitor counts it better.
const maxBatchCells = 1 << 20

// Tabulate counts a finished batch: favourable says what each row got, truth what was
// true about it, or is nil without labels. All columns have one code a row. A code
// without a name is an error that names the row.
func Tabulate(columns []Column, favourable, truth []bool) (Table, error) {
	size, err := checkColumns(columns, favourable, truth)
	if err != nil {
		return Table{}, err
	}
	// One counter for each cell and combination of answer and truth, found by one sum a
	// row: this loop is the whole cost of a batch.
	counts := make([][4]uint32, size)
	first := columns[0].Codes
	index := make([]uint32, len(first))
	for i, code := range first {
		index[i] = uint32(code)
	}
	for _, c := range columns[1:] {
		width := uint32(len(c.Names))
		for i, code := range c.Codes {
			index[i] = index[i]*width + uint32(code)
		}
	}
	if truth == nil {
		for i, at := range index {
			counts[at][bit(favourable[i])<<1]++
		}
	} else {
		for i, at := range index {
			counts[at][bit(favourable[i])<<1|bit(truth[i])]++
		}
	}
	return fromCounts(columns, counts, truth != nil), nil
}

func bit(b bool) int {
	// The compiler makes this one instruction.
	var i int
	if b {
		i = 1
	}
	return i & 1
}

func checkColumns(columns []Column, favourable, truth []bool) (size int, err error) {
	if len(columns) == 0 || len(columns) > MaxAttributes {
		return 0, fmt.Errorf("fairness: %d columns: give between 1 and %d", len(columns), MaxAttributes)
	}
	rows := len(favourable)
	if rows == 0 {
		return 0, errors.New("fairness: the batch is empty")
	}
	if int64(rows) > 1<<32-1 {
		return 0, errors.New("fairness: more than 4,294,967,295 rows: count them in parts and Merge")
	}
	if truth != nil && len(truth) != rows {
		return 0, fmt.Errorf("fairness: %d labels for %d rows", len(truth), rows)
	}
	size = 1
	for k, c := range columns {
		if c.Attribute == "" || slices.ContainsFunc(columns[:k], func(o Column) bool { return o.Attribute == c.Attribute }) {
			return 0, fmt.Errorf("fairness: column %d needs an attribute name of its own", k+1)
		}
		if len(c.Codes) != rows {
			return 0, fmt.Errorf("fairness: column %q has %d codes for %d rows", c.Attribute, len(c.Codes), rows)
		}
		sorted := slices.Sorted(slices.Values(c.Names))
		if len(slices.Compact(sorted)) != len(c.Names) {
			return 0, fmt.Errorf("fairness: column %q names a group twice", c.Attribute)
		}
		for i, code := range c.Codes {
			if int(code) >= len(c.Names) {
				return 0, fmt.Errorf("fairness: column %q: row %d has a code without a name", c.Attribute, i+1)
			}
		}
		if size *= len(c.Names); size > maxBatchCells {
			return 0, fmt.Errorf("fairness: more than %d combinations of groups: use fewer columns or a Monitor", maxBatchCells)
		}
	}
	return size, nil
}

func fromCounts(columns []Column, counts [][4]uint32, labelled bool) Table {
	t := Table{}
	for _, c := range columns {
		t.Attributes = append(t.Attributes, c.Attribute)
	}
	for at, n := range counts {
		no, missed, wrong, yes := float64(n[0]), float64(n[1]), float64(n[2]), float64(n[3])
		all := no + missed + wrong + yes
		if all == 0 {
			continue
		}
		groups := make([]string, len(columns))
		rest := at
		for k := len(columns) - 1; k >= 0; k-- {
			names := columns[k].Names
			groups[k] = names[rest%len(names)]
			rest /= len(names)
		}
		c := Cell{Groups: groups, Decisions: uint64(all), N: all, Squares: all, Favourable: wrong + yes}
		if labelled {
			c.TN, c.FN, c.FP, c.TP = no, missed, wrong, yes
		}
		t.Cells = append(t.Cells, c)
	}
	t.sort()
	return t
}

// Encode makes a Column of plain values, in the order in which they first appear. More
// than 65,536 different ones are an error.
func Encode(attribute string, values []string) (Column, error) {
	c := Column{Attribute: attribute, Codes: make([]uint16, len(values))}
	known := map[string]uint16{}
	for i, v := range values {
		code, ok := known[v]
		if !ok {
			if len(c.Names) > 1<<16-1 {
				return Column{}, fmt.Errorf("fairness: column %q has more than 65,536 values: is it a group?", attribute)
			}
			code = uint16(len(c.Names))
			known[v] = code
			c.Names = append(c.Names, v)
		}
		c.Codes[i] = code
	}
	return c, nil
}
