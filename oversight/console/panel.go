package console

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/fairlead-go/fairlead/oversight"
)

// panel is JSON as rows of names and values.
type panel struct {
	Rows []row
	Raw  string // the whole, for whoever wants it; the only thing there is if it cannot be taken apart
	Veil bool   // Raw holds, or may hold, what is sensitive
}

type row struct {
	Name      string
	Depth     int
	Value     string
	Kind      string // "text", "number", "bool", "null", "empty", "group"
	Sensitive bool
}

// maxRows bounds a panel; the rest is in Raw.
const maxRows = 200

// shower makes panels of a case; words is applied to every text.
func (c *console) shower(f oversight.File, words func(oversight.File, string) string) func(prefix string, data []byte) *panel {
	return func(prefix string, data []byte) *panel {
		if len(data) == 0 {
			return nil
		}
		p := &panel{Raw: words(f, indented(data))}
		t, err := parseTree(data)
		if err != nil { // nobody can tell where in it something sensitive stands
			p.Veil = c.o.Sensitive != nil
			return p
		}
		p.add(t, "", prefix, 0, func(s string) string { return words(f, s) }, func(path string) bool {
			return c.o.Sensitive != nil && c.o.Sensitive(f.System, path)
		})
		p.Veil = slices.ContainsFunc(t.leaves(), func(l leaf) bool { return c.sensitive(f, l.path) })
		if p.Veil && len(p.Rows) < maxRows {
			p.Raw = "" // the rows hold all of it
		}
		return p
	}
}

// sensitive says whether a value is to be veiled: because of its own path, or of what it is a part of.
func (c *console) sensitive(f oversight.File, path string) bool {
	if c.o.Sensitive == nil {
		return false
	}
	for i, r := range path {
		if i > 0 && (r == '.' || r == '[') && c.o.Sensitive(f.System, path[:i]) {
			return true
		}
	}
	return path == "" || c.o.Sensitive(f.System, path) // the whole holds everything
}

func (p *panel) add(t *tree, name, path string, depth int, words func(string) string, veiled func(string) bool) {
	if len(p.Rows) >= maxRows {
		return
	}
	r := row{Name: words(name), Depth: min(depth, 4), Sensitive: path != "" && veiled(path)}
	switch {
	case t.kind == 's':
		r.Kind, r.Value = kindOf(t), words(t.text())
		if r.Kind == "long" {
			r.Kind = "text"
		}
		if r.Value == "" && r.Kind == "text" {
			r.Kind = "empty"
		}
	case len(t.kids) == 0:
		r.Kind = "empty"
	case r.Sensitive: // all of it, behind one button
		r.Kind, r.Value = "text", words(indented(t.json()))
		p.Rows = append(p.Rows, r)
		return
	default:
		r.Kind = "group"
	}
	if name != "" || r.Kind != "group" {
		p.Rows = append(p.Rows, r)
	}
	if name != "" {
		depth++
	}
	leaves := 0
	for i, kid := range t.kids {
		if leaves++; leaves > maxRows {
			return
		}
		key, at := number(i+1), path+"["+number(i)+"]"
		if t.kind == '{' {
			key = t.keys[i]
			if at = key; path != "" {
				at = path + "." + key
			}
		}
		p.add(kid, key, at, depth, words, veiled)
	}
}

// why is an explanation. What transparency writes is shown in words; anything else as a panel.
type why struct {
	Summary string
	Factors []factor
	Rest    *panel
}

type factor struct {
	Name, Value, Direction string
	Share                  int // of the largest weight, in percent; 0 without weights
}

func (c *console) explained(f oversight.File, words func(oversight.File, string) string) *why {
	if len(f.Explanation) == 0 {
		return nil
	}
	var e struct {
		Summary string `json:"summary"`
		Factors []struct {
			Name      string  `json:"name"`
			Value     string  `json:"value"`
			Weight    float64 `json:"weight"`
			Direction string  `json:"direction"`
		} `json:"factors"`
	}
	w := &why{Rest: c.shower(f, words)("", f.Explanation)}
	if json.Unmarshal(f.Explanation, &e) != nil {
		return w
	}
	most := 0.0
	for _, x := range e.Factors {
		most = max(most, abs(x.Weight))
	}
	w.Summary = words(f, e.Summary)
	for i, x := range e.Factors {
		if i >= maxFactors {
			break
		}
		one := factor{Name: words(f, x.Name), Value: words(f, x.Value), Direction: x.Direction}
		if most > 0 {
			one.Share = int(100*abs(x.Weight)/most + 0.5)
		}
		w.Factors = append(w.Factors, one)
	}
	return w
}

// maxFactors is how many factors a reviewer reads; the rest is in the whole explanation.
const maxFactors = 8

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// kindWords is a kind of personal data in words: "EMAIL_ADDRESS" is "email address".
func kindWords(kind string) string { return strings.ToLower(strings.ReplaceAll(kind, "_", " ")) }
