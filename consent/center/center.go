// Package center is the customer's preference centre: what they are asked, in the exact words, what they said to it, and a way to say
// something else that is as easy as the first time (GDPR article 7(3)). Its pages need no JavaScript.
//
//	choices, err := center.New(gate, signedIn, nil) // signedIn: func(*http.Request) (who string, err error)
//	mux.Handle("/choices/", http.StripPrefix("/choices", choices))
//
// The pages are "", the choices; "history"; "receipt/12", a signed receipt to keep; and "export", all of it as ISO/IEC TS 27560 records.
// Whose choices they are is what the authoriser says, and nothing in the request. Where a purpose is allowed in some jurisdictions until
// a person objects, say which is theirs: the pages and the interface below ask the gate with what consent.WithAsk left in the
// request's context, as the application's own calls do.
//
// For an application that draws pages of its own the same is there as JSON:
//
//	GET  /api/purposes          the purposes with their notices, what the person said, and a token
//	POST /api/grant             {"purpose": "offers", "notice_digest": "..."}: the digest of the notice that was shown
//	POST /api/withdraw          {"purpose": "offers"}
//	POST /api/object            {"purpose": "offers"}
//	GET  /api/history           what the person said, oldest first
//
// A POST has to come from the same origin, as application/json, with a token in X-CSRF-Token. A token is good once, whatever came of it:
// the answer to whoever had a good one holds the next, in the same header and, if something was recorded, as "token" too.
package center

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/web"
)

// Options of a centre.
type Options struct {
	// Brand stands at the top of each page. Default: the name of the gate's Controller.
	Brand string
	// Home is where your website begins, such as "/": the header of each page leads back there. Default: nowhere.
	Home string
	// Catalogues translate the pages: by language, as in "de" or "de-CH", from the English sentence to the other. What is not in them stays
	// English. Names and notices of purposes are shown as the gate has them. Default: none.
	Catalogues map[string]map[string]string
	// Language is a person's, such as the one in their profile. Default: that of the browser.
	Language func(*http.Request) string
	// Location is the time zone of the times that are shown. Default: UTC.
	Location *time.Location
	// Key makes the tokens of forms: 32 bytes or more, the same in all processes that serve the centre. Default: random, for one process.
	Key []byte
	// Origins are further origins that may post, as in "https://account.shop.example". Default: the one the centre is served from.
	Origins []string
	// Complete adds to an event what only the application knows: age, guardian, jurisdiction. What it changes of subject, kind, purpose
	// and recipient is put back. An error refuses the event. Default: nothing is added.
	Complete func(r *http.Request, e *consent.Event) error
}

// String keeps printed options free of the secret.
func (o Options) String() string { return "center.Options(redacted)" }

// Format prints String under every verb.
func (o Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, o.String()) }

// LogValue is String, for slog.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

//go:embed pages/*.html
var pages embed.FS

// New makes the centre. auth says who is asking, by the application's own session, and must be given; an error or an empty answer
// is 401.
func New(gate *consent.Gate, auth func(*http.Request) (who string, err error), opts *Options) (http.Handler, error) {
	if opts == nil {
		opts = &Options{}
	}
	if len(gate.Purposes()) == 0 {
		return nil, errors.New("center: the gate is nil, zero or without purposes; make it with consent.New")
	}
	c := &center{gate: gate, auth: auth, complete: opts.Complete}
	brand := opts.Brand
	if brand == "" {
		brand = gate.Controller().Name
	}
	var err error
	c.site, err = web.New(web.Options{
		Name: "center", Auth: auth, Templates: pages, Brand: brand, Home: opts.Home, Nav: nav, Sayings: sayings, Location: opts.Location, Key: opts.Key,
		Language: web.Language{Catalogues: opts.Catalogues, Choose: opts.Language}, Origins: opts.Origins,
	})
	if err != nil {
		return nil, err
	}
	for _, origin := range opts.Origins {
		if err := c.origins.AddTrustedOrigin(origin); err != nil {
			return nil, errors.New("center: Options.Origins holds what is no origin, such as https://shop.example")
		}
	}
	c.site.Page("GET /{$}", c.choices)
	c.site.Page("GET /history", c.past)
	c.site.Post("POST /allow", c.allow)
	c.site.Post("POST /stop", c.stop)
	c.site.Raw("GET /export", c.export)
	c.site.Raw("GET /receipt/{seq}", c.receipt)
	c.api = c.routes()
	return c, nil
}

type center struct {
	gate     *consent.Gate
	auth     func(*http.Request) (string, error)
	complete func(*http.Request, *consent.Event) error
	site     *web.Site
	api      http.Handler
	origins  http.CrossOriginProtection
}

// ServeHTTP serves the pages and, below /api/, JSON.
func (c *center) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Add("Vary", "Sec-GPC")
		h.Add("Vary", "Cookie")
		if path.Clean(r.URL.Path) != r.URL.Path { // the mux would redirect it, and astray under a stripped prefix
			problem(w, http.StatusNotFound, "There is nothing at this address.")
			return
		}
		c.api.ServeHTTP(w, c.site.Receive(w, r, maxBody))
		return
	}
	c.site.ServeHTTP(w, r)
}

func nav(v *web.Visit) []web.Link {
	return []web.Link{{Text: v.T("Your choices")}, {Href: "history", Text: v.T("History")}}
}

// sayings are what a page says once a form is done.
var sayings = map[string]string{
	"allowed": "Saved. You allow this now, and can take it back with one click at any time.",
	"stopped": "Saved. We no longer use your data for this.",
	"noted":   "Saved, but it makes no difference yet. Below it says why.",
}

func (c *center) purpose(id string) (consent.Purpose, bool) {
	for _, p := range c.gate.Purposes() {
		if p.ID == id {
			return p, true
		}
	}
	return consent.Purpose{}, false
}

// ask is what is asked of the gate about one purpose: of those the application's context names no others come in.
func ask(r *http.Request, who, purpose, recipient string) consent.Ask {
	return consent.Ask{Subject: who, Purpose: purpose, Recipient: recipient, Also: []string{}, GPC: consent.GPC(r)}
}

// unanswered says that the gate could not tell.
func unanswered(a consent.Answer) bool {
	return a.Reason == consent.ReasonUnavailable || a.Reason == consent.ReasonStale
}

// errNotHere is that Options.Complete refused.
var errNotHere = web.Problem(http.StatusForbidden, "This choice cannot be made here, so nothing was changed.")

// errNotCertain is that what was said is in the log, and that the gate did not get to see it there, or not everywhere.
var errNotCertain = web.Problem(http.StatusServiceUnavailable,
	"What you said is on record, but it is not certain yet that it holds everywhere. Please look again in a moment.")

// record records an event for who has signed in.
func (c *center) record(r *http.Request, e consent.Event) (consent.Event, error) {
	e.Method, e.GPC = "preference centre", consent.GPC(r)
	full := e
	if c.complete != nil {
		if err := c.complete(r, &full); err != nil {
			return consent.Event{}, errNotHere
		}
		full.Subject, full.Purpose, full.Recipient, full.Kind = e.Subject, e.Purpose, e.Recipient, e.Kind
	}
	recorded, err := c.gate.Record(r.Context(), full)
	if err != nil && recorded.Seq != 0 && !errors.Is(err, consent.ErrInvalid) {
		err = errNotCertain
	}
	return recorded, err
}
