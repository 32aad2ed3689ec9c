package privacy_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

// exchange asks with an address and gives what was sent and what came back, in which M is the address and P its placeholder.
func exchange(t *testing.T, o *privacy.TransportOptions, f *far, path, ask string) (sent, shown string) {
	t.Helper()
	f.answer = words(f.answer)
	res, err := privacy.Transport(f, &privacy.Redactor{}, o).RoundTrip(post(t, path, words(ask)))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Len(t, f.got, 1)
	return f.got[0], string(body)
}

func event(data string) string { return "data: " + data + "\n\n" }

// TestWhatAToolGets: wherever an interface says what a tool is to be called with, the real words stand there only if that was allowed.
func TestWhatAToolGets(t *testing.T) {
	const sse = "text/event-stream"
	for name, c := range map[string]struct{ path, kind, answer string }{
		"chat":                   {"/v1/chat/completions", "", `{"choices":[{"message":{"tool_calls":[{"function":{"arguments":"{\"to\":\"P\"}"}}]}}]}`},
		"chat, custom":           {"/v1/chat/completions", "", `{"choices":[{"message":{"tool_calls":[{"custom":{"input":"write to P"}}]}}]}`},
		"chat, the old form":     {"/v1/chat/completions", "", `{"choices":[{"message":{"function_call":{"arguments":"{\"to\":\"P\"}"}}}]}`},
		"chat, stream":           {"/v1/chat/completions", sse, event(`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"to\":\"P\"}"}}]}}]}`)},
		"chat, custom, stream":   {"/v1/chat/completions", sse, event(`{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"custom":{"input":"write to P"}}]}}]}`)},
		"responses":              {"/v1/responses", "", `{"output":[{"type":"function_call","arguments":"{\"to\":\"P\"}"}]}`},
		"responses, custom":      {"/v1/responses", "", `{"output":[{"type":"custom_tool_call","input":"write to P"}]}`},
		"responses, computer":    {"/v1/responses", "", `{"output":[{"type":"computer_call","action":{"type":"type","text":"P"}}]}`},
		"responses, shell":       {"/v1/responses", "", `{"output":[{"type":"local_shell_call","action":{"command":["mail","P"]}}]}`},
		"responses, patch":       {"/v1/responses", "", `{"output":[{"type":"apply_patch_call","operation":{"diff":"+ P"}}]}`},
		"responses, piece":       {"/v1/responses", sse, event(`{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"to\":\"P\"}"}`)},
		"responses, whole":       {"/v1/responses", sse, event(`{"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"to\":\"P\"}"}`)},
		"responses, custom's":    {"/v1/responses", sse, event(`{"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"write to P"}`)},
		"responses, its whole":   {"/v1/responses", sse, event(`{"type":"response.custom_tool_call_input.done","output_index":0,"input":"write to P"}`)},
		"responses, of a server": {"/v1/responses", sse, event(`{"type":"response.mcp_call_arguments.delta","output_index":0,"delta":"{\"to\":\"P\"}"}`)},
		"responses, an item":     {"/v1/responses", sse, event(`{"type":"response.output_item.done","item":{"type":"computer_call","action":{"text":"P"}}}`)},
		"responses, the end":     {"/v1/responses", sse, event(`{"type":"response.completed","response":{"output":[{"type":"computer_call","action":{"text":"P"}}]}}`)},
		"anthropic":              {"/v1/messages", "", `{"content":[{"type":"tool_use","input":{"to":["P"]}}]}`},
		"anthropic, a key":       {"/v1/messages", "", `{"content":[{"type":"tool_use","input":{"P":1}}]}`},
		"anthropic, begun":       {"/v1/messages", sse, event(`{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","input":{"to":"P"}}}`)},
		"anthropic, stream":      {"/v1/messages", sse, event(`{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"to\":\"P\"}"}}`)},
		"gemini":                 {"/v1beta/models/x:generateContent", "", `{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"to":"P"}}}]}}]}`},
		"gemini, in parts":       {"/v1beta/models/x:generateContent", "", `{"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"stringValue":"P"}]}}]}}]}`},
		"ollama":                 {"/api/chat", "application/x-ndjson", `{"message":{"tool_calls":[{"function":{"arguments":{"to":"P"}}}]}}` + "\n"},
		"bedrock":                {"/model/x/converse", "", `{"output":{"message":{"content":[{"toolUse":{"input":{"to":"P"}}}]}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			sent, got := exchange(t, nil, &far{kind: c.kind, answer: c.answer}, c.path, `{"x":"I am M"}`)
			assert.NotContains(t, sent, mail)
			assert.Equal(t, strings.ReplaceAll(c.answer, "P", "<EMAIL_ADDRESS_1>"), strings.ReplaceAll(got, mail, "<real>"))
			_, got = exchange(t, &privacy.TransportOptions{RestoreTools: true}, &far{kind: c.kind, answer: c.answer}, c.path, `{"x":"I am M"}`)
			assert.Contains(t, got, mail)
		})
	}
}

// TestWhatAReaderGets: texts beside the calls of tools, and keys of tables, are for whoever asked.
func TestWhatAReaderGets(t *testing.T) {
	for name, c := range map[string]struct{ path, answer string }{
		"responses":          {"/v1/responses", `{"output":[{"content":[{"text":"P"}],"summary":[{"text":"P"}]}]}`},
		"a result by a key":  {"/mcp", `{"result":{"structuredContent":{"P":{"balance":5}}}}`},
		"a text with a list": {"/mcp", `{"result":{"content":[{"text":"{\"P\":5}"}]}}`},
		"mistral's list":     {"/v1/chat/completions", `{"choices":[{"message":{"content":[{"type":"text","text":"P"}]}}]}`},
	} {
		_, got := exchange(t, nil, &far{answer: c.answer}, c.path, `{"x":"I am M"}`)
		assert.Equal(t, strings.ReplaceAll(c.answer, "P", mail), got, name)
	}
}

// TestNumbersOfATool: a list of numbers is a list of tokens only where an interface takes tokens.
func TestNumbersOfATool(t *testing.T) {
	for path, ask := range map[string]string{
		"/v1/messages": `{"messages":[{"content":[{"type":"tool_use","input":{"ids":[1,2,3]}}]}]}`,
		"/mcp":         `{"params":{"arguments":{"input":[1,2,3],"context":[4]}}}`,
	} {
		sent, _ := exchange(t, nil, &far{answer: "{}"}, path, ask)
		assert.Equal(t, ask, sent)
	}
	for _, ask := range []string{`{"input":[1,2]}`, `{"input":[[1],[2]]}`, `{"prompt":[1]}`, `{"prompt":[[1]]}`, `{"context":[1]}`} {
		f := &far{answer: "{}"}
		refuses(t, &privacy.Redactor{}, f, post(t, "/v1/embeddings", ask), "a list of tokens")
		assert.Empty(t, f.got)
	}
}

// TestDocumentsInsideDocuments: escapes hide nothing, however deep, and what is put back is escaped as deep.
func TestDocumentsInsideDocuments(t *testing.T) {
	deep := func(text string) string {
		for range 4 {
			b, err := json.Marshal(map[string]string{"d": text})
			require.NoError(t, err)
			text = string(b)
		}
		return text
	}
	at := strings.ReplaceAll(deep(`"quoted"\ M`), "M", strings.Replace(mail, "@", strings.Repeat(`\`, 8)+`u0040`, 1))
	sent, got := exchange(t, nil, &far{answer: strings.ReplaceAll(deep("for P"), `\u003c`, "<")}, "/v1/chat/completions", at)
	assert.NotContains(t, sent, "rocha")
	assert.Contains(t, sent, "EMAIL_ADDRESS_1")
	text := got
	for range 4 {
		var v map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &v))
		text = v["d"]
	}
	assert.Equal(t, "for "+mail, text)
}

// TestEventsGoOutAsTheyCame: what nothing is changed in stays as it is to the byte, however it is written.
func TestEventsGoOutAsTheyCame(t *testing.T) {
	for _, answer := range []string{
		"data:{\"choices\":[{\"delta\":{\"content\":\"gr\\u00fc\\u00DF\"}}]}\r\nid: 7\r\nretry:3\r\n\r\n: ping\n\ndata: [DONE]\n\n",
		"id: 1\ndata: {\"a\":\ndata: 1}\nevent: x\ndata:\n\n",
		"data\ndata:\n\nevent: y\n\n",
		"data: plain text\n\ndata:  two spaces\n\n",
	} {
		_, got := exchange(t, nil, &far{kind: "text/event-stream", answer: answer}, "/v1/chat/completions", `{"x":"I am M"}`)
		assert.Equal(t, answer, got)
	}
	const tight = "data:{\"choices\":[{\"delta\":{\"content\":\"P\"}}]}\r\n\r\n"
	_, got := exchange(t, nil, &far{kind: "text/event-stream", answer: tight}, "/v1/chat/completions", `{"x":"I am M"}`)
	assert.Equal(t, strings.Replace(tight, "P", mail, 1), got)
}

// TestMissedIsTheSessions: what could not be matched in a call shows in the session that was passed on.
func TestMissedIsTheSessions(t *testing.T) {
	r := &privacy.Redactor{}
	s := open(t, r, nil, "")
	guarded := privacy.Wrap(func(_ context.Context, in string) (string, error) { return in + " <EMAIL_ADDRESS_9>", nil }, r, (*privacy.Session).Hide, (*privacy.Session).Show)
	out, err := guarded(privacy.WithSession(t.Context(), s), "I am "+mail)
	require.NoError(t, err)
	assert.Equal(t, "I am "+mail+" <EMAIL_ADDRESS_9>", out)
	assert.Equal(t, 1, s.Missed())
}

// TestAVaultKeepsValuesNotTexts: a short value does not keep the long text alive that it was found in.
func TestAVaultKeepsValuesNotTexts(t *testing.T) {
	r := &privacy.Redactor{}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const texts, size = 40, 1 << 20
	before := heap()
	for range texts {
		s := open(t, r, nil, "")
		require.Contains(t, s.Hide(strings.Repeat("a quiet line. ", size/14)+mail), "<EMAIL_ADDRESS_1>")
	}
	after := heap()
	assert.Less(t, int64(after)-int64(before), int64(texts*size/4), "what stands in the vault is a few bytes each")
	runtime.KeepAlive(r)
}

// TestURLsThatDoNotParse are sent as they are, and looked at all the same.
func TestURLsThatDoNotParse(t *testing.T) {
	for _, query := range []string{"a=M;b", "a=1;b=M", "%zz&b=M", "b=" + strings.Replace(mail, "@", "%40", 1) + "%zz", "M", "M=1", "a=x+M+y"} {
		f := &far{answer: "{}"}
		refuses(t, &privacy.Redactor{}, f, post(t, "/v1/embeddings?"+strings.ReplaceAll(query, "M", mail), "{}"), "the URL holds personal data")
		assert.Empty(t, f.got, query)
	}
	f := &far{answer: "{}"}
	refuses(t, &privacy.Redactor{}, f, post(t, "/v1beta/models/x:streamGenerateContent", "{}"), "?alt=sse")
	assert.Empty(t, f.got)
}

// TestEmptyAnswers need no content type.
func TestEmptyAnswers(t *testing.T) {
	for body, status := range map[string]int{"": http.StatusAccepted, "x": http.StatusForbidden} {
		base := roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusAccepted, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
		})
		res, err := privacy.Transport(base, &privacy.Redactor{}, nil).RoundTrip(post(t, "/mcp", "{}"))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, status, res.StatusCode)
	}
}
