package portal

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// teller puts a record into words for the person it is about.
type teller struct {
	v     *web.Visit
	words transparency.Words
	r     *transparency.Record
	show  func(text string) (string, error) // the real words; nil: words for their kind
	err   error                             // the first of show
}

// badge is how a decision ended, in a word or two, and a sentence about it.
type badge struct{ Class, Text, Sentence string }

// end says how the decision ended.
func (t *teller) end() badge {
	say := func(class, text, sentence string) badge { return badge{class, t.v.T(text), t.v.T(sentence)} }
	switch t.r.Outcome {
	case "allowed":
		if t.r.Review.Verdict != "" {
			return say("info", "Checked by a person", "An automatic system answered, and a person checked the answer before it counted.")
		}
		return say("info", "Automatic", "An automatic system gave this answer.")
	case "replaced":
		return say("info", "Decided by a person", "An automatic system answered first. A person looked at it and decided otherwise.")
	case "held":
		return say("warn", "A person is looking", "An automatic system has answered. Nothing counts until a person has looked at it.")
	case "rejected":
		if t.r.Review.Verdict == "expire" {
			return say("bad", "Not checked in time", "The answer needed a person's approval and did not get it in time, so it was refused.")
		}
		return say("bad", "Refused by a person", "A person looked at the answer and decided against it.")
	case "denied":
		return say("", "Not done", "You had not agreed to this use, so nothing was decided and your data was not used for it.")
	case "fallback":
		return say("", "General answer", "You had not agreed to a personal answer, so you got the one that everybody gets.")
	case "stopped":
		return say("warn", "Not done", "The system had been stopped, so nothing was decided.")
	case "abandoned":
		return say("warn", "Broken off", "The answer was broken off before its end.")
	}
	return say("warn", "Not done", "Something went wrong, so nothing was decided.")
}

// title is the answer in words, or else what gave it.
func (t *teller) title() string {
	for _, s := range []string{t.plain(t.r.Explanation.Result), t.r.System} {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return t.v.T("A decision")
}

// inShort is why in one sentence, without what the decision's own page says at length.
func (t *teller) inShort() string {
	short := *t.r
	short.Explanation.Counterfactual = nil
	short.Consent, short.Hidden, short.Review = transparency.Consent{}, nil, transparency.Review{}
	return sentence(t.plain(t.words.Why(short)))
}

// sentence begins with a capital letter, as the summaries that functions give often do not.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// placeholder is what privacy puts in the place of a value: <EMAIL_ADDRESS_1>.
var placeholder = regexp.MustCompile(`<([A-Z][A-Z0-9_]{0,62}?)(?:_([0-9]{1,6}))?>`)

// plain has words where placeholders stand: the real ones if they may be shown.
func (t *teller) plain(text string) string {
	if t.r.Session == "" || text == "" {
		return text
	}
	if t.show != nil {
		if t.err != nil {
			return ""
		}
		text, t.err = t.show(text)
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		kind, _, _ := strings.Cut(t.words.Kinds[m[1]], "|")
		if kind == "" {
			kind = strings.ToLower(strings.ReplaceAll(m[1], "_", " "))
		}
		if m[2] != "" && m[2] != "1" {
			kind += " " + m[2]
		}
		return t.v.T("(your %s)", kind)
	})
}

// reason is a factor with a bar.
type reason struct {
	Text    string
	Against bool
	Word    string  // which way it counted
	Width   float64 // 0 to 100, beside the strongest; 0 if nothing was measured
}

// decision is the page of one.
type decision struct {
	Record  *transparency.Record
	About   string
	End     badge
	Summary string // why, in a sentence of the function's own
	Main    []string
	Against string // whom the person was compared with
	Reasons []reason
	More    []reason // the weaker ones
	None    string   // why there are no reasons
	Rough   bool     // the reasons are not exact
	Instead []string
	Score   string
	Uses    []transparency.DataUse
	Cited   []transparency.Citation
	Hidden  []string
	Basis   string
	Given   []given
	People  string
	Follows string
	Contest string
	CanAsk  bool
	Asked   []Step
	Hides   bool // there are words that could be shown
	Shown   bool
	Card    *transparency.SystemCard
}

// given is a kept input or output.
type given struct{ Title, Text string }

// strongest is how many reasons stand open: more do not help a reader (see transparency.Record.Why).
const strongest = 8

// decision tells the record.
func (t *teller) decision() *decision {
	x := &t.r.Explanation
	d := &decision{
		Record: t.r, About: t.about(), End: t.end(), Summary: sentence(strings.TrimRight(t.plain(x.Summary), ". ")), Follows: t.plain(x.Consequence), Contest: t.plain(x.Contest),
		Uses: t.uses(), Basis: t.basis(), People: t.people(), Given: t.given(), Shown: t.show != nil,
	}
	if x.Adverse != nil {
		d.Against = x.Adverse.Reference
		for _, r := range x.Adverse.Reasons {
			d.Main = append(d.Main, t.plain(r.Text))
		}
	}
	all := t.reasons()
	d.Reasons, d.More = all[:min(len(all), strongest)], all[min(len(all), strongest):]
	if a := x.Attribution; a != nil {
		d.Rough = !a.Steady()
		if d.Against == "" {
			d.Against = a.Reference
		}
	}
	if len(d.Main)+len(d.Reasons) == 0 && d.Summary == "" && t.reached() {
		d.None = t.v.T("No reasons were recorded for this one. You can ask a person to explain it.")
	}
	for _, f := range x.Counterfactual {
		d.Instead = append(d.Instead, t.factor(f))
	}
	if x.Score != nil {
		d.Score = t.score(x.Score)
	}
	for _, c := range x.Citations {
		d.Cited = append(d.Cited, transparency.Citation{Title: t.plain(c.Title), Source: t.plain(c.Source)})
	}
	for _, h := range t.r.Hidden {
		if h.N > 0 {
			d.Hidden = append(d.Hidden, t.kind(h))
		}
	}
	return d
}

// score is the figure behind the answer, in a sentence.
func (t *teller) score(s *transparency.Score) string {
	out := t.v.T("The score was %s.", t.v.Number(s.Value))
	if s.Min < s.Max {
		out = t.v.T("The score was %s, on a scale from %s to %s.", t.v.Number(s.Value), t.v.Number(s.Min), t.v.Number(s.Max))
	}
	if s.Needed != 0 {
		out += " " + t.v.T("%s was needed.", t.v.Number(s.Needed))
	}
	if s.Source != "" {
		out += " " + t.v.T("It was made by %s.", t.plain(s.Source))
	}
	return out
}

// reached says that the system has said something.
func (t *teller) reached() bool {
	switch t.r.Outcome {
	case "denied", "fallback", "stopped", "failed":
		return false
	}
	return true
}

func (t *teller) factor(f transparency.Factor) string {
	if f.Value == "" {
		return t.plain(f.Name)
	}
	return t.plain(f.Name) + ": " + t.plain(f.Value)
}

// reasons are all factors, explained and noted, the strongest first.
func (t *teller) reasons() []reason {
	x := &t.r.Explanation
	all := slices.Concat(x.Factors, t.r.Notes)
	if len(x.Factors) == 0 && x.Attribution != nil {
		all = append(all, x.Attribution.Factors(0)...)
	}
	slices.SortStableFunc(all, func(a, b transparency.Factor) int {
		switch x, y := a.Strength(), b.Strength(); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	out := make([]reason, len(all))
	for i, f := range all {
		out[i] = reason{Text: t.factor(f), Against: f.Way() == explain.Against}
		out[i].Word = t.way(out[i].Against)
		if most := all[0].Strength(); most > 0 {
			out[i].Width = max(1, 100*f.Strength()/most)
		}
		if f.Strength() == 0 {
			out[i].Width = 0
		}
	}
	return out
}

// way says which way a factor counted. Against a person it counts only where the answer is said to be adverse.
func (t *teller) way(against bool) string {
	switch adverse := t.r.Explanation.Adverse != nil; {
	case adverse && against:
		return t.v.T("against you")
	case adverse:
		return t.v.T("for you")
	case against:
		return t.v.T("spoke against it")
	}
	return t.v.T("spoke for it")
}

func (t *teller) uses() []transparency.DataUse {
	uses := slices.Clone(t.r.Explanation.Uses)
	for i := range uses {
		u := &uses[i]
		if u.Purpose == "" {
			u.Purpose = t.r.Consent.Purpose
		}
		for _, s := range []*string{&u.Category, &u.Source, &u.Purpose, &u.Retention} {
			*s = t.plain(*s)
		}
	}
	return uses
}

// basis says on which footing the data was used.
func (t *teller) basis() string {
	c := &t.r.Consent
	switch {
	case !c.Allowed || c.Purpose == "":
		return ""
	case c.Basis == "" || c.Basis == "consent":
		return t.v.T("You had agreed to this use: %s.", c.Purpose)
	}
	basis, ok := t.words.Bases[c.Basis]
	if !ok {
		basis = strings.ReplaceAll(c.Basis, "_", " ")
	}
	return t.v.T("This use, %s, rests on %s.", c.Purpose, basis)
}

// people says what a person had to do with it. Which person is theirs to keep.
func (t *teller) people() string {
	switch r := &t.r.Review; {
	case t.r.Outcome == "held":
		return t.v.T("A person has to look at it before it counts.")
	case r.Verdict == "approve":
		return t.v.T("A person checked it and approved it.")
	case r.Verdict == "replace":
		return t.v.T("A person checked it and gave another answer.")
	case r.Verdict == "reject":
		return t.v.T("A person checked it and refused it.")
	case r.Verdict == "expire":
		return t.v.T("A person was to check it, and did not in time. So it was refused.")
	case r.Sampled:
		return t.v.T("It was drawn for a check by a person, which takes place afterwards.")
	case r.Probability > 0:
		return t.v.T("No person looked at it. A share of all decisions is checked by people; this one was not among them.")
	}
	return t.v.T("No person looked at it, as far as is recorded.")
}

// kind is how many values of a kind were hidden, in words.
func (t *teller) kind(h transparency.Hidden) string {
	one, many, ok := strings.Cut(t.words.Kinds[h.Kind], "|")
	switch {
	case !ok:
		one = strings.ToLower(strings.ReplaceAll(h.Kind, "_", " "))
		many = one + "s"
	case h.N != 1:
		one = many
	}
	if !ok && h.N != 1 {
		one = many
	}
	return t.v.Number(h.N) + " " + one
}

// given are the payloads that were kept.
func (t *teller) given() []given {
	var all []given
	for _, c := range []struct {
		title   string
		content *transparency.Content
	}{
		{"What the system was given", &t.r.Input}, {"What it said", &t.r.Model}, {"What came back", &t.r.Output},
	} {
		if len(c.content.Payload) == 0 {
			continue
		}
		var pretty bytes.Buffer
		if json.Indent(&pretty, c.content.Payload, "", "  ") != nil {
			continue
		}
		all = append(all, given{t.v.T(c.title), t.plain(pretty.String())})
	}
	return all
}
