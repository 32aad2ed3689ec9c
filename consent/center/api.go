package center

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/call"
)

// maxBody is the longest request, in bytes.
const maxBody = 16 << 10

// tokenHeader carries the token.
const tokenHeader = "X-CSRF-Token" //nolint:gosec // the name of a header

// routes are the JSON interface.
func (c *center) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/purposes", c.as(c.purposes))
	mux.HandleFunc("GET /api/history", c.as(c.history))
	mux.HandleFunc("POST /api/grant", c.as(c.change(consent.Granted)))
	mux.HandleFunc("POST /api/withdraw", c.as(c.change(consent.Withdrawn)))
	mux.HandleFunc("POST /api/object", c.as(c.change(consent.Objected)))
	return mux
}

// as is a handler for a person who has signed in.
func (c *center) as(next func(w http.ResponseWriter, r *http.Request, who string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer recovered(w)
		who, err := c.auth(r)
		if err != nil || who == "" {
			problem(w, http.StatusUnauthorized, "Please sign in first.")
			return
		}
		next(w, r, who)
	}
}

// recovered answers for a function of the application that panicked. What it said stays out of the log: it may be about a person.
func recovered(w http.ResponseWriter) {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler:
		panic(p)
	default:
		slog.Error("center: an answer panicked", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		problem(w, http.StatusInternalServerError, "Something went wrong here. Please look whether it was done before you try again.")
	}
}

// shown is a purpose as the person sees it.
type shown struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Within     []string `json:"within,omitempty"`
	Notice     notice   `json:"notice"`
	Bases      []string `json:"bases"`
	Data       []string `json:"data,omitempty"`
	Recipients []string `json:"recipients,omitempty"`
	// Allowed says whether the purpose may use the person's data now; Reason why not.
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason,omitempty"`
	Text    string `json:"text,omitempty"` // Reason in a sentence
	// Receipt is the event behind that; 0 if there is none.
	Receipt uint64 `json:"receipt,omitempty"`
	MayAsk  bool   `json:"may_ask"` // whether it is decent to ask now
}

type notice struct {
	Version  int    `json:"version"`
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
	Digest   string `json:"digest"`
}

func (c *center) purposes(w http.ResponseWriter, r *http.Request, who string) {
	var list []shown
	for _, p := range c.gate.Purposes() {
		ask := ask(r, who, p.ID, "")
		answer, err := c.gate.Check(r.Context(), ask)
		if unanswered(answer) {
			call.WriteError(w, err)
			return
		}
		one := shown{
			ID: p.ID, Name: p.Name, Within: p.Within, Data: p.Data, Recipients: p.Recipients,
			Notice:  notice{Version: p.Notice.Version, Text: p.Notice.Text, Language: p.Notice.Language, Digest: p.Notice.Digest()},
			Allowed: answer.Allowed, Reason: string(answer.Reason), Receipt: uint64(answer.Receipt),
		}
		for _, b := range p.Bases {
			one.Bases = append(one.Bases, string(b))
		}
		var denied *consent.DeniedError
		if errors.As(err, &denied) {
			one.Text = denied.Public()
		}
		one.MayAsk, _ = c.gate.MayAsk(r.Context(), ask) // an error means no
		list = append(list, one)
	}
	reply(w, map[string]any{"purposes": list, "token": c.site.Mint(who)})
}

// said is an event as the person sees it.
type said struct {
	Seq           uint64     `json:"seq"`
	At            time.Time  `json:"at"`
	Kind          string     `json:"kind"`
	Purpose       string     `json:"purpose"`
	Recipient     string     `json:"recipient,omitempty"`
	Given         *time.Time `json:"given,omitempty"`
	Expires       *time.Time `json:"expires,omitempty"`
	NoticeVersion int        `json:"notice_version"`
	NoticeDigest  string     `json:"notice_digest,omitempty"`
	Method        string     `json:"method,omitempty"`
	Guardian      bool       `json:"guardian,omitempty"`
	GPC           bool       `json:"gpc,omitempty"`   // the browser sent Sec-GPC: 1 then
	Token         string     `json:"token,omitempty"` // for the next POST; only in the answer to one
}

func saidBy(e *consent.Event) said {
	s := said{
		Seq: uint64(e.Seq), At: e.At, Kind: string(e.Kind), Purpose: e.Purpose, Recipient: e.Recipient, NoticeVersion: e.NoticeVersion,
		NoticeDigest: e.NoticeDigest, Method: e.Method, Guardian: e.Guardian, GPC: e.GPC,
	}
	if !e.Given.IsZero() {
		s.Given = &e.Given
	}
	if !e.Expires.IsZero() {
		s.Expires = &e.Expires
	}
	return s
}

func (c *center) history(w http.ResponseWriter, r *http.Request, who string) {
	events, err := c.gate.History(r.Context(), who)
	if err != nil {
		call.WriteError(w, err)
		return
	}
	list := make([]said, len(events))
	for i := range events {
		list[i] = saidBy(&events[i])
	}
	reply(w, map[string]any{"events": list})
}

// wanted is what a POST says.
type wanted struct {
	Purpose      string `json:"purpose"`
	Recipient    string `json:"recipient"`
	NoticeDigest string `json:"notice_digest"` // of the text the person was shown; required to grant
}

// change records an event of a kind, for who has signed in.
func (c *center) change(kind consent.Kind) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, r *http.Request, who string) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			problem(w, http.StatusUnsupportedMediaType, "This request is not JSON.")
			return
		}
		if c.origins.Check(r) != nil || c.site.Spend(who, r.Header.Get(tokenHeader)) != nil {
			problem(w, http.StatusForbidden, "This request did not come from the page it should have come from. Please reload the page.")
			return
		}
		next := c.site.Mint(who)
		w.Header().Set(tokenHeader, next)
		var want wanted
		d := json.NewDecoder(r.Body)
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
		e, err := c.record(r, consent.Event{Subject: who, Purpose: want.Purpose, Recipient: want.Recipient, Kind: kind})
		if err != nil {
			refused(w, err)
			return
		}
		s := saidBy(&e)
		s.Token = next
		reply(w, s)
	}
}

// refused answers with an error of record.
func refused(w http.ResponseWriter, err error) {
	var ours interface {
		error
		HTTPStatus() int
		Public() string
	}
	if (errors.Is(err, errNotHere) || errors.Is(err, errNotCertain)) && errors.As(err, &ours) {
		problem(w, ours.HTTPStatus(), ours.Public())
		return
	}
	call.WriteError(w, err)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // if the client has gone, there is nobody left to tell
}

// problem answers as RFC 9457 has it.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(call.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail})
}
