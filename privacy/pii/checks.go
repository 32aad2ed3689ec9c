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
func weighted(v *id, weights string) int { return weightedFrom(v, 0, weights) }

// weightedFrom is weighted over the digits from place i on.
func weightedFrom(v *id, i int, weights string) int {
	sum := 0
	for j := range len(weights) {
		sum += v.d(i+j) * int(weights[j])
	}
	return sum
}

// digitSums is weighted, where of a product of two digits both are added.
func digitSums(digits []byte, weights string) int {
	sum := 0
	for i := range len(weights) {
		p := int(digits[i]-'0') * int(weights[i])
		sum += p/10 + p%10
	}
	return sum
}

// verhoeff is J. Verhoeff's check over the dihedral group of ten elements.
func verhoeff(v id) bool {
	const product = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
	const perm = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
	c := 0
	for i := range v.n {
		p := int(perm[i%8*10+v.d(v.n-1-i)] - '0')
		c = int(product[c*10+p] - '0')
	}
	return c == 0
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
func (v id) mod1110(n int) bool {
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

// shortDate is validDate with a year of two digits, whose century is unknown:
// 29 February is right if it is in 19yy or 20yy.
func shortDate(yy, month, day int) bool {
	if yy == 0 {
		return validDate(2000, month, day)
	}
	return validDate(yy, month, day)
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
