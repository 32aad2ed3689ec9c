package privacy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
)

// far is the other side: it keeps what it was sent and answers with a fixed text.
type far struct {
	got    []string
	header http.Header
	status int
	kind   string
	answer string
	cut    int // the first read ends here
	err    error
}

func (f *far) RoundTrip(req *http.Request) (*http.Response, error) {
	if f.err != nil {
		return nil, f.err
	}
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
		if int64(len(body)) != req.ContentLength {
			return nil, fmt.Errorf("length %d, body %d", req.ContentLength, len(body))
		}
	}
	f.got, f.header = append(f.got, string(body)), req.Header
	status := f.status
	if status == 0 {
		status = http.StatusOK
	}
	kind := f.kind
	if kind == "" {
		kind = "application/json"
	}
	r := io.Reader(strings.NewReader(f.answer))
	if f.cut > 0 {
		cut := min(f.cut, len(f.answer))
		r = io.MultiReader(strings.NewReader(f.answer[:cut]), strings.NewReader(f.answer[cut:]))
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {kind}, "Content-Length": {fmt.Sprint(len(f.answer))}},
		Body: io.NopCloser(r), ContentLength: int64(len(f.answer)), Request: req,
	}, nil
}

func post(t testing.TB, path, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://api.example.org"+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	return req
}

func TestToolsGetTheWordsOnlyIfSaidSo(t *testing.T) {
	name := `Ana "la jefa"`
	r := &privacy.Redactor{Recognizers: []privacy.Recognizer{findName(name, 1)}}
	ask, err := json.Marshal(map[string]any{"messages": []any{map[string]string{"content": name}}})
	require.NoError(t, err)
	o := &privacy.TransportOptions{RestoreTools: true}
	f := &far{answer: `{"choices":[{"message":{"tool_calls":[{"function":{"arguments":"{\"to\":\"<PERSON_1>\"}"}}]}}]}`}
	res, err := privacy.Transport(f, r, o).RoundTrip(post(t, "/v1/chat/completions", string(ask)))
	require.NoError(t, err)
	var got struct {
		Choices []struct {
			Message struct {
				ToolCalls []struct {
					Function struct{ Arguments string }
				} `json:"tool_calls"`
			}
		}
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&got))
	require.NoError(t, res.Body.Close())
	assert.JSONEq(t, `{"to":"Ana \"la jefa\""}`, got.Choices[0].Message.ToolCalls[0].Function.Arguments)

	f = &far{kind: "text/event-stream", answer: "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"partial_json\":\"{\\\"to\\\":\\\"<PERSON\"}}\n\n" +
		"data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"partial_json\":\"_1>\\\"}\"}}\n\n"}
	res, err = privacy.Transport(f, r, o).RoundTrip(post(t, "/v1/messages", string(ask)))
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	var args strings.Builder
	for line := range strings.SplitSeq(string(body), "\n") {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var e struct {
				Delta struct {
					PartialJSON string `json:"partial_json"`
				}
			}
			require.NoError(t, json.Unmarshal([]byte(data), &e))
			args.WriteString(e.Delta.PartialJSON)
		}
	}
	assert.JSONEq(t, `{"to":"Ana \"la jefa\""}`, args.String())
}

// TestRefusedRequests holds, among others, the known ways around a guard: an analyzer that fails, an endpoint nobody thought of, an
// answer that streams in a form nobody knows.
func TestRefusedRequests(t *testing.T) {
	ask := words(`{"input":"M"}`)
	with := func(key, value string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(key, value) } }
	for name, c := range map[string]struct {
		r    *privacy.Redactor
		path string
		body string
		edit func(*http.Request)
		o    *privacy.TransportOptions
		text string
	}{
		"analyzer error":  {r: &privacy.Redactor{Recognizers: []privacy.Recognizer{privacy.Presidio{URL: "http://127.0.0.1:1"}}}, text: "a Recognizer failed"},
		"newer endpoint":  {path: "/v1/thoughts", text: "TransportOptions.Paths"},
		"nil redactor":    {r: nil, path: "nil", text: "the Redactor is nil"},
		"content type":    {edit: with("Content-Type", "multipart/form-data; boundary=x"), text: "not application/json"},
		"no content type": {edit: with("Content-Type", ""), text: "not application/json"},
		"encoding":        {edit: with("Content-Encoding", "gzip"), text: "Content-Encoding"},
		"no json":         {body: "to " + mail, text: "no valid JSON"},
		"two documents":   {body: ask + ask, text: "no valid JSON"},
		"signed":          {edit: with("Authorization", "AWS4-HMAC-SHA256 Credential=x"), text: "before signing"},
		"presigned":       {path: "/v1/responses?X-Amz-Signature=1", text: "before signing"},
		"digest":          {edit: with("Content-Digest", "sha-256=:x:"), text: "digest"},
		"websocket":       {edit: with("Upgrade", "websocket"), text: "WebSocket"},
		"in the URL":      {path: "/v1/responses?user=" + "ines.rocha%40example.org", text: "URL"},
		"in the path":     {path: "/" + mail + "/v1/responses", text: "URL"},
		"tokens":          {path: "/v1/embeddings", body: `{"input":[1,2,3]}`, text: "PassUninspected"},
		"token lists":     {path: "/v1/embeddings", body: `{"input":[[1],[2]]}`, text: "PassUninspected"},
		"picture":         {body: `{"input":[{"image_url":"data:image/png;base64,iVBORw0KGgo="}]}`, text: "PassUninspected"},
		"file":            {body: `{"input":"` + strings.Repeat("QUJD", 100) + `"}`, text: "PassUninspected"},
		"too long":        {o: &privacy.TransportOptions{MaxBody: 5}, text: "MaxBody"},
		"no body":         {path: "/v1/files/1", body: "-", text: "TransportOptions.Paths"},
		"broken vault":    {r: &privacy.Redactor{Vault: brokenVault{}}, text: "the vault failed"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.r == nil && c.path != "nil" {
				c.r = &privacy.Redactor{}
			}
			if c.path == "" || c.path == "nil" {
				c.path = "/v1/responses"
			}
			if c.body == "" {
				c.body = ask
			}
			req := post(t, c.path, c.body)
			if c.body == "-" {
				req = post(t, c.path, "")
				req.Body, req.Method = nil, http.MethodGet
			}
			if c.edit != nil {
				c.edit(req)
			}
			ctx, trail := call.Track(t.Context())
			f := &far{answer: "{}"}
			res, err := privacy.Transport(f, c.r, c.o).RoundTrip(req.WithContext(ctx))
			require.NoError(t, err)
			defer res.Body.Close()
			assert.Empty(t, f.got, "nothing was sent")
			assert.Equal(t, http.StatusForbidden, res.StatusCode)
			assert.Equal(t, "false", res.Header.Get("X-Should-Retry"))
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.NotContains(t, string(body), mail)
			require.ErrorIs(t, trail.Err(), privacy.ErrRefused)
			assert.Contains(t, trail.Err().Error(), c.text)
			assert.NotContains(t, fmt.Sprintf("%+v", trail.Err()), mail)
		})
	}
}

func TestRefusedAnswers(t *testing.T) {
	ask := words(`{"input":"M"}`)
	for name, f := range map[string]*far{
		"streaming in an unknown form": {kind: "application/vnd.amazon.eventstream", answer: "x"},
		"text":                         {kind: "text/plain", answer: "x"},
		"no json":                      {answer: "<html>"},
	} {
		ctx, trail := call.Track(t.Context())
		res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", ask).WithContext(ctx))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, http.StatusForbidden, res.StatusCode, name)
		require.ErrorIs(t, trail.Err(), privacy.ErrRefused)
	}
	f := &far{kind: "text/html", status: http.StatusBadGateway, answer: "<h1>sorry"}
	ctx, trail := call.Track(t.Context())
	res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", ask).WithContext(ctx))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusBadGateway, res.StatusCode)
	assert.Equal(t, call.Failed, trail.Outcome(), "a status that clients retry: the next attempt is the same decision")

	down := errors.New("no route")
	_, err = privacy.Transport(&far{err: down}, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", ask)) //nolint:bodyclose // there is no answer
	require.ErrorIs(t, err, down)
}

func TestUninspectedIsCounted(t *testing.T) {
	f := &far{answer: "{}"}
	var facts call.Facts
	o := &privacy.TransportOptions{PassUninspected: true}
	guard := privacy.Middleware(&privacy.Redactor{}, o) //nolint:bodyclose // closed below, behind the function that is passed
	body := `{"input":[1,2],"image":"data:image/png;base64,iVBORw0KGgo="}`
	res, err := guard(post(t, "/v1/embeddings", body), func(req *http.Request) (*http.Response, error) {
		facts = call.From(req.Context()).Facts()
		return f.RoundTrip(req)
	})
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, body, f.got[0])
	assert.Equal(t, []call.Count{{Kind: "NOT_INSPECTED", N: 3}}, facts.Hidden)
}

// TestRealClient sends through net/http: redirects that keep the body, gzip, retries, lists.
func TestRealClient(t *testing.T) {
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		seen = append(seen, string(body))
		switch req.URL.Path {
		case "/moved/v1/responses":
			http.Redirect(w, req, "/v1/responses", http.StatusTemporaryRedirect)
		case "/v1/models":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"data":[]}`))
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(words(`{"text":"Dear P"}`)))
		}
	}))
	defer srv.Close()
	r := &privacy.Redactor{}
	client := &http.Client{Transport: privacy.Transport(nil, r, nil)}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/moved/v1/responses", bytes.NewReader([]byte(words(`{"input":"M"}`))))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := client.Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, words(`{"text":"Dear M"}`), string(body))
	assert.Equal(t, []string{words(`{"input":"P"}`), words(`{"input":"P"}`)}, seen)

	res, err = client.Get(srv.URL + "/v1/models")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusOK, res.StatusCode)
	client.CloseIdleConnections()
}

func TestConversationsDoNotMix(t *testing.T) {
	t.Parallel()
	r := &privacy.Redactor{}
	client := privacy.Transport(roundTrip(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		if err != nil || bytes.Contains(body, []byte("@")) {
			return nil, errors.New("the other side saw an address")
		}
		answer := "data: {\"delta\":{\"text\":" + string(body[len(`{"input":`):len(body)-1]) + "}}\n\n"
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(iotest.OneByteReader(strings.NewReader(answer))), ContentLength: -1}, nil
	}), r, nil)
	done := make(chan error)
	const talks = 1000
	for i := range talks {
		canary := fmt.Sprintf("user%d@example.org", i)
		req := post(t, "/v1/responses", `{"input":"I am `+canary+`"}`)
		go func() {
			res, err := client.RoundTrip(req)
			if err == nil {
				var body []byte
				body, err = io.ReadAll(res.Body)
				res.Body.Close()
				if err == nil && string(body) != "data: {\"delta\":{\"text\":\"I am "+canary+"\"}}\n\n" {
					err = fmt.Errorf("talk %d was shown something else", i)
				}
			}
			done <- err
		}()
	}
	for range talks {
		assert.NoError(t, <-done)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
