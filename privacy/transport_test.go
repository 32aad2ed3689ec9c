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

// wires is one exchange for each interface: what is sent, what the other side sees, what it answers, what is shown. M stands for the
// address, P for its placeholder.
var wires = map[string]struct {
	path, ask, seen     string
	plain, plainShown   string
	kind                string
	stream, streamShown string
}{
	"openai chat": {
		path:       "/v1/chat/completions",
		ask:        `{"model":"gpt-x", "seed":12345678901234567890,"messages":[{"role":"user","content":"I am M"},{"role":"user","content":[{"type":"text","text":"ines.rocha\u0040example.org"}]},{"role":"assistant","tool_calls":[{"id":"call_1","function":{"name":"f","arguments":"{\"to\":\"M\"}"}}]}]}`,
		seen:       `{"model":"gpt-x", "seed":12345678901234567890,"messages":[{"role":"user","content":"I am P"},{"role":"user","content":[{"type":"text","text":"P"}]},{"role":"assistant","tool_calls":[{"id":"call_1","function":{"name":"f","arguments":"{\"to\":\"P\"}"}}]}]}`,
		plain:      `{"id":"x","choices":[{"index":0,"message":{"content":"Dear P","tool_calls":[{"function":{"arguments":"{\"to\":\"P\"}"}}]}}],"usage":{"n":1}}`,
		plainShown: `{"id":"x","choices":[{"index":0,"message":{"content":"Dear M","tool_calls":[{"function":{"arguments":"{\"to\":\"P\"}"}}]}}],"usage":{"n":1}}`,
		kind:       "text/event-stream",
		stream: ": hello\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Dear <EMAIL\"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"Other <\"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"_ADDRESS_1>, é <EM\"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"email_address_1>\"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
		streamShown: ": hello\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Dear \"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"Other \"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"M, é \"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"M\"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<EM\"}}]}\n\n" +
			"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
	},
	"openai responses": {
		path:       "/v1/responses",
		ask:        `{"input":[{"role":"user","content":[{"type":"input_text","text":"M"}]},{"type":"function_call_output","output":"[\"M\"]"}],"instructions":"for M"}`,
		seen:       `{"input":[{"role":"user","content":[{"type":"input_text","text":"P"}]},{"type":"function_call_output","output":"[\"P\"]"}],"instructions":"for P"}`,
		plain:      `{"output":[{"type":"message","content":[{"type":"output_text","text":"Dear P"}]},{"type":"function_call","arguments":"{\"a\":\"P\"}"}]}`,
		plainShown: `{"output":[{"type":"message","content":[{"type":"output_text","text":"Dear M"}]},{"type":"function_call","arguments":"{\"a\":\"P\"}"}]}`,
		kind:       "text/event-stream",
		stream: "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"Dear <EMAIL_ADDR\"}\n\n" +
			"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"ESS_1> &l\"}\n\n" +
			"event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"output_index\":0,\"content_index\":0,\"text\":\"Dear P &l\"}\n\n" +
			"event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"content\":[{\"text\":\"Dear P &l\"}]}]}}\n\n",
		streamShown: "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"Dear \"}\n\n" +
			"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"M \"}\n\n" +
			"event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"&l\"}\n\n" +
			"event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"output_index\":0,\"content_index\":0,\"text\":\"Dear M &l\"}\n\n" +
			"event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"content\":[{\"text\":\"Dear M &l\"}]}]}}\n\n",
	},
	"openai embeddings": {
		path: "/v1/embeddings", ask: `{"input":["M","x"]}`, seen: `{"input":["P","x"]}`,
		plain: `{"data":[{"embedding":[0.1,-2e-3]}]}`, plainShown: `{"data":[{"embedding":[0.1,-2e-3]}]}`,
	},
	"anthropic": {
		path:       "/v1/messages",
		ask:        `{"system":[{"type":"text","text":"for M"}],"messages":[{"role":"user","content":"M"},{"role":"assistant","content":[{"type":"thinking","thinking":"M wants","signature":"M"},{"type":"tool_use","input":{"M":"M"}}]},{"role":"user","content":[{"type":"tool_result","content":[{"text":"M"}]}]}]}`,
		seen:       `{"system":[{"type":"text","text":"for P"}],"messages":[{"role":"user","content":"P"},{"role":"assistant","content":[{"type":"thinking","thinking":"P wants","signature":"M"},{"type":"tool_use","input":{"P":"P"}}]},{"role":"user","content":[{"type":"tool_result","content":[{"text":"P"}]}]}]}`,
		plain:      `{"content":[{"type":"thinking","thinking":"P","signature":"s"},{"type":"text","text":"Dear P"},{"type":"tool_use","input":{"to":"P"}}]}`,
		plainShown: `{"content":[{"type":"thinking","thinking":"P","signature":"s"},{"type":"text","text":"Dear M"},{"type":"tool_use","input":{"to":"P"}}]}`,
		kind:       "text/event-stream",
		stream: "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Dear <EMAIL_ADDRESS_\"}}\n\n" +
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"1> <\"}}\n\n" +
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"to\\\":\\\"<EMAIL\"}}\n\n" +
			"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n" +
			"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
		streamShown: "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Dear \"}}\n\n" +
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"M \"}}\n\n" +
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"to\\\":\\\"<EMAIL\"}}\n\n" +
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"<\"}}\n\n" +
			"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n" +
			"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
	},
	"gemini": {
		path:       "/v1beta/models/gemini-x:streamGenerateContent",
		ask:        `{"contents":[{"parts":[{"text":"M"},{"functionCall":{"name":"f","args":{"to":"M"}}}]}],"systemInstruction":{"parts":[{"text":"M"}]}}`,
		seen:       `{"contents":[{"parts":[{"text":"P"},{"functionCall":{"name":"f","args":{"to":"P"}}}]}],"systemInstruction":{"parts":[{"text":"P"}]}}`,
		plain:      `{"candidates":[{"content":{"parts":[{"text":"Dear P"},{"functionCall":{"args":{"to":"P"}}}]},"finishReason":"STOP"}]}`,
		plainShown: `{"candidates":[{"content":{"parts":[{"text":"Dear M"},{"functionCall":{"args":{"to":"P"}}}]},"finishReason":"STOP"}]}`,
		kind:       "text/event-stream",
		stream: "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Dear <EM\"}]}}]}\n\n" +
			"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"AIL_ADDRESS_1> <E\"}]},\"finishReason\":\"STOP\"}]}\n\n",
		streamShown: "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Dear \"}]}}]}\n\n" +
			"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"M <E\"}]},\"finishReason\":\"STOP\"}]}\n\n",
	},
	"gemini embed": {
		path: "/v1beta/models/e:batchEmbedContents", ask: `{"requests":[{"content":{"parts":[{"text":"M"}]}}]}`, seen: `{"requests":[{"content":{"parts":[{"text":"P"}]}}]}`,
		plain: `{"embeddings":[{"values":[1]}]}`, plainShown: `{"embeddings":[{"values":[1]}]}`,
	},
	"ollama chat": {
		path: "/api/chat", ask: `{"messages":[{"role":"user","content":"M"}]}`, seen: `{"messages":[{"role":"user","content":"P"}]}`,
		plain:      `{"message":{"content":"Dear P","tool_calls":[{"function":{"arguments":{"to":"P"}}}]},"done":true}`,
		plainShown: `{"message":{"content":"Dear M","tool_calls":[{"function":{"arguments":{"to":"P"}}}]},"done":true}`,
		kind:       "application/x-ndjson",
		stream: "{\"message\":{\"content\":\"Dear <EMAIL_ADDRESS\"},\"done\":false}\n{\"message\":{\"content\":\"_1> <EMA\"},\"done\":false}\n" +
			"{\"message\":{\"content\":\"\"},\"done\":true}\n",
		streamShown: "{\"message\":{\"content\":\"Dear \"},\"done\":false}\n{\"message\":{\"content\":\"M \"},\"done\":false}\n" +
			"{\"message\":{\"content\":\"<EMA\"},\"done\":true}\n",
	},
	"ollama generate": {
		path: "/api/generate", ask: `{"prompt":"M","system":"M"}`, seen: `{"prompt":"P","system":"P"}`,
		plain: `{"response":"Dear P","done":true}`, plainShown: `{"response":"Dear M","done":true}`,
		kind:   "application/x-ndjson",
		stream: "{\"response\":\"Dear <EMAIL\"}\n{\"response\":\"_ADDRESS_1>\"}\n{\"response\":\"<\"}", streamShown: "{\"response\":\"Dear \"}\n{\"response\":\"M\"}\n{\"response\":\"<\"}",
	},
	"mcp": {
		path: "/mcp", ask: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"f","arguments":{"to":"M"}}}`, seen: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"f","arguments":{"to":"P"}}}`,
		plain:      `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"P"}],"structuredContent":{"a":"P"}}}`,
		plainShown: `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"M"}],"structuredContent":{"a":"M"}}}`,
		kind:       "text/event-stream",
		stream:     "event: message\nid: 7\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"text\":\"P\"}]}}\n\n", streamShown: "event: message\nid: 7\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"text\":\"M\"}]}}\n\n",
	},
}

func words(s string) string {
	return strings.NewReplacer(`"M`, `"`+mail, " M", " "+mail, `"P`, `"<EMAIL_ADDRESS_1>`, " P", " <EMAIL_ADDRESS_1>").Replace(s)
}

var mcpToo = &privacy.TransportOptions{Paths: []string{"/mcp"}}

func TestWires(t *testing.T) {
	for name, c := range wires {
		t.Run(name, func(t *testing.T) {
			f := &far{answer: words(c.plain)}
			res, err := privacy.Transport(f, &privacy.Redactor{}, mcpToo).RoundTrip(post(t, c.path, words(c.ask)))
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			assert.Equal(t, words(c.seen), f.got[0])
			assert.Equal(t, words(c.plainShown), string(body))
			assert.Equal(t, int64(len(body)), res.ContentLength)
		})
	}
}

// TestWireStreams cuts every stream at every place, with both line endings.
func TestWireStreams(t *testing.T) {
	for name, c := range wires {
		if c.stream == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, eol := range []string{"\n", "\r\n"} {
				answer := strings.ReplaceAll(words(c.stream), "\n", eol)
				want := strings.ReplaceAll(words(c.streamShown), "\n", eol)
				for cut := range len(answer) + 1 {
					f := &far{answer: answer, kind: c.kind, cut: cut}
					res, err := privacy.Transport(f, &privacy.Redactor{}, mcpToo).RoundTrip(post(t, c.path, words(c.ask)))
					require.NoError(t, err)
					body, err := io.ReadAll(iotest.OneByteReader(res.Body))
					require.NoError(t, err)
					require.Equal(t, want, string(body), "cut at %d", cut)
				}
			}
		})
	}
}

// TestStreamThatDies loses no byte that was answered: what was held back comes before the error.
func TestStreamThatDies(t *testing.T) {
	dead := errors.New("line went dead")
	for kind, c := range map[string]struct{ answer, want string }{
		"text/event-stream": {
			"data: {\"delta\":{\"text\":\"a <EMAIL\"}}\n\ndata: {\"delta\":{\"te",
			"data: {\"delta\":{\"text\":\"a \"}}\n\ndata: {\"delta\":{\"te\n\ndata: {\"delta\":{\"text\":\"<EMAIL\"}}\n\n",
		},
		"application/x-ndjson": {
			"{\"response\":\"a <EMAIL\"}\n{\"resp", "{\"response\":\"a \"}\n{\"resp\n\n{\"response\":\"<EMAIL\"}\n",
		},
	} {
		client := privacy.Transport(roundTrip(func(*http.Request) (*http.Response, error) {
			body := io.MultiReader(strings.NewReader(c.answer), iotest.ErrReader(dead))
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(body), ContentLength: -1}, nil
		}), &privacy.Redactor{}, nil)
		res, err := client.RoundTrip(post(t, "/v1/messages", words(`{"input":"M"}`)))
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.ErrorIs(t, err, dead)
		assert.Equal(t, c.want, string(body))
	}
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
	assert.JSONEq(t, `{"to":"Ana \"la jefa\""}`, got.Choices[0].Message.ToolCalls[0].Function.Arguments)

	f = &far{kind: "text/event-stream", answer: "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"partial_json\":\"{\\\"to\\\":\\\"<PERSON\"}}\n\n" +
		"data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"partial_json\":\"_1>\\\"}\"}}\n\n"}
	res, err = privacy.Transport(f, r, o).RoundTrip(post(t, "/v1/messages", string(ask)))
	require.NoError(t, err)
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
		assert.Equal(t, http.StatusForbidden, res.StatusCode, name)
		require.ErrorIs(t, trail.Err(), privacy.ErrRefused)
	}
	f := &far{kind: "text/html", status: http.StatusBadGateway, answer: "<h1>sorry"}
	ctx, trail := call.Track(t.Context())
	res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", ask).WithContext(ctx))
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadGateway, res.StatusCode)
	assert.Equal(t, call.Failed, trail.Outcome(), "a status that clients retry: the next attempt is the same decision")

	down := errors.New("no route")
	_, err = privacy.Transport(&far{err: down}, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", ask))
	require.ErrorIs(t, err, down)
}

func TestUninspectedIsCounted(t *testing.T) {
	f := &far{answer: "{}"}
	var facts call.Facts
	o := &privacy.TransportOptions{PassUninspected: true}
	guard := privacy.Middleware(&privacy.Redactor{}, o)
	body := `{"input":[1,2],"image":"data:image/png;base64,iVBORw0KGgo="}`
	_, err := guard(post(t, "/v1/embeddings", body), func(req *http.Request) (*http.Response, error) {
		facts = call.From(req.Context()).Facts()
		return f.RoundTrip(req)
	})
	require.NoError(t, err)
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
		go func() {
			canary := fmt.Sprintf("user%d@example.org", i)
			res, err := client.RoundTrip(post(t, "/v1/responses", `{"input":"I am `+canary+`"}`))
			if err == nil {
				var body []byte
				body, err = io.ReadAll(res.Body)
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
