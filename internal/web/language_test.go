package web

import (
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func visitIn(t *testing.T, l Language, accept string) *Visit {
	t.Helper()
	s := newTestSite(t, Options{Language: l})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", accept)
	v := s.visit(r)
	v.Lang, v.words = l.choose(r)
	return v
}

func TestTheLanguageOfARequest(t *testing.T) {
	l := Language{Catalogues: map[string]map[string]string{
		"de":    {"Stop": "Anhalten", "%d days": "%d Tage", "1,234.5": "1.234,5", "November": "November", "%[1]d %[2]s %[3]d": "%[1]d. %[2]s %[3]d"},
		"de-CH": {"1,234.5": "1'234.5"},
		"fr":    {"Stop": "Arrêter"},
	}}
	for accept, want := range map[string][2]string{
		"":                               {"en", "Stop"},
		"de":                             {"de", "Anhalten"},
		"de-AT,en;q=0.5":                 {"de", "Anhalten"},
		"de-CH":                          {"de-CH", "Anhalten"},
		"en-GB,de;q=0.9":                 {"en", "Stop"},
		"it, fr;q=0.7, de;q=0.8":         {"de", "Anhalten"},
		"it;q=1,es":                      {"en", "Stop"},
		"de;q=0, fr":                     {"fr", "Arrêter"},
		"de;q=NaN;;;,,\x00,fr;q=0.1":     {"fr", "Arrêter"},
		"a,b,c,d,e,f,g,h,i,j,k,l,m,n,de": {"en", "Stop"},
	} {
		v := visitIn(t, l, accept)
		assert.Equal(t, want, [2]string{v.Lang, v.T("Stop")}, accept)
	}
	l.Choose = func(*http.Request) string { return "fr" }
	assert.Equal(t, "Arrêter", visitIn(t, l, "de").T("Stop"))
	l.Choose = nil
	v := visitIn(t, l, "de")
	assert.Equal(t, "1.234.567,25", v.Number(1234567.25))
	assert.Equal(t, "2. November 2026", v.Day(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)))
	assert.Equal(t, "3 Tage", v.Span(72*time.Hour))
	assert.Equal(t, "Not in the catalogue", v.T("Not in the catalogue"))
	assert.Equal(t, "1'234'567.25", visitIn(t, l, "de-CH").Number(1234567.25))
}

func TestFigures(t *testing.T) {
	v := visitIn(t, Language{}, "")
	for _, c := range []struct {
		of   any
		want string
	}{
		{0, "0"},
		{999, "999"},
		{1000, "1,000"},
		{-1234567, "−1,234,567"},
		{uint64(math.MaxUint64), "18,446,744,073,709,551,615"},
		{0.5, "0.5"},
		{1.0, "1"},
		{1234.5678, "1,234.568"},
		{-0.0001, "0"},
		{math.NaN(), "–"},
		{math.Inf(-1), "–"},
		{"text", "text"},
		{float32(0.25), "0.25"},
	} {
		assert.Equal(t, c.want, v.Number(c.of), "%v", c.of)
	}
	assert.Equal(t, "12.3\u00a0%", v.Percent(0.1234))
	assert.Equal(t, "–", v.Percent(math.NaN()))
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := visitIn(t, Language{}, "")
		now := time.Now()
		for _, c := range []struct {
			d    time.Duration
			want string
		}{
			{0, "now"}, {time.Second, "1 second ago"}, {90 * time.Second, "2 minutes ago"}, {89 * time.Second, "1 minute ago"}, {-time.Hour, "in 1 hour"}, {-49 * time.Hour, "in 2 days"},
		} {
			assert.Contains(t, string(v.Ago(now.Add(-c.d))), ">"+c.want+"</time>")
		}
		assert.Equal(t, "–", string(v.Time(time.Time{})))
		assert.Contains(t, string(v.Time(time.Date(2026, 11, 28, 23, 5, 0, 0, time.UTC))), ">28 November 2026, 23:05 UTC</time>")
		assert.Equal(t, "less than a second", v.Span(time.Millisecond))
	})
}
