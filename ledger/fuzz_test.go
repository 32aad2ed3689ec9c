package ledger_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// FuzzVerifyExport: whatever is read, it neither panics nor passes unless it says what was signed.
func FuzzVerifyExport(f *testing.F) {
	l := ledger.Memory(nil)
	for i := range 5 {
		_, err := l.Append(f.Context(), ledger.Entry{Stream: "a", Kind: "k", Public: []byte{byte(i)}})
		require.NoError(f, err)
	}
	var export bytes.Buffer
	require.NoError(f, l.Export(f.Context(), &export))
	good := export.Bytes()
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("fairlead ledger export 1\nE\x00"))
	f.Add([]byte("fairlead ledger export 1\nE\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Add([]byte("fairlead ledger export 1\nZ\x08\x00\x00\x00\x00\x00\x00\x00\x00"))
	key := l.PublicKey()
	f.Fuzz(func(t *testing.T, b []byte) {
		report, err := ledger.VerifyExport(bytes.NewReader(b), key)
		if err == nil && report.Entries > 0 {
			require.Equal(t, good, b)
		}
		_ = report.String()
	})
}

// FuzzProof: a proof that checks is the proof that was made.
func FuzzProof(f *testing.F) {
	l := ledger.Memory(nil)
	for i := range 9 {
		_, err := l.Append(f.Context(), ledger.Entry{Stream: "a", Kind: "k", Public: []byte{byte(i)}})
		require.NoError(f, err)
	}
	p, err := l.Prove(f.Context(), 4)
	require.NoError(f, err)
	f.Add(uint64(4), p.Envelope, p.Checkpoint)
	f.Add(uint64(5), p.Envelope, p.Checkpoint)
	f.Add(uint64(1<<63), p.Envelope[1:], []byte("fairlead\n9\nAAAA\n\n"))
	f.Add(uint64(0), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, seq uint64, envelope, checkpoint []byte) {
		bad := ledger.Proof{Seq: ledger.Seq(seq), Envelope: envelope, Path: p.Path, Checkpoint: checkpoint}
		if bad.Check(l.PublicKey()) == nil {
			require.Equal(t, uint64(4), seq)
			require.Equal(t, p.Envelope, envelope)
		}
	})
}
