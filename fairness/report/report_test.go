package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

func cell(yes, no float64, groups ...string) fairness.Cell {
	return fairness.Cell{Groups: groups, Decisions: uint64(yes + no), N: yes + no, Squares: yes + no, Favourable: yes}
}

func sample() fairness.Table {
	return fairness.Table{Attributes: []string{"sex", "age"}, Cells: []fairness.Cell{
		cell(90, 310, "f", "<=25"), cell(160, 440, "f", ">25"), cell(190, 210, "m", "<=25"), cell(310, 290, "m", ">25"),
		cell(3, 4, "", ">25"),
	}}
}

var at = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

func all(t testing.TB, a Audit) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, write := range map[string]func(io.Writer) error{
		"html": a.WriteHTML, "md": a.WriteMarkdown, "csv": a.WriteCSV, "json": a.WriteJSON,
	} {
		var b bytes.Buffer
		require.NoError(t, write(&b), name)
		out[name] = b.String()
	}
	return out
}

func TestEveryFormSaysTheSame(t *testing.T) {
	a, err := Of(sample(), &Options{At: at, Title: "Credit"})
	require.NoError(t, err)
	require.Len(t, a.Views, 3)
	assert.Equal(t, fairness.Action, a.Verdict.Status)
	forms := all(t, a)
	for name, text := range forms {
		assert.Contains(t, text, "f", name)
		if name != "csv" {
			assert.Contains(t, text, "ACTION", name)
			assert.Contains(t, text, "Credit", name)
		}
	}
	assert.Contains(t, forms["html"], "<svg")
	assert.Contains(t, forms["html"], "(not known)")
	assert.NotContains(t, forms["html"], "<script")
	assert.Contains(t, forms["md"], "| f | 1000 | 250 | 25.0 % |")
	lines, err := csv.NewReader(strings.NewReader(forms["csv"])).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 1+3+2+5)
	var back Audit
	require.NoError(t, json.Unmarshal([]byte(forms["json"]), &struct{ Title *string }{&back.Title}))
	assert.Equal(t, "Credit", back.Title)
}

// Names of groups come from data: they must be text everywhere.
func TestHostileGroupNames(t *testing.T) {
	evil := `<script>alert(1)</script>|*x*`
	table := fairness.Table{Attributes: []string{"g"}, Cells: []fairness.Cell{cell(50, 50, evil), cell(50, 50, "=SUM(A1)"), cell(40, 60, "plain")}}
	a, err := Of(table, &Options{Title: evil, At: at})
	require.NoError(t, err)
	forms := all(t, a)
	assert.NotContains(t, forms["html"], "<script")
	assert.NotContains(t, forms["md"], "<script")
	assert.NotContains(t, forms["md"], "|*x*")
	assert.Contains(t, forms["csv"], "'=SUM")
}

func TestSmallGroupsCannotBeWorkedOut(t *testing.T) {
	table := fairness.Table{Attributes: []string{"sex", "age"}, Cells: []fairness.Cell{
		cell(500, 500, "f", "old"), cell(400, 403, "f", "young"), cell(3, 1, "m", "old"), cell(600, 607, "m", "young"), cell(1, 1, "x", "old"),
	}}
	a, err := Of(table, &Options{At: at})
	require.NoError(t, err)
	for _, v := range a.Views {
		require.NotEqual(t, 1, v.Suppressed, v.Attributes)
	}
	rows := map[string]Row{}
	for _, v := range a.Views {
		for _, r := range v.Rows {
			rows[strings.Join(v.Attributes, "+")+":"+r.Group] = r
		}
	}
	assert.True(t, rows["sex:x"].Suppressed, "two people")
	assert.True(t, rows["sex+age:m, old"].Suppressed, "four people")
	// x alone could be worked out from the total, so m is hidden with it; and what is
	// hidden by sex is not shown by intersection.
	assert.True(t, rows["sex:m"].Suppressed)
	assert.True(t, rows["sex+age:m, young"].Suppressed)
	assert.False(t, rows["sex:f"].Suppressed)
	for name, text := range all(t, a) {
		for _, figure := range []string{"803", "1207", "1,207", "1211", "1,211", "603"} {
			assert.NotContains(t, strings.ReplaceAll(text, "1803", ""), figure, name)
		}
	}
	everything, err := Of(table, &Options{At: at, MinCell: -1})
	require.NoError(t, err)
	assert.Zero(t, everything.Views[0].Suppressed+everything.Views[2].Suppressed)
}

func TestEmptyAndBrokenTables(t *testing.T) {
	for name, table := range map[string]fairness.Table{
		"empty":  {},
		"none":   {Attributes: []string{"sex"}},
		"one":    {Attributes: []string{"sex"}, Cells: []fairness.Cell{cell(5, 5, "f")}},
		"broken": {Attributes: []string{"sex"}, Cells: []fairness.Cell{{Groups: []string{"f"}, Decisions: 9, N: -9}}},
		"shape":  {Attributes: []string{"sex", "age"}, Cells: []fairness.Cell{cell(5, 5, "f")}},
	} {
		a, err := Of(table, &Options{At: at})
		require.NoError(t, err, name)
		assert.Equal(t, fairness.NotEnoughData, a.Verdict.Status, name)
		all(t, a)
	}
	_, err := Of(sample(), &Options{Limits: &fairness.Limits{Ratio: 7}})
	assert.Error(t, err)
}

func ExampleOf() {
	table := fairness.Table{Attributes: []string{"sex"}, Cells: []fairness.Cell{
		{Groups: []string{"f"}, Decisions: 1000, N: 1000, Squares: 1000, Favourable: 310},
		{Groups: []string{"m"}, Decisions: 1000, N: 1000, Squares: 1000, Favourable: 500},
	}}
	a, err := Of(table, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := a.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// by,group,decisions,favourable,rate,low,high,why,denied,fallback,waiting,stopped,abandoned,failed
	// sex,f,1000,310,0.310000,0.282108,0.339347,,0,0,0,0,0,0
	// sex,m,1000,500,0.500000,0.469070,0.530930,,0,0,0,0,0,0
}

// What a bet has proven is not covered up by what the counts say.
func TestABetsVerdictStands(t *testing.T) {
	v := fairness.Verdict{
		Status: fairness.Watch, Sentence: "WATCH: a bet.",
		Findings: []fairness.Finding{{Attributes: []string{"sex"}, Status: fairness.OK, Sentence: "OK: the counts."}},
	}
	a := audit(sample(), v, fairness.DefaultRatio, Options{At: at})
	assert.Equal(t, "WATCH: a bet.", a.Verdict.Sentence)
	for name, text := range all(t, a) {
		if name != "csv" {
			assert.Contains(t, text, "WATCH: a bet.", name)
		}
	}
}

// A page of many small cells must come in good time, and nothing hidden may be worked out:
// no line has exactly one hidden row.
func TestSuppressionOfManyCells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	table := fairness.Table{Attributes: []string{"a", "b"}}
	const side = 64
	for i := range side {
		for j := range side {
			n := float64(r.IntN(300))
			c := cell(float64(int(n/2)), n-float64(int(n/2)), fmt.Sprint(i), fmt.Sprint(j))
			c.Ends.Denied = uint64(r.IntN(9))
			table.Cells = append(table.Cells, c)
		}
	}
	a, err := Of(table, &Options{At: at})
	require.NoError(t, err)
	view := a.Views[2]
	require.Len(t, view.Rows, side*side)
	assert.Less(t, view.Suppressed, side*side/2, "no more than is needed")
	rows, ends := map[string]int{}, map[string]int{}
	for _, row := range view.Rows {
		first, second, _ := strings.Cut(row.Group, ", ")
		for _, key := range []string{"", "a" + first, "b" + second} {
			if row.Suppressed {
				rows[key]++
			}
			if row.Ends.Denied.Hidden {
				ends[key]++
			}
		}
		assert.False(t, !row.Suppressed && row.Decisions > 0 && row.Decisions < DefaultMinCell)
	}
	for _, hidden := range []map[string]int{rows, ends} {
		for key, n := range hidden {
			assert.NotEqual(t, 1, n, key)
		}
	}
}
