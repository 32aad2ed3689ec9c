package pii

import (
	"encoding/binary"
	"math/bits"
)

// short reads the word at p as word does if it is up to 15 digits and stands in
// the midst of the text; it returns p otherwise.
func (c *cluster) short(text string, p, n int, g *group) int {
	if p+16 > len(text) || n > maxCompact-16 {
		return p
	}
	x := load(text[p : p+8])
	binary.LittleEndian.PutUint64(c.buf[n:], x)
	m, size := notDigits(x), 0
	if m == 0 {
		x = load(text[p+8 : p+16])
		binary.LittleEndian.PutUint64(c.buf[n+8:], x)
		if m, size = notDigits(x), 8; m == 0 {
			return p
		}
	}
	size += bits.TrailingZeros64(m) >> 3
	end := p + size
	if size == 0 || isLetter(text[end]) {
		return p
	}
	g.start, g.end, g.off, g.n = p, end, uint8(n), uint8(size)
	g.letter, g.digit = false, true
	c.digits.put(n, 1<<size-1)
	return end
}

// load returns eight bytes, the first one lowest.
func load(t string) uint64 {
	_ = t[7]
	return uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
		uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
}

// notDigits marks the first of eight bytes that is no digit by its highest bit,
// and some of those after it.
func notDigits(x uint64) uint64 {
	x ^= '0' * lowBits
	return (x + (0x80-10)*lowBits | x) & highBits
}

// word reads the word at p into g, and into buf from character n on if it fits
// there, and returns where it ends.
func (c *cluster) word(text string, p, n int, g *group) int {
	var digits, lower uint64
	limit := min(len(text), p+min(maxWord, maxCompact-n))
	end := p
	for end < limit && isDigit(text[end]) {
		c.buf[n+end-p] = text[end]
		end++
	}
	if digits = 1<<(end-p) - 1; end > p && (end == len(text) || end < limit && !isLetter(text[end])) {
		// Digits only, as nearly all words of a cluster.
		g.start, g.end, g.off, g.n = p, end, uint8(n), uint8(end-p)
		g.letter, g.digit = false, true
		c.digits.put(n, digits)
		return end
	}
	for bit := end - p; end < limit; bit++ {
		ch := text[end]
		k := classes[ch]
		if k == 0 {
			break
		}
		digits |= uint64(k&classDigit) << bit
		lower |= uint64(k>>1&1) << bit
		c.buf[n+end-p] = ch - k&classLower<<4
		end++
	}
	if end == limit {
		for end < len(text) && classes[text[end]] != 0 {
			end++
		}
	}
	// Field by field: a literal is built elsewhere and copied, which stalls.
	g.start, g.end = p, end
	g.off, g.n = uint8(n), uint8(min(end-p, tooLong))
	g.letter, g.digit = digits == 0, digits == 1<<(end-p)-1
	if end <= limit {
		c.digits.put(n, digits)
		c.lower.put(n, lower)
	}
	return end
}

// The classes of letters and digits: classLower, four bits further up, is what
// parts a small letter from its capital.
const (
	classDigit = 1 << iota
	classLower
	classUpper
)

const classes = "" + // by byte; a constant, as importing pii does no work
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00" +
	"\x00\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x00\x00\x00\x00\x00" +
	"\x00\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
