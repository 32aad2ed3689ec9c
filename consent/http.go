package consent

import (
	"context"
	"net/http"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Transport returns a RoundTripper that sends a request only if the person has agreed, for any SDK that takes an *http.Client. A
// refused request is answered with 403 and X-Should-Retry: false, so that SDKs do not try again; the *DeniedError stands in
// the trail of fairlead.Track. base nil is http.DefaultTransport; describe nil asks what WithAsk left in the request's context. describe
// must leave the request as it is, its body unread: it is what goes out.
func Transport(base http.RoundTripper, gate *Gate, describe func(*http.Request) Ask) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{base: base, send: base.RoundTrip, gate: gate, describe: orContext(describe), site: call.NewSite(&call.System{Name: "http"}, nil)}
}

// Middleware is Transport in the form that openai-go and anthropic-sdk-go take as an option.
func Middleware(gate *Gate, describe func(*http.Request) Ask) func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	t := transport{gate: gate, describe: orContext(describe), site: call.NewSite(&call.System{Name: "http"}, nil)}
	return func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		call.MustFunc("consent.Middleware", "next", next == nil)
		one := t
		one.send = next
		return one.RoundTrip(r)
	}
}

// orContext stands in for a describe function that is not there: all of the question then comes from the context.
func orContext(describe func(*http.Request) Ask) func(*http.Request) Ask {
	if describe == nil {
		return func(*http.Request) Ask { return Ask{} }
	}
	return describe
}

type transport struct {
	base     http.RoundTripper // nil for a Middleware
	send     func(*http.Request) (*http.Response, error)
	gate     *Gate
	describe func(*http.Request) Ask
	site     *call.Site
}

// CloseIdleConnections passes the wish of http.Client on.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// RoundTrip asks the gate and sends the request, or answers it itself.
func (t *transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	ended := call.ErrUnfinished
	ctx, scope := call.EnterRequest(r, call.StageConsent, t.site)
	defer scope.Exit(&ended)
	if denied := admit(ctx, t.gate, t.describe, r); denied != nil {
		ended = denied
		return call.Refusal(r, denied), nil
	}
	resp, err = call.Next(ctx, &scope, func(ctx context.Context, r *http.Request) (*http.Response, error) {
		return t.send(r.WithContext(ctx))
	}, r)
	ended = err
	if err == nil && resp != nil && call.Retried(resp.StatusCode) {
		ended = &call.StatusError{Status: resp.StatusCode}
	}
	return resp, err
}

// Handler returns next with the gate before it: a person who has not agreed gets 403 with the public sentence (503 when the gate
// cannot answer), as application/problem+json. A Sec-GPC: 1 header of the request counts as an objection to sale-like
// purposes, and the answer says that it varies by it.
func Handler(next http.Handler, gate *Gate, describe func(*http.Request) Ask) http.Handler {
	call.MustFunc("consent.Handler", "next", next == nil)
	ask := orContext(describe)
	withGPC := func(r *http.Request) Ask {
		a := ask(r)
		a.GPC = a.GPC || GPC(r)
		return a
	}
	site := call.NewSite(&call.System{Name: "http"}, nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := call.ErrUnfinished
		ctx, scope := call.Enter(r.Context(), call.StageConsent, site)
		defer scope.Exit(&err)
		w.Header().Add("Vary", "Sec-GPC")
		if err = admit(ctx, gate, withGPC, r); err != nil {
			call.WriteError(w, err)
			return
		}
		err = call.ErrUnfinished
		scope.Pause()
		next.ServeHTTP(w, r.WithContext(ctx))
		scope.Continue()
		err = nil
	})
}

// GPCSupport serves /.well-known/gpc.json, by which a site says that it abides by Global Privacy Control. since is when it last changed
// how, and is shown as a date; a zero time panics, as a site has to know.
func GPCSupport(since time.Time) http.Handler {
	if since.IsZero() {
		panic("fairlead: consent.GPCSupport: since is zero: pass the date on which the site began to abide by the signal")
	}
	text := `{"gpc":true,"lastUpdate":"` + since.UTC().Format(time.DateOnly) + `"}`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text)) // if the client has gone, there is nobody left to tell
	})
}
