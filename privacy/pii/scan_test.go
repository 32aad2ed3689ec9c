package pii

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const support = `Hi, this is Jo. My mail is jo.miller@example.org and you can call me on +1 202-555-0143.
I paid with 4111 1111 1111 1111, the refund may go to GB82 WEST 1234 5698 7654 32.
My SSN is 899-99-9998, I wrote it on https://www.example.org/orders?id=7 from 192.0.2.146.
`

func TestScanFindsEveryKindInOneText(t *testing.T) {
	var s Scanner
	fs := s.Scan(nil, support)
	var kinds []Kind
	for _, f := range fs {
		kinds = append(kinds, f.Kind)
		assert.GreaterOrEqual(t, f.Score, 0.5)
	}
	assert.Equal(t, []Kind{EmailAddress, PhoneNumber, CreditCard, IBANCode, USSSN, URL, IPAddress}, kinds)
}

func TestScanAppends(t *testing.T) {
	var s Scanner
	mine := Finding{Start: 90, End: 99, Kind: "MINE", Score: 0.1}
	fs := s.Scan([]Finding{mine}, "jo@example.org")
	require.Len(t, fs, 2)
	assert.Equal(t, mine, fs[0])
	assert.Equal(t, Finding{Start: 0, End: 14, Kind: EmailAddress, Score: 1}, fs[1])
}

func TestScannerOptions(t *testing.T) {
	text := "jo@example.org wrote from 192.0.2.1 about Bluebird, order 9434765919"
	names := func(s Scanner) (out []Kind) {
		for _, f := range s.Scan(nil, text) {
			out = append(out, f.Kind)
		}
		return out
	}
	assert.Equal(t, []Kind{EmailAddress, IPAddress}, names(Scanner{}))
	assert.Equal(t, []Kind{IPAddress}, names(Scanner{Kinds: []Kind{IPAddress}}))
	assert.Empty(t, names(Scanner{Kinds: []Kind{}}), "an empty list looks for nothing")
	assert.Equal(t, []Kind{IPAddress}, names(Scanner{Allow: []string{"JO@example.ORG"}}))
	assert.Equal(t, []Kind{EmailAddress, IPAddress, Denied}, names(Scanner{Deny: []Literal{{Text: "Bluebird"}, {Text: "Blue"}, {Text: ""}}}))
	assert.Equal(t, []Kind{"HOST", IPAddress}, names(Scanner{Deny: []Literal{{Text: "example", Kind: "HOST"}}}), "a literal wins over what it overlaps")
	assert.Contains(t, names(Scanner{Kinds: []Kind{UKNHS}, MinScore: -1}), UKNHS)
	assert.Empty(t, names(Scanner{Kinds: []Kind{UKNHS}}))
	assert.Empty(t, names(Scanner{Kinds: []Kind{UKNHS}, MinScore: 0.5}))
	assert.PanicsWithValue(t, "pii: Scanner.Kinds names a kind this package does not find: EMAIL; pii.Kinds() lists the names; give kinds of your own to Scanner.Deny or to a recognizer of package privacy",
		func() { names(Scanner{Kinds: []Kind{"EMAIL"}}) })
}

func TestCountries(t *testing.T) {
	text := "SSN 899-99-9998, NHS 401 023 2137, jo@example.org, TFN 876 543 210"
	for _, c := range []struct {
		countries []string
		want      []string
	}{
		{nil, []string{"899-99-9998", "401 023 2137", "jo@example.org", "876 543 210"}},
		{[]string{"US"}, []string{"899-99-9998", "jo@example.org"}},
		{[]string{"GB", "AU"}, []string{"401 023 2137", "jo@example.org", "876 543 210"}},
	} {
		s := Scanner{Countries: c.countries}
		assert.Equal(t, c.want, pieces(text, s.Scan(nil, text)), "%v", c.countries)
	}
	both := Scanner{Countries: []string{"GB"}, Kinds: []Kind{USSSN, UKNHS}}
	assert.Equal(t, []string{"401 023 2137"}, pieces(text, both.Scan(nil, text)), "both must hold")
	assert.PanicsWithValue(t, "pii: Scanner.Countries names a country none of whose kinds this package finds: UK; pii.Kinds() lists the countries, by their ISO 3166-1 codes (GB, not UK)",
		func() { (&Scanner{Countries: []string{"UK"}}).Scan(nil, "") })
}

func TestOverlapsGoToTheBest(t *testing.T) {
	var s Scanner
	for text, want := range map[string][]string{
		"https://example.org/?mail=jo@example.org&x=1": {"https://example.org/?mail=jo@example.org&x=1"},
		"4111111111111111@example.org":                 {"4111111111111111@example.org"},
		"call 202-555-0143 or 202-555-0144":            {"202-555-0143", "202-555-0144"},
		"jo@example.org,al@example.org;x@example.org":  {"jo@example.org", "al@example.org", "x@example.org"},
	} {
		assert.Equal(t, want, pieces(text, s.Scan(nil, text)), text)
	}
}

func TestInvalidUTF8HidesNothing(t *testing.T) {
	var s Scanner
	for _, bad := range []string{"\xff", "\x80\xbf", "\xe2\x82", "\xf0\x9f", "\xc3"} {
		text := bad + "jo@example.org" + bad + " " + bad + " 4111 1111 1111 1111" + bad
		got := pieces(text, s.Scan(nil, text))
		require.Len(t, got, 2, "%q", bad)
		assert.Equal(t, "4111 1111 1111 1111", got[1])
	}
}

func TestSameInALargerText(t *testing.T) {
	var s Scanner
	pad := strings.Repeat("A quiet line of words without anything in it. ", 40)
	alone := s.Scan(nil, "\n"+support+"\n")
	in := s.Scan(nil, pad+"\n"+support+"\n"+pad)
	require.Len(t, in, len(alone))
	for i := range in {
		in[i].Start -= len(pad)
		in[i].End -= len(pad)
	}
	assert.Equal(t, alone, in)
}

func TestScanAllocatesNothing(t *testing.T) {
	var s Scanner
	some := Scanner{Kinds: []Kind{EmailAddress, UKNHS}, MinScore: -1, Allow: []string{"jo.miller@example.org"}, Deny: []Literal{{Text: "refund"}}}
	dst := make([]Finding, 0, 64)
	for _, text := range []string{support, strings.ToUpper(support), clean(4096), "9434765919 NHS", strings.Repeat("@", 4096)} {
		assert.Zero(t, testing.AllocsPerRun(50, func() { dst = s.Scan(dst[:0], text) }))
		assert.Zero(t, testing.AllocsPerRun(50, func() { dst = some.Field(dst[:0], text) }))
	}
}

func TestNextTriggerIsTheFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	buf := make([]byte, 40)
	for range 20000 {
		for i := range buf {
			buf[i] = byte(r.IntN(256))
			if r.IntN(3) > 0 {
				buf[i] = 'a' + byte(r.IntN(26))
			}
		}
		text := string(buf[:r.IntN(41)])
		from := r.IntN(len(text) + 1)
		want := from
		for want < len(text) && (text[want] < '-' || text[want] > '@') {
			if _, n := wideDigit(text[want:]); n > 0 {
				break
			}
			want++
		}
		require.Equal(t, want, nextTrigger(text, from), "%q from %d", text, from)
	}
}

func TestExplainNamesTheRuleAndNotTheText(t *testing.T) {
	s := Scanner{MinScore: -1}
	for text, want := range map[string]string{
		"my card 4111 1111 1111 1111": "Luhn",
		"NHS 9434765919":              "A word near it names the kind",
		"order 9434765919":            "many harmless numbers",
	} {
		fs := s.Scan(nil, text)
		require.NotEmpty(t, fs, text)
		why := s.Explain(text, fs[0])
		assert.Contains(t, why, want)
		assert.NotContains(t, why, text[fs[0].Start:fs[0].End])
	}
	assert.Contains(t, s.Explain("x", Finding{Start: 0, End: 9}), "does not lie inside")
	assert.Contains(t, s.Explain("xyz", Finding{Start: 0, End: 3, Kind: Denied}), "Deny list")
}

// checkFindings fails unless findings are inside text, sorted, apart, scored
// and on rune boundaries.
func checkFindings(t *testing.T, text string, fs []Finding) {
	t.Helper()
	valid := utf8.ValidString(text)
	last := 0
	for _, f := range fs {
		if f.Start < last || f.End <= f.Start || f.End > len(text) {
			t.Fatalf("%+v after %d in %q", f, last, text)
		}
		last = f.End
		if f.Score < 0 || f.Score > 1 || f.Kind == "" {
			t.Fatalf("%+v in %q", f, text)
		}
		if valid && (!utf8.RuneStart(text[f.Start]) || f.End < len(text) && !utf8.RuneStart(text[f.End])) {
			t.Fatalf("%+v splits a rune of %q", f, text)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, in := range Kinds() {
		f.Add(in.Example)
		f.Add("x" + in.Example + "é" + in.Example + "@" + in.Example)
	}
	for _, seed := range hostile(64) {
		f.Add(seed)
	}
	f.Add(support)
	f.Add("é@é.é \xff@\xfe.de 号码jo@例.公司 ::1%e +1(202)555")
	all := Scanner{MinScore: -1}
	for _, in := range Kinds() {
		all.Kinds = append(all.Kinds, in.Kind)
	}
	zero := Scanner{Deny: []Literal{{Text: "e"}, {Text: "é"}}, Allow: []string{"::1"}}
	f.Fuzz(func(t *testing.T, text string) {
		checkFindings(t, text, all.Scan(nil, text))
		checkFindings(t, text, all.Field(nil, text))
		checkFindings(t, text, zero.Scan(nil, text))
		a, b := all.Scan(nil, text), all.Scan(nil, text)
		if len(a) != len(b) {
			t.Fatalf("two scans differ on %q", text)
		}
	})
}

func TestRandomMixesKeepTheInvariants(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	parts := []string{" ", "-", ".", "/", "@", ":", "::", "(", ")", "+", "\n", "é", "号", "\xff", "a", "Z", "x1", "12", "123", "1234", "56789", "www.", "http://", "example.org", "GB82", "WEST"}
	for _, in := range Kinds() {
		parts = append(parts, in.Example)
	}
	all := Scanner{MinScore: -1}
	var zero Scanner
	for range 20000 {
		var b strings.Builder
		for range 1 + r.IntN(30) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		checkFindings(t, b.String(), all.Scan(nil, b.String()))
		checkFindings(t, b.String(), zero.Field(nil, b.String()))
	}
}

// TestNoShapeOfSingleDigits keeps pastRow right.
func TestNoShapeOfSingleDigits(t *testing.T) {
	e := engine()
	assert.Zero(t, e.nodes[e.nodes[rootDigits].child[1]].child[1])
	var s Scanner
	row := strings.Repeat("0 1 ", 100)
	for _, c := range []string{"+1 202 555 0143", "192.0.2.146", "4111 1111 1111 1111", "jo@example.org"} {
		text := row + "is " + c + " in " + row
		assert.Equal(t, []string{c}, pieces(text, s.Scan(nil, text)))
	}
}
