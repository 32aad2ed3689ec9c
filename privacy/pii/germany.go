package pii

import "strings"

// germany lists the kinds of Germany, Austria and Switzerland.
func germany() []rule {
	return []rule{
		{
			Info: Info{
				DETaxID, "DE", "11 digits, also as 2-3-3-3", "ISO 7064 MOD 11,10; of the first ten digits one stands twice or thrice",
				"Bundeszentralamt für Steuern, Identifikationsnummer", "86 095 742 719", true,
			}, shapes: "99 999 999 999|99999999999", check: deTaxID,
			words: "steuer|steuerid|idnr|tin|steueridentifikationsnummer|identifikationsnummer|steuernummer|steuerliche|tax id|tax identification|tax number",
		},
		{Info: Info{
			"DE_VAT_ID", "DE", "DE and 9 digits", "ISO 7064 MOD 11,10", "§ 27a UStG, Bundeszentralamt für Steuern", "DE136695976", true,
		}, shapes: "DE999999999|DE*999*999*999|DE 999999999|DE-999999999", check: func(v id) bool { return v.b[2] != '0' && v.tail(2).mod1110(8) }, words: "ust|ustid|umsatzsteuer|mwst|vat"},
		{Info: Info{
			"DE_SOCIAL_SECURITY", "DE", "area, birth date, a letter, serial, check digit", "area and date; weights 2,1,2,5,7,1,2,1,2,1,2,1, digit sums mod 10",
			"§ 147 SGB VI, VKVV", "65 070680 M 004", true,
		}, shapes: "99999999A999|99 999999 A 999|99 999999 A 99 9", check: deSocial, words: "rente|rentenversicherung|sozialversicherung|sozialversicherungsnummer|rvnr|svnr"},
		{Info: Info{
			"DE_HEALTH_INSURANCE", "DE", "a letter and 9 digits", "the letter as two digits, weights 1, 2, digit sums mod 10",
			"§ 290 SGB V, GKV-Spitzenverband", "A000500015", true,
		}, shapes: "A999999999", check: deHealth, words: "krankenversicherung|krankenversichertennummer|versichertennummer|krankenkasse|kvnr|gesundheitskarte"},
		{
			Info: Info{
				"DE_ID_CARD", "DE", "9 characters, with or without the check digit after them", "weights 7, 3, 1 mod 10",
				"PAuswG, ICAO Doc 9303-3", "L01X00T471", true,
			}, shapes: "AXXXXXXX9|AXXXXXXX99|?AXXXXXXXA", check: func(v id) bool { return deDocument(&v, "LMNPRTVWXY") || deDocument(&v, "CFGHJK") },
			proof: icaoDocument, serial: deSerial, weak: 0.2, words: "ausweis|personalausweis|ausweisnummer|personalausweisnummer|identitätskarte|id card",
		},
		{
			Info: Info{
				"DE_PASSPORT", "DE", "9 characters, with or without the check digit after them", "weights 7, 3, 1 mod 10",
				"PassG, ICAO Doc 9303-3", "C01X00T478", true,
			}, shapes: "AXXXXXXX9|AXXXXXXX99|?AXXXXXXXA", check: func(v id) bool { return deDocument(&v, "CFGHJK") },
			proof: icaoDocument, weak: 0.2, words: "reisepass|pass|passnummer|reisepassnummer|passport",
		},
		{Info: Info{
			"DE_LANR", "DE", "9 digits", "weights 4, 9 over six digits, mod 10", "KBV, Richtlinie Arztnummer", "123456601", true,
		}, shapes: "999999999", check: deLANR, words: "lanr|arztnummer|arzt"},
		{Info: Info{
			"DE_BSNR", "DE", "9 digits", "region code", "KBV, Richtlinie Betriebsstättennummer", "721234500", true,
		}, shapes: "999999999", check: deBSNR, weak: 0.2, words: "bsnr|betriebsstättennummer|betriebsstätte"},
		{
			Info: Info{
				"DE_TAX_NUMBER", "DE", "as each state prints it, or 13 digits", "tax office of a state, zero at the fifth place",
				"ELSTER, Prüfung der Steuer- und Identifikationsnummer", "2893081508152", true,
			}, shapes: "9999999999999|?999/999/99999|?99/999/99999|?999/9999/9999|?99999/99999|?999 999 99999|?99/999/9999|?99/9999/9999", check: deTaxNumber, weak: 0.3,
			words: "steuernummer|steuer|finanzamt|stnr|st nr",
		},
		{Info: Info{
			"DE_KFZ", "DE", "district, letters, number", "", "§ 9 FZV", "B-ZZ 9999", true,
		}, shapes: plates, check: func(v id) bool { return true }, strong: 0.3, weak: 0.3, words: "kennzeichen|kfz|auto|wagen|fahrzeug|autokennzeichen"},
		{
			Info: Info{
				"DE_HANDELSREGISTER", "DE", "HRA or HRB and up to 6 digits", "", "HRV", "HRB 999999", true,
			}, shapes: "AAA 9|AAA 99|AAA 999|AAA 9999|AAA 99999|AAA 999999", check: func(v id) bool { return v.is(0, "HRA") || v.is(0, "HRB") }, strong: 0.6,
			words: "handelsregister|registergericht|amtsgericht",
		},
		{Info: Info{
			"DE_PLZ", "DE", "5 digits", "", "Deutsche Post, Postleitzahlen", "10115", false,
		}, shapes: "99999", check: func(v id) bool { return v.num(0, 5) >= 1001 && v.num(0, 5) <= 99998 }, weak: 0.1, words: "plz|postleitzahl|wohnort|anschrift|adresse"},
		{Info: Info{
			"DE_FUEHRERSCHEIN", "DE", "11 characters, the authority first", "", "Anlage 8 FeV", "B072RRE2I55", true,
		}, shapes: "?AA99999999X|?A999XXXXX9X", check: func(v id) bool { return true }, weak: 0.3, words: "führerschein|fuehrerschein|führerscheinnummer|fahrerlaubnis"},
		{Info: Info{
			"AT_SVNR", "AT", "4 digits and the birth date", "mod 11, weights 3,7,9,5,8,4,2,1,6; date",
			"Dachverband der Sozialversicherungsträger", "1237 010180", true,
		}, shapes: "9999 999999|9999999999", check: atSVNR, words: "svnr|sozialversicherung|sozialversicherungsnummer|versicherungsnummer"},
		{Info: Info{
			"CH_AHV", "CH", "756 and 10 digits, 3-4-4-2", "EAN-13", "ZAS, AHV-Nummer", "756.9217.0769.85", true,
		}, shapes: "999.9999.9999.99|999 9999 9999 99|!9999999999999", check: func(v id) bool { return v.is(0, "756") && ean(v) }},
	}
}

// plates are the patterns of German number plates.
const plates = "A-AA-9999|AA-AA-9999|AAA-AA-9999|A-AA-999|AA-AA-999|AAA-AA-999|A-A-9999|AA-A-9999|A-AA 9999|AA-AA 9999|AAA-AA 999|A-AA 999|AA-AA 999|" +
	"A-A 9999|AA-A 9999|AAA-A 999|AA-A 999|A-A 999|A-AA 99|AA-AA 99|AAA-AA 99|A AA 9999|AA AA 9999|A AA 999|AA AA 999|AAA AA 999|A A 9999|AA A 9999|" +
	"A AA 99|AA AA 99|AAA AA 99|AA AA 99A|A AA 99A|AAA AA 99A|A-AA 999A|AA-AA 99A|AA-AA 999A|A-AA 99A"

// deTaxID is the check of the German tax identification number: no leading
// zero, and of the first ten digits exactly one stands twice or thrice, the
// latter not in one row.
func deTaxID(v id) bool {
	if v.b[0] == '0' || !v.mod1110(10) {
		return false
	}
	var seen [10]int
	for i := range 10 {
		seen[v.d(i)]++
	}
	pairs, triples, missing := 0, 0, 0
	for _, n := range seen {
		switch {
		case n == 0:
			missing++
		case n == 2:
			pairs++
		case n == 3:
			triples++
		case n > 3:
			return false
		}
	}
	for i := range 8 {
		if v.b[i] == v.b[i+1] && v.b[i] == v.b[i+2] {
			return false
		}
	}
	return pairs == 1 && triples == 0 && missing == 1 || triples == 1 && pairs == 0 && missing == 2
}

// deSocial checks the German pension insurance number. The day of birth may be
// 50 more where numbers ran out.
func deSocial(v id) bool {
	area, day := v.num(0, 2), v.num(2, 4)
	if day > 50 {
		day -= 50
	}
	if area < 2 || area > 89 || !shortDate(v.num(6, 8), v.num(4, 6), day) {
		return false
	}
	var d [12]byte
	copy(d[:8], v.b[:8])
	letter := v.b[8] - 'A' + 1
	d[8], d[9] = '0'+letter/10, '0'+letter%10
	copy(d[10:], v.b[9:11])
	return digitSums(d[:], "\x02\x01\x02\x05\x07\x01\x02\x01\x02\x01\x02\x01")%10 == v.d(11)
}

// deHealth checks the constant part of the German health insurance number.
func deHealth(v id) bool {
	var d [10]byte
	letter := v.b[0] - 'A' + 1
	d[0], d[1] = '0'+letter/10, '0'+letter%10
	copy(d[2:], v.b[1:9])
	return digitSums(d[:], "\x01\x02\x01\x02\x01\x02\x01\x02\x01\x02")%10 == v.d(9)
}

// deDocument holds for serial numbers without vowels and other letters that
// are mistaken for digits.
func deDocument(v *id, first string) bool {
	if strings.IndexByte(first, v.b[0]) < 0 {
		return false
	}
	for _, c := range v.b[1:v.n] {
		if !isDigit(c) && strings.IndexByte("CFGHJKLMNPRTVWXYZ", c) < 0 {
			return false
		}
	}
	return true
}

// icaoDocument compares the last digit with the ICAO check of those before it.
func icaoDocument(v id) bool {
	return isDigit(v.b[v.n-1]) && icaoSum(v.b[:v.n-1]) == int(v.b[v.n-1]-'0')
}

// deSerial holds for the series T and eight digits, which is often written
// without the check digit.
func deSerial(v id) bool { return v.n == 9 && v.b[0] == 'T' && v.tail(1).allNumbers() }

// icaoSum is the check of ICAO Doc 9303-3 section 4.9: weights 7, 3, 1 mod 10,
// letters from 10, '<' zero.
func icaoSum(s []byte) int {
	sum := 0
	for i, c := range s {
		n := 0
		switch {
		case isDigit(c):
			n = int(c - '0')
		case c >= 'A':
			n = int(c-'A') + 10
		}
		sum += n * int("\x07\x03\x01"[i%3])
	}
	return sum % 10
}

func deLANR(v id) bool {
	sum := weighted(&v, "\x04\x09\x04\x09\x04\x09")
	return (10-sum%10)%10 == v.d(6) && v.num(7, 9) != 0 && v.num(0, 6) != 0
}

func deBSNR(v id) bool {
	switch v.num(0, 2) {
	case 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 24, 25, 27, 28, 31, 35, 37, 38, 39, 40, 41, 42, 43, 44,
		45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 78, 79, 80, 81, 83, 85,
		86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 96, 98, 99:
		return true
	}
	return false
}

// deTaxNumber checks the nationwide form: four digits of the tax office, a
// zero, and eight digits. The states' own forms have no common structure.
func deTaxNumber(v id) bool {
	if v.n != 13 {
		return !sameDigits(&v)
	}
	if v.b[4] != '0' {
		return false
	}
	switch v.num(0, 2) {
	case 10, 11, 21, 22, 23, 24, 26, 27, 28, 30, 31, 32, 40, 41, 51, 52, 53, 54, 55, 91, 92:
		return true
	}
	return false
}

// atSVNR checks the Austrian insurance number; months 13 to 15 are used where
// the day has no number left.
func atSVNR(v id) bool {
	month := v.num(6, 8)
	if v.b[0] == '0' || !(shortDate(v.num(8, 10), month, v.num(4, 6)) || month >= 13 && month <= 15) {
		return false
	}
	sum := weighted(&v, "\x03\x07\x09\x00\x05\x08\x04\x02\x01\x06") % 11
	return sum == v.d(3)
}

// ean is the GS1 check digit: from the right, weights 1 and 3.
func ean(v id) bool {
	sum := 0
	for i := range v.n {
		if (v.n-i)%2 == 0 {
			sum += 3 * v.d(i)
		} else {
			sum += v.d(i)
		}
	}
	return sum%10 == 0
}
