package explain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vec is the tests' input: up to twelve numbers.
type vec [12]float64

func vecFields(n int) Fields[vec] {
	var fs Fields[vec]
	for j := range n {
		fs.List = append(fs.List, Field[vec]{
			Name:  "x" + strconv.Itoa(j),
			Copy:  func(dst, src *vec) { dst[j] = src[j] },
			Words: func(in *vec) string { return strconv.FormatFloat(in[j], 'f', 1, 64) },
		})
	}
	return fs
}

func vecs(rng *rand.Rand, n int) []vec {
	out := make([]vec, n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = rng.NormFloat64()
		}
	}
	return out
}

// curved has an interaction and a step, so that nothing about it is additive.
func curved(_ context.Context, x vec) (float64, error) {
	z := 0.3*x[0] - 0.8*x[1] + x[2]*x[3] + 0.1*x[4]
	for j := 5; j < 12; j++ {
		z += 0.05 * float64(j) * x[j]
	}
	if x[5] > 0.2 {
		z += 0.7
	}
	return 1 / (1 + math.Exp(-z)), nil
}

func TestALinearModelHasItsClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	weights := vecs(rng, 1)[0]
	linear := func(_ context.Context, x vec) (float64, error) {
		y := 3.0
		for j := range x {
			y += weights[j] * x[j]
		}
		return y, nil
	}
	background := vecs(rng, 20)
	in := vecs(rng, 1)[0]
	for name, o := range map[string]*Options{"exact": nil, "permutations": {Sample: true, Seed: 7}} {
		a, err := Shapley(t.Context(), linear, in, background, vecFields(12), o)
		require.NoError(t, err)
		for j, p := range a.Parts {
			mean := 0.0
			for _, row := range background {
				mean += row[j] / 20
			}
			assert.InDelta(t, weights[j]*(in[j]-mean), p.Phi, 1e-12, "%s %d", name, j)
		}
		assert.InDelta(t, 0, a.Residual, 1e-12)
		assert.True(t, a.Steady())
	}
	history := viewer{Seen: []string{"a", "bb", "ccc"}}
	byLength := func(_ context.Context, v viewer) (float64, error) {
		y := 3.0
		for _, s := range v.Seen {
			y += 0.7 * float64(len(s))
		}
		return y, nil
	}
	out, err := Influence(t.Context(), byLength, history, seen, itself, nil)
	require.NoError(t, err)
	for j, p := range out.Parts {
		assert.InDelta(t, 0.7*float64(j+1), p.Phi, 1e-12)
	}
	assert.InDelta(t, 0, out.Residual, 1e-12)
	oracle := kernelSHAP(t, linear, in, background[:3], 6)
	a, err := Shapley(t.Context(), linear, in, background[:3], vecFields(6), nil)
	require.NoError(t, err)
	for j := range oracle {
		assert.InDelta(t, a.Parts[j].Phi, oracle[j], 1e-12)
	}
}

func TestExactAgreesWithKernelSHAP(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{2, 3, 5, 8, 10} {
		background, in := vecs(rng, 5), vecs(rng, 1)[0]
		a, err := Shapley(t.Context(), curved, in, background, vecFields(n), nil)
		require.NoError(t, err)
		assert.Equal(t, Exact, a.Method)
		assert.InDelta(t, 0, a.Residual, 1e-9)
		assert.Equal(t, 1+5<<n, a.Evals)
		for j, phi := range kernelSHAP(t, curved, in, background, n) {
			assert.InDelta(t, phi, a.Parts[j].Phi, 1e-10, "%d of %d", j, n)
		}
	}
}

func TestOneFieldTakesItAll(t *testing.T) {
	for _, sample := range []bool{false, true} {
		a, err := Shapley(t.Context(), curved, vec{1, 2}, []vec{{3, 4}, {5, 6}}, vecFields(1), &Options{Sample: sample})
		require.NoError(t, err)
		assert.InDelta(t, a.Output-a.Base, a.Parts[0].Phi, 1e-15)
	}
}

// The 95 % interval of the sampled method has to cover the exact value in at least 93 % of trials.
func TestSampledIntervalsCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	background, in := vecs(rng, 4), vecs(rng, 1)[0]
	const n, trials = 6, 1000
	truth, err := Shapley(t.Context(), curved, in, background, vecFields(n), nil)
	require.NoError(t, err)
	var covered [n]int
	for trial := range trials {
		a, err := Shapley(t.Context(), curved, in, background, vecFields(n), &Options{Sample: true, Seed: uint64(trial), MaxEvals: 20 * 4 * 2 * (n - 1)})
		require.NoError(t, err)
		require.InDelta(t, 0, a.Residual, 1e-9)
		require.Equal(t, uint64(trial), a.Seed)
		for j, p := range a.Parts {
			if p.Low-1e-12 <= truth.Parts[j].Phi && truth.Parts[j].Phi <= p.High+1e-12 {
				covered[j]++
			}
		}
	}
	t.Log(covered)
	for j := range covered {
		assert.GreaterOrEqual(t, covered[j], trials*93/100, "field %d", j)
	}
}

func TestTheStopTargetAndTheBudgetHold(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	background, in := vecs(rng, 10), vecs(rng, 1)[0]
	a, err := Shapley(t.Context(), curved, in, background, vecFields(12), &Options{Sample: true, Target: 0.01})
	require.NoError(t, err)
	for _, p := range a.Parts {
		assert.LessOrEqual(t, p.High-p.Phi, 0.01)
	}
	assert.Less(t, a.Evals, DefaultMaxEvals/2)
	again, err := Shapley(t.Context(), curved, in, background, vecFields(12), &Options{Sample: true, Target: 0.01})
	require.NoError(t, err)
	assert.Equal(t, a, again, "the same seed, the same answer")

	all, err := Shapley(t.Context(), curved, in, background, vecFields(12), &Options{MaxEvals: 10_000})
	require.NoError(t, err)
	assert.Equal(t, Permutation, all.Method)
	assert.LessOrEqual(t, all.Evals, 10_000)
	_, err = Shapley(t.Context(), curved, in, background, vecFields(12), &Options{MaxEvals: 100})
	require.ErrorIs(t, err, ErrBudget)
}

func TestManyGoroutinesGiveTheVeryAnswerOfOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	background, in := vecs(rng, 7), vecs(rng, 1)[0]
	for _, sample := range []bool{false, true} {
		for _, fields := range []int{1, 2, 9} {
			one, err := Shapley(t.Context(), curved, in, background, vecFields(fields), &Options{Sample: sample, Target: 0.02, Seed: 3})
			require.NoError(t, err)
			for _, workers := range []int{2, 3, 16} {
				many, err := Shapley(t.Context(), curved, in, background, vecFields(fields), &Options{Sample: sample, Target: 0.02, Seed: 3, Parallel: workers})
				require.NoError(t, err)
				if sample {
					assert.GreaterOrEqual(t, many.Evals, one.Evals, "a last round may have been begun in vain")
					many.Evals = one.Evals
				}
				assert.Equal(t, one, many)
			}
		}
	}
	for name, bad := range map[string]func(context.Context, vec) (float64, error){
		"error": func(context.Context, vec) (float64, error) { return 0, errors.New("no") },
		"panic": func(context.Context, vec) (float64, error) { panic("no") },
		"leaves": func(_ context.Context, x vec) (float64, error) {
			if x[0] != 1 {
				runtime.Goexit()
			}
			return 0, nil
		},
	} {
		_, err := Shapley(t.Context(), bad, vec{1}, []vec{{2}}, vecFields(4), &Options{Parallel: 4})
		require.ErrorIs(t, err, ErrModel, name)
	}
}

func TestGroupsCountAsOne(t *testing.T) {
	oneHot := func(_ context.Context, x vec) (float64, error) { return 2*x[0] + 5*x[1] + x[2], nil }
	fields := vecFields(3)
	grouped := Fields[vec]{List: []Field[vec]{Group("colour", fields.List[0], fields.List[1]), fields.List[2]}}
	a, err := Shapley(t.Context(), oneHot, vec{0, 1, 1}, []vec{{1, 0, 0}}, grouped, nil)
	require.NoError(t, err)
	assert.InDelta(t, 3, a.Parts[0].Phi, 1e-12)
	assert.InDelta(t, 1, a.Parts[1].Phi, 1e-12)
}

type applicant struct {
	Income float64 `explain:"income"`
	Rent   float64 `explain:"income"` // one group with it
	Loans  int
	Sex    string `explain:"-"`
	secret int
}

func TestStructAndMapInputs(t *testing.T) {
	f := func(_ context.Context, a applicant) (float64, error) {
		y := a.Income - a.Rent - 10*float64(a.Loans)
		if a.Sex == "f" {
			y += 1000
		}
		return y + float64(a.secret), nil
	}
	in, row := applicant{300, 100, 2, "f", 1}, applicant{200, 50, 0, "m", 0}
	a, err := Shapley(t.Context(), f, in, []applicant{row}, StructFields[applicant](), nil)
	require.NoError(t, err)
	require.Len(t, a.Parts, 2)
	assert.Equal(t, "income", a.Parts[0].Name)
	assert.InDelta(t, 50, a.Parts[0].Phi, 1e-12)
	assert.InDelta(t, -20, a.Parts[1].Phi, 1e-12)
	assert.Equal(t, "2", a.Parts[1].Value)
	assert.InDelta(t, 1151, a.Base, 1e-12, "what is not listed stays as in the input")
	assert.Panics(t, func() { StructFields[int]() })

	byKey := func(_ context.Context, m map[string]int) (float64, error) {
		return float64(m["a"] + 2*m["b"]*m["c"]), nil
	}
	inMap, rowMap := map[string]int{"a": 1, "b": 2, "c": 3}, map[string]int{"c": 1}
	m, err := Shapley(t.Context(), byKey, inMap, []map[string]int{rowMap, nil}, MapFields[string, int]("a", "b", "c"), nil)
	require.NoError(t, err)
	assert.InDelta(t, 13, m.Output, 0)
	assert.InDelta(t, 0, m.Base, 0)
	assert.InDelta(t, 0, m.Residual, 1e-12)
	assert.Equal(t, map[string]int{"a": 1, "b": 2, "c": 3}, inMap)
	assert.Equal(t, map[string]int{"c": 1}, rowMap)
	_, err = Shapley(t.Context(), byKey, nil, []map[string]int{rowMap}, MapFields[string, int]("a", "c"), nil)
	require.NoError(t, err)
}

func TestAnUnsteadyModelIsLabelled(t *testing.T) {
	for _, sample := range []bool{false, true} {
		n := 0.0
		a, err := Shapley(t.Context(), func(context.Context, vec) (float64, error) { n++; return n, nil }, vec{}, []vec{{1}}, vecFields(2), &Options{Sample: sample})
		require.NoError(t, err)
		assert.False(t, a.Steady())
	}
}

func TestWhatTheModelDoesWrongIsAnError(t *testing.T) {
	boom := errors.New("canary")
	ctx, cancel := context.WithCancel(t.Context())
	cases := map[string]struct {
		f    func(context.Context, vec) (float64, error)
		want error
	}{
		"error":    {func(context.Context, vec) (float64, error) { return 0, boom }, boom},
		"panic":    {func(context.Context, vec) (float64, error) { panic("canary") }, ErrModel},
		"NaN":      {func(context.Context, vec) (float64, error) { return math.NaN(), nil }, ErrModel},
		"infinity": {func(context.Context, vec) (float64, error) { return math.Inf(1), nil }, ErrModel},
		"cancel":   {func(context.Context, vec) (float64, error) { cancel(); return 0, nil }, ErrStopped},
	}
	for name, c := range cases {
		for _, o := range []*Options{nil, {Sample: true}} {
			ctx := ctx
			if name != "cancel" {
				ctx = t.Context()
			}
			a, err := Shapley(ctx, c.f, vec{}, make([]vec, 8), vecFields(12), o)
			require.ErrorIs(t, err, c.want, name)
			assert.Zero(t, a)
			assert.NotContains(t, fmt.Sprintf("%+v %#v", err, err), "canary")
			var typed *Error
			require.ErrorAs(t, err, &typed)
			assert.Equal(t, 500, typed.HTTPStatus())
		}
	}
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	twice := vecFields(2)
	twice.List[1].Name = "x0"
	many := Fields[vec]{List: make([]Field[vec], 300)}
	for name, ask := range map[string]func() error{
		"no function":   func() error { _, err := Shapley(t.Context(), nil, vec{}, []vec{{}}, vecFields(1), nil); return err },
		"no background": func() error { _, err := Shapley(t.Context(), curved, vec{}, nil, vecFields(1), nil); return err },
		"no fields":     func() error { _, err := Shapley(t.Context(), curved, vec{}, []vec{{}}, Fields[vec]{}, nil); return err },
		"no copy": func() error {
			_, err := Shapley(t.Context(), curved, vec{}, []vec{{}}, Fields[vec]{List: []Field[vec]{{Name: "x"}}}, nil)
			return err
		},
		"same name": func() error { _, err := Shapley(t.Context(), curved, vec{}, []vec{{}}, twice, nil); return err },
		"too many":  func() error { _, err := Shapley(t.Context(), curved, vec{}, []vec{{}}, many, nil); return err },
	} {
		require.ErrorIs(t, ask(), ErrInvalid, name)
	}
}

func TestAnAttributionIsStoredAndReadAgain(t *testing.T) {
	a, err := Shapley(t.Context(), curved, vec{1, 2, 3}, []vec{{}}, vecFields(3), &Options{Reference: "zero"})
	require.NoError(t, err)
	js, err := a.JSON()
	require.NoError(t, err)
	var b Attribution
	require.NoError(t, json.Unmarshal(js, &b))
	assert.Equal(t, a, b)
	fs := a.Factors(2)
	require.Len(t, fs, 2)
	assert.GreaterOrEqual(t, fs[0].Strength(), fs[1].Strength())
	assert.NotContains(t, fmt.Sprintf("%+v %#v %v", a, a.Parts, fs), "2.0")
}

func TestExactAllocatesLittle(t *testing.T) {
	background, fields := make([]vec, 20), vecFields(12)
	for i := range fields.List {
		fields.List[i].Words = nil
	}
	got := testing.AllocsPerRun(5, func() { _, _ = Shapley(t.Context(), curved, vec{1}, background, fields, nil) })
	assert.LessOrEqual(t, got, 5.0)
}

// cheap is a function of about 20 ns, the size of model the design's figure is for; BenchmarkModel says how much it takes here.
func cheap(_ context.Context, x vec) (float64, error) {
	a, b := 1.0, 0.0
	for range 5 {
		for j := 0; j+1 < len(x); j += 2 {
			a += x[j] * x[j+1]
			b += x[j] - 0.5*x[j+1]*a
		}
	}
	return a*b + x[0], nil
}

func BenchmarkShapleyExact12x20(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	background, in, fields := vecs(rng, 20), vecs(rng, 1)[0], vecFields(12)
	for i := range fields.List {
		fields.List[i].Words = nil
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Shapley(context.Background(), cheap, in, background, fields, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShapleyExact12x20Parallel(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	background, in, fields := vecs(rng, 20), vecs(rng, 1)[0], vecFields(12)
	o := &Options{Parallel: runtime.GOMAXPROCS(0)}
	for b.Loop() {
		if _, err := Shapley(context.Background(), cheap, in, background, fields, o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkModel(b *testing.B) {
	x := vecs(rand.New(rand.NewPCG(1, 1)), 1)[0]
	for b.Loop() {
		_, _ = cheap(context.Background(), x)
	}
}
