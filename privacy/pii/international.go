package pii

// international lists the numbers that belong to no country. It comes last, so
// that a country's own kind wins where both fit.
func international() []rule {
	return []rule{
		{Info: Info{
			"VIN", "", "17 characters without I, O, Q", "check character at place 9 mod 11, serial of digits", "ISO 3779, 49 CFR 565", "1M8GDM9AXKP042788", true,
		}, shapes: "XXXXXXXXXXXXX9999", check: vinNumber, words: "vin|chassis|vehicle identification"},
		{Info: Info{
			"IMEI", "", "15 digits, also 2-6-6-1", "reporting body, Luhn", "3GPP TS 23.003, GSMA TS.06", "49-015420-323751-8", true,
		}, shapes: "99-999999-999999-9|99 999999 999999 9|999999999999999", check: imeiNumber, words: "imei|handset|device"},
		{Info: Info{
			"LEI", "", "18 characters and 2 digits", "ISO 7064 MOD 97-10", "ISO 17442", "5493001KJTIIGC8Y1R12", true,
		}, shapes: "XXXXXXXXXXXXXXXXXX99", check: leiNumber, words: "lei|legal entity"},
		{Info: Info{
			"ISIN", "", "country, 9 characters, check digit", "numbering agency, Luhn over letters as numbers", "ISO 6166", "US0378331005", true,
		}, shapes: "AAXXXXXXXXX9", check: isinNumber, words: "isin|securities"},
		{
			Info: Info{
				"EU_VAT_ID", "", "country and 8 to 12 characters", "each country's own check", "European Commission, VIES", "ATU13585627", true,
			}, shapes: "AAX99999999|AA99999999|AA999999999|AA9999999999|AA99999999999|AA999999999999|AAXX999999999|AA999999999A99|AA9999999A|AA9999999AA|AAA99999999|AAA9999999A|AA99999999A|AA9999999|AA999999",
			check: euVAT, words: "vat|ust|tva|iva|btw|uid",
		},
	}
}

// vinNumber verifies a vehicle identification number: no I, O or Q, the check
// character at place 9, four digits at the end (49 CFR 565, ISO 3779).
func vinNumber(v id) bool {
	const values = "\x01\x02\x03\x04\x05\x06\x07\x08\x00\x01\x02\x03\x04\x05\x00\x07\x00\x09\x02\x03\x04\x05\x06\x07\x08\x09"
	const weights = "\x08\x07\x06\x05\x04\x03\x02\x0a\x00\x09\x08\x07\x06\x05\x04\x03\x02"
	sum, letters := 0, 0
	for i := range 17 {
		c := v.b[i]
		n := int(c - '0')
		if !isDigit(c) {
			if c == 'I' || c == 'O' || c == 'Q' || i > 12 {
				return false
			}
			n = int(values[c-'A'])
			letters++
		}
		sum += n * int(weights[i])
	}
	return letters >= 2 && "0123456789X"[sum%11] == v.b[8]
}

// imeiNumber verifies an equipment identity: a reporting body that allocates
// type codes, and Luhn (3GPP TS 23.003).
func imeiNumber(v id) bool {
	switch v.num(0, 2) {
	case 1, 10, 30, 33, 35, 44, 45, 49, 50, 51, 52, 53, 54, 86, 91, 98, 99:
		return luhn(v) && !sameDigits(&v)
	}
	return false
}

// leiNumber verifies a legal entity identifier (ISO 17442): 18 characters and
// two digits, MOD 97-10.
func leiNumber(v id) bool {
	letters := 0
	for _, c := range v.b[4:18] {
		if !isDigit(c) {
			letters++
		}
	}
	return letters > 0 && v.mod97(0, 0, 20) == 1
}

// isinNumber verifies a securities number (ISO 6166): country, nine
// characters, Luhn over the digits with letters as 10 to 35.
func isinNumber(v id) bool {
	const countries = "AE AN AR AT AU BE BG BM BR BS CA CH CL CN CO CR CY CZ DE DK EE EG ES EU FI FR GB GG GR HK HR HU ID IE IL IM IN IS IT JE JO JP KE KR KW KY LB LI LK LT LU LV MA MC MH MT MU MX MY NG NL NO NZ OM PA PE PH PK PL PR PT QA RO RS RU SA SE SG SI SK TH TN TR TW UA US UY VE VG VN XS ZA "
	known, digits := false, 0
	for i := 0; i < len(countries); i += 3 {
		known = known || v.is(0, countries[i:i+2])
	}
	var d [24]byte
	n := 0
	for _, c := range v.b[:12] {
		if isDigit(c) {
			d[n] = c
			n++
			digits++
		} else {
			d[n], d[n+1] = '0'+(c-'A'+10)/10, '0'+(c-'A'+10)%10
			n += 2
		}
	}
	return known && digits >= 4 && luhnSum(d[:n], 0)%10 == 0
}

// allNumbers reports whether all characters are digits.
func (v id) allNumbers() bool {
	for _, c := range v.b[:v.n] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// cut returns the first n characters.
func (v id) cut(n int) id {
	v.n = n
	return v
}
