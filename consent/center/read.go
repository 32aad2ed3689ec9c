package center

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

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
		ask := consent.Ask{Subject: who, Purpose: p.ID, GPC: consent.GPC(r)}
		answer, err := c.gate.Check(r.Context(), ask)
		if answer.Reason == consent.ReasonUnavailable || answer.Reason == consent.ReasonStale {
			failed(w, err)
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
	reply(w, map[string]any{"purposes": list, "token": c.token(who)})
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
}

func saidBy(e *consent.Event) said {
	s := said{
		Seq: uint64(e.Seq), At: e.At, Kind: string(e.Kind), Purpose: e.Purpose, Recipient: e.Recipient, NoticeVersion: e.NoticeVersion,
		NoticeDigest: e.NoticeDigest, Method: e.Method, Guardian: e.Guardian,
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
		failed(w, err)
		return
	}
	list := make([]said, len(events))
	for i := range events {
		list[i] = saidBy(&events[i])
	}
	reply(w, map[string]any{"events": list})
}

func (c *center) export(w http.ResponseWriter, r *http.Request, who string) {
	text, err := c.gate.Export(r.Context(), who)
	if err != nil {
		failed(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/ld+json")
	w.Header().Set("Content-Disposition", `attachment; filename="choices.jsonld"`)
	_, _ = w.Write(text) // if the client has gone, there is nobody left to tell
}

func (c *center) receipt(w http.ResponseWriter, r *http.Request, who string) {
	seq, err := strconv.ParseUint(r.URL.Query().Get("seq"), 10, 64)
	if err != nil {
		problem(w, http.StatusBadRequest, "Which choice the receipt is for is not clear: seq has to be a number.")
		return
	}
	token, err := c.gate.Receipt(r.Context(), who, ledger.Seq(seq))
	switch {
	case errors.Is(err, consent.ErrNoReceipt):
		problem(w, http.StatusNotFound, "There is no such choice of yours.")
	case errors.Is(err, consent.ErrInvalid): // the application's wiring, not the person's request
		problem(w, http.StatusNotImplemented, "Receipts are not given here.")
	case err != nil:
		failed(w, err)
	default:
		w.Header().Set("Content-Type", "application/jwt")
		w.Header().Set("Content-Disposition", `attachment; filename="receipt-`+strconv.FormatUint(seq, 10)+`.jwt"`)
		_, _ = w.Write([]byte(token))
	}
}
