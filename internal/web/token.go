package web

import (
	"container/heap"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// maxUsed bounds the memory of used tokens, at about 100 bytes each.
const maxUsed = 1 << 16

// tokens makes and takes the tokens of forms. A token is a time, a nonce and a MAC over both and over whose site and who it is for. It is good once: the
// used ones are remembered until they end by themselves. When there are too many, those issued first are forgotten, and
// with them every unused one as old, so that memory is bounded and no used token is ever good again in this process.
// Replicas with the same key take each other's tokens and do not know which were used: what a form does
// must be harmless twice across replicas, as it is where a lease or an entry's ID fences it.
type tokens struct {
	site string // whose forms they are for: packages may share a key, and call different people the same
	key  []byte
	life time.Duration
	max  int

	mu     sync.Mutex
	used   map[nonce]*use
	byTime byIssue
	floor  time.Time // tokens issued at or before this are too old
}

type nonce [16]byte

type use struct {
	nonce  nonce
	issued time.Time
	to     string // where its answer led
	ended  bool   // it has one
}

func newTokens(site string, key []byte, life time.Duration) *tokens {
	return &tokens{site: site, key: key, life: life, max: maxUsed, used: map[nonce]*use{}}
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
	if u := t.used[n]; u != nil {
		return u.to, u.ended, errTokenSpent
	}
	if !issued.After(t.floor) {
		return "", false, errOldToken
	}
	for len(t.byTime) > 0 && (time.Since(t.byTime[0].issued) > t.life || len(t.byTime) >= t.max) {
		oldest := heap.Pop(&t.byTime).(*use)
		delete(t.used, oldest.nonce)
		if oldest.issued.After(t.floor) {
			t.floor = oldest.issued
		}
	}
	if !issued.After(t.floor) {
		return "", false, errOldToken
	}
	u := &use{nonce: n, issued: issued}
	t.used[n] = u
	heap.Push(&t.byTime, u)
	return "", false, nil
}

// became notes where the use of a token led, for whoever sends the form twice.
func (t *tokens) became(token, to string) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenSize || len(to) > 256 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if u := t.used[nonce(b[8:8+16])]; u != nil {
		u.to, u.ended = to, true
	}
}

// byIssue is a heap of used tokens, the first issued on top.
type byIssue []*use

func (h byIssue) Len() int           { return len(h) }
func (h byIssue) Less(i, j int) bool { return h[i].issued.Before(h[j].issued) }
func (h byIssue) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byIssue) Push(x any)        { *h = append(*h, x.(*use)) }
func (h *byIssue) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// Mint makes a token for who: for JSON interfaces beside the pages. Templates use View.Token.
func (s *Site) Mint(who string) string { return s.tokens.mint(who) }

// Spend takes a token that Mint made, once: nil, or an error that is a page.
func (s *Site) Spend(who, token string) error {
	_, _, err := s.tokens.take(who, token)
	return err
}
