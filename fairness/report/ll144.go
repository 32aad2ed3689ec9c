package report

import (
	"encoding/csv"
	"fmt"
	"html/template"
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
	if r.Median != nil {
		fmt.Fprintf(&b, "\nMedian score of the full sample: %s\n", plain(*r.Median))
	}
	for _, t := range r.Tables() {
		fmt.Fprintf(&b, "\n## %s\n\n", escape(t.Title))
		if r.Scoring {
			b.WriteString("| | # of Applicants | Scoring Rate | Impact Ratio |\n|---|---:|---:|---:|\n")
		} else {
			b.WriteString("| | # of Applicants | # Selected | Selection Rate | Impact Ratio |\n|---|---:|---:|---:|---:|\n")
		}
		for _, row := range t.Rows {
			name := escape(label(row.Groups, false))
			fmt.Fprintf(&b, "| %s | %s |", name, plain(row.Applicants))
			if !r.Scoring {
				fmt.Fprintf(&b, " %s |", plain(row.Selected))
			}
			fmt.Fprintf(&b, " %s | %s |\n", percent(row.Rate.Value), impactRatio(row))
		}
		for _, n := range notes(t) {
			fmt.Fprintf(&b, "\nNote: %s\n", escape(n))
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

// plainOf prints a number that may be behind a pointer, as templates hand them on.
func plainOf(v any) string {
	if p, ok := v.(*float64); ok {
		return plain(*p)
	}
	n, _ := v.(float64)
	return plain(n)
}

// WriteLL144CSV writes one line for each category of each table.
func WriteLL144CSV(w io.Writer, r fairness.LL144Report) error {
	c := csv.NewWriter(w)
	lines := [][]string{{"table", "category", "applicants", "selected", "rate", "impact_ratio", "note"}}
	for _, t := range r.Tables() {
		for _, row := range t.Rows {
			note := row.Excluded
			if note == "" && row.Small {
				note = "less than 2 % of the data"
			}
			lines = append(lines, []string{
				t.Title, guard(label(row.Groups, false)), plain(row.Applicants), plain(row.Selected), empty(row.Rate.Value), empty(row.Ratio.Value), note,
			})
		}
	}
	lines = append(lines, []string{"Unknown", "", plain(r.Unknown), "", "", "", r.Note})
	if err := c.WriteAll(lines); err != nil {
		return fmt.Errorf("report: csv: %w", err)
	}
	return nil
}

// notes are what must be said about a table's small categories.
func notes(t fairness.LL144Table) []string {
	var out []string
	for _, row := range t.Rows {
		name := label(row.Groups, false)
		switch {
		case row.Excluded != "":
			out = append(out, name+" is left out of the impact ratios: "+row.Excluded+".")
		case row.Small:
			out = append(out, name+" is less than 2 % of the data.")
		}
	}
	return out
}

// WriteLL144HTML writes the same as one page that needs nothing else: no script, no font,
// no picture from elsewhere.
func WriteLL144HTML(w io.Writer, r fairness.LL144Report) error {
	page, err := template.New("ll144").Funcs(template.FuncMap{
		"percent": percent, "plain": plainOf, "ratio": impactRatio, "notes": notes, "style": func() template.CSS { return style },
		"name": func(row fairness.LL144Row) string { return label(row.Groups, false) },
		"bar":  func(row fairness.LL144Row) template.HTML { return bar(Row{Rate: row.Rate}) },
	}).Parse(ll144Page)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := page.Execute(w, r); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

const ll144Page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Bias audit (6 RCNY 5-301)</title>
<style>{{style}}</style></head><body><main>
<h1>Bias audit (6 RCNY 5-301)</h1>
{{with .Median}}<p>Median score of the full sample: {{plain .}}</p>{{end}}
{{$scoring := .Scoring}}{{range $t := .Tables}}<section><h2>{{.Title}}</h2>
<table><thead><tr><th scope="col">Category</th><th scope="col"># of Applicants</th>{{if not $scoring}}<th scope="col"># Selected</th>{{end}}<th scope="col">{{if $scoring}}Scoring Rate{{else}}Selection Rate{{end}}</th><th scope="col">95 % interval</th><th scope="col">Impact Ratio</th></tr></thead>
<tbody>{{range .Rows}}<tr><th scope="row">{{name .}}</th><td>{{plain .Applicants}}</td>{{if not $scoring}}<td>{{plain .Selected}}</td>{{end}}<td>{{percent .Rate.Value}}</td><td>{{bar .}}</td><td>{{ratio .}}</td></tr>{{end}}</tbody></table>
{{range notes $t}}<p>Note: {{.}}</p>{{end}}</section>
{{end}}<p>Note: {{.Note}}</p>
<section><h2>To be published with it</h2><ul>{{range .Checklist}}<li>{{.}}</li>{{end}}</ul></section>
</main></body></html>
`

func impactRatio(row fairness.LL144Row) string {
	if !row.Ratio.Defined || math.IsNaN(row.Ratio.Value) {
		return "N/A"
	}
	return strconv.FormatFloat(row.Ratio.Value, 'f', 3, 64)
}
