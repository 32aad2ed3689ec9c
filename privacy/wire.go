package privacy

import (
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
)

// What stands where in the bodies of OpenAI (chat, responses, embeddings), Anthropic, Gemini, Ollama and MCP. Everything that is a
// string is hidden on the way out and shown on the way back, wherever it stands; what is listed here is only what needs
// another treatment. So a field that an interface gains tomorrow is inspected today.

// wirePaths are the ends of the paths whose bodies are known to be JSON with text in strings.
var wirePaths = []string{
	"/chat/completions", "/completions", "/responses", "/embeddings", // OpenAI and those who speak its language
	"/messages", "/messages/count_tokens", // Anthropic
	":generateContent", ":streamGenerateContent", ":countTokens", ":embedContent", ":batchEmbedContents", // Gemini
	"/api/chat", "/api/generate", "/api/embed", "/api/embeddings", // Ollama
}

// listPaths are the ends of the paths that are asked without a body.
var listPaths = []string{"/models", "/api/tags", "/api/version", "/api/ps"}

func endsWithAny(path string, ends []string) bool {
	path = strings.TrimSuffix(path, "/")
	for _, end := range ends {
		if end != "" && strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// wire edits the bodies of one exchange.
type wire struct {
	s            *Session
	o            *TransportOptions
	uninspected  int
	refused      string // why the body cannot be sent
	restoreTools bool
}

// shortestOpaque is where a text without a space that could be base 64 is taken for data. Words and identifiers are shorter.
const shortestOpaque = 256

// outgoing hides one leaf of a request.
func (w *wire) outgoing(l *leaf) (string, bool) {
	switch {
	case l.word || w.refused != "":
		return "", false
	case l.number:
		if l.has("input") || l.has("prompt") || l.has("context") {
			if string(l.last()) == "*" {
				w.cannot("a list of tokens: send text, which can be inspected")
				return "", false
			}
		}
		if len(l.value) < shortestNumber {
			return "", false
		}
		return w.s.hide(l.value, how{})
	case l.key:
		return w.s.hide(l.value, how{})
	}
	switch string(l.last()) {
	case "signature", "thoughtSignature", "thought_signature", "encrypted_content":
		return "", false // made by the model's side, which refuses it if a byte changes
	case "thinking":
		return w.s.hide(l.value, how{ours: true}) // goes back as it came, placeholders and all
	case "data":
		if string(l.at) == "messages.*.content.*.data" {
			return "", false // Anthropic's redacted_thinking
		}
	}
	if opaque(l.value) {
		w.cannot("encoded data (a picture, a sound or a file)")
		return "", false
	}
	return inText(l.value, func(text string) (string, bool) { return w.s.hide(text, how{}) })
}

// cannot notes what cannot be looked into: by default that refuses the call.
func (w *wire) cannot(what string) {
	w.uninspected++
	if !w.o.PassUninspected && w.refused == "" {
		w.refused = "the request holds " + what + ", which cannot be inspected: leave it out, or set TransportOptions.PassUninspected"
	}
}

// note counts on the decision what went out unseen.
func (w *wire) note(d *call.Decision) {
	if w.uninspected > 0 {
		d.NoteHidden("", []call.Count{{Kind: notInspected, N: w.uninspected}})
	}
}

// opaque says whether a text is data in base 64.
func opaque(text string) bool {
	if len(text) > 5 && strings.EqualFold(text[:5], "data:") && strings.Contains(text[:min(len(text), 200)], ";base64,") {
		return true
	}
	if len(text) < shortestOpaque {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !isAlnum(c) && c != '+' && c != '/' && c != '-' && c != '_' && c != '=' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

// inText changes a text, or, where the text is itself a JSON document, the strings in that: there a value has to be escaped once more, and
// an escape must not hide one.
func inText(text string, change func(string) (string, bool)) (string, bool) {
	if c := strings.TrimLeft(text, " \t\r\n"); c == "" || c[0] != '{' && c[0] != '[' {
		return change(text)
	}
	out, changed, err := editJSON(nil, []byte(text), change)
	if err != nil {
		return change(text)
	}
	return string(out), changed
}

// incoming shows one leaf of a whole answer.
func (w *wire) incoming(l *leaf) (string, bool) {
	if l.key || l.word || l.number || !w.restores(l) {
		return "", false
	}
	return inText(l.value, w.s.show)
}

// restores says whether a leaf of an answer may hold the real words again. What a tool gets is a disclosure of its own. What the
// model thought goes back to it signed, and must not change.
func (w *wire) restores(l *leaf) bool {
	if string(l.last()) == "thinking" {
		return false
	}
	if w.restoreTools {
		return true
	}
	return !(l.has("arguments") || l.has("args") && (l.has("functionCall") || l.has("function_call")) ||
		l.has("input") && (l.has("content") || l.has("content_block") || l.has("output") || l.has("item")) || string(l.last()) == "partial_json")
}

// delta says whether a leaf of a streamed event is a piece of a text that goes on in the next event, and whether that text is the
// inside of a JSON document.
func (l *leaf) delta(kind string) (ok, inJSON bool) {
	if l.key || l.word || l.number {
		return false, false
	}
	switch string(l.at) {
	case "choices.*.delta.content", "choices.*.delta.refusal", "choices.*.delta.reasoning_content", "choices.*.delta.reasoning",
		"choices.*.text", "delta.text", "candidates.*.content.parts.*.text", "message.content", "message.thinking", "response", "thinking":
		return true, false
	case "choices.*.delta.tool_calls.*.function.arguments", "choices.*.delta.function_call.arguments", "delta.partial_json":
		return true, true
	case "delta":
		return strings.HasSuffix(kind, ".delta"), strings.Contains(kind, "arguments")
	}
	return false, false
}
