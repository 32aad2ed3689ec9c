package pii

import (
	"regexp"
	"slices"
	"strings"
)

// Pattern is a kind of your own: a regular expression tried only around a
// literal that every match contains, so that text without it costs next to
// nothing. A match may reach 64 bytes to the left and 128 to the right of the
// literal.
type Pattern struct {
	Kind    Kind           // Required.
	Literal string         // Required. Part of every match, exactly as written.
	Expr    *regexp.Regexp // Required. The part to report; it must contain the literal.
	Score   float64        // Default: 1.
}

// patterns appends what the patterns find to out and lets the best of
// everything that overlaps stay.
func (s *Scanner) patterns(out []Finding, base int, text string, least float64) []Finding {
	first := len(out)
	for i := range s.Patterns {
		p := &s.Patterns[i]
		if p.Kind == "" || p.Literal == "" || p.Expr == nil {
			panic("pii: a Scanner.Patterns entry lacks its Kind, Literal or Expr; all three are required")
		}
		score := p.Score
		if score == 0 {
			score = 1
		}
		if score < least {
			continue
		}
		out = s.pattern(out, p, score, text)
	}
	if len(out) == first {
		return out
	}
	// From left to right, as the scan itself does: what is better than all that
	// it overlaps takes their place.
	slices.SortStableFunc(out[base:], func(a, b Finding) int { return a.Start - b.Start })
	kept := base
	for _, f := range out[base:] {
		lo := kept
		for lo > base && out[lo-1].End > f.Start && better(f, out[lo-1]) {
			lo--
		}
		if lo > base && out[lo-1].End > f.Start {
			continue
		}
		out[lo] = f
		kept = lo + 1
	}
	return out[:kept]
}

// stretch is how far literals close to each other are taken together.
const stretch = 4096

// pattern appends what one pattern finds. Literals whose surroundings overlap
// are searched together, so that no text is searched more than about once.
func (s *Scanner) pattern(out []Finding, p *Pattern, score float64, text string) []Finding {
	size, past := len(p.Literal), 0
	for from := 0; from < len(text); {
		at := strings.Index(text[from:], p.Literal)
		if at < 0 {
			return out
		}
		at += from
		last := at
		for last-at < stretch {
			near := text[last+size : min(len(text), last+size+reachLeft+reachRight)]
			i := strings.Index(near, p.Literal)
			if i < 0 {
				break
			}
			last += size + i
		}
		lo, hi := max(past, at-reachLeft), min(len(text), last+size+reachRight)
		from = last + size
		for _, m := range p.Expr.FindAllStringIndex(text[lo:hi], -1) {
			start, end := lo+m[0], lo+m[1]
			piece := text[start:end]
			first, final := strings.Index(piece, p.Literal), strings.LastIndex(piece, p.Literal)
			if first < 0 || first > reachLeft || len(piece)-final-size > reachRight || s.allowed(piece) {
				continue
			}
			out = append(out, Finding{Start: start, End: end, Kind: p.Kind, Score: score})
			past = end
			from = max(from, end)
		}
	}
	return out
}

func (s *Scanner) allowed(piece string) bool {
	for _, a := range s.Allow {
		if strings.EqualFold(a, piece) {
			return true
		}
	}
	return false
}
