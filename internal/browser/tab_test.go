package browser_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what it expects to see.
const patience = 20 * time.Second

//go:embed page.js
var pageScript string

// theBrowser is the one Chromium of all tests, started by the first. Each tab is a browser context of its own: no shared cookies.
var theBrowser = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true))
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	closeBrowser = func() { end(); endAllocator() }
	return ctx, chromedp.Do(ctx)
})

var closeBrowser = func() {}

// required says that these tests may not be skipped.
func required() bool { return os.Getenv("FAIRLEAD_BROWSER") == "required" }

// tab is one person's browser.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string

	noscript bool // the page's script does not run

	mu      sync.Mutex
	faults  []string // what the browser complained about
	allowed []string // and what of it is meant to be
}

// newTab opens a browser for one person. What the browser complains about (a refused script or style, an error in a script, a missing
// file) fails the test at its end.
func newTab(t testing.TB, base string) *tab {
	t.Helper()
	browser, err := theBrowser()
	if err != nil {
		if required() {
			t.Fatal("FAIRLEAD_BROWSER=required, and there is no chromium: ", err)
		}
		t.Skip("no chromium: ", err)
	}
	b := &tab{t: t, base: base}
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	b.ctx = ctx
	t.Cleanup(func() {
		if !t.Failed() {
			b.silent()
		}
		end()
	})
	require.NoError(t, chromedp.Do(ctx))
	_, err = chromedp.Call(ctx, cdplog.Enable, cdp.Empty{})
	require.NoError(t, err)
	_, err = chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `addEventListener('securitypolicyviolation', e => console.error('CSP: ' + e.violatedDirective + ' ' + e.blockedURI))`,
	})
	require.NoError(t, err)
	b.width(1200)
	return b
}

// hear keeps what the browser complains about.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			text := "console:"
			for _, arg := range e.Args {
				text += " " + string(arg.Value)
			}
			b.faults = append(b.faults, text)
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError || e.Entry.Level == cdplog.EntryLevelWarning {
			b.faults = append(b.faults, string(e.Entry.Source)+": "+e.Entry.Text)
		}
	}
}

// allow says that a complaint with this text is what the test is about.
func (b *tab) allow(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, text)
}

func (b *tab) silent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fault := range b.faults {
		meant := false
		for _, text := range b.allowed {
			meant = meant || strings.Contains(fault, text)
		}
		if !meant {
			b.t.Error("the browser complained: ", fault)
		}
	}
}

// within is a context for one step.
func (b *tab) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, patience)
}

// eval evaluates an expression in which $ is page.js.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T]("(($) => "+expression+")("+pageScript+")"))
	require.NoError(b.t, err, expression)
	return v
}

// until waits for an expression to be true.
func (b *tab) until(expression string, why ...any) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ctx, cancel := b.within()
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("(($) => !!("+expression+"))("+pageScript+")"))
		cancel()
		if err == nil && ok { // an error: between two pages
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: still not so: %s (%v) on %s:\n%s", fmt.Sprint(why...), expression, err, b.url(), b.text())
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string has no other form
	}
	return string(text)
}

func (b *tab) url() string  { b.t.Helper(); return eval[string](b, "location.href") }
func (b *tab) text() string { b.t.Helper(); return eval[string](b, "$.body()") }

// sees waits until the page says all of it.
func (b *tab) sees(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		b.until("$.body().toLowerCase().includes("+quote(strings.ToLower(text))+")", "looking for ", quote(text))
	}
}

func (b *tab) doesNotSee(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		require.NotContains(b.t, strings.ToLower(b.text()), strings.ToLower(text))
	}
}

// open goes to a page as somebody does who types its address.
func (b *tab) open(path string) {
	b.t.Helper()
	b.leaving(func() {
		ctx, cancel := b.within()
		defer cancel()
		require.NoError(b.t, chromedp.Do(ctx, chromedp.Navigate(b.base+path)), path)
	})
}

// leaving does what leads to another page, and waits until that is there.
func (b *tab) leaving(do func()) {
	b.t.Helper()
	eval[bool](b, "(window.fairleadOld = true)")
	do()
	b.until("!window.fairleadOld && document.readyState === 'complete'", "waiting for the next page")
}

// click clicks on what has this text, with the mouse, where it is on the screen.
func (b *tab) click(what string) {
	b.t.Helper()
	b.until("$.where("+quote(what)+")", "looking for a control ", quote(what))
	at := eval[struct{ X, Y float64 }](b, "$.where("+quote(what)+")")
	ctx, cancel := b.within()
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)), what)
}

// follow clicks on what leads to another page.
func (b *tab) follow(what string) {
	b.t.Helper()
	b.leaving(func() { b.click(what) })
}

// keys presses keys: letters, kb.Tab, kb.Enter.
func (b *tab) keys(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, chromedp.KeyEvent(keys, options...)))
}

// reach presses Tab until what has this text is focused, and requires that one can see it.
func (b *tab) reach(what string) {
	b.t.Helper()
	for range 250 {
		if eval[bool](b, "$.focused("+quote(what)+")") {
			require.True(b.t, eval[bool](b, "$.ring()"), "%s has the focus, and nobody can see it", what)
			return
		}
		b.keys(kb.Tab)
	}
	b.t.Fatalf("no way to %q with the Tab key on %s:\n%s", what, b.url(), b.text())
}

// press reaches a control by keyboard and presses Enter: it leads to another page.
func (b *tab) press(what string) {
	b.t.Helper()
	b.reach(what)
	b.leaving(func() { b.keys(kb.Enter) })
}

// fill empties a field and types into it.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.click("css=" + selector)
	b.retype(text)
}

// retype replaces what stands in the focused field.
func (b *tab) retype(text string) {
	b.t.Helper()
	eval[bool](b, "(document.activeElement.select(), true)")
	b.keys(kb.Backspace)
	if text != "" {
		b.keys(text)
	}
}

func (b *tab) width(pixels int64) {
	b.t.Helper()
	ctx, cancel := b.within()
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, chromedp.EmulateViewport(pixels, 900)))
}

// dark says what the system's setting is.
func (b *tab) dark(on bool) {
	b.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
	require.NoError(b.t, err)
}

// noScript switches the page's script off.
func (b *tab) noScript() {
	b.t.Helper()
	b.noscript = true
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(b.t, err)
}
