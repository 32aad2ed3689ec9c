package fairlead_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/transparency"
)

// An answer in pieces goes through the guards in their order: the model sees placeholders, the customer the words, the record all.
func TestAStreamThroughThreeGuards(t *testing.T) {
	log := ledger.Memory(nil)
	gate, err := consent.New(t.Context(), log, []consent.Purpose{{ID: "chat"}}, nil)
	require.NoError(t, err)
	_, err = gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "chat"})
	require.NoError(t, err)
	journal, err := transparency.New(t.Context(), log, nil)
	require.NoError(t, err)

	var saw string
	chat := fairlead.AroundStream(func(_ context.Context, question string) iter.Seq2[string, error] {
		saw = question
		return func(yield func(string, error) bool) {
			for piece := range strings.SplitSeq(question, "A") { // cuts the placeholder, too
				if !yield(piece+"A", nil) {
					return
				}
			}
		}
	}).
		Transparency(journal, func(string, []string) transparency.Explanation { return transparency.Explanation{Summary: "you asked"} }).
		Privacy(&privacy.Redactor{}, func(s *privacy.Session, q string) string { return s.Hide(q) }, func(piece *string) *string { return piece }).
		Consent(gate, func(string) consent.Ask { return consent.Ask{Purpose: "chat"} })
	assert.Equal(t, []string{"consent", "privacy", "transparency"}, chat.Guards())

	ask := func(who string) (answer string, trail *fairlead.Trail, err error) {
		ctx, trail := fairlead.Track(fairlead.WithSubject(t.Context(), who))
		for piece, err := range chat.Func()(ctx, "write to anna@example.com") {
			if err != nil {
				return answer, trail, err
			}
			answer += piece
		}
		return answer, trail, nil
	}
	answer, trail, err := ask("customer-1")
	require.NoError(t, err)
	assert.Equal(t, "write to <EMAIL_ADDRESS_1>", saw)
	assert.Equal(t, "write to anna@example.comA", answer)
	assert.Len(t, trail.All(), 1)
	record, err := journal.Get(t.Context(), "customer-1", trail.ID())
	require.NoError(t, err)
	assert.Equal(t, fairlead.Allowed, record.Outcome)
	assert.Equal(t, "chat", record.Consent.Purpose)
	assert.Equal(t, []transparency.Hidden{{Kind: "EMAIL_ADDRESS", N: 1}}, record.Hidden)

	saw = ""
	answer, trail, err = ask("customer-2")
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.Empty(t, answer+saw)
	assert.Equal(t, fairlead.Denied, trail.Outcome(), "left at the error, which is how it ended")
	record, err = journal.Get(t.Context(), "customer-2", trail.ID())
	require.NoError(t, err)
	assert.Equal(t, fairlead.Denied, record.Outcome)
	assert.Equal(t, "no_record", record.Reason)
}
