package oversight

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// OpeningOf reads the entry that opened a case.
func OpeningOf(t testing.TB, k *Desk, id uuid.UUID) ledger.Entry {
	t.Helper()
	entries, err := k.ledger.Get(t.Context(), id)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Kind == kindOpened {
			return e
		}
	}
	require.Fail(t, "no such case")
	return ledger.Entry{}
}

// AnswerOf is answerOf.
var AnswerOf = answerOf
