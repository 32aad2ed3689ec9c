package consent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
)

func TestOnceIsRecordedOnce(t *testing.T) {
	gate, _ := newGate(t)
	e := consent.Event{Once: "form 7", Subject: "customer-1", Purpose: "offers"}
	first, err := gate.Grant(t.Context(), e)
	require.NoError(t, err)
	again, err := gate.Grant(t.Context(), e)
	require.NoError(t, err)
	assert.Equal(t, first.Seq, again.Seq)
	events, err := gate.History(t.Context(), "customer-1")
	require.NoError(t, err)
	assert.Len(t, events, 1)

	_, err = gate.Withdraw(t.Context(), e)
	require.NoError(t, err, "another kind of event is another event")
	_, err = gate.Grant(t.Context(), e)
	require.ErrorIs(t, err, consent.ErrInvalid, "what was recorded before the withdrawal cannot pass for a new consent")
	_, err = gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.ErrorIs(t, err, consent.ErrDenied)
}

func TestARecordedEventCanBeChangedAndRecordedAgain(t *testing.T) {
	gate, _ := newGate(t)
	e, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	assert.False(t, e.At.IsZero())
	_, err = gate.Withdraw(t.Context(), e)
	require.NoError(t, err)
	_, err = gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.ErrorIs(t, err, consent.ErrDenied)
	_, err = gate.Grant(t.Context(), e)
	require.NoError(t, err)
	_, err = gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
}

// TestAnImportCanBeRunAgain: the whole history of a person, each event under the same Once, is recorded once however often.
func TestAnImportCanBeRunAgain(t *testing.T) {
	gate, _ := newGate(t)
	begin := time.Now().Add(-100 * 24 * time.Hour)
	for range 3 {
		for day, kind := range []consent.Kind{consent.Granted, consent.Withdrawn, consent.Granted, consent.Refused} {
			record(t, gate, consent.Event{
				Once: "import 1", Subject: "customer-1", Purpose: "offers", Kind: kind, Given: begin.Add(time.Duration(day) * 24 * time.Hour),
			})
		}
		events, err := gate.History(t.Context(), "customer-1")
		require.NoError(t, err)
		assert.Len(t, events, 4)
		assert.Equal(t, consent.ReasonRefused, reason(t, gate, consent.Ask{Subject: "customer-1", Purpose: "offers"}))
	}
}

// TestARepetitionTakesNoObjectionBack: a grant that comes a second time, late, is not a new one, and so does not end what outlives an erasure.
func TestARepetitionTakesNoObjectionBack(t *testing.T) {
	gate, log := newGate(t)
	once := consent.Event{Once: "form 7", Subject: "customer-1", Purpose: "ads"}
	ask := consent.Ask{Subject: "customer-1", Purpose: "ads", Jurisdiction: "US-CA"}
	_, err := gate.Grant(t.Context(), once)
	require.NoError(t, err)
	_, err = gate.Object(t.Context(), consent.Event{Subject: "customer-1", Purpose: "ads"})
	require.NoError(t, err)
	_, err = gate.Grant(t.Context(), once)
	require.ErrorIs(t, err, consent.ErrInvalid)
	_, err = gate.Erase(t.Context(), "customer-1")
	require.NoError(t, err)
	assert.Equal(t, consent.ReasonObjected, reason(t, gate, ask))
	assert.Equal(t, consent.ReasonObjected, reason(t, replayed(t, log), ask))

	_, err = gate.Grant(t.Context(), consent.Event{Once: "form 8", Subject: "customer-1", Purpose: "ads"})
	require.NoError(t, err)
	_, err = gate.Erase(t.Context(), "customer-1")
	require.NoError(t, err)
	assert.Empty(t, reason(t, gate, ask), "a new one does end it")
}
