package pii

import "strings"

// eastEurope lists the kinds of Central and Eastern Europe and Türkiye.
func eastEurope() []rule {
	return []rule{
		{Info: Info{
			"PL_PESEL", "PL", "YYMMDD with the century in the month, serial, check digit", "date, weights 1,3,7,9 mod 10", "Ustawa o ewidencji ludności", "44051401359", true,
		}, shapes: "99999999999", check: plPESEL, words: "pesel|peselu"},
		{Info: Info{
			"CZ_RODNE_CISLO", "CZ", "YYMMDD/9999, month 50 more for women; Slovakia's too", "date, divisible by 11", "Zákon č. 133/2000 Sb.", "710319/2745", true,
		}, shapes: "999999/9999|9999999999", check: czBirth, words: "rodné číslo|rodne cislo|rč|rodného čísla"},
		{Info: Info{
			"RO_CNP", "RO", "sex and century, YYMMDD, county, serial, check digit", "date, county, weights 279146358279 mod 11", "Legea 105/1996", "1630615123457", true,
		}, shapes: "9999999999999", check: roCNP, words: "cnp|cod numeric|numeric personal"},
		{Info: Info{
			"BG_EGN", "BG", "YYMMDD with the century in the month, serial, check digit", "date, weights 2,4,8,5,10,9,7,3,6 mod 11", "GRAO, ЕГН", "7523169263", true,
		}, shapes: "9999999999", check: bgEGN, words: "egn|егн|гражданин"},
		{Info: Info{
			"HR_OIB", "HR", "11 digits", "ISO 7064 MOD 11,10", "Porezna uprava, Zakon o OIB", "94577403194", true,
		}, shapes: "HR99999999999|99999999999", check: func(v id) bool { return v.tail(v.n - 11).mod1110(10) }, words: "oib|osobni identifikacijski"},
		{Info: Info{
			"TR_NATIONAL_ID", "TR", "11 digits, not from 0", "two mod 10 digits", "NVİ, T.C. Kimlik Numarası", "10000000146", true,
		}, shapes: "99999999999", check: trNational, words: "tckn|kimlik|tc|tc kimlik|turkish"},
		{
			Info: Info{
				"TR_LICENSE_PLATE", "TR", "province, 1 to 3 letters, number", "province 01 to 81", "Karayolları Trafik Yönetmeliği", "34 ZZ 0001", true,
			}, shapes: "?99 A 9999|?99 A 99999|?99 AA 999|?99 AA 9999|?99 AAA 99|?99 AAA 999|?99 A 999|?99A9999|?99AA999|?99AA9999|?99AAA99|?99AAA999", check: trPlate,
			words: "plaka|plakası|plakalı",
		},
	}
}

// codedDate reads YYMMDD where the month carries the century in steps.
func codedDate(v *id, i, step, most int) bool {
	month := v.num(i+2, i+4)
	century := 1900
	if k := month / step; k > 0 && k <= most {
		month -= k * step
		century = [...]int{1900, 2000, 2100, 2200, 1800}[k%5]
	}
	return validDate(century+v.num(i, i+2), month, v.num(i+4, i+6))
}

func plPESEL(v id) bool {
	sum := weighted(&v, "\x01\x03\x07\x09\x01\x03\x07\x09\x01\x03")
	return (10-sum%10)%10 == v.d(10) && codedDate(&v, 0, 20, 4)
}

func czBirth(v id) bool {
	month := v.num(2, 4)
	for _, more := range [...]int{70, 50, 20} {
		if month > more {
			month -= more
			break
		}
	}
	if !shortDate(v.num(0, 2), month, v.num(4, 6)) {
		return false
	}
	n := v.num(0, 10)
	return n%11 == 0 || v.num(0, 9)%11 == 10 && v.d(9) == 0 // given until 1985
}

func roCNP(v id) bool {
	county := v.num(7, 9)
	if v.b[0] == '0' || !(county >= 1 && county <= 48 || county == 51 || county == 52 || county == 70) {
		return false
	}
	if !shortDate(v.num(1, 3), v.num(3, 5), v.num(5, 7)) {
		return false
	}
	r := weighted(&v, "\x02\x07\x09\x01\x04\x06\x03\x05\x08\x02\x07\x09") % 11
	if r == 10 {
		r = 1
	}
	return r == v.d(12)
}

func bgEGN(v id) bool {
	month, century := v.num(2, 4), 1900
	switch {
	case month > 40:
		month, century = month-40, 2000
	case month > 20:
		month, century = month-20, 1800
	}
	return validDate(century+v.num(0, 2), month, v.num(4, 6)) &&
		weighted(&v, "\x02\x04\x08\x05\x0a\x09\x07\x03\x06")%11%10 == v.d(9)
}

func trNational(v id) bool {
	odd := v.d(0) + v.d(2) + v.d(4) + v.d(6) + v.d(8)
	even := v.d(1) + v.d(3) + v.d(5) + v.d(7)
	return v.b[0] != '0' && (odd*7-even+100)%10 == v.d(9) && (odd+even+v.d(9))%10 == v.d(10)
}

func trPlate(v id) bool {
	p := v.num(0, 2)
	if p < 1 || p > 81 {
		return false
	}
	for i := 2; i < v.n && !isDigit(v.b[i]); i++ {
		if strings.IndexByte("QWX", v.b[i]) >= 0 {
			return false
		}
	}
	return true
}
