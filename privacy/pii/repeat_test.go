package pii

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// scanAll is Scan without passing over what repeats itself.
func scanAll(s *Scanner, text string) []Finding {
	sw := s.sweep(nil, text, false)
	sw.work = math.MinInt
	sw.run()
	return sw.out
}

// TestWhatRepeatsItselfIsFoundInEachRound holds the short way to the long one,
// on texts with a period that is broken at a drawn place.
func TestWhatRepeatsItselfIsFoundInEachRound(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 64))
	every := Scanner{MinScore: -1}
	var units []string
	for _, in := range Kinds() {
		every.Kinds = append(every.Kinds, in.Kind)
		units = append(units, in.Example+" ", in.Example+"\n", "a "+in.Example+",")
	}
	for _, text := range hostile(1 << 12) {
		units = append(units, text[:1+r.IntN(40)])
	}
	// Three rounds are one Aadhaar number: two of any three hold no beginning.
	units = append(units, "4111 ", "4111 4111 ")
	for range 300 {
		units = append(units, mixed(r, Kinds(), 1+r.IntN(60)))
	}
	var zero Scanner
	passed := 0
	for _, unit := range units {
		text := strings.Repeat(unit, 1+6000/len(unit))
		cut := r.IntN(len(text))
		text = fmt.Sprint("card 4111 1111 1111 1111 ", text[cut/4:cut], " phone 202-555-0143 ", text[:r.IntN(len(text))], "1", text)
		for _, s := range []*Scanner{&zero, &every} {
			want, got := scanAll(s, text), s.Scan(nil, text)
			if len(want) != len(got) {
				t.Errorf("%q: %d findings, one by one %d", unit, len(got), len(want))
				continue
			}
			for i := range want {
				if want[i] != got[i] {
					t.Errorf("%q: %v, one by one %v", unit, got[i], want[i])
					break
				}
			}
			sw := s.sweep(nil, text, false)
			sw.run()
			if sw.skipped > 0 {
				passed++
			}
		}
	}
	if passed < 100 {
		t.Errorf("the short way was taken for %d texts only", passed)
	}
}
