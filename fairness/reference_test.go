package fairness

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reference is testdata/fairness.json; the file states its origin.
type reference struct {
	Counts map[string][]struct {
		Group          []string
		TP, FP, FN, TN float64
	}
	Values []struct {
		Metric, Dataset, Grouping, Source string
		Value                             json.RawMessage
		X, N                              float64
	}
}

func loadReference(t testing.TB) reference {
	t.Helper()
	raw, err := os.ReadFile("testdata/fairness.json")
	require.NoError(t, err)
	var ref reference
	require.NoError(t, json.Unmarshal(raw, &ref))
	return ref
}

// table makes the table of one data set, say "adult/sex".
func (r reference) table(t testing.TB, name string) Table {
	t.Helper()
	cells := r.Counts[name]
	require.NotEmpty(t, cells, name)
	_, attribute, _ := strings.Cut(name, "/")
	out := Table{Attributes: []string{attribute}}
	for _, c := range cells {
		n := c.TP + c.FP + c.FN + c.TN
		out.Cells = append(out.Cells, Cell{
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

var fairlearnNames = map[string]Metric{
	"selection_rate": SelectionRate, "tpr": TPR, "fpr": FPR, "fnr": FNR, "tnr": TNR, "accuracy": Accuracy, "precision": Precision,
}

// Group rates, differences and ratios as Fairlearn gives them.
func TestReferenceRatesAndGaps(t *testing.T) {
	ref := loadReference(t)
	seen := 0
	for _, v := range ref.Values {
		var want float64
		if json.Unmarshal(v.Value, &want) != nil || !strings.HasPrefix(v.Source, "fairlearn") {
			continue
		}
		attribute, group, one := strings.Cut(v.Grouping, "=")
		if _, ok := ref.Counts[v.Dataset+"/"+attribute]; !ok {
			continue
		}
		name, how, gap := strings.Cut(v.Metric, ":")
		label := v.Dataset + " " + v.Metric + " " + v.Grouping
		table := ref.table(t, v.Dataset+"/"+attribute)
		switch {
		case one && name == "count":
			within(t, want, table.Rate(SelectionRate, group).Den, 0, label)
		case one:
			m, ok := fairlearnNames[name]
			require.True(t, ok, label)
			within(t, want, table.Rate(m, group).Value, 1e-12, label)
		case gap:
			to := BetweenGroups()
			if how == "to_overall" {
				to = ToOverall()
			}
			base, ratio := strings.CutSuffix(name, "_ratio")
			base, _ = strings.CutSuffix(base, "_difference")
			m, ok := fairlearnNames[base]
			if !ok {
				continue // named measures: see their own test
			}
			g := table.Difference(m, to)
			if ratio {
				g = table.Ratio(m, to)
			}
			require.True(t, g.Defined, label)
			// The reference subtracts rounded rates: the last digits of a small difference are lost.
			rel := 1e-12 / math.Min(1, 100*math.Abs(want))
			within(t, want, g.Value, rel, label)
			require.True(t, g.Low <= g.Value && g.Value <= g.High, label)
		default:
			continue
		}
		seen++
	}
	require.Greater(t, seen, 130)
}

// The shares of good credit of the 1,000 real decisions that the examples use.
func TestReferenceGermanCredit(t *testing.T) {
	seen := 0
	for _, v := range loadReference(t).Values {
		if v.Dataset != "german1000" {
			continue
		}
		var want float64
		require.NoError(t, json.Unmarshal(v.Value, &want))
		_, value, _ := strings.Cut(v.Grouping, "=")
		table := Table{Attributes: []string{"g"}, Cells: []Cell{{
			Groups: []string{value}, Decisions: uint64(v.N), N: v.N, Squares: v.N, Favourable: v.X,
		}}}
		within(t, want, table.Rate(SelectionRate, value).Value, 1e-12, v.Grouping)
		seen++
	}
	require.Equal(t, 4, seen)
}
