package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

func TestWriteLL144(t *testing.T) {
	table := fairness.Table{Attributes: []string{"sex", "race"}, Cells: []fairness.Cell{
		cell(667, 723, "Male", "White"), cell(555, 626, "Female", "White"), cell(9, 1, "Male", "Asian|x"), cell(1, 2, "", "White"), cell(5, 995, "<script>alert(1)</script>", "White"),
	}}
	for _, scoring := range []bool{false, true} {
		options := fairness.LL144Options{Sex: "sex", Race: "race", ExcludeSmall: true, Scoring: scoring}
		if scoring {
			median := 61.5
			options.Median = &median
		}
		r, err := fairness.LL144(table, options)
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, WriteLL144(&b, r))
		text := b.String()
		assert.Contains(t, text, `Asian\|x is left out of the impact ratios: less than 2 %`)
		assert.Contains(t, text, "assessed 3 individuals with an unknown sex or race/ethnicity category")
		assert.Contains(t, text, "## Intersection of race/ethnicity and sex")
		assert.Contains(t, text, "N/A")
		assert.Equal(t, !scoring, bytes.Contains(b.Bytes(), []byte("# Selected")))
		if scoring {
			assert.Contains(t, text, "| Female | 1181 | 47.0 % | 0.973 |")
		} else {
			assert.Contains(t, text, "| Female | 1181 | 555 | 47.0 % | 0.973 |")
		}
		assert.Equal(t, scoring, strings.Contains(text, "Median score of the full sample: 61.5"))
		var sheet bytes.Buffer
		require.NoError(t, WriteLL144CSV(&sheet, r))
		lines, err := csv.NewReader(&sheet).ReadAll()
		require.NoError(t, err)
		require.Len(t, lines, 1+3+2+4+1)
		assert.Equal(t, []string{"Sex", "Female", "1181", "555", "0.469941", "0.973"}, []string{lines[2][0], lines[2][1], lines[2][2], lines[2][3], lines[2][4], lines[2][5][:5]})
		assert.Contains(t, lines[5][6], "less than 2 %")
		assert.Equal(t, "3", lines[len(lines)-1][2])
		require.ErrorIs(t, WriteLL144CSV(full{}, r), errFull)
		require.ErrorIs(t, WriteLL144(full{}, r), errFull)
		require.ErrorIs(t, WriteLL144HTML(full{}, r), errFull)
		var page bytes.Buffer
		require.NoError(t, WriteLL144HTML(&page, r))
		html := page.String()
		for _, want := range []string{"<h2>Sex</h2>", "<h2>Race/Ethnicity</h2>", "<h2>Intersection of race/ethnicity and sex</h2>", "Asian|x is left out of the impact ratios", "assessed 3 individuals", "<svg", "47.0 %", "0.973", "N/A", "5-303"} {
			assert.Contains(t, html, want)
		}
		assert.Equal(t, !scoring, bytes.Contains(page.Bytes(), []byte("# Selected")))
		assert.NotContains(t, html, "<script")
		assert.Equal(t, scoring, strings.Contains(html, "Median score of the full sample: 61.5"))

	}
}

var errFull = errors.New("full")

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFormsReportWriteErrors(t *testing.T) {
	a, err := Of(sample(), nil)
	require.NoError(t, err)
	for _, err := range []error{a.WriteCSV(full{}), a.WriteHTML(full{}), a.WriteJSON(full{}), a.WriteMarkdown(full{})} {
		assert.ErrorIs(t, err, errFull)
	}
}
