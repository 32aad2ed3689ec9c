package pii

import "strings"

// westEurope lists the kinds of France, the Benelux, Iberia, Italy and Greece.
func westEurope() []rule {
	return []rule{
		{
			Info: Info{
				FRNIR, "FR", "13 digits (2A and 2B for Corsica) and a key of 2", "sex and month, key 97 - n mod 97",
				"INSEE, décret n° 82-103", "2 55 08 14 168 025 38", true,
			}, shapes: "!999999999999999|99999X999999999|9 99 99 99 999 999 99|9 99 99 9X 999 999 99|9999999999999 99|99999X9999999 99",
			check: frNIR, words: "nir|sécurité sociale|securite sociale|insee|sécu|numéro ss",
		},
		{Info: Info{
			"NL_BSN", "NL", "9 digits, also as 4-2-3", "weights 9 to 2 and -1, mod 11", "RvIG, Wet algemene bepalingen burgerservicenummer", "111222333", true,
		}, shapes: "9999.99.999|999999999|?999 999 999", check: nlBSN, words: "bsn|burgerservicenummer|sofinummer|sofi"},
		{Info: Info{
			"BE_NATIONAL_NUMBER", "BE", "YY.MM.DD-999.99", "date, 97 - n mod 97, with 2 in front since 2000", "Arrêté royal du 3 avril 1984", "85.07.30-033.28", true,
		}, shapes: "99.99.99-999.99|99.99.99-999-99|99 99 99 999 99|99999999999", check: beNational, weak: 0.6, words: "rijksregisternummer|rijksregister|registre national|niss|insz|nationaal nummer"},
		{Info: Info{
			"PT_NIF", "PT", "9 digits", "weights 9 to 2, mod 11", "Autoridade Tributária, Decreto-Lei 14/2013", "299999998", true,
		}, shapes: "?999 999 999|999999999", check: ptNIF, words: "nif|contribuinte|fiscal|nipc|número fiscal"},
		{Info: Info{
			"ES_NIF", "ES", "8 digits and a letter; K, L, M and 7 digits", "letter of n mod 23", "Real Decreto 1065/2007", "12345678-Z", true,
		}, shapes: "99999999A|99999999_A|99.999.999-A|?9999999A|A9999999A", check: esNIF, words: "nif|dni|documento nacional|identidad"},
		{Info: Info{
			"ES_NIE", "ES", "X, Y or Z, 7 digits and a letter", "letter of n mod 23, X, Y, Z counting 0, 1, 2", "Orden INT/2058/2008", "X0000000T", true,
		}, shapes: "A9999999A|A-9999999-A|A-9999999A|A9999999-A", check: esNIE, words: "nie|extranjero"},
		{Info: Info{
			"ES_PASSPORT", "ES", "3 letters and 6 digits", "", "Real Decreto 896/2003", "ZZZ000000", true,
		}, shapes: "?AAA999999", check: lettersThenDigits, weak: 0.1, words: "pasaporte|passport"},
		{Info: Info{
			"IT_FISCAL_CODE", "IT", "6 letters, year, month letter, day, place, check letter", "month, day, table of odd and even places mod 26; letters for digits where two people shared a code",
			"Decreto ministeriale 23/12/1976", "RSSMRA85T10A562S", true,
		}, shapes: "AAAAAAXXAXXAXXXA|AAA AAA XXAXX AXXXA|AAA AAA XXAXX AXXX A", check: itFiscal, words: "codice fiscale|fiscale|cf|c f"},
		{Info: Info{
			"IT_VAT_CODE", "IT", "11 digits, IT in front", "province, Luhn", "Agenzia delle Entrate, DPR 633/1972", "IT00743110157", true,
		}, shapes: "IT99999999999|IT 99999999999|99999999999", check: itVAT, words: "partita iva|iva|p iva|vat"},
		{Info: Info{
			"IT_DRIVER_LICENSE", "IT", "2 letters, 7 digits, a letter; or U1 and 7 characters and a letter", "", "Ministero delle Infrastrutture, DM 9/2019", "AA0000001B", true,
		}, shapes: "?AA9999999A|?A9XXXXXXXA", check: func(v id) bool { return isLetter(v.b[1]) || v.is(0, "U1") }, weak: 0.2, words: "patente|guida|licenza"},
		{Info: Info{
			"IT_PASSPORT", "IT", "2 letters and 7 digits", "", "Polizia di Stato", "YA0000001", true,
		}, shapes: "?AA9999999", check: lettersThenDigits, weak: 0.1, words: "passaporto|passport"},
		{Info: Info{
			"IT_IDENTITY_CARD", "IT", "CA99999AA, AA9999999 or 9999999AA", "", "Ministero dell'Interno, carta d'identità elettronica", "CA00000AA", true,
		}, shapes: "?AA99999AA|?AA9999999|?9999999AA|?AA 9999999", check: lettersThenDigits, weak: 0.1, words: "carta d|identità|carta identità|identita|cie"},
		{Info: Info{
			"GR_AFM", "GR", "9 digits, EL in front", "powers of 2, mod 11, mod 10", "Independent Authority for Public Revenue", "EL094014201", true,
		}, shapes: "EL999999999|EL 999999999|999999999", check: grAFM, words: "afm|αφμ|α φ|vat"},
	}
}

// frNIR verifies the French number of registration: sex, month, department
// and the key. Corsica's 2A and 2B count as 19 and 18 (INSEE).
func frNIR(v id) bool {
	switch v.b[0] {
	case '1', '2', '3', '4', '7', '8':
	default:
		return false
	}
	month := v.num(3, 5)
	if !(month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50) {
		return false
	}
	switch v.b[6] {
	case 'A', 'B':
		if v.b[5] != '2' {
			return false
		}
		v.b[5], v.b[6] = '1', '9'-(v.b[6]-'A')
	default:
		if !isDigit(v.b[6]) || v.num(5, 7) == 0 {
			return false
		}
	}
	if v.num(7, 10) == 0 && v.num(5, 7) != 99 || v.num(10, 13) == 0 {
		return false
	}
	return 97-v.mod97(0, 0, 13) == v.num(13, 15)
}

func nlBSN(v id) bool {
	return (weighted(&v, "\x09\x08\x07\x06\x05\x04\x03\x02")-v.d(8))%11 == 0 && !sameDigits(&v)
}

func beNational(v id) bool {
	month, day := v.num(2, 4), v.num(4, 6)
	if month > 40 {
		month -= 40
	} else if month > 20 {
		month -= 20 // sex not known, or known, of a number given to foreigners
	}
	if !(shortDate(v.num(0, 2), month, day) || month == 0 && v.num(0, 6) != 0) {
		return false
	}
	key := v.num(9, 11)
	return 97-v.num(0, 9)%97 == key || 97-(2000000000+v.num(0, 9))%97 == key
}

func ptNIF(v id) bool {
	switch v.b[0] {
	case '1', '2', '3', '5', '6', '8':
	case '4', '7', '9':
		switch v.num(0, 2) {
		case 45, 70, 71, 72, 74, 75, 77, 78, 79, 90, 91, 98, 99:
		default:
			return false
		}
	default:
		return false
	}
	return modEleven(weighted(&v, "\x09\x08\x07\x06\x05\x04\x03\x02")%11) == v.d(8)
}

// spanishLetters is the table of Real Decreto 1065/2007 for n mod 23.
const spanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

func esNIF(v id) bool {
	from := 0
	if !isDigit(v.b[0]) {
		if v.b[0] < 'K' || v.b[0] > 'M' {
			return false
		}
		from = 1
	}
	return spanishLetters[v.num(from, v.n-1)%23] == v.b[v.n-1]
}

func esNIE(v id) bool {
	if v.b[0] < 'X' || v.b[0] > 'Z' {
		return false
	}
	return spanishLetters[(int(v.b[0]-'X')*10000000+v.num(1, 8))%23] == v.b[8]
}

// itFiscal verifies the Italian tax code.
func itFiscal(v id) bool {
	// The values of odd places, for 0-9 and A-J alike, then K to Z.
	const odd = "\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15\x02\x04\x12\x14\x0b\x03\x06\x08\x0c\x0e\x10\x0a\x16\x19\x18\x17"
	if strings.IndexByte("ABCDEHLMPRST", v.b[8]) < 0 {
		return false
	}
	sum := 0
	for i := range 15 {
		c := int(v.b[i] - 'A')
		if isDigit(v.b[i]) {
			c = int(v.b[i] - '0')
		}
		if i%2 == 0 {
			sum += int(odd[c])
		} else {
			sum += c
		}
	}
	if byte('A'+sum%26) != v.b[15] {
		return false
	}
	day := 0
	for _, i := range [...]int{6, 7, 9, 10, 12, 13, 14} {
		n := strings.IndexByte("LMNPQRSTUV", v.b[i])
		if isDigit(v.b[i]) {
			n = v.d(i)
		}
		if n < 0 {
			return false
		}
		if i == 9 || i == 10 {
			day = day*10 + n
		}
	}
	return day >= 1 && day <= 31 || day >= 41 && day <= 71
}

func itVAT(v id) bool {
	if v.b[0] == 'I' {
		v = v.tail(2)
	}
	p := v.num(7, 10)
	return (p >= 1 && p <= 100 || p == 120 || p == 121 || p == 888 || p == 999) && v.num(0, 7) != 0 && luhn(v)
}

func grAFM(v id) bool {
	if v.b[0] == 'E' {
		v = v.tail(2)
	}
	sum := 0
	for i := range 8 {
		sum += v.d(i) << (8 - i)
	}
	return sum%11%10 == v.d(8) && v.num(0, 9) != 0
}
