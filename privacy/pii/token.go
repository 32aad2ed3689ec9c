package pii

import (
	"crypto/sha256"
	"strings"
)

// token tries group a, a long word, as a value that is no number: a wallet, a
// hash-like address, a line of a passport.
func (s *sweep) token(a int) {
	g := &s.c.g[a]
	word := s.text[g.start:g.end]
	if len(word) > 90 || wordBefore(s.text, g.start) || wordAfter(s.text, g.end) {
		return
	}
	if s.on.has(kCrypto) && (bitcoinBase58(word) || bitcoinBech32(word)) {
		s.put(g.start, g.end, kCrypto, 1)
	}
	if s.on.has(kEthereum) && len(word) == 42 && word[0] == '0' && word[1] == 'x' {
		if ok, proven := ethereum(word[2:]); proven {
			s.put(g.start, g.end, kEthereum, 1)
		} else if ok {
			s.put(g.start, g.end, kEthereum, named)
		}
	}
	if s.on.has(kMRZ) {
		s.machineReadable(g.start)
	}
}

// bitcoinBase58 verifies a P2PKH or P2SH address: 25 bytes in base 58, of
// which the last four are the double SHA-256 of the rest.
func bitcoinBase58(word string) bool {
	if len(word) < 26 || len(word) > 35 || word[0] != '1' && word[0] != '3' {
		return false
	}
	var out [25]byte
	for i := range len(word) {
		c := strings.IndexByte("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", word[i])
		if c < 0 {
			return false
		}
		for j := len(out) - 1; j >= 0; j-- {
			c += 58 * int(out[j])
			out[j] = byte(c)
			c >>= 8
		}
		if c != 0 {
			return false
		}
	}
	sum := sha256.Sum256(out[:21])
	sum = sha256.Sum256(sum[:])
	return string(sum[:4]) == string(out[21:]) && (out[0] == 0 || out[0] == 5)
}

// bitcoinBech32 verifies a segregated-witness address of the main network
// (BIP 173, BIP 350).
func bitcoinBech32(word string) bool {
	if len(word) < 14 || len(word) > 74 || word[0]|0x20 != 'b' || word[1]|0x20 != 'c' || word[2] != '1' {
		return false
	}
	upper := word[0] == 'B'
	chk := polymod(polymod(polymod(polymod(polymod(1, 3), 3), 0), 2), 3) // "bc", expanded
	version := 0
	for i := 3; i < len(word); i++ {
		c := word[i]
		if isLetter(c) && (c < 'a') != upper {
			return false
		}
		if upper && c >= 'A' {
			c |= 0x20
		}
		n := strings.IndexByte("qpzry9x8gf2tvdw0s3jn54khce6mua7l", c)
		if n < 0 {
			return false
		}
		if i == 3 {
			version = n
		}
		chk = polymod(chk, uint32(n))
	}
	if version == 0 {
		return chk == 1 && (len(word) == 42 || len(word) == 62)
	}
	return chk == 0x2bc830a3 && version <= 16
}

func polymod(chk, v uint32) uint32 {
	top := chk >> 25
	chk = chk&0x1ffffff<<5 ^ v
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}

// ethereum reports whether hex is an address and whether the case of its
// letters proves it: a letter is a capital where the Keccak-256 of the address
// in lower case has a nibble of 8 or more (EIP-55).
func ethereum(hex string) (ok, proven bool) {
	var low [40]byte
	lower, upper := false, false
	for i := range low {
		c := hex[i]
		if !isHex(c) {
			return false, false
		}
		if isLetter(c) {
			lower = lower || c >= 'a'
			upper = upper || c < 'a'
			c |= 0x20
		}
		low[i] = c
	}
	if !lower || !upper {
		return true, false
	}
	sum := keccak256(low)
	for i := range low {
		nibble := sum[i/2] >> (4 * (1 - i%2)) & 15
		if isLetter(hex[i]) && (hex[i] < 'a') != (nibble >= 8) {
			return false, false
		}
	}
	return true, true
}

// machineReadable tries the second line of a passport's machine readable zone
// at i, with the first one if it stands right before (ICAO Doc 9303-4).
func (s *sweep) machineReadable(i int) {
	text := s.text
	if i+44 > len(text) {
		return
	}
	line := text[i : i+44]
	for j := range len(line) {
		if c := line[j]; !(isDigit(c) || c-'A' < 26 || c == '<') {
			return
		}
	}
	if rest := text[i+44:]; rest != "" && (isAlnum(rest[0]) || rest[0] == '<') && !strings.HasPrefix(rest, "</") {
		return
	}
	var all [39]byte
	n := copy(all[:], line[:10])
	n += copy(all[n:], line[13:20])
	n += copy(all[n:], line[21:43])
	digit := func(j int) int {
		if line[j] == '<' {
			return 0
		}
		return int(line[j]) - '0'
	}
	if icaoSum([]byte(line[:9])) != digit(9) || icaoSum([]byte(line[13:19])) != digit(19) ||
		icaoSum([]byte(line[21:27])) != digit(27) || icaoSum(all[:n]) != digit(43) {
		return
	}
	start := i
	if i >= 45 && text[i-1] == '\n' {
		first := i - 45
		if text[i-2] == '\r' && first > 0 {
			first--
		}
		if text[first] == 'P' && strings.IndexByte(text[first:i-2], '\n') < 0 && strings.Contains(text[first:i], "<<") {
			start = first
		}
	}
	s.put(start, i+44, kMRZ, 1)
}
