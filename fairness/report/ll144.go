package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/fairness"
)

// WriteLL144 writes the bias audit of New York City's Local Law 144 in Markdown, in the
// layout of the rule's examples, with the checklist of what else must be published.
// The rule asks for the figures of every category, so nothing is suppressed: look at
// small categories before publishing.
func WriteLL144(w io.Writer, r fairness.LL144Report) error {
	var b strings.Builder
	b.WriteString("# Bias audit (6 RCNY 5-301)\n")
	for _, t := range []fairness.LL144Table{r.Sex, r.Race, r.Intersection} {
		fmt.Fprintf(&b, "\n## %s\n\n", escape(t.Title))
		if r.Scoring {
			b.WriteString("| | # of Applicants | Scoring Rate | Impact Ratio |\n|---|---:|---:|---:|\n")
		} else {
			b.WriteString("| | # of Applicants | # Selected | Selection Rate | Impact Ratio |\n|---|---:|---:|---:|---:|\n")
		}
		var notes []string
		for _, row := range t.Rows {
			name := escape(label(row.Groups, false))
			fmt.Fprintf(&b, "| %s | %s |", name, plain(row.Applicants))
			if !r.Scoring {
				fmt.Fprintf(&b, " %s |", plain(row.Selected))
			}
			fmt.Fprintf(&b, " %s | %s |\n", percent(row.Rate.Value), impactRatio(row))
			switch {
			case row.Excluded != "":
				notes = append(notes, name+" is left out of the impact ratios: "+row.Excluded+".")
			case row.Small:
				notes = append(notes, name+" is less than 2 % of the data.")
			}
		}
		for _, n := range notes {
			fmt.Fprintf(&b, "\nNote: %s\n", n)
		}
	}
	fmt.Fprintf(&b, "\nNote: %s\n\n## To be published with it\n\n", escape(r.Note))
	for _, c := range r.Checklist {
		fmt.Fprintf(&b, "- [ ] %s\n", c)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	return nil
}

func impactRatio(row fairness.LL144Row) string {
	if !row.Ratio.Defined || math.IsNaN(row.Ratio.Value) {
		return "N/A"
	}
	return strconv.FormatFloat(row.Ratio.Value, 'f', 3, 64)
}
