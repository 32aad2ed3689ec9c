package pii

import "strings"

// Numbers are also written in full-width and Arabic-Indic digits, and with
// zero-width characters and soft hyphens inside, which hide them from programs
// but not from readers. Where one stands, a short window around it is written
// out in plain ASCII and scanned in its place. This copy is the one allocation
// a scan makes.

const (
	wideLeft   = reachLeft
	wideRight  = 2 * reachRight
	wideWindow = wideLeft + wideRight
)

// wideDigit returns the value and length of the digit outside ASCII that text
// starts with, length 0 if it is none: full-width, Arabic-Indic, Persian,
// Devanagari, Bengali, Thai and mathematical digits.
func wideDigit(text string) (digit byte, n int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[0] {
	case 0xEF:
		if len(text) > 2 && text[1] == 0xBC && text[2]-0x90 <= 9 {
			return text[2] - 0x90, 3
		}
	case 0xD9:
		if text[1]-0xA0 <= 9 {
			return text[1] - 0xA0, 2
		}
	case 0xDB:
		if text[1]-0xB0 <= 9 {
			return text[1] - 0xB0, 2
		}
	case 0xE0:
		if len(text) > 2 && (text[1] == 0xA5 || text[1] == 0xA7) && text[2]-0xA6 <= 9 {
			return text[2] - 0xA6, 3
		}
		if len(text) > 2 && text[1] == 0xB9 && text[2]-0x90 <= 9 {
			return text[2] - 0x90, 3
		}
	case 0xF0:
		if len(text) > 3 && text[1] == 0x9D && text[2] == 0x9F && text[3]-0x8E < 50 {
			return (text[3] - 0x8E) % 10, 4
		}
	}
	return 0, 0
}

// invisible returns the length of the character without width that text starts
// with: soft hyphen, zero-width space, joiners, word joiner, byte order mark.
func invisible(text string) int {
	if len(text) < 2 {
		return 0
	}
	switch {
	case text[0] == 0xC2 && text[1] == 0xAD:
		return 2
	case len(text) < 3:
		return 0
	case text[0] == 0xE2 && text[1] == 0x80 && text[2]-0x8B <= 4, // U+200B to U+200F
		text[0] == 0xE2 && text[1] == 0x81 && text[2]-0xA0 <= 4, // U+2060 to U+2064
		text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF:
		return 3
	}
	return 0
}

// wideForm returns the ASCII form of other full-width characters that stand in
// numbers and addresses: punctuation and letters U+FF01 to U+FF5E.
func wideForm(text string) (c byte, n int) {
	if len(text) < 3 || text[0] != 0xEF {
		return 0, 0
	}
	switch {
	case text[1] == 0xBC && text[2] >= 0x81:
		return text[2] - 0x81 + '!', 3
	case text[1] == 0xBD && text[2] <= 0x9E:
		return text[2] - 0x80 + '`', 3
	}
	return 0, 0
}

// wideTrigger reports whether text starts with a digit outside ASCII or the
// full-width '@'.
func wideTrigger(text string) bool {
	_, n := wideDigit(text)
	return n > 0 || strings.HasPrefix(text, "＠")
}

// needsWide reports whether the number that ends at i goes on in characters
// that need writing out.
func needsWide(text string, i int) bool {
	for k := 0; k < 2 && i < len(text) && (text[i] == ' ' || text[i] == '-' || text[i] == '.'); k++ {
		i++
	}
	if i >= len(text) || text[i] < 0x80 {
		return false
	}
	if _, n := wideDigit(text[i:]); n > 0 {
		return true
	}
	n := invisible(text[i:])
	return n > 0 && i+n < len(text) && (isAlnum(text[i+n]) || text[i+n] >= 0x80 || text[i+n] == ' ' || text[i+n] == '-')
}

// wide scans the window around i, written out in ASCII, and returns where to
// go on.
func (s *sweep) wide(i int) int {
	text := s.text
	s.work += dense / 2
	from, to := max(0, i-wideLeft), min(len(text), i+wideRight)
	for from < i && !runeBoundary(text, from) {
		from++
	}
	for to < len(text) && to > i && !runeBoundary(text, to) {
		to--
	}
	var buf [wideWindow]byte
	var at [wideWindow + 1]uint16
	sub := sweep{eng: s.eng, on: s.on, min: s.min, allow: s.allow, lo: -1, hi: -1, narrow: true}
	n := sub.writeOut(s, from, to, &buf, &at)
	var found [24]Finding
	sub.text, sub.out = string(buf[:n]), found[:0]
	sub.run()
	resume := max(i+1, min(i+reachRight, to))
	for _, f := range sub.out {
		start, end := from+int(at[f.Start]), from+int(at[f.End])
		if f.Start == 0 && from > 0 || end <= i {
			continue
		}
		if f.End == n && to < len(text) {
			if start > i {
				resume = min(resume, start)
			}
			continue
		}
		for end > start && invisibleBefore(text, end) > 0 {
			end -= invisibleBefore(text, end)
		}
		if start < i+reachRight {
			s.put(start, end, s.eng.byName[f.Kind], f.Score)
			resume = max(resume, min(end, len(text)))
		}
	}
	for resume < len(text) && !runeBoundary(text, resume) {
		resume++
	}
	return resume
}

// writeOut copies text[from:to] of outer into buf in ASCII, notes in at where
// each byte came from, and returns how many there are.
func (s *sweep) writeOut(outer *sweep, from, to int, buf *[wideWindow]byte, at *[wideWindow + 1]uint16) int {
	text, n := outer.text, 0
	for p := from; p < to; {
		at[n] = uint16(p - from)
		if p == outer.lo {
			s.lo = n
		}
		if p == outer.hi {
			s.hi = n
		}
		if d, size := wideDigit(text[p:to]); size > 0 {
			buf[n] = '0' + d
			p += size
		} else if size := invisible(text[p:to]); size > 0 {
			p += size
			continue
		} else if c, size := wideForm(text[p:to]); size > 0 {
			buf[n] = c
			p += size
		} else {
			buf[n] = text[p]
			p++
		}
		n++
	}
	at[n] = uint16(to - from)
	if to == outer.hi {
		s.hi = n
	}
	return n
}

// invisibleBefore returns the length of the invisible character that ends at i.
func invisibleBefore(text string, i int) int {
	for n := 2; n <= 3 && n <= i; n++ {
		if invisible(text[i-n:i]) == n {
			return n
		}
	}
	return 0
}
