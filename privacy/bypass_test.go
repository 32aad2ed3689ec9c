package privacy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// The three ways by which data is known to have slipped past guards of this kind without a word. Here each is a refusal.

// refuses asks, and expects 403 with the header that stops SDKs, the typed error in the trail, and its text.
func refuses(t *testing.T, r *privacy.Redactor, f *far, req *http.Request, text string) {
	t.Helper()
	ctx, trail := call.Track(t.Context())
	res, err := privacy.Transport(f, r, nil).RoundTrip(req.WithContext(ctx))
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
	assert.Equal(t, "false", res.Header.Get("X-Should-Retry"))
	require.ErrorIs(t, trail.Err(), privacy.ErrRefused)
	assert.Contains(t, trail.Err().Error(), text)
	assert.NotContains(t, string(body)+trail.Err().Error(), mail)
	assert.Equal(t, call.Failed, trail.Outcome())
}

// TestBypassAnalyzerError: the analyzer is down, and the text goes out as it is.
func TestBypassAnalyzerError(t *testing.T) {
	for name, rec := range map[string]privacy.Recognizer{
		"down": privacy.Presidio{URL: "http://127.0.0.1:1"},
		"broken": recognizerFunc(func(context.Context, string) ([]pii.Finding, error) {
			return nil, errors.New("out of memory near " + mail)
		}),
		"panics": recognizerFunc(func(context.Context, string) ([]pii.Finding, error) { panic(mail) }),
	} {
		t.Run(name, func(t *testing.T) {
			f := &far{answer: "{}"}
			refuses(t, &privacy.Redactor{Recognizers: []privacy.Recognizer{rec}}, f, post(t, "/v1/chat/completions", words(`{"messages":[{"content":"I am M"}]}`)), "a Recognizer failed")
			assert.Empty(t, f.got, "nothing was sent")
		})
	}
}

// TestBypassNewerEndpoint: the interface gains a path that the guard has never heard of.
func TestBypassNewerEndpoint(t *testing.T) {
	for _, path := range []string{"/v2/thoughts", "/v1/responses/compact", "/v1/chat/completions/x", "/v1/realtime", "/v1/batches", "/v1/files", "/v1/audio/transcriptions", "/v1/images/edits"} {
		f := &far{answer: "{}"}
		refuses(t, &privacy.Redactor{}, f, post(t, path, words(`{"input":"M"}`)), "add its end to TransportOptions.Paths")
		assert.Empty(t, f.got, path)
	}
}

// TestBypassStreamingResponse: an answer streams in a form the guard does not read. What is known is hidden and shown like any other.
func TestBypassStreamingResponse(t *testing.T) {
	ask := words(`{"stream":true,"messages":[{"content":"I am M"}]}`)
	for _, kind := range []string{"application/vnd.amazon.eventstream", "application/x-protobuf", "text/plain", "multipart/mixed; boundary=x", ""} {
		f := &far{kind: kind, answer: words(`data: {"delta":" P"}`)}
		if kind == "" {
			f.kind = "?"
		}
		refuses(t, &privacy.Redactor{}, f, post(t, "/v1/chat/completions", ask), "content type is not known")
		require.Len(t, f.got, 1)
		assert.NotContains(t, f.got[0], mail)
	}
	f := &far{kind: "text/event-stream", answer: "data: {\"choices\":[{\"delta\":{\"content\":\"<EMAIL_\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"ADDRESS_1>\"}}]}\n\n"}
	res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/chat/completions", ask))
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.NotContains(t, f.got[0], mail)
	assert.Equal(t, 1, strings.Count(string(body), mail))
}
