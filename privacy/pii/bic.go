package pii

// bic tries the word w, which is in capitals, as the code of a bank (ISO 9362).
// Many words in capitals have its shape, so a word near it must name it.
func (s *sweep) bic(w word) {
	end := w.start
	for end < len(s.text) && end-w.start < 12 && isAlnum(s.text[end]) {
		end++
	}
	if n := end - w.start; n != 8 && n != 11 || wordBefore(s.text, w.start) {
		return
	}
	for i, c := range []byte(s.text[w.start:end]) {
		if i < 6 && c-'A' > 25 || c >= 'a' {
			return
		}
	}
	if bicCountry(s.text[w.start+4 : w.start+6]) {
		s.report(kBIC, w.start, end, 0.2)
	}
}

// bicCountry knows the ISO 3166-1 codes, and XK.
func bicCountry(v string) bool {
	const codes = "AD AE AF AG AI AL AM AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ " +
		"DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT " +
		"JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG " +
		"NI NL NO NP NR NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TC TD TG TH TJ TL " +
		"TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW "
	for i := 0; i < len(codes); i += 3 {
		if codes[i:i+2] == v {
			return true
		}
	}
	return false
}
