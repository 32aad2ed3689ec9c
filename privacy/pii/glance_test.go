package pii

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// denseText returns about n bytes of numbers, signs and examples in the manner of one
// of the texts that are glanced at.
func denseText(r *rand.Rand, kinds []Info, n int) string {
	alphabets := []string{
		"0123456789", "0123456789 .,:;-_/@()+#%", "0123456789abcdef:-.", "0123456789 ()+-", "%0123456789ABab ", "abc@.-0123456789 ", "0123456789_-=",
		"wW.com0123456789/:@[", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/ ", "123é 0٤１\u200b\u00a0\\n",
		" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\n\t",
	}
	separators := []string{" ", ",", ".", "-", "\n", "/", ":", " - ", "  ", ")", "(", ") ", "+", "%20", "%40", "@", "_", ", ", "=", " tel ", " ssn "}
	alphabet, longest := []rune(alphabets[r.IntN(len(alphabets))]), 1+r.IntN(20)
	if r.IntN(3) == 0 {
		alphabet = []rune(alphabets[0])
	}
	usual := separators[r.IntN(len(separators))]
	var b strings.Builder
	for b.Len() < n {
		for range 1 + r.IntN(longest) {
			b.WriteRune(alphabet[r.IntN(len(alphabet))])
		}
		switch r.IntN(8) {
		case 0:
			b.WriteString(separators[r.IntN(len(separators))])
		case 1:
			b.WriteString(usual + kinds[r.IntN(len(kinds))].Example)
		default:
			b.WriteString(usual)
		}
	}
	return b.String()
}

// TestGlancingChangesNothing compares a scan with one that handles every trigger
// and every round of what repeats itself.
func TestGlancingChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 16))
	kinds := Kinds()
	every, weakest, phones := Scanner{}, Scanner{MinScore: -1}, Scanner{Kinds: []Kind{PhoneNumber}}
	for _, in := range kinds {
		switch in.Kind {
		case "DATE_TIME", "DATE_OF_BIRTH", "AGE": // nothing is glanced at for them
		default:
			every.Kinds = append(every.Kinds, in.Kind)
			weakest.Kinds = append(weakest.Kinds, in.Kind)
		}
	}
	rounds := 400
	if testing.Short() {
		rounds = 60
	}
	glances, found := 0, 0
	for range rounds {
		text := denseText(r, kinds, 1500)
		for _, s := range []*Scanner{{}, &every, &weakest, &phones} {
			with, without := s.sweep(nil, text, false), s.sweep(nil, text, false)
			without.due = math.MaxInt // no pause is ever due
			with.run()
			without.run()
			require.Equal(t, without.out, with.out, "%q", text)
			require.Zero(t, without.glance.last)
			if with.glance.to > 0 {
				glances++
			}
			found += len(with.out)
		}
	}
	assert.Greater(t, glances, rounds)
	assert.Greater(t, found, 10*rounds)
}

// TestLanes compares the table and the transposition with what they stand for.
func TestLanes(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for range 200 {
		b := make([]byte, 64)
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		var l, want lanes
		l.read(&engine().lanes, string(b))
		for i, c := range b {
			var lane *uint64
			switch {
			case isDigit(c):
				lane = &want.digit
			case isLetter(c):
				lane = &want.letter
			case c >= 0x80, c == '\\':
				lane = &want.odd
			case strings.IndexByte(" /", c) >= 0:
				lane = &want.between
			case strings.IndexByte("()", c) >= 0:
				lane = &want.bracket
			case strings.IndexByte("_=", c) >= 0:
				lane = &want.join
			case c == '.':
				lane = &want.dot
			case c == '-':
				lane = &want.hyphen
			case c == ':':
				lane = &want.colon
			case c == '@':
				lane = &want.at
			case c == '[':
				lane = &want.square
			case c == '%':
				lane = &want.percent
			default:
				continue
			}
			*lane |= 1 << i
		}
		require.Equal(t, want, l, "%q", b)
	}
}

// A word too long for an identifier has no length a table knows.
func TestLongWordsInRowsOfNumbers(t *testing.T) {
	var s Scanner
	for _, long := range []int{25, 26, 40, 41, 255, 256, 300} {
		text := strings.Repeat("1 22 333 ,", 20) + strings.Repeat("7", long) + strings.Repeat(" 1 0"+strings.Repeat("0", long), 20) + " 192.0.2.1 "
		fs := s.Scan(nil, text)
		checkFindings(t, text, fs)
		require.NotEmpty(t, fs, long)
		assert.Equal(t, "192.0.2.1", text[fs[len(fs)-1].Start:fs[len(fs)-1].End])
	}
}
