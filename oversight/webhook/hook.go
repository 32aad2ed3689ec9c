// Package webhook posts the notices of an oversight.Desk to another service, signed so that the receiver can tell them from anybody
// else's:
//
//	hook := &webhook.Hook{URL: url, Secret: secret, Client: client}
//	desk, err := oversight.New(ctx, log, policy, &oversight.Options{
//		Notify:      func(n oversight.Notice) { queue <- n }, // a channel with room, or a table of yours: appends wait for it
//		NotifySince: sent, // the Seq of the last notice that was posted, which you keep: none is lost while nobody runs
//	})
//	// elsewhere, with retries: err := hook.Send(ctx, n), and then sent = n.Seq
package webhook

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
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/oversight"
)

// Hook posts notices as JSON. Each post carries a signature over its time and body, so that the receiver can tell it from anybody
// else's and an old one from a new one: see Verify.
type Hook struct {
	// URL to post to. Required.
	URL string
	// Secret shared with the receiver, at least 16 bytes. Required.
	Secret []byte
	// Client makes the requests; give it a timeout. Default: http.DefaultClient.
	Client *http.Client
}

// Header is the header that a Hook signs with: t=Unix seconds,v1=hexadecimal HMAC-SHA-256 of "t.body".
const Header = "Fairlead-Signature"

// Send posts one notice. A receiver may get a notice twice, with the same ID. Any status but 2xx is an error: send it again later.
func (w *Hook) Send(ctx context.Context, n oversight.Notice) error {
	if w == nil || w.URL == "" || len(w.Secret) < minSecret {
		return ErrUnset
	}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return ErrUnset // the cause quotes the URL, which is often a secret itself
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", n.ID.String())
	req.Header.Set(Header, "t="+at+",v1="+hex.EncodeToString(signature(w.Secret, at, body)))
	client := w.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if quoting, ok := errors.AsType[*url.Error](err); ok {
		err = quoting.Err // without the URL
	}
	if err != nil {
		return fmt.Errorf("webhook: the notice was not posted: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // lets the connection be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("webhook: the receiver answered %d", resp.StatusCode)
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

// ErrUnset says that a Hook has no URL that can be read, or no Secret that is long enough.
var ErrUnset = errors.New("webhook: a Hook needs a valid URL and a Secret of at least 16 bytes")

// minSecret is the size of the shortest secret, in bytes.
const minSecret = 16

// ErrSignature says that a post is not from who shares the secret, or too old.
var ErrSignature = errors.New("webhook: the signature does not hold")

// Verify checks the Header of a post against its body, and that it is at most tolerance old; it returns ErrSignature
// or nil.
func Verify(secret []byte, header string, body []byte, tolerance time.Duration) error {
	stamp, mac, ok := strings.Cut(header, ",v1=")
	at, timed := strings.CutPrefix(stamp, "t=")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if !ok || !timed || err != nil || len(secret) < minSecret {
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

// Format prints no secret.
func (Hook) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "webhook.Hook(redacted)") }

// MarshalJSON keeps the secret out of logs that are JSON.
func (Hook) MarshalJSON() ([]byte, error) { return []byte(`"webhook.Hook(redacted)"`), nil }

// LogValue keeps the secret out of slog.
func (Hook) LogValue() slog.Value { return slog.StringValue("webhook.Hook(redacted)") }
