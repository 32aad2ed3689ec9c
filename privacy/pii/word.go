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
	for end+8 <= len(text) && end-p < maxWord {
		x := load(text[end : end+8])
		digit, letter := digitsIn(x), lettersIn(x)
		// A letter is made a capital by the bit that parts it from a small one.
		binary.LittleEndian.PutUint64(c.buf[n+end-p:], x&^(letter>>2))
		digits |= gather(digit) << (end - p)
		lower |= gather(letter&(x<<2)) << (end - p)
		size := bits.TrailingZeros64(^(digit|letter)&highBits) >> 3
		if end += size; size < 8 {
			return c.enter(g, p, end, n, limit, digits, lower)
		}
	}
	for end < limit && classes[text[end]] != 0 {
		ch := text[end]
		k := classes[ch]
		digits |= uint64(k&classDigit) << (end - p)
		lower |= uint64(k>>1&1) << (end - p)
		c.buf[n+end-p] = ch - k&classLower<<4
		end++
	}
	if end >= limit {
		end = pastWord(text, end)
	}
	return c.enter(g, p, end, n, limit, digits, lower)
}

// enter makes g of the word text[p:end], which has been read into buf from
// character n on up to limit.
func (c *cluster) enter(g *group, p, end, n, limit int, digits, lower uint64) int {
	if end-p < 64 {
		digits &= 1<<(end-p) - 1
		lower &= 1<<(end-p) - 1
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

// pastWord returns where the letters and digits at i end.
func pastWord(text string, i int) int {
	for i+8 <= len(text) {
		x := load(text[i : i+8])
		if m := ^(digitsIn(x) | lettersIn(x)) & highBits; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(text) && classes[text[i]] != 0 {
		i++
	}
	return i
}

// digitsIn and lettersIn mark those of eight bytes that are a digit, or a letter
// of ASCII, by their highest bit.
func digitsIn(x uint64) uint64 {
	x ^= '0' * lowBits
	return ^((x&^highBits + (0x80-10)*lowBits) | x) & highBits
}

func lettersIn(x uint64) uint64 {
	y := x&^highBits | 0x20*lowBits
	return (y + (0x80-'a')*lowBits) &^ (y + (0x80-'z'-1)*lowBits) &^ x & highBits
}

// gather makes eight neighbouring bits of the highest bits of eight bytes.
func gather(x uint64) uint64 { return x >> 7 * 0x0102040810204080 >> 56 }

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
