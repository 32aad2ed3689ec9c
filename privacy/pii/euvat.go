package pii

import "strings"

// euVAT verifies the VAT numbers of the European Union, each by its own
// country's rule (European Commission, VIES).
func euVAT(v id) bool {
	w := v.tail(2)
	digits := true
	for _, c := range w.b[:w.n] {
		digits = digits && isDigit(c)
	}
	switch string(v.b[:2]) {
	case "AT":
		return w.b[0] == 'U' && w.n == 9 && w.tail(1).allNumbers() && (10-(digitSums(w.b[1:8], "\x01\x02\x01\x02\x01\x02\x01")+4)%10)%10 == w.d(8)
	case "FR":
		return w.n == 11 && w.tail(2).allNumbers() && luhn(w.tail(2)) && frenchKey(&w)
	case "NL":
		return w.n == 12 && w.b[9] == 'B' && (v.mod97(0, 0, 14) == 1 || w.cut(9).allNumbers() && nlBSN(w.cut(9)))
	case "ES":
		return w.n == 9 && spanishVAT(w)
	case "IE":
		return (w.n == 8 || w.n == 9) && w.cut(7).allNumbers() && isLetter(w.b[7]) && (w.n == 8 || isLetter(w.b[8])) && iePPS(w)
	case "CY":
		return w.n == 9 && w.cut(8).allNumbers() && cyprusVAT(&w)
	}
	return digits && digitVAT(string(v.b[:2]), w)
}

// digitVAT continues euVAT with the countries whose numbers hold digits only.
func digitVAT(country string, w id) bool {
	switch country {
	case "BG":
		return w.n == 9 && w.b[0] != '0' && twoRounds(&w, 8, "\x01\x02\x03\x04\x05\x06\x07\x08", "\x03\x04\x05\x06\x07\x08\x09\x0a")
	case "CZ":
		return w.n == 8 && w.b[0] != '9' && czechFirm(&w) || w.n == 10 && czBirth(w)
	case "LT":
		return w.n == 9 && w.b[7] == '1' && twoRounds(&w, 8, "\x01\x02\x03\x04\x05\x06\x07\x08", "\x03\x04\x05\x06\x07\x08\x09\x01") ||
			w.n == 12 && w.b[10] == '1' && twoRounds(&w, 11, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x01\x02", "\x03\x04\x05\x06\x07\x08\x09\x01\x02\x03\x04")
	case "LV":
		return w.n == 11 && w.b[0] > '3' && latvianFirm(&w)
	case "BE":
		return w.n == 10 && w.b[0] <= '1' && 97-w.num(0, 8)%97 == w.num(8, 10)
	case "DE":
		return w.n == 9 && w.b[0] != '0' && w.mod1110(8)
	case "DK":
		return w.n == 8 && w.b[0] != '0' && weighted(&w, "\x02\x07\x06\x05\x04\x03\x02\x01")%11 == 0
	case "EE":
		return w.n == 9 && weighted(&w, "\x03\x07\x01\x03\x07\x01\x03\x07\x01")%10 == 0
	case "EL":
		return w.n == 9 && grAFM(w)
	case "FI":
		return w.n == 8 && weighted(&w, "\x07\x09\x0a\x05\x08\x04\x02\x01")%11 == 0
	case "HR":
		return w.n == 11 && w.mod1110(10)
	case "HU":
		return w.n == 8 && weighted(&w, "\x09\x07\x03\x01\x09\x07\x03\x01")%10 == 0
	case "IT":
		return w.n == 11 && itVAT(w)
	case "LU":
		return w.n == 8 && w.num(0, 6)%89 == w.num(6, 8)
	case "MT":
		return w.n == 8 && (weighted(&w, "\x03\x04\x06\x07\x08\x09")+w.num(6, 8))%37 == 0
	case "PL":
		return w.n == 10 && weighted(&w, "\x06\x05\x07\x02\x03\x04\x05\x06\x07")%11 == w.d(9)
	case "PT":
		return w.n == 9 && ptNIF(w)
	case "SE":
		return w.n == 12 && luhn(w.cut(10)) && w.num(10, 12) >= 1
	case "SI":
		r := 11 - weighted(&w, "\x08\x07\x06\x05\x04\x03\x02")%11
		return w.n == 8 && w.b[0] != '0' && r < 11 && r%10 == w.d(7)
	case "SK":
		return w.n == 10 && w.b[0] != '0' && strings.IndexByte("234789", w.b[2]) >= 0 && w.num(0, 10)%11 == 0
	case "RO":
		return w.n >= 6 && w.n <= 10 && romanianVAT(w)
	}
	return false
}

// frenchKey compares the two leading digits with the SIREN after them.
func frenchKey(w *id) bool {
	return isDigit(w.b[0]) && isDigit(w.b[1]) && (12+3*(w.num(2, 11)%97))%97 == w.num(0, 2)
}

// spanishVAT takes a person's NIF or NIE, or a company's CIF: digits doubled at
// odd places, the check a digit or a letter.
func spanishVAT(w id) bool {
	last := w.b[8]
	switch {
	case isDigit(w.b[0]) && !isDigit(last) && w.cut(8).allNumbers():
		return esNIF(w)
	case !isDigit(w.b[0]) && w.tail(1).cut(7).allNumbers():
	default:
		return false
	}
	if w.b[0] >= 'X' || w.b[0] >= 'K' && w.b[0] <= 'M' {
		return !isDigit(last) && (w.b[0] >= 'X' && esNIE(w) || w.b[0] <= 'M' && esNIF(w))
	}
	if strings.IndexByte("ABCDEFGHJNPQRSUVW", w.b[0]) < 0 {
		return false
	}
	check := (10 - digitSums(w.b[1:8], "\x02\x01\x02\x01\x02\x01\x02")%10) % 10
	return last == '0'+byte(check) || last == "JABCDEFGHI"[check]
}

// cyprusVAT replaces the digits at odd places by a table and takes the sum
// mod 26 as a letter.
func cyprusVAT(w *id) bool {
	sum := 0
	for i := range 8 {
		if i%2 == 0 {
			sum += int("\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15"[w.d(i)])
		} else {
			sum += w.d(i)
		}
	}
	return w.b[8] == 'A'+byte(sum%26) && !w.is(0, "12")
}

// twoRounds takes a weighted sum mod 11, and if that is 10 another one; the
// check digit stands at place i.
func twoRounds(w *id, i int, first, second string) bool {
	r := weighted(w, first) % 11
	if r == 10 {
		r = weighted(w, second) % 11 % 10
	}
	return r == w.d(i)
}

// czechFirm is the check of the Czech identification number of a firm.
func czechFirm(w *id) bool {
	return (11-weighted(w, "\x08\x07\x06\x05\x04\x03\x02")%11)%10 == w.d(7)
}

// latvianFirm is the check of a Latvian legal person's number.
func latvianFirm(w *id) bool {
	r := 3 - weighted(w, "\x09\x01\x04\x08\x03\x0a\x02\x05\x07\x06")%11
	switch {
	case r < -1:
		r += 11
	case r == -1:
		return false
	}
	return r == w.d(10)
}

// romanianVAT has two to ten digits, weighted from the right.
func romanianVAT(w id) bool {
	sum := 0
	for i := range w.n - 1 {
		sum += w.d(i) * int("\x07\x05\x03\x02\x01\x07\x05\x03\x02"[i+10-w.n])
	}
	return sum*10%11%10 == w.d(w.n-1) && w.b[0] != '0'
}
