package call

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"github.com/google/uuid"
)

// EnterRequest is Enter for an outbound HTTP request: attempts of one request (same method, URL and body, the one before failed)
// are one decision.
func EnterRequest(req *http.Request, stage Stage, site *Site) (context.Context, Scope) {
	ctx := req.Context()
	n := nodeFrom(ctx)
	if n == nil && trailFrom(ctx, nil) == nil || n != nil && n.request {
		ctx, s := Enter(ctx, stage, site) // nobody would remember the attempt, or an adapter further out does
		s.http = true
		return ctx, s
	}
	ctx, s := enter(ctx, stage, site, fingerprintOf(req))
	s.http = true
	return ctx, s
}

// fingerprintOf hashes method, URL and body, each with its length, so that no two requests give the same bytes. A body is read
// through GetBody only: the request's own must stay unread.
func fingerprintOf(req *http.Request) (fp fingerprint) {
	if req.URL == nil {
		return fingerprint{}
	}
	defer func() {
		if recover() != nil { // a GetBody that panics: the request is one of its kind
			fp = fingerprint{}
		}
	}()
	h := sha256.New()
	for _, part := range []string{req.Method, req.URL.String()} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part)))
		_, _ = io.WriteString(h, part)
	}
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return fingerprint{}
		}
		body, err := req.GetBody()
		if err != nil || body == nil {
			return fingerprint{}
		}
		defer body.Close()
		if _, err := io.Copy(h, body); err != nil {
			return fingerprint{}
		}
	}
	return fingerprint(h.Sum(nil))
}

// StatusError notes on a decision that the other side answered a request with a status that clients retry. It stands in the trail and is
// never returned to a caller, who gets the answer.
type StatusError struct{ Status int }

func (e *StatusError) Error() string { return "answered with status " + strconv.Itoa(e.Status) }

// Retried says whether SDKs commonly retry an answer of this status: then the attempt counts as failed.
func Retried(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests:
		return true
	}
	return status >= http.StatusInternalServerError
}

// Problem is the body of an answer that refuses (RFC 9457), with nothing in it but what is public.
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Decision string `json:"decision,omitempty"`
	Case     string `json:"case,omitempty"`
}

// ProblemOf says what of err is public. An error that is not one of Fairlead's says nothing but that something went wrong.
func ProblemOf(err error) Problem {
	p := Problem{Type: "about:blank", Status: http.StatusInternalServerError, Detail: "Something went wrong on our side."}
	if typed, ok := Find[Typed](err); ok && isOurs(typed) {
		p.Status, p.Detail = typed.HTTPStatus(), typed.Public()
		if id := typed.DecisionID(); id != uuid.Nil {
			p.Decision = id.String()
		}
	} else if contains(err, context.DeadlineExceeded) {
		p.Status, p.Detail = http.StatusGatewayTimeout, "This took too long. Please try again."
	}
	if held, ok := Find[interface {
		error
		CaseID() uuid.UUID
	}](err); ok && isOurs(held) {
		p.Case = held.CaseID().String()
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// WriteError answers an inbound request that a guard refused.
func WriteError(w http.ResponseWriter, err error) {
	if err == nil {
		return
	}
	p := ProblemOf(err)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	// The status has gone out: if the client has gone too, there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(p)
}

// Refusal is what an outbound adapter answers instead of sending req: 403, with the header that keeps SDKs from retrying. The typed
// error itself stands in the trail.
func Refusal(req *http.Request, err error) *http.Response {
	if req.Body != nil {
		_ = req.Body.Close() // a RoundTripper closes the body, also when it does not send it
	}
	p := ProblemOf(err)
	p.Status = http.StatusForbidden
	p.Title = http.StatusText(p.Status)
	body, _ := json.Marshal(p) // strings and an int: cannot fail
	return &http.Response{
		Status: "403 Forbidden", StatusCode: http.StatusForbidden,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Content-Type":   {"application/problem+json"},
			"X-Should-Retry": {"false"},
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}
}
