package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/internal/web"
)

// WriteJSON writes the audit as indented JSON. Figures that are not defined are null.
func (a Audit) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(a)
}

// WriteCSV writes one line for each group of each view.
func (a Audit) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	lines := [][]string{{
		"by", "group", "decisions", "favourable", "rate", "low", "high", "why",
		"denied", "fallback", "waiting", "stopped", "abandoned", "failed",
	}}
	for _, v := range a.Views {
		by := strings.Join(v.Attributes, "+")
		for _, r := range v.Rows {
			if r.Suppressed {
				lines = append(lines, []string{guard(by), guard(r.Group), "", "", "", "", "", r.Rate.Why, "", "", "", "", "", ""})
				continue
			}
			lines = append(lines, []string{
				guard(by), guard(r.Group), strconv.FormatUint(r.Decisions, 10), plain(r.Rate.Num),
				empty(r.Rate.Value), empty(r.Rate.Low), empty(r.Rate.High), r.Rate.Why,
			})
			for _, f := range r.Ends.list() {
				lines[len(lines)-1] = append(lines[len(lines)-1], f.csv())
			}
		}
	}
	if err := c.WriteAll(lines); err != nil {
		return fmt.Errorf("report: csv: %w", err)
	}
	return nil
}

// guard keeps a spreadsheet from taking a group's name for a formula.
func guard(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// csv leaves a hidden count empty: a word would make a column of numbers one of words.
func (f Few) csv() string {
	if f.Hidden {
		return ""
	}
	return f.String()
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func empty(v float64) string {
	if decimal(v) == "-" {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 6, 64)
}

// WriteMarkdown writes the audit for a wiki, a ticket or a terminal.
func (a Audit) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n**%s**\n", escape(a.Title), a.At.Format("2 January 2006, 15:04 MST"), escape(a.Verdict.Sentence))
	for _, f := range a.Verdict.Findings {
		fmt.Fprintf(&b, "\n- %s\n  %s\n", escape(f.Sentence), escape(f.Next))
	}
	for _, v := range a.Views {
		fmt.Fprintf(&b, "\n## By %s\n\n", escape(strings.Join(v.Attributes, " and ")))
		b.WriteString("| Group | Decisions | Favourable | Rate | 95 % interval | Never decided |\n|---|---:|---:|---:|---|---:|\n")
		for _, r := range v.Rows {
			if r.Suppressed {
				fmt.Fprintf(&b, "| %s | | | | %s | |\n", escape(r.Group), tooSmall)
				continue
			}
			fmt.Fprintf(&b, "| %s | %d | %s | %s | %s to %s | %s |\n",
				escape(r.Group), r.Decisions, plain(r.Rate.Num), percent(r.Rate.Value), percent(r.Rate.Low), percent(r.Rate.High), r.Ends.Total())
		}
		fmt.Fprintf(&b, "\n%s\n", escape(v.Gaps()))
	}
	b.WriteString("\n## To be read with it\n\n")
	for _, c := range a.Caveats {
		fmt.Fprintf(&b, "- %s\n", c)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	return nil
}

// Gaps says in one line how far the farthest groups lie apart, as a difference and as a
// ratio.
func (v View) Gaps() string { return v.gaps(english) }

func (v View) gaps(t translate) string {
	if !v.Difference.Defined {
		return t("No comparison: %s.", t(v.Difference.Why))
	}
	d := v.Difference
	text := t("%[1]s against %[2]s: difference %[3]s (%[4]s to %[5]s)", labelIn(t, label(d.Group.Groups, false)), labelIn(t, label(d.Against.Groups, false)),
		percentIn(t, d.Value), percentIn(t, d.Low), percentIn(t, d.High))
	if r := v.Ratio; r.Defined {
		text += t(", ratio %[1]s (%[2]s to %[3]s)", web.Written(t, decimal(r.Value)), web.Written(t, decimal(r.Low)), web.Written(t, decimal(r.High)))
	}
	for _, l := range d.LeftOut {
		text += t("; left out: %[1]s (%[2]s)", labelIn(t, label(l.Groups, len(l.Groups) == 0)), t(l.Why))
	}
	return text + "."
}

// escape keeps a group's name from being markup: it may be anything.
func escape(s string) string {
	return escaper.Replace(s)
}

var escaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "|", `\|`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "\n", " ", "\r", " ", "#", `\#`,
)
