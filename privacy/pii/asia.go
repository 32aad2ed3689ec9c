package pii

import "strings"

// asia lists the kinds of East and South-East Asia, Israel and the Emirates.
func asia() []rule {
	return []rule{
		{Info: Info{
			"SG_NRIC_FIN", "SG", "S, T, F, G or M, 7 digits, a letter", "weights 2,7,6,5,4,3,2 mod 11, a table for each series",
			"ICA, National Registration Regulations", "S0000001I", true,
		}, shapes: "A9999999A", check: sgNRIC, words: "nric|fin|singapore"},
		{Info: Info{
			"SG_UEN", "SG", "8 digits and a letter; year, 5 digits and a letter; T, year, type, 4 digits and a letter", "weights for each form, mod 11",
			"ACRA, Unique Entity Number", "T09LL0001D", true,
		}, shapes: "99999999A|999999999A|A99AA9999A", check: sgUEN, words: "uen|entity number"},
		{
			Info: Info{
				"KR_RRN", "KR", "YYMMDD-9999999", "date; weights 2 to 9, 2 to 5 mod 11 for numbers given before October 2020", "Resident Registration Act", "960121-1021413", true,
			}, shapes: "999999-9999999|9999999999999", check: krResident,
			proof: func(v id) bool { return krSum(&v, 11) }, unproven: 0.5, words: "rrn|resident registration|주민등록번호|주민번호|주민등록",
		},
		{
			Info: Info{
				"KR_FRN", "KR", "YYMMDD-9999999, seventh digit 5 to 8", "date; weights 2 to 9, 2 to 5 mod 11", "Immigration Act", "911124-5678906", true,
			}, shapes: "999999-9999999|9999999999999", check: func(v id) bool { return krBirth(&v, "5678") },
			proof: func(v id) bool { return krSum(&v, 13) }, unproven: 0.5, words: "frn|foreigner registration|외국인등록번호|외국인등록",
		},
		{Info: Info{
			"KR_BRN", "KR", "3-2-5 digits", "weights 1,3,7,1,3,7,1,3,5 mod 10", "National Tax Service", "104-82-13138", true,
		}, shapes: "999-99-99999|9999999999", check: krBusiness, words: "brn|business registration|사업자등록번호|사업자"},
		{Info: Info{
			"KR_DRIVER_LICENSE", "KR", "region, year, 6 digits, 2 digits", "region 11 to 28", "Korean National Police Agency", "11-22-123456-12", true,
		}, shapes: "99-99-999999-99|999999999999", check: func(v id) bool { return v.num(0, 2) >= 11 && v.num(0, 2) <= 28 }, strong: 0.6, weak: 0.1, words: "driver|license|운전면허|운전면허번호|면허번호"},
		{Info: Info{
			"KR_PASSPORT", "KR", "M, S, R, O or D, 8 characters", "", "Passport Act", "M000A0000", true,
		}, shapes: "?A999A9999|?A99999999", check: func(v id) bool { return strings.IndexByte("MSROD", v.b[0]) >= 0 }, weak: 0.1, words: "passport|여권|여권번호"},
		{Info: Info{
			"TH_TNIN", "TH", "13 digits, also 1-4-5-2-1", "province; weights 13 to 2 mod 11", "Department of Provincial Administration", "1-2345-67890-12-1", true,
		}, shapes: "9-9999-99999-99-9|9 9999 99999 99 9|9999999999999", check: thNational, words: "thai|tnin|national id|เลขบัตรประชาชน|บัตรประชาชน|เลขประจำตัวประชาชน"},
		{Info: Info{
			"PH_TIN", "PH", "9 or 12 digits, in threes", "weights 9 to 2 mod 11", "BIR, TIN structure", "000-123-456-000", true,
		}, shapes: "999-999-999-999|999-999-999-99999|?999-999-999|999999999|999999999999", check: phTIN, words: "tin|bir|taxpayer"},
		{Info: Info{
			"CN_RESIDENT_ID", "CN", "region, birth date, serial, check character", "province, date, ISO 7064 MOD 11-2", "GB 11643-1999", "11010519491231002X", true,
		}, shapes: "99999999999999999X|!999999999999999999", check: cnResident, words: "身份证|身份证号|resident identity"},
		{Info: Info{
			"TW_NATIONAL_ID", "TW", "a letter and 9 digits, the first 1, 2, 8 or 9", "letter table, weights 1, 9 to 1 mod 10", "Ministry of the Interior, 國民身分證統一編號", "A123456789", true,
		}, shapes: "A999999999", check: twNational, words: "taiwan|身分證|統一編號|arc"},
		{Info: Info{
			"HK_HKID", "HK", "1 or 2 letters, 6 digits, check character in brackets", "weights 9 to 2, mod 11", "Immigration Department, Registration of Persons Regulations", "A123456(3)", true,
		}, shapes: "A999999(X|AA999999(X|?A999999X|?AA999999X", check: hkID, words: "hkid|hong kong|身份證"},
		{Info: Info{
			"MY_MYKAD", "MY", "YYMMDD-PB-9999", "date and place of birth", "Jabatan Pendaftaran Negara", "010101-01-0000", true,
		}, shapes: "999999-99-9999|999999999999", check: myKad, weak: 0.2, words: "mykad|nric|ic|kad pengenalan"},
		{Info: Info{
			"IL_ID", "IL", "9 digits", "Luhn", "Population and Immigration Authority", "00000001-8", true,
		}, shapes: "?99999999-9|999999999", check: func(v id) bool { return luhn(v) && v.num(0, 9) != 0 }, words: "teudat|zehut|israel|israeli|תעודת|זהות"},
		{
			Info: Info{
				"AE_EMIRATES_ID", "AE", "784-YYYY-9999999-9", "784, year, Luhn", "ICP, Emirates ID card", "784-1980-0000000-4", true,
			}, shapes: "999-9999-9999999-9|999 9999 9999999 9|!999999999999999", check: func(v id) bool { return v.is(0, "784") && v.num(3, 7) > 1880 && v.num(3, 7) < 2100 && luhn(v) },
			words: "emirates",
		},
	}
}

func sgNRIC(v id) bool {
	sum := weightedFrom(&v, 1, "\x02\x07\x06\x05\x04\x03\x02")
	var table string
	switch v.b[0] {
	case 'S':
		table = "JZIHGFEDCBA"
	case 'T':
		sum, table = sum+4, "JZIHGFEDCBA"
	case 'F':
		table = "XWUTRQPNMLK"
	case 'G':
		sum, table = sum+4, "XWUTRQPNMLK"
	case 'M':
		sum, table = sum+3, "XWUTRQPNJLK"
	default:
		return false
	}
	if v.b[0] == 'M' { // its table runs the other way round
		return "KLJNPQRTUWX"[10-sum%11] == v.b[8]
	}
	return table[sum%11] == v.b[8]
}

func sgUEN(v id) bool {
	switch {
	case v.n == 9:
		return "XMKECAWLJDB"[weighted(&v, "\x0a\x04\x09\x03\x08\x02\x07\x01")%11] == v.b[8]
	case isDigit(v.b[0]):
		y := v.num(0, 4)
		return y > 1900 && y < 2100 && "ZKCMDNERGWH"[weighted(&v, "\x0a\x08\x06\x04\x09\x07\x05\x03\x01")%11] == v.b[9]
	}
	if v.b[0] != 'R' && v.b[0] != 'S' && v.b[0] != 'T' {
		return false
	}
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
	sum := -5
	for i, w := range []byte("\x04\x03\x05\x03\x0a\x02\x02\x05\x07") {
		n := strings.IndexByte(alphabet, v.b[i])
		if n < 0 {
			return false
		}
		sum += n * int(w)
	}
	return sum >= 0 && alphabet[sum%11] == v.b[9]
}

// krBirth checks birth date and the digit that tells century, sex and status.
func krBirth(v *id, status string) bool {
	return strings.IndexByte(status, v.b[6]) >= 0 && shortDate(v.num(0, 2), v.num(2, 4), v.num(4, 6))
}

// krResident wants the check digit of those who got their number at birth
// before October 2020; later ones have none.
func krResident(v id) bool {
	return krBirth(&v, "1234") && (krSum(&v, 11) || v.b[6] >= '3' && v.num(0, 4) >= 2010 && v.num(0, 4) < 5000)
}

func krSum(v *id, from int) bool {
	sum := weighted(v, "\x02\x03\x04\x05\x06\x07\x08\x09\x02\x03\x04\x05")
	return (from-sum%11)%10 == v.d(12)
}

func krBusiness(v id) bool {
	sum := weighted(&v, "\x01\x03\x07\x01\x03\x07\x01\x03\x05") + v.d(8)*5/10
	return (10-sum%10)%10 == v.d(9) && v.num(0, 3) > 100
}

func thNational(v id) bool {
	p := v.num(1, 3)
	if v.b[0] < '1' || v.b[0] > '8' || !(p >= 10 && p <= 27 || p >= 30 && p <= 58 || p >= 60 && p <= 67 || p >= 70 && p <= 77 || p >= 80 && p <= 86 || p >= 90 && p <= 96) {
		return false
	}
	sum := weighted(&v, "\x0d\x0c\x0b\x0a\x09\x08\x07\x06\x05\x04\x03\x02")
	return (11-sum%11)%10 == v.d(12)
}

func phTIN(v id) bool {
	return weighted(&v, "\x09\x08\x07\x06\x05\x04\x03\x02")%11 == v.d(8) && v.num(0, 9) != 0
}

func cnResident(v id) bool {
	if p := v.d(0); p < 1 || p > 9 || p == 7 || !validDate(v.num(6, 10), v.num(10, 12), v.num(12, 14)) || v.num(6, 8) < 18 || v.num(6, 8) > 20 {
		return false
	}
	sum := weighted(&v, "\x07\x09\x0a\x05\x08\x04\x02\x01\x06\x03\x07\x09\x0a\x05\x08\x04\x02")
	return "10X98765432"[sum%11] == v.b[17]
}

func twNational(v id) bool {
	if strings.IndexByte("1289", v.b[1]) < 0 {
		return false
	}
	// Codes 10 to 35 in the order in which the counties got their letters.
	code := 10 + strings.IndexByte("ABCDEFGHJKLMNPQRSTUVXYWZIO", v.b[0])
	sum := code/10 + code%10*9 + weightedFrom(&v, 1, "\x08\x07\x06\x05\x04\x03\x02\x01")
	return (10-sum%10)%10 == v.d(9)
}

func hkID(v id) bool {
	last := v.b[v.n-1]
	if !isDigit(last) && last != 'A' {
		return false
	}
	first, at := 36, 0 // a single letter has a space before it
	if !isDigit(v.b[1]) {
		first, at = int(v.b[0]-'A')+10, 1
	}
	sum := 9*first + 8*(int(v.b[at]-'A')+10) + weightedFrom(&v, at+1, "\x07\x06\x05\x04\x03\x02")
	check := (11 - sum%11) % 11
	return check == 10 && last == 'A' || check < 10 && last == '0'+byte(check)
}

func myKad(v id) bool {
	p := v.num(6, 8)
	return shortDate(v.num(0, 2), v.num(2, 4), v.num(4, 6)) &&
		(p >= 1 && p <= 16 || p >= 21 && p <= 59 || p >= 60 && p <= 68 || p == 71 || p == 72 || p >= 74 && p <= 79 || p >= 82 && p <= 93 || p == 98 || p == 99)
}
