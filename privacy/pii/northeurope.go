package pii

import "strings"

// northEurope lists the kinds of the Nordic and Baltic countries.
func northEurope() []rule {
	return []rule{
		{Info: Info{
			"FI_PERSONAL_IDENTITY_CODE", "FI", "DDMMYY, century sign, 3 digits, a check character", "date, mod 31 table",
			"DVV, Act on the Population Information System 2023", "131052-308T", true,
		}, shapes: "999999-999X|999999A999X", check: fiHETU, glued: true, words: "hetu|henkilötunnus|personbeteckning"},
		{Info: Info{
			"SE_PERSONNUMMER", "SE", "YYMMDD-9999 or with the century", "date (day 60 more for coordination numbers), Luhn",
			"Skatteverket, SKV 704", "811218-9876", true,
		}, shapes: "999999-9999|99999999-9999|9999999999|999999999999", check: sePerson, glued: true, words: "personnummer|pnr|personnr|samordningsnummer|swedish id"},
		{Info: Info{
			"SE_ORGANISATIONSNUMMER", "SE", "999999-9999, the third digit 2 or more", "Luhn", "Bolagsverket, Skatteverket SKV 709", "202100-5489", true,
		}, shapes: "999999-9999|9999999999", check: seOrg, words: "organisationsnummer|orgnummer|orgnr|org nr"},
		{Info: Info{
			"NO_FODSELSNUMMER", "NO", "DDMMYY and 5 digits", "date (day 40 more for D numbers), two mod 11 digits", "Skatteetaten, folkeregisterforskriften", "01010750160", true,
		}, shapes: "999999 99999|!99999999999", check: noFodsel, words: "fødselsnummer|fodselsnummer|personnummer|fnr"},
		{
			Info: Info{
				"DK_CPR", "DK", "DDMMYY-9999", "date; mod 11 for numbers given before October 2007", "CPR-kontoret, Personnummeret i CPR", "010111-1113", true,
			}, shapes: "999999-9999|9999999999", check: func(v id) bool { return shortDate(v.num(4, 6), v.num(2, 4), v.num(0, 2)) }, proof: dkMod11,
			words: "cpr|cprnr|personnummer",
		},
		{Info: Info{
			"EE_ISIKUKOOD", "EE", "century and sex, YYMMDD, serial, check digit", "date, mod 11 in two rounds", "Population Register Act, EVS 585", "37605030299", true,
		}, shapes: "99999999999", check: balticCode, words: "isikukood|isikukoodi"},
		{Info: Info{
			"LT_ASMENS_KODAS", "LT", "century and sex, YYMMDD, serial, check digit", "date, mod 11 in two rounds", "Residents' Register Law", "33309240064", true,
		}, shapes: "99999999999", check: balticCode, words: "asmens kodas|kodas"},
	}
}

func fiHETU(v id) bool {
	year, serial := 1900, 7
	switch c := v.b[6]; {
	case isDigit(c): // the hyphen is not among the characters
		serial = 6
	case c >= 'U' && c <= 'Y':
	case c >= 'A' && c <= 'F':
		year = 2000
	default:
		return false
	}
	n := v.num(serial, serial+3)
	if n < 2 || !validDate(year+v.num(4, 6), v.num(2, 4), v.num(0, 2)) {
		return false
	}
	return "0123456789ABCDEFHJKLMNPRSTUVWXY"[(v.num(0, 6)*1000+n)%31] == v.b[serial+3]
}

func sePerson(v id) bool {
	year := 0
	if v.n == 12 {
		if c := v.num(0, 2); c < 18 || c > 20 {
			return false
		}
		year = v.num(0, 4)
		v = v.tail(2)
	}
	day := v.num(4, 6)
	if day > 60 {
		day -= 60
	}
	if year == 0 {
		return shortDate(v.num(0, 2), v.num(2, 4), day) && luhn(v)
	}
	return validDate(year, v.num(2, 4), day) && luhn(v)
}

func seOrg(v id) bool {
	return v.b[2] >= '2' && strings.IndexByte("12356789", v.b[0]) >= 0 && luhn(v)
}

func noFodsel(v id) bool {
	day, month := v.num(0, 2), v.num(2, 4)
	if day > 40 {
		day -= 40
	}
	if month > 40 {
		month -= 40
	}
	if !shortDate(v.num(4, 6), month, day) {
		return false
	}
	k1 := (11 - weighted(&v, "\x03\x07\x06\x01\x08\x09\x04\x05\x02")%11) % 11
	k2 := (11 - weighted(&v, "\x05\x04\x03\x02\x07\x06\x05\x04\x03\x02")%11) % 11
	return k1 == v.d(9) && k2 == v.d(10)
}

func dkMod11(v id) bool {
	return weighted(&v, "\x04\x03\x02\x07\x06\x05\x04\x03\x02\x01")%11 == 0
}

// balticCode is the check Estonia and Lithuania share.
func balticCode(v id) bool {
	if v.b[0] < '1' || v.b[0] > '8' || !validDate(1800+(v.d(0)-1)/2*100+v.num(1, 3), v.num(3, 5), v.num(5, 7)) {
		return false
	}
	r := weighted(&v, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x01") % 11
	if r == 10 {
		r = weighted(&v, "\x03\x04\x05\x06\x07\x08\x09\x01\x02\x03") % 11 % 10
	}
	return r == v.d(10)
}
