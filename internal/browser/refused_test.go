package browser_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// addresses are pages with forms, and personal pages, of somebody with an application and of a reviewer.
func addresses(id string) (forms, personal, staff []string) {
	personal = []string{
		"/application/" + id, "/decisions/decision/" + id, "/decisions/decision/" + id + "/person",
		"/decisions/decision/" + id + "/proof.json",
	}
	staff = []string{"/console/", "/console/case/" + id, "/console/stop", "/console/reviewers", "/console/health", "/console/labels.jsonl", "/console/evidence.zip", "/console/live?poll", "/fairness/"}
	forms = []string{
		"/", "/customers", "/staff", "/apply", "/privacy/", "/decisions/decision/" + id, "/decisions/decision/" + id + "/person", "/decisions/forget",
		"/console/", "/console/case/" + id, "/console/stop", "/console/reviewers",
	}
	return forms, personal, staff
}

// Every form of every page is refused from another site, from a sister site, without its token, with somebody else's and with one that was
// used; and none of that changes anything.
func TestForgedAndRepeatedFormsAreRefused(t *testing.T) {
	l := startLender(t, "-demo", "40", "-undo", "1s")
	c, _, id := held(t, l.url)
	answered, err := c.signIn("reviewer-1")
	must(t, http.StatusOK, answered, err)
	other, _, _ := held(t, l.url)
	theirs, err := other.signIn("reviewer-2")
	must(t, http.StatusOK, theirs, err)
	pages, _, _ := addresses(id)
	count := 0
	for _, path := range pages {
		page, err := c.get(path)
		page = must(t, http.StatusOK, page, err)
		for _, f := range formsOf(page) {
			count++
			name := f.to + " on " + path
			require.NotEmpty(t, f.fields.Get("token"), name)
			c.site = "cross-site"
			assertStatus(t, c, f, http.StatusForbidden, "from another site: "+name)
			c.site = "same-site"
			assertStatus(t, c, f, http.StatusForbidden, "from a sister site: "+name)
			c.site = "same-origin"
			for how, token := range map[string]string{"no token": "", "a wrong token": strings.Repeat("A", len(f.fields.Get("token"))), "half a token": f.fields.Get("token")[:20]} {
				g := form{to: f.to, fields: url.Values{}}
				for n, v := range f.fields {
					g.fields[n] = v
				}
				g.fields.Set("token", token)
				if token == "" {
					g.fields.Del("token")
				}
				assertStatus(t, c, g, http.StatusForbidden, how+": "+name)
			}
		}
	}
	t.Logf("%d forms on %d pages", count, len(pages))
	require.GreaterOrEqual(t, count, 20)

	// A token is one person's: a reviewer's own is of no use to another one, whatever the case.
	page, err := other.get("/console/stop")
	page = must(t, http.StatusOK, page, err)
	f, err := formWith(page, map[string]string{"why": "theft"}, "Stop everything now")
	require.NoError(t, err)
	assertStatus(t, c, f, http.StatusForbidden, "somebody else's token")

	// Nothing has happened: nobody was stopped, asked or forgotten.
	page, err = c.get("/console/stop")
	assert.Contains(t, must(t, http.StatusOK, page, err).body, "Stop everything now")
	page, err = c.get("/decisions/")
	assert.Contains(t, must(t, http.StatusOK, page, err).body, id)

	// A form counts once.
	page, err = c.get("/privacy/")
	f, err = formWith(must(t, http.StatusOK, page, err), nil, "Withdraw")
	require.NoError(t, err)
	assertStatus(t, c, f, http.StatusOK, "the first time")
	assertStatus(t, c, f, http.StatusConflict, "the second time")
	page, err = c.get("/privacy/history")
	assert.Equal(t, 1, strings.Count(must(t, http.StatusOK, page, err).body, "took it back"), "one withdrawal")
}

func assertStatus(t testing.TB, c *client, f form, status int, why string) {
	t.Helper()
	a, err := c.post(f.to, f.fields)
	require.NoError(t, err)
	assert.Equal(t, status, a.status, why)
}

// What is about a person is shown to that person, and what is the staff's to the staff.
func TestOtherPeoplesPagesAreRefused(t *testing.T) {
	l := startLender(t, "-demo", "60", "-undo", "1s")
	owner, _, id := held(t, l.url)
	_, personal, staff := addresses(id)
	for _, path := range personal {
		page, err := owner.get(path)
		must(t, http.StatusOK, page, err)
	}
	stranger := newClient(l.url)
	signed, err := stranger.actAs(36)
	must(t, http.StatusOK, signed, err)
	secret := regexp.MustCompile(`customer35@example|1474 DM|applicant-0035`)
	for _, path := range personal {
		page, err := stranger.get(path)
		require.NoError(t, err)
		assert.Equal(t, http.StatusNotFound, page.status, path)
		assert.NotRegexp(t, secret, page.body, path)
	}
	// The same words for what is somebody else's and for what does not exist.
	theirs, err := stranger.get("/decisions/decision/" + id)
	require.NoError(t, err)
	nobodys, err := stranger.get("/decisions/decision/01890000-0000-7000-8000-000000000000")
	require.NoError(t, err)
	assert.Equal(t, nobodys.body, theirs.body)

	nobody := newClient(l.url)
	nobody.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range append(append([]string{"/privacy/", "/privacy/history", "/privacy/export", "/decisions/", "/decisions/take/report.json"}, personal...), staff...) {
		for who, c := range map[string]*client{"nobody": nobody, "a forged cookie": forged(t, l.url), "a customer": stranger} {
			if who == "a customer" && !strings.HasPrefix(path, "/console") && !strings.HasPrefix(path, "/fairness") {
				continue
			}
			c.http.CheckRedirect = nobody.http.CheckRedirect
			page, err := c.get(path)
			require.NoError(t, err)
			assert.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusSeeOther}, page.status, "%s, %s", path, who)
			assert.NotRegexp(t, secret, page.body, path)
		}
	}
}

// forged has the cookies of somebody who changed a name in them.
func forged(t testing.TB, base string) *client {
	t.Helper()
	c := newClient(base)
	signed, err := c.actAs(36)
	must(t, http.StatusOK, signed, err)
	signed, err = c.signIn("reviewer-1")
	must(t, http.StatusOK, signed, err)
	at, err := url.Parse(base)
	require.NoError(t, err)
	cookies := c.http.Jar.Cookies(at)
	require.Len(t, cookies, 3)
	for _, cookie := range cookies {
		cookie.Path = "/"
		cookie.Value = strings.NewReplacer("applicant-0036", "applicant-0035", "reviewer-1", "reviewer-2").Replace(cookie.Value)
	}
	c.http.Jar.SetCookies(at, cookies)
	return c
}

// Every page forbids scripts and styles of others, caching of what is personal, and framing.
func TestHeadersOfEveryPage(t *testing.T) {
	l := startLender(t, "-demo", "40", "-undo", "1s")
	c, _, id := held(t, l.url)
	answered, err := c.signIn("reviewer-1")
	must(t, http.StatusOK, answered, err)
	pages, personal, staff := addresses(id)
	for _, path := range append(append(pages, personal...), staff...) {
		resp, err := c.http.Get(l.url + path)
		require.NoError(t, err, path)
		resp.Body.Close()
		policy := resp.Header.Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", path)
		assert.NotContains(t, policy, "unsafe", path)
		assert.Contains(t, policy, "frame-ancestors 'none'", path)
		assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"), path)
		assert.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"), path)
	}
}
