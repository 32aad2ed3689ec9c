package pii

import "strings"

// secretFormat is one credential with a fixed prefix.
type secretFormat struct {
	prefix string
	// least and most bound the characters after the prefix; most 0: no bound.
	least, most int
	// set names the characters after the prefix.
	set charset
	// check verifies the characters after the prefix. Nil: nothing to verify.
	check func(string) bool
}

// charset is a class of characters credentials are written in.
type charset uint8

const (
	base62  charset = iota // letters and digits
	base64u                // and '-', '_'
	dotted                 // and '.'
	hexLow                 // 0-9, a-f
	base32                 // A-Z, 2-7
	charsets
)

// run is a stretch of the text whose characters are all of one class.
type run struct{ from, end int }

// runOf returns where the characters of the class end that start at i. The
// stretch is remembered, so that none is read again for each of many prefixes.
func (s *sweep) runOf(cs charset, i int) int {
	r := &s.runs[cs]
	if i < r.from || i >= r.end {
		r.from, r.end = i, i
		for r.end < len(s.text) && cs.has(s.text[r.end]) {
			r.end++
		}
	}
	return r.end
}

func (cs charset) has(c byte) bool {
	switch cs {
	case base64u:
		return isAlnum(c) || c == '-' || c == '_'
	case dotted:
		return isAlnum(c) || c == '-' || c == '_' || c == '.' || c == '='
	case hexLow:
		return isDigit(c) || c-'a' < 6
	case base32:
		return c-'A' < 26 || c-'2' < 6
	}
	return isAlnum(c)
}

// secretFormats lists what the issuers document. Every one holds a digit with
// near certainty, which is what finds it.
func secretFormats() []secretFormat {
	return []secretFormat{
		{"AKIA", 16, 16, base32, nil},
		{"ASIA", 16, 16, base32, nil},
		{"ABIA", 16, 16, base32, nil},
		{"ACCA", 16, 16, base32, nil}, // AWS
		{"ghp_", 36, 36, base62, crcBase62},
		{"gho_", 36, 36, base62, crcBase62},
		{"ghu_", 36, 36, base62, crcBase62}, // GitHub
		{"ghs_", 36, 36, base62, crcBase62},
		{"ghr_", 36, 36, base62, crcBase62},
		{"github_pat_", 82, 82, base64u, nil},
		{"npm_", 36, 36, base62, crcBase62},
		{"glpat-", 20, 60, dotted, nil},
		{"glrt-", 20, 60, dotted, nil},
		{"gldt-", 20, 60, base64u, nil},
		{"glptt-", 40, 40, hexLow, nil}, // GitLab
		{"xoxb-", 24, 120, base64u, nil},
		{"xoxp-", 24, 120, base64u, nil},
		{"xoxa-", 24, 120, base64u, nil}, // Slack
		{"xoxr-", 24, 120, base64u, nil},
		{"xoxs-", 24, 120, base64u, nil},
		{"xapp-1-", 24, 160, base64u, nil},
		{"sk_live_", 16, 250, base62, nil},
		{"rk_live_", 16, 250, base62, nil},
		{"pk_live_", 16, 250, base62, nil}, // Stripe
		{"sk_test_", 16, 250, base62, nil},
		{"rk_test_", 16, 250, base62, nil},
		{"whsec_", 24, 64, base62, nil},
		{"sk-ant-", 32, 200, base64u, nil},
		{"sk-proj-", 40, 200, base64u, nil},
		{"sk-svcacct-", 40, 200, base64u, nil},
		{"sk-", 48, 48, base62, nil}, // Anthropic, OpenAI
		{"AIza", 35, 35, base64u, nil},
		{"ya29.", 30, 0, dotted, nil},
		{"GOCSPX-", 28, 28, base64u, nil},  // Google
		{"SG.", 66, 66, dotted, nil},       // SendGrid
		{"SK", 32, 32, hexLow, nil},        // Twilio
		{"key-", 32, 32, hexLow, nil},      // Mailgun
		{"xkeysib-", 81, 81, base64u, nil}, // Brevo
		{"dop_v1_", 64, 64, hexLow, nil},
		{"doo_v1_", 64, 64, hexLow, nil},
		{"dor_v1_", 64, 64, hexLow, nil}, // DigitalOcean
		{"shpat_", 32, 32, hexLow, nil},
		{"shpca_", 32, 32, hexLow, nil},
		{"shppa_", 32, 32, hexLow, nil},
		{"shpss_", 32, 32, hexLow, nil}, // Shopify
		{"pypi-AgEIcHlwaS5vcmc", 50, 0, base64u, nil},
		{"rubygems_", 48, 48, hexLow, nil},
		{"dckr_pat_", 27, 27, base64u, nil},
		{"lin_api_", 40, 40, base62, nil},
		{"r8_", 37, 37, base62, nil},
		{"gsk_", 52, 52, base62, nil},
		{"pplx-", 48, 56, base62, nil},
		{"nvapi-", 60, 70, base64u, nil},
		{"ntn_", 46, 46, base62, nil},
		{"figd_", 40, 44, base64u, nil},
		{"PMAK-", 59, 59, base64u, nil}, // Notion, Figma, Postman
		{"hvs.", 90, 120, base64u, nil},
		{"hvb.", 138, 300, base64u, nil}, // HashiCorp Vault
		{"glsa_", 41, 41, base64u, nil},
		{"glc_", 32, 400, dotted, nil}, // Grafana
		{"dapi", 32, 34, base64u, databricks},
		{"sq0atp-", 22, 22, base64u, nil},
		{"sq0csp-", 43, 43, base64u, nil}, // Databricks, Square
		{"ATATT3xFfGF0", 100, 250, dotted, nil},
		{"sntrys_", 60, 300, dotted, nil},
		{"hf_", 34, 34, base62, nil},
		{"api_org_", 34, 34, base62, nil}, // Hugging Face
		{"AGE-SECRET-KEY-1", 58, 58, base62, nil},
	}
}

// crcBase62 verifies the tokens of GitHub and npm: the last six characters are
// the CRC-32 of those before them in base 62.
func crcBase62(body string) bool {
	var sum uint64
	for _, c := range []byte(body[len(body)-6:]) {
		var n uint64
		switch {
		case isDigit(c):
			n = uint64(c - '0')
		case c < 'a':
			n = uint64(c-'A') + 10
		default:
			n = uint64(c-'a') + 36
		}
		sum = sum*62 + n
	}
	crc := ^uint32(0)
	for i := range len(body) - 6 { // hash/crc32 would have the string copied to the heap
		crc ^= uint32(body[i])
		for range 8 {
			crc = crc>>1 ^ 0xedb88320&-(crc&1)
		}
	}
	return sum == uint64(^crc)
}

// databricks wants 32 hexadecimal digits, with a small number after a hyphen.
func databricks(body string) bool {
	for i := range body {
		if i < 32 && !hexLow.has(body[i]) || i == 32 && body[i] != '-' || i == 33 && !isDigit(body[i]) {
			return false
		}
	}
	return len(body) != 33
}

// headOf is the place of formats whose prefix starts with the two characters.
func headOf(a, b byte) byte { return a<<3 ^ b }

// secret tries the token around the digit at i as a credential. It returns
// where it ends, i if there is none.
func (s *sweep) secret(i int) int {
	text := s.text
	start, last := i, s.lastSecret
	s.lastSecret = i + 1
	for start > 0 && i-start < reachLeft && base64u.has(text[start-1]) {
		if start == last {
			return i // the same token as at the digit before
		}
		start--
	}
	if i-start == reachLeft {
		return i
	}
	if start > 2 && text[start-1] == '.' {
		back := start - 1
		for back > 0 && start-back < 6 && isAlnum(text[back-1]) {
			back--
		}
		if end := s.secretAt(back); end > back {
			return max(end, i)
		}
	}
	if end := s.secretAt(start); end > start {
		return max(end, i)
	}
	// "\nghp_..." inside JSON
	if start > 0 && text[start-1] == '\\' && escape(text[start]) {
		if end := s.secretAt(start + 1); end > start+1 {
			return max(end, i)
		}
	}
	return i
}

// underscores tries the credentials whose prefix ends in a '_' before to: some
// hold no digit that would find them.
func (s *sweep) underscores(to int) {
	if !s.on.has(kAPIKey) {
		s.under = len(s.text)
		return
	}
	for {
		if u := s.under; u >= 2 && u < len(s.text) && isAlnum(s.text[u-1]) && isAlnum(s.text[u-2]) {
			s.prefixed(u)
		}
		if s.under >= to {
			return
		}
		s.under = nextUnderscore(s.text, s.under+1)
		if s.under == len(s.text) {
			return
		}
		for s.under+1 < len(s.text) && s.text[s.under+1] == '_' {
			s.under++ // a rule of them
		}
		if s.under >= to {
			return
		}
	}
}

// nextUnderscore returns where the next '_' stands, from i on. In names of
// programs it is near.
func nextUnderscore(text string, i int) int {
	for near := min(i+8, len(text)); i < near; i++ {
		if text[i] == '_' {
			return i
		}
	}
	if n := strings.IndexByte(text[i:], '_'); n >= 0 {
		return i + n
	}
	return len(text)
}

// maxPrefix is how many letters a prefix has before its first '_' or '-'.
const maxPrefix = 8

// prefixed tries the credential whose prefix has its first '_' or '-' at i. It
// returns where it ends, i if there is none.
func (s *sweep) prefixed(i int) int {
	start := i
	for start > 0 && i-start < maxPrefix && isAlnum(s.text[start-1]) {
		start--
	}
	if i-start < 2 || start > 0 && (base64u.has(s.text[start-1]) && s.text[start-1] != '-' || i-start == maxPrefix && isAlnum(s.text[start-1])) {
		return i
	}
	if end := s.secretAt(start); end > i {
		return end
	}
	return i
}

// beginsSecret reports whether the word before the sign at i begins as a prefix
// does.
func (s *sweep) beginsSecret(i int) bool {
	start := i
	for start > 0 && i-start < maxPrefix && isAlnum(s.text[start-1]) {
		start--
	}
	return i-start >= 2 && (s.eng.secretHeads[headOf(s.text[start], s.text[start+1])] != 0 || s.text[start] == 'e')
}

// secretAt tries the credential that starts at i and returns where it ends, i
// if there is none.
func (s *sweep) secretAt(i int) int {
	text := s.text
	if s.on.has(kJWT) && i >= s.noJWT && strings.HasPrefix(text[i:], "eyJ") {
		if end := s.jwt(i); end > i {
			s.put(i, end, kJWT, 1)
			return end
		}
	}
	if !s.on.has(kAPIKey) || i+1 >= len(text) {
		return i
	}
	for n := s.eng.secretHeads[headOf(text[i], text[i+1])]; n != 0; n = s.eng.secretNext[n] {
		f := &s.eng.secrets[n]
		if !strings.HasPrefix(text[i:], f.prefix) {
			continue
		}
		from := i + len(f.prefix)
		end := s.runOf(f.set, from)
		if f.most > 0 {
			end = min(end, from+f.most+1)
		}
		for end > from && text[end-1] == '.' {
			end--
		}
		if end-from < f.least || f.most > 0 && end-from > f.most || f.most > 0 && f.set != base64u && wordAfter(text, end) {
			continue
		}
		if f.check != nil && !f.check(text[from:end]) {
			s.put(i, end, kAPIKey, 0.3)
			continue
		}
		s.put(i, end, kAPIKey, 1)
		return end
	}
	return i
}

// jwt reads a JSON Web Token at i: header and payload are JSON objects in
// base64url, hence "eyJ", then a signature that may be empty (RFC 7519). Where
// there is none, none starts before the end of the header either.
func (s *sweep) jwt(i int) int {
	text := s.text
	header := s.runOf(base64u, i)
	s.noJWT = header
	if header-i < 8 || !strings.HasPrefix(text[header:], ".eyJ") {
		return i
	}
	payload := s.runOf(base64u, header+1)
	if payload-header < 9 || payload == len(text) || text[payload] != '.' {
		return i
	}
	return s.runOf(base64u, payload+1)
}

// bot tries the digits of group a as a Telegram bot's number, which a colon
// and its 35-character token follow.
func (s *sweep) bot(a int) {
	g, text := &s.c.g[a], s.text
	if g.n < 8 || g.n > 10 || !g.digit || !s.on.has(kAPIKey) || g.end >= len(text) || text[g.end] != ':' || !strings.HasPrefix(text[g.end+1:], "AA") {
		return
	}
	end := g.end + 1
	for end < len(text) && base64u.has(text[end]) {
		end++
	}
	if end-g.end-1 == 35 && !wordBefore(text, g.start) {
		s.put(g.start, end, kAPIKey, 1)
	}
}

// secrets lists the kinds of credentials.
func secrets() []rule {
	return []rule{
		{Info: Info{
			"API_KEY", "", "a token with the fixed prefix of its issuer: AWS, GitHub, GitLab, npm, Slack, Stripe, OpenAI, Anthropic, Google, SendGrid and others",
			"length and characters of the issuer; CRC-32 for GitHub and npm", "the issuers' documentation", "AKIAIOSFODNN7EXAMPLE", true,
		}},
		{Info: Info{
			"JWT", "", "header.payload.signature in base64url", "header and payload begin JSON objects", "RFC 7519",
			"eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.", true,
		}},
		{Info: Info{
			"PRIVATE_KEY", "", "-----BEGIN ... PRIVATE KEY----- to -----END", "label of RFC 7468", "RFC 7468, RFC 4716, RFC 9580",
			"-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----", true,
		}},
	}
}
