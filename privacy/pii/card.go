package pii

// cardNumber verifies issuer range, length and Luhn digit of a payment card
// (ISO/IEC 7812; ranges as the networks publish them). Numbers from 35 outside
// JCB's range need a word near them: cardIssuer is the proof.
func cardNumber(v id) bool {
	return (cardIssuer(v) || v.n == 16 && v.is(0, "35")) && luhn(v) && !sameDigits(&v)
}

// cardIssuer reports whether a network issues numbers of this start and length.
func cardIssuer(v id) bool {
	n := v.n
	switch v.b[0] {
	case '4': // Visa
		return n == 13 || n == 16 || n == 19
	case '0', '7':
		return false
	}
	p2, p3, p4, p6 := v.num(0, 2), v.num(0, 3), v.num(0, 4), v.num(0, 6)
	switch {
	case p2 >= 51 && p2 <= 55, p4 >= 2221 && p4 <= 2720: // Mastercard, both series
		return n == 16
	case p2 == 34 || p2 == 37: // American Express
		return n == 15
	case p3 >= 300 && p3 <= 305, p4 == 3095, p2 == 36, p2 == 38, p2 == 39: // Diners Club
		return n >= 14 && n <= 19
	case p4 == 2131 || p4 == 1800: // JCB's first series
		return n == 15
	case p4 >= 3528 && p4 <= 3589: // JCB
		return n >= 16 && n <= 19
	case p4 == 6011, p3 >= 644 && p3 <= 649, p2 == 65: // Discover
		return n >= 16 && n <= 19
	case p4 >= 2200 && p4 <= 2204: // Mir
		return n >= 16 && n <= 19
	case p2 == 62, p2 == 81: // UnionPay
		return n >= 16 && n <= 19
	case p6 == 508528, p4 == 6062, p2 == 60 && p6 >= 606985 && p6 <= 608500: // RuPay, Hipercard
		return n == 16
	case p4 == 9792: // Troy
		return n == 16
	case p4 == 5018, p4 == 5020, p4 == 5038, p4 == 5893, p4 == 6304, p4 == 6759, p4 == 6761, p4 == 6762, p4 == 6763,
		p4 == 5000, p2 == 56, p2 == 57, p2 == 58, p2 == 50, p2 == 67, p4 == 6390, p2 == 63, p2 == 64: // Maestro and its relatives
		return n >= 12 && n <= 19
	}
	return false
}
