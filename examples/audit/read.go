package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/examples/credit"
)

// decisions are the columns of a file that are asked about.
type decisions struct {
	groups     [][]string // by group column, then row
	favourable []bool
}

// wanted are what a favourable answer is usually called, and unwanted the opposite.
var (
	wanted   = []string{"1", "true", "yes", "y", "good", "approved", "accepted"}
	unwanted = []string{"0", "false", "no", "n", "bad", "refused", "rejected", "denied"}
)

// builtin is the credit cases of the examples as a file.
func builtin() (io.Reader, error) {
	all, err := credit.Builtin()
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	lines := [][]string{{"sex", "age", "checking", "savings", "history", "employment", "property", "housing", "outcome"}}
	for _, a := range all {
		outcome := "bad"
		if a.Repaid {
			outcome = "good"
		}
		lines = append(lines, []string{
			a.Sex, strconv.Itoa(a.Age), a.Checking, a.Savings, a.History, a.Employed, a.Property, a.Housing, outcome,
		})
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, err
	}
	return &file, nil
}

func contains(all []string, one string) bool { return slices.Contains(all, one) }

func read(in io.Reader, o options) (decisions, error) {
	lines := csv.NewReader(in)
	header, err := lines.Read()
	switch {
	case errors.Is(err, io.EOF):
		return decisions{}, errors.New("the file is empty: want a CSV with a header and one row a decision")
	case err != nil:
		return decisions{}, fmt.Errorf("not a CSV file: %w", err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	at := make([]int, len(o.groups))
	for i, name := range o.groups {
		if at[i] = slices.Index(header, name); at[i] < 0 {
			return decisions{}, missing(name, header)
		}
	}
	answer := slices.Index(header, o.outcome)
	if answer < 0 {
		return decisions{}, missing(o.outcome, header)
	}
	d := decisions{groups: make([][]string, len(at))}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return decisions{}, fmt.Errorf("broken CSV: %w", err)
		}
		number, _ := lines.FieldPos(0)
		yes, err := o.wants(line[answer])
		if err != nil {
			return decisions{}, fmt.Errorf("line %d: column %q: %w", number, o.outcome, err)
		}
		d.favourable = append(d.favourable, yes)
		for i, k := range at {
			value := strings.TrimSpace(line[k])
			if notANumber(value) {
				return decisions{}, fmt.Errorf("line %d: column %q: %q is no group; leave it empty if it is not known", number, o.groups[i], value)
			}
			d.groups[i] = append(d.groups[i], value)
		}
	}
	if len(d.favourable) == 0 {
		return decisions{}, errors.New("the file has a header and no row")
	}
	if o.favourable != "" && !slices.Contains(d.favourable, true) {
		return decisions{}, fmt.Errorf("column %q never has the value %q: see -favourable", o.outcome, o.favourable)
	}
	return d, nil
}

func missing(name string, header []string) error {
	return fmt.Errorf("the file has no column %q: it has %s", name, strings.Join(header, ", "))
}

func (o options) wants(value string) (bool, error) {
	value = strings.TrimSpace(value)
	switch {
	case value == "" || notANumber(value):
		return false, fmt.Errorf("%q is no answer", value)
	case o.favourable != "":
		return value == o.favourable, nil
	case slices.Contains(wanted, strings.ToLower(value)):
		return true, nil
	case slices.Contains(unwanted, strings.ToLower(value)):
		return false, nil
	}
	return false, fmt.Errorf("cannot tell whether %q is favourable: name the value that is with -favourable", value)
}

func notANumber(value string) bool {
	switch strings.ToLower(value) {
	case "nan", "inf", "+inf", "-inf", "infinity", "-infinity":
		return true
	}
	return false
}

// cuts are the limits between the classes of columns of numbers.
type cuts map[string][]float64

func (c cuts) String() string { return "" }

// Set reads age=25,60.
func (c cuts) Set(text string) error {
	name, limits, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("want column=limits, as in age=25,60")
	}
	for part := range strings.SplitSeq(limits, ",") {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%q is not a number", part)
		}
		c[name] = append(c[name], v)
	}
	if !slices.IsSorted(c[name]) {
		return errors.New("the limits must rise")
	}
	return nil
}

// many is the number of different values from which a column of numbers is cut.
const many = 12

// classes turns a column of numbers into groups, if it has been asked for or if it has many
// values: then at its quartiles, and a note says so.
func (c cuts) classes(name string, values []string) ([]string, string, error) {
	limits, asked := c[name]
	numbers := make([]float64, 0, len(values))
	for i, v := range values {
		if v == "" {
			continue
		}
		n, ok := parse64(v)
		if !ok && asked {
			return nil, "", fmt.Errorf("row %d: column %q: %q is not a number, so it cannot be cut", i+1, name, v)
		}
		if !ok {
			return values, "", nil
		}
		numbers = append(numbers, n)
	}
	note := ""
	if !asked {
		slices.Sort(numbers)
		if len(slices.Compact(slices.Clone(numbers))) <= many {
			return values, "", nil
		}
		for _, q := range []int{1, 2, 3} {
			limits = append(limits, numbers[len(numbers)*q/4])
		}
		limits = slices.Compact(limits)
		note = fmt.Sprintf("column %q is cut at %v, its quartiles; choose other limits with -cut %s=...", name, limits, name)
	}
	out := make([]string, len(values))
	for i, v := range values {
		if v == "" {
			continue // not known
		}
		n, _ := parse64(v)
		out[i] = class(n, limits)
	}
	return out, note, nil
}

func parse64(v string) (float64, bool) {
	n, err := strconv.ParseFloat(v, 64)
	return n, err == nil
}

func class(n float64, limits []float64) string {
	last := ""
	for i, limit := range limits {
		text := strconv.FormatFloat(limit, 'g', -1, 64)
		switch {
		case n > limit:
			last = text
		case i == 0:
			return "<=" + text
		default:
			return ">" + last + " to " + text
		}
	}
	return ">" + last
}
