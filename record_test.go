package fairlead_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// A call that fails on its way out, after the record was made, was not delivered: the record must not say that it was.
func TestTheRecordOfAnAnswerThatDidNotGoOutSaysSo(t *testing.T) {
	for _, at := range []string{"show", "favourable"} {
		h := newHouse(t)
		h.panics = at
		_, trail, _, err := once(t.Context(), h.stack().Func(), canary())
		require.ErrorIs(t, err, fairlead.ErrRefused)
		r := h.record(t, trail.ID())
		assert.Equal(t, fairlead.Failed, r.Outcome, at)
		assert.Equal(t, transparency.Digest{}, r.Output.Digest, at)
	}
}

// A gate that cannot answer has still been told whom the call is about: the refusal is that person's to find and to have erased.
func TestARefusalOfAGateThatCannotAnswerIsStillAboutSomebody(t *testing.T) {
	h := newHouse(t)
	f := fairlead.Around(h.greet).Consent(nil, h.ask).Otherwise(h.otherwise).Transparency(h.journal, h.explain).Func()
	_, trail, _, err := once(t.Context(), f, canary())
	require.NoError(t, err)
	assert.Equal(t, canarySubject, h.record(t, trail.ID()).Subject)
}

// Leaving the goroutine on the way out is no delivery either.
func TestAnAnswerWhoseCallerLeftIsNotRecordedAsDelivered(t *testing.T) {
	h := newHouse(t)
	f := fairlead.Around(h.greet).
		Privacy(&privacy.Redactor{}, func(_ *privacy.Session, c customer) customer { return c }, func(_ *privacy.Session, a answer) answer {
			runtime.Goexit()
			return a
		}).
		Transparency(h.journal, h.explain).Func()
	ctx, trail := fairlead.Track(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = f(ctx, canary())
	}()
	<-done
	assert.Equal(t, fairlead.Failed, trail.Outcome())
	assert.Equal(t, fairlead.Failed, h.record(t, trail.ID()).Outcome)
}
