package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// small talk of a support chat. None of it is personal data.
var talk = []string{
	"Thank you for your patience, we looked at the order again and everything seems fine on our side.",
	"Could you tell us which browser you were using when the page stopped loading, and whether it happens every time?",
	"The parcel left our warehouse on Monday and should be with you in 3 days; we are sorry for the trouble.",
	"I tried that twice already, it still says that the password is wrong.",
	"No problem at all! Let me check the order with the team in the warehouse, this may take about 5 minutes.",
	"Honestly, I expected more after 12 years as a customer.",
	"The discount of 15% runs until the end of the month and applies to everything but gift cards.",
	"That did it, thanks! Is there anything I should do so that it does not happen again?",
	"Please restart the router, wait until both lamps are green, and then try the second step again.",
	"We would love to hear how we did; the survey has only two questions.",
	"It is the blue one, size M, and the zip broke on the first day.",
	"Of course. I have passed this on to a colleague who will get back to you by tomorrow evening.",
}

// pieces of personal data as customers write them. Each passes its checks and
// belongs to nobody.
var pieces = []func(r *rand.Rand) string{
	func(r *rand.Rand) string {
		return fmt.Sprintf("you can mail me at jo.miller%d@example.org", r.IntN(900))
	},
	func(r *rand.Rand) string { return fmt.Sprintf("my number is 202-555-01%02d", r.IntN(100)) },
	func(r *rand.Rand) string { return fmt.Sprintf("call +1 (202) 555-01%02d after lunch", r.IntN(100)) },
	func(*rand.Rand) string {
		return "I paid with my card 4111 1111 1111 1111 and the amount was taken twice"
	},
	func(*rand.Rand) string { return "the refund can go to GB82 WEST 1234 5698 7654 32" },
	func(*rand.Rand) string { return "the SSN you asked for is 899-99-9998" },
	func(r *rand.Rand) string { return fmt.Sprintf("we saw a login from 192.0.2.%d", r.IntN(256)) },
	func(r *rand.Rand) string {
		return fmt.Sprintf("it is all on https://www.example.org/orders?id=%d", r.IntN(1e6))
	},
}

// chat returns about n bytes of support chat, in which one line of three, or
// none, holds personal data.
func chat(n int, personal bool) string {
	r := rand.New(rand.NewPCG(2026, 5))
	var b strings.Builder
	for b.Len() < n {
		b.WriteString([]string{"customer: ", "agent: "}[r.IntN(2)])
		b.WriteString(talk[r.IntN(len(talk))])
		if personal && r.IntN(3) == 0 {
			b.WriteString(" By the way, ")
			b.WriteString(pieces[r.IntN(len(pieces))](r))
			b.WriteByte('.')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

type hostileText struct{ unit, text string }

// hostile returns texts made to be slow, about n bytes each.
func hostile(n int) (all []hostileText) {
	for _, unit := range []string{
		"1234567890", "@", "aaaa@@@@", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@", ".", "a.", "-", "((((", "((((1))))", "[[[[a]]]]", ":", "a::", "1:",
		"http://", "a", "a1", "www.", "1 1 ", "1-", "1.", "123 456 7890 ", "4111 ", "+1 ", "GB82 ", "ssn 123456789 ", "_", "\xff", "é", "１",
		"eyJ", "-----BEGIN ", "0x", "eyJxx-", "glc_-", "00 ", "a.com ", "٤١١١ ", "%40a",
	} {
		all = append(all, hostileText{unit, strings.Repeat(unit, n/len(unit)+1)})
	}
	all = append(all, hostileText{"a…@…", strings.Repeat("a", n/2) + strings.Repeat("@", n/2)})
	return append(all, random(n)...)
}

// random returns texts of about n bytes that are dense in numbers and do not
// repeat.
func random(n int) (all []hostileText) {
	const (
		digits = "0123456789"
		base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + digits + "+/"
	)
	for _, t := range []struct {
		name, alphabet, separators string
		longest                    int
	}{
		{"random digits", digits, "", 0},
		{"random numbers, ' '", digits, " ", 12},
		{"random numbers, ','", digits, ",", 12},
		{"random numbers, '.'", digits, ".", 12},
		{"random numbers, '-'", digits, "-", 12},
		{"random numbers, ' ,.-'", digits, " ,.-", 12},
		{"random numbers, lines", digits, "\n", 12},
		{"random short numbers", digits, " ", 4},
		{"random signs, digits", digits + " .,:;-_/@()+#%", "", 0},
		{"random ASCII", digits + base64 + " !\"#$%&'()*,-.:;<=>?@[]^_`{|}~", "", 0},
		{"random base64", base64, "", 0},
		{"random base64, lines", base64, "\n", 76},
		{"random hex", digits + "abcdef", "", 0},
		{"random hex, words", digits + "abcdef", " ", 16},
	} {
		r := rand.New(rand.NewPCG(2026, 11))
		b := make([]byte, 0, n+16)
		for len(b) < n {
			length := 64
			switch {
			case t.longest >= 64:
				length = t.longest
			case t.longest > 0:
				length = 1 + r.IntN(t.longest)
			}
			for range length {
				b = append(b, t.alphabet[r.IntN(len(t.alphabet))])
			}
			if t.separators != "" {
				b = append(b, t.separators[r.IntN(len(t.separators))])
			}
		}
		all = append(all, hostileText{t.name, string(b)})
	}
	return all
}
