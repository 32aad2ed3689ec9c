package privacy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// streamBody is an answer that comes as server-sent events or as lines of JSON, shown as it comes. It works on whole events, never
// on reads, so that nothing depends on how the bytes arrive; it starts no goroutine.
type streamBody struct {
	src    io.ReadCloser
	br     *bufio.Reader
	w      *wire
	events bool
	most   int
	slots  []*slot // in the order they came
	out    []byte
	off    int
	raw    []byte // the event being dealt with, as it came
	ends   []int  // of its lines
	data   []byte // its parts
	head   []byte
	tail   []byte
	shown  []byte
	ended  bool // the other side has said its last
	torn   bool // what was written last is not a whole line or event
	err    error
}

// slot is one text that comes in pieces: one field of one choice.
type slot struct {
	t     restorer
	at    string
	scope string
	data  []byte // the event of its last piece, as the model of one that delivers what was held back
	exact string // where the piece stands in it
	frame []byte // the event's other lines
	eol   string
}

func newStreamBody(src io.ReadCloser, w *wire, events bool, most int) *streamBody {
	return &streamBody{src: src, br: bufio.NewReader(src), w: w, events: events, most: most}
}

// Close implements io.Closer.
func (b *streamBody) Close() error { return b.src.Close() }

// Read implements io.Reader.
func (b *streamBody) Read(p []byte) (int, error) {
	for b.off == len(b.out) {
		if b.err != nil {
			return 0, b.err
		}
		if len(p) == 0 {
			return 0, nil
		}
		b.out, b.off = b.out[:0], 0
		b.err = b.fill()
		if err := b.w.s.Err(); err != nil {
			b.out, b.err = b.out[:0], err
		}
	}
	n := copy(p, b.out[b.off:])
	b.off += n
	return n, nil
}

// fill deals with the next event. At the end, or when the line goes dead, what was held back is delivered first: no byte of the
// answer is lost.
func (b *streamBody) fill() error {
	b.raw, b.ends = b.raw[:0], b.ends[:0]
	for {
		from := len(b.raw)
		err := b.line()
		text, eol := cutEOL(b.raw[from:])
		if len(b.raw) > from {
			b.ends = append(b.ends, len(b.raw))
		}
		if b.events && err == nil && len(text) > 0 {
			continue
		}
		b.ended = err != nil
		b.torn = b.ended && len(b.raw) > 0 && (!b.events && eol == "" || b.events && (len(text) > 0 || eol == ""))
		switch {
		case len(b.raw) == 0:
		case b.events:
			b.event()
		default:
			b.record(text, nil, nil, eol)
		}
		if b.ended {
			b.flush("")
		}
		return err
	}
}

var errLongEvent = errors.New("privacy: an event of the answer is too long")

// line adds what is there up to and with the next line feed to raw.
func (b *streamBody) line() error {
	for {
		part, err := b.br.ReadSlice('\n')
		b.raw = append(b.raw, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(b.raw) > b.most {
			b.raw = b.raw[:0]
			return errLongEvent
		}
	}
}

func cutEOL(line []byte) (text []byte, eol string) {
	if t, ok := bytes.CutSuffix(line, []byte("\r\n")); ok {
		return t, "\r\n"
	}
	if t, ok := bytes.CutSuffix(line, []byte("\n")); ok {
		return t, "\n"
	}
	return line, ""
}

// event deals with the lines of one server-sent event, each with its own ending, the empty one that closes it included.
func (b *streamBody) event() {
	var eol string
	b.data, b.head, b.tail = b.data[:0], b.head[:0], b.tail[:0]
	n, from := 0, 0
	for _, end := range b.ends {
		line := b.raw[from:end]
		from = end
		text, ending := cutEOL(line)
		rest, ok := bytes.CutPrefix(text, []byte("data:"))
		switch {
		case ok:
			if n++; n > 1 {
				b.data = append(b.data, '\n')
			} else {
				eol = ending
			}
			b.data = append(b.data, bytes.TrimPrefix(rest, []byte(" "))...)
		case n == 0:
			b.head = append(b.head, line...)
		default:
			b.tail = append(b.tail, line...)
		}
	}
	if n == 0 {
		b.out = append(b.out, b.head...)
		return
	}
	b.record(b.data, b.head, b.tail, eol)
}

// record deals with one JSON document of the stream.
func (b *streamBody) record(data, head, tail []byte, eol string) {
	if string(bytes.TrimSpace(data)) == "[DONE]" {
		b.flush("")
		b.write(head, data, eol, tail)
		return
	}
	m, err := markers(data)
	if err != nil { // no JSON: a text of its own
		shown, _ := b.w.s.show(string(data))
		b.write(head, []byte(shown), eol, tail)
		return
	}
	if b.ended {
		m.final = append(m.final, "")
	}
	b.shown, _ = editValid(b.shown[:0], data, func(l *leaf) (string, bool) {
		piece, inJSON := l.delta(m.kind)
		if !piece || !b.w.restores(l) {
			return b.w.incoming(l)
		}
		s := b.slot(l.at, m.scope(l.exact))
		s.t.inJSON = s.t.inJSON || inJSON
		s.data, s.frame, s.eol = append(s.data[:0], data...), append(s.frame[:0], head...), eol
		if s.exact != string(l.exact) {
			s.exact = string(l.exact)
		}
		out := s.t.push(l.value)
		if m.ends(s.scope) {
			out += s.t.rest()
		}
		return out, true
	})
	for _, end := range m.final {
		b.flush(end)
	}
	b.write(head, b.shown, eol, tail)
}

// slot finds the text that a leaf continues. There are few at a time.
func (b *streamBody) slot(at []byte, scope string) *slot {
	for _, s := range b.slots {
		if s.scope == scope && s.at == string(at) {
			return s
		}
	}
	s := &slot{t: restorer{s: b.w.s}, at: string(at), scope: scope}
	b.slots = append(b.slots, s)
	return s
}

// write puts an event together again.
func (b *streamBody) write(head, data []byte, eol string, tail []byte) {
	if !b.events {
		b.out = append(append(b.out, data...), eol...)
		return
	}
	b.out = append(b.out, head...)
	for more := true; more; {
		var line []byte
		line, data, more = bytes.Cut(data, []byte("\n"))
		b.out = append(append(append(b.out, "data: "...), line...), eol...)
	}
	b.out = append(b.out, tail...)
}

// flush delivers what the slots of a scope hold back, each in an event like its last one. "" is all slots.
func (b *streamBody) flush(scope string) {
	for _, s := range b.slots {
		rest := ""
		if strings.HasPrefix(s.scope, scope) {
			rest = s.t.rest()
		}
		if rest == "" {
			continue
		}
		kind, _ := markers(s.data)
		out, _ := editValid(nil, s.data, func(l *leaf) (string, bool) {
			if !l.key && string(l.exact) == s.exact {
				return rest, true
			}
			piece, _ := l.delta(kind.kind)
			return "", piece
		})
		eol := s.eol
		if eol == "" {
			eol = "\n"
		}
		if b.torn && b.ended { // what is broken off must not swallow what follows
			b.out = append(b.out, "\n\n"...)
			b.torn = false
		}
		b.write(s.frame, out, eol, []byte(eol))
	}
}

// marks are what an event says about itself.
type marks struct {
	kind  string   // its "type"
	index []index  // the ones that stand in its objects
	final []string // scopes that end with it
}

// index is an object's own position among its like.
type index struct{ at, is string }

// markers reads them.
func markers(data []byte) (m marks, err error) {
	var ends []string
	_, _, err = edit(nil, data, func(l *leaf) (string, bool) {
		if l.key {
			return "", false
		}
		at := l.exact[:max(0, bytes.LastIndexByte(l.exact, '.'))]
		switch name := l.last(); string(name) {
		case "index", "output_index", "content_index", "summary_index":
			m.index = append(m.index, index{string(at), string(name[:1]) + l.value + ","})
		case "type":
			if len(at) == 0 {
				m.kind = l.value
			}
		case "finish_reason", "finishReason", "done_reason":
			if !l.word && l.value != "" {
				ends = append(ends, string(at))
			}
		case "done":
			if len(at) == 0 && l.value == "true" {
				m.final = append(m.final, "")
			}
		}
		return "", false
	})
	for _, at := range ends {
		m.final = append(m.final, m.scope([]byte(at+".x")))
	}
	switch {
	case m.kind == "content_block_stop" || strings.HasSuffix(m.kind, ".done"):
		m.final = append(m.final, m.scope(nil))
	case m.kind == "message_stop" || m.kind == "response.completed" || m.kind == "response.incomplete" || m.kind == "response.failed":
		m.final = append(m.final, "")
	}
	return m, err
}

// scope names what a leaf belongs to: the positions of the list elements it stands in, by their own index where they have one.
func (m *marks) scope(exact []byte) string {
	var buf [64]byte
	out := m.indexOf(buf[:0], nil)
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
	return string(out)
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

// ends says whether a scope ends with the event.
func (m *marks) ends(scope string) bool {
	for _, f := range m.final {
		if strings.HasPrefix(scope, f) {
			return true
		}
	}
	return false
}
