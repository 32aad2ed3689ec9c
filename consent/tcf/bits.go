package tcf

import "time"

// reader reads bits straight off base64url, six a character. The first error sticks, and reading goes on as zeros.
type reader struct {
	s       string
	segment string
	at      int // in bits
	err     error
}

func (r *reader) fail(why string) {
	if r.err == nil {
		r.err = &SyntaxError{Segment: r.segment, Bit: r.at, Why: why}
	}
}

// sextet is the value of a base64url digit, -1 for anything else.
func sextet(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '-':
		return 62
	case c == '_':
		return 63
	}
	return -1
}

// bits reads n bits, at most 64.
func (r *reader) bits(n int) uint64 {
	var v uint64
	for n > 0 && r.err == nil {
		i, used := r.at/6, r.at%6
		if i >= len(r.s) {
			r.fail("the segment ends too early")
			return 0
		}
		six := sextet(r.s[i])
		if six < 0 {
			r.fail("a character that is not base64url")
			return 0
		}
		take := min(n, 6-used)
		v = v<<take | uint64(six>>(6-used-take))&(1<<take-1)
		n -= take
		r.at += take
	}
	return v
}

// end reads what is left, which encoders fill with zeros and later versions with what is not ours to refuse: but it is base64url.
func (r *reader) end() {
	for i := (r.at + 5) / 6; r.err == nil && i < len(r.s); i++ {
		if sextet(r.s[i]) < 0 {
			r.at = 6 * i
			r.fail("a character that is not base64url")
		}
	}
}

func (r *reader) int(n int) int { return int(r.bits(n)) }
func (r *reader) bool() bool    { return r.bits(1) == 1 }

// time reads 36 bits of tenths of a second since 1970.
func (r *reader) time() time.Time { return time.UnixMilli(int64(r.bits(36)) * 100).UTC() }

// letters reads two letters of six bits each, a = 0.
func (r *reader) letters() string {
	a, b := r.int(6), r.int(6)
	if a > 25 || b > 25 {
		r.fail("a code that is not two letters")
		return ""
	}
	return string([]byte{'A' + byte(a), 'A' + byte(b)})
}

// set reads n bits, of which the first stands for 1.
func (r *reader) set(n int) Set {
	v := r.bits(n)
	var s Set
	for i := range n {
		if v&(1<<(n-1-i)) != 0 {
			s |= 1 << i
		}
	}
	return s
}

// vendors reads the highest identifier and then a bit for each, or ranges.
func (r *reader) vendors() Vendors {
	highest := r.int(16)
	if r.bool() {
		return r.ranges(highest)
	}
	var out []Range
	for id := 1; id <= highest && r.err == nil; id++ {
		if !r.bool() || r.err != nil {
			continue
		}
		if n := len(out); n > 0 && int(out[n-1].Last)+1 == id {
			out[n-1].Last = uint16(id)
		} else {
			out = append(out, Range{uint16(id), uint16(id)})
		}
	}
	return out
}

// ranges reads a list of identifiers and ranges of them, none above highest.
func (r *reader) ranges(highest int) Vendors {
	var out []Range
	for range r.int(12) {
		isRange := r.bool()
		first := r.int(16)
		last := first
		if isRange {
			last = r.int(16)
		}
		if r.err == nil && (first < 1 || last < first || last > highest) {
			r.fail("a range of vendors that is empty or outside its limits")
		}
		if r.err != nil {
			return nil
		}
		out = append(out, Range{uint16(first), uint16(last)})
	}
	return normal(out)
}

func (r *reader) publisher() *PublisherPurposes {
	p := &PublisherPurposes{Purposes: r.set(24), LegitimateInterests: r.set(24), Custom: r.int(6)}
	p.CustomPurposes, p.CustomLegitimate = r.custom(p.Custom), r.custom(p.Custom)
	return p
}

func (r *reader) custom(n int) uint64 {
	v := r.bits(n)
	var s uint64
	for i := range n {
		if v&(1<<(n-1-i)) != 0 {
			s |= 1 << i
		}
	}
	return s
}
