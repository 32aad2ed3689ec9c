package browser_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLoad has many customers at once walk the website, each as fast as it answers. As an exam (make exam-load) it is 200 of them for a
// minute; go test has 20 for two seconds.
func TestLoad(t *testing.T) {
	customers, during := 20, 2*time.Second
	if os.Getenv("FAIRLEAD_EXAM") != "" {
		customers, during = 200, time.Minute
	}
	l := startLender(t, "-db", t.TempDir(), "-debug", "127.0.0.1:"+freePort(t))
	before := l.settled(t)
	t.Logf("before: %v", before)

	w := &walk{until: time.Now().Add(during)}
	var wg sync.WaitGroup
	for i := range customers {
		wg.Go(func() { w.customer(l.url, 1+i*(1000/customers)) })
	}
	var most int
	watching := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-watching:
				return
			case <-time.After(500 * time.Millisecond): // sampling, not waiting for anything
				most = max(most, l.figures(t).rss)
			}
		}
	})
	time.AfterFunc(during, func() { close(watching) })
	wg.Wait()

	slices.Sort(w.took)
	require.NotEmpty(t, w.took)
	t.Logf("%d customers for %v: %d requests, %.0f a second, %d applications; errors: %d", customers, during, len(w.took),
		float64(len(w.took))/during.Seconds(), w.applications, len(w.faults))
	t.Logf("p50 %v, p99 %v, slowest %v", quantile(w.took, .5), quantile(w.took, .99), w.took[len(w.took)-1])
	after := l.settled(t)
	t.Logf("after: %v; resident memory at most %d MB", after, most>>20)
	for i, fault := range w.faults {
		if i < 10 {
			t.Error(fault)
		}
	}
	assert.LessOrEqual(t, after.goroutines, before.goroutines, "goroutines were left")
	assert.LessOrEqual(t, after.files, before.files+2, "descriptors were left") // SQLite may have opened its -wal and -shm since
}

func quantile(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))].Round(time.Microsecond)
}

// walk is what the customers do, and what came of it.
type walk struct {
	until time.Time

	mu           sync.Mutex
	took         []time.Duration
	applications int
	faults       []string
}

// customer acts as an applicant, and then applies and looks at the pages until the time is up.
func (w *walk) customer(base string, row int) {
	c := newClient(base)
	defer c.http.CloseIdleConnections()
	step := func(what string, f func() (answer, error)) answer {
		began := time.Now()
		a, err := f()
		took := time.Since(began)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.took = append(w.took, took)
		if err == nil && a.status != http.StatusOK {
			_, says, _ := strings.Cut(a.body, "<h1")
			err = fmt.Errorf("status %d: %.200s", a.status, says)
		}
		if err != nil {
			w.faults = append(w.faults, fmt.Sprintf("%s: %v", what, err))
		}
		return a
	}
	// Nine in ten agreed when the demo data were loaded; those who did must not be treated as if they had not.
	agreed := row%10 != 0 && row%50 != 7 && row != 123 && row != 13
	step("sign in", func() (answer, error) { return c.actAs(row) })
	for time.Now().Before(w.until) {
		page := step("the form", func() (answer, error) { return c.get("/apply") })
		asked := map[string]string{
			"amount": strconv.Itoa(500 + rand.IntN(9000)), "months": strconv.Itoa(6 + rand.IntN(40)),
			"message": fmt.Sprintf("Please answer to customer%d@example.com.", row),
		}
		got := step("apply", func() (answer, error) { return c.send(page, asked, `name="amount"`) })
		w.mu.Lock()
		w.applications++
		if popular := strings.Contains(got.body, "popular offers"); popular == agreed {
			w.faults = append(w.faults, fmt.Sprintf("applicant %d agreed: %v, and got the popular offers: %v", row, agreed, popular))
		}
		w.mu.Unlock()
		step("tour", func() (answer, error) { return c.get("/") })
	}
}

// figures are what a process takes of the machine.
type figures struct{ goroutines, files, rss int }

func (f figures) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d MB resident", f.goroutines, f.files, f.rss>>20)
}

var goroutineTotal = regexp.MustCompile(`goroutine profile: total (\d+)`)

// It is also asked from a goroutine of its own, where a test may not be ended.
func (l *lender) figures(t testing.TB) (f figures) {
	dir := filepath.Join("/proc", strconv.Itoa(l.cmd.Process.Pid))
	files, err := os.ReadDir(filepath.Join(dir, "fd"))
	assert.NoError(t, err) //nolint:testifylint // see above
	f.files = len(files)
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	assert.NoError(t, err) //nolint:testifylint // see above
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(after)[0])
	assert.NoError(t, err) //nolint:testifylint // see above
	f.rss = kb << 10

	debug := ""
	for i, arg := range l.cmd.Args {
		if arg == "-debug" {
			debug = l.cmd.Args[i+1]
		}
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + debug + "/debug/pprof/goroutine?debug=1")
	if !assert.NoError(t, err) { //nolint:testifylint // see above
		return f
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	assert.NoError(t, err) //nolint:testifylint // see above
	if m := goroutineTotal.FindSubmatch(text); assert.NotNil(t, m) {
		f.goroutines, _ = strconv.Atoi(string(m[1]))
	}
	return f
}

// settled is what it takes when nobody uses it: the least of what is seen until it does not become less for three seconds.
func (l *lender) settled(t testing.TB) figures {
	least := l.figures(t)
	for same := 0; same < 6; same++ {
		time.Sleep(500 * time.Millisecond) // between two looks
		f := l.figures(t)
		if f.goroutines < least.goroutines || f.files < least.files {
			same = 0
		}
		least = figures{min(least.goroutines, f.goroutines), min(least.files, f.files), f.rss}
	}
	return least
}
