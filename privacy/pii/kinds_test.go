package pii

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scanOne scans with one kind on.
func scanOne(k Kind, text string) []string {
	s := Scanner{Kinds: []Kind{k}}
	return pieces(text, s.Scan(nil, text))
}

func fieldOne(k Kind, text string) []string {
	s := Scanner{Kinds: []Kind{k}}
	return pieces(text, s.Field(nil, text))
}

func pieces(text string, fs []Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, text[f.Start:f.End])
	}
	return out
}

// kindCase holds pieces that must and must not be found with only their kind
// on. A valid piece that is a bare number must be found as a Field.
type kindCase struct {
	kind    Kind
	valid   []string
	invalid []string
}

func checkCases(t *testing.T, cases []kindCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(string(c.kind), func(t *testing.T) {
			require.NotEmpty(t, c.valid)
			require.NotEmpty(t, c.invalid)
			for _, v := range c.valid {
				assert.Equal(t, []string{v}, fieldOne(c.kind, v), "valid %s as a field", v)
			}
			for _, v := range c.invalid {
				assert.NotContains(t, fieldOne(c.kind, v), v, "invalid %s as a field", v)
			}
		})
	}
}

func TestEveryKindIsDescribedAndFindsItsExample(t *testing.T) {
	seen := map[Kind]bool{}
	for _, in := range Kinds() {
		assert.NotEmpty(t, in.Kind)
		assert.False(t, seen[in.Kind], "%s listed twice", in.Kind)
		seen[in.Kind] = true
		assert.NotEmpty(t, in.Format, in.Kind)
		assert.NotEmpty(t, in.Source, in.Kind)
		assert.NotEmpty(t, in.Example, in.Kind)
		assert.Equal(t, []string{in.Example}, fieldOne(in.Kind, in.Example), "example of %s", in.Kind)
		all := Scanner{MinScore: -1}
		if in.Default {
			fs := all.Field(nil, in.Example)
			require.NotEmpty(t, fs, in.Kind)
		}
	}
}

// TestSurroundings puts each kind's example into the places it stands in.
func TestSurroundings(t *testing.T) {
	for _, in := range Kinds() {
		s := Scanner{Kinds: []Kind{in.Kind}, MinScore: -1}
		for _, frame := range []string{
			"%s", "%s is it", "it is %s", "(%s)", "[%s]", "\"%s\"", "{\"a\":\"%s\",\"b\":2}", "a\t%s\tb",
			"| %s |", "<td>%s</td>", "see %s.", "see %s, then", "%s\n%s", "see: %s;", "(see %s)", "«%s»", "“%s”", "号码%s。", "\\n%s\\n",
			";%s;", "'%s'", "`%s`", "*%s*", "**%s**", "#%s", "<b>%s</b>", "=%s", "%s\r\n", "- %s", "%s - ok", "%s!", "%s?", "…%s…", "\u00a0%s\u00a0", "\u3000%s\u3000",
			"No. %s", "(ID %s)", "|%s|", "\x00%s\x00", "k\\\":\\\"%s\\\"", "key: %s\nnext",
		} {
			text := fmt.Sprintf(frame, in.Example)
			if frame == "%s\n%s" {
				text = in.Example + "\n" + in.Example
			}
			for _, got := range pieces(text, s.Scan(nil, text)) {
				assert.Equal(t, in.Example, got, "%s in %q", in.Kind, text)
			}
			assert.NotEmpty(t, s.Scan(nil, text), "%s in %q", in.Kind, text)
		}
	}
}

// TestInsideAURL finds each kind as a value of a query, and no kind of fixed
// length where a letter touches it.
func TestInsideAURL(t *testing.T) {
	taller := map[Kind]bool{EmailAddress: true, URL: true, "JWT": true, PhoneNumber: true, "PRIVATE_KEY": true, "STREET_ADDRESS": true, "PERSON": true}
	for _, in := range Kinds() {
		s := Scanner{Kinds: []Kind{in.Kind}, MinScore: -1}
		if in.Kind != URL {
			for _, frame := range []string{"https://example.org/?id=%s&x=1", "id=%s&", "a,%s,b"} {
				text := fmt.Sprintf(frame, in.Example)
				assert.Contains(t, pieces(text, s.Scan(nil, text)), in.Example, "%s in %q", in.Kind, text)
			}
		}
		if taller[in.Kind] {
			continue
		}
		for _, frame := range []string{"x%s", "é%sé", "%sx", "9%s", "%s9"} {
			text := fmt.Sprintf(frame, in.Example)
			for _, f := range s.Scan(nil, text) {
				assert.False(t, text[f.Start:f.End] == in.Example && f.Score >= defaultMinScore && !engine().glued.has(engine().byName[in.Kind]), "%s in %q", in.Kind, text)
			}
		}
	}
}

func TestWorldwide(t *testing.T) {
	checkCases(t, []kindCase{
		{EmailAddress, []string{
			"jo@example.org", "jo.miller+shop@mail.example.co.uk", "o'neil@example.com", "x@y.de", "\"jo miller\"@example.org",
			"jo@xn--bcher-kva.example", "jürgen@bücher.example", "jo@[192.0.2.1]", "jo@[IPv6:2001:db8::1]", "JO_M-1@EXAMPLE.COM", "root@corp.internal",
		}, []string{
			"jo@", "@example.org", "jo@example", "jo@@example.org", "jo.@example.org", "logo@2x.png", "jo@-example", "pkg@v1.2.3", "jo@.org", "jo @example.org", "jo@example.1", "jo@[300.0.2.1]",
		}},
		{PhoneNumber, []string{
			"+1 202-555-0143", "+12025550143", "(202) 555-0143", "202-555-0143", "202.555.0143", "1-202-555-0143", "2025550143", "+1 (202) 555-0143",
			"+44 20 7946 0958", "+44 (0)20 7946 0958", "(+44) 20 7946 0958", "0044 20 7946 0958", "011 44 20 7946 0958", "+49 30 901820", "+33 1 23 45 67 89", "+91-98765-43210", "(202) 555-0143 x12", "202-555-0143x4587", "0961-7596216", "085 175 7641", "202-555-0143 ext. 123", "01 23 45 67 89", "07700 900123", "020 7946 0958", "090-1234-5678", "(11) 98456-5666", "030/901820", "+4930901820",
		}, []string{
			"102-555-0143", "202-155-0143", "911-555-0143", "202-911-0143", "+1 102 555 0143", "+999 123 4567", "+210 1234567", "+44 20", "+1 202 555 014",
			"123-45-6789", "1234567890", "2024-10-11", "0000000000", "372-555-0143", "2025-0143", "202-555-01434",
		}},
		{CreditCard, []string{
			"4111 1111 1111 1111", "4111111111111111", "4111-1111-1111-1111", "4222222222222", "5555555555554444", "5105105105105100", "2221000000000009", "2720999999999996", "2223 0000 4840 0011",
			"378282246310005", "213176828496175", "3782 822463 10005", "30569309025904", "3056 930902 5904", "38520000023237", "6011111111111117", "3530111333300000", "6200000000000005", "6759649826438453", "36227206271667",
		}, []string{
			"4111 1111 1111 1112", "4111111111111112", "2220999999999998", "2721000000000004", "1111111111111117", "411111111111111", "37828224631000", "4111 1111-1111 1111", "4111 11111 111 1111", "0000000000000000", "9999999999999995",
		}},
		{IBANCode, []string{
			"GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432", "gb82west12345698765432", "DE89 3704 0044 0532 0130 00", "DE89-3704-0044-0532-0130-00", "FR14 2004 1010 0505 0001 3M02 606",
			"NL91ABNA0417164300", "ES9121000418450200051332", "IT60X0542811101000000123456", "CH9300762011623852957", "NO9386011117947", "BE68539007547034", "MT84MALT011000012345MTLCAST001S",
			"LC55HEMM000100010012001200023015", "BR1800360305000010009795493C1", "SC18SSCB11010000000000001497USD", "SA0380000000608010167519", "AT611904300234573201", "PL61109010140000071219812874",
		}, []string{
			"GB82 WEST 1234 5698 7654 33", "GB83WEST12345698765432", "DE89 3704 0044 0532 0130 0", "DE8937040044053201300", "XX82WEST12345698765432", "GB82 1234 WEST 5698 7654 32", "DE89 3704 0044-0532 0130 00", "US64SVBKUS6S3300958879",
		}},
		{IPAddress, []string{
			"192.0.2.146", "10.0.0.1", "0.0.0.0", "8.8.8.8", "255.255.255.255", "192.0.2.0/24", "1.2.3.4", "2001:db8::1", "::1", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "fe80::1ff:fe23:4567:890a", "::ffff:192.0.2.128", "2001:db8::/32", "fe80::1%eth0", "1::", "64:ff9b::192.0.2.33",
		}, []string{
			"256.0.2.1", "192.0.2", "192.0.2.1.5", "192.0.02.1", "12:30:45", "2001:db8::1::2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "std::string", "::", "2001:db8:g::1",
		}},
		{URL, []string{
			"https://www.example.org/orders?id=7", "http://example.org", "https://localhost:8080/a", "ftp://ftp.example.org/file.txt", "www.example.org/me", "example.com", "shop.example.org/me?x=1", "https://user:secret@example.org/x", "http://[2001:db8::1]:80/", "http://192.0.2.1/", "https://example.org/wiki/Go_(game)", "postgres://app:pw@db.internal:5432/shop", "https://bücher.example/straße?q=ü",
		}, []string{
			"http://", "://example.org", "http:/example.org", "www.", "www.example", "http:// example.org", "file.txt",
		}},
	})
}

func TestFirstNationalKinds(t *testing.T) {
	checkCases(t, []kindCase{
		{USSSN, []string{"899-99-9998", "501-12-3456", "899 99 9998", "078 05 1123", "899999998"}, []string{
			"000-12-3456", "666-12-3456", "900-12-3456", "501-00-3456", "501-12-0000", "078-05-1120", "219-09-9999", "501-12-34567", "5011-2-3456", "50-112-3456", "111-11-1111", "501-12.3456",
		}},
		{UKNHS, []string{"943 476 5919", "943-476-5919", "9434765919", "401 023 2137"}, []string{"943 476 5918", "9434765918", "943 4765 919", "000 000 0000", "94347659190"}},
		{DETaxID, []string{"86 095 742 719", "86095742719", "47036892816", "65929970489"}, []string{"86 095 742 718", "86095742710", "06095742719", "12345678912", "8609 574 2719", "11111111111"}},
		{FRNIR, []string{"2 55 08 14 168 025 38", "255081416802538", "1 51 02 46 102 043 25"}, []string{"2 55 08 14 168 025 39", "255081416802583", "9 55 08 14 168 025 38", "2 55 13 14 168 025 38", "2 55 0814 168 025 38"}},
	})
}

func TestContextLiftsBareNumbers(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		text string
		want bool
	}{
		{UKNHS, "order 9434765919 is late", false},
		{UKNHS, "NHS number: 9434765919", true},
		{UKNHS, "9434765919 (her NHS no.)", true},
		{DETaxID, "Bestellung 86095742719", false},
		{DETaxID, "meine Steueridentifikationsnummer lautet 86095742719", true},
		{PhoneNumber, "order 2025550143", false},
		{PhoneNumber, "Téléphone 2025550143", true},
		{PhoneNumber, "TÉLÉPHONE : 2025550143", true},
		{USSSN, "part 501123456", false},
		{USSSN, "social security 501123456", true},
		{USSSN, "\"ssn\":501123456", true},
		{CreditCard, "pay 4111 1111 1111 1111 12/27 123 now", true},
		{CreditCard, "4111111111111111|12|27|123", true},
		{IPAddress, "see section 1.2.3.4", false},
		{IPAddress, "the IP 1.2.3.4", true},
		{USSSN, "row 12 501-12-3456 77", true},
		{USSSN, "uuid 501-12-3456-77", false},
		{USSSN, "501-12-3456.", true},
	} {
		assert.Equal(t, c.want, len(scanOne(c.kind, c.text)) == 1, "%s in %q", c.kind, c.text)
	}
}
