package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// tree is JSON in the order in which it was written, for showing and editing it field by field.
type tree struct {
	kind   byte // '{', '[', or 's' for a scalar
	keys   []string
	kids   []*tree
	scalar json.RawMessage // a string, number, true, false or null; {} and [] when empty
}

// What is larger is shown as it is, and not by field.
const (
	maxDepth = 32
	maxNodes = 2000
)

var errLarge = errors.New("console: the JSON is too large to show by field")

func parseTree(data []byte) (*tree, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	nodes := 0
	t, err := readTree(dec, 0, &nodes)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("console: more than one JSON value")
	}
	return t, nil
}

func readTree(dec *json.Decoder, depth int, nodes *int) (*tree, error) {
	if *nodes++; depth > maxDepth || *nodes > maxNodes {
		return nil, errLarge
	}
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		b, err := plainJSON(token)
		return &tree{kind: 's', scalar: b}, err
	}
	t := &tree{kind: byte(delim)}
	for dec.More() {
		if t.kind == '{' {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			t.keys = append(t.keys, key.(string))
		}
		kid, err := readTree(dec, depth+1, nodes)
		if err != nil {
			return nil, err
		}
		t.kids = append(t.kids, kid)
	}
	_, err = dec.Token()
	return t, err
}

// plainJSON writes a value without escaping what is special in HTML, which html/template does when it is shown.
func plainJSON(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// leaf is a scalar, or an empty object or array, and where it stands.
type leaf struct {
	path string
	node *tree
}

func (t *tree) leaves() []leaf { return t.walk("", nil) }

func (t *tree) walk(path string, all []leaf) []leaf {
	if len(t.kids) == 0 {
		return append(all, leaf{path, t})
	}
	for i, kid := range t.kids {
		at := path + "[" + strconv.Itoa(i) + "]"
		if t.kind == '{' {
			if at = t.keys[i]; path != "" {
				at = path + "." + at
			}
		}
		all = kid.walk(at, all)
	}
	return all
}

// text is a leaf as people read it: a string without its quotes.
func (t *tree) text() string {
	switch {
	case t.kind == '{':
		return "{}"
	case t.kind == '[':
		return "[]"
	}
	var s string
	if len(t.scalar) > 0 && t.scalar[0] == '"' && json.Unmarshal(t.scalar, &s) == nil {
		return s
	}
	return string(t.scalar)
}

// write gives the JSON back, indented for prefix "" and indent "  ", or compact.
func (t *tree) write(b *bytes.Buffer) {
	switch t.kind {
	case 's':
		b.Write(t.scalar)
		return
	case '{':
		b.WriteByte('{')
	default:
		b.WriteByte('[')
	}
	for i, kid := range t.kids {
		if i > 0 {
			b.WriteByte(',')
		}
		if t.kind == '{' {
			key, _ := plainJSON(t.keys[i]) // a string
			b.Write(key)
			b.WriteByte(':')
		}
		kid.write(b)
	}
	b.WriteByte(t.kind + 2) // } and ] stand two after { and [
}

func (t *tree) json() json.RawMessage {
	var b bytes.Buffer
	t.write(&b)
	return b.Bytes()
}

// indented is JSON for people to read; what is not JSON comes back as it is.
func indented(data []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return string(data)
	}
	return b.String()
}
