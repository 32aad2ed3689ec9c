// Package credit holds the applicants of the examples: 1,000 real credit decisions (Statlog German Credit, H. Hofmann, 1994, UCI
// Machine Learning Repository, CC BY 4.0), with messages that are made up. The README beside it says what the data can and
// cannot show.
package credit

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

//go:embed german_credit.csv
var file []byte

// Applicant is one row: a person asking for a loan.
type Applicant struct {
	Row      int    // 1 to 1000
	Months   int    // length of the loan
	Amount   int    // in Deutsche Mark
	Rate     int    // instalment in percent of disposable income, class 1 (low) to 4 (high)
	Age      int    // years
	Sex      string // "female" or "male", as coded by the source
	Checking string // state of the checking account
	Savings  string
	History  string // of earlier loans
	Employed string // years in the present job
	Property string
	Housing  string
	Repaid   bool // what became of the loan
}

// Builtin is the 1,000 applicants that come with the examples.
func Builtin() ([]Applicant, error) { return Read(bytes.NewReader(file)) }

// Read reads applicants in the format of german_credit.csv. The error of a broken file names the line and the column.
func Read(r io.Reader) ([]Applicant, error) {
	lines := csv.NewReader(r)
	header, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty: want a CSV with the columns of german_credit.csv")
	}
	if err != nil {
		return nil, fmt.Errorf("not a CSV file: %w", err)
	}
	var all []Applicant
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("broken CSV: %w", err)
		}
		row := row{header: header, line: line}
		a := row.applicant()
		if row.err != nil {
			at, _ := lines.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", at, row.err)
		}
		all = append(all, a)
	}
	if len(all) == 0 {
		return nil, errors.New("the file has no rows")
	}
	return all, nil
}

// row reads the columns of one line and keeps the first error.
type row struct {
	header, line []string
	err          error
}

func (r *row) text(column string) string {
	i := slices.Index(r.header, column)
	if i < 0 && r.err == nil {
		r.err = fmt.Errorf("column %q is missing", column)
	}
	if i < 0 || r.err != nil {
		return ""
	}
	return r.line[i]
}

func (r *row) number(column string) int {
	text := r.text(column)
	if r.err != nil {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		r.err = fmt.Errorf("column %q: %q is not a whole number", column, text)
	}
	return n
}

func (r *row) oneOf(column string, allowed ...string) string {
	text := r.text(column)
	if r.err == nil && !slices.Contains(allowed, text) {
		r.err = fmt.Errorf("column %q: %q is none of %q", column, text, allowed)
	}
	return text
}

func (r *row) applicant() Applicant {
	return Applicant{
		Row: r.number("id"), Months: r.number("months"), Amount: r.number("amount"), Rate: r.number("installment_rate"),
		Age: r.number("age"), Sex: r.oneOf("sex", "female", "male"),
		Checking: r.text("checking"), Savings: r.text("savings"), History: r.text("history"), Employed: r.text("employment"),
		Property: r.text("property"), Housing: r.text("housing"), Repaid: r.oneOf("outcome", "good", "bad") == "good",
	}
}
