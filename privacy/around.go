package privacy

import (
	"net/http"
	"net/url"
	"strings"
)

// around looks at what of a request is not its body, where nothing can be hidden: a value there that would have to be makes the
// request one that cannot be sent. It says why.
func (w *wire) around(req *http.Request) string {
	h := how{ours: w.signed != ""}
	if _, changed := w.s.hide(readable(req.URL), h); changed {
		return "the URL holds personal data: send it in the body, where it can be hidden"
	}
	for name, values := range req.Header {
		for _, v := range values {
			if opens(name) && !strings.ContainsAny(v, "@ ") || len(v) < shortestValue {
				continue
			}
			if scheme, _, ok := strings.Cut(v, " "); ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic") || strings.HasPrefix(scheme, "AWS4-")) {
				continue // what lets the request in is meant for the other side
			}
			if u, err := url.Parse(v); err == nil && u.IsAbs() && u.User == nil {
				v = readable(u) // where a redirect came from; the name of a host is nobody's
			}
			if _, changed := w.s.hide(v, h); changed {
				return "a header holds personal data: leave it out, or send it in the body, where it can be hidden"
			}
		}
	}
	return ""
}

// shortestValue is the shortest personal data there can be in a header: a@b.de.
const shortestValue = 6

// opens says whether a header or a parameter of a URL is what lets the request in: the other side's own key or token.
func opens(name string) bool {
	name = strings.ToLower(name)
	for _, end := range []string{"key", "token", "secret", "authorization", "signature", "cookie"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// readable is what of a URL is text: the path, and the query without its escapes.
func readable(u *url.URL) string {
	var b strings.Builder
	b.WriteString(u.Path + u.Opaque)
	for key, values := range u.Query() {
		for _, v := range values {
			if !opens(key) || !encoded(v) {
				b.WriteString("\n" + key + "\n" + v)
			}
		}
	}
	return b.String()
}
