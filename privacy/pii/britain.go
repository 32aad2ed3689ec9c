package pii

import "strings"

// britain lists the kinds of the United Kingdom and Ireland.
func britain() []rule {
	return []rule{
		{Info: Info{
			UKNHS, "GB", "10 digits, 3-3-4", "mod 11, weights 10 to 2",
			"NHS Data Dictionary, NHS NUMBER", "943 476 5919", true,
		}, shapes: "999 999 9999|?999-999-9999|9999999999", check: ukNHS, words: "nhs|national health|health service|patient|chi"},
		{Info: Info{
			"UK_NINO", "GB", "2 letters, 6 digits, a letter", "prefix letters in use, suffix A to D",
			"HMRC, National Insurance Manual NIM39110", "AB 12 34 56 C", true,
		}, shapes: "AA_99_99_99_A|AA 999999 A|?AA999999A", check: ukNINO, weak: 0.6, words: "nino|ni|national insurance|insurance number"},
		{
			Info: Info{
				"UK_PASSPORT", "GB", "2 letters and 7 digits, or 9 digits", "", "HM Passport Office, passport format guidance", "AB0000001", true,
			}, shapes: "?AA9999999|999999999", check: lettersThenDigits, weak: 0.1, unproven: 0.1,
			proof: func(v id) bool { return isLetter(v.b[0]) }, words: "passport|british passport|uk passport|travel document",
		},
		{
			Info: Info{
				"UK_POSTCODE", "GB", "outward code, inward code", "letters that occur at each place",
				"Royal Mail, PAF Programmers Guide", "SW1A 1AA", false,
			}, shapes: "A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA|AAA 9AA|?A99AA|?A999AA|?AA99AA|?AA999AA|?A9A9AA|?AA9A9AA|?AAA9AA", check: ukPostcode,
			strong: 0.4, weak: 0.1, words: "postcode|postcodes|post code|address|postal|zip|live|street|road",
		},
		{Info: Info{
			"UK_DRIVING_LICENCE", "GB", "5 of the surname, 6 of the birth date, 2 initials, 3 characters", "padding of the surname, coded date",
			"DVLA, driving licence number format", "MORGA657054SM9IJ", true,
		}, shapes: "XXXXX999999XXXXX|XXXXX 999999 XXXXX", check: ukDriving, words: "driving|licence|license|driver|dvla"},
		{
			Info: Info{
				"UK_VEHICLE_REGISTRATION", "GB", "AA99 AAA, A999 AAA or AAA 999A", "memory tag and age identifier in use",
				"DVLA, INF104", "LN14 HGT", true,
			}, shapes: "AA99_AAA|?AA99AAA|?A999_AAA|?A999AAA|?A99_AAA|?A9_AAA|?AAA_999A|?AAA_99A|?AAA_9A|?AAA999A", check: ukVehicle, strong: 0.6, weak: 0.2,
			words: "vehicle|registration|plate|car|van|vrm|number plate",
		},
		{Info: Info{
			"IE_PPS", "IE", "7 digits, a check letter, often a second letter", "mod 23, weights 8 to 2, the second letter 9",
			"Department of Social Protection, PPS number", "1234567FA", true,
		}, shapes: "9999999AA|?9999999A|9999999 AA", check: iePPS, words: "pps|ppsn|ppsno|personal public"},
	}
}

// ukNHS is the check of the NHS number: 11 less the weighted sum mod 11, where
// 10 is never issued.
func ukNHS(v id) bool {
	sum := weighted(&v, "\x0a\x09\x08\x07\x06\x05\x04\x03\x02")
	return (11-sum%11)%11 == v.d(9) && !sameDigits(&v)
}

func ukNINO(v id) bool {
	if strings.IndexByte("DFIQUV", v.b[0]) >= 0 || strings.IndexByte("DFIOQUV", v.b[1]) >= 0 || v.b[8] > 'D' {
		return false
	}
	switch string(v.b[:2]) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ":
		return false
	}
	return true
}

func ukPostcode(v id) bool {
	if v.is(0, "GIR0AA") && v.n == 6 {
		return true
	}
	out := v.n - 3
	for _, c := range v.b[v.n-2 : v.n] {
		if strings.IndexByte("CIKMOV", c) >= 0 {
			return false
		}
	}
	if strings.IndexByte("QVX", v.b[0]) >= 0 {
		return false
	}
	if !isDigit(v.b[1]) && (strings.IndexByte("IJZ", v.b[1]) >= 0 || !isDigit(v.b[2])) {
		return false
	}
	switch last := v.b[out-1]; {
	case isDigit(last):
		return true
	case out == 3:
		return strings.IndexByte("ABCDEFGHJKPSTUW", last) >= 0
	default:
		return strings.IndexByte("ABEHMNPRVWXY", last) >= 0
	}
}

// ukDriving checks the driver number: a surname padded with 9, the year's
// tens, the month (50 more for women), the day, the year's units.
func ukDriving(v id) bool {
	pad := false
	for i, c := range v.b[:5] {
		if isDigit(c) {
			if c != '9' || i == 0 {
				return false
			}
			pad = true
		} else if pad {
			return false
		}
	}
	month := v.num(6, 8)
	if month > 50 {
		month -= 50
	}
	if !validDate(0, month, v.num(8, 10)) || isDigit(v.b[14]) || isDigit(v.b[15]) {
		return false
	}
	return (!isDigit(v.b[11]) || v.b[11] == '9') && (!isDigit(v.b[12]) || v.b[12] == '9')
}

// ukVehicle knows the three series since 1963.
func ukVehicle(v id) bool {
	switch {
	case !isDigit(v.b[0]) && !isDigit(v.b[1]) && isDigit(v.b[2]) && v.n == 7: // since 2001
		age := v.num(2, 4)
		return strings.IndexByte("IJQTUXZ", v.b[0]) < 0 && strings.IndexByte("IQZ", v.b[1]) < 0 &&
			(age >= 2 && age <= 29 || age >= 51 && age <= 79) && strings.IndexByte("IQ", v.b[4]) < 0 &&
			strings.IndexByte("IQ", v.b[5]) < 0 && strings.IndexByte("IQ", v.b[6]) < 0
	case isDigit(v.b[1]): // 1983 to 2001
		return strings.IndexByte("IOQUZ", v.b[0]) < 0 && v.b[1] != '0'
	default: // 1963 to 1983
		return strings.IndexByte("IOQUZ", v.b[v.n-1]) < 0 && v.b[3] != '0'
	}
}

// iePPS is the check of the Irish personal public service number.
func iePPS(v id) bool {
	sum := weighted(&v, "\x08\x07\x06\x05\x04\x03\x02")
	if v.n == 9 {
		if v.b[8] > 'I' && v.b[8] != 'W' && v.b[8] != 'T' && v.b[8] != 'X' {
			return false
		}
		if v.b[8] != 'W' {
			sum += 9 * int(v.b[8]-'A'+1)
		}
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == v.b[7]
}
