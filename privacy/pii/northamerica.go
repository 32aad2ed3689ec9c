package pii

// northAmerica lists the kinds of the United States and Canada.
func northAmerica() []rule {
	return []rule{
		{
			Info: Info{
				Kind: USSSN, Country: "US", Default: true,
				Format:  "3-2-4 digits",
				Check:   "no area 000, 666 or 900-999, group 00 or serial 0000; the numbers printed in advertisements are not taken",
				Source:  "Social Security Administration, POMS RM 10201.035",
				Example: "899-99-9998",
			}, shapes: "999-99-9999|999.99.9999|?999 99 9999|999999999", check: usSSN, weak: 0.3,
			words: "ssn|ssns|social security|social|sociale|soc sec",
		},
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
