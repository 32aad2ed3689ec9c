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
		for from := 0; ; {
			at := strings.Index(text[from:], p.Literal)
			if at < 0 {
				break
			}
			at += from
			from = at + len(p.Literal)
			lo, hi := max(0, at-reachLeft), min(len(text), from+reachRight)
			for _, m := range p.Expr.FindAllStringIndex(text[lo:hi], -1) {
				if start, end := lo+m[0], lo+m[1]; start <= at && end >= from && !s.allowed(text[start:end]) {
					out = append(out, Finding{Start: start, End: end, Kind: p.Kind, Score: score})
					from = end
				}
			}
		}
	}
	if len(out) == first {
		return out
	}
	// Best first; each stays if nothing better took its place.
	slices.SortStableFunc(out[base:], func(a, b Finding) int {
		switch {
		case better(a, b):
			return -1
		case better(b, a):
			return 1
		}
		return 0
	})
	kept := base
	for _, f := range out[base:] {
		i, _ := slices.BinarySearchFunc(out[base:kept], f.Start, func(g Finding, start int) int { return g.Start - start })
		i += base
		if i > base && out[i-1].End > f.Start || i < kept && out[i].Start < f.End {
			continue
		}
		copy(out[i+1:kept+1], out[i:kept])
		out[i] = f
		kept++
	}
	return out[:kept]
}

func (s *Scanner) allowed(piece string) bool {
	for _, a := range s.Allow {
		if strings.EqualFold(a, piece) {
			return true
		}
	}
	return false
}
