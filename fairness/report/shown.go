package report

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/web"
)

// screen is what the live page shows of an audit.
type screen struct {
	Audit     Audit
	Badge     badge
	Sentence  string
	Next      string
	At        time.Time
	Decisions uint64
	Rate      fairness.Rate // of everybody
	Never     uint64        // calls without an answer of the model
	Views     []seen
	Timelines []timeline
	Ends      []seen // the views in which some call ended otherwise
	Steps     []string
}

// badge is a status in a word, with its class.
type badge struct{ Text, Class string }

var badges = map[fairness.Status]badge{
	fairness.Action:        {"Act now", "bad"},
	fairness.Watch:         {"Watch", "warn"},
	fairness.NotEnoughData: {"Not enough data", "info"},
	fairness.OK:            {"OK", "ok"},
}

// seen is one view with its finding.
type seen struct {
	View
	Name     string
	Gaps     string
	Badge    badge
	Sentence string
	More     float64
	Limit    float64 // four fifths of the highest rate; 0 for none
	Rows     []barred
	Cut      int // rows that are in the downloads only
}

type barred struct {
	Row
	Bar *drawing
}

// maxRows is how many rows of a table a page shows.
const maxRows = 200

func shown(t translate, a Audit, history []fairness.Slice, zone *time.Location) screen {
	if zone == nil {
		zone = time.UTC
	}
	s := screen{
		Audit: a, Badge: badges[a.Verdict.Status], Sentence: verdictIn(t, a.Verdict), At: a.At,
		Timelines: timelines(t, a, history, zone), Steps: steps(t, a.Verdict),
		Decisions: a.everybody.Decisions, Rate: fairness.SelectionRate.Of(a.everybody), Never: a.everybody.Ends.Total(),
	}
	if s.Decisions < uint64(a.MinCell) {
		s.Rate = hiddenRate()
	}
	if len(s.Steps) > 0 {
		s.Next = s.Steps[0]
	}
	for _, v := range a.Views {
		one := seen{View: v, Name: together(t, v.Attributes), Gaps: v.gaps(t)}
		highest := 0.0
		for _, r := range v.Rows {
			if !r.Suppressed && r.Rate.Defined && !r.aside {
				highest = max(highest, r.Rate.Value)
			}
		}
		one.Limit = a.Limit * highest
		// Who is not compared comes last.
		one.View.Rows = slices.Clone(v.Rows)
		slices.SortStableFunc(one.View.Rows, func(a, b Row) int { return bit(a.aside) - bit(b.aside) })
		if one.Cut = len(one.View.Rows) - maxRows; one.Cut > 0 {
			one.View.Rows = one.View.Rows[:maxRows]
		}
		for _, r := range one.View.Rows {
			one.Rows = append(one.Rows, barred{r, draw(r.Rate, one.Limit)})
		}
		for _, f := range a.Verdict.Findings {
			if slices.Equal(f.Attributes, v.Attributes) {
				sentence, _ := findingIn(t, f)
				one.Badge, one.Sentence, one.More = badges[f.Status], capital(sentence), f.More
			}
		}
		s.Views = append(s.Views, one)
		if len(v.Attributes) == 1 && anyEnds(v.Rows) {
			s.Ends = append(s.Ends, one)
		}
	}
	return s
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// findingIn is what a finding says, without its status: a badge says that.
func findingIn(t translate, f fairness.Finding) (sentence, next string) {
	if f.Status != fairness.NotEnoughData && (f.Group.Rate.Why == tooSmall || f.Against.Rate.Why == tooSmall) { // see hideSmall
		return hushed(t, f)
	}
	return f.Say(t)
}

// verdictIn is what it all comes to: the first finding's sentence, or that of the bet that is worse than all findings.
func verdictIn(t translate, v fairness.Verdict) string {
	for _, b := range v.Bets {
		if said := b.Sentence(); strings.HasSuffix(v.Sentence, said) {
			return capital(b.Say(t))
		}
	}
	if len(v.Findings) > 0 && v.Findings[0].Sentence == v.Sentence {
		sentence, _ := findingIn(t, v.Findings[0])
		return capital(sentence)
	}
	_, sentence, found := strings.Cut(v.Sentence, ": ")
	if !found {
		sentence = v.Sentence
	}
	return capital(t(sentence))
}

func capital(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToUpper(first)) + sentence[size:]
}

// steps are what to do, the most pressing first.
func steps(t translate, v fairness.Verdict) []string {
	var out []string
	say := func(text string) {
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, f := range v.Findings {
		if f.Status == v.Status || f.Status == fairness.Action || f.Status == fairness.Watch {
			_, next := findingIn(t, f)
			say(next)
		}
	}
	switch v.Status {
	case fairness.Action, fairness.Watch:
		say(t("Find out whose fault it is: have fairness.Probe ask the function again with nothing changed but the group. If the answers stay the same, look at who asks for what."))
		say(t("Look below at who never got as far as an answer: a gap may begin there."))
		say(t("Keep this report: download it, with the date, before anything is changed."))
	case fairness.NotEnoughData:
		say(t("Look again when there are more decisions. Looking often does no harm: the verdict holds at every look."))
	case fairness.OK:
		say(t("Keep a copy of this report for your records."))
	}
	return out
}

var funcs = template.FuncMap{
	"rate":    func(v *web.View, rate float64) string { return percentIn(v.T, rate) },
	"between": func(v *web.View, r fairness.Rate) string { return between(v.T, r) },
	"counts": func(v *web.View, r fairness.Rate) string {
		return unbroken(v.T("%[1]s of %[2]s", v.Number(r.Num), v.Number(r.Den)))
	},
	"group":  func(v *web.View, label string) string { return labelIn(v.T, label) },
	"few":    func(v *web.View, f Few) string { return f.in(v.Visit) },
	"two":    func(v *web.View, n float64) string { return web.Written(v.T, strconv.FormatFloat(n, 'f', 2, 64)) },
	"spot":   func(x, y float64) spot { return spot{x, y} },
	"points": outline,
}

// outline is the path of a point's shape. Only numbers go into it.
func outline(s spot, shape string) template.HTMLAttr {
	var path string
	switch x, y := s.X, s.Y; shape {
	case "square":
		path = fmt.Sprintf("M%g %gh7v7h-7z", x-3.5, y-3.5)
	case "triangle":
		path = fmt.Sprintf("M%g %gl4.5 8h-9z", x, y-5)
	case "diamond":
		path = fmt.Sprintf("M%g %gl4.5 4.5l-4.5 4.5l-4.5 -4.5z", x, y-4.5)
	case "bar":
		path = fmt.Sprintf("M%g %gh4v10h-4z", x-2, y-5)
	default:
		path = fmt.Sprintf("M%g %ga4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", x-4, y)
	}
	return template.HTMLAttr(`d="` + path + `"`) //nolint:gosec // numbers only
}
