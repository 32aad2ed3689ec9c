package privacy

import (
	"strings"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// A placeholder is written <NAME>; its name is a kind, '_', and a number or a token: EMAIL_ADDRESS_1. Models give placeholders
// back slightly altered: in lower case, with spaces, with the escapes of Markdown, HTML, JSON or URLs. All those forms have the same
// name, and the name alone decides what a form stands for. Nothing less than a whole name counts: 'EMAIL_ADDRESS' or '1'
// alone are never guessed at.

const (
	maxShape   = 128 // bytes of the longest form that is looked at; also what a stream has to hold back
	maxName    = 96  // bytes of a name
	maxKind    = 64  // bytes of a kind inside a name
	tokenChars = 16  // base-32 characters of a token: 80 bits
	maxDigits  = 9
)

// escaping says in which notation a placeholder stands, so that what is put in its place is written the same way.
type escaping uint8

const (
	plain    escaping = iota // <NAME>
	markdown                 // \<NAME\>
	html                     // &lt;NAME&gt;
	inJSON                   // \u003cNAME\u003e
	inURL                    // %3CNAME%3E
)

// shape is a piece of text that has the form of a placeholder.
type shape struct {
	start, end int
	name       string
	esc        escaping
}

// verdict of looking for a shape at one place.
type verdict uint8

const (
	noShape   verdict = iota
	isShape           // a whole one
	openShape         // the text ends inside what may become one
)

// mayHoldShape is the quick look that settles most texts.
func mayHoldShape(text string) bool {
	if strings.IndexByte(text, '<') >= 0 {
		return true
	}
	for _, begin := range [...]string{"&l", "&L", `\u`, `\U`, "%3"} { // in either case, as prefixed reads them
		if strings.Contains(text, begin) {
			return true
		}
	}
	return false
}

// nextShape finds the first shape at or after from.
func nextShape(text string, from int) (shape, bool) {
	for i := from; i < len(text); i++ {
		if mayOpen(text[i]) {
			if s, v := shapeAt(text, i); v == isShape {
				return s, true
			}
		}
	}
	return shape{}, false
}

// mayOpen says whether a shape may begin with c.
func mayOpen(c byte) bool { return c == '<' || c == '&' || c == '\\' || c == '%' }

// shapeAt looks for a shape that begins at i.
func shapeAt(text string, i int) (shape, verdict) {
	s := shape{start: i}
	p, v := s.open(text, i)
	if v != isShape {
		return s, v
	}
	var name [maxName]byte
	n, gap := 0, false
	for ; p < len(text); p++ {
		if p-i >= maxShape || n >= maxName-2 {
			return s, noShape
		}
		switch c := text[p]; {
		case isAlnum(c):
			if gap && n > 0 {
				name[n] = '_'
				n++
			}
			gap = false
			name[n] = upper(c)
			n++
		case c == '_' || c == ' ' || c == '-':
			gap = true
		case c == '\\' && p+1 < len(text) && (text[p+1] == '_' || text[p+1] == '-'):
			gap = true
			p++
		default:
			end, v := s.close(text, p)
			if v != isShape {
				return s, v
			}
			if _, ok := splitName(name[:n]); !ok {
				return s, noShape
			}
			s.end, s.name = end, string(name[:n])
			return s, isShape
		}
	}
	if len(text)-i >= maxShape {
		return s, noShape
	}
	return s, openShape
}

var (
	openers = [...]string{plain: "<", markdown: `\<`, html: "&lt;", inJSON: `\u003c`, inURL: "%3c"}
	closers = [...]string{plain: ">", markdown: `\>`, html: "&gt;", inJSON: `\u003e`, inURL: "%3e"}
)

// open reads the opening bracket at i, in whichever notation.
func (s *shape) open(text string, i int) (int, verdict) {
	v := noShape
	for esc, o := range openers {
		switch got := prefixed(text[i:], o); got {
		case isShape:
			s.esc = escaping(esc)
			return i + len(o), isShape
		case openShape:
			v = openShape
		}
	}
	return i, v
}

// close reads the closing bracket at p. A backslash before '<' belongs to the placeholder only if there is one before '>' too.
func (s *shape) close(text string, p int) (int, verdict) {
	v := noShape
	for esc, c := range closers {
		if s.esc == markdown && escaping(esc) != markdown {
			continue
		}
		switch got := prefixed(text[p:], c); got {
		case isShape:
			return p + len(c), isShape
		case openShape:
			v = openShape
		}
	}
	return p, v
}

// prefixed says whether text begins with want, whose letters may be in either case, or is a beginning of it.
func prefixed(text, want string) verdict {
	n := min(len(text), len(want))
	for i := range n {
		if c := text[i]; c != want[i] && upper(c) != upper(want[i]) {
			return noShape
		}
	}
	if n < len(want) {
		return openShape
	}
	return isShape
}

// splitName gives the length of the kind in a name, and whether it is one.
func splitName(name []byte) (kind int, ok bool) {
	cut := len(name) - 1
	for cut >= 0 && name[cut] != '_' {
		cut--
	}
	if cut < 1 || cut > maxKind || !isLetter(name[0]) {
		return 0, false
	}
	tail := name[cut+1:]
	if len(tail) == tokenChars {
		for _, c := range tail {
			if c < '2' || c > '7' && c < 'A' {
				return 0, false
			}
		}
		return cut, true
	}
	if len(tail) == 0 || len(tail) > maxDigits || tail[0] == '0' {
		return 0, false
	}
	for _, c := range tail {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	return cut, true
}

// kindOf is the kind in a name that splitName accepted.
func kindOf(name string) string { return name[:strings.LastIndexByte(name, '_')] }

// label turns a kind into what a name can hold: kinds of other recognizers may be written in any way.
func label(kind pii.Kind) string {
	clean := len(kind) > 0 && len(kind) <= maxKind && isLetter(kind[0])
	for i := 0; clean && i < len(kind); i++ {
		c := kind[i]
		clean = c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' && kind[i-1] != '_' && i < len(kind)-1
	}
	if clean {
		return string(kind)
	}
	var b strings.Builder
	gap := false
	for i := 0; i < len(kind) && b.Len() < maxKind-1; i++ {
		c := kind[i]
		if !isAlnum(c) || b.Len() == 0 && !isLetter(c) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap = false
		b.WriteByte(upper(c))
	}
	if b.Len() == 0 {
		return "DATA"
	}
	return b.String()
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool  { return isLetter(c) || c >= '0' && c <= '9' }

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
