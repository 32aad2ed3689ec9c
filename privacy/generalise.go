package privacy

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Generalise keeps what many people share: of an age its decade, of a date its month, of a postcode its area, of an IP address its
// network. What it cannot read becomes <KIND>: nothing is guessed. Show cannot bring the piece back.
//
// It goes by the kind's name: AGE, ...DATE... or ...BIRTH..., ...POSTCODE..., ...ZIP... or ...PLZ..., IP_ADDRESS.
type Generalise struct{}

// Operate gives the coarser value.
func (Generalise) Operate(v Value) (string, error) {
	kind, text := label(v.Kind), strings.TrimSpace(v.Text)
	coarse := ""
	switch {
	case kind == "AGE" || strings.HasSuffix(kind, "_AGE"):
		coarse = decade(text)
	case strings.Contains(kind, "DATE") || strings.Contains(kind, "BIRTH"):
		coarse = month(text)
	case strings.Contains(kind, "POSTCODE") || strings.Contains(kind, "ZIP") || strings.Contains(kind, "PLZ"):
		coarse = area(text)
	case kind == "IP_ADDRESS":
		coarse = network(text)
	}
	if coarse == "" {
		return Replace{}.Operate(v)
	}
	return coarse, nil
}

// decade is 30-39 for 34. Very old people are few: from 90 on they share one band (45 CFR 164.514(b)(2)(i)(C)).
func decade(text string) string {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0 || n > 150:
		return ""
	case n >= 90:
		return "90+"
	}
	return strconv.Itoa(n/10*10) + "-" + strconv.Itoa(n/10*10+9)
}

// month is 2024-05 for 2024-05-17. Of 03/04/2024, where day and month cannot be told apart, it is the year.
func month(text string) string {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006/01/02", "2006.01.02", "20060102", "2.1.2006", "2 January 2006", "January 2, 2006", "2 Jan 2006", "Jan 2, 2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format("2006-01")
		}
	}
	for _, layouts := range [][2]string{{"2/1/2006", "1/2/2006"}, {"2-1-2006", "1-2-2006"}} {
		dayFirst, err := time.Parse(layouts[0], text)
		monthFirst, other := time.Parse(layouts[1], text)
		switch {
		case err == nil && other == nil && dayFirst.Month() != monthFirst.Month():
			return dayFirst.Format("2006")
		case err == nil:
			return dayFirst.Format("2006-01")
		case other == nil:
			return monthFirst.Format("2006-01")
		}
	}
	return ""
}

// area is what letters come first, as in UK postcodes (SW of SW1A 1AA), or of a number the first two digits, the rest covered.
func area(text string) string {
	end := 0
	for end < len(text) && isLetter(text[end]) {
		end++
	}
	if end > 0 {
		if end <= 2 && end < len(text) {
			return strings.ToUpper(text[:end])
		}
		return ""
	}
	n := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			n++
		case c != '-' && c != ' ':
			return ""
		}
	}
	if n < 4 {
		return ""
	}
	return text[:2] + strings.Repeat("*", min(n, 5)-2)
}

// network is the /24 of an IPv4 address and the /48 of an IPv6 one.
func network(text string) string {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	bits := 48
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}
