package fake

import (
	"encoding/json"
	"strings"
)

// formats are the answers by the end of the path.
var formats = map[string]func(*answer){
	"/chat/completions":      chat,
	"/responses":             responses,
	"/embeddings":            embeddings,
	"/messages":              messages,
	":generateContent":       gemini,
	":streamGenerateContent": geminiStream,
	":batchEmbedContents":    geminiEmbed,
	"/api/chat":              ollamaChat,
	"/api/generate":          ollamaGenerate,
	"/api/embed":             ollamaEmbed,
}

func suffix(path string) string {
	for end := range formats {
		if strings.HasSuffix(path, end) {
			return end
		}
	}
	return ""
}

// q writes a text as JSON.
func q(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string: cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// arguments are what the model wants a tool to be called with, as JSON.
func (a *answer) arguments() string { return `{"to":` + q(a.name) + `}` }

func sse(b *strings.Builder, event, data, eol string) {
	if event != "" {
		b.WriteString("event: " + event + eol)
	}
	b.WriteString("data: " + data + eol + eol)
}

func chat(a *answer) {
	const head = `{"id":"c1","created":1,"model":"m",`
	if !a.streams() {
		message := `"content":` + q(a.text())
		finish := "stop"
		if a.tools() {
			message = `"content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"send","arguments":` + q(a.arguments()) + `}}]`
			finish = "tool_calls"
		}
		a.send("application/json", head+`"object":"chat.completion","choices":[{"index":0,"finish_reason":"`+finish+`","message":{"role":"assistant",`+message+`}}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`)
		return
	}
	var b strings.Builder
	for _, p := range a.pieces() {
		sse(&b, "", head+`"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":`+q(p)+`},"finish_reason":null}]}`, "\n")
	}
	sse(&b, "", head+`"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, "\n")
	sse(&b, "", "[DONE]", "\n")
	a.send("text/event-stream", b.String())
}

func responses(a *answer) {
	item := `{"type":"message","id":"m1","role":"assistant","status":"completed","content":[{"type":"output_text","text":` + q(a.text()) + `,"annotations":[]}]}`
	if a.tools() {
		item = `{"type":"function_call","id":"f1","call_id":"t1","name":"send","arguments":` + q(a.arguments()) + `,"status":"completed"}`
	}
	whole := `{"id":"r1","object":"response","created_at":1,"status":"completed","model":"m","output":[` + item + `]}`
	if !a.streams() {
		a.send("application/json", whole)
		return
	}
	var b strings.Builder
	for _, p := range a.pieces() {
		sse(&b, "response.output_text.delta", `{"type":"response.output_text.delta","item_id":"m1","output_index":0,"content_index":0,"delta":`+q(p)+`}`, "\n")
	}
	sse(&b, "response.output_text.done", `{"type":"response.output_text.done","item_id":"m1","output_index":0,"content_index":0,"text":`+q(a.text())+`}`, "\n")
	sse(&b, "response.completed", `{"type":"response.completed","response":`+whole+`}`, "\n")
	a.send("text/event-stream", b.String())
}

func embeddings(a *answer) {
	a.send("application/json", `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,0.25]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}`)
}

func messages(a *answer) {
	const head = `"id":"m1","type":"message","role":"assistant","model":"m",`
	if !a.streams() {
		content, stop := `{"type":"text","text":`+q(a.text())+`}`, "end_turn"
		if a.tools() {
			content, stop = `{"type":"tool_use","id":"t1","name":"send","input":`+a.arguments()+`}`, "tool_use"
		}
		a.send("application/json", `{`+head+`"content":[`+content+`],"stop_reason":"`+stop+`","usage":{"input_tokens":1,"output_tokens":1}}`)
		return
	}
	var b strings.Builder
	sse(&b, "message_start", `{"type":"message_start","message":{`+head+`"content":[],"usage":{"input_tokens":1,"output_tokens":1}}}`, "\n")
	sse(&b, "content_block_start", `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`, "\n")
	for _, p := range a.pieces() {
		sse(&b, "content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`+q(p)+`}}`, "\n")
	}
	sse(&b, "content_block_stop", `{"type":"content_block_stop","index":0}`, "\n")
	sse(&b, "message_delta", `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}`, "\n")
	sse(&b, "message_stop", `{"type":"message_stop"}`, "\n")
	a.send("text/event-stream", b.String())
}

func gemini(a *answer) {
	part := `{"text":` + q(a.text()) + `}`
	if a.tools() {
		part = `{"functionCall":{"name":"send","args":` + a.arguments() + `}}`
	}
	a.send("application/json", `{"candidates":[{"content":{"role":"model","parts":[`+part+`]},"finishReason":"STOP","index":0}]}`)
}

// geminiStream ends its lines with CR LF, as Google does.
func geminiStream(a *answer) {
	var b strings.Builder
	for i, p := range a.pieces() {
		finish := ""
		if i == len(a.pieces())-1 {
			finish = `,"finishReason":"STOP"`
		}
		sse(&b, "", `{"candidates":[{"content":{"role":"model","parts":[{"text":`+q(p)+`}]}`+finish+`,"index":0}]}`, "\r\n")
	}
	a.send("text/event-stream", b.String())
}

func geminiEmbed(a *answer) {
	a.send("application/json", `{"embeddings":[{"values":[0.5,0.25]}]}`)
}

func ollamaChat(a *answer) {
	const head = `{"model":"m","created_at":"2026-01-02T03:04:05Z","message":{"role":"assistant","content":`
	if strings.Contains(a.body, `"stream":false`) || a.tools() {
		calls := ""
		if a.tools() {
			calls = `,"tool_calls":[{"function":{"name":"send","arguments":` + a.arguments() + `}}]`
		}
		a.send("application/json", head+q(a.text())+calls+`},"done":true,"done_reason":"stop"}`)
		return
	}
	var b strings.Builder
	for _, p := range a.pieces() {
		b.WriteString(head + q(p) + "},\"done\":false}\n")
	}
	b.WriteString(head + "\"\"},\"done\":true,\"done_reason\":\"stop\"}\n")
	a.send("application/x-ndjson", b.String())
}

func ollamaGenerate(a *answer) {
	a.send("application/json", `{"model":"m","created_at":"2026-01-02T03:04:05Z","response":`+q(a.text())+`,"done":true}`)
}

func ollamaEmbed(a *answer) {
	a.send("application/json", `{"model":"m","embeddings":[[0.5,0.25]]}`)
}
