package transparency

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// maxReasons is how many factors a sentence names on each side: more do not help the reader (Reg B, official commentary to
// 12 CFR 1002.9(b)(2)).
const maxReasons = 4

// Words are the phrases that records are told in. [English], [Spanish] and [German] are built in; for another language, or other
// phrases, change a copy. Where {} stands, the phrase's part goes in. What a Words leaves empty is said in English. Since a record
// keeps factors and not sentences, it can be told anew in any language, at any time.
type Words struct {
	Because    string // {}: the reasons for
	BecauseBut string // {} and {}: the reasons for, and those against
	Although   string // {}: the reasons against, where there are none for
	Principal  string // {}: the principal reasons of an adverse decision
	NoReasons  string
	Denied     string // consent was denied
	Fallback   string // consent was denied, and a general answer was given instead
	Stopped    string
	Failed     string

	Agreed     string // {}: the purpose
	RestsOn    string // {} and {}: the purpose, the legal basis
	HiddenOne  string // {}: what was hidden, one value
	HiddenMany string // {}: what was hidden
	Held       string
	Approved   string
	Replaced   string
	Rejected   string
	Expired    string
	Drawn      string
	Instead    string // {}: what would have turned the answer
	Erased     string // {} and {}: when, and how many entries
	Proved     string // {}: how many entries
	Unsteady   string // the function was seen to answer the same input differently

	And     string            // between the last two of a list, with its spaces
	Kinds   map[string]string // kind of personal data to "singular|plural"; others are read off the kind's name
	Bases   map[string]string // legal basis to words; others are read off its name
	Slots   map[string]string // headings of the report, see SubjectReport
	Missing string            // how "not recorded" is said
}

// Why answers "why did I get this?" in one plain sentence: the summary, or else the strongest factors, then what would have turned
// the answer, what consent it rests on, what was hidden from the model, and what a person did. Inside Privacy it holds placeholders;
// Session names whose.
func (r Record) Why() string { return English().Why(r) }

// Why tells a record in these words; see [Record.Why].
func (w Words) Why(r Record) string {
	w = w.completed()
	return w.tell(&r)
}

// tell is Why in words that leave nothing empty.
func (w *Words) tell(r *Record) string {
	parts := []string{w.because(r)}
	for _, part := range []string{w.instead(r), w.unsteady(r), w.consent(r), w.hidden(r.Hidden), w.review(r)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "; ") + "."
}

// completed fills what w leaves empty from English.
func (w Words) completed() Words {
	to, from := reflect.ValueOf(&w).Elem(), reflect.ValueOf(english)
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		} else if own, ok := to.Field(i).Interface().(map[string]string); ok {
			merged := maps.Clone(from.Field(i).Interface().(map[string]string)) // the same field of the same type
			maps.Copy(merged, own)
			to.Field(i).Set(reflect.ValueOf(merged))
		}
	}
	return w
}

// say puts the parts in where {} stands.
func say(phrase string, parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		before, after, _ := strings.Cut(phrase, "{}")
		b.WriteString(before)
		b.WriteString(part)
		phrase = after
	}
	b.WriteString(phrase)
	return b.String()
}

func (w *Words) because(r *Record) string {
	switch r.Outcome {
	case call.Denied:
		return w.Denied
	case call.Fallback:
		return w.Fallback
	case call.Stopped:
		return w.Stopped
	case call.Failed:
		return w.Failed
	}
	if s := strings.TrimRight(strings.TrimSpace(r.Explanation.Summary), "."); s != "" {
		return s
	}
	if a := r.Explanation.Adverse; a != nil && len(a.Reasons) > 0 {
		texts := make([]string, len(a.Reasons))
		for i, reason := range a.Reasons {
			texts[i] = reason.Text
		}
		return say(w.Principal, w.list(texts))
	}
	pro, con := r.reasons()
	switch {
	case len(pro) > 0 && len(con) > 0:
		return say(w.BecauseBut, w.list(pro), w.list(con))
	case len(pro) > 0:
		return say(w.Because, w.list(pro))
	case len(con) > 0:
		return say(w.Although, w.list(con))
	}
	return w.NoReasons
}

// reasons are the strongest factors, explained and noted, for and against.
func (r *Record) reasons() (pro, con []string) {
	all := slices.Concat(r.Explanation.Factors, r.Notes)
	if len(r.Explanation.Factors) == 0 && r.Explanation.Attribution != nil {
		all = append(all, r.Explanation.Attribution.Factors(0)...)
	}
	slices.SortStableFunc(all, func(a, b Factor) int {
		switch x, y := a.Strength(), b.Strength(); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	for _, f := range all {
		if f.Way() == explain.Against {
			con = append(con, inWords(f))
		} else {
			pro = append(pro, inWords(f))
		}
	}
	return pro[:min(len(pro), maxReasons)], con[:min(len(con), maxReasons)]
}

func inWords(f Factor) string {
	if f.Value == "" {
		return f.Name
	}
	return f.Name + " (" + f.Value + ")"
}

func (w *Words) instead(r *Record) string {
	var parts []string
	for _, f := range r.Explanation.Counterfactual {
		parts = append(parts, inWords(f))
	}
	if len(parts) == 0 {
		return ""
	}
	return say(w.Instead, w.list(parts))
}

// unsteady says that reasons which were computed are not the whole truth.
func (w *Words) unsteady(r *Record) string {
	if a := r.Explanation.Attribution; a != nil && !a.Steady() {
		return w.Unsteady
	}
	return ""
}

func (w *Words) consent(r *Record) string {
	c := &r.Consent
	switch {
	case !c.Allowed || c.Purpose == "":
		return ""
	case c.Basis == "" || c.Basis == "consent":
		return say(w.Agreed, c.Purpose)
	}
	return say(w.RestsOn, c.Purpose, w.basis(c.Basis))
}

func (w *Words) basis(basis string) string {
	if words, ok := w.Bases[basis]; ok {
		return words
	}
	return strings.ReplaceAll(basis, "_", " ")
}

func (w *Words) review(r *Record) string {
	switch v := &r.Review; {
	case r.Outcome == call.Held:
		return w.Held
	case v.Verdict == "approve":
		return w.Approved
	case v.Verdict == "replace":
		return w.Replaced
	case v.Verdict == "reject":
		return w.Rejected
	case v.Verdict == "expire":
		return w.Expired
	case v.Sampled:
		return w.Drawn
	}
	return ""
}

func (w *Words) hidden(hidden []Hidden) string {
	var parts []string
	total := 0
	for _, h := range hidden {
		if h.N <= 0 {
			continue
		}
		total += h.N
		parts = append(parts, strconv.Itoa(h.N)+" "+w.kind(h.Kind, h.N))
	}
	switch {
	case total == 0:
		return ""
	case total == 1:
		return say(w.HiddenOne, w.list(parts))
	}
	return say(w.HiddenMany, w.list(parts))
}

func (w *Words) kind(kind string, n int) string {
	one, many, ok := strings.Cut(w.Kinds[kind], "|")
	if one == "" {
		one = strings.ToLower(strings.ReplaceAll(kind, "_", " "))
	}
	if n == 1 {
		return one
	}
	if !ok {
		return one + "s"
	}
	return many
}

// list joins parts: a, b and c.
func (w *Words) list(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := parts[len(parts)-1]
	and := w.And
	if and == " y " && (strings.HasPrefix(strings.ToLower(last), "i") || strings.HasPrefix(strings.ToLower(last), "hi") && !strings.HasPrefix(strings.ToLower(last), "hie")) {
		and = " e " // Spanish: before the sound of i
	}
	return strings.Join(parts[:len(parts)-1], ", ") + and + last
}
