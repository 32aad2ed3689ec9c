package pii

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// A second implementation of the check digits, written from the published
// rules in another way: big integers and literal sums over strings.

func digitsOf(s string) (out []int) {
	for _, c := range s {
		out = append(out, int(c-'0'))
	}
	return out
}

func sumOf(s string, weights ...int) (sum int) {
	for i, d := range digitsOf(s)[:len(weights)] {
		sum += d * weights[i]
	}
	return sum
}

func naiveLuhn(s string) bool {
	sum, double := 0, false
	for i := len(s) - 1; i >= 0; i-- {
		sum += [...][10]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {0, 2, 4, 6, 8, 1, 3, 5, 7, 9}}[map[bool]int{true: 1}[double]][s[i]-'0']
		double = !double
	}
	return sum%10 == 0
}

func naiveVerhoeff(s string) bool {
	mul := func(a, b int) int { // the dihedral group of the pentagon
		switch {
		case a < 5 && b < 5:
			return (a + b) % 5
		case a < 5:
			return 5 + (a+b-5)%5
		case b < 5:
			return 5 + (a-5-b+5)%5
		}
		return (a - b + 5) % 5
	}
	perm := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	c := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		for range i % 8 {
			d = perm[d]
		}
		c = mul(c, d)
	}
	return c == 0
}

func naive1110(s string) bool {
	p := 10
	for _, d := range digitsOf(s[:len(s)-1]) {
		if p = (p + d) % 10; p == 0 {
			p = 10
		}
		p = 2 * p % 11
	}
	return (p+int(s[len(s)-1]-'0'))%10 == 1
}

func naive97(s string) int64 {
	var b strings.Builder
	for _, c := range s {
		if c >= 'A' {
			b.WriteString([]string{"10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35"}[c-'A'])
		} else {
			b.WriteRune(c)
		}
	}
	n, _ := new(big.Int).SetString(b.String(), 10)
	return n.Mod(n, big.NewInt(97)).Int64()
}

// checksums pairs a kind with a template ('9' is a random digit, 'A' a random
// letter) and the second implementation.
var checksums = []struct {
	kind     Kind
	template string
	ok       func(string) bool
}{
	{CreditCard, "4999999999999999", naiveLuhn},
	{CreditCard, "349999999999999", naiveLuhn},
	{IBANCode, "DE99999999999999999999", func(s string) bool { return naive97(s[4:]+s[:4]) == 1 }},
	{IBANCode, "GB99AAAA99999999999999", func(s string) bool { return naive97(s[4:]+s[:4]) == 1 }},
	{UKNHS, "9999999999", func(s string) bool {
		return sumOf(s, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0 && s != "0000000000"
	}},
	{"DE_VAT_ID", "DE199999999", func(s string) bool { return naive1110(s[2:]) }},
	{"HR_OIB", "99999999999", naive1110},
	{"US_NPI", "1999999999", func(s string) bool { return naiveLuhn("80840" + s) }},
	{"ABA_ROUTING_NUMBER", "029999999", func(s string) bool { return sumOf(s, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }},
	{"CA_SIN", "199999999", naiveLuhn},
	{"MEDICAL_LICENSE", "FB9999999", func(s string) bool {
		d := digitsOf(s[2:])
		return (d[0]+d[2]+d[4]+2*(d[1]+d[3]+d[5]))%10 == d[6] && s[2:] != "0000000"
	}},
	{"AU_ABN", "19999999999", func(s string) bool {
		d := digitsOf(s)
		d[0]--
		sum := 0
		for i, w := range []int{10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19} {
			sum += d[i] * w
		}
		return sum%89 == 0
	}},
	{"AU_ACN", "099999999", func(s string) bool {
		return (sumOf(s, 8, 7, 6, 5, 4, 3, 2, 1)+int(s[8]-'0'))%10 == 0 && s != "000000000"
	}},
	{"AU_TFN", "199999999", func(s string) bool { return sumOf(s, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0 && s != "111111111" }},
	{"IN_AADHAAR", "399999999999", func(s string) bool { return naiveVerhoeff(s) && s[:6] != reverse(s[6:]) }},
	{"NG_NIN", "99999999999", func(s string) bool { return naiveVerhoeff(s) && strings.Trim(s, s[:1]) != "" }},
	{"NL_BSN", "199999999", func(s string) bool { return sumOf(s, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && s != "111111111" }},
	{"PT_NIF", "299999999", func(s string) bool {
		want := 11 - sumOf(s, 9, 8, 7, 6, 5, 4, 3, 2)%11
		if want > 9 {
			want = 0
		}
		return int(s[8]-'0') == want
	}},
	{"ES_NIF", "99999999A", func(s string) bool {
		n, _ := new(big.Int).SetString(s[:8], 10)
		return "TRWAGMYFPDXBNJZSQVHLCKE"[n.Mod(n, big.NewInt(23)).Int64()] == s[8]
	}},
	{"TR_NATIONAL_ID", "19999999999", func(s string) bool {
		d := digitsOf(s)
		ten := ((d[0]+d[2]+d[4]+d[6]+d[8])*7 - d[1] - d[3] - d[5] - d[7]) % 10
		return (ten+10)%10 == d[9] && sumOf(s, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%10 == d[10]
	}},
	{"KR_BRN", "999-99-99999", func(s string) bool {
		s = strings.ReplaceAll(s, "-", "")
		return (sumOf(s, 1, 3, 7, 1, 3, 7, 1, 3, 5, 1)+int(s[8]-'0')*5/10)%10 == 0 && s[:3] > "100"
	}},
	{"TW_NATIONAL_ID", "A199999999", func(s string) bool {
		n := map[byte]string{'A': "10", 'B': "11", 'C': "12", 'D': "13", 'E': "14", 'F': "15", 'G': "16", 'H': "17", 'I': "34", 'J': "18", 'K': "19", 'L': "20", 'M': "21", 'N': "22", 'O': "35", 'P': "23", 'Q': "24", 'R': "25", 'S': "26", 'T': "27", 'U': "28", 'V': "29", 'W': "32", 'X': "30", 'Y': "31", 'Z': "33"}[s[0]]
		return sumOf(n+s[1:], 1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)%10 == 0
	}},
	{"BR_CPF", "999.999.999-99", func(s string) bool {
		d := strings.NewReplacer(".", "", "-", "").Replace(s)
		a := sumOf(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
		b := sumOf(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
		return a == int(d[9]-'0') && b == int(d[10]-'0') && strings.Trim(d, d[:1]) != ""
	}},
	{"CL_RUT", "19.999.999-9", func(s string) bool {
		d := strings.NewReplacer(".", "", "-", "").Replace(s)
		return (sumOf(d, 3, 2, 7, 6, 5, 4, 3, 2)+int(d[8]-'0'))%11 == 0 && strings.Trim(d, d[:1]) != ""
	}},
	{"CO_NIT", "199.999.999-9", func(s string) bool {
		d := strings.NewReplacer(".", "", "-", "").Replace(s)
		r := sumOf(d, 41, 37, 29, 23, 19, 17, 13, 7, 3) % 11
		if r > 1 {
			r = 11 - r
		}
		return r == int(d[9]-'0')
	}},
	{"AR_CUIT", "20-99999999-9", func(s string) bool {
		d := strings.ReplaceAll(s, "-", "")
		r := 11 - sumOf(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
		return r == 11 && d[10] == '0' || r == 10 && d[10] == '9' || r < 10 && r == int(d[10]-'0')
	}},
	{"GR_AFM", "199999999", func(s string) bool { return sumOf(s, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == int(s[8]-'0') }},
	{"IL_ID", "19999999-9", func(s string) bool { return naiveLuhn(strings.ReplaceAll(s, "-", "")) }},
	{"CH_AHV", "756.9999.9999.99", func(s string) bool {
		return sumOf(strings.ReplaceAll(s, ".", ""), 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
	}},
	{"PH_TIN", "199-999-999-000", func(s string) bool {
		d := strings.ReplaceAll(s, "-", "")
		return sumOf(d, 9, 8, 7, 6, 5, 4, 3, 2)%11 == int(d[8]-'0')
	}},
	{"LEI", "5493A999999999999999", func(s string) bool { return naive97(s) == 1 }},
	{"IMEI", "359999999999999", naiveLuhn},
}

func reverse(s string) string {
	b := []byte(s)
	for i := range len(b) / 2 {
		b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
	}
	return string(b)
}

// TestChecksAgreeWithASecondImplementation draws 10,000 numbers a kind, near
// enough to valid that both answers come up often.
func TestChecksAgreeWithASecondImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 26))
	for _, c := range checksums {
		s := Scanner{Kinds: []Kind{c.kind}}
		var dst []Finding
		valid := 0
		for range 10000 {
			b := []byte(c.template)
			for i, ch := range b {
				switch ch {
				case '9':
					b[i] = '0' + byte(r.IntN(10))
				case 'A':
					b[i] = 'A' + byte(r.IntN(26))
				}
			}
			if r.IntN(2) == 0 { // half of them valid, if one last digit makes them so
				for d := byte('0'); d <= '9' && !c.ok(string(b)); d++ {
					b[len(b)-1] = d
				}
			}
			want := c.ok(string(b))
			dst = s.Field(dst[:0], string(b))
			got := len(dst) == 1 && dst[0].Start == 0 && dst[0].End == len(b)
			if got != want {
				t.Errorf("%s %s: found %v, valid %v", c.kind, b, got, want)
				break
			}
			if want {
				valid++
			}
		}
		if valid < 100 || valid > 9900 {
			t.Errorf("%s: %d of 10000 valid, too one-sided to tell", c.kind, valid)
		}
	}
}

// TestOneWrongCharacterIsNotFound changes every digit of the examples whose
// check promises to see it.
func TestOneWrongCharacterIsNotFound(t *testing.T) {
	promises := map[Kind]bool{}
	for _, k := range []Kind{
		CreditCard, IBANCode, UKNHS, FRNIR, "US_NPI", "ABA_ROUTING_NUMBER", "CA_SIN", "DE_VAT_ID", "DE_HEALTH_INSURANCE", "CH_AHV", "NL_BSN", "ES_NIF", "ES_NIE",
		"PL_PESEL", "RO_CNP", "HR_OIB", "KR_RRN", "CN_RESIDENT_ID", "AE_EMIRATES_ID", "AU_ABN", "IN_AADHAAR", "ZA_ID_NUMBER",
		"NG_NIN", "BR_CNPJ", "CL_RUT", "LEI", "IMEI", "PASSPORT_MRZ", "CRYPTO", "IL_ID",
	} {
		promises[k] = true
	}
	for _, in := range Kinds() {
		if !promises[in.Kind] {
			continue
		}
		delete(promises, in.Kind)
		s := Scanner{Kinds: []Kind{in.Kind}, MinScore: 0.55}
		for i := range in.Example {
			for d := byte('0'); d <= '9' && isDigit(in.Example[i]); d++ {
				b := []byte(in.Example)
				if b[i] == d {
					continue
				}
				b[i] = d
				for _, got := range pieces(string(b), s.Field(nil, string(b))) {
					if got == string(b) {
						t.Errorf("%s: %s found though %s differs in one digit", in.Kind, b, in.Example)
					}
				}
			}
		}
	}
	if len(promises) > 0 {
		t.Errorf("unknown kinds: %v", promises)
	}
}
