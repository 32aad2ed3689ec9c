package fairness

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/fairlead-go/fairlead/internal/stats"
)

// Status is a verdict in one word.
type Status string

// The four verdicts, the worst first. What is neither proven unfair nor proven fair is
// not fair: it is NotEnoughData.
const (
	Action        Status = "ACTION"          // some group's rate is proven to be below 0.8 of another's
	Watch         Status = "WATCH"           // some gap is proven to be above 0.02
	NotEnoughData Status = "NOT_ENOUGH_DATA" // nothing is proven, or a group has no data
	OK            Status = "OK"              // every ratio's confidence sequence lies above 0.8
)

// rank orders the verdicts of several attributes: the worst speaks for all.
func (s Status) rank() int { return slices.Index([]Status{Action, Watch, NotEnoughData, OK}, s) }

// Limits are what rates are held against. The zero Limits are the defaults.
type Limits struct {
	// Ratio is the lowest acceptable ratio of two groups' selection rates, above 0 and
	// below 1. Default: 0.8, the four-fifths rule (29 CFR 1607.4 D).
	Ratio float64

	// Gap is the largest acceptable difference of two groups' selection rates, above 0
	// and below 1. Default: 0.02.
	Gap float64

	// Alpha is the chance that an alarm is ever raised although all is well, however
	// often one looks, and the same for OK although it is not; above 0 and below 1. It is
	// divided among the attributes. Default: 0.05.
	Alpha float64

	// Intersections adds all attributes together as one more comparison: women under 25
	// against men over 25. It needs far more data. Default: each attribute on its own.
	Intersections bool

	// Expect names, by attribute, the groups that must have data before the status can be
	// OK. Default: the groups that were seen.
	Expect map[string][]string
}

// Defaults of Limits.
const (
	DefaultRatio = 0.8  // four fifths
	DefaultGap   = 0.02 // two points
	DefaultAlpha = 0.05 // one false alarm in twenty monitors, over their whole lives
)

func (l Limits) complete() (Limits, error) {
	for _, f := range []struct {
		v       *float64
		initial float64
	}{{&l.Ratio, DefaultRatio}, {&l.Gap, DefaultGap}, {&l.Alpha, DefaultAlpha}} {
		if *f.v == 0 {
			*f.v = f.initial
		}
		if !(*f.v > 0 && *f.v < 1) {
			return l, errors.New("fairness: Limits.Ratio, Gap and Alpha must lie above 0 and below 1")
		}
	}
	return l, nil
}

// fit tells whether the limits speak of attributes that there are: a name that is spelt
// differently would watch over nothing.
func (l Limits) fit(attributes []string) error {
	for name := range l.Expect {
		if !slices.Contains(attributes, name) {
			return fmt.Errorf("fairness: Limits.Expect names %s, which is not one of the attributes", strconv.Quote(name))
		}
	}
	return nil
}

// Verdict is what the counts say, in one word and one sentence. The tests behind it
// hold at every look at once, so it may be asked as often as one likes. They assume
// that each group's rate does not change over time.
type Verdict struct {
	Status   Status     `json:"status"`
	Sentence string     `json:"sentence"`
	Findings []Finding  `json:"findings"`       // one an attribute, the worst first
	Bets     []BetCount `json:"bets,omitempty"` // how Options.Bets stand
}

// Finding is the verdict on one attribute, or on all attributes together.
type Finding struct {
	Attributes []string `json:"attributes"`
	Status     Status   `json:"status"`
	Sentence   string   `json:"sentence"`
	Next       string   `json:"next"` // what to do now

	Group     GroupRate `json:"group"`   // the group that fares worst
	Against   GroupRate `json:"against"` // the group that fares best
	Ratio     Sequence  `json:"ratio"`   // of their selection rates
	Gap       Sequence  `json:"gap"`     // Against's rate less Group's
	Shortfall float64   `json:"shortfall"`
	More      float64   `json:"more"`     // decisions needed until it can be told; 0 if not needed or not known
	Evidence  float64   `json:"evidence"` // log e-value against "no ratio is below the limit"; 0 for uneven weights; see Alarms
	LeftOut   []Left    `json:"left_out"`

	words *words // nil if somebody else wrote the sentence
}

// Status judges the counts so far by the limits given to New.
func (m *Monitor) Status() Verdict {
	if m == nil || m.cells == nil {
		v, _ := Table{}.Status(nil)
		return v
	}
	v := m.judge(m.Table())
	m.breached.Store(v.Status == Action)
	return v
}

func (m *Monitor) judge(t Table) Verdict {
	v, _ := t.Status(&m.limits) // New has checked the limits
	return m.withBets(v)
}

// proven tells whether the status is ACTION, without the rest of a verdict.
func (t Table) proven(l Limits) bool {
	views := l.views(t)
	alpha := l.Alpha / float64(max(1, len(views)))
	for _, view := range views {
		rows, _ := t.By(view...).comparable(SelectionRate)
		if len(rows) < 2 {
			continue
		}
		e := tally(rows)
		if e.weighted {
			e = gather(rows, alpha)
		}
		if l.action(e, alpha) {
			return true
		}
	}
	return false
}

// views are the comparisons that are made: by each attribute, and by all together if
// asked for.
func (l Limits) views(t Table) [][]string {
	views := make([][]string, 0, len(t.Attributes)+1)
	for _, name := range t.Attributes {
		views = append(views, []string{name})
	}
	if l.Intersections && len(t.Attributes) > 1 {
		views = append(views, t.Attributes)
	}
	return views
}

// Status judges the table by the limits; nil means the defaults. The error is about
// the limits only: a table that cannot be judged is NOT_ENOUGH_DATA.
func (t Table) Status(limits *Limits) (Verdict, error) {
	var l Limits
	if limits != nil {
		l = *limits
	}
	l, err := l.complete()
	if err == nil && len(t.Attributes) > 0 {
		err = l.fit(t.Attributes)
	}
	if err != nil {
		return Verdict{Status: NotEnoughData, Sentence: "The limits are not usable."}, err
	}
	views := l.views(t)
	v := Verdict{Status: NotEnoughData, Sentence: "NOT ENOUGH DATA: there is nothing to compare."}
	alpha := l.Alpha / float64(max(1, len(views)))
	for _, view := range views {
		v.Findings = append(v.Findings, l.judge(t.By(view...), alpha))
	}
	slices.SortStableFunc(v.Findings, func(a, b Finding) int { return a.Status.rank() - b.Status.rank() })
	if len(v.Findings) > 0 {
		v.Status, v.Sentence = v.Findings[0].Status, v.Findings[0].Sentence
	}
	return v, nil
}

// judge makes the finding on one view of the table.
func (l Limits) judge(t Table, alpha float64) Finding {
	f := Finding{Attributes: t.Attributes, Status: NotEnoughData, Ratio: unknown(), Gap: unknown()}
	f.Group.Rate, f.Against.Rate = undefined(noDecision), undefined(noDecision)
	var rows []counted
	rows, f.LeftOut = t.comparable(SelectionRate)
	blocked := l.blocked(t, rows)
	if len(rows) >= 2 {
		e := gather(rows, alpha)
		f.Status = l.decide(e, alpha)
		if !e.weighted {
			f.Evidence = stats.LogEUneven(e.counts, l.Ratio)
		}
		low, high := pair(rows, e, f.Status)
		f.Group, f.Against = rows[low].GroupRate, rows[high].GroupRate
		f.measure(e, low, high, alpha)
	}
	if f.Status == OK && blocked.message != "" {
		f.Status = NotEnoughData
	}
	if f.Status == NotEnoughData && blocked.message == "" {
		f.More = l.more(rows, alpha)
	}
	f.speak(l, blocked)
	return f
}

// evidence is what the rows say, in the form the decision needs.
type evidence struct {
	counts   []stats.Count
	bounds   []stats.Interval // a confidence sequence for each row
	weighted bool
}

func gather(rows []counted, alpha float64) evidence {
	e := tally(rows)
	e.bounds = make([]stats.Interval, len(rows))
	each := alpha / float64(len(rows))
	for i, r := range rows {
		if e.weighted {
			// Tests on counts are not valid for weights; Robbins' sequence is.
			e.bounds[i] = stats.WeightedSeq(r.cell.Favourable, r.cell.N, r.cell.Squares, each)
		} else {
			e.bounds[i] = stats.ConfSeq(e.counts[i], each)
		}
	}
	return e
}

// tally is evidence without the sequences.
func tally(rows []counted) evidence {
	e := evidence{counts: make([]stats.Count, len(rows))}
	for i, r := range rows {
		e.counts[i] = r.sample()
		e.weighted = e.weighted || r.cell.weighted()
	}
	return e
}

// decide applies the rules, the worst first.
func (l Limits) decide(e evidence, alpha float64) Status {
	low, high := farthest(e.bounds)
	switch {
	case l.action(e, alpha):
		return Action
	case e.weighted && low-high > l.Gap, !e.weighted && stats.LogEGap(e.counts, l.Gap) >= stats.Alarm(alpha):
		return Watch
	case e.clear(l.Ratio, l.Alpha):
		return OK
	}
	return NotEnoughData
}

// action tells whether a ratio below the limit is proven.
func (l Limits) action(e evidence, alpha float64) bool {
	if e.weighted {
		low, high := farthest(e.bounds)
		return high < l.Ratio*low
	}
	return stats.LogEUneven(e.counts, l.Ratio) >= stats.Alarm(alpha)
}

// farthest returns the highest lower end and the lowest upper end.
func farthest(bounds []stats.Interval) (low, high float64) {
	high = 1
	for _, b := range bounds {
		low, high = max(low, b.Low), min(high, b.High)
	}
	return low, high
}

// manyGroups is how many groups are compared pair by pair. Beyond it the groups' own
// sequences are compared, which is right too, costs less time and asks for more data.
const manyGroups = 32

// clear says that every ratio of two groups is proven to lie above ratio. Each pair may
// have the full alpha: OK is wrong only if some one ratio is not above it, and then the
// test of that one pair must have failed.
func (e evidence) clear(ratio, alpha float64) bool {
	n := len(e.counts)
	if n > manyGroups {
		low, high := 1.0, 0.0
		for _, b := range e.bounds {
			low, high = min(low, b.Low), max(high, b.High)
		}
		return low > ratio*high
	}
	for i := range n {
		for j := range n {
			if i != j && !e.pairClear(i, j, ratio, alpha) {
				return false
			}
		}
	}
	return n > 1
}

func (e evidence) pairClear(i, j int, ratio, alpha float64) bool {
	if e.weighted {
		return e.bounds[i].Low > ratio*e.bounds[j].High
	}
	a, b := e.counts[i], e.counts[j]
	return a.Rate() > ratio*b.Rate() && stats.LogEPairAbove(a, b, ratio) >= stats.Alarm(alpha)
}

// pair picks the two groups to speak of: the lowest and the highest. For an alarm
// these are the ones the evidence is about, not three people who happen to lie at the
// end.
func pair(rows []counted, e evidence, s Status) (lowest, highest int) {
	low := func(i int) float64 { return rows[i].Rate.Value }
	high := low
	if s == Action || s == Watch {
		low = func(i int) float64 { return e.bounds[i].High }
		high = func(i int) float64 { return e.bounds[i].Low }
	}
	for i := range rows {
		if low(i) < low(lowest) {
			lowest = i
		}
		if high(i) > high(highest) {
			highest = i
		}
	}
	if lowest == highest { // one group is both, or all are alike: take the lowest of the others
		lowest = (highest + 1) % len(rows)
		for i := range rows {
			if i != highest && rows[i].Rate.Value < rows[lowest].Rate.Value {
				lowest = i
			}
		}
	}
	if rows[lowest].Rate.Value > rows[highest].Rate.Value {
		lowest, highest = highest, lowest
	}
	return lowest, highest
}

// more plans how many decisions are needed. Uneven weights are planned as the smaller
// number of even ones they are worth.
func (l Limits) more(rows []counted, alpha float64) float64 {
	if len(rows) < 2 {
		return 0
	}
	counts := make([]stats.Count, len(rows))
	for i, r := range rows {
		counts[i] = r.sample()
	}
	each := alpha / float64(len(rows))
	bounds := make([]stats.Interval, len(rows))
	more, _ := stats.Until(counts, func(grown []stats.Count) bool {
		for i, c := range grown {
			bounds[i] = stats.ConfSeq(c, each)
		}
		return l.decide(evidence{counts: grown, bounds: bounds}, alpha) != NotEnoughData
	})
	return more
}
