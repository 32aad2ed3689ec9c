package oversight

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAgreementVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/agreement.json")
	require.NoError(t, err)
	var ref struct {
		Krippendorff []struct {
			Name                              string
			Data                              [][]*float64
			Nominal, Ordinal, Interval, Ratio *float64
		}
		Fleiss struct {
			Counts [][]int `json:"counts_per_subject_and_category"`
			Kappa  float64
		}
		Cohen []struct {
			Table [][]int
			Kappa float64
		}
	}
	require.NoError(t, json.Unmarshal(raw, &ref))
	checked := 0
	for _, v := range ref.Krippendorff {
		data := make([][]float64, len(v.Data))
		for i, row := range v.Data {
			for _, x := range row {
				if x == nil {
					data[i] = append(data[i], math.NaN())
				} else {
					data[i] = append(data[i], *x)
				}
			}
		}
		for scale, want := range map[Scale]*float64{Nominal: v.Nominal, Ordinal: v.Ordinal, Intervals: v.Interval, Ratios: v.Ratio} {
			if want == nil {
				continue
			}
			got, err := KrippendorffAlpha(data, scale)
			require.NoError(t, err)
			assert.InDelta(t, *want, got, 0.00005, "%s, scale %d", v.Name, scale)
			checked++
		}
	}
	got, err := FleissKappa(ref.Fleiss.Counts)
	require.NoError(t, err)
	assert.InDelta(t, ref.Fleiss.Kappa, got, 0.00005)
	for _, v := range ref.Cohen {
		got, err := CohenKappa(v.Table)
		require.NoError(t, err)
		assert.InDelta(t, v.Kappa, got, 0.00005)
		checked++
	}
	assert.Equal(t, 10, checked)
}

func TestAgreementThatIsUndefined(t *testing.T) {
	nan := math.NaN()
	for name, f := range map[string]func() (float64, error){
		"cohen, none":          func() (float64, error) { return CohenKappa(nil) },
		"cohen, one category":  func() (float64, error) { return CohenKappa([][]int{{7, 0}, {0, 0}}) },
		"fleiss, none":         func() (float64, error) { return FleissKappa(nil) },
		"fleiss, one reviewer": func() (float64, error) { return FleissKappa([][]int{{1, 0}}) },
		"fleiss, all the same": func() (float64, error) { return FleissKappa([][]int{{3, 0}, {3, 0}}) },
		"alpha, none":          func() (float64, error) { return KrippendorffAlpha(nil, Nominal) },
		"alpha, no pair":       func() (float64, error) { return KrippendorffAlpha([][]float64{{1, nan}, {nan, 2}}, Nominal) },
		"alpha, all the same":  func() (float64, error) { return KrippendorffAlpha([][]float64{{1, 1}, {1, 1}}, Intervals) },
	} {
		_, err := f()
		require.ErrorIs(t, err, ErrUndefined, name)
	}
	for name, f := range map[string]func() (float64, error){
		"not square": func() (float64, error) { return CohenKappa([][]int{{1}, {2}}) },
		"negative":   func() (float64, error) { return CohenKappa([][]int{{-1}}) },
		"ragged":     func() (float64, error) { return FleissKappa([][]int{{1, 1}, {2}}) },
		"uneven":     func() (float64, error) { return FleissKappa([][]int{{1, 1}, {2, 1}}) },
		"rows":       func() (float64, error) { return KrippendorffAlpha([][]float64{{1}, {1, 2}}, Nominal) },
		"infinite":   func() (float64, error) { return KrippendorffAlpha([][]float64{{math.Inf(1)}}, Nominal) },
		"below zero": func() (float64, error) { return KrippendorffAlpha([][]float64{{-1, 2}, {1, 2}}, Ratios) },
	} {
		_, err := f()
		assert.ErrorIs(t, err, ErrInvalid, name)
	}
}

func FuzzAlphaNeverPanics(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 255, 0}, uint8(2), uint8(1))
	f.Fuzz(func(t *testing.T, raw []byte, rows, scale uint8) {
		n := int(rows)%5 + 1
		data := make([][]float64, n)
		for i, b := range raw[:len(raw)/n*n] {
			v := float64(b)
			if b == 255 {
				v = math.NaN()
			}
			data[i%n] = append(data[i%n], v)
		}
		got, err := KrippendorffAlpha(data, Scale(scale%4))
		if err == nil && (math.IsNaN(got) || got > 1+1e-9) {
			t.Fatal(got)
		}
	})
}

// Measurements that hardly ever coincide take no more memory than there are of them.
func TestAlphaOfManyDifferentValues(t *testing.T) {
	const n = 200_000
	a, b := make([]float64, n), make([]float64, n)
	for i := range n {
		a[i], b[i] = float64(i), float64(i)+0.25
	}
	got, err := KrippendorffAlpha([][]float64{a, b}, Intervals)
	require.NoError(t, err)
	// The differences are 1/4, the variance is that of 0 to n-1 and a little.
	require.InDelta(t, 1-0.0625/(2*float64(n)*float64(n)/12), got, 1e-12)
	got, err = KrippendorffAlpha([][]float64{a, b}, Ordinal)
	require.NoError(t, err)
	require.InDelta(t, 1, got, 1e-9)
	_, err = KrippendorffAlpha([][]float64{{0.1, 0.1, 0.1}, {0.1, 0.1, 0.1}}, Intervals)
	require.ErrorIs(t, err, ErrUndefined)
	_, err = KrippendorffAlpha([][]float64{{1, 2}, {1, 2}}, Ratios+1)
	require.ErrorIs(t, err, ErrInvalid)
}

// Alpha does not depend on the unit of measurement, however large or small the numbers are in it.
func TestAlphaHasNoUnit(t *testing.T) {
	for _, scale := range []Scale{Intervals, Ratios} {
		want, err := KrippendorffAlpha([][]float64{{1, 2, 3}, {2, 2, 3}}, scale)
		require.NoError(t, err)
		for _, unit := range []float64{1e300, 5e307, 1e-300, 1e-322} {
			got, err := KrippendorffAlpha([][]float64{{1 * unit, 2 * unit, 3 * unit}, {2 * unit, 2 * unit, 3 * unit}}, scale)
			require.NoError(t, err)
			assert.InDelta(t, want, got, 0.1*boolTo(unit == 1e-322)+1e-9, "scale %d in units of %g", scale, unit)
		}
	}
}
