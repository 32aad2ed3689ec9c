package pii

import "strings"

// maxScheme is the longest scheme looked for before "://".
const maxScheme = 20

// colon handles the ':' at i: a URL with a scheme, or an address written with
// colons.
func (s *sweep) colon(i int) int {
	if strings.HasPrefix(s.text[i:], "://") {
		return s.url(i)
	}
	return s.colons(i)
}

// url reads the URL whose "://" stands at i (RFC 3986).
func (s *sweep) url(i int) int {
	text := s.text
	start := i
	for start > 0 && i-start < maxScheme && schemeByte(text[start-1]) {
		start--
	}
	for start < i && !isLetter(text[start]) {
		start++
	}
	if start > 0 && start < i && text[start-1] == '\\' && escape(text[start]) {
		start++
	}
	if i-start < 2 || wordBefore(text, start) || !s.on.has(kURL) {
		return i + 3
	}
	end := s.authority(i + 3)
	if end == 0 {
		return i + 3
	}
	end = tail(text, end, start)
	if s.put(start, end, kURL, 1) {
		return end
	}
	return i + 3
}

func schemeByte(c byte) bool { return isAlnum(c) || c == '+' || c == '-' || c == '.' }

// authority reads user information, host and port at i; 0 if it is none.
func (s *sweep) authority(i int) int {
	text := s.text
	at := i
	for at < len(text) && at-i < reachRight && (isAlnum(text[at]) || strings.IndexByte("-._~%!$&'*+;=:", text[at]) >= 0) {
		at++
	}
	if at < len(text) && text[at] == '@' && at > i {
		i = at + 1
	}
	var end int
	if i < len(text) && text[i] == '[' {
		j := readIPv6(text, i+1)
		if j == i+1 || j >= len(text) || text[j] != ']' {
			return 0
		}
		end = j + 1
	} else {
		h := readHost(text, i, min(len(text), i+255))
		if h.labels == 0 || h.labels == 1 && !strings.EqualFold(text[i:h.end], "localhost") && !(h.end < len(text) && (text[h.end] == ':' || text[h.end] == '/')) {
			return 0
		}
		end = h.end
	}
	return port(text, end)
}

// port reads an optional ":8080" at i.
func port(text string, i int) int {
	if i >= len(text) || text[i] != ':' {
		return i
	}
	j := i + 1
	for j < len(text) && j-i < 6 && isDigit(text[j]) {
		j++
	}
	if j == i+1 {
		return i
	}
	return j
}

// tail reads path, query and fragment at i. Punctuation that ends the sentence
// and a bracket that was opened before start stay outside.
func tail(text string, i, start int) int {
	if i >= len(text) || text[i] != '/' && text[i] != '?' && text[i] != '#' {
		return i
	}
	end := i
	round, square := 0, 0
	for end < len(text) {
		c := text[end]
		if c < 0x80 {
			if !pathByte(c) {
				break
			}
			if isAlnum(c) {
				end++
				continue
			}
			switch c {
			case '(':
				round++
			case '[':
				square++
			case ')':
				round--
			case ']':
				square--
			}
			if round < 0 || square < 0 {
				break
			}
			end++
			continue
		}
		n := hostRune(text[end:])
		if n == 0 {
			break
		}
		end += n
	}
	for end > i && strings.IndexByte(".,;:!?'*_~", text[end-1]) >= 0 {
		end--
	}
	return end
}

// pathByte holds for what RFC 3986 allows in a path, query or fragment: letters,
// digits and -._~:/?#[]@!$&'()*+,;=%, as bits of the ASCII characters.
func pathByte(c byte) bool {
	const low, high uint64 = 0xaffffffa00000000, 0x47fffffeafffffff
	if c < 64 {
		return low>>c&1 == 1
	}
	return c < 128 && high>>(c-64)&1 == 1
}

// dot handles the '.' at i: a host named without a scheme, as in
// "www.example.org/me".
func (s *sweep) dot(i int) int {
	text := s.text
	if i+5 < len(text) && text[i+5] == '.' {
		if end := s.macAround(i); end > i {
			return end
		}
	}
	if s.on.has(kURL) {
		if end := s.bareDomain(i); end > i {
			return end
		}
	}
	if i < 3 || i+1 >= len(text) || text[i-1]|0x20 != 'w' || text[i-2]|0x20 != 'w' || text[i-3]|0x20 != 'w' ||
		wordBefore(text, i-3) || !s.on.has(kURL) {
		return i + 1
	}
	if i > 3 && strings.IndexByte("@.-_/", text[i-4]) >= 0 {
		return i + 1
	}
	h := readHost(text, i+1, min(len(text), i+255))
	if h.labels < 2 || !h.alphaTop {
		return i + 1
	}
	end := tail(text, port(text, h.end), i-3)
	if s.put(i-3, end, kURL, 1) {
		return end
	}
	return i + 1
}

// bareDomain tries the '.' at i as the last one of a domain name without scheme
// or "www": only under the oldest generic domains, because the endings of many
// others are those of files and of names in programs.
func (s *sweep) bareDomain(i int) int {
	text := s.text
	top := i + 4
	if i == 0 || top > len(text) || !isAlnum(text[i-1]) {
		return i
	}
	switch text[i+1 : top] {
	case "com", "org", "net", "edu", "gov":
	default:
		return i
	}
	if wordAfter(text, top) || top < len(text) && strings.IndexByte("-_(@", text[top]) >= 0 || top+1 < len(text) && text[top] == '.' && isAlnum(text[top+1]) {
		return i
	}
	start, label := i, i
	for start > 0 && i-start < reachLeft && (isAlnum(text[start-1]) || text[start-1] == '-' || text[start-1] == '.') {
		start--
		if text[start] == '.' {
			if label == start+1 {
				break // two dots
			}
			label = start
		}
	}
	if start > 0 && (wordBefore(text, start) || strings.IndexByte("@_/.-", text[start-1]) >= 0) || !isAlnum(text[start]) {
		return i
	}
	if i-start > 4 && strings.EqualFold(text[start:start+4], "www.") {
		return i // found with its "www"
	}
	end := tail(text, port(text, top), start)
	s.report(kURL, start, end, 0.4) // import paths look the same
	return end
}
