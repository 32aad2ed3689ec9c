package browser_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

var built string

// binary builds the lender once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "fairlead-browser-")
	if err != nil {
		return "", err
	}
	built = filepath.Join(dir, "lender")
	cmd := exec.Command("go", "build", "-o", built, "./examples/lender")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return built, nil
})

// lender is a running process of examples/lender.
type lender struct {
	t     testing.TB
	url   string // without the slash at the end
	cmd   *exec.Cmd
	errs  *bytes.Buffer
	ended chan error
	once  sync.Once
}

// startLender starts the website on a free port of its own and waits until it serves. It is ended with the test, as by Ctrl-C, and must
// exit with 0 then.
func startLender(t testing.TB, args ...string) *lender {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	l := &lender{t: t, errs: &bytes.Buffer{}, ended: make(chan error, 1)}
	l.cmd = exec.Command(path, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	l.cmd.Stderr = l.errs
	out, err := l.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, l.cmd.Start())
	t.Cleanup(l.stop)
	serves := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, after, ok := strings.Cut(lines.Text(), "Open http://"); ok && l.url == "" {
				host, _, _ := strings.Cut(after, "/")
				serves <- "http://" + host
			}
		}
		l.ended <- l.cmd.Wait()
	}()
	select {
	case l.url = <-serves:
	case err := <-l.ended:
		l.ended <- err
		t.Fatalf("the lender did not start: %v: %s", err, l.errs)
	case <-time.After(time.Minute):
		t.Fatal("the lender does not serve")
	}
	_, err = url.Parse(l.url)
	require.NoError(t, err)
	return l
}

// stop interrupts the process, which has to end in order.
func (l *lender) stop() {
	l.once.Do(func() {
		_ = l.cmd.Process.Signal(syscall.SIGINT) // it may have ended
		select {
		case err := <-l.ended:
			if l.t.Failed() && l.errs.Len() > 0 {
				l.t.Logf("the lender said: %s", l.errs)
			}
			if err != nil {
				l.t.Errorf("the lender ended with %v: %s", err, l.errs)
			}
		case <-time.After(30 * time.Second):
			_ = l.cmd.Process.Kill()
			l.t.Errorf("the lender does not end: %s", l.errs)
		}
	})
}

// freePort is a port of this machine that was free a moment ago.
func freePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port
}
