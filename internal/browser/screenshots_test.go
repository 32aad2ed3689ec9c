package browser_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var screenshots = flag.String("screenshots", "", "write pictures of the pages, for the README, into this `directory`")

// TestScreenshots takes the README's pictures, of the real pages with all the demo data.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("asked for with -screenshots DIR")
	}
	require.NoError(t, os.MkdirAll(*screenshots, 0o755))
	l := startLender(t, "-undo", "1s")
	b := newTab(t, l.url)
	shoot := func(name string, height int64) {
		t.Helper()
		ctx, cancel := b.within()
		defer cancel()
		require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1100, height)))
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		assert.Less(t, len(png), 150_000, name)
		require.NoError(t, os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644)) //nolint:gosec // a picture for everybody
	}
	b.open("/")
	shoot("tour", 760)
	b.open("/customers?from=22")
	b.follow("Act as 22") // a close call
	b.open("/privacy/")
	shoot("choices", 760)
	b.open("/apply")
	b.follow("Ask for the loan")
	shoot("application", 760)
	b.open("/decisions/")
	b.click("css=article h2 a")
	b.sees("What would change it")
	shoot("decision", 900)
	b.open("/staff")
	b.follow("Sign in as reviewer-1")
	b.open("/console/")
	shoot("queue", 700)
	b.follow("2647 DM over 6 months: no loan")
	b.follow("Take this case")
	shoot("case", 860)
	b.open("/console/health")
	shoot("health", 860)
	b.open("/fairness/")
	shoot("fairness", 860)
	b.dark(true)
	b.open("/fairness/")
	shoot("fairness-dark", 860)
}
