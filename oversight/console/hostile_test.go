package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// hostile are texts that break out of pages which do not escape: ways to begin something, in ways to leave where they stand.
func hostile() []string {
	begin := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `<iframe src=javascript:alert(1)>`, `<style>*{display:none}</style>`,
		`<base href=//evil.example>`, `<meta http-equiv=refresh content=0>`, `<form action=//evil.example><input name=token>`, `<a href=javascript:alert(1)>x</a>`,
		`<!--`, `-->`, `<![CDATA[`, `<?php echo 1?>`, `{{.Token}}`, `${7*7}`, `&lt;script&gt;`, `&#x3c;script&#x3e;`, `javascript:alert(1)`, ` onfocus=alert(1) autofocus `,
		`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	}
	leave := []string{
		"%s", `"%s`, `'%s`, `">%s`, `'>%s`, "`%s", `</textarea>%s`, `</title>%s`, `</style>%s`, `</script>%s`, `</option></select>%s`, `--><!-- --!>%s`, "\x00%s", "\u2028%s\u202e",
		`\%s`, `\u003c%s`, "%%3Cscript%%3E%s",
	}
	var all []string
	for _, b := range begin {
		for _, l := range leave {
			all = append(all, fmt.Sprintf(l, b))
		}
	}
	return all
}

var (
	tag        = regexp.MustCompile(`<[^>]*>?`)
	wellFormed = regexp.MustCompile(`^<(?:!doctype html|/?[a-z0-9]+(?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*\s*/?)>$`)
	quoted     = regexp.MustCompile(`="[^"]*"`)
)

// skeleton is the tags and the names of the attributes of a page, in order: whatever a text broke out of shows in it.
func skeleton(t *testing.T, page string) string {
	t.Helper()
	var b strings.Builder
	for _, m := range tag.FindAllString(page, -1) {
		if !wellFormed.MatchString(m) {
			require.Fail(t, "not a tag of ours", m)
		}
		b.WriteString(quoted.ReplaceAllString(m, ""))
		b.WriteByte('\n')
	}
	return b.String()
}

// Every place where somebody's words stand, filled with the words and then with as many letters: the pages have the same skeleton.
func TestHostileWordsStayWords(t *testing.T) {
	texts := hostile()
	require.Greater(t, len(texts), 300)
	const long = 1000 // bytes: the longest of what follows, so that no page differs by the size of its fields
	plain := hostilePages(t, strings.Repeat("x", long))
	for i := 0; i < len(texts); i += 12 {
		if testing.Short() && i%60 != 0 {
			continue
		}
		// Several at a time, in one text: none ends what another began.
		text := strings.Join(texts[i:min(i+12, len(texts))], " ")
		require.Less(t, len(text), long+200)
		text += strings.Repeat("x", max(0, long-len(text)))
		for name, page := range hostilePages(t, text) {
			require.Equal(t, skeleton(t, plain[name]), skeleton(t, page), "%s with %q", name, text)
			require.NotContains(t, page, "<script>", name)
			require.NotContains(t, strings.ToLower(page), "href=\"javascript:", name)
		}
	}
}

// hostilePages are all pages of a desk on which everything that people write is text.
func hostilePages(t *testing.T, text string) map[string]string {
	t.Helper()
	name := strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
	name = name[:min(len(name), 200)]
	name = "n" + strings.ToValidUTF8(name, "") + "n" // a name's ends show
	desk, err := oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{Rules: []oversight.Rule{
		{Name: text, When: func(c oversight.Case) bool { return true }, Hold: true},
	}}, nil)
	require.NoError(t, err)
	guarded := oversight.Wrap(
		func(context.Context, map[string]any) (map[string]any, error) {
			return map[string]any{"words " + text: text, "long": text + strings.Repeat(" and so on", 20), "list": []any{text, nil, true}}, nil
		}, desk, func(map[string]any, map[string]any) oversight.Case {
			return oversight.Case{Title: text, Stratum: text, Input: map[string]any{"a " + text: text, "deep": map[string]any{"a " + text: []any{text}}}}
		})
	ctx, finish := fairlead.Begin(fairlead.WithSubject(t.Context(), "anna"), &fairlead.System{Name: name, Version: text})
	_, err = guarded(ctx, map[string]any{"q": text})
	finish(nil)
	var pending *oversight.PendingError
	require.ErrorAs(t, err, &pending)
	fact := func(context.Context, oversight.File) ([]Fact, error) {
		return []Fact{{Name: text, Value: text, State: text}}, nil
	}
	pages, err := New(desk, func(*http.Request) (string, error) { return name, nil }, &Options{
		Brand: text, Consents: fact, Reasons: []Reason{{Code: name, Text: text}},
		Policy: func(context.Context, oversight.File) (string, error) { return text, nil },
		Similar: func(context.Context, oversight.File) ([]Past, error) {
			return []Past{{Case: text, Title: text, Verdict: text, At: time.Now()}}, nil
		},
		Sensitive: func(_, path string) bool { return path == "long" }, Rules: &oversight.Policy{Rules: []oversight.Rule{{Name: text}}},
	})
	require.NoError(t, err)
	w := &world{t: t, desk: desk, handler: http.StripPrefix("/desk", pages)}
	who := "whoever"
	all := map[string]string{}
	look := func(page, path string) { all[page] = w.get(path, who).Body.String() }
	path := "/case/" + pending.Case.String()

	look("free", path)
	look("queue", "/?view=mine&text="+url.QueryEscape("x"))
	look("search", "/?system="+url.QueryEscape(name)+"&text="+url.QueryEscape(text))
	require.NoError(t, desk.Assign(t.Context(), name, pending.Case, name))
	w.take(pending.Case, who)
	w.done(w.send(path, who, "/skip", "why", text), path+"/skip")
	w.take(pending.Case, who)
	look("taken", path)
	all["refused"] = w.send(path, who, "/submit", "verdict", "replace", "as", "text", "text", "{ "+text, "comment", text, "reason", name).Body.String()
	all["unsure"] = w.send(path, who, "/submit", "verdict", text, "comment", text, "v1", text).Body.String()
	f := w.fill(w.get(path, who), path, "/submit", "comment", text, "v1", text)
	all["preview"] = w.post(path+"/preview", who, f.values).Body.String()
	f.values.Set("token", "AAAA")
	all["tokens"] = w.post(path+"/submit", who, f.values).Body.String()
	look("queue", "/")
	w.done(w.send(path, who, "/submit", "verdict", "reject", "comment", text, "reason", name), path+"/submit")
	look("decided", path)
	appeal := w.done(w.send(path, who, "/appeal", "statement", text), path+"/appeal")
	look("appeal", strings.TrimSuffix(appeal, "?said=appealed"))
	all["enrol"] = w.send("/reviewers", who, "/enrol", "name", text, "competence", text, "until", text).Body.String()
	require.NoError(t, desk.Enrol(t.Context(), name, oversight.Member{Name: name, Competence: name, TrainedUntil: time.Now()}))
	look("reviewers", "/reviewers")
	look("health", "/health")
	require.NoError(t, desk.Stop(t.Context(), name, text))
	look("stopped", "/stop")
	look("no such view", "/?view="+url.QueryEscape(text))
	look("no such page", "/"+url.PathEscape(text))
	look("no such case", "/find?case="+url.QueryEscape(text))
	for page, body := range all {
		require.Contains(t, body, "</html>", page)
	}
	assert.Contains(t, all["decided"], "blockquote")
	return all
}
