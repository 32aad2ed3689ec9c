package fairness

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// aif360 and clarify map the other libraries' names to ours.
func aif360(t Table, p Pair) map[string]Figure {
	diff, ratio := p.Difference, p.Ratio
	return map[string]Figure{
		"statistical_parity_difference": diff(SelectionRate), "disparate_impact": ratio(SelectionRate),
		"equal_opportunity_difference": diff(TPR), "average_odds_difference": p.AverageOddsDifference(),
		"average_abs_odds_difference": p.AverageAbsOddsDifference(), "equalized_odds_difference": p.EqualizedOddsDifference(),
		"average_predictive_value_difference": p.AveragePredictiveValueDifference(),
		"error_rate_difference":               diff(ErrorRate), "error_rate_ratio": ratio(ErrorRate),
		"false_positive_rate_difference": diff(FPR), "false_positive_rate_ratio": ratio(FPR),
		"false_negative_rate_difference": diff(FNR), "false_negative_rate_ratio": ratio(FNR),
		"false_discovery_rate_difference": diff(FalseDiscovery), "false_omission_rate_difference": diff(FalseOmission),
		"generalized_entropy_index": t.GeneralizedEntropy(2), "theil_index": t.GeneralizedEntropy(1),
		"coefficient_of_variation":                t.CoefficientOfVariation(),
		"between_group_generalized_entropy_index": t.BetweenGroupEntropy(2), "between_group_theil_index": t.BetweenGroupEntropy(1),
		"differential_fairness_bias_amplification": t.BiasAmplification(),
		// AIF360's ClassificationMetric reports the labels' figure under this name too.
		"smoothed_empirical_differential_fairness": t.LabelEDF(), "labels.smoothed_edf": t.LabelEDF(),
		"labels.disparate_impact": ratio(BaseRate),
	}
}

func clarify(p Pair) map[string]Figure {
	turned := func(m Metric) Figure { return p.Difference(m).negated() }
	d := p.LabelDistance()
	return map[string]Figure{
		"CI": p.ClassImbalance(), "DPL": turned(BaseRate), "KL": d.KL, "JS": d.JS, "LP": d.LP, "TVD": d.TVD, "KS": d.KS,
		"DPPL": turned(SelectionRate), "DI": p.Ratio(SelectionRate), "DCA": p.ConditionalAcceptance(), "DCR": p.ConditionalRejection(),
		"RD": turned(TPR), "SD": p.Difference(TNR), "DAR": turned(Precision), "DRR": p.Difference(NPV), "AD": turned(Accuracy), "TE": p.TreatmentEquality(),
	}
}

// notHere lists the reference values this test cannot recompute, with the reason.
var notHere = map[string]string{
	"CDDL": "its strata (by race) are not in the reference", "CDDPL": "its strata (by race) are not in the reference",
	"generalized_entropy_index(alpha=0) as coded": "AIF360 divides by the mean twice; ours is not defined there",
}

func TestReferenceOtherLibraries(t *testing.T) {
	ref := loadReference(t)
	seen := 0
	for _, v := range ref.Values {
		isAIF, isClarify := strings.HasPrefix(v.Source, "AIF360"), strings.HasPrefix(v.Source, "Clarify")
		attribute, rest, _ := strings.Cut(v.Grouping, ":")
		if _, ok := ref.Counts[v.Dataset+"/"+attribute]; !ok || !(isAIF || isClarify) || strings.HasPrefix(v.Metric, "reweighing") {
			continue
		}
		label := v.Dataset + " " + v.Metric
		if notHere[v.Metric] != "" {
			continue
		}
		table := ref.table(t, v.Dataset+"/"+attribute)
		group := "Female"
		if strings.Contains(rest, "unpriv=Male") {
			group = "Male"
		}
		p, err := table.Against(group)
		require.NoError(t, err)
		var want float64
		require.NoError(t, json.Unmarshal(v.Value, &want), label)
		names := aif360(table, p)
		if isClarify {
			names = clarify(p)
			names["GE"] = table.GeneralizedEntropy(2)
		}
		got, ok := names[v.Metric]
		require.True(t, ok, label)
		require.True(t, got.Defined, label)
		// Differences of rounded rates lose digits: the bound is absolute below 0.01.
		within(t, want, got.Value, 1e-12/math.Min(1, 100*math.Abs(want)), label)
		seen++
	}
	assert.Greater(t, seen, 60)
}

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

func TestReferenceReweighing(t *testing.T) {
	ref := loadReference(t)
	weights := ref.table(t, "adult/sex").Reweigh()
	require.Len(t, weights, 2)
	got := map[string]Figure{
		"reweighing.w_up_fav": weights[0].Positive, "reweighing.w_up_unfav": weights[0].Negative,
		"reweighing.w_p_fav": weights[1].Positive, "reweighing.w_p_unfav": weights[1].Negative,
	}
	seen := 0
	for _, v := range ref.Values {
		if f, ok := got[v.Metric]; ok {
			var want float64
			require.NoError(t, json.Unmarshal(v.Value, &want))
			within(t, want, f.Value, 1e-12, v.Metric)
			seen++
		}
	}
	assert.Equal(t, 4, seen)
	empty := Table{Attributes: []string{"g"}, Cells: []Cell{{Groups: []string{"a"}}}}.Reweigh()
	assert.False(t, empty[0].Positive.Defined)
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
	p, err := table.Against("c")
	require.NoError(t, err)
	assert.Contains(t, p.Difference(TPR).Why, "truly positive")
	assert.False(t, p.EqualizedOddsDifference().Defined)
	assert.False(t, p.TreatmentEquality().Defined)
	assert.False(t, p.ConditionalAcceptance().Defined, "nobody of the group was selected")
	assert.False(t, math.IsNaN(p.LabelDistance().JS.Value), "JS stays finite")
	assert.NotEmpty(t, p.LabelDistance().KL.Why, "KL is infinite when only one side has an outcome")
	_, err = table.Against("nobody")
	require.Error(t, err)
	_, err = table.By("nothing").Against("a")
	assert.Error(t, err)
}

func TestConditionalDisparity(t *testing.T) {
	// Berkeley's admissions in small: within each department women fare no worse, over
	// all they seem to.
	stratum := func(wYes, wNo, mYes, mNo float64) Stratum {
		return Stratum{Table: Table{Attributes: []string{"sex"}, Cells: []Cell{cellOf(wYes, wNo, "w"), cellOf(mYes, mNo, "m")}}}
	}
	easy, hard := stratum(8, 2, 64, 16), stratum(16, 64, 2, 8)
	all, err := Merge(easy.Table, hard.Table)
	require.NoError(t, err)
	overall := ConditionalDisparity([]Stratum{{Table: all}}, "w")
	require.True(t, overall.Defined)
	assert.InDelta(t, 66.0/90-24.0/90, overall.Value, 1e-15)
	within := ConditionalDisparity([]Stratum{easy, hard}, "w")
	assert.InDelta(t, 0, within.Value, 1e-15)
	assert.False(t, ConditionalDisparity(nil, "w").Defined)
	onlyMen := Stratum{Table: Table{Attributes: []string{"sex"}, Cells: []Cell{cellOf(3, 3, "m")}}}
	assert.InDelta(t, 0, ConditionalDisparity([]Stratum{onlyMen}, "w").Value, 1e-15)
}

func TestEntropyEdges(t *testing.T) {
	table := Table{Attributes: []string{"g"}, Cells: []Cell{{Groups: []string{"a"}, Decisions: 4, N: 4, Squares: 4, TP: 4, Favourable: 4}}}
	assert.Zero(t, table.GeneralizedEntropy(2).Value)
	assert.Zero(t, table.GeneralizedEntropy(0).Value)
	table.Cells[0].TP, table.Cells[0].FN = 3, 1
	assert.True(t, table.GeneralizedEntropy(1).Defined)
	assert.False(t, table.GeneralizedEntropy(0).Defined, "one person has no benefit")
	assert.False(t, table.GeneralizedEntropy(math.NaN()).Defined)
	assert.False(t, Table{}.GeneralizedEntropy(1).Defined)
	table.Cells[0].TP, table.Cells[0].FN = 0, 4
	assert.False(t, table.GeneralizedEntropy(2).Defined, "nobody has any benefit")
	assert.False(t, Table{}.SmoothedEDF().Defined)
	assert.True(t, Table{Cells: []Cell{cellOf(1, 3, "a"), cellOf(3, 1, "b")}}.SmoothedEDF().Defined)
}
