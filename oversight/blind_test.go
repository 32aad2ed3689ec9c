package oversight_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func blind(share float64, hold bool) oversight.Policy {
	return oversight.Policy{Rate: 1, Blind: share, Rules: []oversight.Rule{
		{Name: "all", When: func(oversight.Case) bool { return hold }, Hold: true},
	}}
}

// openBlind makes calls until there is one blind case, and returns it with the input of its call.
func openBlind(t *testing.T, desk *oversight.Desk) (uuid.UUID, customer) {
	t.Helper()
	var m model
	guarded := oversight.Wrap(m.recommend, desk, describe)
	for n := range 1000 {
		in := customer{ID: "row-" + strconv.Itoa(n)}
		_, err := guarded(about(t.Context(), "anna"), in)
		id := held(t, err).Case
		if file, err := desk.Get(t.Context(), id); err == nil && file.Blind {
			return id, in
		}
	}
	t.Fatal("no case is blind")
	return uuid.Nil, customer{}
}

// In a blind case nobody sees the answer before they have said what theirs is; the same answer, however it is written, is
// agreement and delivers what the function said; another one is delivered in its place.
func TestBlindCaseHidesTheAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		own  any
		want oversight.Verdict
	}{
		"the same, written otherwise": {nil, oversight.Approved},
		"another":                     {[]offer{{Product: "savings", Price: 7}}, oversight.Replaced},
	} {
		t.Run(name, func(t *testing.T) {
			desk := newDesk(t, ledger.Memory(nil), blind(0.5, true))
			id, in := openBlind(t, desk)
			file, err := desk.Get(t.Context(), id)
			require.NoError(t, err)
			require.Empty(t, file.Output)
			require.NotEmpty(t, file.Input)

			lease := claim(t, desk, "rosa", id)
			err = desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved})
			require.ErrorIs(t, err, oversight.ErrInvalid, "nobody approves what they have not seen")
			j := oversight.Judgement{Verdict: oversight.Replaced, Output: tc.own}
			if tc.want == oversight.Approved {
				// The model's price is 100 times the number of its runs.
				shown := showOutput(t, desk, id)
				j.Output = json.RawMessage(`[ {"Price": ` + strconv.Itoa(shown[0].Price) + `, "Product":"loan"} ]`)
			}
			require.NoError(t, desk.Submit(t.Context(), lease, j))
			require.NoError(t, desk.Submit(t.Context(), lease, j), "once more does no harm")
			file, err = desk.Get(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, tc.want, file.Verdict)
			require.NotEmpty(t, file.Output, "it is decided: nothing is hidden any more")

			var m model
			out, err := oversight.Wrap(m.recommend, desk, describe)(oversight.Resume(about(t.Context(), "anna"), id), in)
			require.NoError(t, err)
			require.Zero(t, m.runs)
			if tc.want == oversight.Replaced {
				require.Equal(t, []offer{{Product: "savings", Price: 7}}, out)
			} else {
				require.Equal(t, "loan", out[0].Product)
			}
		})
	}
}

// showOutput reads the answer that a blind case hides.
func showOutput(t *testing.T, desk *oversight.Desk, id uuid.UUID) (out []offer) {
	t.Helper()
	require.NoError(t, json.Unmarshal(oversight.HiddenOutput(t, desk, id), &out))
	return out
}

// Where blind reviewers differ, whoever settles it sees everything.
func TestBlindCaseIsShownToWhoSettlesIt(t *testing.T) {
	p := blind(0.5, true)
	p.Rules[0].Need = 2
	desk := newDesk(t, ledger.Memory(nil), p)
	id, _ := openBlind(t, desk)
	first := claim(t, desk, "rosa", id)
	require.NoError(t, desk.Submit(t.Context(), first, oversight.Judgement{Verdict: oversight.Replaced, Output: []offer{{Product: "a"}}}))
	file, err := desk.Get(t.Context(), id)
	require.NoError(t, err)
	require.Empty(t, file.Output, "the second does not see it either")
	second := claim(t, desk, "ruth", id)
	require.NoError(t, desk.Submit(t.Context(), second, oversight.Judgement{Verdict: oversight.Rejected}))
	file, err = desk.Get(t.Context(), id)
	require.NoError(t, err)
	require.NotEmpty(t, file.Output)
	require.NoError(t, desk.Adjudicate(t.Context(), claim(t, desk, "third", id), oversight.Judgement{Verdict: oversight.Approved}))
}

// Reviewers who follow the machine nine times in ten when they see it, and six times when they do not: the difference is measured, and
// the rate of overruling is that of the cases where there was something to overrule, over all decisions.
func TestAutomationBiasIsMeasured(t *testing.T) {
	l := ledger.Memory(nil)
	desk := newDesk(t, l, blind(0.4, false))
	right := func(_ context.Context, n int) (int, error) { return n, nil }
	guarded := oversight.Wrap(right, desk, func(int, int) oversight.Case { return oversight.Case{} })
	rng := rand.New(rand.NewPCG(4, 2))
	const calls = 1000
	for n := range calls {
		_, err := guarded(about(t.Context(), "anna"), n)
		require.NoError(t, err)
	}
	shown, hidden := 0, 0
	for range calls {
		lease, err := desk.Claim(t.Context(), "rosa", uuid.Nil)
		require.NoError(t, err)
		file, err := desk.Get(t.Context(), lease.Case)
		require.NoError(t, err)
		var in int
		require.NoError(t, json.Unmarshal(file.Input, &in))
		agree := 0.9
		if file.Blind {
			agree, hidden = 0.6, hidden+1
		} else {
			shown++
		}
		j := oversight.Judgement{Verdict: oversight.Replaced, Output: in}
		switch {
		case rng.Float64() >= agree:
			j.Output = in + 1
		case !file.Blind:
			j = oversight.Judgement{Verdict: oversight.Approved}
		}
		require.NoError(t, desk.Submit(t.Context(), lease, j))
	}
	// Which cases are hidden depends on the decisions' IDs, other ones in each run: bounds that one run in ten thousand misses.
	q, err := desk.Quality(t.Context(), oversight.Window{Confidence: 0.9999})
	require.NoError(t, err)
	assert.True(t, q.Bias.Defined)
	assert.Equal(t, [2]int{shown, hidden}, [2]int{q.Bias.Shown.Judged, q.Bias.Hidden.Judged})
	assert.InDelta(t, 400, hidden, 65)
	assert.InDelta(t, 0.3, q.Bias.Difference, 0.11)
	assert.Less(t, q.Bias.Low, 0.3)
	assert.Greater(t, q.Bias.High, 0.3)
	assert.Positive(t, q.Bias.Low)

	e, err := desk.Estimate(t.Context(), oversight.Window{})
	require.NoError(t, err)
	assert.Equal(t, shown, e.Reviewed)
	assert.InDelta(t, 0.1, e.Value, 0.05)
	assert.InDelta(t, calls, e.Decisions, 110, "the shown ones stand for the hidden ones")

	none, err := newDesk(t, ledger.Memory(nil), oversight.Policy{}).Quality(t.Context(), oversight.Window{})
	require.NoError(t, err)
	assert.False(t, none.Bias.Defined)
	assert.Equal(t, [2]float64{-1, 1}, [2]float64{none.Bias.Low, none.Bias.High})
}

func TestAnswersAreComparedAsJSON(t *testing.T) {
	same := [][2]string{{`{"a":1,"b":[1.0,-0.0]}`, ` {"b":[1e0,0],"a":1.00}`}, {`12345678901234567890`, `12345678901234567890`}, {`"é"`, `"\u00e9"`}}
	for _, p := range same {
		assert.Equal(t, oversight.AnswerOf([]byte(p[0])), oversight.AnswerOf([]byte(p[1])), "%s", p[0])
	}
	for _, p := range [][2]string{{`[1,2]`, `[2,1]`}, {`12345678901234567890`, `12345678901234567891`}, {`1`, `"1"`}, {`null`, `{}`}, {`{`, `[`}} {
		assert.NotEqual(t, oversight.AnswerOf([]byte(p[0])), oversight.AnswerOf([]byte(p[1])), "%s", p[0])
	}
}
