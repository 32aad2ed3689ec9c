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
	tokenKey, err := unwrap(ctx, wrapper, kept.tokenKey)
	if err != nil {
		return nil, fail("open", ErrWrongSecret, "it is not the secret this log was made or last rekeyed with", nil)
	}
	l := &Ledger{store: s, keys: newRing(wrapper, tokenKey), turn: make(chan struct{}, 1), tree: make(chan struct{}, 1), witness: o.Witness}
	l.inline[0] = &pending{}
	if err := l.setSigner(ctx, o, kept); err != nil {
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
		if *to, err = wrap(ctx, w, key); err != nil {
			return settings{}, fail("open", ErrUnavailable, "the key could not be wrapped", hide(err))
		}
	}
	return s, nil
}

func (l *Ledger) setSigner(ctx context.Context, o *Options, kept settings) error {
	if o.Signer != nil {
		return l.setForeignSigner(o, kept.origin)
	}
	if o.PublicKey != "" {
		return fail("open", ErrSetup, "Options.PublicKey goes with Options.Signer; without one the ledger has its own", nil)
	}
	seed, err := unwrap(ctx, l.keys.current(), kept.signKey)
	if err != nil || len(seed) != ed25519.SeedSize {
		return fail("open", ErrWrongSecret, "the signing key does not open", nil)
	}
	l.signer, l.public, err = signerFrom(kept.origin, seed)
	return err
}

// setForeignSigner takes the application's signer, after a trial of whether its signatures verify.
func (l *Ledger) setForeignSigner(o *Options, origin string) error {
	name, err := guarded(func() (string, error) { return o.Signer.Name(), nil })
	if err != nil || name != origin {
		return fail("open", ErrSetup, fmt.Sprintf("the signer's name must be the origin %q", origin), err)
	}
	key := strings.TrimSpace(o.PublicKey)
	verifier, err := note.NewVerifier(key)
	if err != nil || verifier.Name() != origin {
		return fail("open", ErrSetup, "Options.PublicKey is required with Options.Signer, in the form name+hash+base64", nil)
	}
	trial, err := sign(o.Signer, "fairlead trial of a signer\n")
	if err != nil {
		return fail("open", ErrSetup, "Options.Signer does not sign", hide(err))
	}
	if _, err := note.Open(trial, note.VerifierList(verifier)); err != nil {
		return fail("open", ErrSetup, "Options.PublicKey is not the key of Options.Signer", nil)
	}
	l.signer, l.public = o.Signer, key
	return nil
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

// PublicKey returns the key that checkpoints verify with, in the form of golang.org/x/mod/sumdb/note.
func (l *Ledger) PublicKey() string {
	if l.absent() {
		return ""
	}
	return l.public
}
