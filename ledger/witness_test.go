package ledger_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/fairlead-go/fairlead/ledger"
)

// newSigner makes an Ed25519 signer and its public key.
func newSigner(t *testing.T, name string) (note.Signer, string) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, name)
	require.NoError(t, err)
	s, err := note.NewSigner(private)
	require.NoError(t, err)
	return s, public
}

// TestWitness: a cosignature is kept with the checkpoint and verifies; whatever else a witness does harms nothing and shows
// in Health.
func TestWitness(t *testing.T) {
	cosigner, cosignerKey := newSigner(t, "witness.example/w1")
	cosigned := func(msg []byte) []byte {
		n, err := note.Open(msg, nil)
		var unverified *note.UnverifiedNoteError
		if errors.As(err, &unverified) {
			n = unverified.Note
		}
		out, err := note.Sign(n, cosigner)
		require.NoError(t, err)
		return out
	}
	for name, c := range map[string]struct {
		witness func(context.Context, []byte) ([]byte, error)
		kept    bool
		want    error
	}{
		"cosigns":   {func(_ context.Context, msg []byte) ([]byte, error) { return cosigned(msg), nil }, true, nil},
		"as it was": {func(_ context.Context, msg []byte) ([]byte, error) { return msg, nil }, false, nil},
		"fails":     {func(context.Context, []byte) ([]byte, error) { return nil, told{"canary"} }, false, ledger.ErrUnavailable},
		"panics":    {func(context.Context, []byte) ([]byte, error) { panic("canary") }, false, ledger.ErrUnavailable},
		"nothing":   {func(context.Context, []byte) ([]byte, error) { return nil, nil }, false, ledger.ErrTampered},
		"another text": {func(_ context.Context, msg []byte) ([]byte, error) {
			return bytes.Replace(msg, []byte("\n1\n"), []byte("\n2\n"), 1), nil
		}, false, ledger.ErrTampered},
		"garbage after it": {func(_ context.Context, msg []byte) ([]byte, error) {
			return append(msg, "no signature\n"...), nil
		}, false, ledger.ErrTampered},
		"megabytes": {func(_ context.Context, msg []byte) ([]byte, error) {
			return append(msg, bytes.Repeat([]byte("x"), 1<<20)...), nil
		}, false, ledger.ErrTampered},
		"writes into it": {func(_ context.Context, msg []byte) ([]byte, error) {
			clear(msg)
			return msg, nil
		}, false, ledger.ErrTampered},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			l := ledger.Memory(&ledger.Options{Origin: "shop.example/log", Witness: func(ctx context.Context, msg []byte) ([]byte, error) {
				asked++
				return c.witness(ctx, msg)
			}})
			add(t, l, entry("a", "k"))
			msg, err := l.Checkpoint(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, asked)
			health, err := l.Health(t.Context())
			require.NoError(t, err)
			require.ErrorIs(t, health.Witnessing, c.want)
			assert.NotContains(t, fmt.Sprintf("%+v", health), "canary")
			again, err := l.Checkpoint(t.Context())
			require.NoError(t, err)
			assert.Equal(t, msg, again, "the same size has one checkpoint")
			assert.Equal(t, 1, asked, "an old one is not witnessed anew")
			verifier, err := note.NewVerifier(cosignerKey)
			require.NoError(t, err)
			_, err = note.Open(msg, note.VerifierList(verifier))
			assert.Equal(t, c.kept, err == nil, "the cosignature")
			report, err := l.Verify(t.Context(), msg)
			require.NoError(t, err)
			assert.Equal(t, 1, report.Trusted)
			var out bytes.Buffer
			require.NoError(t, l.Export(t.Context(), &out))
			_, err = ledger.VerifyExport(&out, l.PublicKey(), msg)
			require.NoError(t, err)
		})
	}
}

// TestWitnessShowsARewrite is what it is for: the owner of database and keys cannot give the witness's copy back.
func TestWitnessShowsARewrite(t *testing.T) {
	signer, key := newSigner(t, "shop.example/log")
	var outside []byte
	options := func() *ledger.Options {
		return &ledger.Options{
			Secret: testSecret, Origin: "shop.example/log", Signer: signer, PublicKey: key,
			Witness: func(_ context.Context, msg []byte) ([]byte, error) {
				if outside == nil {
					outside = bytes.Clone(msg)
				}
				return msg, nil
			},
		}
	}
	honest := ledger.Memory(options())
	add(t, honest, ledger.Entry{Stream: "a", Kind: "k", Body: []byte("true")})
	_, err := honest.Checkpoint(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, outside)
	rewritten := ledger.Memory(options())
	add(t, rewritten, ledger.Entry{Stream: "a", Kind: "k", Body: []byte("another story")})
	verify(t, rewritten)
	_, err = rewritten.Verify(t.Context(), outside)
	require.ErrorIs(t, err, ledger.ErrTampered)
	_, err = rewritten.ProveConsistency(t.Context(), outside)
	require.ErrorIs(t, err, ledger.ErrForked)
}

// TestForeignSigner: a signer of the application's is held to its public key, and so is what it signed.
func TestForeignSigner(t *testing.T) {
	const origin = "shop.example/log"
	signer, key := newSigner(t, origin)
	_, otherKey := newSigner(t, origin)
	stranger, strangerKey := newSigner(t, "other.example/log")
	for name, o := range map[string]ledger.Options{
		"no public key":        {Signer: signer},
		"another key":          {Signer: signer, PublicKey: otherKey},
		"another name":         {Signer: stranger, PublicKey: strangerKey},
		"nonsense":             {Signer: signer, PublicKey: "nonsense"},
		"a key alone":          {PublicKey: key},
		"a signer that panics": {Signer: panicking{}, PublicKey: key},
		"a signer that fails":  {Signer: failing{signer}, PublicKey: key},
	} {
		t.Run(name, func(t *testing.T) {
			o.Secret, o.Origin = testSecret, origin
			_, err := ledger.Open(t.Context(), openSQLite(t, t.TempDir()+"/log.db"), &o)
			require.ErrorIs(t, err, ledger.ErrSetup)
			assert.NotContains(t, err.Error(), "canary")
			assert.Panics(t, func() { ledger.Memory(&o) })
		})
	}
	db := openSQLite(t, t.TempDir()+"/log.db")
	l := open(t, db, &ledger.Options{Origin: origin, Signer: signer, PublicKey: key + "\n"})
	assert.Equal(t, key, l.PublicKey())
	add(t, l, entry("a", "k"))
	msg, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	verify(t, l, msg)
	forged := []byte(strings.Split(string(msg), "\n\n")[0] + "\n\n— " + origin + " AAAAAAAA\n")
	_, err = l.Verify(t.Context(), forged)
	require.ErrorIs(t, err, ledger.ErrTampered)
	dropTriggers(t, db)
	execSQL(t, db, `UPDATE fairlead_checkpoint SET note = ?`, forged)
	_, err = l.Verify(t.Context())
	require.ErrorIs(t, err, ledger.ErrTampered, "a stored checkpoint that the signer did not sign")
}

type panicking struct{}

func (panicking) Name() string                { panic("canary") }
func (panicking) KeyHash() uint32             { return 0 }
func (panicking) Sign([]byte) ([]byte, error) { panic("canary") }

type failing struct{ note.Signer }

func (failing) Sign([]byte) ([]byte, error) { return nil, told{"canary"} }

// TestKeyWrapperOfTheUsers: a key service that fails or panics refuses the write, and the process and the log go on.
func TestKeyWrapperOfTheUsers(t *testing.T) {
	keys := &moody{}
	l := open(t, openSQLite(t, t.TempDir()+"/log.db"), &ledger.Options{Keys: keys})
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "first"})
	for _, mood := range []func(){func() { panic("canary") }, func() {}} {
		keys.mood = mood
		_, err := l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "k", Subject: "new"})
		require.ErrorIs(t, err, ledger.ErrUnavailable)
		assert.NotContains(t, err.Error(), "canary")
		add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "first"})
	}
	keys.mood = nil
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "new"})
	assert.Len(t, all(t, l), 4)
}

// moody is a KeyWrapper that protects nothing; mood is set between appends only.
type moody struct{ mood func() }

func (m *moody) Wrap(_ context.Context, key []byte) ([]byte, error) {
	if m.mood != nil {
		m.mood()
		return nil, told{"canary"}
	}
	return bytes.Clone(key), nil
}

func (m *moody) Unwrap(_ context.Context, wrapped []byte) ([]byte, error) {
	return bytes.Clone(wrapped), nil
}
