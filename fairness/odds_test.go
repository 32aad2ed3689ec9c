package fairness

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReferenceNamedGaps(t *testing.T) {
	ref := loadReference(t)
	seen := 0
	for _, v := range ref.Values {
		name, how, ok := strings.Cut(v.Metric, ":")
		if _, known := ref.Counts[v.Dataset+"/"+v.Grouping]; !ok || !known || v.Source != "fairlearn" {
			continue
		}
		table := ref.table(t, v.Dataset+"/"+v.Grouping)
		to := BetweenGroups()
		if how == "to_overall" {
			to = ToOverall()
		}
		var want float64
		require.NoError(t, json.Unmarshal(v.Value, &want))
		if how == "mean" {
			within(t, want, table.AverageOddsDifference(to).Value, 1e-12, v.Metric)
			seen++
			continue
		}
		g, ok := map[string]Gap{
			"demographic_parity_difference": table.DemographicParityDifference(to), "demographic_parity_ratio": table.DemographicParityRatio(to),
			"equalized_odds_difference": table.EqualizedOddsDifference(to), "equalized_odds_ratio": table.EqualizedOddsRatio(to),
			"equal_opportunity_difference": table.EqualOpportunityDifference(to), "equal_opportunity_ratio": table.EqualOpportunityRatio(to),
		}[name]
		require.True(t, ok, v.Metric)
		within(t, want, g.Value, 1e-12, v.Dataset+" "+v.Metric)
		seen++
	}
	assert.Equal(t, 39, seen)
}

// A group without positives is left out by name; others turn it into the worst gap.
func TestGroupWithoutPositives(t *testing.T) {
	table := Table{Attributes: []string{"g"}, Cells: []Cell{
		{Groups: []string{"a"}, Decisions: 4, N: 4, Squares: 4, Favourable: 2, TP: 1, FN: 1, FP: 1, TN: 1},
		{Groups: []string{"b"}, Decisions: 4, N: 4, Squares: 4, Favourable: 2, TP: 2, FN: 0, FP: 1, TN: 1},
		{Groups: []string{"c"}, Decisions: 2, N: 2, Squares: 2, Favourable: 0, TN: 2},
	}}
	g := table.EqualizedOddsDifference(BetweenGroups())
	assert.Equal(t, []Left{{[]string{"c"}, noPositive}}, g.LeftOut)
	assert.Equal(t, 0.5, g.Value)
}
