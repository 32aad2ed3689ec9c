package transparency_test

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency"
)

func TestChunksBeforeABadOneStayOnRecord(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true})
	stream := transparency.WrapStream(func(context.Context, int) iter.Seq2[any, error] {
		return func(yield func(any, error) bool) { _ = yield("one", nil) && yield(func() {}, nil) }
	}, j, func(int, []any) transparency.Explanation { return transparency.Explanation{} })
	var last error
	for _, err := range stream(call.WithSubject(t.Context(), "c-1"), 1) {
		last = err
	}
	require.ErrorIs(t, last, transparency.ErrNotRecorded)
	r := only(t, j, "c-1")
	same, err := r.Output.Digest.Matches("one")
	require.NoError(t, err)
	assert.True(t, same)
	assert.Equal(t, 1, r.Output.Chunks)
	assert.JSONEq(t, `["one"]`, string(r.Output.Payload))
}

func TestAnAnswerThatIsNeverReadToItsEndIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { neverReadToItsEnd(t) })
}

func neverReadToItsEnd(t *testing.T) {
	bodies := map[string]io.ReadCloser{
		"panics": io.NopCloser(reader(func([]byte) (int, error) { panic(canary) })),
		"waits":  io.NopCloser(reader(func(b []byte) (int, error) { return copy(b, "data: x\n\n"), nil })),
	}
	for name, body := range bodies {
		j, _ := open(t, nil)
		base := roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: body, ContentLength: -1}, nil
		})
		ctx, cancel := context.WithCancel(call.WithSubject(t.Context(), "c-1"))
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
		resp, err := transparency.Transport(base, j, func(transparency.Exchange) transparency.Explanation { return transparency.Explanation{} }).RoundTrip(r) //nolint:bodyclose // that nobody closes it is the test
		require.NoError(t, err)
		if name == "panics" {
			assert.PanicsWithValue(t, canary, func() { _, _ = resp.Body.Read(make([]byte, 10)) })
			got := only(t, j, "c-1")
			assert.Equal(t, call.Failed, got.Outcome)
			assert.Equal(t, "panic of type string", got.Error)
		} else {
			_, err = resp.Body.Read(make([]byte, 100))
			require.NoError(t, err)
			cancel() // and nobody closes it
			synctest.Wait()
			assert.Equal(t, call.Abandoned, only(t, j, "c-1").Outcome)
		}
		cancel()
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(b []byte) (int, error) { return r(b) }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
