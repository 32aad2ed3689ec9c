package pii

import "strings"

// ipv4 tries the four groups from a on as an IPv4 address, with an optional
// prefix length ("192.0.2.0/24").
func (s *sweep) ipv4(a int) {
	c := &s.c
	if !s.on.has(kIP) || a+3 >= c.ng || c.g[a+1].sep != sepDot || c.g[a+2].sep != sepDot || c.g[a+3].sep != sepDot {
		return
	}
	text, start := s.text, c.g[a].start
	end := readIPv4(text, start)
	if end != c.g[a+3].end {
		return
	}
	before := c.left
	if a > 0 {
		before = c.g[a].sep
	}
	switch before {
	case sepNone, sepSpace, sepParen, sepDash, sepWide:
	case sepDot:
		if a == 0 || !c.g[a-1].letter { // "No.192.0.2.1"
			return
		}
	default:
		return
	}
	b := a + 4
	if b < c.ng && c.g[b].sep == sepSlash && c.g[b].digit && c.id(b, min(b, c.ng-1)).prefixLength(32) {
		end = c.g[b].end
		b++
	}
	if b < c.ng && (c.g[b].sep == sepDot || c.g[b].sep == sepHyphen) || b == c.ng && (c.right == sepHard || c.right == sepDot) {
		return
	}
	// Four single digits are as often the number of a section or a release.
	score := 1.0
	if end-start <= 8 && !strings.HasPrefix(s.text[start:end], "10.") && s.named(kNumbering, start, end) {
		s.put(start, end, kIP, 0.3) // "section 4.2.11.2", "version 1.10.3.0"
		return
	}
	if end-start == 7 && s.text[start:start+4] != s.text[start+2:start+6] {
		score = 0.4
	}
	s.report(kIP, start, end, score)
}

// prefixLength reports whether v is a number of bits up to most.
func (v id) prefixLength(most int) bool {
	return v.n <= 3 && v.n > 0 && (v.n == 1 || v.b[0] != '0') && v.num(0, v.n) <= most
}

// readIPv4 returns where the dotted quad at i ends, i if there is none. A
// leading zero is none: it would mean octal to some readers (RFC 6943 3.1.1).
func readIPv4(text string, i int) int {
	p := i
	for part := range 4 {
		if part > 0 {
			if p >= len(text) || text[p] != '.' {
				return i
			}
			p++
		}
		start, n := p, 0
		for p < len(text) && p-start < 3 && isDigit(text[p]) {
			n = n*10 + int(text[p]-'0')
			p++
		}
		if p == start || n > 255 || p-start > 1 && text[start] == '0' {
			return i
		}
	}
	return p
}

// colons handles the ':' at i as part of an IPv6 address.
func (s *sweep) colons(i int) int {
	text := s.text
	if end := s.macAround(i); end > i {
		return end
	}
	if !s.on.has(kIP) {
		return i + 1
	}
	start := i
	for start > 0 && i-start < 4 && isHex(text[start-1]) {
		start--
	}
	if wordBefore(text, start) || start > 0 && (text[start-1] == ':' || text[start-1] == '.') {
		return i + 1
	}
	end := readIPv6(text, start)
	if end == start {
		return i + 1
	}
	if end < len(text) && text[end] == '%' { // zone, RFC 4007
		z := end + 1
		for z < len(text) && z-end < 16 && isAlnum(text[z]) {
			z++
		}
		if z > end+1 {
			end = z
		}
	}
	if end < len(text) && text[end] == '/' {
		p := end + 1
		n := 0
		for p < len(text) && p-end < 5 && isDigit(text[p]) {
			n = n*10 + int(text[p]-'0')
			p++
		}
		if p > end+1 && n <= 128 && !wordAfter(text, p) {
			end = p
		}
	}
	if wordAfter(text, end) || end+1 < len(text) && text[end] == '.' && isDigit(text[end+1]) || end < len(text) && text[end] == ':' && end+1 < len(text) && isAlnum(text[end+1]) {
		return i + 1
	}
	// "abc::def" is a name in C++, and "::" alone says nothing.
	score := 1.0
	if !saysAddress(text[start:end]) {
		score = 0.3
	}
	s.report(kIP, start, end, score)
	return end
}

// saysAddress reports whether something with "::" holds a digit and more than
// one short group.
func saysAddress(v string) bool {
	colons, digit := 0, false
	for p := range len(v) {
		digit = digit || isDigit(v[p])
		if v[p] == ':' {
			colons++
		}
	}
	return digit && (colons > 2 || len(v) > 4 || v[0] == ':')
}

func isHex(c byte) bool { return isDigit(c) || c|0x20-'a' < 6 }

// readIPv6 returns where the IPv6 address at i ends, i if there is none
// (RFC 4291 2.2: eight groups of up to four hexadecimal digits, one "::", the
// last two groups may be dotted).
func readIPv6(text string, i int) int {
	p, groups, gap := i, 0, false
	if p+1 < len(text) && text[p] == ':' && text[p+1] == ':' {
		gap = true
		p += 2
	}
	for groups < 8 {
		start := p
		for p < len(text) && p-start < 4 && isHex(text[p]) {
			p++
		}
		if p == start {
			break // after "::", nothing has to follow
		}
		if p < len(text) && text[p] == '.' && groups <= 6 {
			if end := readIPv4(text, start); end > start && (gap || groups == 6) {
				return end
			}
		}
		groups++
		if groups == 8 || p+1 >= len(text) || text[p] != ':' {
			break
		}
		if text[p+1] == ':' {
			if gap {
				return i
			}
			gap = true
			p += 2
			continue
		}
		if !isHex(text[p+1]) {
			break
		}
		p++
	}
	if p-i < 3 || groups == 8 && gap || groups < 8 && !gap {
		return i
	}
	return p
}
