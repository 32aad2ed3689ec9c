package transparency

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/fairlead-go/fairlead/internal/call"
)

// maxWhole is how many bytes of an answer are read before it is delivered; a longer one is recorded at its end.
const maxWhole = 16 << 20

// Exchange is a request and its answer, for an explain function to read. It must change neither, and not read their bodies.
type Exchange struct {
	Request  *http.Request
	Sent     []byte         // the beginning of the request's body, at most Options.MaxPayload
	Response *http.Response // nil if there was none
	Received []byte         // the beginning of the answer's body, at most Options.MaxPayload
}

// Transport returns a RoundTripper that records each request, for any SDK that takes an *http.Client: the same as Wrap, for
// functions that are a service somewhere else. The digests are of the bodies as they go over the wire ([Digest.MatchesBytes]). An
// answer is recorded before it is delivered; a stream (text/event-stream, NDJSON, or above 16 MiB) when it has been read to its
// end, where a record that cannot be written takes the place of io.EOF, or when it is closed or the request's context ends before, as abandoned. (The call itself, and
// with it the span, has ended by then: how a stream ended only its record says.) Retries of one
// request are attempts of one decision. A refused request is answered with 403 and X-Should-Retry: false; the typed error
// stands in the trail of fairlead.Track. base nil is http.DefaultTransport.
func Transport(base http.RoundTripper, j *Journal, explain func(Exchange) Explanation) http.RoundTripper {
	call.MustFunc("transparency.Transport", "explain", explain == nil)
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{send: base.RoundTrip, journal: j, explain: explain, site: call.NewSite(&call.System{Name: "http"}, nil)}
}

// Middleware is Transport in the form that openai-go and anthropic-sdk-go take as an option.
func Middleware(j *Journal, explain func(Exchange) Explanation) func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	call.MustFunc("transparency.Middleware", "explain", explain == nil)
	t := transport{journal: j, explain: explain, site: call.NewSite(&call.System{Name: "http"}, nil)}
	return func(r *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
		one := t
		one.send = next
		return one.RoundTrip(r)
	}
}

type transport struct {
	send    func(*http.Request) (*http.Response, error)
	journal *Journal
	explain func(Exchange) Explanation
	site    *call.Site
}

// trip is one recorded request.
type trip struct {
	recording
	explain  func(Exchange) Explanation
	seen     Exchange
	sending  *meter // of a request body that can be read only once; else nil
	received *meter // of the answer's body; nil while there is none

	delivered Content
}

// RoundTrip sends the request and records it.
func (t *transport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	ended := call.ErrUnfinished
	ctx, scope := call.EnterRequest(r, call.StageTransparency, t.site)
	defer scope.Exit(&ended)
	d := scope.Decision()
	if refusal := t.journal.ready(d); refusal != nil {
		ended = refusal
		return call.Refusal(r, refusal), nil
	}
	p := &trip{explain: t.explain}
	p.Context, p.journal, p.d = ctx, t.journal, d
	defer p.broken(&ended)
	out, refusal := p.open(r)
	if refusal != nil {
		ended = refusal
		return call.Refusal(r, refusal), nil
	}
	got, failure := call.Next(&p.recording, &scope, func(ctx context.Context, r *http.Request) (*http.Response, error) {
		return t.send(r.WithContext(ctx))
	}, out)
	resp, failure, refusal = p.answer(got, failure)
	if refusal != nil {
		ended = refusal
		return call.Refusal(r, refusal), nil
	}
	ended = failure
	if failure == nil && call.Retried(resp.StatusCode) {
		ended = &call.StatusError{Status: resp.StatusCode}
	}
	return resp, failure
}

// open commits to the request's body: through GetBody, which leaves the body itself unread, or else while it is being sent.
func (p *trip) open(r *http.Request) (*http.Request, error) {
	p.seen.Request = r
	if err := p.resume(); err != nil {
		return nil, err
	}
	m := p.meter()
	switch {
	case r.Body == nil || r.Body == http.NoBody:
	case r.GetBody != nil:
		body, err := r.GetBody()
		if err == nil {
			_, err = io.Copy(m, body)
			_ = body.Close() // it was only read
		}
		if err != nil && !p.journal.lenient(p.Context) {
			return nil, p.refuse(&RecordError{Decision: p.d.ID(), Reason: "the request's body cannot be read", Err: err})
		}
	default:
		p.sending = m
		out := r.Clone(p.Context)
		out.Body = &teeBody{body: r.Body, m: m}
		return out, nil
	}
	p.input, p.seen.Sent = m.content(p.journal), m.head
	return r, nil
}

// answer records what came back, or makes it record itself when it has been read. failure is what the client gets to see as error,
// refusal what takes the place of both.
func (p *trip) answer(resp *http.Response, err error) (_ *http.Response, failure, refusal error) {
	if err == nil && resp == nil {
		err = call.Refuse(p.d, call.StageTransparency, "the RoundTripper returned neither an answer nor an error", nil)
	}
	if err != nil {
		return nil, err, p.finish(&ending{outcome: p.d.Final(err), failure: err})
	}
	p.seen.Response, p.received = resp, p.meter()
	if resp.Body == nil {
		resp.Body = http.NoBody // a RoundTripper that was written by hand
	}
	if !streams(resp) {
		whole, err := io.ReadAll(io.LimitReader(resp.Body, maxWhole+1))
		if err != nil || len(whole) <= maxWhole {
			_ = resp.Body.Close() // all of it has been read, or the error of reading is what counts
			_, _ = p.received.Write(whole)
			if err != nil {
				return nil, err, p.finish(&ending{outcome: call.Failed, failure: err})
			}
			resp.Body = io.NopCloser(bytes.NewReader(whole))
			return resp, nil, p.finish(p.end(resp))
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(whole), resp.Body), resp.Body}
	}
	late := &lateBody{p: p, body: resp.Body}
	late.unwatch = context.AfterFunc(p.Context, late.abandon)
	resp.Body = late
	return resp, nil, nil
}

// finish records the exchange. Its error, if there is one, takes the place of the answer.
func (p *trip) finish(end *ending) error {
	if p.sending != nil {
		p.input, p.seen.Sent = p.sending.take(p.journal)
	}
	if p.received != nil {
		p.delivered, p.seen.Received = p.received.take(p.journal)
		p.sent = &p.delivered
	}
	if end.failure == nil {
		p.explainIfDrawn(p)
	}
	return p.settle(end)
}

// end is how an exchange ended that has an answer.
func (p *trip) end(resp *http.Response) *ending {
	if call.Retried(resp.StatusCode) {
		return &ending{outcome: call.Failed, failure: &statusError{resp.StatusCode}}
	}
	return &ending{outcome: p.d.Final(nil)}
}

func (p *trip) explained() (Explanation, error) {
	return call.Try(p.d, call.StageTransparency, "the explain function", p.explain, p.seen)
}

// statusError stands in a record for an answer that says the service failed.
type statusError struct{ status int }

func (e *statusError) Error() string { return "HTTP status " + strconv.Itoa(e.status) }

// streams says whether an answer comes bit by bit.
func streams(resp *http.Response) bool {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch kind {
	case "text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return true
	}
	return resp.ContentLength > maxWhole
}
