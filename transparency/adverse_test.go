package transparency_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

type applicant [8]float64

func score(weights applicant) func(context.Context, applicant) (float64, error) {
	return func(_ context.Context, a applicant) (float64, error) {
		y := a[0] * a[1]
		for i := range a {
			y += weights[i] * a[i]
		}
		return y, nil
	}
}

func applicantFields() (fields explain.Fields[applicant], reasons transparency.ReasonMap) {
	reasons = transparency.ReasonMap{Version: "2026-03", Reasons: map[string]transparency.ReasonText{}}
	for i := range 8 {
		name := "f" + strconv.Itoa(i)
		fields.List = append(fields.List, explain.Field[applicant]{Name: name, Copy: func(dst, src *applicant) { dst[i] = src[i] }})
		reasons.Reasons[name] = transparency.ReasonText{Code: "R" + strconv.Itoa(i), Text: "feature " + name + " too low for the amount asked for"}
	}
	return fields, reasons
}

// What was stored gives the very reasons that were given, in every one of 10,000 cases, after a round trip through the log.
func TestAdverseReasonsReplay(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	draw := func() (a applicant) {
		for i := range a {
			a[i] = math.Round(rng.NormFloat64()*4) / 2 // coarse, so that ties occur
		}
		return a
	}
	fields, reasons := applicantFields()
	j, _ := open(t, nil)
	given := 0
	for given < 10_000 {
		a, err := explain.Shapley(t.Context(), score(draw()), draw(), []applicant{draw()}, fields, &explain.Options{Reference: "approved applicants"})
		require.NoError(t, err)
		adverse, err := reasons.Adverse(a)
		if err != nil {
			continue // nothing spoke against this one
		}
		given++
		require.NotEmpty(t, adverse.Reasons)
		require.LessOrEqual(t, len(adverse.Reasons), 4)
		for i, r := range adverse.Reasons {
			require.Negative(t, r.Weight)
			require.True(t, i == 0 || adverse.Reasons[i-1].Weight <= r.Weight, "not ranked")
		}
		id, err := j.Record(t.Context(), transparency.Record{
			Subject: "c-1", Outcome: call.Rejected, Explanation: transparency.Explanation{Attribution: &a, Adverse: adverse},
		})
		require.NoError(t, err)
		r, err := j.Lookup(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, adverse, r.Explanation.Adverse)
		require.True(t, reasons.Replays(r.Explanation))
		r.Explanation.Attribution.Parts[0].Phi -= 1000
		require.False(t, reasons.Replays(r.Explanation), "other figures give other reasons")
	}
	other := reasons
	other.Version = "2026-04"
	assert.False(t, other.Replays(transparency.Explanation{}))
}

func TestReasonsAreNeverGuessed(t *testing.T) {
	fields, reasons := applicantFields()
	a, err := explain.Shapley(t.Context(), score(applicant{}), applicant{-1, 1}, []applicant{{}}, fields, nil)
	require.NoError(t, err)
	_, err = reasons.Adverse(a)
	require.ErrorIs(t, err, transparency.ErrRefused, "no reference point")
	a.Reference = "approved applicants"
	_, err = reasons.Adverse(a)
	require.NoError(t, err)
	a.Unsteady = 0.1
	_, err = reasons.Adverse(a)
	require.ErrorIs(t, err, transparency.ErrRefused)
	a.Unsteady = 0
	delete(reasons.Reasons, "f0")
	_, err = reasons.Adverse(a)
	require.ErrorIs(t, err, transparency.ErrRefused, "no words for what counted")
	_, err = reasons.Adverse(explain.Attribution{Reference: "x", Parts: []explain.Part{{Name: "f1", Phi: 1}, {Name: "f2", Phi: math.NaN()}}})
	require.ErrorIs(t, err, transparency.ErrRefused, "nothing against")
	for _, text := range []string{"Other", "Internal policy.", "did not meet our standards", "Credit score", " ", "insufficient-score"} {
		m := transparency.ReasonMap{Version: "1", Reasons: map[string]transparency.ReasonText{"x": {Code: "1", Text: text}}}
		require.ErrorIs(t, m.Check(), transparency.ErrRefused, text)
	}
	require.Error(t, transparency.ReasonMap{}.Check())
}

func TestAnExplanationAfterTheAnswer(t *testing.T) {
	j, l := open(t, nil)
	ctx, trail := call.Track(t.Context())
	_, err := transparency.Wrap(reply, j, func(q question, _ answer) transparency.Explanation {
		return transparency.Explanation{Subject: q.Who, Model: "m", Summary: "first"}
	})(ctx, question{"c-1", "hello"})
	require.NoError(t, err)
	late := transparency.Explanation{Subject: "c-2", Summary: "Your income is low", Factors: []transparency.Factor{{Name: "income", Weight: -1}}}
	for range 2 {
		require.NoError(t, j.Explain(t.Context(), trail.ID(), late))
	}
	r := only(t, j, "c-1")
	assert.Equal(t, []string{"decision.recorded allowed", "decision.explained allowed"}, kinds(t, r))
	assert.Equal(t, "Your income is low.", r.Why())
	assert.Equal(t, "m", r.Explanation.Model, "what it left empty stays")
	assert.NotZero(t, r.Output.Digest)
	for range j.Find(t.Context(), "c-2") {
		t.Fatal("an explanation cannot say whom a record is about")
	}
	require.ErrorIs(t, j.Explain(t.Context(), uuid.New(), late), transparency.ErrNotFound)
	require.ErrorIs(t, j.Explain(t.Context(), trail.ID(), transparency.Explanation{}), transparency.ErrRefused)
	require.NoError(t, l.Close())
	require.Error(t, j.Explain(t.Context(), trail.ID(), late))
	require.NotErrorIs(t, j.Explain(t.Context(), trail.ID(), late), transparency.ErrNotFound)
}
