package fairlead_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// A delivery that fails on its way out and succeeds the next time is on record as delivered; a refusal after that takes nothing back.
func TestTheRecordFollowsEachDelivery(t *testing.T) {
	log := ledger.Memory(nil)
	gate, err := consent.New(t.Context(), log, []consent.Purpose{{ID: "p"}}, nil)
	require.NoError(t, err)
	_, err = gate.Grant(t.Context(), consent.Event{Subject: "c", Purpose: "p"})
	require.NoError(t, err)
	journal, err := transparency.New(t.Context(), log, nil)
	require.NoError(t, err)
	hold := oversight.Rule{Name: "all", Hold: true, When: func(oversight.Case) bool { return true }}
	desk, err := oversight.New(t.Context(), log, oversight.Policy{Rules: []oversight.Rule{hold}}, nil)
	require.NoError(t, err)
	broken := false
	f := fairlead.Around(func(context.Context, string) (string, error) { return "yes", nil }).
		Consent(gate, func(string) consent.Ask { return consent.Ask{Subject: "c", Purpose: "p"} }).
		Privacy(&privacy.Redactor{}, func(_ *privacy.Session, s string) string { return s }, func(_ *privacy.Session, s string) string {
			if broken {
				panic("show")
			}
			return s
		}).
		Transparency(journal, func(string, string) transparency.Explanation { return transparency.Explanation{Summary: "so"} }).
		Oversight(desk, func(string, string) oversight.Case { return oversight.Case{} }).
		Func()
	ctx, trail := fairlead.Track(t.Context())
	_, err = f(ctx, "in")
	require.ErrorIs(t, err, oversight.ErrPending)
	lease, err := desk.Claim(t.Context(), "reviewer-1", trail.ID())
	require.NoError(t, err)
	require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}))
	resume := func() error { _, err := f(oversight.Resume(t.Context(), trail.ID()), "in"); return err }
	outcome := func() fairlead.Outcome {
		r, err := journal.Lookup(t.Context(), trail.ID())
		require.NoError(t, err)
		assert.Equal(t, r.Outcome == fairlead.Allowed, r.Output.Digest != transparency.Digest{}, "an output is on record if and only if it went out")
		return r.Outcome
	}
	for range 2 {
		broken = true
		require.ErrorIs(t, resume(), fairlead.ErrRefused)
		assert.Equal(t, fairlead.Failed, outcome())
		broken = false
		require.NoError(t, resume())
		assert.Equal(t, fairlead.Allowed, outcome())
	}
	_, err = gate.Withdraw(t.Context(), consent.Event{Subject: "c", Purpose: "p"})
	require.NoError(t, err)
	require.ErrorIs(t, resume(), consent.ErrDenied)
	assert.Equal(t, fairlead.Allowed, outcome(), "what went out before went out")
}
