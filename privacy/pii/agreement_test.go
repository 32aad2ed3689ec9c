package pii

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// draw fills a template.
func draw(r *rand.Rand, template, check string) []byte {
	day := time.Date(1900+r.IntN(100), 1, 1+r.IntN(365), 0, 0, 0, 0, time.UTC)
	yy, mm, dd := day.Format("06"), day.Format("01"), day.Format("02")
	if r.IntN(20) == 0 {
		mm = "13"
	}
	b := []byte(strings.NewReplacer("yy", yy, "mm", mm, "dd", dd).Replace(template))
	for i, c := range b {
		switch c {
		case '#':
			b[i] = '0' + byte(r.IntN(10))
		case '?':
			b[i] = letters[r.IntN(26)]
		case '*':
			b[i] = ("0123456789" + letters)[r.IntN(36)]
		case '~':
			b[i] = check[r.IntN(len(check))]
		}
	}
	return b
}

// complete tries all check characters until ok, which some numbers never are.
func complete(b []byte, places []int, check string, ok func(string) bool) bool {
	if ok(string(b)) {
		return true
	}
	if len(places) == 0 {
		return false
	}
	old := b[places[0]]
	for i := range check {
		b[places[0]] = check[i]
		if complete(b, places[1:], check, ok) {
			return true
		}
	}
	b[places[0]] = old
	return false
}

func agree(t *testing.T, r *rand.Rand, c secondCheck) {
	t.Helper()
	if c.check == "" {
		c.check = "0123456789"
	}
	var places []int
	long := strings.NewReplacer("yy", "00", "mm", "00", "dd", "00").Replace(c.template)
	for i := range long {
		if long[i] == '~' {
			places = append(places, i)
		}
	}
	s := Scanner{Kinds: []Kind{c.kind}, MinScore: c.min}
	var dst []Finding
	valid := 0
	for range 10000 {
		b := draw(r, c.template, c.check)
		if r.IntN(2) == 0 {
			complete(b, places, c.check, c.ok)
		}
		want := c.ok(string(b))
		dst = s.Field(dst[:0], string(b))
		if got := len(dst) == 1 && dst[0].Start == 0 && dst[0].End == len(b); got != want {
			t.Errorf("%s %s: found %v, valid %v", c.kind, b, got, want)
			return
		}
		if want {
			valid++
		}
	}
	if valid < 100 || valid > 9900 {
		t.Errorf("%s %s: %d of 10000 valid, too one-sided to tell", c.kind, c.template, valid)
	}
}

func TestChecksWithDatesAndLettersAgreeWithASecondImplementation(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 2026))
	for _, c := range dated {
		agree(t, r, c)
	}
}

// TestEveryOneCharacterChange puts every other character at every place of a
// valid number: it is found exactly if the second implementation calls it
// valid too, which for most checks it never does.
func TestEveryOneCharacterChange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	all := append([]secondCheck{}, dated...)
	for _, c := range vat {
		c.kind = "EU_VAT_ID"
		all = append(all, c)
	}
	for _, c := range checksums {
		all = append(all, secondCheck{kind: c.kind, template: strings.ReplaceAll(c.template, "9", "#"), ok: c.ok})
	}
	for _, c := range all {
		if c.check == "" {
			c.check = "0123456789"
		}
		long := strings.NewReplacer("yy", "00", "mm", "00", "dd", "00").Replace(c.template)
		s := Scanner{Kinds: []Kind{c.kind}, MinScore: c.min}
		var b []byte
		for tries := 0; ; tries++ {
			if b = draw(r, c.template, c.check); c.ok(string(b)) {
				break
			}
			if tries > 1e6 {
				t.Fatalf("%s: no valid number in a million", c.kind)
			}
		}
		var dst []Finding
		for i := range b {
			chars := map[byte]string{'#': "0123456789", '~': c.check}[long[i]]
			for j := range chars {
				one := []byte(string(b))
				one[i] = chars[j]
				dst = s.Field(dst[:0], string(one))
				if got := len(dst) == 1 && dst[0].Start == 0 && dst[0].End == len(b); got != c.ok(string(one)) {
					t.Errorf("%s: %s found %v, one character from %s", c.kind, one, got, b)
				}
			}
		}
	}
}

// TestEveryCheckHasASecondImplementation keeps the tables complete: a kind is
// in one of them, or has nothing but structure to check.
func TestEveryCheckHasASecondImplementation(t *testing.T) {
	second := map[Kind]bool{"EU_VAT_ID": true, "CRYPTO": true, "ETH_ADDRESS": true, "PASSPORT_MRZ": true, "API_KEY": true}
	for _, c := range checksums {
		second[c.kind] = true
	}
	for _, c := range dated {
		second[c.kind] = true
	}
	structure := map[Kind]bool{}
	for _, k := range []Kind{
		EmailAddress, PhoneNumber, IPAddress, URL, "MAC_ADDRESS", "JWT", "PRIVATE_KEY", "DATE_TIME", "DATE_OF_BIRTH", "BIC", USSSN, "US_ITIN", "US_MBI",
		"UK_NINO", "UK_POSTCODE", "UK_DRIVING_LICENCE", "UK_VEHICLE_REGISTRATION", "DE_BSNR", "DE_TAX_NUMBER", "KR_DRIVER_LICENSE", "MY_MYKAD",
		"IN_PAN", "IN_PASSPORT", "IN_VEHICLE_REGISTRATION", "TR_LICENSE_PLATE",
	} {
		structure[k] = true
	}
	for _, in := range Kinds() {
		if in.Check != "" && !second[in.Kind] && !structure[in.Kind] {
			t.Errorf("%s (%s) has no second implementation", in.Kind, in.Check)
		}
	}
}
