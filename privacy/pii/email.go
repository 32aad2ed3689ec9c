package pii

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of RFC 5321 section 4.5.3.1, the domain's cut to what a decision may
// look at.
const (
	maxLocal  = 64
	maxDomain = reachRight - 2
	maxLabel  = 63
)

// email handles the '@' at i.
func (s *sweep) email(i int) int {
	if i+1 < len(s.text) && s.text[i+1] == '@' {
		return i + 1
	}
	return s.emailAt(i, i+1)
}

// emailAt tries the '@' at i, also one written "%40", after which the domain
// starts at next.
func (s *sweep) emailAt(i, next int) int {
	if !s.on.has(kEmail) || i == 0 || next >= len(s.text) {
		return next
	}
	end, score := s.mailDomain(next)
	if end == 0 {
		return next
	}
	start := s.mailLocal(i)
	if start == i {
		return next
	}
	s.put(start, end, kEmail, score)
	return end
}

// mailLocal walks back over the local part that ends before the '@' at i and
// returns where it starts, i if there is none. Of what RFC 5322 allows it
// leaves out the characters that in practice end something else ('=', '?',
// '/', '|', '{', '}', '`'), so that "?to=a@b.example" reads as meant.
func (s *sweep) mailLocal(i int) int {
	text := s.text
	if i > 2 && text[i-1] == '"' {
		if q := strings.LastIndexByte(text[max(0, i-maxLocal):i-1], '"'); q >= 0 {
			start := max(0, i-maxLocal) + q
			if start < i-2 && strings.IndexByte(text[start:i], '\n') < 0 {
				return start
			}
		}
		return i
	}
	if i == 0 || text[i-1] == '.' {
		return i
	}
	start, ascii := i, false
	for start > 0 && i-start < maxLocal {
		c := text[start-1]
		if c >= 0x80 {
			n := localRune(text[max(0, i-maxLocal):start], ascii)
			if n == 0 {
				break
			}
			start -= n
			continue
		}
		if !localByte(c) || c == '.' && text[start] == '.' {
			break
		}
		ascii = true
		start--
	}
	// "q=%20jo@example.org": what a URL writes in hexadecimal ends a local part,
	// but for '+'.
	for k := i - 3; k >= start; k-- {
		if percent(text, k) && !(text[k+1] == '2' && text[k+2]|0x20 == 'b') {
			start = k + 3
			break
		}
	}
	for start < i && strings.IndexByte(".'&*-%$!#^~", text[start]) >= 0 {
		start++
	}
	// "\njo@example.org" inside JSON: the n belongs to the line break.
	if start > 0 && start < i-1 && text[start-1] == '\\' && escape(text[start]) {
		start++
	}
	// "\u003cjo@example.org": an escaped character of JSON in front.
	if start > 0 && start < i-5 && text[start-1] == '\\' && text[start] == 'u' && isHex(text[start+1]) && isHex(text[start+2]) && isHex(text[start+3]) && isHex(text[start+4]) {
		start += 5
	}
	return start
}

func localByte(c byte) bool {
	return isAlnum(c) || c == '.' || c == '_' || c == '-' || c == '+' ||
		c == '\'' || c == '%' || c == '&' || c == '!' || c == '#' || c == '$' || c == '*' || c == '^' || c == '~'
}

// localRune returns the length of the letter outside ASCII that ends text, 0 if
// it is none. Where no spaces part words (Chinese, Japanese, Korean), such a
// letter in front of ASCII is no part of the address.
func localRune(text string, ascii bool) int {
	r, n := utf8.DecodeLastRuneInString(text)
	if r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsMark(r) || ascii && r >= 0x2E80 {
		return 0
	}
	return n
}

// mailDomain reads the domain at i. It returns 0 where there is none.
func (s *sweep) mailDomain(i int) (end int, score float64) {
	text := s.text
	if i < len(text) && text[i] == '[' {
		return s.mailLiteral(i)
	}
	h := readHost(text, i, min(len(text), i+maxDomain))
	if h.labels < 2 || !h.alphaTop {
		return 0, 0
	}
	switch top := text[h.top:h.end]; {
	case fileEnding(top):
		return 0, 0
	case knownTop(top):
		return h.end, 1
	case mixedCase(top):
		return 0, 0 // "m.Path@m.Version" in a program
	default:
		return h.end, named
	}
}

// mixedCase reports whether v has small letters and capitals.
func mixedCase(v string) bool {
	small, capital := false, false
	for i := range len(v) {
		small = small || v[i]-'a' < 26
		capital = capital || v[i]-'A' < 26
	}
	return small && capital
}

// mailLiteral reads an address literal such as [192.0.2.1] (RFC 5321 4.1.3).
func (s *sweep) mailLiteral(i int) (int, float64) {
	end := strings.IndexByte(s.text[i:min(len(s.text), i+56)], ']')
	if end < 0 {
		return 0, 0
	}
	in := strings.TrimPrefix(s.text[i+1:i+end], "IPv6:")
	if readIPv4(in, 0) == len(in) && in != "" || readIPv6(in, 0) == len(in) && in != "" {
		return i + end + 1, 1
	}
	return 0, 0
}

// host is a domain name as it stands in a text.
type host struct {
	end      int  // where it ends
	top      int  // where its last label starts
	labels   int  // how many labels
	alphaTop bool // the last label can be a top-level domain
}

// readHost reads the domain name at i, up to bound: labels of letters, digits
// and inner hyphens (RFC 1123), or of any script (RFC 5890).
func readHost(text string, i, bound int) (h host) {
	h.end = i
	for i < bound {
		start, letters := i, true
		for i < bound {
			if isAlnum(text[i]) || text[i] == '-' {
				letters = letters && isLetter(text[i])
				i++
			} else if n := hostRune(text[i:bound]); n > 0 {
				i += n
			} else {
				break
			}
		}
		end := i
		for end > start && text[end-1] == '-' {
			end--
		}
		if end == start || end-start > maxLabel || text[start] == '-' {
			break
		}
		label := text[start:end]
		h.labels++
		h.end, h.top = end, start
		h.alphaTop = end-start >= 2 && (letters || len(label) > 4 && strings.EqualFold(label[:4], "xn--"))
		if end < i || i+1 >= bound || text[i] != '.' {
			break
		}
		i++
	}
	return h
}

// hostRune returns the length of the letter outside ASCII that text starts
// with, 0 if it is none.
func hostRune(text string) int {
	if text[0] < 0x80 {
		return 0
	}
	r, n := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
		return 0
	}
	return n
}

// lowerASCII returns v in lower case, cut to what the longest name needs.
func lowerASCII(v string) (b [16]byte, n int) {
	n = copy(b[:], v)
	for i := range n {
		if b[i]-'A' < 26 {
			b[i] |= 0x20
		}
	}
	return b, n
}

// fileEnding knows the endings that make "logo@2x.png" a file. Those that are
// top-level domains too (md, py, rs, sh, zip) are not among them.
func fileEnding(top string) bool {
	b, n := lowerASCII(top)
	switch string(b[:n]) {
	case "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "css", "js", "mjs", "ts", "tsx", "jsx",
		"json", "yml", "yaml", "toml", "xml", "html", "htm", "txt", "pdf", "log", "go", "mod", "java", "class", "exe", "dll", "lock", "tar", "gz":
		return true
	}
	return false
}

// knownTop knows the names reserved for documentation (RFC 2606), every two
// letters (country codes), and the generic domains in wide use.
func knownTop(top string) bool {
	if len(top) == 2 || top[0] >= 0x80 || len(top) > 4 && strings.EqualFold(top[:4], "xn--") {
		return true
	}
	b, n := lowerASCII(top)
	switch string(b[:n]) {
	case "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "app", "dev", "xyz", "online", "shop",
		"site", "tech", "store", "cloud", "blog", "email", "live", "club", "world", "life", "agency", "digital", "media", "group",
		"company", "solutions", "services", "mobi", "tel", "jobs", "museum", "travel", "coop", "aero", "asia", "cat", "arpa",
		"bank", "insurance", "health", "care", "hospital", "law", "legal", "consulting", "berlin", "hamburg", "london", "paris",
		"swiss", "wien", "nyc", "tokyo", "academy", "school", "university", "test", "example":
		return true
	}
	return false
}
