package transparency_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func TestDroppingIsNeverSilent(t *testing.T) {
	j, l := open(t, &transparency.Options{OnError: transparency.Drop})
	f := transparency.Wrap(reply, j, explainReply)
	_, err := f(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	assert.Zero(t, j.Dropped())
	require.NoError(t, l.Close())
	out, err := f(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	assert.Equal(t, answer{"re: hello"}, out)
	assert.EqualValues(t, 1, j.Dropped())
	_, err = transparency.Wrap((&desk{outcome: call.Stopped}).wrap(reply), j, explainReply)(t.Context(), question{"c-1", "hello"})
	assert.Equal(t, call.Stopped, call.OutcomeOf(err))
	assert.EqualValues(t, 2, j.Dropped())
	ctx := under(t, nil)
	require.NoError(t, j.Refused(ctx, "denied", "consent", "expired"))
	assert.EqualValues(t, 3, j.Dropped())
	// A call that is refused for another reason stays refused.
	_, err = f(t.Context(), question{Text: "hello"})
	require.ErrorIs(t, err, transparency.ErrRefused)

	strict, _ := open(t, nil)
	assert.Zero(t, strict.Dropped())
	assert.Zero(t, (*transparency.Journal)(nil).Dropped())
	_, err = transparency.New(t.Context(), ledger.Memory(nil), &transparency.Options{OnError: "deliver"})
	require.ErrorIs(t, err, transparency.ErrRefused)
}

func TestWhatCannotBeDigestedIsDroppedIfAsked(t *testing.T) {
	j, _ := open(t, &transparency.Options{OnError: transparency.Drop})
	_, err := transparency.Wrap(func(context.Context, unwritable) (int, error) { return 1, nil }, j,
		func(unwritable, int) transparency.Explanation { return transparency.Explanation{Subject: "c-1"} })(t.Context(), unwritable{})
	require.NoError(t, err)
	assert.EqualValues(t, 1, j.Dropped())
	r := only(t, j, "c-1")
	assert.Zero(t, r.Input.Digest)
	assert.NotZero(t, r.Output.Digest)
}

func TestAnExplainerThatPanicsHangsOrLeavesNeverChangesTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		for name, explain := range map[string]func(question, answer) transparency.Explanation{
			"panics": func(question, answer) transparency.Explanation { panic(canary) },
			"hangs":  func(question, answer) transparency.Explanation { <-release; return transparency.Explanation{} },
			"leaves": func(question, answer) transparency.Explanation { runtime.Goexit(); return transparency.Explanation{} },
		} {
			for _, outcome := range []call.Outcome{call.Allowed, call.Held} {
				l := ledger.Memory(nil)
				j, err := transparency.New(t.Context(), l, &transparency.Options{OnExplain: transparency.Drop, ExplainWithin: time.Second})
				require.NoError(t, err)
				k := &desk{outcome: outcome}
				out, err := transparency.Wrap(k.wrap(reply), j, explain)(call.WithSubject(t.Context(), "c-1"), question{"c-1", "hello"})
				assert.Equal(t, outcome, call.OutcomeOf(err), name)
				assert.Equal(t, outcome == call.Allowed, out == answer{"re: hello"}, name)
				r := only(t, j, "c-1")
				assert.Equal(t, outcome, r.Outcome, name)
				assert.NotEmpty(t, r.Unexplained, name)
				assert.NotContains(t, string(entries(t, l)[0].Body), canary)
			}
		}
		j, err := transparency.New(t.Context(), ledger.Memory(nil), &transparency.Options{ExplainWithin: time.Second})
		require.NoError(t, err)
		_, err = transparency.Wrap(reply, j, func(question, answer) transparency.Explanation { <-release; return transparency.Explanation{} })(
			call.WithSubject(t.Context(), "c-1"), question{"c-1", "hello"})
		require.ErrorIs(t, err, transparency.ErrRefused)
		assert.Contains(t, err.Error(), "Options.ExplainWithin")
		close(release)
	})
}

func TestMaskingBeforeWriting(t *testing.T) {
	hide := func(_ context.Context, s string) (string, error) {
		return strings.ReplaceAll(s, canary, "<HIDDEN>"), nil
	}
	j, l := open(t, &transparency.Options{Payloads: true, Mask: hide})
	factors := []transparency.Factor{{Name: "bought", Value: canary, Weight: 2}}
	_, err := transparency.Wrap(func(ctx context.Context, q question) (map[string]any, error) {
		transparency.Annotate(ctx, transparency.Factor{Name: canary})
		return map[string]any{canary: []any{canary, 12345678901234567890.0, nil}}, nil
	}, j, func(q question, _ map[string]any) transparency.Explanation {
		return transparency.Explanation{
			Subject: "c-1", Summary: "because of " + canary, Result: canary, Consequence: canary, Contest: canary,
			Factors: factors, Citations: []transparency.Citation{{Title: canary, Source: canary}},
		}
	})(t.Context(), question{"c-1", canary})
	require.NoError(t, err)
	assert.NotContains(t, string(entries(t, l)[0].Body), canary)
	r := only(t, j, "c-1")
	assert.Equal(t, "because of <HIDDEN>", r.Explanation.Summary)
	assert.JSONEq(t, `{"Who":"c-1","Text":"<HIDDEN>"}`, string(r.Input.Payload))
	assert.Equal(t, canary, factors[0].Value, "the caller's value stays as it was")

	for _, bad := range []func(context.Context, string) (string, error){
		func(context.Context, string) (string, error) { return canary, errors.New(canary) },
		func(context.Context, string) (string, error) { panic(canary) },
	} {
		j, l := open(t, &transparency.Options{Payloads: true, Mask: bad})
		out, err := transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", canary})
		require.ErrorIs(t, err, transparency.ErrRefused)
		assert.Zero(t, out)
		assert.Equal(t, call.Failed, only(t, j, "c-1").Outcome)
		assert.NotContains(t, string(entries(t, l)[0].Body), canary)
		_, err = j.Record(t.Context(), transparency.Record{Subject: "c-2", Outcome: call.Allowed, Explanation: transparency.Explanation{Summary: canary}})
		require.ErrorIs(t, err, transparency.ErrRefused)
	}
}
