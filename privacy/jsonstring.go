package privacy

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// How JSON writes strings, numbers and words (RFC 8259).

// appendJSON appends value as a JSON string. Bytes that are not UTF-8 stay as they are; with escape the three bytes that a lone
// surrogate was read as become its escape again, so that reading and writing are each other's inverse.
func appendJSON(dst []byte, value string, escape bool) []byte {
	const hex = "0123456789abcdef"
	escape = escape && holdsSurrogate(value)
	dst = append(dst, '"')
	for {
		n := plainRun(value)
		if escape { // rare
			n = surrogateBefore(value, n)
		}
		dst = append(dst, value[:n]...)
		if n == len(value) {
			return append(dst, '"')
		}
		c := value[n]
		value = value[n+1:]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default: // the first byte of a lone surrogate
			r := uint(c&0x0F)<<12 | uint(value[0]&0x3F)<<6 | uint(value[1]&0x3F)
			dst = append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			value = value[2:]
		}
	}
}

// surrogateBefore is where the first lone surrogate among the first n bytes is; n if there is none.
func surrogateBefore(value string, n int) int {
	for i := range n {
		if surrogateAt(value, i) {
			return i
		}
	}
	return n
}

// surrogateAt says whether the three bytes at i are what appendSurrogate writes.
func surrogateAt(b string, i int) bool {
	return b[i] == 0xED && i+2 < len(b) && b[i+1] >= 0xA0 && b[i+1] <= 0xBF && b[i+2]&0xC0 == 0x80
}

// holdsSurrogate says whether the text of a document holds such bytes itself. They are then bytes like others.
func holdsSurrogate(in string) bool {
	for from := 0; ; {
		i := strings.IndexByte(in[from:], 0xED)
		if i < 0 {
			return false
		}
		if surrogateAt(in, from+i) {
			return true
		}
		from += i + 1
	}
}

// appendSurrogate appends the three bytes by which a lone surrogate is remembered: UTF-8's own scheme, which no valid text
// uses for them.
func appendSurrogate(dst []byte, r rune) []byte {
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(dst, r)
	}
	return append(dst, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
}

// plainRun is how many bytes text begins with that stand in a JSON string as they are: no quote, no backslash, no control character.
// It looks at eight bytes at a time.
func plainRun(text string) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		s := text[i : i+8]
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		quote, slash := x^low*'"', x^low*'\\'
		// The high bit of a byte is set by one that is below the subtrahend; at worst of one right above such a one, too.
		if ((x-low*0x20)&^x|(quote-low)&^quote|(slash-low)&^slash)&high != 0 {
			break
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// stringEnd is the offset behind the closing quote of the string that begins at i, and whether there are escapes in it; -1 if it is
// no valid string.
func stringEnd(text string, i int) (end int, escaped bool) {
	for i++; ; {
		i += plainRun(text[i:])
		switch {
		case i >= len(text) || text[i] < 0x20:
			return -1, escaped
		case text[i] == '"':
			return i + 1, escaped
		}
		escaped = true
		if i++; i >= len(text) {
			return -1, escaped
		}
		switch text[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			i++
		case 'u':
			if i+5 > len(text) || !isHex(text[i+1:i+5]) {
				return -1, escaped
			}
			i += 5
		default:
			return -1, escaped
		}
	}
}

func isHex(text string) bool {
	for i := range len(text) {
		if hexDigit(text[i]) < 0 {
			return false
		}
	}
	return true
}

// wordEnd is the offset behind the word that begins at i; -1 if there is none.
func wordEnd(text string, i int) int {
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(text[i:], word) {
			return i + len(word)
		}
	}
	return -1
}

// numberEnd is the offset behind the number that begins at i; -1 if there is none.
func numberEnd(text string, i int) int {
	digits := func() bool {
		from := i
		for i < len(text) && text[i] >= '0' && text[i] <= '9' {
			i++
		}
		return i > from
	}
	is := func(chars string) bool {
		if i < len(text) && strings.IndexByte(chars, text[i]) >= 0 {
			i++
			return true
		}
		return false
	}
	is("-")
	if !is("0") && !digits() || is(".") && !digits() {
		return -1
	}
	if is("eE") {
		is("+-")
		if !digits() {
			return -1
		}
	}
	return i
}

// unquote appends what the inside of a valid JSON string says.
func unquote(dst []byte, in string) []byte {
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

func hex4(text string) (r rune) {
	for _, c := range []byte(text[:4]) {
		switch {
		case c <= '9':
			r = r<<4 | rune(c-'0')
		default:
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}
