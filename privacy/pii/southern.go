package pii

import "strings"

// southern lists the kinds of Australia, India, Africa and South America.
func southern() []rule {
	return []rule{
		{Info: Info{
			"AU_ABN", "AU", "11 digits, 2-3-3-3", "first digit less 1, weights 10,1,3 to 19 mod 89", "Australian Business Register", "51 824 753 556", true,
		}, shapes: "99 999 999 999|99999999999", check: auABN, words: "abn|australian business|business number"},
		{Info: Info{
			"AU_ACN", "AU", "9 digits, 3-3-3", "weights 8 to 1 mod 10", "ASIC, Corporations Regulations", "004 085 616", true,
		}, shapes: "?999 999 999|999999999", check: auACN, words: "acn|australian company|company number"},
		{Info: Info{
			"AU_TFN", "AU", "9 digits, 3-3-3", "weights 1,4,3,7,5,8,6,9,10 mod 11", "Australian Taxation Office", "876 543 210", true,
		}, shapes: "?999 999 999|999999999", check: auTFN, words: "tfn|tax file|tax number"},
		{Info: Info{
			"AU_MEDICARE", "AU", "10 digits from 2 to 6, 4-5-1", "weights 1,3,7,9 mod 10", "Services Australia", "2123 45670 1", true,
		}, shapes: "9999 99999 9|9999999999|9999-99999-9", check: auMedicare, words: "medicare|medicare card"},
		{Info: Info{
			"IN_AADHAAR", "IN", "12 digits from 2, 4-4-4", "Verhoeff, not the same backwards", "UIDAI, Aadhaar (Enrolment) Regulations", "3123 4567 8909", true,
		}, shapes: "9999_9999_9999|999999999999", check: inAadhaar, words: "aadhaar|aadhar|uidai|uid|adhaar"},
		{Info: Info{
			"IN_GSTIN", "IN", "state, PAN, entity, Z, check character", "state, PAN, mod 36", "GSTN, GST Rules 2017 rule 10", "27AAPFU0939F1ZV", true,
		}, shapes: "99AAAAA9999AXAX", check: inGSTIN, words: "gstin|gst"},
		{Info: Info{
			"IN_PAN", "IN", "5 letters, 4 digits, a letter", "fourth letter a class of holder", "Income Tax Department, rule 114", "ZZZPZ0000Z", true,
		}, shapes: "AAAAA9999A", check: func(v id) bool { return strings.IndexByte("ABCEFGHJLPTK", v.b[3]) >= 0 }, strong: 0.6, words: "pan|permanent account|income tax"},
		{Info: Info{
			"IN_PASSPORT", "IN", "a letter and 7 digits", "letters and digits in use", "Passport Seva, Passports Act", "Z1000001", true,
		}, shapes: "?A9999999|?A99 99999", check: func(v id) bool { return strings.IndexByte("QXO", v.b[0]) < 0 && v.b[1] != '0' && v.b[7] != '0' }, weak: 0.1, words: "passport|indian passport"},
		{Info: Info{
			"IN_VOTER", "IN", "3 letters and 7 digits", "", "Election Commission of India, EPIC", "ZZZ0000000", true,
		}, shapes: "?AAA9999999", check: func(v id) bool { return true }, weak: 0.3, words: "voter|vote|epic|election|elector"},
		{
			Info: Info{
				"IN_VEHICLE_REGISTRATION", "IN", "state, district, letters, 4 digits; BH series", "state code", "Central Motor Vehicles Rules, rule 50", "KA 01 ZZ 0001", true,
			}, shapes: "?AA99AA9999|?AA99A9999|?AA9AA9999|?AA9A9999|AA_99_AA_9999|AA_99_A_9999|?99AA9999AA|?99AA9999A", check: inVehicle, strong: 0.6,
			words: "vehicle|registration|rto|car|bike|number plate|plate",
		},
		{Info: Info{
			"ZA_ID_NUMBER", "ZA", "YYMMDD, 4 digits, citizenship, 8 or 9, check digit", "date, citizenship, Luhn", "Identification Act 68 of 1997", "8001015009087", true,
		}, shapes: "9999999999999|999999 9999 99 9|999999 9999 999", check: zaID, words: "identity|south african|rsa id|sa id|rsa|id number|permanent resident"},
		{Info: Info{
			"NG_NIN", "NG", "11 digits", "Verhoeff", "NIMC, National Identification Number", "01234567895", true,
		}, shapes: "99999999999", check: func(v id) bool { return verhoeff(v) && !sameDigits(&v) }, words: "nin|nimc|national identification"},
		{Info: Info{
			"NG_VEHICLE_REGISTRATION", "NG", "3 letters, 3 digits, 2 letters", "", "FRSC, number plate standard", "ABJ-001AA", true,
		}, shapes: "?AAA-999AA|?AAA999AA|?AAA-999-AA|?AAA 999 AA", check: func(v id) bool { return true }, words: "plate|vehicle|registration|car|plate number"},
		{Info: Info{
			"BR_CPF", "BR", "999.999.999-99", "two mod 11 digits", "Receita Federal, IN RFB 1548", "111.444.777-35", true,
		}, shapes: "999.999.999-99|999 999 999 99|999999999-99|99999999999", check: brCPF, words: "cpf|contribuinte|cadastro"},
		{Info: Info{
			"BR_CNPJ", "BR", "99.999.999/9999-99, letters too from 2026", "two mod 11 digits", "Receita Federal, IN RFB 2119 and 2229", "11.222.333/0001-81", true,
		}, shapes: "XX.XXX.XXX/XXXX-99|99999999/9999-99|99999999999999", check: brCNPJ, words: "cnpj|cadastro nacional"},
		{Info: Info{
			"AR_CUIT", "AR", "99-99999999-9", "type, weights 5,4,3,2,7,6,5,4,3,2 mod 11", "AFIP, RG 10/1997", "20-05536168-2", true,
		}, shapes: "99-99999999-9|99999999999", check: arCUIT, words: "cuit|cuil"},
		{Info: Info{
			"CL_RUT", "CL", "99.999.999-X", "weights 2 to 7 mod 11", "Servicio de Impuestos Internos", "12.531.909-2", true,
		}, shapes: "99.999.999-X|9.999.999-X|?99999999-X|?9999999-X", check: clRUT, words: "rut|run|tributario"},
		{Info: Info{
			"CO_NIT", "CO", "999.999.999-9", "weights 3 to 41 mod 11", "DIAN, Orden Administrativa 4 de 1989", "213.123.432-1", true,
		}, shapes: "999.999.999-9|?999999999-9|9999999999", check: coNIT, words: "nit|tributaria|identificación tributaria"},
	}
}

func auABN(v id) bool {
	return v.b[0] != '0' && (weighted(&v, "\x0a\x01\x03\x05\x07\x09\x0b\x0d\x0f\x11\x13")-10)%89 == 0
}

func auACN(v id) bool {
	sum := weighted(&v, "\x08\x07\x06\x05\x04\x03\x02\x01")
	return (10-sum%10)%10 == v.d(8) && !sameDigits(&v)
}

func auTFN(v id) bool {
	return weighted(&v, "\x01\x04\x03\x07\x05\x08\x06\x09\x0a")%11 == 0 && !sameDigits(&v)
}

func auMedicare(v id) bool {
	return v.b[0] >= '2' && v.b[0] <= '6' && v.b[9] != '0' && weighted(&v, "\x01\x03\x07\x09\x01\x03\x07\x09")%10 == v.d(8)
}

func inAadhaar(v id) bool {
	back := true
	for i := range v.n / 2 {
		back = back && v.b[i] == v.b[v.n-1-i]
	}
	return !back && v.b[0] >= '2' && verhoeff(v)
}

// aadhaarColons tries the four digits at i as an Aadhaar number whose groups
// are parted by colons, as some forms print it.
func (s *sweep) aadhaarColons(i int) {
	text := s.text
	k, ok := s.eng.byName["IN_AADHAAR"]
	if !ok || !s.on.has(k) || i+14 > len(text) || text[i+9] != ':' || wordBefore(text, i) || i > 0 && text[i-1] == ':' || wordAfter(text, i+14) {
		return
	}
	if i+14 < len(text) && text[i+14] == ':' {
		return
	}
	var v id
	for j := i; j < i+14; j++ {
		if j == i+4 || j == i+9 {
			continue
		}
		if !isDigit(text[j]) {
			return
		}
		v.b[v.n] = text[j]
		v.n++
	}
	if inAadhaar(v) {
		s.report(k, i, i+14, 0.4)
	}
}

// inGSTIN adds, over base-36 digits with weights 1 and 2, quotient and
// remainder by 36.
func inGSTIN(v id) bool {
	state := v.num(0, 2)
	if !(state >= 1 && state <= 38 || state == 97 || state == 99) || v.b[12] == '0' || v.b[13] != 'Z' ||
		strings.IndexByte("ABCEFGHJLPTK", v.b[5]) < 0 {
		return false
	}
	sum := 0
	for i := range 14 {
		p := base36(v.b[i]) * (1 + i%2)
		sum += p/36 + p%36
	}
	return (36-sum%36)%36 == base36(v.b[14])
}

func base36(c byte) int {
	if isDigit(c) {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

func inVehicle(v id) bool {
	if isDigit(v.b[0]) {
		return v.is(2, "BH") && v.num(0, 2) >= 20
	}
	const states = "AN AP AR AS BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UA UK UP WB "
	for i := 0; i < len(states); i += 3 {
		if v.is(0, states[i:i+2]) {
			return v.b[v.n-1] != '0' || v.num(v.n-4, v.n) != 0
		}
	}
	return false
}

func zaID(v id) bool {
	return shortDate(v.num(0, 2), v.num(2, 4), v.num(4, 6)) && v.b[10] <= '2' && v.b[11] >= '8' && luhn(v)
}

func brCPF(v id) bool {
	d1 := weighted(&v, "\x0a\x09\x08\x07\x06\x05\x04\x03\x02") * 10 % 11 % 10
	d2 := weighted(&v, "\x0b\x0a\x09\x08\x07\x06\x05\x04\x03\x02") * 10 % 11 % 10
	return d1 == v.d(9) && d2 == v.d(10) && !sameDigits(&v)
}

// brCNPJ counts a letter as its ASCII code less 48, as digits are counted.
func brCNPJ(v id) bool {
	d1 := weighted(&v, "\x05\x04\x03\x02\x09\x08\x07\x06\x05\x04\x03\x02") % 11
	d2 := weighted(&v, "\x06\x05\x04\x03\x02\x09\x08\x07\x06\x05\x04\x03\x02") % 11
	return modEleven(d1) == v.d(12) && modEleven(d2) == v.d(13) && !sameDigits(&v)
}

// modEleven turns a remainder into the digit 11 less it, 0 for 10 and 11.
func modEleven(r int) int {
	if r < 2 {
		return 0
	}
	return 11 - r
}

func arCUIT(v id) bool {
	switch v.num(0, 2) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34:
	default:
		return false
	}
	sum := weighted(&v, "\x05\x04\x03\x02\x07\x06\x05\x04\x03\x02")
	check := (11 - sum%11) % 11
	return check == v.d(10) || check == 10 && v.d(10) == 9
}

func clRUT(v id) bool {
	sum := 0
	for i := v.n - 2; i >= 0; i-- {
		sum += v.d(i) * (2 + (v.n-2-i)%6)
	}
	return "0K987654321"[sum%11] == v.b[v.n-1] && !sameDigits(&v)
}

func coNIT(v id) bool {
	r := weighted(&v, "\x29\x25\x1d\x17\x13\x11\x0d\x07\x03") % 11
	if r > 1 {
		r = 11 - r
	}
	return r == v.d(9) && v.b[0] != '0'
}
