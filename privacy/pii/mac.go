package pii

// mac tries the text at i as a MAC address in one of its three notations,
// 00:1A:2B:3C:4D:5E, 00-1A-2B-3C-4D-5E and 001a.2b3c.4d5e (IEEE 802), and
// returns where it ends, i if there is none. Broadcast and all zeros are
// nobody's.
func (s *sweep) mac(i int) int {
	text := s.text
	if !s.on.has(kMAC) || wordBefore(text, i) || i+14 > len(text) {
		return i
	}
	size, groups, sep := 2, 6, text[i+2]
	if sep != ':' && sep != '-' {
		if size, groups, sep = 4, 3, text[i+4]; sep != '.' {
			return i
		}
	}
	if i > 2 && text[i-1] == sep && isHex(text[i-2]) && (size == 4 || isHex(text[i-3]) && !wordBefore(text, i-3)) {
		return i // not the first byte; a label as in "mac:00" may stand before it
	}
	p := i
	and, or := byte(0xff), byte(0)
	for g := range groups {
		if g > 0 {
			if p >= len(text) || text[p] != sep {
				return i
			}
			p++
		}
		for range size {
			if p >= len(text) || !isHex(text[p]) {
				return i
			}
			n := text[p] - '0'
			if isLetter(text[p]) {
				n = text[p]&^0x20 - 'A' + 10
			}
			and, or = and&n, or|n
			p++
		}
	}
	if wordAfter(text, p) || p+1 < len(text) && text[p] == sep && isAlnum(text[p+1]) || and == 15 || or == 0 {
		return i
	}
	if s.put(i, p, kMAC, 1) {
		return p
	}
	return i
}

// macAround tries the MAC address whose first separator is at i.
func (s *sweep) macAround(i int) int {
	size := 2
	if s.text[i] == '.' {
		size = 4
	}
	if i < size || !isHex(s.text[i-1]) {
		return i
	}
	if end := s.mac(i - size); end > i {
		return end
	}
	return i
}
