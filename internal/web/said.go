package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// What a page says after a form was done travels in the address, because the page is another request and nothing is kept between the
// two. Anybody can write an address, and a page that says "Approved" because of a link in a mail tells an untruth under the
// site's name. So the redirect adds a proof to the name of the saying, which only this site can make: whom it is for, on which
// page, and when it was said.

const (
	saidField = "said"
	saidFor   = 5 * time.Minute // a notice is news: the link in a browser's history says nothing
	proofSize = 4 + 12          // when, in seconds, and the start of a MAC
)

// proof is what makes a saying one of ours.
func (s *Site) proof(who, page, saying string, when uint32) []byte {
	h := hmac.New(sha256.New, s.tokens.key)
	h.Write([]byte("fairlead/web/said/1\x00" + s.o.Name + "\x00")) // the name of a package holds no NUL
	for _, part := range []string{who, page, saying} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part))) // to a hash: never fails
		h.Write([]byte(part))
	}
	_ = binary.Write(h, binary.BigEndian, when)
	return h.Sum(binary.BigEndian.AppendUint32(nil, when))[:proofSize]
}

// sealed is an address within the site with the proof of what its page is to say to who.
func (s *Site) sealed(who, to string) string {
	address, fragment, marked := strings.Cut(to, "#")
	page, query, _ := strings.Cut(address, "?")
	fields := strings.Split(query, "&")
	for i, field := range fields {
		saying, ok := strings.CutPrefix(field, saidField+"=")
		if !ok || s.o.Sayings[saying] == "" {
			continue
		}
		path, err := url.PathUnescape("/" + page)
		if err != nil {
			return to // the page will say nothing, and be shown all the same
		}
		now := uint32(time.Now().Unix()) //nolint:gosec // until 2106
		fields[i] = field + "." + base64.RawURLEncoding.EncodeToString(s.proof(who, path, saying, now))
		to = page + "?" + strings.Join(fields, "&")
		if marked {
			to += "#" + fragment
		}
		return to
	}
	return to
}

// Said is what the page says after a redirect: only what Options.Sayings knows, and only if this site sent who reads it here, just now.
func (v *View) Said() string {
	if v.Method != http.MethodGet && v.Method != http.MethodHead {
		return ""
	}
	saying, text, _ := strings.Cut(v.URL.Query().Get(saidField), ".")
	given, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(given) != proofSize {
		return ""
	}
	when := binary.BigEndian.Uint32(given)
	if !hmac.Equal(given, v.site.proof(v.Who, v.URL.Path, saying, when)) {
		return ""
	}
	// A little of the future is another replica's clock.
	if age := time.Since(time.Unix(int64(when), 0)); age > saidFor || age < -time.Minute {
		return ""
	}
	if said, ok := v.site.o.Sayings[saying]; ok {
		return v.T(said)
	}
	return ""
}
