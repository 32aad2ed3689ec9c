package pii

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// open kinds go on beyond the reach; a stream knows them by their beginning.
var openKinds = map[Kind]bool{URL: true, "JWT": true, "PRIVATE_KEY": true, "API_KEY": true}

// mixed returns talk with examples of all kinds in it, close to each other.
func mixed(r *rand.Rand, kinds []Info, n int) string {
	words := strings.Fields("the order for my card number phone call NHS SSN tax id Steuer is and 12 4111 - / , . ; :: ssn passport account é 号码 \n ( ) + @ # x1")
	var b strings.Builder
	for b.Len() < n {
		if r.IntN(3) == 0 {
			b.WriteString(kinds[r.IntN(len(kinds))].Example)
		} else {
			b.WriteString(words[r.IntN(len(words))])
		}
		if r.IntN(8) > 0 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// TestNothingBeyondTheReachDecides is what a stream rests on: cut 64 bytes
// before a finding and 128 after, the text has the same finding, wherever the
// cuts of the stream were.
func TestNothingBeyondTheReachDecides(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 128))
	var kinds []Info
	for _, in := range Kinds() {
		if in.Default && !openKinds[in.Kind] {
			kinds = append(kinds, in)
		}
	}
	var s Scanner
	var dst, again []Finding
	seen, differ := 0, 0
	for range 300 {
		text := mixed(r, kinds, 2000)
		dst = s.Scan(dst[:0], text)
		for _, f := range dst {
			if openKinds[f.Kind] || f.End-f.Start > reachRight {
				continue
			}
			from, to := max(0, f.Start-reachLeft), min(len(text), f.End+reachRight)
			again = s.Scan(again[:0], text[from:to])
			found := false
			for _, g := range again {
				found = found || g.Start+from == f.Start && g.End+from == f.End && g.Kind == f.Kind && g.Score == f.Score
			}
			seen++
			if !found {
				differ++
				if differ < 4 {
					t.Logf("%s %q in %q", f.Kind, text[f.Start:f.End], text[from:to])
				}
			}
		}
	}
	require.Greater(t, seen, 3000)
	assert.Zero(t, differ, "of %d findings", seen)
}

func TestManyScansAtOnce(t *testing.T) {
	s := Scanner{
		Deny: []Literal{{Text: "refund"}}, Allow: []string{"192.0.2.146"}, Countries: []string{"US", "GB"},
		Patterns: []Pattern{{Kind: "ORDER", Literal: "id=", Expr: regexp.MustCompile(`id=[0-9]+`)}},
	}
	names := Scanner{Kinds: []Kind{"PERSON", "LOCATION", "STREET_ADDRESS", "AGE", EmailAddress}}
	text := support + "My name is Karl Schneider from Berlin, 14 Crown Street, 34 years old.\n"
	want, wantNames := s.Scan(nil, text), names.Scan(nil, text)
	require.NotEmpty(t, want)
	require.Len(t, wantNames, 6)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			var dst []Finding
			for range 50 {
				if dst = s.Scan(dst[:0], text); !assert.Equal(t, want, dst) {
					return
				}
				if dst = names.Scan(dst[:0], text); !assert.Equal(t, wantNames, dst) {
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestHostileTextsAreReadToTheEnd(t *testing.T) {
	every := Scanner{MinScore: -1}
	for _, in := range Kinds() {
		every.Kinds = append(every.Kinds, in.Kind)
	}
	var zero Scanner
	var dst []Finding
	// Of this size a quadratic walk over one token would not end in a day.
	for _, unit := range []string{"eyJxx-", "glc_-", "glpat-", "a_", "eyJaaaaaaaa.", "http://", "00 ", "%40a"} {
		text := strings.Repeat(unit, 1<<22/len(unit)) + " jo@example.org "
		dst = zero.Scan(dst[:0], text)
		require.NotEmpty(t, dst, unit)
		last := dst[len(dst)-1]
		assert.Equal(t, "jo@example.org", text[last.Start:last.End], unit)
	}
	for name, text := range hostile(1 << 16) {
		text += " jo@example.org "
		for _, s := range []*Scanner{&zero, &every} {
			dst = s.Scan(dst[:0], text)
			checkFindings(t, text, dst)
			if assert.NotEmpty(t, dst, name) {
				last := dst[len(dst)-1]
				assert.Equal(t, "jo@example.org", text[last.Start:last.End], name)
			}
		}
	}
}
