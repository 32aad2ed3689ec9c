package ledger_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

func TestAProofSaysWhatItProves(t *testing.T) {
	l := ledger.Memory(nil)
	want := ledger.Entry{Stream: "shop", Kind: "shop.ordered", Version: 3, Critical: true, Subject: "c-1", Key: uuid.New(), Public: []byte("p"), Body: []byte("b")}
	seq, err := l.Append(t.Context(), want)
	require.NoError(t, err)
	all, err := l.Get(t.Context(), want.Key)
	require.NoError(t, err)
	p, err := l.Prove(t.Context(), seq)
	require.NoError(t, err)
	got, err := p.Entry()
	require.NoError(t, err)
	assert.Equal(t, ledger.Entry{Seq: seq, At: all[0].At, Stream: "shop", Kind: "shop.ordered", Version: 3, Critical: true, Public: []byte("p")}, got)
	got.Public[0] = 'x'
	require.NoError(t, p.Check(l.PublicKey()), "what was given out is a copy")
	for n := range len(p.Envelope) {
		_, err := ledger.Proof{Envelope: p.Envelope[:n]}.Entry()
		require.ErrorIs(t, err, ledger.ErrTampered)
	}
}
