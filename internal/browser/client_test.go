package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client speaks to the website as a browser does that shows nothing: cookies, forms with their tokens, the headers of a form that was
// sent from the site itself.
type client struct {
	http *http.Client
	base string
	// site is what Sec-Fetch-Site says of the client's posts; "" leaves the header out.
	site string
}

func newClient(base string) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // only for options
	}
	return &client{
		http: &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 2}},
		base: base, site: "same-origin",
	}
}

// answer is what came back, redirects followed.
type answer struct {
	status int
	path   string // where it ended
	body   string
}

func (c *client) do(r *http.Request) (answer, error) {
	r.Header.Set("Accept", "text/html")
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Request.URL.RequestURI(), string(body)}, err
}

func (c *client) get(path string) (answer, error) {
	r, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return answer{}, err
	}
	return c.do(r)
}

func (c *client) post(path string, form url.Values) (answer, error) {
	r, err := http.NewRequest(http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.site != "" {
		r.Header.Set("Sec-Fetch-Site", c.site)
	}
	return c.do(r)
}

// must is an answer with this status.
func must(t testing.TB, status int, a answer, err error) answer {
	t.Helper()
	require.NoError(t, err)
	require.Equal(t, status, a.status, "%s: %s", a.path, a.body)
	return a
}

var (
	forms  = regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*>.*?</form>`)
	action = regexp.MustCompile(`action="([^"]*)"`)
	hidden = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	name   = regexp.MustCompile(`name="([^"]*)"`)
	value  = regexp.MustCompile(`value="([^"]*)"`)
)

// form is a form of a page.
type form struct {
	to     string // its address, absolute within the site
	fields url.Values
	html   string
}

// formsOf are the forms of a page that post, with their hidden fields.
func formsOf(a answer) []form {
	at, err := url.Parse(a.path)
	if err != nil {
		panic(err) // it was asked for
	}
	var all []form
	for _, html := range forms.FindAllString(a.body, -1) {
		f := form{html: html, fields: url.Values{}, to: a.path}
		if m := action.FindStringSubmatch(html); m != nil {
			to, err := at.Parse(unescape.Replace(m[1]))
			if err != nil {
				panic(err)
			}
			f.to = to.RequestURI()
		}
		for _, input := range hidden.FindAllString(html, -1) {
			n, v := name.FindStringSubmatch(input), value.FindStringSubmatch(input)
			if n != nil && v != nil {
				f.fields.Add(n[1], unescape.Replace(v[1]))
			}
		}
		all = append(all, f)
	}
	return all
}

var unescape = strings.NewReplacer("&amp;", "&", "&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+")

// formWith is the first form of a page that has all of the texts in it, with what is to be filled in.
func formWith(a answer, fill map[string]string, texts ...string) (form, error) {
next:
	for _, f := range formsOf(a) {
		for _, text := range texts {
			if !strings.Contains(f.html, text) {
				continue next
			}
		}
		for n, v := range fill {
			f.fields.Set(n, v)
		}
		return f, nil
	}
	return form{}, fmt.Errorf("no form with %q on %s", texts, a.path)
}

// send sends a form of a page.
func (c *client) send(a answer, fill map[string]string, texts ...string) (answer, error) {
	f, err := formWith(a, fill, texts...)
	if err != nil {
		return answer{}, err
	}
	return c.post(f.to, f.fields)
}

// actAs signs in as an applicant.
func (c *client) actAs(row int) (answer, error) {
	page, err := c.get(fmt.Sprint("/customers?from=", row))
	if err != nil {
		return page, err
	}
	return c.send(page, map[string]string{"row": fmt.Sprint(row)}, fmt.Sprintf(`value="%d"`, row))
}

// signIn signs in as a reviewer.
func (c *client) signIn(reviewer string) (answer, error) {
	page, err := c.get("/staff")
	if err != nil {
		return page, err
	}
	return c.send(page, map[string]string{"name": reviewer}, reviewer)
}
