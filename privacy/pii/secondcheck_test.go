package pii

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The other half of the second implementations (see checksum_test.go): numbers
// that hold dates or letters. In a template '#' is a random digit, '?' a random
// letter, '*' either, "yy", "mm" and "dd" a random day, and '~' a character of
// the check, which is drawn from check (digits unless given).

func at(s string, i int) int { return strings.IndexByte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i]) }

// someDay reports whether the day exists; a year below 100 is of either
// century.
func someDay(year, month, day string) bool {
	for _, century := range []string{"", "19", "20"} {
		if len(year)+len(century) != 4 {
			continue
		}
		if _, err := time.Parse("20060102", century+year+month+day); err == nil {
			return true
		}
	}
	return false
}

func plain(s string) string {
	return strings.NewReplacer("-", "", ".", "", "/", "", " ", "", "(", "", ")", "").Replace(s)
}

func mod(s string, m int64) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(err)
	}
	return n % m
}

// spread adds the digits of each product.
func spread(digits string, weights ...int) (sum int) {
	for i, d := range digitsOf(digits)[:len(weights)] {
		for _, c := range strconv.Itoa(d * weights[i]) {
			sum += int(c - '0')
		}
	}
	return sum
}

func icao(s string) int {
	sum := 0
	for i := range s {
		if s[i] != '<' {
			sum += at(s, i) * []int{7, 3, 1}[i%3]
		}
	}
	return sum % 10
}

func rounds(s string, n int, a, b []int) bool {
	r := sumOf(s, a...) % 11
	if r == 10 {
		if r = sumOf(s, b...) % 11; r == 10 {
			r = 0
		}
	}
	return r == int(s[n]-'0')
}

type secondCheck struct {
	kind     Kind
	template string
	check    string
	min      float64
	ok       func(string) bool
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

var dated = []secondCheck{
	{"MX_CURP", "????yymmddHDF???*~", "", 0, func(s string) bool {
		sum := 0
		for i, c := range s[:17] {
			sum += (18 - i) * len([]rune(strings.SplitN("0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ", string(c), 2)[0]))
		}
		return someDay("2000", s[6:8], s[8:10]) && (sum+int(s[17]-'0'))%10 == 0
	}},
	{"MX_RFC", "????yymmdd**~", "0123456789A", 0, func(s string) bool {
		sum := 0
		for i, c := range s[:12] {
			sum += (13 - i) * len([]rune(strings.SplitN("0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ", string(c), 2)[0]))
		}
		return someDay("2000", s[6:8], s[8:10]) && (sum+at(s, 12))%11 == 0
	}},
	{"IE_PPS", "#######~", letters, 0, func(s string) bool { return "WABCDEFGHIJKLMNOPQRSTUV"[sumOf(s, 8, 7, 6, 5, 4, 3, 2)%23] == s[7] }},
	{"IE_PPS", "#######~A", letters, 0, func(s string) bool { return "WABCDEFGHIJKLMNOPQRSTUV"[(sumOf(s, 8, 7, 6, 5, 4, 3, 2)+9)%23] == s[7] }},
	{"DE_TAX_ID", "##########~", "", 0, func(s string) bool {
		twice, thrice := 0, 0
		for d := range 10 {
			switch n := strings.Count(s[:10], strconv.Itoa(d)); {
			case n > 3:
				return false
			case n == 3:
				thrice++
			case n == 2:
				twice++
			}
			if strings.Contains(s[:10], strings.Repeat(strconv.Itoa(d), 3)) {
				return false
			}
		}
		return s[0] != '0' && twice+thrice == 1 && naive1110(s)
	}},
	{"DE_SOCIAL_SECURITY", "65ddmmyy?##~", "", 0, func(s string) bool {
		long := s[:8] + fmt.Sprintf("%02d", s[8]-'A'+1) + s[9:11]
		return someDay(s[6:8], s[4:6], s[2:4]) && spread(long, 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)%10 == int(s[11]-'0')
	}},
	{"DE_HEALTH_INSURANCE", "?########~", "", 0, func(s string) bool {
		return spread(fmt.Sprintf("%02d", s[0]-'A'+1)+s[1:9], 1, 2, 1, 2, 1, 2, 1, 2, 1, 2)%10 == int(s[9]-'0')
	}},
	{"DE_ID_CARD", "L########~", "", 0, func(s string) bool { return icao(s[:9]) == int(s[9]-'0') }},
	{"DE_PASSPORT", "C########~", "", 0, func(s string) bool { return icao(s[:9]) == int(s[9]-'0') }},
	{"DE_LANR", "1#####~01", "", 0, func(s string) bool { return (sumOf(s, 4, 9, 4, 9, 4, 9)+int(s[6]-'0'))%10 == 0 }},
	{"AT_SVNR", "1##~ddmmyy", "", 0, func(s string) bool {
		month := s[6:8]
		if month == "13" { // given where a day has no number left
			month = "12"
		}
		return someDay(s[8:10], month, s[4:6]) && sumOf(s[:3]+s[4:], 3, 7, 9, 5, 8, 4, 2, 1, 6)%11 == int(s[3]-'0')
	}},
	{FRNIR, "1yymm75116##1~~", "", 0, func(s string) bool {
		key, _ := strconv.Atoi(s[13:])
		return s[3:5] >= "01" && s[3:5] <= "12" && 97-int(mod(s[:13], 97)) == key
	}},
	{"BE_NATIONAL_NUMBER", "yymmdd###~~", "", 0, func(s string) bool {
		key, _ := strconv.Atoi(s[9:])
		return someDay(s[:2], s[2:4], s[4:6]) && (97-int(mod(s[:9], 97)) == key || 97-int(mod("2"+s[:9], 97)) == key)
	}},
	{"ES_NIE", "Y#######~", letters, 0, func(s string) bool { return "TRWAGMYFPDXBNJZSQVHLCKE"[mod("1"+s[1:8], 23)] == s[8] }},
	{"IT_FISCAL_CODE", "??????##T15?###~", letters, 0, func(s string) bool {
		odd := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
		sum := 0
		for i := range 15 {
			n := at(s, i)
			switch {
			case i%2 == 0:
				sum += odd[n]
			case n > 9:
				sum += n - 10
			default:
				sum += n
			}
		}
		return letters[sum%26] == s[15]
	}},
	{"IT_VAT_CODE", "1######015~", "", 0, naiveLuhn},
	{"FI_PERSONAL_IDENTITY_CODE", "ddmmyy-###~", "0123456789ABCDEFHJKLMNPRSTUVWXY", 0, func(s string) bool {
		return someDay("19"+s[4:6], s[2:4], s[:2]) && s[7:10] > "001" && "0123456789ABCDEFHJKLMNPRSTUVWXY"[mod(s[:6]+s[7:10], 31)] == s[10]
	}},
	{"SE_PERSONNUMMER", "yymmdd-###~", "", 0, func(s string) bool { return someDay(s[:2], s[2:4], s[4:6]) && naiveLuhn(plain(s)) }},
	{"SE_ORGANISATIONSNUMMER", "556###-###~", "", 0, func(s string) bool { return naiveLuhn(plain(s)) }},
	{"NO_FODSELSNUMMER", "ddmmyy###~~", "", 0, func(s string) bool {
		return someDay(s[4:6], s[2:4], s[:2]) && sumOf(s, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && sumOf(s, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	}},
	{"DK_CPR", "ddmmyy-###~", "", 0.7, func(s string) bool {
		return someDay(s[4:6], s[2:4], s[:2]) && sumOf(plain(s), 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	}},
	{"EE_ISIKUKOOD", "3yymmdd###~", "", 0, func(s string) bool {
		return someDay("19"+s[1:3], s[3:5], s[5:7]) && rounds(s, 10, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 1}, []int{3, 4, 5, 6, 7, 8, 9, 1, 2, 3})
	}},
	{"LT_ASMENS_KODAS", "4yymmdd###~", "", 0, func(s string) bool {
		return someDay("19"+s[1:3], s[3:5], s[5:7]) && rounds(s, 10, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 1}, []int{3, 4, 5, 6, 7, 8, 9, 1, 2, 3})
	}},
	{"PL_PESEL", "yymmdd####~", "", 0, func(s string) bool {
		return someDay("19"+s[:2], s[2:4], s[4:6]) && sumOf(s, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
	}},
	{"CZ_RODNE_CISLO", "yymmdd/###~", "", 0, func(s string) bool {
		n := plain(s)
		return someDay(n[:2], n[2:4], n[4:6]) && (mod(n, 11) == 0 || mod(n[:9], 11) == 10 && n[9] == '0')
	}},
	{"RO_CNP", "1yymmdd12###~", "", 0, func(s string) bool {
		r := sumOf(s, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
		return someDay(s[1:3], s[3:5], s[5:7]) && (r == int(s[12]-'0') || r == 10 && s[12] == '1')
	}},
	{"BG_EGN", "yymmdd###~", "", 0, func(s string) bool {
		return someDay("19"+s[:2], s[2:4], s[4:6]) && sumOf(s, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(s[9]-'0')
	}},
	{"SG_NRIC_FIN", "S#######~", letters, 0, func(s string) bool { return "JZIHGFEDCBA"[sumOf(s[1:], 2, 7, 6, 5, 4, 3, 2)%11] == s[8] }},
	{"SG_NRIC_FIN", "T#######~", letters, 0, func(s string) bool { return "JZIHGFEDCBA"[(4+sumOf(s[1:], 2, 7, 6, 5, 4, 3, 2))%11] == s[8] }},
	{"SG_NRIC_FIN", "G#######~", letters, 0, func(s string) bool { return "XWUTRQPNMLK"[(4+sumOf(s[1:], 2, 7, 6, 5, 4, 3, 2))%11] == s[8] }},
	{"SG_NRIC_FIN", "M#######~", letters, 0, func(s string) bool { return "XWUTRQPNJLK"[(3+sumOf(s[1:], 2, 7, 6, 5, 4, 3, 2))%11] == s[8] }},
	{"SG_UEN", "########~", letters, 0, func(s string) bool { return "XMKECAWLJDB"[sumOf(s, 10, 4, 9, 3, 8, 2, 7, 1)%11] == s[8] }},
	{"SG_UEN", "1998#####~", letters, 0, func(s string) bool { return "ZKCMDNERGWH"[sumOf(s, 10, 8, 6, 4, 9, 7, 5, 3, 1)%11] == s[9] }},
	{"KR_RRN", "yymmdd-1#####~", "", 0, func(s string) bool {
		n := plain(s)
		return someDay(n[:2], n[2:4], n[4:6]) && (11-sumOf(n, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(n[12]-'0')
	}},
	{"KR_FRN", "yymmdd-5#####~", "", 0.7, func(s string) bool {
		n := plain(s)
		return someDay(n[:2], n[2:4], n[4:6]) && (13-sumOf(n, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(n[12]-'0')
	}},
	{"TH_TNIN", "110#########~", "", 0, func(s string) bool {
		return (11-sumOf(s, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(s[12]-'0')
	}},
	{"CN_RESIDENT_ID", "11010519yymmdd###~", "0123456789X", 0, func(s string) bool {
		r := 0 // ISO 7064 MOD 11-2, by its recursion
		for i := range 17 {
			r = (r + int(s[i]-'0')) * 2 % 11
		}
		c := int(s[17] - '0')
		if s[17] == 'X' {
			c = 10
		}
		return someDay(s[6:10], s[10:12], s[12:14]) && (r+c)%11 == 1
	}},
	{"HK_HKID", "?######(~)", "0123456789A", 0, func(s string) bool {
		sum := 36*9 + (int(s[0]-'A')+10)*8 + sumOf(s[1:], 7, 6, 5, 4, 3, 2)
		return (sum+at(s, 8))%11 == 0
	}},
	{"AE_EMIRATES_ID", "784-19yy-#######-~", "", 0, func(s string) bool { return naiveLuhn(plain(s)) }},
	{"AU_MEDICARE", "2#######~1", "", 0, func(s string) bool { return sumOf(s, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(s[8]-'0') }},
	{"IN_GSTIN", "27???P?####?1Z~", "0123456789" + letters, 0, func(s string) bool {
		sum := 0
		for i := range 14 {
			n := at(s, i)
			if i%2 == 1 {
				n *= 2
			}
			sum += n/36 + n%36
		}
		return (sum+at(s, 14))%36 == 0
	}},
	{"ZA_ID_NUMBER", "yymmdd####08~", "", 0, func(s string) bool { return someDay(s[:2], s[2:4], s[4:6]) && naiveLuhn(s) }},
	{"BR_CNPJ", "##.###.###/0001-~~", "", 0, func(s string) bool {
		d := plain(s)
		one := 11 - sumOf(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11
		two := 11 - sumOf(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11
		return one%11%10*btoi(one < 10) == int(d[12]-'0') && two%11%10*btoi(two < 10) == int(d[13]-'0')
	}},
	{"VIN", "1M8GDM9A~KP######", "0123456789X", 0, func(s string) bool {
		value := map[byte]int{'M': 4, 'G': 7, 'D': 4, 'A': 1, 'K': 2, 'P': 7, 'X': 0}
		sum := 0
		for i, w := range []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
			n, letter := value[s[i]]
			if !letter {
				n = int(s[i] - '0')
			}
			sum += n * w
		}
		return "0123456789X"[sum%11] == s[8]
	}},
	{"ISIN", "US####**###~", "", 0, func(s string) bool {
		long := ""
		for i := range s {
			long += strconv.Itoa(at(s, i))
		}
		return naiveLuhn(long)
	}},
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
