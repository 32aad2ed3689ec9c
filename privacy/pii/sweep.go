package pii

import "math/bits"

// sweep is one pass over one text.
type sweep struct {
	eng  *compiled
	text string
	out  []Finding
	base int // findings before it are the caller's
	on   set // kinds looked for
	min  float64
	// certain is where the last finding of score 1 ends.
	certain    int
	allow      []string
	narrow     bool // the text is one that wide has written out
	under      int  // where the next '_' stands
	lastSecret int  // one past the digit at which a credential was last tried
	work       int  // triggers handled since denseFrom
	due        int  // how much makes a pause due
	denseFrom  int
	skipped    int           // bytes passed over by pastRepeat
	runs       [charsets]run // where the last run of each class of characters lies
	noJWT      int           // no JWT starts before it
	lo, hi     int           // the whole value of a Field; -1: not a field
	c          cluster
	calm       bool // what no word names is dropped: see wordless
	plain      wordfree
	glance     glance

	dated bool // dates or ages are looked for
	keyed bool // what announces a name is a key in small letters
	words prose
	near  surroundings
}

// run jumps from trigger to trigger. Each handler returns where to go on, and
// always further than it was called with.
func (s *sweep) run() {
	s.near.end = -1
	s.dated = s.on.has(kDate) || s.on.has(kBirth) || s.on.has(kAge)
	s.calm = s.min > calmScore && s.lo < 0 && !s.dated && !s.narrow
	s.words.on = !s.narrow && (s.on.has(kPerson) || s.on.has(kLocation) || s.on.has(kStreet) || s.on.has(kBIC))
	s.under = -1
	for i := nextTrigger(s.text, 0); i < len(s.text); {
		if s.words.on {
			s.walkTo(i)
		}
		if s.under < i {
			s.underscores(i)
		}
		if s.work++; s.work >= s.due {
			i = s.pause(i)
		}
		switch c := s.text[i]; {
		case c-'0' <= 9:
			i = s.number(i)
		case c == '@':
			i = s.pastRun(s.email(i), c, 0)
		case c == ':':
			i = s.pastRun(s.colon(i), c, 0)
		case c == '.':
			i = s.pastRun(s.dot(i), c, 0)
		case c == '-':
			i = s.pastRun(max(s.macAround(i), s.pem(i), s.prefixed(i), i+1), c, len("-----"))
		case c >= 0x80:
			i = s.wide(i)
		default:
			i++
		}
		if s.glance.on {
			i = s.next(i)
		} else {
			i = nextTrigger(s.text, i)
		}
	}
	s.underscores(len(s.text))
	if s.words.on {
		s.walkTo(len(s.text))
	}
}

// pastRun skips a row of one sign, in the midst of which nothing begins, but
// for its last few.
func (s *sweep) pastRun(i int, c byte, keep int) int {
	end := i
	for end < len(s.text) && s.text[end] == c {
		end++
	}
	return max(i, end-keep)
}

// The triggers are one range of bytes, '-' to '@', so that a single pair of
// additions finds them in eight bytes at a time: everything this package looks
// for holds a digit, '@', ':', '.' or '-'. The other bytes of the range are
// rare in text and passed over.
const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
	fromByte = (0x80 - '-') * lowBits
	pastByte = (0x7f - '@') * lowBits
)

// nextTrigger returns the index of the first trigger at or after i, or
// len(text).
func nextTrigger(text string, i int) int {
	for ; i+8 <= len(text); i += 8 {
		t := text[i : i+8]
		x := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		low := x &^ highBits
		m := (low + fromByte) &^ (low + pastByte) &^ x & highBits
		if x&highBits != 0 {
			if at := wideAt(text, i, m); at >= 0 {
				return at
			}
		}
		if m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(text); i++ {
		if text[i]-'-' <= '@'-'-' {
			return i
		}
		if text[i] >= 0x80 {
			if wideTrigger(text[i:]) {
				return i
			}
		}
	}
	return len(text)
}

// wideAt returns the first digit outside ASCII in the eight bytes at i, if it
// stands before the first trigger in m; -1 if none does.
func wideAt(text string, i int, m uint64) int {
	end := i + 8
	if m != 0 {
		end = i + bits.TrailingZeros64(m)>>3
	}
	for ; i < end; i++ {
		switch text[i] {
		case 0xEF, 0xD9, 0xDB, 0xE0, 0xF0:
			if wideTrigger(text[i:]) {
				return i
			}
		}
	}
	return -1
}

// isDigit, isLetter and isAlnum know ASCII only.
func isDigit(c byte) bool  { return c-'0' <= 9 }
func isLetter(c byte) bool { return c|0x20-'a' < 26 }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }

// wordByte reports whether c continues a word of a Latin script or number.
// Bytes 0xC3 to 0xC9 lead the accented Latin letters; other scripts, some of
// which know no spaces, do not glue a number to the words beside it.
func wordByte(c byte) bool { return isAlnum(c) || c >= 0xC3 && c <= 0xC9 }

// percent reports whether a character of a URL is written in hexadecimal at i:
// "%20".
func percent(text string, i int) bool {
	return i >= 0 && i+2 < len(text) && text[i] == '%' && isHex(text[i+1]) && isHex(text[i+2])
}

// wordBefore reports whether the character that ends at i continues a word. The
// letter of an escaped line break ("\n4111" inside JSON) does not.
func wordBefore(text string, i int) bool {
	if i == 0 {
		return false
	}
	c := text[i-1]
	if c < 0x80 {
		return isAlnum(c) && !(i > 1 && text[i-2] == '\\' && escape(c)) && !percent(text, i-3)
	}
	return c < 0xC0 && i > 1 && text[i-2] >= 0xC3 && text[i-2] <= 0xC9
}

// wordAfter reports whether the character that starts at i continues a word.
func wordAfter(text string, i int) bool {
	if i >= len(text) || !wordByte(text[i]) {
		return false
	}
	return text[i] < 0x80 || i+1 < len(text) && text[i+1]&0xC0 == 0x80
}

// runeBoundary reports whether a cut at i splits no valid rune.
func runeBoundary(text string, i int) bool {
	return i == 0 || i == len(text) || text[i]&0xC0 != 0x80
}
