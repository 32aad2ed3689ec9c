package privacy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// appendJSON appends value as a JSON string. Bytes that are not UTF-8 stay as they are; with escape the three bytes that a lone
// surrogate was read as become its escape again, so that reading and writing are each other's inverse.
func appendJSON(dst []byte, value string, escape bool) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0 // what needs no escape is copied in runs
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c >= 0x20 && c != '"' && c != '\\' && c != 0xED {
			continue
		}
		lone := c == 0xED
		if lone && !(escape && surrogateAt(value, i)) {
			continue
		}
		dst = append(dst, value[from:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case lone:
			r := uint(c&0x0F)<<12 | uint(value[i+1]&0x3F)<<6 | uint(value[i+2]&0x3F)
			dst = append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += 2
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		from = i + 1
	}
	return append(append(dst, value[from:]...), '"')
}

// surrogateAt says whether the three bytes at i are what appendSurrogate writes.
func surrogateAt[T string | []byte](b T, i int) bool {
	return b[i] == 0xED && i+2 < len(b) && b[i+1] >= 0xA0 && b[i+1] <= 0xBF && b[i+2]&0xC0 == 0x80
}

// holdsSurrogate says whether the text of a document holds such bytes itself. They are then bytes like others.
func holdsSurrogate(in []byte) bool {
	for i := range in {
		if surrogateAt(in, i) {
			return true
		}
	}
	return false
}

// appendSurrogate appends the three bytes by which a lone surrogate is remembered: UTF-8's own scheme, which no valid text
// uses for them.
func appendSurrogate(dst []byte, r rune) []byte {
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(dst, r)
	}
	return append(dst, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
}

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
	src, dst  []byte
	text      string // src, for values without escapes to be parts of
	leaf      leaf   // the one being visited
	field     string // the innermost key
	done      int    // how much of src has been dealt with
	changed   bool
	at, exact []byte
	buf       []byte
	visit     func(*leaf) (string, bool)
}

var editors = sync.Pool{New: func() any { return new(editor) }}

// newEditor is an editor of valid JSON; release gives it back.
func newEditor(src []byte) *editor {
	e := editors.Get().(*editor) //nolint:forcetypeassert // the pool holds nothing else
	e.src, e.text = src, string(src)
	return e
}

func (e *editor) release() {
	clear(e.buf) // it holds what a text said, and the places hold keys
	clear(e.at[:cap(e.at)])
	clear(e.exact[:cap(e.exact)])
	if cap(e.buf) <= maxPooled {
		*e = editor{at: e.at[:0], exact: e.exact[:0], buf: e.buf[:0]}
		editors.Put(e)
	}
}

// run appends the document to dst with the scalars that visit wants changed written as strings. It may be called again.
func (e *editor) run(dst []byte, visit func(*leaf) (string, bool)) (out []byte, changed bool) {
	e.dst, e.visit, e.done, e.changed = dst, visit, 0, false
	e.value(e.space(0))
	return append(e.dst, e.src[e.done:]...), e.changed
}

// read is run for a visit that changes nothing.
func (e *editor) read(visit func(*leaf)) {
	e.visit = func(l *leaf) (string, bool) { visit(l); return "", false }
	e.value(e.space(0))
}

// edit gives src with the scalars that visit wants changed written as strings; src itself if there is none. The error says only that
// src is no valid JSON.
func edit(src []byte, visit func(*leaf) (string, bool)) (out []byte, changed bool, err error) {
	if !json.Valid(src) {
		return nil, false, errJSON
	}
	e := newEditor(src)
	defer e.release()
	if out, changed = e.run(nil, visit); !changed {
		out = src
	}
	return out, changed, nil
}

// editJSON is edit for a document of any kind: strings and keys are changed, and numbers of nine or more digits, which may be
// somebody's.
func editJSON(src []byte, change func(name, value string) (string, bool)) (out []byte, changed bool, err error) {
	return edit(src, func(l *leaf) (string, bool) {
		if l.word || l.number && len(l.value) < shortestNumber {
			return "", false
		}
		return change(l.name(), l.value)
	})
}

func (e *editor) space(i int) int {
	for i < len(e.src) && (e.src[i] == ' ' || e.src[i] == '\n' || e.src[i] == '\t' || e.src[i] == '\r') {
		i++
	}
	return i
}

// value deals with the value that begins at i and returns the offset behind it. src is valid JSON, whose depth json.Valid bounds.
func (e *editor) value(i int) int {
	switch c := e.src[i]; c {
	case '{':
		return e.object(i)
	case '[':
		return e.array(i)
	case '"':
		end := stringEnd(e.src, i)
		e.leaf = leaf{value: e.said(i+1, end-1)}
		e.offer(i, end)
		return end
	default:
		end := i + 1
		for end < len(e.src) && (isAlnum(e.src[end]) || e.src[end] == '.' || e.src[end] == '+' || e.src[end] == '-') {
			end++
		}
		word := isLetter(c)
		e.leaf = leaf{value: e.text[i:end], word: word, number: !word}
		e.offer(i, end)
		return end
	}
}

func (e *editor) object(i int) int {
	at, exact, field := len(e.at), len(e.exact), e.field
	for i = e.space(i + 1); e.src[i] != '}'; {
		end := stringEnd(e.src, i)
		key := e.said(i+1, end-1)
		e.leaf = leaf{value: key, key: true}
		e.offer(i, end)
		e.at, e.exact, e.field = join(e.at, key), join(e.exact, key), key
		i = e.space(e.value(e.space(e.space(end) + 1)))
		e.at, e.exact, e.field = e.at[:at], e.exact[:exact], field
		if e.src[i] == ',' {
			i = e.space(i + 1)
		}
	}
	return i + 1
}

func (e *editor) array(i int) int {
	at, exact, n := len(e.at), len(e.exact), 0
	for i = e.space(i + 1); e.src[i] != ']'; n++ {
		e.at, e.exact = join(e.at, "*"), joinNumber(e.exact, n)
		i = e.space(e.value(i))
		e.at, e.exact = e.at[:at], e.exact[:exact]
		if e.src[i] == ',' {
			i = e.space(i + 1)
		}
	}
	return i + 1
}

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
func (e *editor) said(start, end int) string {
	if bytes.IndexByte(e.src[start:end], '\\') < 0 {
		return e.text[start:end]
	}
	e.buf = unquote(e.buf[:0], e.src[start:end])
	return string(e.buf)
}

func (e *editor) offer(start, end int) {
	e.leaf.at, e.leaf.exact, e.leaf.field = e.at, e.exact, e.field
	if out, ok := e.visit(&e.leaf); ok {
		if !e.changed { // as much again as is there: what stands for a value is about as long
			e.dst = slices.Grow(e.dst, len(e.src)-e.done+64)
		}
		e.dst = append(e.dst, e.src[e.done:start]...)
		e.dst = appendJSON(e.dst, out, !holdsSurrogate(e.src[start:end]))
		e.done, e.changed = end, true
	}
}

const errJSON = advice("this is not valid JSON")

// shortestNumber is the fewest digits a number has that may be somebody's.
const shortestNumber = 9

// stringEnd is the offset behind the closing quote of the string that begins at i, in valid JSON.
func stringEnd(src []byte, i int) int {
	for i++; src[i] != '"'; i++ {
		if src[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// unquote appends what the inside of a valid JSON string says.
func unquote(dst, in []byte) []byte {
	for i := 0; i < len(in); i++ {
		if in[i] != '\\' {
			dst = append(dst, in[i])
			continue
		}
		i++
		switch in[i] {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			r := hex4(in[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+6 < len(in) && in[i+1] == '\\' && in[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hex4(in[i+3:])); pair != utf8.RuneError {
					r = pair
					i += 6
				}
			}
			dst = appendSurrogate(dst, r)
		default: // '"', '\\', '/'
			dst = append(dst, in[i])
		}
	}
	return dst
}

func hex4(b []byte) (r rune) {
	for _, c := range b[:4] {
		switch {
		case c <= '9':
			r = r<<4 | rune(c-'0')
		default:
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}
