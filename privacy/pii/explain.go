package pii

import "fmt"

// Explain says in one or two plain sentences why f was reported in text. The
// sentences never repeat the text itself, so they may be logged.
func (s *Scanner) Explain(text string, f Finding) string {
	e := engine()
	k, ok := e.byName[f.Kind]
	if f.Start < 0 || f.End > len(text) || f.Start >= f.End {
		return "The finding does not lie inside the text."
	}
	if !ok {
		return fmt.Sprintf("%s: a literal of the scanner's Deny list stands there.", f.Kind)
	}
	r := &e.rules[k]
	out := string(r.Kind)
	if r.Country != "" {
		out += " (" + r.Country + ")"
	}
	out += ": it has the shape " + r.Format + "."
	if r.Check != "" && f.Score >= 0.4 {
		out += " It passes the check: " + r.Check + "."
	}
	sw := sweep{eng: e, text: text}
	sw.near.end = -1
	near := sw.named(k, f.Start, f.End)
	switch {
	case f.Score >= 1:
		out += " Shape and check together score 1."
	case f.Score == named && near:
		out += " A word near it names the kind, which lifts the score to 0.6."
	case f.Score == named:
		out += " It scores 0.6: it is the whole value of a field, or its shape is usual for the kind."
	case f.Score > 0.5:
		out += fmt.Sprintf(" It scores %.2g: its shape, or what stands around it, is usual for the kind.", f.Score)
	case f.Score >= 0.4:
		out += fmt.Sprintf(" It scores %.1f: many harmless numbers pass this check, and no word near it names the kind.", f.Score)
	default:
		out += fmt.Sprintf(" It scores %.1f: many harmless texts have this shape.", f.Score)
	}
	return out + " Rule: " + r.Source + "."
}
