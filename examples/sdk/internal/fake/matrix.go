package fake

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/privacy"
)

// Call asks the server at base through an SDK with a client, and gives what the application was shown.
type Call func(ctx context.Context, client *http.Client, base string) (shown string, err error)

// Row is one SDK in the matrix. A cell of the row that an SDK has no use for says why in Without.
type Row struct {
	Module     string // as in go.mod
	Hook       string // where the guard sits
	Plain      Call
	Stream     Call
	Tool       Call // shows the arguments of a tool call as JSON
	Embeddings Call
	Unknown    Call // asks for something that cannot be inspected
	Without    map[string]string
	Redirect   string // why a redirect fails: it is tried, must fail and must not leak. Default: it works.
	Options    *privacy.TransportOptions
	Setup      func(*Server) // what else the server answers. Default: nothing.
	// Client makes the guarded client. Default: one with privacy.Transport.
	Client func(*privacy.Redactor, *privacy.TransportOptions, http.RoundTripper) *http.Client
}

// Columns are the cells of a row.
var Columns = []string{"plain", "stream", "tool call", "embeddings", "retry after 500", "redirect", "not inspected"}

// Test runs every cell and prints the row.
func (row Row) Test(t *testing.T) {
	if row.Client == nil {
		row.Client = func(r *privacy.Redactor, o *privacy.TransportOptions, base http.RoundTripper) *http.Client {
			return &http.Client{Transport: privacy.Transport(base, r, o)}
		}
	}
	cells := []string{row.Module + " " + Version(t, row.Module), row.Hook}
	for i, run := range []func(*testing.T) string{row.plain, row.stream, row.tool, row.embed, row.retry, row.redirect, row.unknown} {
		name := Columns[i]
		cell := row.Without[name]
		if cell == "" {
			t.Run(name, func(t *testing.T) { cell = run(t) })
		}
		cells = append(cells, cell)
	}
	Line(t, cells...)
}

// Line prints a row of the matrix, and fails if the README's table says anything else.
func Line(t *testing.T, cells ...string) {
	t.Helper()
	line := "| " + strings.Join(cells, " | ") + " |"
	fmt.Println(line)
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), line, "the README's table differs")
}

func (row Row) server(t *testing.T) *Server {
	t.Helper()
	s := Start()
	t.Cleanup(s.Close)
	if row.Setup != nil {
		row.Setup(s)
	}
	return s
}

// whole makes one cell's call to a server of its own.
func (row Row) whole(t *testing.T, call Call, prefix, want string, o *privacy.TransportOptions) *Server {
	t.Helper()
	s := row.server(t)
	shown, err := call(t.Context(), row.Client(&privacy.Redactor{}, o, nil), s.URL+prefix)
	require.NoError(t, err)
	assert.Equal(t, want, shown)
	assert.False(t, s.Leaked(), "the server saw the canary")
	assert.Contains(t, strings.Join(s.Seen(), "\n"), "<EMAIL_ADDRESS_1>", "the question arrived")
	return s
}

func (row Row) plain(t *testing.T) string {
	row.whole(t, row.Plain, "", Shown, row.Options)
	return "ok"
}

func (row Row) stream(t *testing.T) string {
	row.whole(t, row.Stream, "", Shown, row.Options)
	return "ok"
}

// tool asks twice: a tool gets placeholders, and the real words only if that was said.
func (row Row) tool(t *testing.T) string {
	row.whole(t, row.Tool, "", `{"to":"<EMAIL_ADDRESS_1>"}`, row.Options)
	o := privacy.TransportOptions{RestoreTools: true}
	if row.Options != nil {
		o.Paths = row.Options.Paths
	}
	row.whole(t, row.Tool, "", `{"to":"`+Canary+`"}`, &o)
	return "ok"
}

func (row Row) embed(t *testing.T) string {
	row.whole(t, row.Embeddings, "", "[0.5 0.25]", row.Options)
	return "ok"
}

func (row Row) retry(t *testing.T) string {
	s := row.server(t)
	client := row.Client(&privacy.Redactor{}, row.Options, nil)
	by := "ok"
	shown, err := row.Plain(t.Context(), client, s.URL+"/fail")
	if err != nil { // this SDK leaves it to its caller
		assert.NotContains(t, fmt.Sprintf("%+v", err), Canary)
		by = "ok, by the caller"
		shown, err = row.Plain(t.Context(), client, s.URL+"/fail")
	}
	require.NoError(t, err)
	assert.Equal(t, Shown, shown)
	assert.Greater(t, len(s.Seen()), 1)
	assert.False(t, s.Leaked(), "the server saw the canary")
	return by
}

func (row Row) redirect(t *testing.T) string {
	if row.Redirect != "" {
		s := row.server(t)
		_, err := row.Plain(t.Context(), row.Client(&privacy.Redactor{}, row.Options, nil), s.URL+"/moved")
		require.Error(t, err)
		assert.False(t, s.Leaked(), "the server saw the canary")
		assert.NotContains(t, fmt.Sprintf("%+v", err), Canary)
		return row.Redirect
	}
	s := row.whole(t, row.Plain, "/moved", Shown, row.Options)
	hops := 0
	for _, seen := range s.Seen() {
		if strings.HasPrefix(seen, "POST ") && strings.Contains(seen, "<EMAIL_ADDRESS_1>") {
			hops++
		}
	}
	assert.Equal(t, 2, hops, "both hops got the hidden body")
	return "ok"
}

// unknown is refused: nothing is sent, and no SDK tries again.
func (row Row) unknown(t *testing.T) string {
	s := row.server(t)
	var attempts counter
	attempts.base = row.Client(&privacy.Redactor{}, row.Options, nil).Transport
	ctx, trail := fairlead.Track(t.Context())
	_, err := row.Unknown(ctx, &http.Client{Transport: &attempts}, s.URL)
	require.Error(t, err)
	require.ErrorIs(t, trail.Err(), privacy.ErrRefused)
	assert.Empty(t, s.Seen())
	assert.NotEmpty(t, attempts.by)
	for _, n := range attempts.by {
		assert.Equal(t, 1, n, "an SDK tried again")
	}
	return "refused, 1 attempt"
}

// counter counts how often the same body was sent.
type counter struct {
	base http.RoundTripper
	mu   sync.Mutex
	by   map[string]int
}

func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.GetBody != nil {
		r, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		body = string(b)
	}
	c.mu.Lock()
	if c.by == nil {
		c.by = make(map[string]int)
	}
	c.by[req.URL.Path+body]++
	c.mu.Unlock()
	return c.base.RoundTrip(req)
}

// Version is a module's version in the go.mod that rules the package, or in the one that GOFLAGS names in its place.
func Version(t *testing.T, module string) string {
	t.Helper()
	file := "go.mod"
	if _, other, ok := strings.Cut(os.Getenv("GOFLAGS"), "-modfile="); ok {
		file, _, _ = strings.Cut(other, " ")
	}
	mod, err := os.ReadFile(file)
	if err != nil {
		mod, err = os.ReadFile("../" + file)
	}
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^\s*(?:require )?` + regexp.QuoteMeta(module) + ` (v\S+)`).FindSubmatch(mod)
	require.NotNil(t, found, "%s is not in go.mod", module)
	return string(found[1])
}
