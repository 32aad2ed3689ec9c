package fairlead_test

import (
	"context"
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
	"github.com/fairlead-go/fairlead/transparency"
)

// Zero values refuse: an engine that nobody made lets nothing pass, in every form in which it can stand around a function.
func TestNilAndZeroEnginesRefuseEveryCall(t *testing.T) {
	type stack = fairlead.Stack[customer, answer]
	h := newHouse(t)
	for name, c := range map[string]struct {
		add     func(stack) stack
		want    error
		outcome fairlead.Outcome
	}{
		"nil gate":     {func(s stack) stack { return s.Consent(nil, h.ask) }, consent.ErrDenied, fairlead.Denied},
		"zero gate":    {func(s stack) stack { return s.Consent(&consent.Gate{}, h.ask) }, consent.ErrDenied, fairlead.Denied},
		"nil monitor":  {func(s stack) stack { return s.Fairness(nil, h.groups, h.favourable) }, fairness.ErrNotCounted, fairlead.Failed},
		"zero monitor": {func(s stack) stack { return s.Fairness(&fairness.Monitor{}, h.groups, h.favourable) }, fairness.ErrNotCounted, fairlead.Failed},
		"nil redactor": {func(s stack) stack { return s.Privacy(nil, h.hide, h.show) }, privacy.ErrRefused, fairlead.Failed},
		"nil journal":  {func(s stack) stack { return s.Transparency(nil, h.explain) }, transparency.ErrRefused, fairlead.Failed},
		"zero journal": {func(s stack) stack { return s.Transparency(&transparency.Journal{}, h.explain) }, transparency.ErrRefused, fairlead.Failed},
		"nil desk":     {func(s stack) stack { return s.Oversight(nil, h.open) }, oversight.ErrRefused, fairlead.Failed},
		"zero desk":    {func(s stack) stack { return s.Oversight(&oversight.Desk{}, h.open) }, oversight.ErrRefused, fairlead.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.add(fairlead.Around(h.greet)).Func()
			for range 2 {
				out, trail, panicked, err := once(fairlead.WithSubject(t.Context(), canarySubject), f, canary())
				require.Nil(t, panicked)
				require.ErrorIs(t, err, c.want)
				typed(t, err, trail.ID())
				assert.Equal(t, c.outcome, trail.Outcome())
				assert.Zero(t, out)
			}
			assert.Zero(t, h.runs, "the function must not have run")
		})
	}
	t.Run("a session nobody opened", func(t *testing.T) {
		f := fairlead.Around(h.greet).Privacy(h.redactor, h.hide, h.show).Func()
		for _, s := range []*privacy.Session{nil, {}} {
			_, trail, _, err := once(privacy.WithSession(t.Context(), s), f, canary())
			require.ErrorIs(t, err, privacy.ErrRefused)
			typed(t, err, trail.ID())
		}
		assert.Zero(t, h.runs)
	})
}

// Otherwise answers for a gate that cannot answer, too: the person gets what everybody gets.
func TestOtherwiseRunsWhenTheGateIsNil(t *testing.T) {
	h := newHouse(t)
	out, trail, _, err := once(t.Context(), fairlead.Around(h.greet).Consent(nil, h.ask).Otherwise(h.otherwise).Func(), canary())
	require.NoError(t, err)
	assert.Equal(t, "what most people take", out.Text)
	assert.Equal(t, fairlead.Fallback, trail.Outcome())
	assert.Zero(t, h.runs)
}

func TestNilEnginesRefuseInEveryAdapter(t *testing.T) {
	h := newHouse(t)
	ran := 0
	stream := func(context.Context, customer) iter.Seq2[answer, error] {
		return func(yield func(answer, error) bool) { ran++; yield(answer{}, nil) }
	}
	explains := func(customer, []answer) transparency.Explanation { return transparency.Explanation{} }
	ctx := fairlead.WithSubject(t.Context(), canarySubject)
	for want, f := range map[error]func(context.Context, customer) iter.Seq2[answer, error]{
		consent.ErrDenied:       fairlead.AroundStream(stream).Consent(nil, h.ask).Func(),
		transparency.ErrRefused: fairlead.AroundStream(stream).Transparency(nil, explains).Func(),
	} {
		n := 0
		for out, err := range f(ctx, canary()) {
			n++
			require.ErrorIs(t, err, want)
			assert.Zero(t, out)
		}
		assert.Equal(t, 1, n, "a refusal is the stream's only element")
	}

	handler := consent.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { ran++ }), nil, nil)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)

	approve := oversight.Approve(func(context.Context, customer) (answer, error) { ran++; return answer{}, nil }, nil,
		func(customer) oversight.Case { return oversight.Case{} })
	_, err := approve(ctx, canary())
	require.ErrorIs(t, err, oversight.ErrRefused)
	assert.Zero(t, ran)
}

// Without any subject the guards that are about a person refuse; privacy and fairness need none.
func TestWithoutASubject(t *testing.T) {
	type stack = fairlead.Stack[customer, answer]
	h := newHouse(t)
	nobody := func(customer, answer) transparency.Explanation { return transparency.Explanation{} }
	for name, c := range map[string]struct {
		add  func(stack) stack
		want error
		runs int
	}{
		"consent": {func(s stack) stack {
			return s.Consent(h.gate, func(customer) consent.Ask { return consent.Ask{Purpose: purpose} })
		}, consent.ErrDenied, 0},
		"oversight":    {func(s stack) stack { return s.Oversight(h.desk, h.open) }, oversight.ErrRefused, 0},
		"transparency": {func(s stack) stack { return s.Transparency(h.journal, nobody) }, transparency.ErrRefused, 1},
		"fairness":     {func(s stack) stack { return s.Fairness(h.monitor, h.groups, h.favourable) }, nil, 1},
		"privacy":      {func(s stack) stack { return s.Privacy(h.redactor, h.hide, h.show) }, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h.runs = 0
			out, trail, _, err := once(t.Context(), c.add(fairlead.Around(h.greet)).Func(), canary())
			assert.Equal(t, c.runs, h.runs)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
			typed(t, err, trail.ID())
			assert.Zero(t, out, "nothing is delivered about nobody")
		})
	}
}

// A second, different subject is a mistake that could show one person what belongs to another: it refuses.
func TestTwoSubjectsInOneCallRefuse(t *testing.T) {
	h := newHouse(t)
	other := func(customer, answer) transparency.Explanation {
		return transparency.Explanation{Subject: "somebody-else"}
	}
	f := fairlead.Around(h.greet).Consent(h.gate, h.ask).Transparency(h.journal, other).Func()
	out, trail, _, err := once(t.Context(), f, canary())
	require.ErrorIs(t, err, fairlead.ErrRefused)
	typed(t, err, trail.ID())
	assert.Zero(t, out)
	assert.NotContains(t, err.Error(), "somebody-else")
	clean(t, err.Error(), "the refusal")

	// Inside Privacy what describe functions call a subject may be a placeholder, so it is not looked at.
	f = h.stack().Func()
	_, trail, _, err = once(t.Context(), f, canary())
	require.NoError(t, err)
	assert.Equal(t, canarySubject, h.record(t, trail.ID()).Subject)
}
