package privacy

import (
	"bytes"
	"strings"
)

// marks are what an event says about itself.
type marks struct {
	kind  string   // its "type"; good as long as the event is
	index []index  // the ones that stand in its objects
	final []string // scopes that end with it
	ends  []string // the objects that say so
	visit func(*leaf) (string, bool)
}

// index is an object's own position among its like.
type index struct{ at, is string }

// markers reads them, and says whether the event is valid JSON. head is what stands before the document.
func (b *streamBody) markers(m *marks, e *editor, head []byte) bool {
	m.kind, m.index, m.final, m.ends = "", m.index[:0], m.final[:0], m.ends[:0]
	if b.form == frames {
		m.kind = frameKind(head)
	}
	if m.visit == nil { // made once, not for every event
		m.visit = m.note
	}
	if !e.visits(m.visit) {
		return false
	}
	for _, at := range m.ends {
		m.final = append(m.final, string(m.scope(nil, []byte(at+".x"))))
	}
	switch {
	case m.kind == "content_block_stop" || m.kind == "contentBlockStop" || strings.HasSuffix(m.kind, ".done"):
		m.final = append(m.final, string(m.scope(nil, nil)))
	case m.kind == "message_stop" || m.kind == "messageStop" || m.kind == "response.completed" || m.kind == "response.incomplete" || m.kind == "response.failed":
		m.final = append(m.final, "")
	}
	return true
}

// note takes what one leaf says.
func (m *marks) note(l *leaf) (string, bool) {
	if l.key {
		return "", false
	}
	switch name := l.last(); string(name) {
	case "index", "output_index", "content_index", "summary_index", "contentBlockIndex":
		m.index = append(m.index, index{string(l.place()), string(name[:1]) + l.value + ","})
	case "type":
		if len(l.at) == len(name) && m.kind == "" {
			m.kind = l.value
		}
	case "finish_reason", "finishReason", "done_reason":
		if !l.word && l.value != "" {
			m.ends = append(m.ends, string(l.place()))
		}
	case "done":
		if len(l.at) == len(name) && l.value == "true" {
			m.final = append(m.final, "")
		}
	}
	return "", false
}

// place is where the object stands that the leaf is in, with positions.
func (l *leaf) place() []byte { return l.exact[:max(0, bytes.LastIndexByte(l.exact, '.'))] }

// scope appends what a leaf belongs to: the positions of the list elements it stands in, by their own index where they have one.
func (m *marks) scope(out, exact []byte) []byte {
	out = m.indexOf(out, nil)
	for from := 0; from < len(exact); {
		end := bytes.IndexByte(exact[from:], '.')
		if end < 0 {
			break // the leaf's own name
		}
		end += from
		n := len(out)
		if out = m.indexOf(append(out, '/'), exact[:end]); len(out) == n+1 {
			out = out[:n]
			if part := exact[from:end]; len(part) > 0 && part[0] >= '0' && part[0] <= '9' {
				out = append(append(append(out, '/'), part...), ',')
			}
		}
		from = end + 1
	}
	return out
}

// indexOf appends the indices that stand directly in the object at a place.
func (m *marks) indexOf(dst, at []byte) []byte {
	for _, idx := range m.index {
		if idx.at == string(at) {
			dst = append(dst, idx.is...)
		}
	}
	return dst
}

// over says whether a scope ends with the event.
func (m *marks) over(scope string) bool {
	for _, f := range m.final {
		if strings.HasPrefix(scope, f) {
			return true
		}
	}
	return false
}
