package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Visit is one request by somebody who may make it.
type Visit struct {
	*http.Request
	Who  string // as the authoriser says
	Lang string // the language of the page, a BCP 47 tag

	site  *Site
	words func(string) (string, bool)
	token string // that a POST was admitted by
}

type visitKey struct{}

// visit is that of a request, in English until its language is known: to find that out is the application's, and may panic.
func (s *Site) visit(r *http.Request) *Visit {
	v := &Visit{site: s}
	v.Lang, v.words = english()
	v.Request = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
	return v
}

// visitOf is the visit of a request that came through ServeHTTP, with what the mux found in its path.
func visitOf(r *http.Request) *Visit {
	v, _ := r.Context().Value(visitKey{}).(*Visit)
	v.Request = r
	return v
}

// Field is a field of the form of a POST, or of the query of a GET: valid UTF-8, with plain line ends and without NUL.
func (v *Visit) Field(name string) string { return clean(v.values().Get(name)) }

// Fields are all values of a field that may be there several times, such as ticked boxes.
func (v *Visit) Fields(name string) []string {
	values := v.values()[name]
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = clean(value)
	}
	return all
}

// values are the form's on a POST, and never the address's, which others may have written.
func (v *Visit) values() url.Values {
	if v.Method == http.MethodPost {
		return v.PostForm
	}
	return v.URL.Query()
}

func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "")
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// Path is the path within the site, as in "case/1".
func (v *Visit) Path() string { return strings.TrimPrefix(v.URL.Path, "/") }

// Root is what every link of the page begins with: "./" or as many "../" as the page is deep.
func (v *Visit) Root() string {
	if n := strings.Count(v.URL.EscapedPath(), "/") - 1; n > 0 {
		return strings.Repeat("../", n)
	}
	return "./"
}

// Renewed answers a form with data-renew: how long the lease lasts now. The answer holds a fresh token for the form's next post.
func (v *Visit) Renewed(until time.Time) *Page {
	return &Page{json: map[string]any{"token": v.site.Mint(v.Who), "until": until.UTC().Format(time.RFC3339)}}
}

// Scripted says that the page's script made the request, and reads JSON: see [Visit.Renewed].
func (v *Visit) Scripted() bool { return v.Header.Get("Accept") == "application/json" }
