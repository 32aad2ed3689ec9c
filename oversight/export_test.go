package oversight

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// HiddenOutput reads what a blind case hides.
func HiddenOutput(t testing.TB, k *Desk, id uuid.UUID) json.RawMessage {
	t.Helper()
	f, err := k.read(t.Context(), id)
	require.NoError(t, err)
	return f.body.Output
}

// AnswerOf is answerOf.
func AnswerOf(data []byte) []byte {
	d := answerOf(data)
	return d[:]
}
