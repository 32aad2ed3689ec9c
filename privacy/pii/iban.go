package pii

// iban tries the groups from a on as an IBAN (ISO 13616), printed in groups or
// not. The country says how long it is.
func (s *sweep) iban(a int) {
	c := &s.c
	g := &c.g[a]
	if !s.on.has(kIBAN) || g.n < 4 && g.n != 2 || g.n > 34 || c.digits.from(g.off)&15 != 12 {
		return // "DE89 3704" or "DE 89 3704"
	}
	country := string(c.buf[g.off : g.off+2])
	bban := bbanOf(country)
	if bban == "" {
		return
	}
	size := 4 + bbanLength(bban)
	b, n, sep, inner := a, int(g.n), uint8(sepNone), uint16(0)
	for n < size {
		b++
		if b == c.ng || c.g[b].n > maxWord {
			return
		}
		if cls := c.g[b].sep; cls != sepSpace && cls != sepHyphen && cls != sepWide || sep != sepNone && cls != sep {
			return
		}
		sep = c.g[b].sep
		inner = 1 << sep
		n += int(c.g[b].n)
	}
	if n != size || s.stands(a, b, inner) == 0 {
		return
	}
	v := c.id(a, b)
	if bbanFits(&v, bban) && v.mod97(v.mod97(0, 4, size), 0, 4) == 1 {
		s.put(g.start, c.g[b].end, kIBAN, 1)
	}
}

// bbanLength adds up the counts of a structure.
func bbanLength(bban string) (n int) {
	for i := 0; i < len(bban); {
		k, next := count(bban, i)
		n += k
		i = next + 1
	}
	return n
}

// count reads the decimal number at i.
func count(s string, i int) (n, next int) {
	for ; i < len(s) && isDigit(s[i]); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n, i
}

// bbanFits reports whether the account part has digits and letters where the
// country's structure wants them.
func bbanFits(v *id, bban string) bool {
	at := 4
	for i := 0; i < len(bban); {
		n, next := count(bban, i)
		for end := at + n; at < end; at++ {
			d := isDigit(v.b[at])
			if bban[next] == 'n' && !d || bban[next] == 'a' && d {
				return false
			}
		}
		i = next + 1
	}
	return true
}

// bbanOf returns the structure of a country's account part as the SWIFT IBAN
// registry writes it: n digits, a letters, c either. "" for a country that has
// no IBAN.
func bbanOf(country string) string {
	switch country {
	case "NO":
		return "11n"
	case "BE":
		return "12n"
	case "DK", "FI", "FO", "GL", "SD":
		return "14n"
	case "SI":
		return "15n"
	case "AT", "BA", "EE", "LT", "MN", "XK":
		return "16n"
	case "HR":
		return "17n"
	case "CR", "DE", "ME", "RS", "VA":
		return "18n"
	case "AE", "IL", "SO", "TL":
		return "19n"
	case "CZ", "ES", "SE", "SK", "TN":
		return "20n"
	case "LY", "PT", "ST":
		return "21n"
	case "IS":
		return "22n"
	case "BI", "DJ", "MR":
		return "23n"
	case "HU", "PL":
		return "24n"
	case "EG":
		return "25n"
	case "AD":
		return "8n12c"
	case "CH", "LI":
		return "5n12c"
	case "AL", "CY":
		return "8n16c"
	case "FR", "MC":
		return "10n11c2n"
	case "GR":
		return "7n16c"
	case "KZ", "LU":
		return "3n13c"
	case "LB":
		return "4n20c"
	case "MK":
		return "3n10c2n"
	case "OM":
		return "3n16c"
	case "SA":
		return "2n18c"
	case "TR":
		return "6n16c"
	case "UA":
		return "6n19c"
	case "RU":
		return "14n15c"
	}
	return lettersFirst(country)
}

// lettersFirst continues bbanOf with the structures that begin with a bank's
// letters.
func lettersFirst(country string) string {
	switch country {
	case "GB", "IE":
		return "4a14n"
	case "NL":
		return "4a10n"
	case "VG":
		return "4a16n"
	case "SV", "NI", "HN":
		return "4a20n"
	case "IQ":
		return "4a15n"
	case "FK":
		return "2a12n"
	case "GE":
		return "2a16n"
	case "IT", "SM":
		return "1a10n12c"
	case "AZ":
		return "4a20c"
	case "BG":
		return "4a6n8c"
	case "BH":
		return "4a14c"
	case "GI":
		return "4a15c"
	case "JO", "YE":
		return "4a4n18c"
	case "KW":
		return "4a22c"
	case "LC":
		return "4a24c"
	case "LV":
		return "4a13c"
	case "MT":
		return "4a5n18c"
	case "PK", "RO":
		return "4a16c"
	case "PS", "QA":
		return "4a21c"
	case "MU":
		return "4a19n3a"
	case "SC":
		return "4a20n3a"
	case "BR":
		return "23n1a1c"
	case "BY":
		return "4c4n16c"
	case "DO":
		return "4c20n"
	case "GT":
		return "24c"
	case "MD":
		return "20c"
	}
	return ""
}
