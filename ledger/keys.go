package ledger

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
)

const (
	keySize   = 32
	nonceSize = 12
	ringSize  = 8192 // subjects of one generation of the key cache; two are kept
)

func fillRandom(b []byte) { _, _ = rand.Read(b) } // never fails since Go 1.24

// secretWrapper is the default KeyWrapper: AES-256-GCM under a secret of 32 bytes.
type secretWrapper struct{ aead cipher.AEAD }

func newSecretWrapper(secret []byte) (*secretWrapper, error) {
	if len(secret) != keySize {
		return nil, fail("open", ErrSetup, "the secret must have 32 bytes", nil)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("fairlead ledger: wrap"))
	aead, err := newAEAD(mac.Sum(nil))
	return &secretWrapper{aead}, err
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Wrap encrypts a key.
func (w *secretWrapper) Wrap(_ context.Context, key []byte) ([]byte, error) {
	nonce := make([]byte, nonceSize, nonceSize+len(key)+w.aead.Overhead())
	fillRandom(nonce)
	return w.aead.Seal(nonce, nonce, key, nil), nil
}

// Unwrap decrypts a key.
func (w *secretWrapper) Unwrap(_ context.Context, wrapped []byte) ([]byte, error) {
	if len(wrapped) < nonceSize {
		return nil, errors.New("wrapped key too short")
	}
	return w.aead.Open(nil, wrapped[:nonceSize], wrapped[nonceSize:], nil)
}

// keyRow is a subject's key as it is stored: the token is what body rows carry, the name is sealed under the key itself.
type keyRow struct {
	token   [32]byte
	wrapped []byte
	name    []byte
}

// subjectKey is a subject's key, ready for use.
type subjectKey struct {
	keyRow
	mark  Mark
	plain string
	aead  cipher.AEAD
	saved atomic.Bool // in the store; until then every commit that uses it carries it along
}

// Mark stands for a subject in an erasure: SHA-256 of the token that its entries carry. It leads to nobody, but equals
// the mark of every entry about the same subject.
type Mark [32]byte

func markOf(token [32]byte) Mark { return sha256.Sum256(token[:]) }

// ring resolves subjects to keys and caches them in two generations: when the younger is full, the older is forgotten.
// It is valid for one erasure epoch.
type ring struct {
	wrapper  wrapping
	tokenKey []byte
	proved   atomic.Int64 // the wrapper was the log's in the epoch before this number; 0: not asked yet

	mu       sync.RWMutex
	epoch    int64
	subjects [2]map[string]*subjectKey
	tokens   [2]map[[32]byte]*subjectKey
}

func newRing(w KeyWrapper, tokenKey []byte) *ring {
	r := &ring{wrapper: wrapping{now: w}, tokenKey: tokenKey}
	r.clear()
	return r
}

func (r *ring) clear() {
	for i := range r.subjects {
		r.subjects[i], r.tokens[i] = map[string]*subjectKey{}, map[[32]byte]*subjectKey{}
	}
}

// reset forgets every key if the epoch is another.
func (r *ring) reset(epoch int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch != epoch {
		r.epoch = epoch
		r.clear()
	}
}

func (r *ring) token(subject string) (token [32]byte) {
	mac := hmac.New(sha256.New, r.tokenKey)
	mac.Write([]byte(subject))
	mac.Sum(token[:0])
	return token
}

// now returns the epoch that the keys are good for.
func (r *ring) now() int64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.epoch
}

// cached returns a subject's key, or nil, and the epoch it is good for.
func (r *ring) cached(subject string) (*subjectKey, int64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.subjects[0][subject]
	if k == nil {
		k = r.subjects[1][subject]
	}
	return k, r.epoch
}

func (r *ring) cachedToken(token [32]byte) *subjectKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if k := r.tokens[0][token]; k != nil {
		return k
	}
	return r.tokens[1][token]
}

// add keeps a key unless the epoch has changed since it was read. The key that is there already stays, if it is saved.
func (r *ring) add(k *subjectKey, epoch int64) *subjectKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch != epoch {
		return k
	}
	if known := r.tokens[0][k.token]; known != nil && (known.saved.Load() || !k.saved.Load()) {
		return known
	}
	if len(r.subjects[0]) >= ringSize {
		r.subjects[1], r.tokens[1] = r.subjects[0], r.tokens[0]
		r.subjects[0], r.tokens[0] = map[string]*subjectKey{}, map[[32]byte]*subjectKey{}
	}
	r.subjects[0][k.plain], r.tokens[0][k.token] = k, k
	return k
}

// forge makes a key for a subject that has none.
func (r *ring) forge(ctx context.Context, subject string) (*subjectKey, error) {
	key := make([]byte, keySize)
	fillRandom(key)
	defer clear(key)
	k := &subjectKey{plain: subject}
	k.token = r.token(subject)
	k.mark = markOf(k.token)
	var err error
	if k.aead, err = newAEAD(key); err != nil {
		return nil, fail("seal", ErrUnavailable, "", err)
	}
	if k.wrapped, err = wrap(ctx, r.current(), key); err != nil {
		return nil, fail("seal", ErrUnavailable, "the key could not be wrapped", hide(err))
	}
	nonce := make([]byte, nonceSize)
	fillRandom(nonce)
	k.name = k.aead.Seal(nonce, nonce, []byte(subject), k.token[:])
	return k, nil
}

// unlock makes a stored key usable.
func (r *ring) unlock(ctx context.Context, row keyRow) (*subjectKey, error) {
	key, err := unwrap(ctx, r.current(), row.wrapped)
	if err != nil {
		return nil, fail("open", ErrWrongSecret, "a key does not unwrap: wrong secret, or the row was changed", nil)
	}
	defer clear(key)
	k := &subjectKey{keyRow: row, mark: markOf(row.token)}
	if k.aead, err = newAEAD(key); err != nil || len(row.name) < nonceSize {
		return nil, fail("open", ErrTampered, "a key row", err)
	}
	name, err := k.aead.Open(nil, row.name[:nonceSize], row.name[nonceSize:], row.token[:])
	if err != nil {
		return nil, fail("open", ErrTampered, "a key row", nil)
	}
	k.plain = string(name)
	k.saved.Store(true)
	return k, nil
}

// wrap and unwrap keep a panic of the user's wrapper from ending the process.
func wrap(ctx context.Context, w KeyWrapper, key []byte) ([]byte, error) {
	return guarded(func() ([]byte, error) { return w.Wrap(ctx, key) })
}

func unwrap(ctx context.Context, w KeyWrapper, wrapped []byte) ([]byte, error) {
	return guarded(func() ([]byte, error) { return w.Unwrap(ctx, wrapped) })
}
