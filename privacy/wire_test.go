package privacy_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

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
		ask:        `{"system":[{"type":"text","text":"for M"}],"messages":[{"role":"user","content":"M"},{"role":"assistant","content":[{"type":"thinking","thinking":"M wants","signature":"ErUB4111111111111111aGFuZHMgb2ZmLCB0aGlzIGlzIHNlYWxlZCBieSB0aGUgbW9kZWwncyBzaWRl"},{"type":"tool_use","input":{"M":"M"}}]},{"role":"user","content":[{"type":"tool_result","content":[{"text":"M"}]}]}]}`,
		seen:       `{"system":[{"type":"text","text":"for P"}],"messages":[{"role":"user","content":"P"},{"role":"assistant","content":[{"type":"thinking","thinking":"P wants","signature":"ErUB4111111111111111aGFuZHMgb2ZmLCB0aGlzIGlzIHNlYWxlZCBieSB0aGUgbW9kZWwncyBzaWRl"},{"type":"tool_use","input":{"P":"P"}}]},{"role":"user","content":[{"type":"tool_result","content":[{"text":"P"}]}]}]}`,
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
		path:       "/v1beta/models/gemini-x:streamGenerateContent?alt=sse",
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
			defer res.Body.Close()
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
					require.NoError(t, res.Body.Close())
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
		require.NoError(t, res.Body.Close())
		assert.Equal(t, c.want, string(body))
	}
}
