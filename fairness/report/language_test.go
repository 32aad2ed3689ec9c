package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
)

func askIn(h http.Handler, language string) string {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.Header.Set("Staff", "me")
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

func TestThePageSpeaksTheReadersLanguage(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	count(t, m, 1300, 2700, "f")
	count(t, m, 2500, 1500, "m")
	o := &Options{Catalogues: map[string]map[string]string{"de": {
		"Fairness audit": "Gleiche Behandlung", "Act now": "Jetzt handeln", "1,234.5": "1.234,5", "decisions counted": "Entscheidungen", "By %s": "Nach %s",
		"people with %[1]s get a favourable answer %[2]s times as often as people with %[3]s (%[4]s against %[5]s); that some group stays below %[6]s is proven.": "bei %[3]s ist die Antwort öfter gut als bei %[1]s (%[5]s gegen %[4]s, das %[2]sfache); unter %[6]s ist bewiesen.",
		"%[1]s of %[2]s": "%[1]s von %[2]s",
		"Look below at who never got as far as an answer: a gap may begin there.": "Unten steht, wer keine Antwort bekam.",
	}}}
	h := serve(t, m, o)
	page := askIn(h, "de-CH, en;q=0.5")
	for _, text := range []string{
		`<html lang="de">`, ">Gleiche Behandlung</h1>", ">Jetzt handeln</span>",
		"<strong>Bei sex=m ist die Antwort öfter gut als bei sex=f (2.500 von 4.000 gegen 1.300 von 4.000, das 0,52fache); unter 0,80 ist bewiesen.</strong>",
		"<b>8.000</b><span>Entscheidungen</span>", "<strong>32,5 %</strong>", "Nach sex", "1.300\u00a0von\u00a04.000", "Unten steht, wer keine Antwort bekam.",
		"Take it with you", // what is not translated stays English
	} {
		assert.Contains(t, page, text)
	}
	english := askIn(h, "en")
	assert.Contains(t, english, `<html lang="en">`)
	assert.Contains(t, english, "<strong>People with sex=f get a favourable answer 0.52 times as often as people with sex=m (1,300 of 4,000 against 2,500 of 4,000); that some group stays below 0.80 is proven.</strong>")
	o.Language = func(*http.Request) string { return "de" }
	assert.Contains(t, askIn(serve(t, m, o), "en"), "Jetzt handeln", "the application knows better than the browser")
	assert.NotContains(t, ask(h, http.MethodGet, "/fairness.md", "me").Body.String(), "Jetzt")
}

// messages are the texts that stand in the sources of the page: a catalogue has other words for them.
func messages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	add := func(text string) { all[text] = "⟦" + text + "⟧" }
	for _, dir := range []string{".", ".."} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			require.NoError(t, err)
			ast.Inspect(parsed, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && regexp.MustCompile(`[A-Za-z]{2}`).MatchString(text) {
						add(text)
					}
				}
				return true
			})
		}
	}
	for _, file := range []string{"pages/report.html", "../../internal/web/assets/shell.html"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`\.T "([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
			add(found[1])
		}
	}
	for m := time.January; m <= time.December; m++ {
		add(m.String())
		add(m.String()[:3])
	}
	return all
}

var (
	tagsOf  = regexp.MustCompile(`(?s)<[^>]*>`)
	spokenA = regexp.MustCompile(`(?:aria-label|data-label|data-say-[a-z-]+)="([^"]*)"`)
	inner   = regexp.MustCompile(`⟦[^⟦⟧]*⟧`)
	letters = regexp.MustCompile(`[A-Za-z]{2,}`)
)

// With a catalogue that has words for all of it nothing is left in English, whatever the verdict and whatever is not shown.
func TestNothingIsLeftUntranslated(t *testing.T) {
	catalogue := messages(t)
	for name, fill := range map[string]func(*fairness.Monitor){
		"empty": func(*fairness.Monitor) {},
		"one":   func(m *fairness.Monitor) { count(t, m, 30, 0, "aa", "bb") },
		"little": func(m *fairness.Monitor) {
			count(t, m, 30, 3, "aa", "bb")
			count(t, m, 30, 3, "cc", "bb")
			count(t, m, 30, 3, "", "dd")
			count(t, m, 2, 0, "ee", "dd")
		},
		"ok":    func(m *fairness.Monitor) { count(t, m, 3000, 0, "aa", "bb"); count(t, m, 3000, 0, "cc", "dd") },
		"watch": func(m *fairness.Monitor) { count(t, m, 1800, 200, "aa", "bb"); count(t, m, 2000, 0, "cc", "dd") },
		"action": func(m *fairness.Monitor) {
			count(t, m, 300, 700, "aa", "bb")
			count(t, m, 500, 500, "cc", "dd")
			require.NoError(t, m.End(t.Context(), fairness.Of("aa", "bb"), "denied"))
		},
		"hidden": func(m *fairness.Monitor) { count(t, m, 0, 2000, "aa", "bb"); count(t, m, 2000, 0, "cc", "dd") },
	} {
		t.Run(name, func(t *testing.T) {
			m := monitorOf(t, &fairness.Options{Limits: fairness.Limits{Intersections: true}, Bets: []fairness.Bet{{Attribute: "sex", Group: "aa", Against: "cc"}}}, "sex", "age")
			fill(m)
			o := &Options{Catalogues: map[string]map[string]string{"xx": catalogue}}
			if name == "hidden" {
				o.MinCell = 10_000
			}
			page := askIn(serve(t, m, o), "xx")
			require.Contains(t, page, `<html lang="xx">`)
			_, body, _ := strings.Cut(page, "<body")
			text := tagsOf.ReplaceAllString("<body"+body, " ")
			for _, found := range spokenA.FindAllStringSubmatch(body, -1) {
				text += " " + found[1]
			}
			for inner.MatchString(text) {
				text = inner.ReplaceAllString(text, "")
			}
			for _, word := range letters.FindAllString(text, -1) {
				assert.Contains(t, []string{"aa", "bb", "cc", "dd", "ee", "sex", "age", "CSV", "JSON", "Markdown", "UTC", "amp"}, word)
			}
			assert.NotContains(t, page, "%!")
		})
	}
}
