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
	if _, changed := w.hideAs(readable(req.URL), h); changed {
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
			if strings.IndexByte(v, ':') > 0 {
				if u, err := url.Parse(v); err == nil && u.IsAbs() && u.User == nil {
					v = readable(u) // where a redirect came from; the name of a host is nobody's
				}
			}
			if _, changed := w.hideAs(v, h); changed {
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
	for _, end := range [...]string{"key", "token", "secret", "authorization", "signature", "cookie"} {
		if n := len(name) - len(end); n >= 0 && strings.EqualFold(name[n:], end) {
			return true
		}
	}
	return false
}

// readable is what of a URL is text: the path, and the query without its escapes.
func readable(u *url.URL) string {
	if u.RawQuery == "" && u.Opaque == "" {
		return u.Path
	}
	var b strings.Builder
	b.WriteString(u.Path + u.Opaque)
	// Not url.ParseQuery, which leaves out what it cannot read; it is sent all the same.
	for part := range strings.FieldsFuncSeq(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		key, v, _ := strings.Cut(part, "=")
		key, v = unescaped(strings.ReplaceAll(key, "+", " ")), unescaped(strings.ReplaceAll(v, "+", " "))
		if !opens(key) || !encoded(v) {
			b.WriteString("\n" + key + "\n" + v)
		}
	}
	return b.String()
}

// whyNotAsked says of a way of asking whose answer could not be shown what to do instead; "" of others.
func whyNotAsked(u *url.URL) string {
	if strings.HasSuffix(u.Path, ":streamGenerateContent") && u.Query().Get("alt") != "sse" {
		return "this stream comes as one long list, in which a placeholder cut in two cannot be turned back: ask with ?alt=sse"
	}
	return ""
}
