// Package center is the customer's preference centre: what they are asked, in the exact words, what they said to it, and a way to say
// something else that is as easy as the first time (GDPR article 7(3)).
//
//	choices, err := center.New(gate, signedIn, nil) // signedIn: func(*http.Request) (who string, err error)
//	mux.Handle("/choices/", http.StripPrefix("/choices", choices))
//
// It speaks JSON:
//
//	GET  /purposes          the purposes with their notices, what the person said, and a token for the following
//	POST /grant             {"purpose": "offers", "notice_digest": "..."}: the digest of the notice that was shown
//	POST /withdraw          {"purpose": "offers"}
//	POST /object            {"purpose": "offers"}
//	GET  /history           what the person said, oldest first
//	GET  /export            the same as ISO/IEC TS 27560 records
//	GET  /receipt?seq=12    a signed receipt of one of them
//
// A person sees and changes their own choices only: whose they are is what the authoriser says, and nothing in the request. A POST
// has to come from the same origin, as application/json, with the token of GET /purposes in X-CSRF-Token.
package center

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/fairlead-go/fairlead/consent"
)

// Options of a centre.
type Options struct {
	// Secret makes the tokens: 32 bytes or more, the same in all processes that serve the centre. Default: random, for one process.
	Secret []byte
	// Origins are further origins that may post, as in "https://account.shop.example". Default: the one the centre is served from.
	Origins []string
	// Complete adds to an event what only the application knows: age, guardian, jurisdiction. What it changes of subject, kind and
	// purpose is put back. An error refuses the event. Default: nothing is added.
	Complete func(r *http.Request, e *consent.Event) error
}

// String keeps printed options free of the secret.
func (o Options) String() string { return "center.Options(redacted)" }

// Format prints String under every verb.
func (o Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, o.String()) }

// LogValue is String, for slog.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// minSecret is the shortest Options.Secret, in bytes.
const minSecret = 32

// New makes the centre. auth says who is asking, by the application's own session, and must be given; an error or an empty answer
// is 401.
func New(gate *consent.Gate, auth func(*http.Request) (who string, err error), opts *Options) (http.Handler, error) {
	if opts == nil {
		opts = &Options{}
	}
	switch {
	case gate == nil:
		return nil, errors.New("center: the gate is nil; make it with consent.New")
	case auth == nil:
		return nil, errors.New("center: the authoriser is nil; nobody's choices are open to everybody")
	case opts.Secret != nil && len(opts.Secret) < minSecret:
		return nil, errors.New("center: Options.Secret is shorter than 32 bytes")
	}
	c := &center{gate: gate, auth: auth, complete: opts.Complete, secret: append([]byte(nil), opts.Secret...)}
	if opts.Secret == nil {
		c.secret = make([]byte, minSecret)
		_, _ = rand.Read(c.secret) // never fails since Go 1.24
	}
	for _, origin := range opts.Origins {
		if err := c.origins.AddTrustedOrigin(origin); err != nil {
			return nil, errors.New("center: Options.Origins holds what is no origin, such as https://shop.example")
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /purposes", c.as(c.purposes))
	mux.HandleFunc("GET /history", c.as(c.history))
	mux.HandleFunc("GET /export", c.as(c.export))
	mux.HandleFunc("GET /receipt", c.as(c.receipt))
	mux.HandleFunc("POST /grant", c.as(c.change(consent.Granted)))
	mux.HandleFunc("POST /withdraw", c.as(c.change(consent.Withdrawn)))
	mux.HandleFunc("POST /object", c.as(c.change(consent.Objected)))
	return mux, nil
}

type center struct {
	gate     *consent.Gate
	auth     func(*http.Request) (string, error)
	complete func(*http.Request, *consent.Event) error
	secret   []byte
	origins  http.CrossOriginProtection
}

// as is a handler for a person who has signed in.
func (c *center) as(next func(w http.ResponseWriter, r *http.Request, who string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Add("Vary", "Sec-GPC")
		h.Add("Vary", "Cookie")
		who, err := c.auth(r)
		if err != nil || who == "" {
			problem(w, http.StatusUnauthorized, "Please sign in first.")
			return
		}
		next(w, r, who)
	}
}
