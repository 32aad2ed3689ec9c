package audit

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

// The inputs of the reference's edge cases are not in it; these tables have its rates.
func edgeTable(name string) fairness.Table {
	t := fairness.Table{Attributes: []string{"g"}}
	cell := func(group string, tp, fp, fn, tn float64) {
		n := tp + fp + fn + tn
		t.Cells = append(t.Cells, fairness.Cell{
			Groups: []string{group}, Decisions: uint64(n), N: n, Squares: n, Favourable: tp + fp, TP: tp, FP: fp, FN: fn, TN: tn,
		})
	}
	switch name {
	case "edge:no-positives-in-b", "edge:no-positives-in-unpriv":
		cell("a", 1, 1, 1, 1)
		cell("b", 0, 0, 0, 4)
	case "edge:all-zero-preds":
		cell("a", 0, 0, 2, 2)
		cell("b", 0, 0, 2, 2)
	}
	return t
}

// Where another tool answers 0, NaN or nothing, the figure here is not defined and says
// why. These are all the rows of the reference that differ, one by one.
var differs = map[string]string{
	"edge:no-positives-in-b tpr g=b":                                     "truly positive",  // Fairlearn: 0
	"edge:no-positives-in-b fnr g=b":                                     "truly positive",  // Fairlearn: 0
	"edge:all-zero-preds demographic_parity_ratio g":                     "every rate is 0", // Fairlearn: NaN
	"edge:no-positives-in-unpriv edge.equal_opportunity_difference a":    "truly positive",  // AIF360: NaN
	"edge:no-positives-in-unpriv edge.false_discovery_rate_difference a": "was favourable",  // AIF360: 0/0 is 0
}

func TestReferenceEdges(t *testing.T) {
	rates := map[string]fairness.Metric{"tpr": fairness.TPR, "fpr": fairness.FPR, "fnr": fairness.FNR, "sel": fairness.SelectionRate}
	seen, different := 0, 0
	for _, v := range loadReference(t).Values {
		if !strings.HasPrefix(v.Dataset, "edge:") {
			continue
		}
		seen++
		table := edgeTable(v.Dataset)
		var got fairness.Figure
		if m, ok := rates[v.Metric]; ok {
			r := table.Rate(m, strings.TrimPrefix(v.Grouping, "g="))
			got = fairness.Figure{Value: r.Value, Defined: r.Defined, Why: r.Why}
		} else {
			p, err := Against(table, "b")
			require.NoError(t, err)
			switch v.Metric {
			case "demographic_parity_ratio":
				g := table.DemographicParityRatio(fairness.BetweenGroups())
				got = fairness.Figure{Value: g.Value, Defined: g.Defined, Why: g.Why}
			case "edge.equal_opportunity_difference":
				got = p.Difference(fairness.TPR)
			case "edge.false_positive_rate_difference":
				got = p.Difference(fairness.FPR)
			case "edge.disparate_impact":
				got = p.Ratio(fairness.SelectionRate)
			case "edge.false_discovery_rate_difference":
				got = p.Difference(fairness.FalseDiscovery)
			default:
				t.Fatalf("unknown reference %s", v.Metric)
			}
		}
		label := v.Dataset + " " + v.Metric + " " + v.Grouping
		if why, ok := differs[label]; ok {
			different++
			assert.False(t, got.Defined, label)
			assert.Contains(t, got.Why, why, label)
			continue
		}
		var want float64
		require.NoError(t, json.Unmarshal(v.Value, &want), label)
		require.True(t, got.Defined, label)
		within(t, want, got.Value, 1e-12, label)
	}
	assert.Equal(t, 13, seen)
	assert.Len(t, differs, different, "every difference that is listed occurs")
}
