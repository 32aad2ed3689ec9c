package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

func TestOneCustomerNeverSeesAnothers(t *testing.T) {
	h := open(t, nil)
	hers := h.record(refused("eve")).String()
	his := h.record(refused("bob")).String()
	never := uuid.Must(uuid.NewV7()).String()
	for _, suffix := range []string{"", "/proof.json", "/person"} {
		foreign, unknown := h.get("bob", "decision/"+hers+suffix), h.get("bob", "decision/"+never+suffix)
		assert.Equal(t, http.StatusNotFound, foreign.status)
		assert.Equal(t, unknown, foreign, "what is somebody else's cannot be told from what does not exist")
		for _, odd := range []string{"x", strings.ToUpper(hers), "urn:uuid:" + hers, strings.ReplaceAll(hers, "-", ""), "{" + hers + "}", "%00"} {
			assert.Equal(t, unknown, h.get("bob", "decision/"+odd+suffix), odd)
		}
	}
	for _, action := range []string{"/person", "/words"} {
		foreign := h.post("bob", "decision/"+hers+action, h.token("bob", "decision/"+his+"/person"), url.Values{"words": {"x"}})
		unknown := h.post("bob", "decision/"+never+action, h.token("bob", "decision/"+his+"/person"), url.Values{"words": {"x"}})
		assert.Equal(t, http.StatusNotFound, foreign.status)
		assert.Equal(t, unknown, foreign)
	}
	assert.Empty(t, h.asked)
	assert.Zero(t, h.reveals)
	for _, path := range []string{"", "data", "take/report.json", "take/report.md", "take/report.html", "forget"} {
		a := h.get("bob", path)
		assert.Equal(t, http.StatusOK, a.status, path)
		assert.NotContains(t, a.body, hers, path)
		assert.NotContains(t, a.body, `"eve"`, path)
	}
	assert.Contains(t, h.get("nobody-known", "").body, "No decisions about you are recorded.")
}

func TestAGetChangesNothing(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	before := h.size()
	for _, path := range addresses(id) {
		for _, query := range []string{"", "?sure=yes&words=x&token=" + h.token("eve", "forget")} {
			if !strings.Contains(path, "?") {
				h.get("eve", path+query)
			}
		}
	}
	assert.Equal(t, before, h.size(), "the log is as it was")
	assert.Empty(t, h.asked)
	assert.Zero(t, h.reveals)
	assert.Equal(t, http.StatusMethodNotAllowed, h.get("eve", "decision/"+id+"/words").status)
}

func TestAPostIsOurOwnFormSentOnce(t *testing.T) {
	h := open(t, nil)
	id := h.record(refused("eve")).String()
	path := "decision/" + id + "/person"
	for name, change := range map[string]func(*http.Request, url.Values){
		"no token":          func(_ *http.Request, form url.Values) { form.Del("token") },
		"nonsense":          func(_ *http.Request, form url.Values) { form.Set("token", "AAAA") },
		"somebody else's":   func(_ *http.Request, form url.Values) { form.Set("token", h.token("bob", "forget")) },
		"from another site": func(r *http.Request, _ url.Values) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"from a sibling":    func(r *http.Request, _ url.Values) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"another origin": func(r *http.Request, _ url.Values) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "https://evil.example")
		},
		"JSON": func(r *http.Request, _ url.Values) { r.Header.Set("Content-Type", "application/json") },
	} {
		h.record(refused("bob"))
		form := url.Values{"words": {"x"}, "sure": {"yes"}}
		for _, at := range []string{path, "decision/" + id + "/words", "forget"} {
			r := httptest.NewRequest(http.MethodPost, "https://bank.example/"+at, nil)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-User", "eve")
			form.Set("token", h.token("eve", path))
			change(r, form)
			r.Body = http.NoBody
			if encoded := form.Encode(); encoded != "" {
				again := httptest.NewRequest(http.MethodPost, r.URL.String(), strings.NewReader(encoded))
				again.Header = r.Header
				r = again
			}
			a := h.do(r)
			assert.GreaterOrEqual(t, a.status, 400, name+" "+at)
		}
	}
	assert.Empty(t, h.asked)
	assert.Zero(t, h.reveals)
	assert.Equal(t, http.StatusOK, h.get("eve", "decision/"+id).status, "nobody was erased")

	token := h.token("eve", path)
	assert.Equal(t, http.StatusSeeOther, h.post("eve", path, token, nil).status)
	assert.Equal(t, http.StatusConflict, h.post("eve", path, token, nil).status, "sent again")
	assert.Len(t, h.asked, 1)
}

func TestManyReadersAtOnce(t *testing.T) {
	h := open(t, func(_ *house, o *portal.Options) {
		o.Appeal = func(context.Context, string, transparency.Record, string) error { return nil }
	})
	var wg sync.WaitGroup
	for i := range 8 {
		who := fmt.Sprintf("c-%d", i)
		id := h.record(refused(who)).String()
		path := "decision/" + id + "/person"
		token := h.token(who, path)
		wg.Go(func() {
			assert.Equal(t, http.StatusSeeOther, h.post(who, path, token, nil).status)
			for _, p := range []string{"", "data", "decision/" + id, "take/report.json"} {
				a := h.get(who, p)
				assert.Equal(t, http.StatusOK, a.status)
				if p == "take/report.json" {
					assert.Contains(t, a.body, who)
				}
			}
		})
	}
	wg.Wait()
}
