package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// tokens makes and takes the tokens of forms. A token is a time, a nonce and a MAC over both and over whose site and who it is for. It is
// good once: the used ones are remembered until they end by themselves, see spent. Replicas with the same key take each other's
// tokens and do not know which were used: what a form does must be harmless twice across replicas, as it is where a lease or an
// entry's ID fences it.
type tokens struct {
	site string // whose forms they are for: packages may share a key, and call different people the same
	key  []byte
	life time.Duration

	mu    sync.Mutex
	spent *spent
}

func newTokens(site string, key []byte, life time.Duration) *tokens {
	return &tokens{site: site, key: key, life: life, spent: newSpent(life)}
}

// Why a token is refused.
var (
	errNoToken    = errors.New("web: the token is missing or not this person's")
	errOldToken   = errors.New("web: the token is too old")
	errTokenSpent = errors.New("web: the token was used before")
)

const tokenSize = 8 + 16 + sha256.Size // when, nonce, MAC

func (t *tokens) mac(b []byte, who string) []byte {
	h := hmac.New(sha256.New, t.key)
	h.Write([]byte("fairlead/web/token/2\x00" + t.site + "\x00")) // the name of a package holds no NUL
	h.Write(b[:8+16])                                             // of fixed length, so that what follows is nobody else's
	h.Write([]byte(who))
	return h.Sum(nil)
}

func (t *tokens) mint(who string) string {
	b := make([]byte, 8+16, tokenSize)
	binary.BigEndian.PutUint64(b, uint64(time.Now().UnixMicro())) //nolint:gosec // after 1970
	_, _ = rand.Read(b[8:])
	return base64.RawURLEncoding.EncodeToString(append(b, t.mac(b, who)...))
}

// open reads a token; it says nothing about whether it was used.
func (t *tokens) open(who, token string) (nonce, time.Time, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenSize || !hmac.Equal(b[8+16:], t.mac(b, who)) {
		return nonce{}, time.Time{}, errNoToken
	}
	issued := time.UnixMicro(int64(binary.BigEndian.Uint64(b))) //nolint:gosec // we wrote it
	// A little of the future is another replica's clock.
	if age := time.Since(issued); age > t.life || age < -time.Minute {
		return nonce{}, time.Time{}, errOldToken
	}
	return nonce(b[8 : 8+16]), issued, nil
}

// take uses a token up. After errTokenSpent, to is where its first use led; ok says that it has come to an end.
func (t *tokens) take(who, token string) (to string, ok bool, err error) {
	n, issued, err := t.open(who, token)
	if err != nil {
		return "", false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	u, old := t.spent.find(who, n, issued)
	switch {
	case u != nil:
		return u.to, u.ended, errTokenSpent
	case old:
		return "", false, errOldToken
	}
	t.spent.add(who, n, issued)
	return "", false, nil
}

// became notes where the use of a token led, for whoever sends the form twice.
func (t *tokens) became(who, token, to string) {
	n, issued, err := t.open(who, token)
	if err != nil || len(to) > 256 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if u, _ := t.spent.find(who, n, issued); u != nil {
		u.to, u.ended = to, true
	}
}

// Mint makes a token for who: for JSON interfaces beside the pages. Templates use View.Token.
func (s *Site) Mint(who string) string { return s.tokens.mint(who) }

// Spend takes a token that Mint made, once: nil, or an error that is a page.
func (s *Site) Spend(who, token string) error {
	_, _, err := s.tokens.take(who, token)
	return err
}
