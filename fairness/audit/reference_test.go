package audit

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

// reference is ../testdata/fairness.json; the file states its origin.
type reference struct {
	Counts map[string][]struct {
		Group          []string
		TP, FP, FN, TN float64
	}
	Values []struct {
		Metric, Dataset, Grouping, Source string
		Value                             json.RawMessage
	}
}

func loadReference(t testing.TB) reference {
	t.Helper()
	raw, err := os.ReadFile("../testdata/fairness.json")
	require.NoError(t, err)
	var ref reference
	require.NoError(t, json.Unmarshal(raw, &ref))
	return ref
}

// table makes the table of one data set, say "adult/sex".
func (r reference) table(t testing.TB, name string) fairness.Table {
	t.Helper()
	cells := r.Counts[name]
	require.NotEmpty(t, cells, name)
	_, attribute, _ := strings.Cut(name, "/")
	out := fairness.Table{Attributes: []string{attribute}}
	for _, c := range cells {
		n := c.TP + c.FP + c.FN + c.TN
		out.Cells = append(out.Cells, fairness.Cell{
			Groups: c.Group, Decisions: uint64(n), N: n, Squares: n, Favourable: c.TP + c.FP,
			TP: c.TP, FP: c.FP, FN: c.FN, TN: c.TN,
		})
	}
	return out
}

// within fails unless got is want to the given relative error.
func within(t testing.TB, want, got, rel float64, msg string) {
	t.Helper()
	if want != got && !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s: want %.17g, got %.17g", msg, want, got)
	}
}

// cellOf is a cell of plain counts.
func cellOf(yes, no float64, groups ...string) fairness.Cell {
	return fairness.Cell{Groups: groups, Decisions: uint64(yes + no), N: yes + no, Squares: yes + no, Favourable: yes}
}
