package report

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/web"
)

func staff(r *http.Request) (string, error) {
	if r.Header.Get("Staff") == "" {
		return "", errors.New("canary")
	}
	return r.Header.Get("Staff"), nil
}

func monitorOf(t testing.TB, o *fairness.Options, attributes ...string) *fairness.Monitor {
	t.Helper()
	m, err := fairness.New(context.Background(), attributes, o)
	require.NoError(t, err)
	return m
}

func count(t testing.TB, m *fairness.Monitor, yes, no int, groups ...string) {
	t.Helper()
	for i := range yes + no {
		require.NoError(t, m.Observe(context.Background(), fairness.Observation{Groups: fairness.Of(groups...), Favourable: i < yes}))
	}
}

func serve(t testing.TB, m *fairness.Monitor, o *Options) http.Handler {
	t.Helper()
	h, err := New(m, staff, o)
	require.NoError(t, err)
	return h
}

func ask(h http.Handler, method, url, who string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, http.NoBody)
	r.Header.Set("Staff", who)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestNewRefuses(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	_, err := New(nil, staff, nil)
	require.ErrorContains(t, err, "no monitor")
	_, err = New(m, nil, nil)
	require.ErrorContains(t, err, "authoriser is nil")
	_, err = New(m, staff, &Options{Limits: &fairness.Limits{Alpha: 3}})
	require.ErrorContains(t, err, "Alpha")
	_, err = New(m, staff, &Options{Limits: &fairness.Limits{Expect: map[string][]string{"age": {"x"}}}})
	require.ErrorContains(t, err, "Expect")
}

func TestNobodyUnknownSeesCounts(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	count(t, m, 4321, 0, "f")
	h := serve(t, m, nil)
	for _, url := range []string{"/", "/fairness.csv", "/fairness.json", "/fairness.md", "/fairness.html", "/live", "/live?poll"} {
		w := ask(h, http.MethodGet, url, "")
		assert.Equal(t, http.StatusUnauthorized, w.Code, url)
		assert.NotContains(t, w.Body.String(), "canary", url)
		assert.NotRegexp(t, `4,?321`, w.Body.String(), url)
		assert.Equal(t, http.StatusMethodNotAllowed, ask(h, http.MethodPost, strings.TrimSuffix(url, "?poll"), "me").Code, url)
	}
	assert.Equal(t, http.StatusNotFound, ask(h, http.MethodGet, "/fairness.pdf", "me").Code)
}

func TestThePageBeginsWithTheVerdict(t *testing.T) {
	m := monitorOf(t, &fairness.Options{Limits: fairness.Limits{Intersections: true}}, "sex", "age")
	count(t, m, 90, 310, "f", "<=25")
	count(t, m, 160, 440, "f", ">25")
	count(t, m, 190, 210, "m", "<=25")
	count(t, m, 310, 290, "m", ">25")
	for range 7 {
		require.NoError(t, m.End(t.Context(), fairness.Of("f", "<=25"), "denied"))
		require.NoError(t, m.End(t.Context(), fairness.Of("m", ">25"), "held"))
	}
	w := ask(serve(t, m, nil), http.MethodGet, "/", "me")
	require.Equal(t, http.StatusOK, w.Code)
	page := w.Body.String()
	at := func(text string) int {
		t.Helper()
		i := strings.Index(page, text)
		require.GreaterOrEqual(t, i, 0, text)
		return i
	}
	order := []string{"Act now", "that some group stays below 0.80 is proven", "Have people decide about", "2,000", `id="view-0"`, `id="view-1"`, `id="view-2"`, "Over time", "Who never got an answer", "What to do", "Take it with you"}
	for i, text := range order[1:] {
		assert.Less(t, at(order[i]), at(text), text)
	}
	assert.Contains(t, page, "<strong>25.0 %</strong>")
	assert.Contains(t, page, `data-label="No consent">7<`)
	assert.Contains(t, page, `data-label="Waiting for a person">7<`)
	assert.Equal(t, 2+2+4, strings.Count(page, `class="whisker"`))
	assert.Contains(t, w.Header().Get("Cache-Control"), "no-store")
	for _, part := range []string{"'unsafe-inline'", "http:", "https:"} {
		assert.NotContains(t, w.Header().Get("Content-Security-Policy"), part)
	}
	assert.NotRegexp(t, `(?i)<style|\sstyle=|\son[a-z]+=`, page)
	assert.Equal(t, 1, strings.Count(page, "<script"), "the shared one")
}

func TestEveryVerdictHasItsPage(t *testing.T) {
	for status, fill := range map[string]func(*fairness.Monitor){
		"Not enough data": func(*fairness.Monitor) {},
		"OK":              func(m *fairness.Monitor) { count(t, m, 3000, 0, "f"); count(t, m, 3000, 0, "m") },
		"Watch":           func(m *fairness.Monitor) { count(t, m, 1800, 200, "f"); count(t, m, 2000, 0, "m") },
		"Act now":         func(m *fairness.Monitor) { count(t, m, 300, 700, "f"); count(t, m, 500, 500, "m") },
	} {
		m := monitorOf(t, nil, "sex")
		fill(m)
		page := ask(serve(t, m, nil), http.MethodGet, "/", "me").Body.String()
		head, _, _ := strings.Cut(page, "decisions counted")
		assert.Contains(t, head, `">`+status+"</span>", status)
		assert.NotRegexp(t, `NaN|Inf|&lt;nil|ERROR|%!`, page, status)
	}
}

func TestHostileNamesOnThePage(t *testing.T) {
	m := monitorOf(t, nil, `"><script>alert(1)</script>`, "b")
	evil := []string{`<script>alert(1)</script>`, `" onload="alert(1)`, `</title><svg onload=alert(1)>`, `{{.}}`, "\u202e\x1b[31m", `=cmd|'/c calc'!A0`, `<style>*{display:none}`}
	for _, name := range evil {
		count(t, m, 30, 30, name, "x")
	}
	h := serve(t, m, &Options{Title: evil[0], Brand: evil[2]})
	page := ask(h, http.MethodGet, "/", "me").Body.String()
	assert.NotRegexp(t, `(?i)<script>|<svg onload|<style|" onload`, page)
	assert.Equal(t, 1, strings.Count(page, "<script"))
	assert.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;")
	for _, text := range []string{ask(h, http.MethodGet, "/fairness.html", "me").Body.String(), ask(h, http.MethodGet, "/fairness.md", "me").Body.String()} {
		assert.NotRegexp(t, `(?i)<script|<svg onload|<style>\*`, text)
	}
	lines, err := csv.NewReader(ask(h, http.MethodGet, "/fairness.csv", "me").Body).ReadAll()
	require.NoError(t, err)
	for _, l := range lines {
		assert.NotRegexp(t, `^[=+@-]`, l[1])
	}
}

func TestDownloads(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	count(t, m, 300, 700, "f")
	count(t, m, 500, 500, "m")
	h := serve(t, m, nil)
	for extension, kind := range map[string]string{"csv": "text/csv", "json": "application/json", "md": "text/markdown", "html": "text/html"} {
		w := ask(h, http.MethodGet, "/fairness."+extension, "me")
		require.Equal(t, http.StatusOK, w.Code, extension)
		assert.Contains(t, w.Header().Get("Content-Type"), kind)
		assert.Regexp(t, `^attachment; filename="fairness-\d{4}-\d\d-\d\d-\d{6}\.`+extension+`"$`, w.Header().Get("Content-Disposition"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Contains(t, w.Body.String(), "300", extension)
		assert.Zero(t, ask(h, http.MethodHead, "/fairness."+extension, "me").Body.Len())
	}
	var back struct{ Verdict struct{ Status string } }
	require.NoError(t, json.Unmarshal(ask(h, http.MethodGet, "/fairness.json", "me").Body.Bytes(), &back))
	assert.Equal(t, "ACTION", back.Verdict.Status)
}

func TestLinksHoldUnderAPrefix(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	mux := http.NewServeMux()
	mux.Handle("/staff/fair/", http.StripPrefix("/staff/fair", serve(t, m, nil)))
	page := ask(mux, http.MethodGet, "/staff/fair/", "me").Body.String()
	links := regexp.MustCompile(`(?:href|src|data-stream)="([^"#]*)"`).FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, links)
	for _, l := range links {
		if strings.HasPrefix(l[1], "data:") || strings.HasSuffix(l[1], "/live") {
			continue
		}
		require.True(t, strings.HasPrefix(l[1], "./"), l[1])
		assert.Equal(t, http.StatusOK, ask(mux, http.MethodGet, "/staff/fair/"+strings.TrimPrefix(l[1], "./"), "me").Code, l[1])
	}
}

func TestSmallCountsStayOffThePage(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	count(t, m, 611, 0, "f")
	count(t, m, 733, 0, "m")
	count(t, m, 877, 0, "")
	count(t, m, 3, 0, "x")
	for sex, n := range map[string]int{"f": 2, "m": 41, "": 97} {
		for range n {
			require.NoError(t, m.End(t.Context(), fairness.Of(sex), "denied"))
		}
	}
	for range 400 { // of whom few were decided about: their rate is that of three people
		require.NoError(t, m.End(t.Context(), fairness.Of("x"), "failed"))
	}
	h := serve(t, m, nil)
	for _, url := range []string{"/", "/fairness.csv", "/fairness.json", "/fairness.md", "/fairness.html"} {
		text := ask(h, http.MethodGet, url, "me").Body.String()
		assert.NotRegexp(t, `\b611\b`, text, url+": with x alone hidden, x could be worked out")
		assert.NotRegexp(t, `\b400\b`, text, url)
		assert.Contains(t, text, "733", url)
	}
	a, err := Of(m.Table(), nil)
	require.NoError(t, err)
	rows := map[string]Row{}
	for _, r := range a.Views[0].Rows {
		rows[r.Group] = r
	}
	assert.True(t, rows["x"].Suppressed && rows["f"].Suppressed)
	assert.False(t, rows["m"].Suppressed)
	assert.Equal(t, Few{N: 41}, rows["m"].Ends.Denied)

	// Single ends are hidden on their own, and another with them.
	table := fairness.Table{Attributes: []string{"g"}, Cells: []fairness.Cell{cell(100, 0, "a"), cell(100, 0, "b"), cell(100, 0, "c")}}
	for i, n := range []uint64{2, 30, 50} {
		table.Cells[i].Ends.Denied = n
		table.Cells[i].Ends.Failed = 20
	}
	a, err = Of(table, nil)
	require.NoError(t, err)
	got := a.Views[0].Rows
	assert.Equal(t, []Few{{Hidden: true}, {Hidden: true}, {N: 50}}, []Few{got[0].Ends.Denied, got[1].Ends.Denied, got[2].Ends.Denied})
	assert.Equal(t, Few{N: 20}, got[0].Ends.Failed)
	assert.Equal(t, Few{Hidden: true}, got[0].Ends.Total())
	b, err := json.Marshal(got[0].Ends)
	require.NoError(t, err)
	assert.JSONEq(t, `{"denied":null,"fallback":0,"waiting":0,"stopped":0,"abandoned":0,"failed":20}`, string(b))
}

func TestTimeLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := monitorOf(t, nil, "sex")
		h := serve(t, m, nil)
		assert.Contains(t, ask(h, http.MethodGet, "/", "me").Body.String(), "nothing to draw yet")
		for month := range 12 {
			count(t, m, 50-4*month, 50+4*month, "f")
			count(t, m, 50, 50, "m")
			time.Sleep(30 * 24 * time.Hour)
		}
		count(t, m, 2, 0, "x") // few
		page := ask(h, http.MethodGet, "/", "me").Body.String()
		_, chart, _ := strings.Cut(page, "Over time")
		chart, _, _ = strings.Cut(chart, "</figure>")
		title := regexp.MustCompile(`<title[^>]*>([^<]*)`).FindStringSubmatch(chart)
		require.NotNil(t, title)
		assert.Contains(t, title[1], "m from 50.0 % to 50.0 %")
		assert.NotContains(t, title[1], "x from")
		points := strings.Count(chart, `class="dot"`)
		assert.Greater(t, points, 10)
		assert.LessOrEqual(t, points, 2*linePoints+2)
	})
}

func TestAPageOfManyGroupsStaysShort(t *testing.T) {
	m := monitorOf(t, nil, "place")
	for i := range 1000 {
		count(t, m, 5, 5, fmt.Sprint("place ", i))
	}
	page := ask(serve(t, m, nil), http.MethodGet, "/", "me").Body.String()
	assert.Equal(t, maxRows, strings.Count(page, `<th scope="row">`))
	assert.Contains(t, page, "And 800 more, in the files below.")
	assert.Equal(t, 1001, strings.Count(ask(serve(t, m, nil), http.MethodGet, "/fairness.csv", "me").Body.String(), "\n"))
}

func TestScaleAndSpan(t *testing.T) {
	for top, want := range map[float64]float64{0: 0.02, 0.02: 0.02, 0.3: 0.4, 0.81: 1, 1: 1} {
		assert.Equal(t, want, scaleOf(top))
	}
	for d, want := range map[time.Duration]string{time.Minute: "one minute", 4 * time.Minute: "4 minutes", 64 * time.Minute: "1.1 hours", 24 * time.Hour: "one day", 4096 * time.Minute: "2.8 days"} {
		assert.Equal(t, want, span(english, d))
	}
}

// An open page hears of new counts, and its stream ends with Close.
func TestThePageIsLive(t *testing.T) {
	m := monitorOf(t, nil, "sex")
	h := serve(t, m, nil)
	state := func() string { return ask(h, http.MethodGet, "/live?poll", "me").Body.String() }
	first := state()
	assert.Equal(t, first, state())
	synctest.Test(t, func(t *testing.T) {
		m := monitorOf(t, nil, "sex")
		h := serve(t, m, nil)
		before := ask(h, http.MethodGet, "/live?poll", "me").Body.String()
		count(t, m, 1, 0, "f")
		time.Sleep(lookEvery)
		assert.NotEqual(t, before, ask(h, http.MethodGet, "/live?poll", "me").Body.String())
	})
	server := httptest.NewServer(h)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/live", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Staff", "me")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	line := make([]byte, len("retry: 2000\nevent: change\n"))
	_, err = io.ReadFull(answer.Body, line)
	require.NoError(t, err)
	assert.Equal(t, "retry: 2000\nevent: change\n", string(line))
	switch c := h.(type) {
	case io.Closer:
		require.NoError(t, c.Close())
	case interface{ Close() }:
		c.Close()
	default:
		t.Fatal("the pages cannot be closed")
	}
	_, err = io.ReadAll(answer.Body)
	assert.NoError(t, err, "the stream has ended")
}

func ExampleNew() {
	monitor, err := fairness.New(context.Background(), []string{"sex"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	pages, err := New(monitor, func(r *http.Request) (string, error) {
		if who, _, ok := r.BasicAuth(); ok { // your own session goes here
			return who, nil
		}
		return "", errors.New("not signed in")
	}, &Options{Title: "Are our offers fair?"})
	if err != nil {
		fmt.Println(err)
		return
	}
	http.Handle("/staff/fairness/", http.StripPrefix("/staff/fairness", pages))

	stranger := httptest.NewRecorder()
	pages.ServeHTTP(stranger, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	fmt.Println(stranger.Code)
	// Output:
	// 401
}

// One page counts for all that are open. Who goes away meanwhile takes nothing from the others, and neither does a panic.
func TestOnePageCountsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, next := 0, make(chan string)
		p := &live{fingerprint: func() string {
			n++
			text := <-next
			if text == "" {
				panic("while counting")
			}
			return text
		}}
		type answer struct {
			text string
			err  error
		}
		state := func(ctx context.Context) <-chan answer {
			got := make(chan answer, 1)
			go func() {
				defer func() {
					if recover() != nil {
						got <- answer{err: errors.New("panicked")}
					}
				}()
				text, err := p.state(&web.Visit{Request: httptest.NewRequest(http.MethodGet, "/live", nil).WithContext(ctx)})
				got <- answer{text, err}
			}()
			synctest.Wait()
			return got
		}
		gone, leave := context.WithCancel(t.Context())
		one, two, three := state(gone), state(gone), state(t.Context())
		leave()
		require.ErrorIs(t, (<-two).err, context.Canceled, "it waits for nothing any more")
		assert.Equal(t, 1, n)
		next <- "first"
		assert.Equal(t, answer{"first", nil}, <-one, "who counts goes on to the end")
		assert.Equal(t, answer{"first", nil}, <-three)
		assert.Equal(t, answer{"first", nil}, <-state(t.Context()), "it was looked at just now")

		time.Sleep(lookEvery)
		one = state(t.Context())
		assert.Equal(t, answer{"first", nil}, <-state(t.Context()), "what stood before, meanwhile")
		next <- ""
		require.ErrorContains(t, (<-one).err, "panicked")
		one = state(t.Context())
		next <- "second"
		assert.Equal(t, answer{"second", nil}, <-one)
		assert.Equal(t, 3, n)
	})
}
