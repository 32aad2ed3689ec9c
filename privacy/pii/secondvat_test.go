package pii

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// vat holds second implementations for the VAT numbers of the European Union.
var vat = []secondCheck{
	{template: "ATU#######~", ok: func(s string) bool {
		return (spread(s[3:], 1, 2, 1, 2, 1, 2, 1)+4+int(s[10]-'0'))%10 == 0
	}},
	{template: "BE0#######~~", ok: func(s string) bool { return 97-mod(s[2:10], 97) == mod(s[10:], 100) }},
	{template: "BG1#######~", ok: func(s string) bool {
		return rounds(s[2:], 8, []int{1, 2, 3, 4, 5, 6, 7, 8}, []int{3, 4, 5, 6, 7, 8, 9, 10})
	}},
	{template: "CY1#######~", check: letters, ok: func(s string) bool {
		odd := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21}
		sum := 0
		for i, d := range digitsOf(s[2:10]) {
			if i%2 == 0 {
				d = odd[d]
			}
			sum += d
		}
		return s[2:4] != "12" && letters[sum%26] == s[10]
	}},
	{template: "CZ1######~", ok: czOne},
	{template: "DE1#######~", ok: func(s string) bool { return naive1110(s[2:]) }},
	{template: "DK1######~", ok: func(s string) bool { return sumOf(s[2:], 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
	{template: "EE1#######~", ok: func(s string) bool { return sumOf(s[2:], 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }},
	{template: "EL1#######~", ok: func(s string) bool { return sumOf(s[2:], 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(s[10]-'0') }},
	{template: "ESB#######~", ok: func(s string) bool { return (spread(s[3:], 2, 1, 2, 1, 2, 1, 2)+int(s[10]-'0'))%10 == 0 }},
	{template: "ES########~", check: letters, ok: func(s string) bool { return "TRWAGMYFPDXBNJZSQVHLCKE"[mod(s[2:10], 23)] == s[10] }},
	{template: "FI1######~", ok: func(s string) bool { return sumOf(s[2:], 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 }},
	{template: "HR##########~", ok: func(s string) bool { return naive1110(s[2:]) }},
	{template: "HU1######~", ok: func(s string) bool { return sumOf(s[2:], 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 }},
	{template: "IE#######~", check: letters, ok: func(s string) bool { return "WABCDEFGHIJKLMNOPQRSTUV"[sumOf(s[2:], 8, 7, 6, 5, 4, 3, 2)%23] == s[9] }},
	{template: "IT1######015~", ok: func(s string) bool { return naiveLuhn(s[2:]) }},
	{template: "LT1######1~", ok: func(s string) bool {
		return rounds(s[2:], 8, []int{1, 2, 3, 4, 5, 6, 7, 8}, []int{3, 4, 5, 6, 7, 8, 9, 1})
	}},
	{template: "LT1#########1~", ok: func(s string) bool {
		return rounds(s[2:], 11, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2}, []int{3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4})
	}},
	{template: "LU######~~", ok: func(s string) bool { return mod(s[2:8], 89) == mod(s[8:], 100) }},
	{template: "LV4#########~", ok: func(s string) bool { return (sumOf(s[2:], 9, 1, 4, 8, 3, 10, 2, 5, 7, 6)+int(s[12]-'0'))%11 == 3 }},
	{template: "MT######~~", ok: func(s string) bool { return (37-sumOf(s[2:], 3, 4, 6, 7, 8, 9)%37)%37 == int(mod(s[8:], 37)) }},
	{template: "NL#########B~~", ok: func(s string) bool {
		n := s[2:11]
		return naive97(s) == 1 || sumOf(n, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && strings.Trim(n, n[:1]) != ""
	}},
	{template: "PL1########~", ok: func(s string) bool { return sumOf(s[2:], 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(s[11]-'0') }},
	{template: "PT5#######~", ok: func(s string) bool {
		r := sumOf(s[2:], 9, 8, 7, 6, 5, 4, 3, 2) % 11
		return r < 2 && s[10] == '0' || r > 1 && 11-r == int(s[10]-'0')
	}},
	{template: "RO1########~", ok: func(s string) bool { return sumOf(s[2:], 7, 5, 3, 2, 1, 7, 5, 3, 2)*10%11%10 == int(s[11]-'0') }},
	{template: "SE#########~01", ok: func(s string) bool { return naiveLuhn(s[2:12]) }},
	{template: "SI1######~", ok: func(s string) bool {
		r := 11 - sumOf(s[2:], 8, 7, 6, 5, 4, 3, 2)%11
		return r != 11 && r%10 == int(s[9]-'0')
	}},
	{template: "SK1#2######~", ok: func(s string) bool { return mod(s[2:], 11) == 0 }},
	{template: "FR~~#########", ok: func(s string) bool {
		return naiveLuhn(s[4:]) && mod(s[2:4], 100) == mod(s[4:]+"12", 97)
	}},
}

// czOne says that 11 less the sum, mod 11, is the last digit, 10 counting 0 and
// 11 counting 1.
func czOne(s string) bool {
	r := 11 - sumOf(s[2:], 8, 7, 6, 5, 4, 3, 2)%11
	return map[int]int{10: 0, 11: 1}[r] == int(s[9]-'0') && r > 9 || r < 10 && r == int(s[9]-'0')
}

func TestVATNumbersAgreeWithASecondImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 2026))
	for _, c := range vat {
		c.kind = "EU_VAT_ID"
		agree(t, r, c)
	}
}

// base58 writes b with the alphabet of Bitcoin.
func base58(b []byte) string {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n, m := new(big.Int).SetBytes(b), new(big.Int)
	out := ""
	for n.Sign() > 0 {
		n.DivMod(n, big.NewInt(58), m)
		out = alphabet[m.Int64():m.Int64()+1] + out
	}
	for i := 0; i < len(b) && b[i] == 0; i++ {
		out = "1" + out
	}
	return out
}

// bech32 writes a version 0 address by long division of polynomials over
// GF(32), the field of BIP 173.
func bech32(program []byte) string {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	mul := func(a, b int) (p int) {
		for ; b > 0; b >>= 1 {
			if b&1 == 1 {
				p ^= a
			}
			if a <<= 1; a&32 != 0 {
				a ^= 32 | 9 // x^5 + x^3 + 1
			}
		}
		return p
	}
	data := []int{3, 3, 0, 2, 3, 0}
	bits := new(big.Int).SetBytes(program)
	groups := len(program) * 8 / 5
	for i := groups - 1; i >= 0; i-- {
		v := new(big.Int).Rsh(bits, uint(5*i))
		data = append(data, int(v.And(v, big.NewInt(31)).Int64()))
	}
	rest := append([]int{1}, data...)
	rest = append(rest, 0, 0, 0, 0, 0, 0)
	generator := []int{1, 29, 22, 20, 21, 29, 18} // x^6 + {29}x^5 + {22}x^4 + {20}x^3 + {21}x^2 + {29}x + {18}
	for i := 0; i+6 < len(rest); i++ {
		for j := 6; j >= 0; j-- {
			rest[i+j] ^= mul(generator[j], rest[i])
		}
	}
	check := rest[len(rest)-6:]
	check[5] ^= 1
	out := "bc1"
	for _, v := range append(data[5:], check...) {
		out += alphabet[v : v+1]
	}
	return out
}

func TestWalletsAgreeWithASecondImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(58, 173))
	s := Scanner{Kinds: []Kind{"CRYPTO"}}
	var dst []Finding
	for i := range 10000 {
		body := make([]byte, 21, 25)
		for j := range body {
			body[j] = byte(r.IntN(256))
		}
		body[0] = byte(5 * (i % 2))
		sum := sha256.Sum256(body)
		sum = sha256.Sum256(sum[:])
		text := base58(append(body, sum[:4]...))
		if i%4 > 1 {
			text = bech32(body[1:])
		}
		if dst = s.Field(dst[:0], text); len(dst) != 1 || dst[0].End != len(text) {
			t.Fatalf("%s not found", text)
		}
		b := []byte(text)
		at := 3 + r.IntN(len(b)-4)
		if b[at]++; b[at] == text[at] || strings.IndexByte("0OIl1bio", b[at]) >= 0 || b[at] > 'z' || b[at] < '0' {
			continue
		}
		if dst = s.Field(dst[:0], string(b)); len(dst) != 0 {
			t.Fatalf("%s found, %s is right", b, text)
		}
	}
}

// keccakSlow is Keccak-256 from the definition: round constants from the
// shift register, rotations from the walk over the lanes.
func keccakSlow(msg []byte) []byte {
	pad := append(bytes.Clone(msg), 1)
	for len(pad)%136 != 0 {
		pad = append(pad, 0)
	}
	pad[len(pad)-1] |= 0x80
	var a [5][5]uint64
	for block := 0; block < len(pad); block += 136 {
		for i := range 17 {
			var lane uint64
			for k := 7; k >= 0; k-- {
				lane = lane<<8 | uint64(pad[block+8*i+k])
			}
			a[i%5][i/5] ^= lane
		}
		lfsr := 1
		for range 24 {
			roundSlow(&a)
			for j := range 7 {
				if lfsr&1 == 1 {
					a[0][0] ^= 1 << (1<<j - 1)
				}
				if lfsr <<= 1; lfsr&0x100 != 0 {
					lfsr ^= 0x171
				}
			}
		}
	}
	var out []byte
	for i := range 4 {
		for k := range 8 {
			out = append(out, byte(a[i][0]>>(8*k)))
		}
	}
	return out
}

func roundSlow(a *[5][5]uint64) {
	rot := func(v uint64, n int) uint64 { return v<<(n%64) | v>>(64-n%64) }
	var c [5]uint64
	for x := range 5 {
		for y := range 5 {
			c[x] ^= a[x][y]
		}
	}
	var b [5][5]uint64
	for x := range 5 {
		for y := range 5 {
			a[x][y] ^= c[(x+4)%5] ^ rot(c[(x+1)%5], 1)
		}
	}
	b[0][0] = a[0][0]
	x, y := 1, 0
	for n := range 24 {
		b[y][(2*x+3*y)%5] = rot(a[x][y], (n+1)*(n+2)/2)
		x, y = y, (2*x+3*y)%5
	}
	for x := range 5 {
		for y := range 5 {
			a[x][y] = b[x][y] ^ ^b[(x+1)%5][y]&b[(x+2)%5][y]
		}
	}
}

func TestEthereumAgreesWithASecondImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(55, 1))
	s := Scanner{Kinds: []Kind{"ETH_ADDRESS"}, MinScore: 0.7}
	var dst []Finding
	for range 10000 {
		raw := make([]byte, 20)
		for i := range raw {
			raw[i] = byte(r.IntN(256))
		}
		low := hex.EncodeToString(raw)
		sum := hex.EncodeToString(keccakSlow([]byte(low)))
		addr := []byte(low)
		for i := range addr {
			if addr[i] > '9' && sum[i] >= '8' {
				addr[i] -= 'a' - 'A'
			}
		}
		text := "0x" + string(addr)
		mixed := strings.ToLower(text[2:]) != text[2:] && strings.ToUpper(text[2:]) != text[2:]
		if dst = s.Field(dst[:0], text); mixed && (len(dst) != 1 || dst[0].End != 42) {
			t.Fatalf("%s not found", text)
		}
		i := r.IntN(40)
		if addr[i] <= '9' {
			continue
		}
		addr[i] ^= 0x20
		if dst = s.Field(dst[:0], "0x"+string(addr)); len(dst) != 0 {
			t.Fatalf("0x%s found", addr)
		}
	}
}

func TestPassportLinesAndTokensAgreeWithASecondImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(9303, 32))
	passports := Scanner{Kinds: []Kind{"PASSPORT_MRZ"}}
	tokens := Scanner{Kinds: []Kind{"API_KEY"}}
	var dst []Finding
	for range 10000 {
		b := draw(r, "L########_UTOyymmdd_Fyymmdd_ZE######<<<<<<", "")
		line := string(b)
		line = line[:9] + strconv.Itoa(icao(line[:9])) + line[10:]
		line = line[:19] + strconv.Itoa(icao(line[13:19])) + line[20:]
		line = line[:27] + strconv.Itoa(icao(line[21:27])) + line[28:]
		line += strconv.Itoa(icao(line[28:42]))
		line += strconv.Itoa(icao(line[:10] + line[13:20] + line[21:43]))
		if dst = passports.Field(dst[:0], line); len(dst) != 1 || dst[0].End != 44 {
			t.Fatalf("%s not found", line)
		}
		i := []int{1, 5, 9, 14, 19, 22, 27, 43}[r.IntN(8)]
		wrong := []byte(line)
		wrong[i] = '0' + (wrong[i]-'0'+1+byte(r.IntN(9)))%10
		if dst = passports.Field(dst[:0], string(wrong)); len(dst) != 0 {
			t.Fatalf("%s found, %s is right", wrong, line)
		}

		body := draw(r, strings.Repeat("*", 30), "")
		sum, n := "", uint64(crc32.ChecksumIEEE(body))
		for range 6 {
			sum = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[n%62:n%62+1] + sum
			n /= 62
		}
		token := []byte("ghp_" + string(body) + sum)
		if dst = tokens.Field(dst[:0], string(token)); len(dst) != 1 || dst[0].End != 40 {
			t.Fatalf("%s not found", token)
		}
		if i := 4 + r.IntN(36); token[i] != 'x' {
			token[i] = 'x'
			if dst = tokens.Field(dst[:0], string(token)); len(dst) != 0 {
				t.Fatalf("%s found", token)
			}
		}
	}
}
