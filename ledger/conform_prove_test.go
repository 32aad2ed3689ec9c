package ledger_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/fairlead-go/fairlead/ledger"
)

func fillWith(t testing.TB, l *ledger.Ledger, n int) {
	t.Helper()
	for n > 0 {
		batch := make([]ledger.Entry, min(n, 1000))
		for i := range batch {
			batch[i] = ledger.Entry{Stream: "a", Kind: "k", Subject: fmt.Sprint(i % 7), Public: []byte{byte(i)}, Body: []byte("body")}
		}
		_, err := l.Append(t.Context(), batch...)
		require.NoError(t, err)
		n -= len(batch)
	}
}

// conformProve goes over every size at which tiles begin, end and stack, and holds the roots against an independent
// computation by tlog over the leaves.
func conformProve(t *testing.T, open opener) {
	l := open(t)
	public := l.PublicKey()
	_, err := l.Prove(t.Context(), 1)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	var kept [][]byte
	var stored []tlog.Hash
	hashes := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, err error) {
		for _, i := range indexes {
			list = append(list, stored[i])
		}
		return list, nil
	})
	size := 0
	for _, step := range []int{1, 1, 253, 1, 1, 255, 1, 300, 1} {
		fillWith(t, l, step)
		size += step
		msg, err := l.Checkpoint(t.Context())
		require.NoError(t, err)
		again, err := l.Checkpoint(t.Context())
		require.NoError(t, err)
		assert.Equal(t, msg, again)
		kept = append(kept, msg)
		opened, err := note.Open(msg, note.VerifierList(verifier))
		require.NoError(t, err)
		for seq := len(leavesOf(stored)); seq < size; seq++ {
			p, err := l.Prove(t.Context(), ledger.Seq(seq+1))
			require.NoError(t, err)
			require.NoError(t, p.Check(public))
			more, err := tlog.StoredHashes(int64(seq), p.Envelope, hashes)
			require.NoError(t, err)
			stored = append(stored, more...)
		}
		root, err := tlog.TreeHash(int64(size), hashes)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("fairlead\n%d\n%s\n", size, root), opened.Text)
	}
	for _, old := range kept {
		c, err := l.ProveConsistency(t.Context(), old)
		require.NoError(t, err)
		require.NoError(t, c.Check(public))
		if len(c.Path) > 0 {
			c.Path[0][3] ^= 1
			require.ErrorIs(t, c.Check(public), ledger.ErrTampered)
		}
	}
	p, err := l.Prove(t.Context(), 300)
	require.NoError(t, err)
	for name, damage := range map[string]func(*ledger.Proof){
		"position": func(p *ledger.Proof) { p.Seq++ }, "envelope": func(p *ledger.Proof) { p.Envelope[5] ^= 1 },
		"path": func(p *ledger.Proof) { p.Path[2][0] ^= 1 }, "short path": func(p *ledger.Proof) { p.Path = p.Path[1:] },
		"beyond": func(p *ledger.Proof) { p.Seq = 1 << 40 }, "note": func(p *ledger.Proof) { p.Checkpoint[10] ^= 1 },
		"zero": func(p *ledger.Proof) { *p = ledger.Proof{} },
	} {
		bad := ledger.Proof{Seq: p.Seq, Envelope: bytes.Clone(p.Envelope), Path: append([][32]byte(nil), p.Path...), Checkpoint: bytes.Clone(p.Checkpoint)}
		require.NoError(t, bad.Check(public))
		damage(&bad)
		require.ErrorIs(t, bad.Check(public), ledger.ErrTampered, name)
	}
	require.ErrorIs(t, p.Check("no key"), ledger.ErrInvalid)
	report := verify(t, l, kept...)
	assert.Equal(t, ledger.Seq(size), report.Entries)
	assert.Equal(t, ledger.Seq(size), report.Covered)
	assert.Equal(t, len(kept), report.Trusted)
}

// leavesOf returns one element per leaf in a list of tlog's stored hashes.
func leavesOf(stored []tlog.Hash) []struct{} {
	n := int64(0)
	for tlog.StoredHashCount(n) < int64(len(stored)) {
		n++
	}
	return make([]struct{}, n)
}

func conformExport(t *testing.T, open opener) {
	l := open(t)
	var none bytes.Buffer
	require.NoError(t, l.Export(t.Context(), &none))
	_, err := ledger.VerifyExport(&none, l.PublicKey())
	require.NoError(t, err)
	fillWith(t, l, 600)
	old, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	fillWith(t, l, 1200)
	_, err = l.Erase(t.Context(), "3")
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, l.Export(t.Context(), &out))
	export := out.Bytes()
	report, err := ledger.VerifyExport(bytes.NewReader(export), l.PublicKey(), old)
	require.NoError(t, err)
	assert.Equal(t, ledger.Seq(1801), report.Entries)
	assert.Equal(t, ledger.Seq(1801), report.Covered)
	assert.Equal(t, 1, report.Erasures)
	assert.Equal(t, 1, report.Trusted)
	assert.Contains(t, report.String(), "not even its owner")
	assert.NotContains(t, string(export), "body")
	kept := map[ledger.Seq]ledger.Entry{}
	for e, err := range l.Since(t.Context(), 0) {
		require.NoError(t, err)
		kept[e.Seq] = ledger.Entry{Seq: e.Seq, At: e.At, Stream: e.Stream, Kind: e.Kind, Version: e.Version, Critical: e.Critical, Public: e.Public}
	}
	require.Greater(t, len(kept), 1000)
	seq := ledger.Seq(0)
	same, err := ledger.ReadExport(bytes.NewReader(export), l.PublicKey(), func(e ledger.Entry) error {
		seq++
		require.Equal(t, seq, e.Seq)
		if was, ok := kept[seq]; ok { // else erased
			require.Equal(t, was, e)
		}
		return nil
	}, old)
	require.NoError(t, err)
	require.Equal(t, report, same)
	enough := errors.New("enough")
	_, err = ledger.ReadExport(bytes.NewReader(export), l.PublicKey(), func(ledger.Entry) error { return enough })
	require.ErrorIs(t, err, enough)
	_, err = ledger.ReadExport(bytes.NewReader(export), l.PublicKey(), nil)
	require.ErrorIs(t, err, ledger.ErrInvalid)
	for _, cut := range []int{0, 10, len(export) / 2, len(export) - 1} {
		_, err := ledger.VerifyExport(bytes.NewReader(export[:cut]), l.PublicKey())
		require.Error(t, err)
	}
	for i := len("fairlead ledger export 1\n"); i < len(export); i += 997 {
		bad := bytes.Clone(export)
		bad[i] ^= 1
		_, err := ledger.VerifyExport(bytes.NewReader(bad), l.PublicKey())
		require.ErrorIs(t, err, ledger.ErrTampered, i)
	}
	other := memory(t)
	_, err = ledger.VerifyExport(bytes.NewReader(export), other.PublicKey())
	require.ErrorIs(t, err, ledger.ErrTampered)
	_, err = ledger.VerifyExport(bytes.NewReader(export), "nonsense")
	require.ErrorIs(t, err, ledger.ErrInvalid)
	_, err = ledger.VerifyExport(strings.NewReader("hello"), l.PublicKey())
	require.ErrorIs(t, err, ledger.ErrInvalid)
	require.ErrorIs(t, l.Export(t.Context(), brokenWriter{}), ledger.ErrUnavailable)
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space") }

func conformHealth(t *testing.T, open opener) {
	l := open(t)
	live := newPeople("a")
	f := follow(t, l, live)
	fillWith(t, l, 10)
	_, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	h, err := l.Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, ledger.Seq(10), h.Head)
	assert.Equal(t, ledger.Seq(10), h.Folded)
	assert.Equal(t, ledger.Seq(10), h.Covered)
	assert.Equal(t, 1, h.Followers)
	assert.False(t, h.Fresh.IsZero())
	f.Close()
}
