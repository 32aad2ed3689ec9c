package privacy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// form is how the documents of a stream are told apart.
type form uint8

const (
	lines  form = iota // a line each
	events             // server-sent events
	frames             // the binary event stream of AWS
)

// streamBody is an answer that comes in JSON documents, shown as it comes. It works on whole events, never
// on reads, so that nothing depends on how the bytes arrive; it starts no goroutine.
type streamBody struct {
	src   io.ReadCloser
	br    *bufio.Reader
	w     *wire
	form  form
	most  int
	slots []*slot // in the order they came
	out   []byte
	off   int
	raw   []byte // the event being dealt with, as it came
	ends  []int  // of its lines
	data  []byte // its parts
	head  []byte
	tail  []byte
	shown []byte
	field string // how the event's data is introduced
	mark  marks
	now   event
	visit func(*leaf) (string, bool)
	scope []byte
	ended bool // the other side has said its last
	torn  bool // what was written last is not a whole line or event
	err   error
}

// event is what is being dealt with: its document, the lines before it, and how they end.
type event struct {
	data, head []byte
	eol        string
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
	field string
}

func newStreamBody(src io.ReadCloser, w *wire, f form, most int) *streamBody {
	return &streamBody{src: src, br: bufio.NewReader(src), w: w, form: f, most: most}
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
	if b.form == frames {
		return b.fillFrame()
	}
	for {
		from := len(b.raw)
		err := b.line()
		if err == errLongEvent { //nolint:errorlint // the very value
			b.raw, b.ends, from = b.raw[:0], b.ends[:0], 0
		}
		text, eol := cutEOL(b.raw[from:])
		if len(b.raw) > from {
			b.ends = append(b.ends, len(b.raw))
		}
		if b.form == events && err == nil && len(text) > 0 {
			continue
		}
		b.ended = err != nil
		b.torn = b.ended && len(b.raw) > 0 && (b.form == lines && eol == "" || b.form == events && (len(text) > 0 || eol == ""))
		switch {
		case len(b.raw) == 0:
		case b.form == events:
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

// line adds what is there up to and with the next line feed to raw. The event's lines together are bounded.
func (b *streamBody) line() error {
	for {
		part, err := b.br.ReadSlice('\n')
		if len(b.raw)+len(part) > b.most {
			return errLongEvent
		}
		b.raw = append(b.raw, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
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
			said := bytes.TrimPrefix(rest, []byte(" "))
			if n++; n > 1 {
				b.data = append(b.data, '\n')
			} else if eol, b.field = ending, "data:"; len(said) < len(rest) {
				b.field = "data: "
			}
			b.data = append(b.data, said...)
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

// record deals with one JSON document of the stream. What it changes nothing in goes out as it came.
func (b *streamBody) record(data, head, tail []byte, eol string) {
	if string(bytes.TrimSpace(data)) == "[DONE]" {
		b.flush("")
		b.out = append(b.out, b.raw...)
		return
	}
	e := newEditor(borrowed(data)) // which stays until the next event
	defer e.release()
	m := &b.mark
	if !b.markers(m, e, head) { // no JSON: a text of its own
		if shown, changed := b.w.s.show(string(data)); changed {
			b.write(head, []byte(shown), eol, tail)
		} else {
			b.out = append(b.out, b.raw...)
		}
		return
	}
	if b.ended {
		m.final = append(m.final, "")
	}
	if b.visit == nil { // made once, not for every event
		b.visit = b.piece
	}
	b.now = event{data, head, eol}
	shown, changed, _ := e.run(b.shown[:0], b.visit)
	b.shown = shown
	for _, end := range m.final {
		b.flush(end)
	}
	if !changed {
		b.out = append(b.out, b.raw...)
		return
	}
	b.write(head, shown, eol, tail)
}

// piece shows one leaf of the event, which may continue a text.
func (b *streamBody) piece(l *leaf) (string, bool) {
	m := &b.mark
	piece, inJSON := l.delta(m.kind)
	if !piece || !b.w.restores(l, m.kind) {
		return b.w.incoming(l, m.kind)
	}
	b.scope = m.scope(b.scope[:0], l.exact)
	s := b.slot(l.at, b.scope)
	s.t.inJSON = s.t.inJSON || inJSON
	out := s.t.push(l.value)
	if m.over(s.scope) {
		out += s.t.rest()
	}
	if s.t.held != "" { // somebody will need a model to deliver it by
		s.data, s.frame, s.eol, s.field = append(s.data[:0], b.now.data...), append(s.frame[:0], b.now.head...), b.now.eol, b.field
		s.exact = string(l.exact)
	}
	return out, out != l.value
}

// maxSlots is how many texts can come at the same time. More than that is no model's answer: then what is held back is delivered
// early, and a placeholder that was cut stays as it is.
const maxSlots = 256

// slot finds the text that a leaf continues. There are few at a time.
func (b *streamBody) slot(at, scope []byte) *slot {
	for _, s := range b.slots {
		if s.scope == string(scope) && s.at == string(at) {
			return s
		}
	}
	if len(b.slots) >= maxSlots {
		b.slots = slices.DeleteFunc(b.slots, func(s *slot) bool { return s.t.held == "" })
	}
	if len(b.slots) >= maxSlots {
		b.flush("")
		b.slots = b.slots[:0]
	}
	s := &slot{t: restorer{s: b.w.s}, at: string(at), scope: string(scope)}
	b.slots = append(b.slots, s)
	return s
}

// write puts an event together again.
func (b *streamBody) write(head, data []byte, eol string, tail []byte) {
	switch b.form {
	case lines:
		b.out = append(append(b.out, data...), eol...)
		return
	case frames:
		b.out = appendFrame(b.out, head, data)
		return
	}
	b.out = append(b.out, head...)
	for more := true; more; {
		var line []byte
		line, data, more = bytes.Cut(data, []byte("\n"))
		b.out = append(append(append(b.out, b.field...), line...), eol...)
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
		e := newEditor(string(s.data))
		var m marks
		b.markers(&m, e, s.frame)
		out, changed, _ := e.run(nil, func(l *leaf) (string, bool) {
			if !l.key && string(l.exact) == s.exact {
				return rest, true
			}
			piece, _ := l.delta(m.kind)
			return "", piece
		})
		e.release()
		if !changed {
			out = s.data
		}
		eol := s.eol
		if eol == "" {
			eol = "\n"
		}
		if b.torn && b.ended && b.form != frames { // what is broken off must not swallow what follows
			b.out = append(b.out, "\n\n"...)
			b.torn = false
		}
		field := b.field // of the event that is being dealt with
		b.field = s.field
		b.write(s.frame, out, eol, []byte(eol))
		b.field = field
	}
}
