package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheAssetsAreSmall(t *testing.T) {
	total := len(assets().style.small) + len(assets().script.small)
	t.Logf("stylesheet %d bytes, script %d bytes, gzipped", len(assets().style.small), len(assets().script.small))
	assert.LessOrEqual(t, total, 30<<10)
}

func TestAssetsAreKeptForEverAndHoldNothing(t *testing.T) {
	s := newTestSite(t, Options{})
	for _, a := range []asset{assets().style, assets().script} {
		r := httptest.NewRequest(http.MethodGet, "/"+a.name, nil)
		w := s.do(r)
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, a.plain, w.Body.Bytes())
		assert.Contains(t, w.Header().Get("Cache-Control"), "immutable")
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		r.Header.Set("Accept-Encoding", "br, gzip")
		w = s.do(r)
		assert.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
		assert.Equal(t, a.small, w.Body.Bytes())
	}
}
