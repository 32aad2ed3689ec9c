package oversight

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Notice says that a case was opened, is nearly due, or was closed. It holds nothing personal and may leave the house.
type Notice struct {
	ID      uuid.UUID `json:"id"` // of the ledger's entry: the same when a notice comes twice
	Kind    string    `json:"kind"`
	Case    uuid.UUID `json:"case"`
	System  string    `json:"system"`
	Held    bool      `json:"held"`
	Urgent  bool      `json:"urgent"`
	Due     time.Time `json:"due"`
	At      time.Time `json:"at"`
	Verdict Verdict   `json:"verdict,omitempty"`
	Expired bool      `json:"expired,omitempty"` // the deadline decided
}

// The kinds of notices.
const (
	NoticeOpened  = "opened"
	NoticeDue     = "due" // Policy.Remind before the deadline, as soon as somebody looks: see Expire
	NoticeDecided = "decided"
)

// notice keeps what is to be said about an entry until the reaction to it runs. The replay says nothing: it all was said before.
func (s *state) notice(id uuid.UUID, r *record) {
	if !s.telling || r == nil {
		return
	}
	n := Notice{
		ID: id, Kind: NoticeOpened, Case: r.id, System: r.System, Held: r.Held, Urgent: r.urgent, Due: r.deadline, At: r.now,
	}
	switch {
	case r.reminded && !r.decided():
		n.Kind = NoticeDue
	case r.decided():
		n.Kind, n.Verdict, n.Expired = NoticeDecided, r.verdict.Verdict, r.verdict.expired
	}
	s.notices[id] = n
}

// tell starts the notices.
func (s *state) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.telling, s.notices = true, map[uuid.UUID]Notice{}
}

func (s *state) told(id uuid.UUID) (Notice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.notices[id]
	delete(s.notices, id)
	return n, ok
}

// Webhook posts notices as JSON. Each post carries a signature over its time and body, so that the receiver can tell it from anybody
// else's and an old one from a new one: see VerifyWebhook.
type Webhook struct {
	// URL to post to. Required.
	URL string
	// Secret shared with the receiver, at least 16 bytes. Required.
	Secret []byte
	// Client makes the requests; give it a timeout. Default: http.DefaultClient.
	Client *http.Client
}

// SignatureHeader is the header that a Webhook signs with: t=Unix seconds,v1=hexadecimal HMAC-SHA-256 of "t.body".
const SignatureHeader = "Fairlead-Signature"

// Send posts one notice. A receiver may get a notice twice, with the same ID. Any status but 2xx is an error: send it again later.
func (w *Webhook) Send(ctx context.Context, n Notice) error {
	if w == nil || w.URL == "" || len(w.Secret) < keySize {
		return invalid("Webhook needs a URL and a Secret of at least 16 bytes")
	}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", n.ID.String())
	req.Header.Set(SignatureHeader, "t="+at+",v1="+hex.EncodeToString(signature(w.Secret, at, body)))
	client := w.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // lets the connection be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("oversight: the webhook's receiver answered %d", resp.StatusCode)
	}
	return nil
}

// signature covers the time and the body; digits and one point before the body leave one way only to read it.
func signature(secret []byte, at string, body []byte) []byte {
	h := hmac.New(sha256.New, secret)
	_, _ = io.WriteString(h, at+".")
	h.Write(body)
	return h.Sum(nil)
}

// ErrSignature says that a post is not from who shares the secret, or too old.
var ErrSignature = errors.New("oversight: the webhook's signature does not hold")

// VerifyWebhook checks the SignatureHeader of a post against its body, and that it is at most tolerance old; it returns ErrSignature
// or nil.
func VerifyWebhook(secret []byte, header string, body []byte, tolerance time.Duration) error {
	stamp, mac, ok := strings.Cut(header, ",v1=")
	at, timed := strings.CutPrefix(stamp, "t=")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if !ok || !timed || err != nil || len(secret) < keySize {
		return ErrSignature
	}
	got, err := hex.DecodeString(mac)
	if err != nil || !hmac.Equal(got, signature(secret, at, body)) {
		return ErrSignature
	}
	if time.Since(time.Unix(seconds, 0)).Abs() > tolerance {
		return ErrSignature
	}
	return nil
}
