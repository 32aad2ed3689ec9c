package fairness

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// blocked says why the view can never be OK as it is, "" if nothing stands against it.
func (l Limits) blocked(t Table, rows []counted) string {
	if t.why != "" {
		return t.why
	}
	if t.partial != "" {
		return t.partial
	}
	var unknown, known float64
	for _, c := range t.Cells {
		switch {
		case c.invalid():
			return "a cell holds an impossible count"
		case c.Overflow:
			return "more combinations of groups were seen than are counted one by one, so some people cannot be compared"
		case c.unknown():
			unknown += c.N
		case c.N == 0:
			return "no decision about " + t.name(c.Groups) + " has been counted yet"
		default:
			known += c.N
		}
	}
	if len(t.Attributes) == 1 {
		for _, value := range l.Expect[t.Attributes[0]] {
			if !slices.ContainsFunc(rows, func(r counted) bool { return r.Groups[0] == value }) {
				return "no decision about " + t.name([]string{value}) + " has been counted yet"
			}
		}
	}
	switch {
	case len(rows) == 0 && unknown == 0:
		return "no decision has been counted yet"
	case unknown > known:
		return "the group of most people is not known"
	case len(rows) == 1:
		return "all decisions are about one group, " + t.name(rows[0].Groups) + ", so there is nothing to compare it with"
	}
	return ""
}

// speak puts the finding into one sentence and says what to do.
func (f *Finding) speak(l Limits, blocked string) {
	view := Table{Attributes: f.Attributes}
	by := "By " + join(f.Attributes)
	left := f.leftOut()
	switch f.Status {
	case Action:
		f.Sentence = fmt.Sprintf("ACTION: people with %s get a favourable answer %.2f times as often as people with %s (%s against %s); that some group stays below %.2f is proven.%s",
			view.name(f.Group.Groups), f.Ratio.Value, view.name(f.Against.Groups), f.Group.Rate.counts(), f.Against.Rate.counts(), l.Ratio, left)
		f.Next = fmt.Sprintf("Have people decide about %s until the cause is found: about %s more of them would have got a favourable answer at the other group's rate.",
			view.name(f.Group.Groups), amount(f.Shortfall))
	case Watch:
		f.Sentence = fmt.Sprintf("WATCH: people with %s get a favourable answer %.1f points less often than people with %s (%s against %s); that some gap is above %.1f points is proven, that a ratio is below %.2f is not.%s",
			view.name(f.Group.Groups), 100*f.Gap.Value, view.name(f.Against.Groups), f.Group.Rate.counts(), f.Against.Rate.counts(), 100*l.Gap, l.Ratio, left)
		f.Next = "Look for the reason now, while few are concerned, and keep counting."
	case OK:
		f.Sentence = fmt.Sprintf("OK: %s every group gets a favourable answer at least %.2f times as often as every other; the lowest is %s at %.2f (%s against %s).%s",
			strings.ToLower(by[:1])+by[1:], l.Ratio, view.name(f.Group.Groups), f.Ratio.Value, f.Group.Rate.counts(), f.Against.Rate.counts(), left)
		f.Next = "Nothing to do; keep counting."
	default:
		f.Sentence = "NOT ENOUGH DATA: " + strings.ToLower(by[:1]) + by[1:] + ", " + f.missing(blocked) + "." + left
		f.Next = "Keep counting, and do not take the figures for proof of fair treatment yet."
	}
}

func (f *Finding) missing(blocked string) string {
	switch {
	case blocked != "":
		return blocked
	case f.More > 0:
		return "the counts cannot tell yet; about " + amount(f.More) + " more decisions are needed"
	}
	return "the rates lie so close to the limit that no reasonable number of decisions can tell"
}

// leftOut tells how many groups are not in the comparison.
func (f *Finding) leftOut() string {
	switch len(f.LeftOut) {
	case 0:
		return ""
	case 1:
		return " Left out: " + f.LeftOut[0].Why + "."
	}
	return fmt.Sprintf(" Left out: %d groups.", len(f.LeftOut))
}

// join makes one phrase of a view's attributes.
func join(attributes []string) string { return strings.Join(attributes, " and ") }

// name says which people are meant: sex=f, age=<=25.
func (t Table) name(groups []string) string {
	parts := make([]string, 0, len(groups))
	for i, v := range groups {
		if v == "" {
			v = "(not known)"
		}
		if i < len(t.Attributes) {
			v = t.Attributes[i] + "=" + v
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, ", ")
}

// counts says a rate as a person would: 31 of 100.
func (r Rate) counts() string { return number(r.Num) + " of " + number(r.Den) }

// number prints a count: whole numbers with separators, others with one decimal.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// amount prints an estimate, rounded up to two digits: more would pretend to know.
func amount(v float64) string {
	if v > 99 {
		unit := math.Pow(10, math.Floor(math.Log10(v))-1)
		v = math.Ceil(v/unit) * unit
	}
	return number(math.Ceil(v))
}

func thousands(s string) string {
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
