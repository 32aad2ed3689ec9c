package fairness

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
)

// Reference says what the rate of a group is compared with. The zero Reference
// compares the groups with each other.
type Reference struct {
	kind   refKind
	values []string
}

type refKind uint8

const (
	refGroups refKind = iota
	refOverall
	refLargest
	refHighest
	refNamed
)

// BetweenGroups compares the group with the highest rate and the one with the lowest.
func BetweenGroups() Reference { return Reference{} }

// ToOverall compares the group that is farthest from everybody with everybody.
func ToOverall() Reference { return Reference{kind: refOverall} }

// ToLargest compares the group that is farthest from the largest one with it.
func ToLargest() Reference { return Reference{kind: refLargest} }

// ToHighest compares the group that is farthest from the one with the highest rate
// with it: the reference of the four-fifths rule.
func ToHighest() Reference { return Reference{kind: refHighest} }

// ToGroup compares the group that is farthest from the named one with it. Values are
// in the order of the table's attributes.
func ToGroup(values ...string) Reference {
	return Reference{kind: refNamed, values: slices.Clone(values)}
}

// Gap is how far the rates of two groups lie apart, as a difference or as a ratio. Low
// and High are the 95 % interval for these two groups, for one look. LeftOut names
// every group that could not be compared: a group without data never vanishes.
type Gap struct {
	Metric           Metric
	Value, Low, High float64
	Defined          bool
	Why              string
	Group            GroupRate // the group that lies farthest off; between groups, the lowest
	Against          GroupRate // what it is compared with; between groups, the highest
	LeftOut          []Left
}

// Left is a group that was left out of a comparison, and why.
type Left struct {
	Groups []string `json:"groups"`
	Why    string   `json:"why"`
}

// MarshalJSON writes null for figures that are not defined.
func (g Gap) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Metric  Metric    `json:"metric"`
		Value   *float64  `json:"value"`
		Low     *float64  `json:"low"`
		High    *float64  `json:"high"`
		Defined bool      `json:"defined"`
		Why     string    `json:"why,omitempty"`
		Group   GroupRate `json:"group"`
		Against GroupRate `json:"against"`
		LeftOut []Left    `json:"left_out"`
	}{g.Metric, finite(g.Value), finite(g.Low), finite(g.High), g.Defined, g.Why, g.Group, g.Against, g.LeftOut})
}

// Difference is how far the rates lie apart, in points of rate from -1 to 1: the
// highest less the lowest between groups; the largest distance from everybody to the
// overall rate; and the farthest group's rate less the reference's, with its sign, to
// a chosen reference. The interval is Newcombe's.
func (t Table) Difference(m Metric, to Reference) Gap {
	return t.compare(m, to, difference{})
}

// Ratio is how the rates compare, from 0: the lowest over the highest between groups;
// the farthest over the overall rate, turned over if above 1, to the overall; and the
// farthest group's rate over the reference's, as it is, to a chosen reference. The
// interval is Katz's. 0 over 0 is not defined; the four-fifths rule asks for 0.8.
func (t Table) Ratio(m Metric, to Reference) Gap {
	return t.compare(m, to, ratio{})
}

// measure is one way to compare two rates.
type measure interface {
	// apart is the gap of group against reference, with its interval. effect is the
	// information left by uneven weights in each.
	apart(group, against counted) (value, low, high float64, why string)
	// distance tells which of two values lies farther off; larger is farther.
	distance(value float64) float64
	// fold turns a value around where a comparison has no direction.
	fold(value, low, high float64) (float64, float64, float64)
	// partOf turns the interval of a group against the rest into the one against
	// everybody, the group being the share w of everybody.
	partOf(v, w float64) float64
}

// counted is a group's rate with the effective size of its sample.
type counted struct {
	GroupRate
	cell   Cell
	effect float64
}

func (t Table) compare(m Metric, to Reference, by measure) Gap {
	g := Gap{Metric: m, Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Why: t.why}
	if g.Why != "" {
		return g
	}
	var rows []counted
	rows, g.LeftOut = t.comparable(m)
	if len(rows) < 2 {
		g.Why = "fewer than two groups have data"
		return g
	}
	against, why := t.reference(m, to, rows)
	if why != "" {
		g.Why = why
		return g
	}
	farthest := -1.0
	for _, row := range rows {
		if to.kind != refOverall && slices.Equal(row.Groups, against.Groups) {
			continue
		}
		value, low, high, why := by.apart(row, against)
		if to.kind == refOverall && why == "" {
			low, high = t.againstRest(m, row, by)
		}
		if to.kind == refOverall || to.kind == refGroups {
			value, low, high = by.fold(value, low, high)
		}
		switch far := by.distance(value); {
		case why != "":
			g.LeftOut = append(g.LeftOut, Left{row.Groups, why})
		case far > farthest:
			farthest = far
			g.Value, g.Low, g.High, g.Defined = value, low, high, true
			g.Group, g.Against = row.GroupRate, against.GroupRate
		}
	}
	if !g.Defined {
		g.Why = "no two groups can be compared: every rate is 0"
	}
	return g
}

// comparable splits the rows into those with a rate and those to be left out.
func (t Table) comparable(m Metric) (rows []counted, left []Left) {
	for _, c := range t.Cells {
		r := m.Of(c)
		switch {
		case c.Overflow:
			left = append(left, Left{[]string{}, overflowCell})
		case c.unknown():
			left = append(left, Left{c.Groups, unknownGroup})
		case !r.Defined:
			left = append(left, Left{c.Groups, r.Why})
		default:
			rows = append(rows, count(m, c))
		}
	}
	return rows, left
}

func count(m Metric, c Cell) counted {
	out := counted{GroupRate: GroupRate{Groups: c.Groups, Overflow: c.Overflow, Rate: m.Of(c)}, cell: c, effect: 1}
	if c.weighted() && c.Squares > 0 {
		out.effect = c.N / c.Squares
	}
	return out
}

// reference finds what to compare with.
func (t Table) reference(m Metric, to Reference, rows []counted) (counted, string) {
	best := rows[0]
	switch to.kind {
	case refOverall:
		all := t.By()
		if r := t.Overall(m); !r.Defined {
			return best, r.Why
		}
		return count(m, all.Cells[0]), ""
	case refNamed:
		for _, row := range rows {
			if slices.Equal(row.Groups, to.values) {
				return row, ""
			}
		}
		return best, "the reference group " + quoteAll(to.values) + " has no data"
	case refLargest:
		for _, row := range rows[1:] {
			if row.cell.N > best.cell.N {
				best = row
			}
		}
	default:
		for _, row := range rows[1:] {
			if row.Rate.Value > best.Rate.Value {
				best = row
			}
		}
	}
	return best, ""
}

// againstRest is the interval of a group against everybody. Everybody includes the
// group, so the two are not independent; the group against the others is, and with w
// the group's share of the denominator one is a function of the other.
func (t Table) againstRest(m Metric, row counted, by measure) (low, high float64) {
	rest := Cell{Groups: row.Groups}
	for i := range t.Cells {
		if c := &t.Cells[i]; c.Overflow || !slices.Equal(c.Groups, row.Groups) {
			rest.add(c)
		}
	}
	other := count(m, rest)
	if !other.Rate.Defined {
		return math.NaN(), math.NaN()
	}
	_, low, high, why := by.apart(row, other)
	if why != "" {
		return math.NaN(), math.NaN()
	}
	w := row.Rate.Den / (row.Rate.Den + other.Rate.Den)
	return by.partOf(low, w), by.partOf(high, w)
}

func quoteAll(values []string) string {
	out := ""
	for i, v := range values {
		if i > 0 {
			out += ", "
		}
		out += strconv.Quote(v)
	}
	return out
}
