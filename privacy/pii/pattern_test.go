package pii

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPatterns(t *testing.T) {
	s := Scanner{Patterns: []Pattern{
		{Kind: "CUSTOMER", Literal: "C-", Expr: regexp.MustCompile(`\bC-\d{4}\b`)},
		{Kind: "WEAK", Literal: "w", Expr: regexp.MustCompile(`w\d`), Score: 0.2},
	}, Allow: []string{"C-0000"}}
	text := "C-1234 wrote jo@example.org about C-99999, C-0000 and C-5678; w1"
	fs := s.Scan(nil, text)
	assert.Equal(t, []string{"C-1234", "jo@example.org", "C-5678"}, pieces(text, fs))
	assert.Equal(t, Kind("CUSTOMER"), fs[0].Kind)
	checkFindings(t, text, fs)

	over := Scanner{Patterns: []Pattern{{Kind: "USER", Literal: "@", Expr: regexp.MustCompile(`\w+@`), Score: 0.9}}}
	assert.Equal(t, []string{"jo@example.org"}, pieces("jo@example.org", over.Scan(nil, "jo@example.org")), "the better one stays")
	assert.PanicsWithValue(t, "pii: a Scanner.Patterns entry lacks its Kind, Literal or Expr; all three are required",
		func() { (&Scanner{Patterns: []Pattern{{Kind: "X"}}}).Scan(nil, "x") })
}

func TestOffsets(t *testing.T) {
	var s Scanner
	text := "😀é jo@example.org 😀 192.0.2.1 \xff 192.0.2.2"
	fs := s.Scan(nil, text)
	RuneOffsets(text, fs)
	var got [][2]int
	for _, f := range fs {
		got = append(got, [2]int{f.Start, f.End})
	}
	assert.Equal(t, [][2]int{{3, 17}, {20, 29}, {32, 41}}, got)
	fs = s.Scan(nil, text)
	UTF16Offsets(text, fs)
	got = nil
	for _, f := range fs {
		got = append(got, [2]int{f.Start, f.End})
	}
	assert.Equal(t, [][2]int{{4, 18}, {22, 31}, {34, 43}}, got)
}

// TestPatternsStayLinear counts what a literal everywhere costs.
func TestPatternsStayLinear(t *testing.T) {
	s := Scanner{Kinds: []Kind{}, Patterns: []Pattern{{Kind: "ONES", Literal: "1", Expr: regexp.MustCompile(`1+`)}}}
	text := strings.Repeat("1 11 ", 20000)
	got := s.Scan(nil, text)
	require.Len(t, got, 40000)
	checkFindings(t, text, got)
	if raceDetector {
		return // it empties regexp's pools at random, and so adds allocations of its own
	}
	assert.Less(t, testing.AllocsPerRun(1, func() { s.Scan(nil, text) }), 60000.0, "each match is found about once")
}

func TestPatternsReach(t *testing.T) {
	s := Scanner{Kinds: []Kind{}, Patterns: []Pattern{{Kind: "A", Literal: "#", Expr: regexp.MustCompile(`a*#b*`)}}}
	for _, c := range []struct {
		left, right int
		want        bool
	}{{0, 0, true}, {64, 128, true}, {65, 0, false}, {0, 129, false}} {
		text := strings.Repeat("a", c.left) + "#" + strings.Repeat("b", c.right)
		got := pieces(text, s.Scan(nil, text))
		assert.Equal(t, c.want, len(got) == 1 && got[0] == text, "%d to the left, %d to the right: %q", c.left, c.right, got)
	}
}
