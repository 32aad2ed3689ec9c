package pii

// europe lists the kinds of European countries.
func europe() []rule {
	return []rule{
		{
			Info: Info{
				Kind: UKNHS, Country: "GB", Default: true,
				Format:  "10 digits, 3-3-4",
				Check:   "mod 11, weights 10 to 2",
				Source:  "NHS Data Dictionary, NHS NUMBER",
				Example: "943 476 5919",
			}, shapes: "999 999 9999|?999-999-9999|9999999999", check: ukNHS,
			words: "nhs|national health|health service|patient|chi",
		},
		{
			Info: Info{
				Kind: DETaxID, Country: "DE", Default: true,
				Format:  "11 digits, also as 2-3-3-3",
				Check:   "ISO 7064 MOD 11,10; of the first ten digits one stands twice or thrice",
				Source:  "Bundeszentralamt für Steuern, Informationsblatt zur Identifikationsnummer",
				Example: "86 095 742 719",
			}, shapes: "99 999 999 999|99999999999", check: deTaxID,
			words: "steuer|steuerid|idnr|tin|steueridentifikationsnummer|identifikationsnummer|steuernummer|steuerliche|tax id|tax identification|tax number",
		},
		{
			Info: Info{
				Kind: FRNIR, Country: "FR", Default: true,
				Format:  "13 digits (2A and 2B for Corsica) and a key of 2",
				Check:   "sex and month, key 97 - n mod 97",
				Source:  "INSEE, décret n° 82-103",
				Example: "2 55 08 14 168 025 38",
			}, shapes: "!999999999999999|99999X999999999|9 99 99 99 999 999 99|9 99 99 9X 999 999 99|9999999999999 99|99999X9999999 99",
			check: frNIR, words: "nir|sécurité sociale|securite sociale|insee|sécu|numéro ss",
		},
	}
}

// ukNHS is the check of the NHS number: 11 less the weighted sum mod 11, where
// 10 is never issued.
func ukNHS(v id) bool {
	sum := weighted(&v, "\x0a\x09\x08\x07\x06\x05\x04\x03\x02")
	check := (11 - sum%11) % 11
	return check == v.d(9) && !sameDigits(&v)
}

// deTaxID is the check of the German tax identification number: no leading
// zero, and of the first ten digits exactly one stands twice or thrice, the
// latter not in one row.
func deTaxID(v id) bool {
	if v.b[0] == '0' || !mod1110(&v, 10) {
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
	case 'A':
		if v.b[5] != '2' {
			return false
		}
		v.b[5], v.b[6] = '1', '9'
	case 'B':
		if v.b[5] != '2' {
			return false
		}
		v.b[5], v.b[6] = '1', '8'
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
