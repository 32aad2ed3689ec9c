package report

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/fairness"
)

// DefaultMinCell is the number of decisions below which a group's figures are not shown.
const DefaultMinCell = 5

// Options are the settings of a report.
type Options struct {
	// Title of the report. Default: "Fairness audit".
	Title string

	// Limits of the verdict. Default: those of fairness.Limits; New uses the monitor's own.
	Limits *fairness.Limits

	// MinCell is the number of decisions, or of calls that ended in one way, below which a
	// group's figures are suppressed, and with them, where one alone could be worked out from
	// the total, those of the next smallest. Default: DefaultMinCell; negative shows everything.
	MinCell int

	// At is the time of the counts. Default, and always for New: now.
	At time.Time

	// Brand stands at the top of the live page. Default: "Fair treatment".
	Brand string
	// Home is where your website begins, such as "/": the header of each page leads back there. Default: nowhere.
	Home string

	// Location is the time zone of the live page. Default: UTC.
	Location *time.Location
	// Catalogues translate the live page: by BCP 47 tag, from the English message. What is not in them stays English, as the names of
	// groups and the files to take along do. Default: English.
	Catalogues map[string]map[string]string
	// Language chooses a request's language. Default: by Accept-Language.
	Language func(*http.Request) string
}

// Audit is everything a report says.
type Audit struct {
	Title   string           `json:"title"`
	At      time.Time        `json:"at"`
	Verdict fairness.Verdict `json:"verdict"`
	Views   []View           `json:"views"`
	Limit   float64          `json:"limit"` // the lowest acceptable ratio
	MinCell int              `json:"min_cell"`
	Caveats []string         `json:"caveats"`

	everybody fairness.Cell // people of unknown group included
}

// View is the table by one attribute, or by all of them together.
type View struct {
	Attributes []string     `json:"attributes"`
	Rows       []Row        `json:"rows"`
	Difference fairness.Gap `json:"difference"`
	Ratio      fairness.Gap `json:"ratio"`
	Suppressed int          `json:"suppressed"` // how many rows are
}

// Row is one group.
type Row struct {
	Group      string        `json:"group"`
	Suppressed bool          `json:"suppressed"`
	Decisions  uint64        `json:"decisions"`
	Rate       fairness.Rate `json:"rate"`
	Ends       Ends          `json:"ends"`

	aside bool // not compared: not known, or all further groups
}

var caveats = []string{
	"Intervals are 95 % and for one look (Wilson; Newcombe for differences, Katz for ratios). The verdict uses tests that hold however often one looks.",
	"The tests assume that each group's rate did not change over the time counted.",
	"Equal rates are not the only meaning of fairness, and a gap is not proof of its cause.",
	"People of unknown group are counted and left out of comparisons. This is not legal advice.",
}

// Of makes the audit of a table. options may be nil.
func Of(t fairness.Table, options *Options) (Audit, error) {
	var o Options
	if options != nil {
		o = *options
	}
	verdict, err := t.Status(o.Limits)
	if err != nil {
		return Audit{}, fmt.Errorf("report: %w", err)
	}
	limit := fairness.DefaultRatio
	if o.Limits != nil && o.Limits.Ratio != 0 {
		limit = o.Limits.Ratio
	}
	return audit(t, verdict, limit, o), nil
}

func audit(t fairness.Table, verdict fairness.Verdict, limit float64, o Options) Audit {
	if o.Title == "" {
		o.Title = "Fairness audit"
	}
	if o.MinCell == 0 {
		o.MinCell = DefaultMinCell
	}
	if o.At.IsZero() {
		o.At = time.Now()
	}
	a := Audit{Title: o.Title, At: o.At.UTC(), Verdict: verdict, Limit: limit, MinCell: max(0, o.MinCell), Caveats: caveats}
	views := make([][]string, 0, len(t.Attributes)+1)
	for _, name := range t.Attributes {
		views = append(views, []string{name})
	}
	if len(t.Attributes) > 1 {
		views = append(views, t.Attributes)
	}
	if all := t.By().Cells; len(all) > 0 {
		a.everybody = all[0]
	}
	s := newSuppressions(uint64(a.MinCell))
	for _, names := range views {
		rows := t.By(names...)
		a.Views = append(a.Views, view(rows, s))
	}
	hideSmall(&a)
	return a
}

func view(t fairness.Table, s *suppressions) View {
	hidden, few := s.of(t)
	v := View{
		Attributes: t.Attributes,
		Difference: t.Difference(fairness.SelectionRate, fairness.BetweenGroups()),
		Ratio:      t.Ratio(fairness.SelectionRate, fairness.BetweenGroups()),
	}
	for i, c := range t.Cells {
		r := Row{Group: label(c.Groups, c.Overflow), Decisions: c.Decisions, Rate: fairness.SelectionRate.Of(c), Ends: endsOf(c.Ends, few, i), aside: !c.Known()}
		if hidden[i] {
			r = Row{Group: r.Group, Suppressed: true, Rate: hiddenRate(), Ends: hiddenEnds, aside: r.aside}
			v.Suppressed++
		}
		v.Rows = append(v.Rows, r)
	}
	for _, g := range []*fairness.Gap{&v.Difference, &v.Ratio} {
		if v.isHidden(g.Group) || v.isHidden(g.Against) {
			*g = fairness.Gap{
				Metric: g.Metric, Value: math.NaN(), Low: math.NaN(), High: math.NaN(), LeftOut: g.LeftOut,
				Group: fairness.GroupRate{Rate: hiddenRate()}, Against: fairness.GroupRate{Rate: hiddenRate()},
				Why: "the farthest groups are too small to be shown",
			}
		}
	}
	return v
}

// tooSmall says why a row is empty; it must not tell which of the two it is.
const tooSmall = "not shown: few people, or others could be worked out from it"

var hiddenEnds = Ends{Few{Hidden: true}, Few{Hidden: true}, Few{Hidden: true}, Few{Hidden: true}, Few{Hidden: true}, Few{Hidden: true}}

func hiddenRate() fairness.Rate {
	return fairness.Rate{Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Why: tooSmall}
}

func (v View) isHidden(g fairness.GroupRate) bool {
	name := label(g.Groups, g.Overflow)
	return slices.ContainsFunc(v.Rows, func(r Row) bool { return r.Suppressed && r.Group == name })
}

// hideSmall takes out of the verdict what the views do not show.
func hideSmall(a *Audit) {
	a.Verdict.Findings = slices.Clone(a.Verdict.Findings)
	for i := range a.Verdict.Findings {
		f := &a.Verdict.Findings[i]
		for _, v := range a.Views {
			if !slices.Equal(v.Attributes, f.Attributes) || !v.isHidden(f.Group) && !v.isHidden(f.Against) {
				continue
			}
			hidden := fairness.GroupRate{Rate: hiddenRate()}
			unknown := fairness.Sequence{Value: math.NaN(), Low: math.NaN(), High: math.NaN()}
			f.Group, f.Against, f.Ratio, f.Gap, f.Shortfall = hidden, hidden, unknown, unknown, 0
			if f.Status != fairness.NotEnoughData {
				f.Sentence, f.Next = hushed(english, *f)
				f.Sentence = strings.ReplaceAll(string(f.Status), "_", " ") + ": " + f.Sentence
			}
		}
	}
	// A verdict that is worse than every finding comes from a bet, which has its own sentence.
	if len(a.Verdict.Findings) > 0 && a.Verdict.Findings[0].Status == a.Verdict.Status {
		a.Verdict.Sentence = a.Verdict.Findings[0].Sentence
	}
}

// hushed is what is said of a finding whose groups are not shown.
func hushed(t translate, f fairness.Finding) (sentence, next string) {
	return t("by %s; the groups concerned are too small to be shown.", together(t, f.Attributes)), t("Look at the monitor itself.")
}

// label names a group: its values, "not known" for what is not.
func label(groups []string, overflow bool) string {
	if overflow {
		return allFurther
	}
	parts := slices.Clone(groups)
	for i, p := range parts {
		if p == "" {
			parts[i] = notKnown
		}
	}
	return strings.Join(parts, ", ")
}

// percent prints a rate, "-" where it is not defined.
func percent(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return strconv.FormatFloat(100*v, 'f', 1, 64) + " %"
}

func decimal(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}
