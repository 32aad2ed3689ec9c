package pii

// northAmerica lists the kinds of the United States, Canada and Mexico.
func northAmerica() []rule {
	return []rule{
		{
			Info: Info{
				USSSN, "US", "3-2-4 digits",
				"no area 000, 666 or 900-999, group 00 or serial 0000; the numbers printed in advertisements are not taken",
				"Social Security Administration, POMS RM 10201.035", "899-99-9998", true,
			}, shapes: "999-99-9999|999.99.9999|999 99 9999|999999999", check: usSSN, weak: 0.3,
			words: "ssn|ssns|social security|sociale|soc sec",
		},
		{Info: Info{
			"US_ITIN", "US", "9xx-xx-xxxx", "group 50-65, 70-88, 90-92 or 94-99",
			"IRS, Internal Revenue Manual 3.21.263", "900-70-0000", true,
		}, shapes: "999-99-9999|999 99 9999|999999999", check: usITIN, weak: 0.3, words: "itin|taxpayer|tax id|tax identification|individual taxpayer"},
		{Info: Info{
			"US_NPI", "US", "10 digits from 1 or 2, bare or 4-3-3", "Luhn over 80840 and the number",
			"CMS, NPI check digit requirements", "1234-567-893", true,
		}, shapes: "9999_999_999|9999999999", check: usNPI, words: "npi|provider|prescriber|national provider"},
		{Info: Info{
			"US_MBI", "US", "11 characters, 4-3-4", "a digit or a letter without S, L, O, I, B, Z at each place",
			"CMS, Understanding the Medicare Beneficiary Identifier", "1EG4-TE5-MK73", true,
		}, shapes: "9AX9_AX9_AA99|?9AX9AX9AA99", check: usMBI, weak: 0.6, words: "mbi|medicare|beneficiary"},
		{Info: Info{
			"ABA_ROUTING_NUMBER", "US", "9 digits, bare or 4-4-1", "weights 3, 7, 1 mod 10; a Federal Reserve prefix",
			"American Bankers Association, Key to Routing Numbers", "0210-0002-1", true,
		}, shapes: "9999-9999-9|999999999", check: abaRouting, words: "aba|routing|rtn|transit|wire|ach"},
		{
			Info: Info{
				"US_BANK_NUMBER", "US", "8 to 17 digits", "", "Nacha Operating Rules, DFI account number", "000123456789", false,
			}, shapes: "99999999|999999999|9999999999|99999999999|999999999999|9999999999999|99999999999999|999999999999999|9999999999999999|99999999999999999",
			weak: 0.1, words: "account|acct|bank|checking|savings|debit|deposit",
		},
		{Info: Info{
			"US_PASSPORT", "US", "9 digits, or a letter and 8 digits", "", "U.S. Department of State, 8 FAM 1302.1", "A00000001", true,
		}, shapes: "?A99999999|999999999", check: lettersThenDigits, weak: 0.1, words: "passport|passports|travel document|us passport"},
		{
			Info: Info{
				"US_DRIVER_LICENSE", "US", "as each state prints it", "", "AAMVA, Driver License Formats by State", "D000-0000-0001", true,
			}, shapes: "A999-9999-9999|A999-9999-9999-99|A999-999-99-999-9|A9999-99999-99999|?A9999999|?A99999999|?A999999999|?A999999999999|?A99999999999999|?A99999|?A999999|?99999999A|" +
				"?9999-99-9999|999999999|9999999999|99999999999|999999999999|9999999999999|99999999|9999999", strong: 0.3, weak: 0.1, check: lettersThenDigits,
			words: "driver license|drivers license|driver s|driving license|driver licence|driving licence|dmv",
		},
		{Info: Info{
			"MEDICAL_LICENSE", "US", "registrant code, letter or 9, 7 digits", "(d1+d3+d5) + 2(d2+d4+d6) mod 10",
			"DEA, 21 CFR 1301 and Pharmacist's Manual", "FZ1234563", true,
		}, shapes: "AA9999999|A99999999", check: deaNumber, words: "dea|medical|prescriber|license"},
		{Info: Info{
			"CA_SIN", "CA", "3-3-3 digits, not from 0 or 8", "Luhn",
			"Employment and Social Development Canada, SIN code of practice", "193-456-787", true,
		}, shapes: "999-999-999|?999 999 999|999999999", check: caSIN, words: "sin|nas|social insurance|assurance sociale"},
		{Info: Info{
			"MX_CURP", "MX", "4 letters, birth date, sex, state, 3 consonants, 2 check characters", "date, sex, state, mod 10",
			"RENAPO, Instructivo Normativo para la Asignación de la CURP", "XEXX010101HNEXXXA4", true,
		}, shapes: "AAAA999999AAAAAAX9", check: mxCURP, words: "curp"},
		{Info: Info{
			"MX_RFC", "MX", "3 or 4 letters, date, 3 characters", "date, mod 11",
			"SAT, Anexo 1 RMF", "GODE561231GR8", true,
		}, shapes: "AAAA999999XXX|AAA999999XXX|AAAA-999999-XXX|AAA-999999-XXX", check: mxRFC, words: "rfc|contribuyente"},
	}
}

// usSSN holds for numbers the Social Security Administration can issue.
func usSSN(v id) bool {
	area := v.num(0, 3)
	if area == 0 || area == 666 || area >= 900 || v.num(3, 5) == 0 || v.num(5, 9) == 0 {
		return false
	}
	// Voided after being printed on wallets and leaflets.
	return !v.is(0, "078051120") && !v.is(0, "219099999") && !sameDigits(&v) && !v.is(0, "123456789")
}

func usITIN(v id) bool {
	g := v.num(3, 5)
	return v.b[0] == '9' && (g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94)
}

// usNPI computes Luhn as if 80840, whose share of the sum is 24, stood before.
func usNPI(v id) bool {
	return (v.b[0] == '1' || v.b[0] == '2') && luhnSum(v.b[:v.n], 24)%10 == 0
}

func usMBI(v id) bool {
	if v.b[0] == '0' {
		return false
	}
	for _, c := range v.b[:v.n] {
		switch c {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
			return false
		}
	}
	return true
}

func abaRouting(v id) bool {
	p := v.num(0, 2)
	if !(p >= 1 && p <= 12 || p >= 21 && p <= 32 || p >= 61 && p <= 72 || p == 80) {
		return false
	}
	return weighted(&v, "\x03\x07\x01\x03\x07\x01\x03\x07\x01")%10 == 0
}

// lettersThenDigits keeps words such as "a1234567" of lower-case letters for
// kinds that have no check: the case does not matter to the issuer.
func lettersThenDigits(v id) bool { return !sameDigits(&v) }

// deaNumber verifies a registration of the Drug Enforcement Administration.
func deaNumber(v id) bool {
	switch v.b[0] {
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'P', 'R', 'S', 'T', 'U', 'X':
	default:
		return false
	}
	if isDigit(v.b[1]) && v.b[1] != '9' {
		return false
	}
	return weightedFrom(&v, 2, "\x01\x02\x01\x02\x01\x02")%10 == v.d(8) && v.num(2, 9) != 0
}

func caSIN(v id) bool {
	return v.b[0] != '0' && v.b[0] != '8' && luhn(v) && !sameDigits(&v)
}

// mxCURP sums the characters' places in the alphabet with Ñ, weights 18 to 2.
func mxCURP(v id) bool {
	if !validDate(0, v.num(6, 8), v.num(8, 10)) || v.b[10] != 'H' && v.b[10] != 'M' && v.b[10] != 'X' {
		return false
	}
	switch string(v.b[11:13]) {
	case "AS", "BC", "BS", "CC", "CS", "CH", "CL", "CM", "DF", "DG", "GT", "GR", "HG", "JC", "MC", "MN", "MS", "NT", "NL", "OC",
		"PL", "QT", "QR", "SP", "SL", "SR", "TC", "TS", "TL", "VZ", "YN", "ZS", "NE":
	default:
		return false
	}
	sum := 0
	for i := range 17 {
		var n int
		switch c := v.b[i]; {
		case isDigit(c):
			n = int(c - '0')
		case c > 'N':
			n = int(c-'A') + 11
		default:
			n = int(c-'A') + 10
		}
		sum += n * (18 - i)
	}
	return (10-sum%10)%10 == v.d(17)
}

// mxRFC takes the SAT's table (0-9, A-N, &, O-Z, space, Ñ) with weights 13 to
// 2; a company's twelve characters have a space in front.
func mxRFC(v id) bool {
	off := 13 - v.n
	if !validDate(0, v.num(6-off, 8-off), v.num(8-off, 10-off)) {
		return false
	}
	sum := 37 * 13 * off
	for i := range v.n - 1 {
		var n int
		switch c := v.b[i]; {
		case isDigit(c):
			n = int(c - '0')
		case c > 'N':
			n = int(c-'A') + 11
		default:
			n = int(c-'A') + 10
		}
		sum += n * (13 - i - off)
	}
	want := byte('0')
	switch r := 11 - sum%11; {
	case r == 10:
		want = 'A'
	case r < 10:
		want = '0' + byte(r)
	}
	return v.b[v.n-1] == want
}
