package oversight

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/call"
)

const (
	// maxMessage bounds the body of a request that is held, and of an answer that is kept for a second Resume, in bytes. An entry of the
	// ledger, which has the same bound, may still be too small for one that is full of quotes.
	maxMessage = 1 << 20
	// maxLook bounds what is kept of the body of a request that is only looked at afterwards, in bytes; JSON makes at most six of one.
	maxLook = 128 << 10
)

// Transport is Approve for HTTP requests, for any SDK that takes an *http.Client: while the stop switch is on nothing is sent; a
// request that a rule holds opens a case with its method, address and body, which must fit into an entry of the ledger (1 MiB), and is sent under Resume
// once approved, at most once: what is sent is what was read, whatever GetBody would give.
// Its answer, whatever its status, is the result: a second Resume gets the same one, if it was text of at most 1 MiB. A request that
// is drawn and not held is sent, and its case, for review afterwards, has the answer's status and the first 128 KiB of the body. Of the address reviewers see no
// query and no user name, and no header; Case.Input can show them more, or less.
//
// A refused request is answered with 403 and X-Should-Retry: false; the typed error stands in the trail of fairlead.Track. A
// reviewer who replaces answers in the service's place: {"status":200,"type":"application/json","body":"..."}. base nil is
// http.DefaultTransport; a nil open panics.
func Transport(base http.RoundTripper, desk *Desk, open func(*http.Request) Case) http.RoundTripper {
	call.MustFunc("oversight.Transport", "open", open == nil)
	if base == nil {
		base = http.DefaultTransport
	}
	desk.knows(replyType)
	return &transport{send: base.RoundTrip, desk: desk, open: open, site: call.NewSite(&call.System{Name: "http"}, nil)}
}

// Middleware is Transport in the form that openai-go and anthropic-sdk-go take as an option.
func Middleware(desk *Desk, open func(*http.Request) Case) func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	call.MustFunc("oversight.Middleware", "open", open == nil)
	desk.knows(replyType)
	t := transport{desk: desk, open: open, site: call.NewSite(&call.System{Name: "http"}, nil)}
	return func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		one := t
		one.send = next
		return one.RoundTrip(r)
	}
}

type transport struct {
	send func(*http.Request) (*http.Response, error)
	desk *Desk
	open func(*http.Request) Case
	site *call.Site
}

// message is what a case is about: what goes over the wire, without headers.
type message struct {
	Method, URL, Body string
	Host              string // where it is sent under another name than the address has
}

// shown is what a reviewer sees of it.
type shownMessage struct {
	Method string          `json:"method"`
	URL    string          `json:"url"`
	Host   string          `json:"host,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	Cut    bool            `json:"cut,omitempty"` // it goes on
}

// replyType is that of an answer, which is kept as far as it is text and has no other part to lose.
var replyType = &outType{name: typeOf[*reply]().name, fits: typeOf[*reply]().fits}

// reply is an answer as it is kept.
type reply struct {
	Status int    `json:"status"`
	Type   string `json:"type,omitempty"`
	Body   string `json:"body,omitempty"`

	live *http.Response // as it came; nil for one from the ledger
	cut  bool           // too long, or not text, to be kept
}

var errUnkept = errors.New("oversight: the answer is not text of at most 1 MiB")

// MarshalJSON refuses to write half an answer.
func (p *reply) MarshalJSON() ([]byte, error) {
	if p.cut {
		return nil, errUnkept
	}
	type plain reply
	return json.Marshal((*plain)(p))
}

// RoundTrip sends a request that may be sent.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ended := call.ErrUnfinished
	ctx, scope := call.EnterRequest(r, call.StageOversight, t.site)
	defer scope.Exit(&ended)
	answer, refusal, err := t.trip(ctx, &scope, r, &ended)
	switch {
	case refusal != nil:
		ended = refusal
		return call.Refusal(r, refusal), nil
	case err != nil:
		ended = err
		return nil, err
	}
	ended = nil
	if call.Retried(answer.StatusCode) {
		ended = &call.StatusError{Status: answer.StatusCode}
	}
	return answer, nil
}

// trip gives the answer, or why the request was not sent, or what sending it returned as an error.
func (t *transport) trip(ctx context.Context, scope *call.Scope, r *http.Request, state *error) (answer *http.Response, refusal, err error) {
	d := scope.Decision()
	subject, err := t.desk.enter(ctx, d)
	if err != nil {
		return nil, err, nil
	}
	o := opening{d: d, subject: subject, site: t.site, isCall: true, fits: replyType}
	out, f, refusal := t.ask(ctx, &o, r)
	if refusal != nil {
		return nil, refusal, nil
	}
	sent := false
	next := func(ctx context.Context, r *http.Request) (*reply, error) {
		sent = true
		return t.exchange(ctx, r, f != nil)
	}
	var got *reply
	if f != nil {
		got, err = perform(ctx, scope, t.desk, f, replyType, next, out, state)
	} else if got, err = runNext(ctx, scope, next, out, state); err == nil && o.draw.sampled {
		o.out = &reply{Status: got.Status, Type: got.Type}
		refusal = t.desk.afterwards(ctx, &o)
	}
	if (refusal != nil || err != nil) && got != nil && got.live != nil {
		_ = got.live.Body.Close() // nobody will read it
	}
	switch {
	case refusal != nil:
		return nil, refusal, nil
	case err != nil && !sent:
		return nil, err, nil
	case err != nil:
		return nil, nil, err
	case got.live != nil:
		return got.live, nil, nil
	}
	if r.Body != nil {
		_ = r.Body.Close() // a RoundTripper closes the body, also when it does not send it
	}
	return got.response(r), nil, nil
}

// ask draws the request, or finds the case that it resumes. It returns the request to send, and no case if that may be done now.
func (t *transport) ask(ctx context.Context, o *opening, r *http.Request) (out *http.Request, f *dossier, err error) {
	if !o.d.Resumed() {
		if o.c, err = call.Try(o.d, call.StageOversight, "the open function", t.open, r); err != nil {
			return nil, nil, err
		}
		if o.draw, err = t.desk.draw(o.d, t.site, &o.c); err != nil || !o.draw.sampled {
			return r, nil, err
		}
	}
	must := o.draw.hold != "" || o.d.Resumed()
	limit := maxLook
	if must {
		limit = maxMessage
	}
	m, out, err := read(r, limit)
	if err != nil && (must || err != errUnkept) { //nolint:errorlint // what read itself returned
		return nil, nil, call.Refuse(o.d, call.StageOversight, "the request's body cannot be read, or is too long, for a reviewer", err)
	}
	o.in = m
	if o.c.Input == nil {
		s := m.shown(r)
		s.Cut = err != nil
		o.c.Input = s
	}
	err = nil
	switch {
	case o.d.Resumed():
		f, err = t.desk.resumed(ctx, o)
	case o.draw.hold != "":
		f, err = t.desk.askFor(ctx, o)
	}
	return out, f, err
}

// read takes a request's body and gives the request that sends what was read. A body that is too long is errUnkept, and sent whole.
func read(r *http.Request, limit int) (m message, out *http.Request, err error) {
	if r.URL == nil {
		return m, nil, errNoURL
	}
	m = message{Method: r.Method, URL: r.URL.String()}
	if r.Host != r.URL.Host {
		m.Host = r.Host
	}
	if r.Body == nil || r.Body == http.NoBody {
		return m, r, nil
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil {
		return m, nil, err
	}
	out = r.WithContext(r.Context())
	if len(data) > limit {
		m.Body = string(data[:limit])
		out.Body = &readBody{Reader: io.MultiReader(bytes.NewReader(data), r.Body), Closer: r.Body}
		out.GetBody = nil
		return m, out, errUnkept
	}
	m.Body = string(data)
	out.ContentLength = int64(len(data))
	out.Body = &readBody{Reader: bytes.NewReader(data), Closer: r.Body}
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return m, out, nil
}

var errNoURL = errors.New("oversight: the request has no URL")

// readBody is a body that has been read once and is still to be closed.
type readBody struct {
	io.Reader
	io.Closer
}

func (m *message) shown(r *http.Request) shownMessage {
	u := *r.URL
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	s := shownMessage{Method: m.Method, URL: u.String(), Host: m.Host}
	switch {
	case m.Body == "":
	case json.Valid([]byte(m.Body)):
		s.Body = json.RawMessage(m.Body)
	default:
		s.Body, _ = json.Marshal(strings.ToValidUTF8(m.Body, "\uFFFD")) // a string: cannot fail
	}
	return s
}

// exchange sends a request. Of an answer that has to be kept it reads as much as may be kept, and leaves all to be read.
func (t *transport) exchange(ctx context.Context, r *http.Request, keep bool) (*reply, error) {
	resp, err := t.send(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if resp == nil {
		return nil, errNothing
	}
	if resp.Body == nil {
		resp.Body = http.NoBody // a RoundTripper that was written by hand
	}
	p := &reply{Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), live: resp, cut: true}
	if !keep {
		return p, nil
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage+1))
	if err != nil {
		_ = resp.Body.Close() // the error of reading is what counts
		return nil, err
	}
	resp.Body = &readBody{Reader: io.MultiReader(bytes.NewReader(data), resp.Body), Closer: resp.Body}
	if p.cut = len(data) > maxMessage || !utf8.Valid(data); !p.cut {
		p.Body = string(data)
	}
	return p, nil
}

var errNothing = errors.New("oversight: the RoundTripper returned neither an answer nor an error")

// response makes an answer of what is kept of it, or of what a reviewer says.
func (p *reply) response(r *http.Request) *http.Response {
	if p.Status < 100 || p.Status > 999 {
		p.Status = http.StatusOK
	}
	resp := &http.Response{
		Status: http.StatusText(p.Status), StatusCode: p.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader(p.Body)), ContentLength: int64(len(p.Body)), Request: r,
	}
	if p.Type != "" {
		resp.Header.Set("Content-Type", p.Type)
	}
	return resp
}
