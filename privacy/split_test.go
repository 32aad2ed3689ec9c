package privacy

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dialect is how one interface says a text, whole and in pieces. In the patterns %s is the text as JSON.
type dialect struct {
	path  string
	plain string
	kind  string // of the stream
	piece string
	stop  []string
	// where the text stands in a piece
	field []any
	tool  bool // the text is a tool's: it is shown only if that was allowed
}

var dialects = map[string]dialect{
	"openai chat": {
		path: "/v1/chat/completions", plain: `{"choices":[{"message":{"content":%s}}]}`, kind: "text/event-stream",
		piece: `{"choices":[{"index":0,"delta":{"content":%s}}]}`, field: []any{"choices", 0, "delta", "content"},
		stop: []string{`{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, `[DONE]`},
	},
	"openai chat, a tool": {
		path: "/v1/chat/completions", plain: `{"choices":[{"message":{"tool_calls":[{"function":{"arguments":%s}}]}}]}`, kind: "text/event-stream", tool: true,
		piece: `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":%s}}]}}]}`,
		field: []any{"choices", 0, "delta", "tool_calls", 0, "function", "arguments"},
		stop:  []string{`{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`, `[DONE]`},
	},
	"openai completions": {
		path: "/v1/completions", plain: `{"choices":[{"text":%s}]}`, kind: "text/event-stream",
		piece: `{"choices":[{"index":0,"text":%s}]}`, field: []any{"choices", 0, "text"}, stop: []string{`[DONE]`},
	},
	"openai responses": {
		path: "/v1/responses", plain: `{"output":[{"content":[{"text":%s}]}]}`, kind: "text/event-stream",
		piece: `{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":%s}`, field: []any{"delta"},
		stop: []string{`{"type":"response.completed","response":{}}`},
	},
	"anthropic": {
		path: "/v1/messages", plain: `{"content":[{"type":"text","text":%s}]}`, kind: "text/event-stream",
		piece: `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%s}}`, field: []any{"delta", "text"},
		stop: []string{`{"type":"content_block_stop","index":0}`, `{"type":"message_stop"}`},
	},
	"anthropic, a tool": {
		path: "/v1/messages", plain: `{"content":[{"type":"tool_use","input":{"a":%s}}]}`, kind: "text/event-stream", tool: true,
		piece: `{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":%s}}`, field: []any{"delta", "partial_json"},
		stop: []string{`{"type":"content_block_stop","index":0}`, `{"type":"message_stop"}`},
	},
	"gemini": {
		path: "/v1beta/models/m:streamGenerateContent?alt=sse", plain: `{"candidates":[{"content":{"parts":[{"text":%s}]}}]}`, kind: "text/event-stream",
		piece: `{"candidates":[{"content":{"parts":[{"text":%s}]}}]}`, field: []any{"candidates", 0, "content", "parts", 0, "text"},
		stop: []string{`{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}`},
	},
	"ollama chat": {
		path: "/api/chat", plain: `{"message":{"content":%s},"done":true}`, kind: "application/x-ndjson",
		piece: `{"message":{"content":%s},"done":false}`, field: []any{"message", "content"}, stop: []string{`{"message":{"content":""},"done":true}`},
	},
	"ollama generate": {
		path: "/api/generate", plain: `{"response":%s,"done":true}`, kind: "application/x-ndjson",
		piece: `{"response":%s,"done":false}`, field: []any{"response"}, stop: []string{`{"response":"","done":true}`},
	},
	"bedrock": {
		path: "/model/m/converse-stream", plain: `{"output":{"message":{"content":[{"text":%s}]}}}`, kind: "application/vnd.amazon.eventstream",
		piece: `{"contentBlockIndex":0,"delta":{"text":%s}}`, field: []any{"delta", "text"}, stop: []string{`{"contentBlockIndex":0}`},
	},
	"mcp": { // it has no pieces: each event is whole
		path: "/mcp", plain: `{"jsonrpc":"2.0","id":1,"result":{"content":[{"text":%s}]}}`, kind: "text/event-stream",
	},
}

func asJSON(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	require.NoError(t, e.Encode(text))
	return strings.TrimSuffix(b.String(), "\n")
}

// write puts one document on the wire.
func (d dialect) write(data, eol string) string {
	switch d.kind {
	case "text/event-stream":
		return "data: " + data + eol + eol
	case "application/x-ndjson":
		return data + eol
	}
	return string(frameOf("contentBlockDelta", data))
}

func (d dialect) stream(t testing.TB, eol string, pieces ...string) string {
	t.Helper()
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(d.write(fmt.Sprintf(d.piece, asJSON(t, p)), eol))
	}
	for _, s := range d.stop {
		b.WriteString(d.write(s, eol))
	}
	return b.String()
}

// read joins the pieces of a stream.
func (d dialect) read(t *testing.T, body, eol string) string {
	t.Helper()
	var docs []string
	switch d.kind {
	case "text/event-stream":
		for event := range strings.SplitSeq(body, eol+eol) {
			data, _ := strings.CutPrefix(event, "data: ")
			docs = append(docs, data)
		}
	case "application/x-ndjson":
		docs = strings.Split(body, eol)
	default:
		for _, f := range readFrames(t, []byte(body)) {
			_, data, _ := strings.Cut(f, " ")
			docs = append(docs, data)
		}
	}
	var b strings.Builder
	for _, doc := range docs {
		if doc == "" || doc == "[DONE]" {
			continue
		}
		var v any
		require.NoError(t, json.Unmarshal([]byte(doc), &v), doc)
		b.WriteString(textAt(v, d.field))
	}
	return b.String()
}

// textAt follows keys and positions; "" if they lead nowhere.
func textAt(v any, field []any) string {
	for _, f := range field {
		switch k := f.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return ""
			}
			v = l[k]
		}
	}
	s, _ := v.(string)
	return s
}

// exchange asks about an address and gets body for an answer.
func (d dialect) exchange(t *testing.T, kind string, body io.Reader) *http.Response {
	t.Helper()
	base := roundTripFunc(func(req *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(req.Body)
		assert.NotContains(t, string(sent), "@")
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(body), ContentLength: -1}, err
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.org"+d.path, strings.NewReader(`{"x":"I am ines.rocha@example.org"}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := Transport(base, &Redactor{}, &TransportOptions{Paths: []string{"/mcp"}, RestoreTools: true}).RoundTrip(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	return res
}

// shown is what the application gets.
func (d dialect) shown(t *testing.T, kind string, body io.Reader) string {
	t.Helper()
	res := d.exchange(t, kind, body)
	out, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return string(out)
}

const said = `Grüße <EMAIL_ADDRESS_1>, 😀 "<email address 1>" \<EMAIL\_ADDRESS\_1\> &lt;EMAIL_ADDRESS_1&gt; %3Cemail_address_1%3E < & \ % <EMAIL_ADDRESS_9> <EM`

var saidShown = strings.NewReplacer(
	"<EMAIL_ADDRESS_1>", "ines.rocha@example.org", "<email address 1>", "ines.rocha@example.org",
	`\<EMAIL\_ADDRESS\_1\>`, "ines.rocha@example.org", "&lt;EMAIL_ADDRESS_1&gt;", "ines.rocha@example.org",
	"%3Cemail_address_1%3E", "ines.rocha%40example.org",
).Replace(said)

// TestEverySplit cuts what each interface says at every place: between two pieces of a text, and between any two bytes on the wire, in
// the middle of a character too. What is shown is always the same.
func TestEverySplit(t *testing.T) {
	cuts := 0
	for name, d := range dialects {
		t.Run(name, func(t *testing.T) {
			plain := fmt.Sprintf(d.plain, asJSON(t, said))
			want := fmt.Sprintf(d.plain, asJSON(t, saidShown))
			for cut := range len(plain) + 1 {
				cuts++
				r := io.MultiReader(strings.NewReader(plain[:cut]), strings.NewReader(plain[cut:]))
				require.Equal(t, want, d.shown(t, "application/json", r), "cut at %d", cut)
			}
			for _, eol := range []string{"\n", "\r\n"} {
				cuts += d.everySplit(t, eol, plain, want)
			}
		})
	}
	t.Logf("%d cuts", cuts)
}

func (d dialect) everySplit(t *testing.T, eol, plain, want string) (cuts int) {
	t.Helper()
	if d.piece == "" {
		answer := d.write(plain, eol)
		for cut := range len(answer) + 1 {
			cuts++
			r := io.MultiReader(strings.NewReader(answer[:cut]), strings.NewReader(answer[cut:]))
			require.Equal(t, d.write(want, eol), d.shown(t, d.kind, r), "cut at %d", cut)
		}
		return cuts
	}
	for cut := range len(said) + 1 {
		if cut < len(said) && !utf8.RuneStart(said[cut]) {
			continue // JSON cannot say half a character
		}
		cuts++
		answer := d.stream(t, eol, said[:cut], said[cut:])
		require.Equal(t, saidShown, d.read(t, d.shown(t, d.kind, strings.NewReader(answer)), eol), "text cut at %d", cut)
	}
	answer := d.stream(t, eol, strings.Split(said, "")...)
	require.Equal(t, saidShown, d.read(t, d.shown(t, d.kind, iotest.OneByteReader(strings.NewReader(answer))), eol))
	answer = d.stream(t, eol, said[:20], said[20:])
	whole := d.shown(t, d.kind, strings.NewReader(answer))
	for cut := range len(answer) + 1 {
		cuts++
		r := io.MultiReader(strings.NewReader(answer[:cut]), strings.NewReader(answer[cut:]))
		require.Equal(t, whole, d.shown(t, d.kind, r), "bytes cut at %d", cut)
	}
	return cuts
}

// TestEveryStreamHoldsBackLittle feeds each interface one piece at a time what looks like a placeholder that never ends, and compares
// after each piece what was given with what was shown.
func TestEveryStreamHoldsBackLittle(t *testing.T) {
	for name, d := range dialects {
		if d.piece == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			from, to := io.Pipe()
			res := d.exchange(t, d.kind, from)
			text := strings.Repeat("<"+strings.Repeat("A_", 200), 3)
			given, shown, most := 0, 0, 0
			buf := make([]byte, 64<<10)
			for i := range len(text) {
				event := d.write(fmt.Sprintf(d.piece, asJSON(t, text[i:i+1])), "\n")
				given++
				done := make(chan struct{})
				go func() {
					defer close(done)
					_, _ = io.WriteString(to, event)
				}()
				var out strings.Builder
				for size := len(d.write(fmt.Sprintf(d.piece, `""`), "\n")); out.Len() < size; {
					n, err := res.Body.Read(buf)
					require.NoError(t, err)
					out.Write(buf[:n])
				}
				<-done
				shown += len(d.read(t, out.String(), "\n"))
				most = max(most, given-shown)
			}
			require.NoError(t, to.Close())
			rest, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			shown += len(d.read(t, string(rest), "\n"))
			assert.Equal(t, len(text), shown, "no byte is lost")
			assert.LessOrEqual(t, most, 128)
			assert.Positive(t, most)
		})
	}
}
