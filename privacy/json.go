package privacy

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
)

// leaf is one scalar of a JSON document, or an object's key.
type leaf struct {
	at     []byte // where it stands, without positions: "messages.*.content"; valid during the visit only
	exact  []byte // the same with positions: "messages.0.content"
	key    bool   // an object's key; at is then the object's place
	number bool
	word   bool   // true, false or null
	value  string // what it says; of numbers and words how they are written
	field  string // the innermost key it stands under
}

// last is the last key in the leaf's place.
func (l *leaf) last() []byte { return l.at[bytes.LastIndexByte(l.at, '.')+1:] }

// name is the field the leaf is the value of, or is in the list of; "" of a key or where it says nothing.
func (l *leaf) name() string {
	if l.key || len(l.field) < 3 || l.field == "text" || l.field == "content" {
		return ""
	}
	return l.field
}

// has says whether the leaf stands at or under a key.
func (l *leaf) has(key string) bool {
	for from := 0; ; {
		i := bytes.Index(l.at[from:], []byte(key))
		if i < 0 {
			return false
		}
		i += from
		from = i + len(key)
		if (i == 0 || l.at[i-1] == '.') && (from == len(l.at) || l.at[from] == '.') {
			return true
		}
	}
}

// editor goes through a JSON document and changes scalars in place: all other bytes stay as they are.
type editor struct {
	text      string // the document; values without escapes are parts of it
	dst       []byte
	leaf      leaf   // the one being visited
	field     string // the innermost key
	done      int    // how much of src has been dealt with
	depth     int
	changed   bool
	at, exact []byte
	buf       []byte
	visit     func(*leaf) (string, bool)
}

var editors = sync.Pool{New: func() any { return new(editor) }}

// newEditor is an editor of a document; release gives it back.
func newEditor(text string) *editor {
	e := editors.Get().(*editor) //nolint:forcetypeassert // the pool holds nothing else
	e.text = text
	return e
}

func (e *editor) release() {
	clear(e.buf[:cap(e.buf)]) // it holds what a text said, and the places hold keys
	clear(e.at[:cap(e.at)])
	clear(e.exact[:cap(e.exact)])
	if cap(e.buf) <= maxPooled {
		*e = editor{at: e.at[:0], exact: e.exact[:0], buf: e.buf[:0]}
		editors.Put(e)
	}
}

// run appends the document to dst with the scalars that visit wants changed written as strings; nothing if there is none. It may be
// called again. If the document is no valid JSON, it says so in the end, and what came before that has been visited.
func (e *editor) run(dst []byte, visit func(*leaf) (string, bool)) (out []byte, changed bool, err error) {
	e.dst, e.done, e.changed = dst, 0, false
	if !e.visits(visit) {
		return dst, false, errJSON
	}
	if !e.changed {
		return dst, false, nil
	}
	return append(e.dst, e.text[e.done:]...), true, nil
}

// visits goes through the whole document, and says whether it is valid (RFC 8259, and as encoding/json has it).
func (e *editor) visits(visit func(*leaf) (string, bool)) (valid bool) {
	e.visit, e.depth = visit, 0
	end := e.value(e.space(0))
	valid = end >= 0 && e.space(end) == len(e.text)
	if !valid {
		e.at, e.exact, e.field = e.at[:0], e.exact[:0], ""
	}
	return valid
}

// edit gives src with the scalars that visit wants changed written as strings; src itself if there is none. The error says only that
// src is no valid JSON.
func edit(src []byte, visit func(*leaf) (string, bool)) (out []byte, changed bool, err error) {
	e := newEditor(string(src))
	defer e.release()
	out, changed, err = e.run(nil, visit)
	if err == nil && !changed {
		out = src
	}
	return out, changed, err
}

// editJSON is edit for a document of any kind.
func editJSON(src []byte, change func(name, value string) (string, bool)) (out []byte, changed bool, err error) {
	return edit(src, texts(change))
}

// texts visits what may hold personal data in a document of any kind: strings and keys, and numbers of nine or more digits, which may
// be somebody's.
func texts(change func(name, value string) (string, bool)) func(*leaf) (string, bool) {
	return func(l *leaf) (string, bool) {
		if l.word || l.number && len(l.value) < shortestNumber {
			return "", false
		}
		return change(l.name(), l.value)
	}
}

// leaves is a visit that changes nothing.
func leaves(*leaf) (string, bool) { return "", false }

func (e *editor) space(i int) int {
	for i < len(e.text) && (e.text[i] == ' ' || e.text[i] == '\n' || e.text[i] == '\t' || e.text[i] == '\r') {
		i++
	}
	return i
}

// maxNesting is how deep a document may be, as in encoding/json.
const maxNesting = 10_000

// value deals with the value that begins at i and returns the offset behind it; -1 if there is no valid one.
func (e *editor) value(i int) int {
	if i >= len(e.text) {
		return -1
	}
	switch c := e.text[i]; c {
	case '{', '[':
		if e.depth++; e.depth > maxNesting {
			return -1
		}
		if c == '{' {
			i = e.object(i)
		} else {
			i = e.array(i)
		}
		e.depth--
		return i
	case '"':
		end, escaped := stringEnd(e.text, i)
		if end < 0 {
			return -1
		}
		e.leaf = leaf{value: e.said(i+1, end-1, escaped)}
		e.offer(i, end)
		return end
	default:
		end := wordEnd(e.text, i)
		number := end < 0
		if number {
			end = numberEnd(e.text, i)
		}
		if end >= 0 {
			e.leaf = leaf{value: e.text[i:end], word: !number, number: number}
			e.offer(i, end)
		}
		return end
	}
}

func (e *editor) object(i int) int {
	at, exact, field := len(e.at), len(e.exact), e.field
	if i = e.space(i + 1); e.has(i, '}') {
		return i + 1
	}
	for {
		if !e.has(i, '"') {
			return -1
		}
		end, escaped := stringEnd(e.text, i)
		if end < 0 {
			return -1
		}
		key := e.said(i+1, end-1, escaped)
		e.leaf = leaf{value: key, key: true}
		e.offer(i, end)
		if i = e.space(end); !e.has(i, ':') {
			return -1
		}
		e.at, e.exact, e.field = join(e.at, key), join(e.exact, key), key
		if i = e.value(e.space(i + 1)); i < 0 {
			return -1
		}
		e.at, e.exact, e.field = e.at[:at], e.exact[:exact], field
		switch i = e.space(i); {
		case e.has(i, '}'):
			return i + 1
		case !e.has(i, ','):
			return -1
		}
		i = e.space(i + 1)
	}
}

func (e *editor) array(i int) int {
	at, exact := len(e.at), len(e.exact)
	if i = e.space(i + 1); e.has(i, ']') {
		return i + 1
	}
	for n := 0; ; n++ {
		e.at, e.exact = join(e.at, "*"), joinNumber(e.exact, n)
		if i = e.value(i); i < 0 {
			return -1
		}
		e.at, e.exact = e.at[:at], e.exact[:exact]
		switch i = e.space(i); {
		case e.has(i, ']'):
			return i + 1
		case !e.has(i, ','):
			return -1
		}
		i = e.space(i + 1)
	}
}

// has says whether c stands at i.
func (e *editor) has(i int, c byte) bool { return i < len(e.text) && e.text[i] == c }

// Places are bounded: what is looked up in them is looked up for every leaf.
const (
	maxPlace = 1024
	maxStep  = 64
)

// join adds a step to a place. A key that holds a dot or a star could pass for another place; with the dot covered it cannot.
func join(place []byte, step string) []byte {
	if len(place) > maxPlace {
		return place // deeper than anything that has a name here
	}
	if len(step) > maxStep {
		step = step[:maxStep] + "*" // no name of ours: the star is covered below
	}
	if len(place) > 0 {
		place = append(place, '.')
	}
	for i := range len(step) {
		if c := step[i]; c == '.' || c == '*' && len(step) > 1 {
			place = append(place, 0)
		} else {
			place = append(place, c)
		}
	}
	return place
}

// joinNumber is join for a position.
func joinNumber(place []byte, n int) []byte {
	if len(place) > maxPlace {
		return place
	}
	if len(place) > 0 {
		place = append(place, '.')
	}
	return strconv.AppendInt(place, int64(n), 10)
}

// said is what the inside of a string says.
func (e *editor) said(start, end int, escaped bool) string {
	if !escaped {
		return e.text[start:end]
	}
	e.buf = unquote(e.buf[:0], e.text[start:end])
	return string(e.buf)
}

func (e *editor) offer(start, end int) {
	e.leaf.at, e.leaf.exact, e.leaf.field = e.at, e.exact, e.field
	if out, ok := e.visit(&e.leaf); ok {
		if !e.changed { // as much again as is there: what stands for a value is about as long
			e.dst = slices.Grow(e.dst, len(e.text)-e.done+64)
		}
		e.dst = append(e.dst, e.text[e.done:start]...)
		e.dst = appendJSON(e.dst, out, !holdsSurrogate(e.text[start:end]))
		e.done, e.changed = end, true
	}
}

const errJSON = advice("this is not valid JSON")

// shortestNumber is the fewest digits a number has that may be somebody's.
const shortestNumber = 9
