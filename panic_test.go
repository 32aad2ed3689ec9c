package fairlead_test

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
	"github.com/fairlead-go/fairlead/transparency"
)

// A panic in a function passed to a guard refuses the call with a typed error, and leaves a trace in the journal and the monitor.
func TestAPanicInAFunctionPassedToAGuardRefuses(t *testing.T) {
	type counts struct{ delivered, denied, failed float64 }
	for _, c := range []struct {
		at      string
		outcome fairlead.Outcome
		runs    int
		counted counts
	}{
		{"ask", fairlead.Denied, 0, counts{denied: 1}},
		{"groups", fairlead.Failed, 0, counts{}}, // nobody knows in whose name to count
		{"hide", fairlead.Failed, 0, counts{failed: 1}},
		{"when", fairlead.Failed, 1, counts{failed: 1}},
		{"open", fairlead.Failed, 1, counts{failed: 1}},
		{"explain", fairlead.Failed, 1, counts{failed: 1}},
		{"show", fairlead.Failed, 1, counts{failed: 1}},
		{"favourable", fairlead.Failed, 1, counts{failed: 1}},
	} {
		t.Run(c.at, func(t *testing.T) {
			h := newHouse(t)
			h.panics = c.at
			out, trail, panicked, err := once(t.Context(), h.stack().Func(), canary())
			require.Nil(t, panicked)
			typed(t, err, trail.ID())
			require.ErrorIs(t, err, fairlead.ErrRefused)
			assert.Equal(t, c.outcome, trail.Outcome())
			assert.Equal(t, c.outcome, fairlead.OutcomeOf(err))
			assert.Zero(t, out)
			assert.Equal(t, c.runs, h.runs)
			assert.Contains(t, err.Error(), "panicked")
			clean(t, err.Error(), "the refusal")

			cell := h.cell(t, "f")
			got := counts{cell.N, float64(cell.Ends.Denied), float64(cell.Ends.Failed)}
			assert.Equal(t, c.counted, got)
			r := h.record(t, trail.ID())
			if c.at != "show" && c.at != "favourable" { // those come after the record
				assert.Equal(t, c.outcome, r.Outcome)
				assert.Zero(t, r.Output, "nothing was delivered")
			}

			h.panics = ""
			_, _, _, err = once(t.Context(), h.stack().Func(), canary())
			require.NoError(t, err, "the next call is not harmed")
		})
	}
}

// A panic in what runs is the program's own: it is recorded as failed and goes on as it was.
func TestAPanicInWhatRunsIsRecordedAndGoesOn(t *testing.T) {
	for at, prepare := range map[string]func(*testing.T, *house){"next": nil, "otherwise": withdraw} {
		t.Run(at, func(t *testing.T) {
			h := newHouse(t)
			h.panics = at
			if prepare != nil {
				prepare(t, h)
			}
			_, trail, panicked, err := once(t.Context(), h.stack().Otherwise(h.otherwise).Func(), canary())
			assert.Equal(t, canaryPanic, panicked)
			require.NoError(t, err, "it never returned")
			assert.Equal(t, fairlead.Failed, trail.Outcome())
			require.Error(t, trail.Err())
			clean(t, trail.Err().Error(), "what the trail keeps")
			r := h.record(t, trail.ID())
			assert.Equal(t, fairlead.Failed, r.Outcome)
			assert.Equal(t, uint64(1), h.cell(t, "f").Ends.Failed)
		})
	}
}

func TestAPanicInTheCodecRefuses(t *testing.T) {
	h := newHouse(t)
	h.desk = h.newDesk(t, &oversight.Options{Codec: &oversight.Codec{
		Encode: func(v any) ([]byte, error) { h.explode("encode"); return json.Marshal(v) },
		Decode: func(data []byte, into any) error { h.explode("decode"); return json.Unmarshal(data, into) },
	}})
	f := h.stack().Func()
	in := canary().scored(scoreHeld)

	h.panics = "encode"
	_, trail, panicked, err := once(t.Context(), f, in)
	require.Nil(t, panicked)
	require.ErrorIs(t, err, oversight.ErrRefused)
	typed(t, err, trail.ID())
	clean(t, err.Error(), "the refusal")
	items, err := h.desk.Pending(t.Context(), oversight.Filter{})
	require.NoError(t, err)
	assert.Empty(t, items, "what cannot be kept cannot be held")

	h.panics = ""
	_, _, _, err = once(t.Context(), f, in)
	id := pending(t, err)
	h.decide(t, h.desk, id, oversight.Judgement{Verdict: oversight.Approved})
	h.panics = "decode"
	out, trail, panicked, err := once(oversight.Resume(t.Context(), id), f, in)
	require.Nil(t, panicked)
	require.ErrorIs(t, err, oversight.ErrRefused)
	typed(t, err, trail.ID())
	assert.Zero(t, out)
	clean(t, err.Error(), "the refusal")
	assert.Equal(t, uint64(1), h.cell(t, "f").Ends.Waiting(), "it is still held")

	h.panics = ""
	out, _, _, err = once(oversight.Resume(t.Context(), id), f, in)
	require.NoError(t, err, "and can be resumed again")
	assert.Contains(t, out.Text, canaryEmail)
	assert.Equal(t, 2, h.runs, "once for each of the two calls, never for a resumption")
}

// brittle is an operator, a vault and a value that panic.
type brittle struct{ privacy.Memory }

func (*brittle) Operate(privacy.Value) (string, error) { panic(canaryPanic) }

func (*brittle) Append(context.Context, string, int, []privacy.Entry) (bool, error) {
	panic(canaryPanic)
}

func (*brittle) MarshalJSON() ([]byte, error) { panic(canaryPanic) }

func TestAPanicInWhatAGuardReachesOnlyIndirectlyRefuses(t *testing.T) {
	h := newHouse(t)
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	ran := 0
	say := func(_ context.Context, in string) (string, error) { ran++; return in, nil }
	text := "write to " + canaryEmail
	for name, r := range map[string]*privacy.Redactor{
		"an operator": {Operators: map[pii.Kind]privacy.Operator{"EMAIL_ADDRESS": &brittle{}}},
		"a vault":     {Vault: &brittle{}},
	} {
		f := privacy.Wrap(say, r, (*privacy.Session).Hide, (*privacy.Session).Show)
		out, trail, panicked, err := once(ctx, f, text)
		require.Nil(t, panicked, name)
		require.ErrorIs(t, err, privacy.ErrRefused, name)
		typed(t, err, trail.ID())
		clean(t, err.Error(), name)
		assert.Empty(t, out)
	}
	echo := func(_ context.Context, in *brittle) (*brittle, error) { ran++; return in, nil }
	none := func(*brittle, *brittle) transparency.Explanation { return transparency.Explanation{} }
	_, trail, panicked, err := once(ctx, transparency.Wrap(echo, h.journal, none), &brittle{})
	require.Nil(t, panicked)
	typed(t, err, trail.ID())
	clean(t, err.Error(), "an input that panics when written")
	assert.Zero(t, ran)
}

func TestAPanicInAnAdaptersFunctionRefuses(t *testing.T) {
	h := newHouse(t)
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	ran := 0
	stream := func(context.Context, customer) iter.Seq2[answer, error] {
		return func(yield func(answer, error) bool) { ran++; yield(answer{}, nil) }
	}
	h.panics = "ask"
	for _, err := range fairlead.AroundStream(stream).Consent(h.gate, h.ask).Func()(ctx, canary()) {
		require.ErrorIs(t, err, consent.ErrDenied)
	}
	bad := func(*http.Request) consent.Ask { panic(canaryPanic) }
	w := httptest.NewRecorder()
	handler := consent.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ran++ }), h.gate, bad)
	handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	clean(t, w.Body.String(), "the answer")

	client := &http.Client{Transport: consent.Transport(nil, h.gate, bad)}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:1/", nil)
	require.NoError(t, err)
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusForbidden, resp.StatusCode)

	approve := oversight.Approve(func(context.Context, customer) (answer, error) { ran++; return answer{}, nil }, h.desk,
		func(customer) oversight.Case { panic(canaryPanic) })
	_, trail, panicked, err := once(ctx, approve, canary())
	require.Nil(t, panicked)
	typed(t, err, trail.ID())

	groups := fairness.Wrap(h.greet, h.monitor, func(customer) fairness.Groups { panic(errModel) }, h.favourable)
	_, trail, panicked, err = once(ctx, groups, canary())
	require.Nil(t, panicked)
	typed(t, err, trail.ID())
	require.NotErrorIs(t, err, errModel, "of a panic only the type is kept")
	assert.Zero(t, ran+h.runs)
}
