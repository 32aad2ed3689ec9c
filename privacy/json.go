package privacy

import (
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

// appendJSON appends value as a JSON string. Bytes that are not UTF-8 stay as they are, and the three bytes a lone surrogate
// was read as become its escape again, so that reading and writing are each other's inverse.
func appendJSON(dst []byte, value string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
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
		case c == 0xED && i+2 < len(value) && value[i+1] >= 0xA0:
			r := uint(c&0x0F)<<12 | uint(value[i+1]&0x3F)<<6 | uint(value[i+2]&0x3F)
			dst = append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// appendSurrogate appends the three bytes by which a lone surrogate is remembered: UTF-8's own scheme, which no valid text
// uses for them.
func appendSurrogate(dst []byte, r rune) []byte {
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(dst, r)
	}
	return append(dst, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
}

// editJSON appends src to dst with every string, object keys included, replaced by what change makes of its content. Numbers of
// nine or more digits are shown to change too, and become strings if it changes them. All other bytes stay as they are. The
// error says only that src is no valid JSON.
func editJSON(dst, src []byte, change func(string) (string, bool)) (out []byte, changed bool, err error) {
	if !json.Valid(src) {
		return nil, false, errJSON
	}
	var buf []byte
	done := 0
	for i := 0; i < len(src); {
		c := src[i]
		var value string
		end := i + 1
		switch {
		case c == '"':
			end = stringEnd(src, i)
			buf = unquote(buf[:0], src[i+1:end-1])
			value = string(buf)
		case c == '-' || c >= '0' && c <= '9':
			for end < len(src) && (src[end] >= '0' && src[end] <= '9' || src[end] == '.' || src[end]|0x20 == 'e' || src[end] == '+' || src[end] == '-') {
				end++
			}
			if end-i < shortestNumber {
				i = end
				continue
			}
			value = string(src[i:end])
		default:
			i++
			continue
		}
		if n, ok := change(value); ok {
			dst = append(dst, src[done:i]...)
			dst = appendJSON(dst, n)
			done, changed = end, true
		}
		i = end
	}
	return append(dst, src[done:]...), changed, nil
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
