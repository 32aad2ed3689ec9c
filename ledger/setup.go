package ledger

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// newLedger makes a ledger over a store: what Memory and Open share. The settings that the first Open made hold for all
// later ones.
func newLedger(ctx context.Context, s store, o *Options) (*Ledger, error) {
	wrapper := o.Keys
	if wrapper == nil {
		var err error
		if wrapper, err = newSecretWrapper(slices.Clone(o.Secret)); err != nil {
			return nil, err
		}
	}
	kept, err := s.setup(ctx, settings{})
	if err != nil {
		return nil, err
	}
	if kept.origin == "" {
		fresh, err := newSettings(ctx, wrapper, o.Origin)
		if err != nil {
			return nil, err
		}
		if kept, err = s.setup(ctx, fresh); err != nil {
			return nil, err
		}
	}
	if o.Origin != "" && o.Origin != kept.origin {
		return nil, fail("open", ErrSetup, fmt.Sprintf("this log's origin is %q", kept.origin), nil)
	}
	tokenKey, err := wrapper.Unwrap(ctx, kept.tokenKey)
	if err != nil {
		return nil, fail("open", ErrWrongSecret, "it is not the secret this log was made or last rekeyed with", nil)
	}
	l := &Ledger{store: s, keys: newRing(wrapper, tokenKey), turn: make(chan struct{}, 1), witness: o.Witness}
	l.inline[0] = &pending{}
	if err := l.setSigner(ctx, o.Signer, kept); err != nil {
		return nil, err
	}
	v, err := s.look(ctx, 0)
	if err != nil {
		return nil, err
	}
	l.keys.reset(v.epoch)
	return l, nil
}

func newSettings(ctx context.Context, w KeyWrapper, origin string) (settings, error) {
	if origin == "" {
		origin = defaultOrigin
	}
	if len(origin) > maxName || strings.ContainsFunc(origin, func(r rune) bool { return r <= ' ' || r == '+' || r > '~' }) {
		return settings{}, fail("open", ErrSetup, "Origin must be ASCII without spaces and plus signs, at most 128 bytes", nil)
	}
	s := settings{origin: origin}
	for _, to := range []*[]byte{&s.tokenKey, &s.signKey} {
		key := make([]byte, keySize)
		fillRandom(key)
		var err error
		if *to, err = w.Wrap(ctx, key); err != nil {
			return settings{}, fail("open", ErrUnavailable, "the key could not be wrapped", err)
		}
	}
	return s, nil
}

func (l *Ledger) setSigner(ctx context.Context, given note.Signer, kept settings) error {
	if given != nil {
		if given.Name() != kept.origin {
			return fail("open", ErrSetup, fmt.Sprintf("the signer's name must be the origin %q", kept.origin), nil)
		}
		l.signer = given
		return nil
	}
	seed, err := l.keys.current().Unwrap(ctx, kept.signKey)
	if err != nil || len(seed) != ed25519.SeedSize {
		return fail("open", ErrWrongSecret, "the signing key does not open", nil)
	}
	l.signer, l.public, err = signerFrom(kept.origin, seed)
	return err
}

// signerFrom makes a note signer and its public key from an Ed25519 seed. note has no constructor for it, but reads the
// same encoding.
func signerFrom(origin string, seed []byte) (note.Signer, string, error) {
	private := ed25519.NewKeyFromSeed(seed)
	public, err := note.NewEd25519VerifierKey(origin, private.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, "", fail("open", ErrSetup, "", err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, "", fail("open", ErrSetup, "", err)
	}
	return &signer{verifier: verifier, key: private}, public, nil
}

type signer struct {
	verifier note.Verifier
	key      ed25519.PrivateKey
}

func (s *signer) Name() string    { return s.verifier.Name() }
func (s *signer) KeyHash() uint32 { return s.verifier.KeyHash() }

func (s *signer) Sign(msg []byte) ([]byte, error) {
	if len(s.key) == 0 {
		return nil, errors.New("no key")
	}
	return ed25519.Sign(s.key, msg), nil
}

// PublicKey returns the key that checkpoints verify with, in the form of golang.org/x/mod/sumdb/note; empty if
// Options.Signer was given, as its public half is then the application's to publish.
func (l *Ledger) PublicKey() string {
	if l == nil {
		return ""
	}
	return l.public
}
