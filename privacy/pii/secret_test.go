package pii

import (
	"hash/crc32"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// withCRC appends the six base-62 digits GitHub and npm end their tokens in.
func withCRC(body string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	n := crc32.ChecksumIEEE([]byte(body))
	var out [6]byte
	for i := 5; i >= 0; i-- {
		out[i] = digits[n%62]
		n /= 62
	}
	return body + string(out[:])
}

func TestSecrets(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 8)
	b62 := strings.Repeat("Ab1Cd2Ef3G", 20)
	ghp := "ghp_" + withCRC(b62[:30])
	checkCases(t, []kindCase{
		{"API_KEY", []string{
			"AKIAIOSFODNN7EXAMPLE", ghp, "npm_" + withCRC(b62[:30]), "github_pat_" + b62[:22] + "_" + b62[:59], "glpat-" + b62[:20],
			"xoxb-123456789012-" + b62[:24], "sk_" + "live_" + b62[:24], "sk-ant-api03-" + b62[:90], "sk-" + b62[:48], "AIza" + b62[:35], "ya29." + b62[:40],
			"SG." + b62[:22] + "." + b62[:43], "SK" + hex[:32], "key-" + hex[:32], "dop_v1_" + hex[:64], "shpat_" + hex[:32], "lin_api_" + b62[:40],
			"hvs." + b62[:95], "dapi" + hex[:32], "dapi" + hex[:32] + "-2", "12345678:AA" + b62[:33], "AGE-SECRET-KEY-1" + strings.Repeat("QPZRY9X8", 8)[:58],
		}, []string{
			"AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLE1", "AKIAIOSFODNN1EXAMPLE", ghp[:len(ghp)-1] + "!", ghp[:10] + "x" + ghp[11:], "ghp_" + b62[:36],
			"xghp_" + b62[:36], "sk-" + b62[:47], "AIza" + b62[:34], "SG." + b62[:22] + "," + b62[:43], "shpat_" + hex[:31],
		}},
		{"JWT", []string{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ."}, []string{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0", "eyJhbGciOiJIUzI1NiJ9.zzzzdWIiOiIxMjM0In0.c2ln"}},
		{"PRIVATE_KEY", []string{
			"-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\nMC4CAQ==\n-----END RSA PRIVATE KEY-----",
			"-----BEGIN PGP PRIVATE KEY BLOCK-----\nMC4CAQ==\n-----END PGP PRIVATE KEY BLOCK-----", "-----BEGIN OPENSSH PRIVATE KEY-----\\nMC4CAQ==", "-----BEGIN EC PRIVATE KEY-----\nMC4C",
		}, []string{"-----BEGIN PUBLIC KEY-----\nMC4CAQ==\n-----END PUBLIC KEY-----", "----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY----"}},
	})
	plain := strings.Repeat("QwErTyUiOpAsDfGh", 4)
	for _, token := range []string{"hf_" + plain[:34], "api_org_" + plain[:34], "glpat-" + plain[:20], "sk_" + "live_" + plain[:24], "sk-" + plain[:48]} {
		var s Scanner
		for _, frame := range []string{"%s", "key=%s;", "a_b-c %s d_e-f", "\"%s\""} {
			text := strings.Replace(frame, "%s", token, 1)
			assert.Equal(t, []string{token}, pieces(text, s.Scan(nil, text)), "no digit in %s", text)
		}
		assert.Empty(t, s.Scan(nil, "x"+token), "part of a longer word")
	}
	var s Scanner
	text := "export GITHUB_TOKEN=" + ghp + "; \"aws\":\"AKIAIOSFODNN7EXAMPLE\""
	assert.Equal(t, []string{ghp, "AKIAIOSFODNN7EXAMPLE"}, pieces(text, s.Scan(nil, text)))
}
