package transparency

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

// maxReasons is how many factors a sentence names on each side: more do not help the reader (Reg B, official commentary to
// 12 CFR 1002.9(b)(2)).
const maxReasons = 4

// Why answers "why did I get this?" in one plain sentence: the summary, or else the strongest factors, then what consent it rests on,
// what was hidden from the model, and what a person did. Inside Privacy it holds placeholders; Session names whose.
func (r Record) Why() string {
	parts := []string{r.because()}
	if s := r.consentWords(); s != "" {
		parts = append(parts, s)
	}
	if s := hiddenWords(r.Hidden); s != "" {
		parts = append(parts, s)
	}
	if s := r.reviewWords(); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ") + "."
}

func (r Record) because() string {
	switch r.Outcome {
	case call.Denied, call.Fallback:
		if r.Guard == call.StageConsent.String() || r.Guard == "" {
			return "No personal data was used, because there was no valid consent for it"
		}
	case call.Stopped:
		return "The system had been stopped, so nothing was decided"
	case call.Failed:
		return "Something went wrong, so nothing was decided"
	}
	if s := strings.TrimRight(strings.TrimSpace(r.Explanation.Summary), "."); s != "" {
		return s
	}
	pro, con := r.reasons()
	switch {
	case len(pro) > 0 && len(con) > 0:
		return "Mostly because of " + list(pro) + ", although " + list(con) + " spoke against it"
	case len(pro) > 0:
		return "Mostly because of " + list(pro)
	case len(con) > 0:
		return "Although " + list(con) + " spoke against it"
	}
	return "No reasons were recorded"
}

// reasons are the strongest factors, explained and noted, for and against.
func (r Record) reasons() (pro, con []string) {
	all := slices.Concat(r.Explanation.Factors, r.Notes)
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
		words := f.Name
		if f.Value != "" {
			words += " (" + f.Value + ")"
		}
		if f.Way() == explain.Against {
			con = append(con, words)
		} else {
			pro = append(pro, words)
		}
	}
	return pro[:min(len(pro), maxReasons)], con[:min(len(con), maxReasons)]
}

func (r Record) consentWords() string {
	c := r.Consent
	switch {
	case !c.Allowed || c.Purpose == "":
		return ""
	case c.Basis == "" || c.Basis == "consent":
		return "you had agreed to this use (" + c.Purpose + ")"
	}
	return "the use (" + c.Purpose + ") rests on " + strings.ReplaceAll(c.Basis, "_", " ")
}

func (r Record) reviewWords() string {
	switch v := r.Review; {
	case r.Outcome == call.Held:
		return "a person will look at it before it counts"
	case v.Verdict == "approve":
		return "a person checked and approved it"
	case v.Verdict == "replace":
		return "a person checked it and gave another answer"
	case v.Verdict == "reject":
		return "a person checked and refused it"
	case v.Verdict == "expire":
		return "nobody checked it in time, so it was refused"
	case v.Sampled:
		return "it was drawn for a check by a person"
	}
	return ""
}

// hiddenNames are kinds in words, in the singular; the plural adds an s. Other kinds are read off their name.
var hiddenNames = map[string]string{
	"EMAIL_ADDRESS": "e-mail address", "PHONE_NUMBER": "phone number", "CREDIT_CARD": "card number", "IBAN_CODE": "bank account number",
	"IP_ADDRESS": "IP address", "US_SSN": "social security number", "URL": "web address", "UK_NHS": "NHS number",
	"DE_TAX_ID": "tax number", "FR_NIR": "social security number",
}

func hiddenWords(hidden []Hidden) string {
	var parts []string
	total := 0
	for _, h := range hidden {
		if h.N <= 0 {
			continue
		}
		name, ok := hiddenNames[h.Kind]
		if !ok {
			name = strings.ToLower(strings.ReplaceAll(h.Kind, "_", " "))
		}
		if h.N > 1 {
			if strings.HasSuffix(name, "ss") {
				name += "e"
			}
			name += "s"
		}
		total += h.N
		parts = append(parts, strconv.Itoa(h.N)+" "+name)
	}
	if total == 0 {
		return ""
	}
	was := " was"
	if total > 1 {
		was = " were"
	}
	return list(parts) + was + " hidden before the system saw anything"
}

// list joins words as English does.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
