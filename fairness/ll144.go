package fairness

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// SmallCategory is the share of the data below which New York City's rule lets an
// auditor leave a category out of the impact ratios (6 RCNY 5-301 d).
const SmallCategory = 0.02

// LL144Options are the settings of LL144.
type LL144Options struct {
	// Sex and Race name the attributes of the table. Required.
	Sex, Race string

	// Scoring says that the tool gives scores: a decision is then favourable if the score
	// is above the median of all applicants (see Median), and the tables speak of scoring
	// rates. Default: the tool selects.
	Scoring bool

	// Median is the median score of the full sample, which the audit of a scoring tool must
	// state (5-301 c 1): what Median returns. Default: the checklist asks for it.
	Median *float64

	// ExcludeSmall leaves categories of less than 2 % of the data out of the impact ratios;
	// they stay in the tables with their numbers and the reason. Default: false, they are
	// marked only.
	ExcludeSmall bool
}

// LL144Report is the bias audit of New York City's Local Law 144 of 2021: the tables of
// 6 RCNY 5-301. It is arithmetic on counts, not legal advice, and publishing it is up
// to the employer: see Checklist.
type LL144Report struct {
	Scoring      bool       `json:"scoring"`
	Median       *float64   `json:"median,omitempty"` // of the full sample's scores
	Sex          LL144Table `json:"sex"`
	Race         LL144Table `json:"race"`
	Intersection LL144Table `json:"intersection"`
	Unknown      float64    `json:"unknown"` // people whose sex or race is not known
	Note         string     `json:"note"`    // the sentence about them the rule asks for
	Checklist    []string   `json:"checklist"`
}

// Tables are the three tables in the order of the rule.
func (r LL144Report) Tables() []LL144Table { return []LL144Table{r.Sex, r.Race, r.Intersection} }

// LL144Table is one table of the audit. Ratios are within it.
type LL144Table struct {
	Title string     `json:"title"`
	Rows  []LL144Row `json:"rows"`
}

// LL144Row is one category. Its figures come from unrounded rates: print one decimal of
// the rate in percent and two or three of the ratio.
type LL144Row struct {
	Groups     []string `json:"groups"`
	Applicants float64  `json:"applicants"`
	Selected   float64  `json:"selected"` // for a scoring tool, above the median
	Rate       Rate     `json:"rate"`
	Ratio      Rate     `json:"ratio"` // Num and Den are the category's rate and the highest
	Small      bool     `json:"small"` // less than 2 % of the data
	Excluded   string   `json:"excluded,omitempty"`
}

// ll144Races are the categories of the rule, in its order: those of EEO-1.
var ll144Races = []string{
	"Hispanic or Latino", "White", "Black or African American", "Native Hawaiian or Pacific Islander",
	"Asian", "Native American or Alaska Native", "Two or More Races",
}

// LL144 makes the audit from a table that has the attributes sex and race. Race values
// should be the categories of EEO-1 ("Hispanic or Latino", "White", ...); others are
// kept as they are, after these.
func LL144(t Table, o LL144Options) (LL144Report, error) {
	if o.Sex == "" || o.Race == "" || o.Sex == o.Race {
		return LL144Report{}, fmt.Errorf("fairness: LL144 needs LL144Options.Sex and Race, the names of two attributes")
	}
	both := t.By(o.Race, o.Sex)
	if both.why != "" {
		return LL144Report{}, fmt.Errorf("fairness: LL144: %s", both.why)
	}
	if o.Median != nil && (!o.Scoring || math.IsNaN(*o.Median) || math.IsInf(*o.Median, 0)) {
		return LL144Report{}, fmt.Errorf("fairness: LL144Options.Median is the median of a scoring tool's scores, a number, and goes with Scoring")
	}
	out := LL144Report{Scoring: o.Scoring, Median: o.Median, Checklist: o.checklist()}
	var known float64
	for _, c := range both.Cells {
		switch {
		case c.invalid():
			return LL144Report{}, fmt.Errorf("fairness: LL144: %s", invalidCell)
		case c.Overflow:
			return LL144Report{}, fmt.Errorf("fairness: LL144: %s", overflowCell)
		case c.unknown():
			out.Unknown += c.N
		default:
			known += c.N
		}
	}
	if known == 0 {
		return LL144Report{}, fmt.Errorf("fairness: LL144: no decision about a person of known sex and race")
	}
	out.Sex = o.table("Sex", t.By(o.Sex))
	out.Race = o.table("Race/Ethnicity", t.By(o.Race))
	out.Intersection = o.table("Intersection of race/ethnicity and sex", both)
	out.Note = fmt.Sprintf("The tool assessed %s individuals with an unknown sex or race/ethnicity category. "+
		"Data on those individuals was not included in the calculations above.", number(out.Unknown))
	return out, nil
}

func (o LL144Options) table(title string, t Table) LL144Table {
	out := LL144Table{Title: title}
	var total, highest float64
	for _, c := range t.Cells {
		if !c.unknown() {
			total += c.N
		}
	}
	for _, c := range t.Cells {
		if c.unknown() {
			continue
		}
		row := LL144Row{Groups: c.Groups, Applicants: c.N, Selected: c.Favourable, Rate: SelectionRate.Of(c)}
		if row.Small = c.N < SmallCategory*total; row.Small && o.ExcludeSmall {
			row.Excluded = fmt.Sprintf("less than 2 %% of the data (%s of %s), 6 RCNY 5-301 (d)", number(c.N), number(total))
		}
		if row.Excluded == "" && row.Rate.Defined {
			highest = max(highest, row.Rate.Value)
		}
		out.Rows = append(out.Rows, row)
	}
	for i := range out.Rows {
		out.Rows[i].Ratio = impact(out.Rows[i], highest)
	}
	slices.SortStableFunc(out.Rows, func(a, b LL144Row) int { return raceRank(a.Groups[0]) - raceRank(b.Groups[0]) })
	return out
}

// raceRank puts the rule's categories first and in its order.
func raceRank(name string) int {
	for i, known := range ll144Races {
		if strings.EqualFold(name, known) || strings.HasPrefix(strings.ToLower(name), strings.ToLower(known)+" (") {
			return i
		}
	}
	return len(ll144Races)
}

func impact(row LL144Row, highest float64) Rate {
	switch {
	case row.Excluded != "":
		return undefined(row.Excluded)
	case !row.Rate.Defined:
		return undefined(row.Rate.Why)
	case highest == 0:
		return undefined("nobody was selected in any category")
	}
	return Rate{Num: row.Rate.Value, Den: highest, Value: row.Rate.Value / highest, Low: math.NaN(), High: math.NaN(), Defined: true}
}

func (o LL144Options) checklist() []string {
	rate := "selection"
	if o.Scoring {
		rate = "scoring"
	}
	list := []string{
		"Date of the most recent bias audit; it may not be more than one year old when the tool is used (5-301 a).",
		"Source and explanation of the data: historical data, or test data and why (5-302).",
		"Number of individuals of an unknown category (5-303).",
		"Number of applicants, " + rate + " rates and impact ratios of all categories (5-303).",
		"For every category left out as smaller than 2 %: the justification, its number of applicants and its rate (5-301 d).",
		"Date on which the tool began to be used (distribution date, 5-303).",
		"Kept on the employment section of the website for at least six months after the last use (5-303).",
	}
	if o.Scoring && o.Median == nil {
		list = append(list, "The median score of the full sample of applicants (5-301 c 1), which is not in this report.")
	}
	return list
}

// Median is the median score of the full sample, for scoring tools: a person is counted
// as favourable if the score is strictly above it. NaN for no score or a score that is
// NaN.
func Median(scores []float64) float64 {
	if len(scores) == 0 || slices.ContainsFunc(scores, math.IsNaN) {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(scores))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return sorted[half-1] + (sorted[half]-sorted[half-1])/2
}
