package portal_test

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `{{.Token}}`, `</textarea></title></style><svg onload=alert(1)>`,
	"javascript:alert(1)", "\x00<b>", "\xff\xfe<i>", "<!--", "]]>", "&lt;script&gt;", "<EMAIL_ADDRESS_1><script>", "\u202e<b>", "<a href=//evil>",
}

func told(s string) transparency.Record {
	r := refused("eve")
	x := &r.Explanation
	x.Summary, x.Result, x.Consequence, x.Contest = s, s, s, s
	x.Factors = []transparency.Factor{{Name: s, Value: s, Weight: 1}, {Name: s, Weight: -1}}
	x.Counterfactual = []transparency.Factor{{Name: s, Value: s}}
	x.Attribution.Reference, x.Adverse.Reference = s, s
	x.Uses = []transparency.DataUse{{Category: s, Source: s, Purpose: s, Basis: s, Recipients: []string{s}, Retention: s}}
	x.Citations = []transparency.Citation{{Title: s, Source: s}}
	x.Score.Source = s
	for i := range x.Adverse.Reasons {
		x.Adverse.Reasons[i].Text = s
	}
	r.System, r.Version, r.Consent.Purpose, r.Consent.Basis = s, s, s, s
	r.Notes = []transparency.Factor{{Name: s, Value: s}}
	r.Hidden = []transparency.Hidden{{Kind: s, N: 2}}
	js, _ := json.Marshal(s) // a string
	r.Input.Payload = js
	return r
}

func TestHostileTextIsTextOnEveryPage(t *testing.T) {
	shape := func(text string) map[string][2]int {
		h := open(t, func(h *house, o *portal.Options) {
			o.Agreements = func(context.Context, string) ([]portal.Agreement, error) {
				return []portal.Agreement{{Purpose: text, State: text}}, nil
			}
			o.Appealed = func(context.Context, string, transparency.Record) ([]portal.Step, error) {
				return []portal.Step{{Text: text}}, nil
			}
			h.reveal = func(_, _, s string) (string, error) { return s + text, nil }
		})
		id := h.record(told(text)).String()
		require.NoError(t, h.journal.Disclose(t.Context(), "eve", transparency.Disclosure{Kind: "k", TextID: "t", Text: text}))
		out := map[string][2]int{}
		look := func(path string, a answer) {
			body := regexp.MustCompile(`name="token" value="[^"]*"`).ReplaceAllString(a.body, "")
			body = strings.ReplaceAll(body, id, "")
			assert.NotContains(t, body, "<script>alert")
			assert.NotContains(t, body, "ZgotmplZ")
			out[path] = [2]int{strings.Count(body, "<"), strings.Count(body, `"`)}
		}
		for _, path := range []string{"", "decision/", "decision//person", "data", "take", "forget", "take/report.html"} {
			look(path, h.get("eve", strings.Replace(path, "decision/", "decision/"+id, 1)))
		}
		look("words", h.post("eve", "decision/"+id+"/words", h.token("eve", "decision/"+id), nil))
		look("wrong", h.post("eve", "decision/"+id+"/person", h.token("eve", "decision/"+id), url.Values{"words": {strings.Repeat(text, 4000/len(text)+1) + strings.Repeat("-", 4000)}}))
		return out
	}
	want := shape("harmless")
	for _, text := range hostile {
		assert.Equal(t, want, shape(text), "%q", text)
	}
}

func TestEveryPageWorksWithoutScriptAndUnderThePolicy(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	for _, path := range addresses(id) {
		a := h.get("eve", path)
		assert.Equal(t, "no-store", a.header.Get("Cache-Control"), path)
		assert.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'", path)
		if !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.header.Get("Content-Disposition") != "" {
			continue
		}
		assert.NotRegexp(t, `(?i)<[^>]* (style|on[a-z]+)=|<style|href="javascript:`, a.body, path)
		assert.Equal(t, 1, strings.Count(a.body, "<script"), path)
		assert.Equal(t, 1, strings.Count(a.body, "<h1"), path)
		for _, form := range regexp.MustCompile(`(?s)<form.*?</form>`).FindAllString(a.body, -1) {
			assert.Contains(t, form, `method="post"`, path)
			assert.Contains(t, form, `name="token"`, path)
			assert.Contains(t, form, "<button", path)
		}
	}
}
