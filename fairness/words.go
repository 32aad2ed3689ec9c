package fairness

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// translate is a message in somebody's language; with arguments it is a format as for fmt.Sprintf, before and after translation.
type translate = func(message string, args ...any) string

func english(message string, args ...any) string {
	if len(args) == 0 {
		return message
	}
	return fmt.Sprintf(message, args...)
}

// obstacle is why a view can never be OK as it is; the zero one is none. Where its message has a %s, some people are meant.
type obstacle struct {
	message string
	groups  []string
}

func (o obstacle) say(t translate, view Table) string {
	if o.groups == nil {
		return t(o.message)
	}
	return t(o.message, view.nameIn(t, o.groups))
}

const unseen = "no decision about %s has been counted yet"

// blocked says why the view can never be OK as it is, if something stands against it.
func (l Limits) blocked(t Table, rows []counted) obstacle {
	if t.why != "" {
		return obstacle{message: t.why}
	}
	if t.partial != "" {
		return obstacle{message: t.partial}
	}
	var unknown, known float64
	for _, c := range t.Cells {
		switch {
		case c.invalid():
			return obstacle{message: "a cell holds an impossible count"}
		case c.Overflow:
			return obstacle{message: "more combinations of groups were seen than are counted one by one, so some people cannot be compared"}
		case c.unknown():
			unknown += c.N
		case c.N == 0:
			return obstacle{unseen, c.Groups}
		default:
			known += c.N
		}
	}
	if len(t.Attributes) == 1 {
		for _, value := range l.Expect[t.Attributes[0]] {
			if !slices.ContainsFunc(rows, func(r counted) bool { return r.Groups[0] == value }) {
				return obstacle{unseen, []string{value}}
			}
		}
	}
	switch {
	case len(rows) == 0 && unknown == 0:
		return obstacle{message: "no decision has been counted yet"}
	case unknown > known:
		return obstacle{message: "the group of most people is not known"}
	case len(rows) == 1:
		return obstacle{"all decisions are about one group, %s, so there is nothing to compare it with", rows[0].Groups}
	}
	return obstacle{}
}

// words are what a finding's sentences are made of besides its figures.
type words struct {
	ratio, gap float64 // the limits
	blocked    obstacle
}

// speak puts the finding into one sentence and says what to do.
func (f *Finding) speak(l Limits, blocked obstacle) {
	f.words = &words{l.Ratio, l.Gap, blocked}
	f.Sentence, f.Next = f.Say(english)
	f.Sentence = strings.ReplaceAll(string(f.Status), "_", " ") + ": " + f.Sentence
}

// Say is Sentence, without the status it begins with, and Next in another language: t translates English messages, which are formats
// as for fmt.Sprintf where they come with arguments. What a message looks like is seen by one that is not translated. How the
// language writes figures is its word for "1,234.5". A finding that was read from JSON speaks English.
func (f Finding) Say(t func(message string, args ...any) string) (sentence, next string) {
	if f.words == nil {
		return strings.TrimPrefix(f.Sentence, strings.ReplaceAll(string(f.Status), "_", " ")+": "), f.Next
	}
	view := Table{Attributes: f.Attributes}
	group, against := view.nameIn(t, f.Group.Groups), view.nameIn(t, f.Against.Groups)
	low, high := f.Group.Rate.counts(t), f.Against.Rate.counts(t)
	decimals := func(v float64, n int) string { return written(t, strconv.FormatFloat(v, 'f', n, 64)) }
	switch f.Status {
	case Action:
		sentence = t("people with %[1]s get a favourable answer %[2]s times as often as people with %[3]s (%[4]s against %[5]s); that some group stays below %[6]s is proven.",
			group, decimals(f.Ratio.Value, 2), against, low, high, decimals(f.words.ratio, 2))
		next = t("Have people decide about %[1]s until the cause is found: about %[2]s more of them would have got a favourable answer at the other group's rate.",
			group, written(t, amount(f.Shortfall)))
	case Watch:
		sentence = t("people with %[1]s get a favourable answer %[2]s points less often than people with %[3]s (%[4]s against %[5]s); that some gap is above %[6]s points is proven, that a ratio is below %[7]s is not.",
			group, decimals(100*f.Gap.Value, 1), against, low, high, decimals(100*f.words.gap, 1), decimals(f.words.ratio, 2))
		next = t("Look for the reason now, while few are concerned, and keep counting.")
	case OK:
		sentence = t("by %[1]s every group gets a favourable answer at least %[2]s times as often as every other; the lowest is %[3]s at %[4]s (%[5]s against %[6]s).",
			joinIn(t, f.Attributes), decimals(f.words.ratio, 2), group, decimals(f.Ratio.Value, 2), low, high)
		next = t("Nothing to do; keep counting.")
	default:
		sentence = t("by %[1]s, %[2]s.", joinIn(t, f.Attributes), f.missing(t, view))
		next = t("Keep counting, and do not take the figures for proof of fair treatment yet.")
	}
	if left := f.leftOut(t); left != "" {
		sentence += " " + left
	}
	return sentence, next
}

func (f *Finding) missing(t translate, view Table) string {
	switch {
	case f.words.blocked.message != "":
		return f.words.blocked.say(t, view)
	case f.More > 0:
		return t("the counts cannot tell yet; about %s more decisions are needed", written(t, amount(f.More)))
	}
	return t("the rates lie so close to the limit that no reasonable number of decisions can tell")
}

// leftOut tells how many groups are not in the comparison.
func (f *Finding) leftOut(t translate) string {
	switch len(f.LeftOut) {
	case 0:
		return ""
	case 1:
		return t("Left out: %s.", t(f.LeftOut[0].Why))
	}
	return t("Left out: %d groups.", len(f.LeftOut))
}

// join makes one phrase of a view's attributes.
func join(attributes []string) string { return strings.Join(attributes, " and ") }

// joinIn is join in a language.
func joinIn(t translate, attributes []string) string {
	if len(attributes) < 2 {
		return join(attributes)
	}
	last := len(attributes) - 1
	return t("%[1]s and %[2]s", joinIn(t, attributes[:last]), attributes[last])
}

// nameIn says which people are meant: sex=f, age=<=25.
func (t Table) nameIn(in translate, groups []string) string {
	parts := make([]string, 0, len(groups))
	for i, v := range groups {
		if v == "" {
			v = in("(not known)")
		}
		if i < len(t.Attributes) {
			v = t.Attributes[i] + "=" + v
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, ", ")
}

// counts says a rate as a person would: 31 of 100.
func (r Rate) counts(t translate) string {
	return t("%[1]s of %[2]s", written(t, number(r.Num)), written(t, number(r.Den)))
}

// written is a figure that stands as in English, "1,234.5", as the language writes it.
func written(t translate, s string) string {
	sample := []rune(t("1,234.5"))
	if len(sample) != len("1,234.5") {
		return s
	}
	return strings.NewReplacer(",", string(sample[1]), ".", string(sample[5])).Replace(s)
}

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
