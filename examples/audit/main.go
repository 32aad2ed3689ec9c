// Command audit looks for unequal outcomes in decisions that have been made: the 1,000 real credit cases that come with the
// examples, or a CSV file of one's own. It prints the rates and a verdict, and writes the report as HTML.
//
//	go run ./examples/audit
//	go run ./examples/audit -csv decisions.csv -groups sex,age -outcome approved -favourable yes
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/fairness/report"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

type options struct {
	csv, outcome, favourable, html string
	groups                         []string
	cuts                           cuts
}

func parse(args []string, help io.Writer) (options, error) {
	o := options{cuts: cuts{}}
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	flags.SetOutput(help)
	flags.StringVar(&o.csv, "csv", "", "a CSV `file` with a header and one row a decision (default: the 1,000 credit cases)")
	flags.StringVar(&o.outcome, "outcome", "outcome", "the `column` with the answer")
	flags.StringVar(&o.favourable, "favourable", "", "the `value` of that column that people want (default: 1, true, yes, good, approved or accepted)")
	flags.StringVar(&o.html, "html", filepath.Join(os.TempDir(), "fairlead-audit.html"), "where to write the report")
	groups := flags.String("groups", "sex,age", "the `columns` with the groups")
	flags.Var(o.cuts, "cut", "`column=limits`: make groups of a column of numbers, as in age=25,60 (default: at its quartiles if it has many values)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag: a file is given with -csv", flags.Arg(0))
	}
	for name := range strings.SplitSeq(*groups, ",") {
		if name = strings.TrimSpace(name); name != "" {
			o.groups = append(o.groups, name)
		}
	}
	if len(o.groups) == 0 {
		return o, errors.New("-groups names no column")
	}
	for name := range o.cuts {
		if !contains(o.groups, name) {
			return o, fmt.Errorf("-cut %s: the column is not among the groups %s", name, strings.Join(o.groups, ","))
		}
	}
	return o, nil
}

func run(args []string, out, help io.Writer) error {
	o, err := parse(args, help)
	if err != nil {
		return err
	}
	source := "1,000 real credit cases (Statlog German Credit): an answer is favourable if the loan was repaid"
	var in io.Reader
	if o.csv == "" {
		if in, err = builtin(); err != nil {
			return err
		}
		if _, chosen := o.cuts["age"]; !chosen && contains(o.groups, "age") {
			o.cuts["age"] = []float64{25}
		}
	} else {
		source = o.csv
		file, err := os.Open(o.csv)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	rows, err := read(in, o)
	if err != nil {
		return err
	}
	columns := make([]fairness.Column, len(o.groups))
	for i, name := range o.groups {
		values, note, err := o.cuts.classes(name, rows.groups[i])
		if err != nil {
			return err
		}
		if note != "" {
			fmt.Fprintln(out, note)
		}
		if columns[i], err = fairness.Encode(name, values); err != nil {
			return err
		}
		if len(columns[i].Names) < 2 {
			return fmt.Errorf("column %q has one group only, %q: there is nothing to compare", name, columns[i].Names[0])
		}
	}
	table, err := fairness.Tabulate(columns, rows.favourable, nil)
	if err != nil {
		return err
	}
	audit, err := report.Of(table, &report.Options{Title: "Audit of " + source})
	if err != nil {
		return err
	}
	if err := show(out, source, audit); err != nil {
		return err
	}
	if err := write(o.html, audit); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nThe report:", o.html)
	return nil
}

// printable takes control characters out of what a file says: a terminal would obey them.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// show prints what the report says, in one table for each attribute.
func show(out io.Writer, source string, a report.Audit) error {
	fmt.Fprintf(out, "%s\n", printable(source))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range a.Views {
		fmt.Fprintf(w, "\nby %s\tdecisions\tfavourable\trate\t95 %% interval\n", printable(strings.Join(v.Attributes, " and ")))
		for _, r := range v.Rows {
			if r.Suppressed {
				fmt.Fprintf(w, "%s\t%s\n", printable(r.Group), r.Rate.Why)
				continue
			}
			fmt.Fprintf(w, "%s\t%d\t%.0f\t%.1f %%\t%.1f to %.1f %%\n",
				printable(r.Group), r.Decisions, r.Rate.Num, 100*r.Rate.Value, 100*r.Rate.Low, 100*r.Rate.High)
		}
		if v.Ratio.Defined {
			fmt.Fprintf(w, "lowest over highest: %.3f (%.3f to %.3f)\n", v.Ratio.Value, v.Ratio.Low, v.Ratio.High)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\n", printable(a.Verdict.Sentence))
	for _, f := range a.Verdict.Findings[1:] {
		fmt.Fprintln(out, printable(f.Sentence))
	}
	return nil
}

func write(path string, a report.Audit) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := a.WriteHTML(file); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
