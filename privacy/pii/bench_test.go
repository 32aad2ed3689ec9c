package pii

import (
	"regexp"
	"strings"
	"testing"
)

// clean returns n bytes of chat without personal data.
func clean(n int) string {
	const line = "Thank you for your patience, we looked at the order again and everything seems fine on our side. " +
		"Could you tell us which browser you were using when the page stopped loading, and whether it happens every time? " +
		"The parcel left our warehouse on Monday and should be with you in 3 days; we are sorry for the trouble.\n"
	return strings.Repeat(line, n/len(line)+1)[:n]
}

// busy returns n bytes of chat with a piece of personal data a line.
func busy(n int) string {
	const lines = "Hello, my name is Jo and I have a question about the invoice you sent me last week, mail me at jo.miller@example.org please.\n" +
		"Sure, could you confirm the phone number we have on file? It should be 202-555-0143 or the one you gave us before.\n" +
		"I paid with my card 4111 1111 1111 1111 and the amount was taken twice, can you have a look at it today?\n" +
		"The refund can go to GB82 WEST 1234 5698 7654 32, that is the account of my wife and she is happy with that.\n" +
		"For the record the SSN you asked for is 899-99-9998, I hope that this is the last time that I have to send it.\n" +
		"We saw a login from 192.0.2.146 on Tuesday; see https://www.example.org/orders?id=7 for what happened then.\n"
	return strings.Repeat(lines, n/len(lines)+1)[:n]
}

// hostile returns texts made to be slow, about n bytes each.
func hostile(n int) map[string]string {
	rep := func(s string) string { return strings.Repeat(s, n/len(s)+1) }
	return map[string]string{
		"digits": rep("1234567890"), "at": rep("@"), "a@": rep("a")[:n/2] + rep("@")[:n/2], "aaaa@@@@": rep("aaaa@@@@"),
		"a@a": rep("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@"), "dots": rep("."), "a.": rep("a."), "hyphens": rep("-"), "brackets": rep("((((1))))"),
		"1 1": rep("1 1 "), "1-1": rep("1-"), "123 456": rep("123 456 7890 "), "colons": rep(":"), "1:": rep("1:"), "::": rep("a::"),
		"http": rep("http://"), "letters": rep("a"), "a1": rep("a1"), "4111": rep("4111 "), "plus": rep("+1 "), "www": rep("www."), "GB82": rep("GB82 "), "ssn": rep("ssn 123456789 "),
		"names": rep("Aaa "), "boxes": rep("PO Box 1 "), "streets": rep("12 Aaa Aaa Street "), "wide": rep("١"), "invisible": rep("1\u200b"), "underscores": rep("_a"),
		"00": rep("00 "), "headers": rep("eyJxx-"), "grafana": rep("glc_-"), "gitlab": rep("glpat-"), "host.com": rep("a.com "), "percent": rep("%40a"), "spaced": rep("1 1 1 1 1 1 1 1 1 1 2  "),
	}
}

// six is what a program without this package would write.
var six = []*regexp.Regexp{
	regexp.MustCompile(`\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b`),
	regexp.MustCompile(`(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}\b`),
	regexp.MustCompile(`\b(?:\d[ -]?){13,19}\b`),
	regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b`),
	regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b`),
	regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b`),
}

func BenchmarkScan(b *testing.B) {
	const size = 1 << 18
	texts := []struct{ name, text string }{{"pii", busy(size)}, {"clean", clean(size)}}
	for name, text := range hostile(size) {
		texts = append(texts, struct{ name, text string }{"hostile/" + name, text})
	}
	var s Scanner
	for _, c := range texts {
		b.Run(c.name+"/pii.Scan", func(b *testing.B) {
			dst := s.Scan(nil, c.text)
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				dst = s.Scan(dst[:0], c.text)
			}
		})
		if strings.HasPrefix(c.name, "hostile") {
			continue
		}
		b.Run(c.name+"/regexp", func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				for _, re := range six {
					re.FindAllStringIndex(c.text, -1)
				}
			}
		})
	}
}
