package privacy

import (
	"bytes"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
)

// What stands where in the bodies of OpenAI (chat, responses, embeddings), Anthropic, Gemini, Ollama, Bedrock and MCP. Everything that is a
// string is hidden on the way out and shown on the way back, wherever it stands; what is listed here is only what needs
// another treatment. So a field that an interface gains tomorrow is inspected today.

// wirePaths are the ends of the paths whose bodies are known to be JSON with text in strings.
var wirePaths = []string{
	"/chat/completions", "/completions", "/responses", "/embeddings", // OpenAI and those who speak its language
	"/messages", "/messages/count_tokens", // Anthropic
	":generateContent", ":streamGenerateContent", ":countTokens", ":embedContent", ":batchEmbedContents", // Gemini
	"/api/chat", "/api/generate", "/api/embed", "/api/embeddings", // Ollama
	"/converse", converseStream, // Bedrock
	mcpPath,
}

// converseStream is the one path whose answer comes in frames.
const converseStream = "/converse-stream"

// listPaths are the ends of the paths that are asked without a body.
var listPaths = []string{"/models", "/api/tags", "/api/version", "/api/ps", mcpPath}

// mcpPath is where servers of the Model Context Protocol are found unless they say otherwise. They are also asked to begin a stream of
// their own, and to end, both without a body.
const mcpPath = "/mcp"

func endsWithAny(path string, ends []string) bool {
	path = strings.TrimSuffix(path, "/")
	for _, end := range ends {
		if end != "" && strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// dataAt is where a request holds a picture, a sound or a file in base 64, of whatever length. Some of these places may hold a text
// instead: one with a space in it is no base 64.
func dataAt(at []byte) bool {
	switch string(at) {
	case "messages.*.content.*.source.data", "messages.*.content.*.content.*.source.data", // Anthropic
		"contents.*.parts.*.inlineData.data", "contents.*.parts.*.inline_data.data", "systemInstruction.parts.*.inlineData.data", // Gemini
		"requests.*.content.parts.*.inlineData.data",
		"messages.*.content.*.input_audio.data", "messages.*.content.*.file.file_data", "input.*.content.*.file_data", // OpenAI
		"messages.*.images.*", "images.*", // Ollama
		"messages.*.content.*.image.source.bytes", "messages.*.content.*.document.source.bytes", "messages.*.content.*.video.source.bytes": // Bedrock
		return true
	}
	return false
}

// sealedAt is where a request gives back what the model's side made and sealed: it refuses it if a byte changes, and nobody can read
// it. Elsewhere a field of the same name is anybody's.
func sealedAt(at []byte) bool {
	switch string(at) {
	case "messages.*.content.*.signature", "messages.*.content.*.data",
		"messages.*.content.*.content.*.encrypted_content", "messages.*.content.*.citations.*.encrypted_index", // Anthropic
		"contents.*.parts.*.thoughtSignature", "contents.*.parts.*.thought_signature",
		"messages.*.tool_calls.*.extra_content.google.thought_signature",                                                         // Gemini
		"input.*.encrypted_content",                                                                                              // OpenAI
		"messages.*.content.*.reasoningContent.reasoningText.signature", "messages.*.content.*.reasoningContent.redactedContent": // Bedrock
		return true
	}
	return false
}

// thoughtAt is where a request gives back what the model thought.
func thoughtAt(at []byte) bool {
	switch string(at) {
	case "messages.*.content.*.thinking", "messages.*.thinking", "messages.*.content.*.reasoningContent.reasoningText.text":
		return true
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
	signed       string // why the body must stay as it is; "" if it may change
	path         string
	change       func(name, text string) (string, bool) // hide, made once
	scratch      *work                                  // of hide; nil until it is needed
}

// release gives back what hiding needed: what hide returned last is no longer good.
func (w *wire) release() {
	if w.scratch != nil {
		w.scratch.release()
		w.scratch = nil
	}
}

// shortestOpaque is where a text without a space that could be base 64 is taken for data. Words and identifiers are shorter.
const shortestOpaque = 256

// shortestSeal is where a text in a place of seals is taken for one. What is shorter is looked at as any other text.
const shortestSeal = 64

// outgoing hides one leaf of a request.
func (w *wire) outgoing(l *leaf) (string, bool) {
	switch {
	case l.word || w.refused != "":
		return "", false
	case l.number:
		if tokenAt(l.at) {
			w.cannot("a list of tokens (send text instead)")
			return "", false
		}
		if len(l.value) < shortestNumber {
			return "", false
		}
		return w.hide(l.name(), l.value)
	case l.key:
		return w.hide("", l.value)
	}
	if sealedAt(l.at) && len(l.value) >= shortestSeal && encoded(l.value) {
		return "", false
	}
	if thoughtAt(l.at) {
		return w.hideAs(l.value, how{ours: true}) // goes back as it came, placeholders and all
	}
	if dataAt(l.at) && encoded(l.value) || opaque(l.value) {
		w.cannot("encoded data (a picture, a sound or a file)")
		return "", false
	}
	if w.change == nil {
		w.change = w.hide
	}
	return inText(l.name(), l.value, w.change)
}

// tokenAt is where a request holds a number that stands for a piece of text.
func tokenAt(at []byte) bool {
	switch string(at) {
	case "input.*", "input.*.*", "prompt.*", "prompt.*.*", "context.*":
		return true
	}
	return false
}

// hide leaves the session's own placeholders alone where all should have been hidden before.
func (w *wire) hide(name, text string) (string, bool) {
	return w.hideAs(text, how{ours: w.signed != "", name: name})
}

// hideAs gives a text that is good until the next one is hidden.
func (w *wire) hideAs(text string, h how) (string, bool) {
	if w.scratch == nil {
		w.scratch = newWork(false)
	}
	return w.s.hideIn(w.scratch, text, h)
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
	return len(text) >= shortestOpaque && encoded(text)
}

// encoded says whether a text could be base 64: there is no space in it, nor an '@'.
func encoded(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isAlnum(c) && c != '+' && c != '/' && c != '-' && c != '_' && c != '=' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

// inText changes a text, or, where the text is itself a JSON document, the strings in that, and so on inward: there a value has to be
// escaped once more each time, and an escape must not hide one.
func inText(name, text string, change func(name, text string) (string, bool)) (string, bool) {
	if c := strings.TrimLeft(text, " \t\r\n"); c == "" || c[0] != '{' && c[0] != '[' {
		return change(name, text)
	}
	e := newEditor(text)
	defer e.release()
	if !e.visits(leaves) { // before anything in it is changed and counted
		return change(name, text)
	}
	// A document inside a string is shorter than its quotation by as many backslashes as it has quotes, so this ends soon.
	out, changed, _ := e.run(nil, texts(func(name, text string) (string, bool) { return inText(name, text, change) }))
	if !changed {
		return text, false
	}
	return borrowed(out), true // nobody writes to it any more
}

// show is Show as inText wants it.
func (w *wire) show(_, text string) (string, bool) { return w.s.show(text) }

// whole shows one leaf of a whole answer.
func (w *wire) whole(l *leaf) (string, bool) { return w.incoming(l, "") }

// incoming shows one leaf of an answer, or of a streamed event of a kind. Keys may hold a placeholder as well as values: an answer
// may be a table by address.
func (w *wire) incoming(l *leaf, kind string) (string, bool) {
	if l.word || l.number || !mayHoldShape(l.value) || !w.restores(l, kind) {
		return "", false
	}
	if l.key {
		return w.s.show(l.value)
	}
	return inText("", l.value, w.show)
}

// restores says whether a leaf of an answer may hold the real words again. What the model thought goes back to it signed, and must
// not change.
func (w *wire) restores(l *leaf, kind string) bool {
	if string(l.last()) == "thinking" || l.has("reasoningContent") {
		return false
	}
	return w.restoreTools || !forTool(l, kind)
}

// forTool says whether a leaf of an answer is part of what a tool is to be called with. What a tool gets is a disclosure of its own.
func forTool(l *leaf, kind string) bool {
	switch {
	case l.has("arguments") || l.has("tool_calls") || l.has("function_call") || l.has("functionCall") || l.has("toolUse"):
		return true
	case l.has("input") && (l.has("content") || l.has("content_block")), string(l.last()) == "partial_json": // Anthropic
		return true
	case strings.HasPrefix(kind, "response.") && strings.Contains(kind, "_call"): // the deltas of OpenAI's responses, and what sums them up
		return true
	}
	return callItem(l.at)
}

// callItem says whether a leaf stands in an item of OpenAI's responses and is no text there. Items are calls of ever new kinds of
// tools, each with its own fields; texts stand where they always did.
func callItem(at []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimPrefix(at, []byte("response.")), []byte("output.*."))
	if !ok {
		if rest, ok = bytes.CutPrefix(at, []byte("item.")); !ok {
			return false
		}
	}
	field, _, _ := bytes.Cut(rest, []byte("."))
	switch string(field) {
	case "content", "summary", "text", "output", "outputs", "results", "error":
		return false
	}
	return true
}

// delta says whether a leaf of a streamed event is a piece of a text that goes on in the next event, and whether that text is the
// inside of a JSON document.
func (l *leaf) delta(kind string) (ok, inJSON bool) {
	if l.key || l.word || l.number {
		return false, false
	}
	switch string(l.at) {
	case "choices.*.delta.content", "choices.*.delta.content.*.text", "choices.*.delta.refusal", "choices.*.delta.reasoning_content",
		"choices.*.delta.reasoning", "choices.*.delta.audio.transcript", "choices.*.text", "delta.text",
		"candidates.*.content.parts.*.text", "message.content", "response",
		"choices.*.delta.tool_calls.*.custom.input":
		return true, false
	case "choices.*.delta.tool_calls.*.function.arguments", "choices.*.delta.function_call.arguments", "delta.partial_json", "delta.toolUse.input":
		return true, true
	case "delta":
		return strings.HasSuffix(kind, ".delta"), strings.Contains(kind, "arguments")
	}
	return false, false
}
