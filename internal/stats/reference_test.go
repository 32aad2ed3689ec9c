package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// reference is the part of fairness/testdata/fairness.json these tests read; the file states
// its origin.
type reference struct {
	Values []struct {
		Metric, Grouping string
		Value            json.RawMessage
	}
	Sequential struct {
		CountsOnly []struct {
			Cells [][2]float64
			LogE  float64 `json:"log_e"`
		} `json:"counts_only"`
		Betting struct {
			A, B, Wealth []float64
			NextLambda   []float64 `json:"next_lambda"`
		}
	}
}

func loadReference(t testing.TB) reference {
	t.Helper()
	raw, err := os.ReadFile("../../fairness/testdata/fairness.json")
	require.NoError(t, err)
	var ref reference
	require.NoError(t, json.Unmarshal(raw, &ref))
	return ref
}

// within fails unless got is want to the given relative error; zero must be exact.
func within(t testing.TB, want, got, rel float64, msg string) {
	t.Helper()
	if want == got {
		return
	}
	if math.IsNaN(got) || math.Abs(got-want) > rel*math.Abs(want) {
		t.Errorf("%s: want %.17g, got %.17g", msg, want, got)
	}
}

func TestWilsonReference(t *testing.T) {
	seen := 0
	for _, v := range loadReference(t).Values {
		if v.Metric != "ci95_wilson" {
			continue
		}
		var want [2]float64
		require.NoError(t, json.Unmarshal(v.Value, &want))
		var x, n float64
		_, err := fmt.Sscanf(v.Grouping, "%g/%g", &x, &n)
		require.NoError(t, err)
		got := Wilson(Count{x, n - x}, 0.95)
		within(t, want[0], got.Low, 1e-12, v.Grouping)
		within(t, want[1], got.High, 1e-12, v.Grouping)
		seen++
	}
	require.Equal(t, 5, seen)
}

func TestCountsOnlyReference(t *testing.T) {
	vectors := loadReference(t).Sequential.CountsOnly
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		counts := make([]Count, len(v.Cells))
		for i, c := range v.Cells {
			counts[i] = Count{c[0], c[1]}
		}
		got := LogE(counts)
		within(t, v.LogE, got, 1e-12, "log e")
		// The tolerance tests with no tolerance are the same test.
		within(t, got, LogERatio(counts, 1), 1e-9, "ratio 1")
		within(t, got, LogEGap(counts, 0), 1e-9, "gap 0")
	}
}
