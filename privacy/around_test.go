package privacy_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

// TestAroundTheBody refuses personal data where nothing can be hidden, and lets through what SDKs send there.
func TestAroundTheBody(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	ask := words(`{"input":"M"}`)
	for name, c := range map[string]struct {
		edit func(*http.Request)
		text string // of the refusal; "": it is sent
	}{
		"address in a header":    {set("X-User", "Inês <"+mail+">"), "a header holds personal data"},
		"address in a key":       {set("X-Api-Key", mail), "a header holds personal data"},
		"address in a referer":   {set("Referer", "https://shop.example.org/?user=ines.rocha%40example.org"), "a header holds personal data"},
		"user of a referer":      {set("Referer", "https://ines.rocha@example.org/"), "a header holds personal data"},
		"mailto":                 {set("From", "mailto:"+mail), "a header holds personal data"},
		"trailer":                {func(r *http.Request) { r.Trailer = http.Header{"X-User": {mail}} }, "trailers"},
		"encoded twice":          {func(r *http.Request) { r.Header["Content-Encoding"] = []string{"identity", "gzip"} }, "Content-Encoding"},
		"address in the query":   {func(r *http.Request) { r.URL.RawQuery = url.Values{"key": {mail}}.Encode() }, "the URL holds personal data"},
		"address as a query key": {func(r *http.Request) { r.URL.RawQuery = url.Values{mail: {"1"}}.Encode() }, "the URL holds personal data"},
		"opaque":                 {func(r *http.Request) { r.URL.Opaque = "//x/" + mail + "/v1/responses" }, "the URL holds personal data"},
		"bearer":                 {set("Authorization", "Bearer sk-proj-"+strings.Repeat("aB3", 16)), ""},
		"basic":                  {set("Authorization", "Basic dXNlcjpwYXNzd29yZA=="), ""},
		"key":                    {set("X-Goog-Api-Key", "AIza"+strings.Repeat("Sy0", 11)+"ab"), ""},
		"key in the URL":         {func(r *http.Request) { r.URL.RawQuery = "key=AIza" + strings.Repeat("Sy0", 11) + "ab" }, ""},
		"agent":                  {set("User-Agent", "OpenAI/Go 3.96.0"), ""},
		"trace":                  {set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ""},
		"referer":                {set("Referer", "http://127.0.0.1:8080/v1/responses"), ""},
		"version":                {set("Anthropic-Version", "2023-06-01"), ""},
		"length":                 {set("X-Stainless-Timeout", "600"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			req := post(t, "/v1/responses", ask)
			c.edit(req)
			if c.text != "" {
				f := &far{answer: "{}"}
				refuses(t, &privacy.Redactor{}, f, req, c.text)
				assert.Empty(t, f.got)
				return
			}
			f := &far{answer: "{}"}
			res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Len(t, f.got, 1)
		})
	}
}

// TestTransportsThatMisbehave: an answer that is none is an error, and the page of a redirect is nobody's answer.
func TestTransportsThatMisbehave(t *testing.T) {
	nothing := roundTrip(func(*http.Request) (*http.Response, error) { return nil, nil })
	_, err := privacy.Transport(nothing, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", words(`{"input":"M"}`))) //nolint:bodyclose // there is none
	require.Error(t, err)
	f := &far{kind: "text/html", status: http.StatusFound, answer: "<a href=/x>moved</a>"}
	res, err := privacy.Transport(f, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", words(`{"input":"M"}`)))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusFound, res.StatusCode)
	bare := roundTrip(func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: http.StatusOK}, nil })
	res, err = privacy.Transport(bare, &privacy.Redactor{}, nil).RoundTrip(post(t, "/v1/responses", words(`{"input":"M"}`))) //nolint:bodyclose // there is none
	require.NoError(t, err)
	assert.Nil(t, res.Body)
}
