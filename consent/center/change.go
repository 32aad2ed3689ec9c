package center

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/call"
)

// maxBody is the longest request, in bytes.
const maxBody = 16 << 10

// tokenHeader carries the token.
const tokenHeader = "X-CSRF-Token" //nolint:gosec // the name of a header

// choice is what a POST says.
type choice struct {
	Purpose      string `json:"purpose"`
	Recipient    string `json:"recipient"`
	NoticeDigest string `json:"notice_digest"` // of the text the person was shown; required to grant
}

// change records an event of a kind, for who has signed in.
func (c *center) change(kind consent.Kind) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, r *http.Request, who string) {
		if c.origins.Check(r) != nil || !hmac.Equal([]byte(r.Header.Get(tokenHeader)), []byte(c.token(who))) {
			problem(w, http.StatusForbidden, "This request did not come from the page it should have come from. Please reload the page.")
			return
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			problem(w, http.StatusUnsupportedMediaType, "This request is not JSON.")
			return
		}
		var want choice
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
		d.DisallowUnknownFields()
		if d.Decode(&want) != nil || d.Decode(&struct{}{}) != io.EOF {
			problem(w, http.StatusBadRequest, "This request could not be understood.")
			return
		}
		p, known := c.purpose(want.Purpose)
		switch {
		case !known:
			problem(w, http.StatusNotFound, "There is no such purpose.")
			return
		case kind == consent.Granted && want.NoticeDigest != p.Notice.Digest():
			problem(w, http.StatusConflict, "The text has changed since you read it. Please read it again.")
			return
		}
		c.record(w, r, consent.Event{
			Subject: who, Purpose: want.Purpose, Recipient: want.Recipient, Kind: kind, Method: "preference centre",
			NoticeVersion: p.Notice.Version, NoticeDigest: p.Notice.Digest(),
		})
	}
}

func (c *center) record(w http.ResponseWriter, r *http.Request, e consent.Event) {
	full := e
	if c.complete != nil {
		if err := c.complete(r, &full); err != nil {
			problem(w, http.StatusForbidden, "This choice cannot be made here.")
			return
		}
		full.Subject, full.Purpose, full.Recipient, full.Kind = e.Subject, e.Purpose, e.Recipient, e.Kind
	}
	recorded, err := c.gate.Record(r.Context(), full)
	if err != nil {
		failed(w, err)
		return
	}
	reply(w, saidBy(&recorded))
}

func (c *center) purpose(id string) (consent.Purpose, bool) {
	for _, p := range c.gate.Purposes() {
		if p.ID == id {
			return p, true
		}
	}
	return consent.Purpose{}, false
}

// token is what only a page that could read GET /purposes as this person can know.
func (c *center) token(who string) string {
	mac := hmac.New(sha256.New, c.secret)
	mac.Write([]byte("fairlead consent centre\x00" + who))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // if the client has gone, there is nobody left to tell
}

// failed answers with what is public of an error.
func failed(w http.ResponseWriter, err error) { call.WriteError(w, err) }

// problem answers as RFC 9457 has it.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(call.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail})
}
