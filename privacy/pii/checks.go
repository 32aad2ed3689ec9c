package pii

// luhn is ISO/IEC 7812-1 annex B: from the right every second digit doubled,
// its digits added.
func luhn(v id) bool { return luhnSum(v.b[:v.n], 0)%10 == 0 }

func luhnSum(digits []byte, sum int) int {
	for i := len(digits) - 1; i >= 0; i -= 2 {
		sum += int(digits[i] - '0')
		if i > 0 {
			if d := 2 * int(digits[i-1]-'0'); d > 9 {
				sum += d - 9
			} else {
				sum += d
			}
		}
	}
	return sum
}

// weighted adds the digits of v, each times the weight at its place. Weights
// are written as bytes of a string, which costs no memory of its own.
func weighted(v *id, weights string) int {
	sum := 0
	for i := 0; i < len(weights); i++ {
		sum += v.d(i) * int(weights[i])
	}
	return sum
}

// mod97 is the remainder ISO 7064 MOD 97-10 takes, letters counting 10 to 35,
// of characters i to j continued from r.
func (v *id) mod97(r, i, j int) int {
	for ; i < j; i++ {
		if c := v.b[i]; isDigit(c) {
			r = (r*10 + int(c-'0')) % 97
		} else {
			r = (r*100 + int(c-'A') + 10) % 97
		}
	}
	return r
}

// mod1110 is ISO 7064 MOD 11,10 over n digits and the check digit after them.
func mod1110(v *id, n int) bool {
	p := 10
	for i := range n {
		p = (p + v.d(i)) % 10
		if p == 0 {
			p = 10
		}
		p = p * 2 % 11
	}
	return (11-p)%10 == v.d(n)
}

// sameDigits reports whether all characters are equal, as in filler numbers.
func sameDigits(v *id) bool {
	for i := 1; i < v.n; i++ {
		if v.b[i] != v.b[0] {
			return false
		}
	}
	return true
}

// validDate reports whether the day exists in the month; year 0 stands for an
// unknown year and allows 29 February.
func validDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	switch month {
	case 4, 6, 9, 11:
		return day <= 30
	case 2:
		if year != 0 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
			return day <= 28
		}
		return day <= 29
	}
	return day <= 31
}
