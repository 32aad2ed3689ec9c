package web

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Language is the catalogue that the pages share: every message of theirs is an English sentence in the source, and a catalogue maps
// it to another language. What a catalogue does not know stays English. The zero value is English.
type Language struct {
	// Catalogues by BCP 47 tag: "de" or "de-CH", where the longer one falls back to the shorter. Default: none.
	Catalogues map[string]map[string]string
	// Choose says a request's language, such as the one in the user's profile; "" goes by Accept-Language. Default: "".
	Choose func(*http.Request) string
}

// choose finds the language of a request, and its words.
func (l Language) choose(r *http.Request) (string, func(string) (string, bool)) {
	wanted := ""
	if l.Choose != nil {
		wanted = l.Choose(r)
	}
	tags := []string{wanted}
	if wanted == "" {
		tags = accepted(r.Header.Get("Accept-Language"))
	}
	for _, tag := range tags {
		short, _, _ := strings.Cut(tag, "-")
		if short == "en" && l.Catalogues[tag] == nil && l.Catalogues[short] == nil {
			break
		}
		long, shorter := l.Catalogues[tag], l.Catalogues[short]
		if long == nil && shorter == nil {
			continue
		}
		if long == nil {
			tag = short
		}
		return tag, func(message string) (string, bool) {
			if text, ok := long[message]; ok {
				return text, true
			}
			text, ok := shorter[message]
			return text, ok
		}
	}
	return english()
}

// english is the language of the sources, which needs no catalogue.
func english() (string, func(string) (string, bool)) {
	return "en", func(string) (string, bool) { return "", false }
}

// accepted are the tags of an Accept-Language header, the best first; at most eight.
func accepted(header string) []string {
	type choice struct {
		tag string
		q   float64
	}
	var all []choice
	for part := range strings.SplitSeq(header, ",") {
		tag, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
			q, _ = strconv.ParseFloat(value, 64)
		}
		if tag != "" && q > 0 && len(all) < 8 {
			all = append(all, choice{tag, q})
		}
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(b.q, a.q) })
	tags := make([]string, len(all))
	for i, c := range all {
		tags[i] = c.tag
	}
	return tags
}

// T is a message in the reader's language. With arguments it is a format as for fmt.Sprintf, before and after translation.
func (v *Visit) T(message string, args ...any) string {
	if text, ok := v.words(message); ok {
		message = text
	}
	if len(args) == 0 {
		return message
	}
	return fmt.Sprintf(message, args...)
}

// Day is a date: "28 November 2026".
func (v *Visit) Day(t time.Time) string {
	t = t.In(v.site.o.Location)
	return v.T("%[1]d %[2]s %[3]d", t.Day(), v.T(t.Month().String()), t.Year())
}

// Clock is a time of day: "23:05".
func (v *Visit) Clock(t time.Time) string { return t.In(v.site.o.Location).Format("15:04") }

// Time is a moment as an element: "28 November 2026, 23:05 UTC". The zero time is a dash.
func (v *Visit) Time(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	local := t.In(v.site.o.Location)
	return stamp(t, v.Day(t)+local.Format(", 15:04 MST"))
}

// Ago is how long ago, or ahead, a moment is, as an element with the moment as its title: "5 minutes ago".
func (v *Visit) Ago(t time.Time) template.HTML {
	if t.IsZero() {
		return "–"
	}
	var text string
	switch d := time.Since(t); {
	case d > -time.Second && d < time.Second:
		text = v.T("now")
	case d > 0:
		text = v.T("%s ago", v.Span(d))
	default:
		text = v.T("in %s", v.Span(-d))
	}
	return stamp(t, text)
}

func stamp(t time.Time, text string) template.HTML {
	t = t.UTC()
	return template.HTML(`<time datetime="` + t.Format(time.RFC3339) + `" title="` + t.Format("2006-01-02 15:04:05 MST") + `">` + //nolint:gosec // escaped
		template.HTMLEscapeString(text) + `</time>`)
}

// Span is a duration in words, rounded to its largest unit: "5 minutes".
func (v *Visit) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	for _, unit := range []struct {
		of        time.Duration
		one, many string
	}{
		{24 * time.Hour, "1 day", "%d days"},
		{time.Hour, "1 hour", "%d hours"},
		{time.Minute, "1 minute", "%d minutes"},
		{time.Second, "1 second", "%d seconds"},
	} {
		if n := int64((d + unit.of/2) / unit.of); d >= unit.of && n == 1 {
			return v.T(unit.one)
		} else if d >= unit.of {
			return v.T(unit.many, n)
		}
	}
	return v.T("less than a second")
}

// Number is a figure with at most three decimals and its thousands set apart; NaN and infinities are a dash. n is any number. How the
// language writes figures is what its catalogue says for "1,234.5".
func (v *Visit) Number(n any) string { return v.figure(n, 3) }

// Percent is a share, such as 0.123, as "12.3 %".
func (v *Visit) Percent(share float64) string {
	if s := v.figure(share*100, 1); s != "–" {
		return s + "\u00a0%"
	}
	return "–"
}

func (v *Visit) figure(n any, decimals int) string {
	var s string
	switch n := n.(type) {
	case float64:
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return "–"
		}
		s = strconv.FormatFloat(n, 'f', decimals, 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		if s == "-0" {
			s = "0"
		}
	case float32:
		return v.figure(float64(n), decimals)
	default:
		s = fmt.Sprint(n)
		if strings.Trim(strings.TrimPrefix(s, "-"), "0123456789") != "" {
			return s // not a whole number
		}
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + Written(v.T, whole)
}

// Written is a figure that stands as in English, "1,234.5", as the language of t writes it: its word for just that says how.
func Written(t func(message string, args ...any) string, figure string) string {
	sample := []rune(t("1,234.5"))
	if len(sample) != len("1,234.5") {
		return figure
	}
	return strings.NewReplacer(",", string(sample[1]), ".", string(sample[5])).Replace(figure)
}
