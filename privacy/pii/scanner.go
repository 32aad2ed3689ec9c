package pii

import (
	"slices"
	"strings"
)

// Scores and limits a Scanner works with.
const (
	// defaultMinScore keeps what has been checked or is named by a word near
	// it, and leaves out bare numbers that merely look right.
	defaultMinScore = 0.5
	// reachLeft and reachRight bound what a decision may look at. Streams hold
	// back text according to them.
	reachLeft  = 64
	reachRight = 128
)

// Scanner finds personal data. The zero value is ready: every kind with
// Info.Default, a score of at least 0.5. A Scanner is not changed by its
// methods and may be used by many goroutines at once.
type Scanner struct {
	// Kinds to look for; a name that [Kinds] does not list panics at the first
	// scan. Default: every kind with Info.Default.
	Kinds []Kind
	// Countries to look for, as ISO 3166-1 alpha-2 codes: of the kinds above those
	// of these countries, and those that belong to none. A code no kind has
	// panics at the first scan. Default: all.
	Countries []string
	// Allow lists pieces never to be reported, compared without regard to
	// case with the whole piece found. Default: none.
	Allow []string
	// Deny lists pieces always to be reported, with score 1. Default: none.
	Deny []Literal
	// Patterns are kinds of your own. Default: none.
	Patterns []Pattern
	// MinScore drops findings below it. Negative keeps every candidate, even
	// the weakest. Default: 0.5.
	MinScore float64
}

// Literal is a piece of text that is always personal data, such as the name
// of a project or a customer number of a shape only you know. It is found
// where no letter or digit touches it, exactly as written.
type Literal struct {
	Text string // Required.
	Kind Kind   // Default: Denied.
}

// Scan appends the findings in text to dst: sorted, inside the text, never
// overlapping. Where candidates overlap the best one stays: the higher score,
// then the longer, then the one a word near it names.
func (s *Scanner) Scan(dst []Finding, text string) []Finding {
	return s.scan(dst, text, false)
}

// Field is Scan for a text that is one whole value of a form field or column.
// A bare number that fills the value and passes its kind's check is reported
// with score 0.6, although no word near it says what it is.
func (s *Scanner) Field(dst []Finding, value string) []Finding {
	return s.scan(dst, value, true)
}

func (s *Scanner) scan(dst []Finding, text string, field bool) []Finding {
	sw := s.sweep(dst, text, field)
	sw.run()
	if len(s.Patterns) > 0 {
		sw.out = s.patterns(sw.out, sw.base, text, sw.min)
	}
	if len(s.Deny) > 0 {
		return s.deny(sw.out, sw.base, text)
	}
	return sw.out
}

// sweep makes the pass over text ready.
func (s *Scanner) sweep(dst []Finding, text string, field bool) sweep {
	sw := sweep{eng: engine(), text: text, out: dst, base: len(dst), min: s.MinScore, allow: s.Allow}
	switch {
	case sw.min == 0:
		sw.min = defaultMinScore
	case sw.min < 0:
		sw.min = 0
	}
	sw.on = sw.eng.enabled(s.Kinds)
	if len(s.Countries) > 0 {
		sw.on = sw.eng.within(sw.on, s.Countries)
	}
	sw.lo, sw.hi = -1, -1
	if field {
		sw.lo = len(text) - len(strings.TrimLeft(text, " \t\r\n"))
		sw.hi = len(strings.TrimRight(text, " \t\r\n"))
	}
	return sw
}

// deny adds the literals and lets them win over whatever they overlap.
func (s *Scanner) deny(out []Finding, base int, text string) []Finding {
	first := len(out)
	for _, l := range s.Deny {
		kind := l.Kind
		if kind == "" {
			kind = Denied
		}
		for from := 0; l.Text != ""; {
			i := strings.Index(text[from:], l.Text)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(l.Text)
			from = end
			if standsAlone(text, start, end) {
				out = append(out, Finding{Start: start, End: end, Kind: kind, Score: 1})
			}
		}
	}
	if len(out) == first {
		return out
	}
	// Literals come last in out; a stable order by start, longer first, lets
	// one walk settle them among themselves and against the rest.
	lits := out[first:]
	slices.SortFunc(lits, func(a, b Finding) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	kept := lits[:0]
	for _, f := range lits {
		if n := len(kept); n == 0 || f.Start >= kept[n-1].End {
			kept = append(kept, f)
		}
	}
	return mergeOver(out[:first+len(kept)], base, first)
}

// mergeOver merges out[mid:], which wins, into out[base:mid]; both are sorted
// and free of overlaps. It drops what the winners overlap, then sorts.
func mergeOver(out []Finding, base, mid int) []Finding {
	w, n := base, mid
	for r := base; r < mid; r++ {
		f := out[r]
		for n < len(out) && out[n].End <= f.Start {
			n++
		}
		if n < len(out) && out[n].Start < f.End {
			continue
		}
		out[w] = f
		w++
	}
	w += copy(out[w:], out[mid:])
	out = out[:w]
	slices.SortFunc(out[base:], func(a, b Finding) int { return a.Start - b.Start })
	return out
}

// standsAlone reports whether no letter or digit touches text[start:end].
func standsAlone(text string, start, end int) bool {
	return (!wordBefore(text, start) || !wordByte(text[start])) &&
		(!wordAfter(text, end) || !wordByte(text[end-1])) &&
		runeBoundary(text, start) && runeBoundary(text, end)
}

// better reports whether a should stay where a and b overlap.
func better(a, b Finding) bool {
	if a.Score != b.Score {
		return a.Score > b.Score
	}
	return a.End-a.Start > b.End-b.Start
}

// put adds a finding to the output, which stays sorted and free of overlaps.
func (s *sweep) put(start, end int, k kid, score float64) bool {
	if score < s.min || end <= start {
		return false
	}
	f := Finding{Start: start, End: end, Kind: s.eng.rules[k].Kind, Score: score}
	for _, a := range s.allow {
		if strings.EqualFold(a, s.text[start:end]) {
			return false
		}
	}
	// Findings arrive nearly in order, so the ones concerned are the last few.
	hi := len(s.out)
	for hi > s.base && s.out[hi-1].Start >= f.End {
		hi--
	}
	lo := hi
	for lo > s.base && s.out[lo-1].End > f.Start {
		if o := &s.out[lo-1]; !better(f, *o) && !(f.Start == o.Start && f.End == o.End && f.Score == o.Score && s.named(k, start, end) && !s.named(s.eng.byName[o.Kind], start, end)) {
			return false
		}
		lo--
	}
	if score >= 1 {
		s.certain = end
	}
	if lo == hi {
		s.out = append(s.out, f)
		if hi < len(s.out)-1 {
			copy(s.out[hi+1:], s.out[hi:])
			s.out[hi] = f
		}
		return true
	}
	s.out[lo] = f
	s.out = append(s.out[:lo+1], s.out[hi:]...)
	return true
}
