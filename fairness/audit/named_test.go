package audit

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

// aif360 and clarify map the other libraries' names to ours.
func aif360(t fairness.Table, p Pair) map[string]fairness.Figure {
	diff, ratio := p.Difference, p.Ratio
	return map[string]fairness.Figure{
		"statistical_parity_difference": diff(fairness.SelectionRate), "disparate_impact": ratio(fairness.SelectionRate),
		"equal_opportunity_difference": diff(fairness.TPR), "average_odds_difference": p.AverageOddsDifference(),
		"average_abs_odds_difference": p.AverageAbsOddsDifference(), "equalized_odds_difference": p.EqualizedOddsDifference(),
		"average_predictive_value_difference": p.AveragePredictiveValueDifference(),
		"error_rate_difference":               diff(fairness.ErrorRate), "error_rate_ratio": ratio(fairness.ErrorRate),
		"false_positive_rate_difference": diff(fairness.FPR), "false_positive_rate_ratio": ratio(fairness.FPR),
		"false_negative_rate_difference": diff(fairness.FNR), "false_negative_rate_ratio": ratio(fairness.FNR),
		"false_discovery_rate_difference": diff(fairness.FalseDiscovery), "false_omission_rate_difference": diff(fairness.FalseOmission),
		"generalized_entropy_index": GeneralizedEntropy(t, 2), "theil_index": GeneralizedEntropy(t, 1),
		"coefficient_of_variation":                CoefficientOfVariation(t),
		"between_group_generalized_entropy_index": BetweenGroupEntropy(t, 2), "between_group_theil_index": BetweenGroupEntropy(t, 1),
		"differential_fairness_bias_amplification": BiasAmplification(t),
		// AIF360's ClassificationMetric reports the labels' figure under this name too.
		"smoothed_empirical_differential_fairness": LabelEDF(t), "labels.smoothed_edf": LabelEDF(t),
		"labels.disparate_impact": ratio(fairness.BaseRate),
	}
}

func clarify(p Pair) map[string]fairness.Figure {
	turned := func(m fairness.Metric) fairness.Figure { return negated(p.Difference(m)) }
	d := p.LabelDistance()
	return map[string]fairness.Figure{
		"CI": p.ClassImbalance(), "DPL": turned(fairness.BaseRate), "KL": d.KL, "JS": d.JS, "LP": d.LP, "TVD": d.TVD, "KS": d.KS,
		"DPPL": turned(fairness.SelectionRate), "DI": p.Ratio(fairness.SelectionRate), "DCA": p.ConditionalAcceptance(), "DCR": p.ConditionalRejection(),
		"RD": turned(fairness.TPR), "SD": p.Difference(fairness.TNR), "DAR": turned(fairness.Precision), "DRR": p.Difference(fairness.NPV), "AD": turned(fairness.Accuracy), "TE": p.TreatmentEquality(),
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
		p, err := Against(table, group)
		require.NoError(t, err)
		var want float64
		require.NoError(t, json.Unmarshal(v.Value, &want), label)
		names := aif360(table, p)
		if isClarify {
			names = clarify(p)
			names["GE"] = GeneralizedEntropy(table, 2)
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

func TestReferenceReweighing(t *testing.T) {
	ref := loadReference(t)
	weights := Reweigh(ref.table(t, "adult/sex"))
	require.Len(t, weights, 2)
	got := map[string]fairness.Figure{
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
	empty := Reweigh(fairness.Table{Attributes: []string{"g"}, Cells: []fairness.Cell{{Groups: []string{"a"}}}})
	assert.False(t, empty[0].Positive.Defined)
}

func TestConditionalDisparity(t *testing.T) {
	// Berkeley's admissions in small: within each department women fare no worse, over
	// all they seem to.
	stratum := func(wYes, wNo, mYes, mNo float64) Stratum {
		return Stratum{Table: fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{cellOf(wYes, wNo, "w"), cellOf(mYes, mNo, "m")}}}
	}
	easy, hard := stratum(8, 2, 64, 16), stratum(16, 64, 2, 8)
	all, err := fairness.Merge(easy.Table, hard.Table)
	require.NoError(t, err)
	overall := ConditionalDisparity([]Stratum{{Table: all}}, "w")
	require.True(t, overall.Defined)
	assert.InDelta(t, 66.0/90-24.0/90, overall.Value, 1e-15)
	within := ConditionalDisparity([]Stratum{easy, hard}, "w")
	assert.InDelta(t, 0, within.Value, 1e-15)
	assert.False(t, ConditionalDisparity(nil, "w").Defined)
	onlyMen := Stratum{Table: fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{cellOf(3, 3, "m")}}}
	assert.InDelta(t, 0, ConditionalDisparity([]Stratum{onlyMen}, "w").Value, 1e-15)
}

func TestEntropyEdges(t *testing.T) {
	table := fairness.Table{Attributes: []string{"g"}, Cells: []fairness.Cell{{Groups: []string{"a"}, Decisions: 4, N: 4, Squares: 4, TP: 4, Favourable: 4}}}
	assert.Zero(t, GeneralizedEntropy(table, 2).Value)
	assert.Zero(t, GeneralizedEntropy(table, 0).Value)
	table.Cells[0].TP, table.Cells[0].FN = 3, 1
	assert.True(t, GeneralizedEntropy(table, 1).Defined)
	assert.False(t, GeneralizedEntropy(table, 0).Defined, "one person has no benefit")
	assert.False(t, GeneralizedEntropy(table, math.NaN()).Defined)
	assert.False(t, GeneralizedEntropy(fairness.Table{}, 1).Defined)
	table.Cells[0].TP, table.Cells[0].FN = 0, 4
	assert.False(t, GeneralizedEntropy(table, 2).Defined, "nobody has any benefit")
	assert.False(t, SmoothedEDF(fairness.Table{}).Defined)
	assert.True(t, SmoothedEDF(fairness.Table{Cells: []fairness.Cell{cellOf(1, 3, "a"), cellOf(3, 1, "b")}}).Defined)
}

func TestPairWithoutData(t *testing.T) {
	table := fairness.Table{Attributes: []string{"g"}, Cells: []fairness.Cell{
		{Groups: []string{"a"}, Decisions: 4, N: 4, Squares: 4, Favourable: 2, TP: 1, FN: 1, FP: 1, TN: 1},
		{Groups: []string{"b"}, Decisions: 4, N: 4, Squares: 4, Favourable: 2, TP: 2, FN: 0, FP: 1, TN: 1},
		{Groups: []string{"c"}, Decisions: 2, N: 2, Squares: 2, Favourable: 0, TN: 2},
	}}
	p, err := Against(table, "c")
	require.NoError(t, err)
	assert.Contains(t, p.Difference(fairness.TPR).Why, "truly positive")
	assert.False(t, p.EqualizedOddsDifference().Defined)
	assert.False(t, p.TreatmentEquality().Defined)
	assert.False(t, p.ConditionalAcceptance().Defined, "nobody of the group was selected")
	assert.False(t, math.IsNaN(p.LabelDistance().JS.Value), "JS stays finite")
	assert.NotEmpty(t, p.LabelDistance().KL.Why, "KL is infinite when only one side has an outcome")
	assert.Equal(t, []float64{8, 4}, []float64{p.Rest.N, p.Rest.Favourable})
	for _, bad := range []fairness.Table{{}, table.By("nothing"), {Attributes: []string{"g"}, Cells: []fairness.Cell{{Groups: []string{"c"}, N: -1}}}} {
		_, err = Against(bad, "c")
		require.ErrorContains(t, err, "audit: ")
	}
	_, err = Against(table, "nobody")
	require.Error(t, err)
}

// By hand: two of four against none of two, one added to each count.
func TestSmoothedKL(t *testing.T) {
	p := Pair{Group: cellOf(0, 2, "c"), Rest: cellOf(2, 2, "a")}
	assert.InDelta(t, 0.5*math.Log2(0.5/0.25)+0.5*math.Log2(0.5/0.75), p.SmoothedKL(1).Value, 1e-15)
	assert.InDelta(t, 0, Pair{Group: cellOf(5, 5, "c"), Rest: cellOf(50, 50, "a")}.SmoothedKL(1).Value, 1e-15)
	assert.False(t, p.SmoothedKL(0).Defined, "without smoothing it may be infinite")
	assert.False(t, p.SmoothedKL(math.NaN()).Defined)
	assert.False(t, Pair{Group: fairness.Cell{N: -1}}.SmoothedKL(1).Defined)
}
