package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/fairlead-go/fairlead/fairness"
)

// suppression decides which counts of one kind are not shown. One is hidden if few people
// are behind it, and others with it, until nothing hidden can be worked out from what is
// shown: in every line whose total is known from another view, either none is hidden or at
// least two are. What is hidden by one attribute is hidden in its intersections.
type suppression struct {
	number func(fairness.Cell) uint64 // what is counted
	small  func(fairness.Cell) bool
	hidden map[string]bool // attribute and value of what is hidden so far
}

// rows tells which rows of the table are hidden, those of also among them.
func (s *suppression) rows(t fairness.Table, also []bool) []bool {
	hidden := make([]bool, len(t.Cells))
	for i, c := range t.Cells {
		hidden[i] = also != nil && also[i] || s.small(c)
		for j, name := range t.Attributes {
			if len(t.Attributes) > 1 && j < len(c.Groups) && s.hidden[name+"\x00"+c.Groups[j]] {
				hidden[i] = true
			}
		}
	}
	s.complement(t, hidden)
	if len(t.Attributes) == 1 {
		for i, c := range t.Cells {
			if hidden[i] && len(c.Groups) == 1 {
				s.hidden[t.Attributes[0]+"\x00"+c.Groups[0]] = true
			}
		}
	}
	return hidden
}

// line is rows whose total is known from another view: all of them, or those of one value.
type line struct {
	rows   []int // the smallest count first
	next   int   // of rows, to be hidden
	hidden int
}

// complement hides the smallest of the others in every line in which a single one is
// hidden, until there is no such line.
func (s *suppression) complement(t fairness.Table, hidden []bool) {
	lines, of := s.lines(t)
	var open []*line
	hide := func(row int) {
		for _, l := range of[row] {
			if l.hidden++; l.hidden == 1 {
				open = append(open, l)
			}
		}
	}
	for row, is := range hidden {
		if is {
			hide(row)
		}
	}
	open = open[:0]
	for _, l := range lines {
		if l.hidden == 1 {
			open = append(open, l)
		}
	}
	for len(open) > 0 {
		l := open[0]
		open = open[1:]
		for l.hidden == 1 && l.next < len(l.rows) {
			row := l.rows[l.next]
			l.next++
			if !hidden[row] {
				hidden[row] = true
				hide(row)
			}
		}
	}
}

// lines are the lines of a table, and those of each row.
func (s *suppression) lines(t fairness.Table) (lines []*line, of [][]*line) {
	order := make([]int, len(t.Cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.number(t.Cells[a]), s.number(t.Cells[b])) })
	of = make([][]*line, len(t.Cells))
	known := map[string]*line{}
	put := func(key string, row int) {
		l := known[key]
		if l == nil {
			l = &line{}
			known[key] = l
			lines = append(lines, l)
		}
		l.rows = append(l.rows, row)
		of[row] = append(of[row], l)
	}
	for _, row := range order {
		put("", row)
		if groups := t.Cells[row].Groups; len(t.Attributes) > 1 {
			for j, value := range groups {
				put(strconv.Itoa(j)+"="+value, row)
			}
		}
	}
	return lines, of
}

// suppressions hides rows, and then the counts of single ends.
type suppressions struct {
	row  suppression
	ends [len(ends)]suppression
}

// ends are the ways a call ends without an answer of the model, in the order they are shown.
var ends = [...]struct {
	name, title string
	of          func(fairness.Ends) uint64
}{
	{"denied", "Denied", func(e fairness.Ends) uint64 { return e.Denied }},
	{"fallback", "Fallback", func(e fairness.Ends) uint64 { return e.Fallback }},
	{"waiting", "Waiting", fairness.Ends.Waiting},
	{"stopped", "Stopped", func(e fairness.Ends) uint64 { return e.Stopped }},
	{"abandoned", "Abandoned", func(e fairness.Ends) uint64 { return e.Abandoned }},
	{"failed", "Failed", func(e fairness.Ends) uint64 { return e.Failed }},
}

func newSuppressions(minCell uint64) *suppressions {
	few := func(n uint64) bool { return n > 0 && n < minCell }
	s := &suppressions{row: suppression{
		number: func(c fairness.Cell) uint64 { return c.Decisions },
		// A rate of few decisions tells what each of them was, however many others never
		// got that far.
		small:  func(c fairness.Cell) bool { return few(c.Decisions) || few(c.Decisions+c.Ends.Total()) },
		hidden: map[string]bool{},
	}}
	for i, e := range ends {
		s.ends[i] = suppression{
			number: func(c fairness.Cell) uint64 { return e.of(c.Ends) },
			small:  func(c fairness.Cell) bool { return few(e.of(c.Ends)) },
			hidden: map[string]bool{},
		}
	}
	return s
}

// of tells which rows of the table are hidden, and which ends of the others.
func (s *suppressions) of(t fairness.Table) (rows []bool, of [len(ends)][]bool) {
	rows = s.row.rows(t, nil)
	for i := range s.ends {
		of[i] = s.ends[i].rows(t, rows)
	}
	return rows, of
}

// Ends are the calls of a group that ended without an answer of the model.
type Ends struct {
	Denied    Few `json:"denied"`    // consent was missing
	Fallback  Few `json:"fallback"`  // consent was missing and the other answer went out
	Waiting   Few `json:"waiting"`   // held for a person
	Stopped   Few `json:"stopped"`   // the stop switch was on
	Abandoned Few `json:"abandoned"` // the consumer stopped reading a stream
	Failed    Few `json:"failed"`    // an error or a panic
}

func (e Ends) list() []Few {
	return []Few{e.Denied, e.Fallback, e.Waiting, e.Stopped, e.Abandoned, e.Failed}
}

// Total is all of them; hidden if one is.
func (e Ends) Total() Few {
	var out Few
	for _, f := range e.list() {
		out.N += f.N
		out.Hidden = out.Hidden || f.Hidden
	}
	if out.Hidden {
		out.N = 0
	}
	return out
}

// Few is a count that may be too small to be shown: then N is 0 and JSON has null.
type Few struct {
	N      uint64
	Hidden bool
}

// String is the count, or that it is not shown.
func (f Few) String() string {
	if f.Hidden {
		return "few"
	}
	return strconv.FormatUint(f.N, 10)
}

// MarshalJSON writes null for what is hidden.
func (f Few) MarshalJSON() ([]byte, error) {
	if f.Hidden {
		return []byte("null"), nil
	}
	return json.Marshal(f.N)
}

func endsOf(e fairness.Ends, hidden [len(ends)][]bool, row int) Ends {
	few := make([]Few, len(ends))
	for i, end := range ends {
		if few[i] = (Few{N: end.of(e)}); hidden[i][row] {
			few[i] = Few{Hidden: true}
		}
	}
	return Ends{few[0], few[1], few[2], few[3], few[4], few[5]}
}

// anyEnds tells whether there is something to show.
func anyEnds(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.Ends.Total() != Few{} })
}
