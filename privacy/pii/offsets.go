package pii

import "unicode/utf8"

// RuneOffsets turns byte offsets in findings into offsets in code points, as
// Python and Presidio count them. Findings must be sorted and lie in text, as
// Scan returns them; they are changed in place. A byte that is no valid UTF-8
// counts as one.
func RuneOffsets(text string, findings []Finding) {
	convert(text, findings, func(rune) int { return 1 })
}

// UTF16Offsets turns byte offsets in findings into offsets in UTF-16 code
// units, as JavaScript, Java and C# count them: a rune above U+FFFF counts as
// two. Otherwise it is like RuneOffsets.
func UTF16Offsets(text string, findings []Finding) {
	convert(text, findings, func(r rune) int {
		if r > 0xFFFF {
			return 2
		}
		return 1
	})
}

// convert walks the text once.
func convert(text string, findings []Finding, width func(rune) int) {
	at, units := 0, 0
	to := func(target int) int {
		for at < target {
			r, n := utf8.DecodeRuneInString(text[at:])
			at += n
			units += width(r)
		}
		return units
	}
	for i := range findings {
		findings[i].Start, findings[i].End = to(findings[i].Start), to(findings[i].End)
	}
}
