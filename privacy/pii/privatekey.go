package pii

import "strings"

// pem handles the '-' at i as the beginning of a private key (RFC 7468). A key
// whose end is missing is taken as far as it goes.
func (s *sweep) pem(i int) int {
	text := s.text
	const begin, private = "-----BEGIN ", "PRIVATE KEY"
	if !s.on.has(kPrivateKey) || !strings.HasPrefix(text[i:], begin) {
		return i
	}
	p := i + len(begin)
	for p < len(text) && p-i < 48 && (text[p]-'A' < 26 || text[p] == ' ') {
		p++
	}
	label := strings.TrimSuffix(text[i+len(begin):p], " BLOCK")
	if !strings.HasSuffix(label, private) || !strings.HasPrefix(text[p:], "-----") {
		return i
	}
	p += 5
	for p < len(text) && (isAlnum(text[p]) || strings.IndexByte("+/=\r\n\t \\,:-", text[p]) >= 0) {
		if text[p] == '-' && strings.HasPrefix(text[p:], "-----") {
			break
		}
		p++
	}
	if strings.HasPrefix(text[p:], "-----END ") {
		q := p + 9
		for q < len(text) && q-p < 48 && (text[q]-'A' < 26 || text[q] == ' ') {
			q++
		}
		if strings.HasPrefix(text[q:], "-----") {
			p = q + 5
		}
	}
	for p > i && (text[p-1] == ' ' || text[p-1] == '\n' || text[p-1] == '\r') {
		p--
	}
	s.put(i, p, kPrivateKey, 1)
	return p
}
