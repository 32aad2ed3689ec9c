package privacy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
)

// TransportOptions are the settings of Transport and Middleware. The zero value is the strict one.
type TransportOptions struct {
	// Paths are the ends of further URL paths whose bodies are JSON with text in strings, such as "/tools"; they may also be
	// asked without a body. Default: those of OpenAI, Anthropic, Gemini, Ollama,
	// Bedrock (Converse) and MCP.
	Paths []string
	// RestoreTools puts the real words into the arguments of tool calls too: a disclosure to the tool, which needs a purpose of
	// its own. Default: tools get placeholders.
	RestoreTools bool
	// PassUninspected lets pictures, sounds, files and lists of tokens pass unseen; the decision counts them as NOT_INSPECTED.
	// Default: a request that holds one is refused.
	PassUninspected bool
	// MaxBody is how many bytes a request or a whole answer may have. Default: 64 MiB.
	MaxBody int
}

const defaultMaxBody = 64 << 20

// Transport guards an HTTP client of any AI interface: every string in a request's JSON is hidden, the answer is shown, plain, as
// server-sent events or as lines of JSON. All other bytes stay as they are. base nil is http.DefaultTransport; o nil is the zero
// options.
//
//	client := openai.NewClient(option.WithHTTPClient(&http.Client{Transport: privacy.Transport(nil, redactor, nil)}))
//
// What cannot be inspected is answered with 403 and X-Should-Retry: false without being sent; the typed error is in the
// trail. That is an unknown path, content type or encoding, a body that is no JSON, a signed request (hide before
// signing), personal data in the URL, data in base 64, a WebSocket.
func Transport(base http.RoundTripper, r *Redactor, o *TransportOptions) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{exchanger: newExchanger(r, o), base: base}
}

// Middleware is Transport in the form that openai-go and anthropic-sdk-go take: option.WithMiddleware(privacy.Middleware(r, nil)).
func Middleware(r *Redactor, o *TransportOptions) func(*http.Request, func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	return newExchanger(r, o).exchange
}

type transport struct {
	exchanger
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.exchange(req, t.base.RoundTrip)
}

// CloseIdleConnections passes the wish on, as http.Client expects.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

type exchanger struct {
	r    *Redactor
	o    TransportOptions
	site *call.Site
}

func newExchanger(r *Redactor, o *TransportOptions) exchanger {
	e := exchanger{r: r, site: call.NewSite(nil, nil)}
	if o != nil {
		e.o = *o
	}
	e.o.MaxBody = orElse(e.o.MaxBody, defaultMaxBody)
	return e
}

// exchange is one guarded request.
func (e exchanger) exchange(req *http.Request, send func(*http.Request) (*http.Response, error)) (res *http.Response, out error) {
	ctx, scope := call.EnterRequest(req, call.StagePrivacy, e.site)
	err := call.ErrUnfinished // the decision's: a refusal is answered, not returned
	defer scope.Exit(&err)
	d := scope.Decision()
	s, fault := e.r.open(ctx, d)
	if fault != nil {
		err = fault
		return call.Refusal(req, fault), nil
	}
	w := &wire{s: s, o: &e.o, restoreTools: e.o.RestoreTools, signed: signed(req)}
	clean, fault := e.request(ctx, req, w)
	w.release()
	if fault != nil {
		err = fault
		return call.Refusal(req, fault), nil
	}
	d.Veil()
	s.in.note()
	w.note(d)
	scope.Pause()
	res, out = send(clean)
	scope.Continue()
	if out == nil && res == nil {
		out = errNoAnswer
	}
	if out != nil {
		err = out
		return res, out
	}
	if fault := e.response(res, w); fault != nil {
		_ = res.Body.Close() // nothing more is wanted of it
		err = fault
		return call.Refusal(clean, fault), nil
	}
	err = nil
	if call.Retried(res.StatusCode) {
		err = &call.StatusError{Status: res.StatusCode}
	}
	return res, nil
}

// request makes the request that may be sent.
func (e exchanger) request(ctx context.Context, req *http.Request, w *wire) (*http.Request, error) {
	d := w.s.in.d
	if why := e.obstacle(req); why != "" {
		return nil, refuse(d, why, nil)
	}
	if _, ok := sessionFrom(ctx); w.signed != "" && !ok {
		return nil, refuse(d, w.signed, nil)
	}
	w.path = req.URL.Path
	if why := w.around(req); why != "" {
		return nil, orRefuse(w.s.Err(), d, why)
	}
	clean := req.Clone(ctx)
	if w.signed == "" {
		clean.Header.Del("Accept-Encoding") // net/http then asks for gzip itself, and unpacks it
	}
	if req.Body == nil || req.Body == http.NoBody {
		if !endsWithAny(req.URL.Path, e.o.Paths) && !listed(req.URL.Path) {
			return nil, refuse(d, unknownPath, nil)
		}
		return clean, nil
	}
	if !endsWithAny(req.URL.Path, e.o.Paths) && !endsWithAny(req.URL.Path, wirePaths) {
		return nil, refuse(d, unknownPath, nil)
	}
	if why := whyNotAsked(req.URL); why != "" {
		return nil, refuse(d, why, nil)
	}
	if mediaType(req.Header) != kindJSON {
		return nil, refuse(d, "the request's body is not application/json, so it cannot be inspected", nil)
	}
	body, changed, err := e.hidden(req, w)
	if err != nil {
		return nil, err
	}
	if changed && w.signed != "" {
		return nil, refuse(d, w.signed, nil)
	}
	// The three move together: a stale GetBody would send the real words when a redirect or a retry asks for the body again.
	clean.Body = io.NopCloser(bytes.NewReader(body))
	clean.ContentLength = int64(len(body))
	clean.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	clean.TransferEncoding = nil
	clean.Header.Del("Content-Length")
	return clean, nil
}

// hidden is the request's body with all in it hidden, and whether that changed anything.
func (e exchanger) hidden(req *http.Request, w *wire) (body []byte, changed bool, err error) {
	d := w.s.in.d
	b := newIntake()
	defer b.release()
	err = b.readAll(req.Body, req.ContentLength, e.o.MaxBody)
	_ = req.Body.Close() // read to its end; a RoundTripper closes it
	if err != nil {
		return nil, false, refuse(d, "the request's body could not be read whole, or is longer than TransportOptions.MaxBody", err)
	}
	body, changed, err = b.edited(w.outgoing, w.s.in.r.shows())
	switch {
	case err != nil:
		return nil, false, refuse(d, "the request's body is no valid JSON, so it cannot be inspected", nil)
	case w.s.Err() != nil:
		return nil, false, w.s.Err()
	case w.refused != "":
		return nil, false, refuse(d, w.refused, nil)
	}
	return body, changed, nil
}

const unknownPath = "this URL path is not known, so what it sends cannot be inspected: add its end to TransportOptions.Paths if it is JSON with text in strings"

// obstacle says what about a request, besides its body, makes it impossible to hide anything in it.
func (e exchanger) obstacle(req *http.Request) string {
	h := req.Header
	switch {
	case req.URL == nil:
		return "the request has no URL"
	case len(req.Trailer) > 0:
		return "the request has trailers, which come after its body and cannot be inspected: send headers"
	case h.Get("Upgrade") != "":
		return "a WebSocket cannot be inspected: use the plain or the streaming interface"
	case !isPlain(h):
		return "the request's body is encoded (Content-Encoding), so it cannot be inspected: send it plain"
	}
	return ""
}

// signed says of a request whose body must not change any more what to do about it; "" of others. It may be sent if nothing in it
// has to be hidden, but only under a session of the caller's: that shows that hiding before signing was thought of.
func signed(req *http.Request) string {
	h := req.Header
	switch {
	case req.URL == nil:
		return ""
	case strings.HasPrefix(h.Get("Authorization"), "AWS4-") || req.URL.RawQuery != "" && req.URL.Query().Has("X-Amz-Signature"):
		return "the request is signed already (AWS Signature 4): hide before signing, in the Build step of the client's stack, in a session passed on with WithSession"
	case sealsBody(h):
		return "the request carries a digest or signature of its body: hide before it is computed, in a session passed on with WithSession"
	}
	return ""
}

// sealsBody says whether a header holds a digest of the body or a signature: RFC 9530 and 9421, and what others call so.
func sealsBody(h http.Header) bool {
	for name, v := range h {
		if len(v) == 0 || v[0] == "" {
			continue
		}
		for _, word := range [...]string{"digest", "signature", "hmac", "content-md5", "content-sha256"} {
			if containsFold(name, word) && !strings.EqualFold(name, "want-content-digest") && !strings.EqualFold(name, "want-repr-digest") {
				return true
			}
		}
	}
	return false
}

// containsFold says whether a word stands in a name, whatever the case of either.
func containsFold(name, word string) bool {
	for i := 0; i+len(word) <= len(name); i++ {
		if upper(name[i]) == upper(word[0]) && strings.EqualFold(name[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// isPlain says whether a body is not encoded.
func isPlain(h http.Header) bool {
	for _, v := range h.Values("Content-Encoding") {
		if v != "" && !strings.EqualFold(v, "identity") {
			return false
		}
	}
	return true
}

func listed(path string) bool {
	return endsWithAny(path, listPaths) || strings.Contains(path, "/models/")
}

// response makes the answer one that may be shown.
func (e exchanger) response(res *http.Response, w *wire) error {
	d := w.s.in.d
	if res.Body == nil || res.Body == http.NoBody || res.ContentLength == 0 || res.StatusCode == http.StatusNoContent {
		return nil
	}
	if !isPlain(res.Header) {
		return refuse(d, "the answer is encoded in a way nobody asked for, so its placeholders cannot be turned back", nil)
	}
	switch kind := mediaType(res.Header); {
	case kind == "text/event-stream":
		e.stream(res, w, events)
		return nil
	case kind == "application/x-ndjson" || kind == "application/jsonl":
		e.stream(res, w, lines)
		return nil
	case kind == "application/vnd.amazon.eventstream" && strings.HasSuffix(w.path, converseStream):
		e.stream(res, w, frames)
		return nil
	case kind == kindJSON || strings.HasSuffix(kind, "+json"):
	case isEmpty(res):
		return nil
	case res.StatusCode >= http.StatusMultipleChoices:
		return nil // the page of a redirect, or of some proxy's error: it holds nothing that was hidden
	default:
		return refuse(d, "the answer's content type is not known, so its placeholders cannot be turned back", nil)
	}
	b := newIntake()
	defer b.release()
	if err := b.readAll(res.Body, res.ContentLength, e.o.MaxBody); err != nil {
		return refuse(d, "the answer could not be read whole, or is longer than TransportOptions.MaxBody", err)
	}
	_ = res.Body.Close() // read to its end
	shown, _, err := b.edited(w.whole, false)
	if err != nil && res.StatusCode < http.StatusBadRequest { // else it is not JSON after all: there is no place to turn a placeholder back
		return refuse(d, "the answer says it is JSON and is not", nil)
	}
	if err := w.s.Err(); err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(shown))
	res.ContentLength = int64(len(shown))
	res.Header.Del("Content-Length")
	res.TransferEncoding = nil
	return nil
}

func (e exchanger) stream(res *http.Response, w *wire, f form) {
	res.Body = newStreamBody(res.Body, w, f, e.o.MaxBody)
	res.ContentLength = -1
	res.Header.Del("Content-Length")
}

var errNoAnswer = errors.New("privacy: the transport gave neither an answer nor an error")

const kindJSON = "application/json"

// mediaType is what a body says it is, without parameters; "" if that cannot be read.
func mediaType(h http.Header) string {
	said := h.Get("Content-Type")
	if said == kindJSON { // most do, and parsing costs
		return said
	}
	kind, _, err := mime.ParseMediaType(said)
	if err != nil {
		return ""
	}
	return kind
}

// isEmpty says whether an answer of no known kind has no body, as one that only says "accepted". What it had to read of it stays there.
func isEmpty(res *http.Response) bool {
	var first [1]byte
	n, err := io.ReadFull(res.Body, first[:])
	if n == 0 {
		return err == io.EOF
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(first[:]), res.Body), res.Body}
	return false
}

// orRefuse is err, or a refusal.
func orRefuse(err error, d *call.Decision, reason string) error {
	if err != nil {
		return err
	}
	return refuse(d, reason, nil)
}
