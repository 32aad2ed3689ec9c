package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

func TestOneClearLineForWhatIsWrong(t *testing.T) {
	dir := func(files map[string]string) string {
		d := t.TempDir()
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(d, name), []byte(text), 0o600))
		}
		return d
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	used := t.TempDir()
	require.NoError(t, serveOnce(t, "-db", used))
	require.NoError(t, os.WriteFile(filepath.Join(used, "secret"), []byte(strings.Repeat("ab", 32)), 0o600))
	file := filepath.Join(dir(map[string]string{"file": "x"}), "file")
	for says, args := range map[string][]string{
		"-h lists the flags":             {"-fast"},
		"takes no arguments":             {"now"},
		"address already in use":         {"-addr", taken.Addr().String()},
		"-traces is off, stdout or otlp": {"-traces", "here"},
		"give one of them":               {"-db", "a", "-postgres", "b"},
		"-postgres wants -secret":        {"-postgres", "postgres://127.0.0.1/x"},
		"-demo takes 0 to 1000":          {"-demo", "1001"},
		"file is not a database":         {"-db", dir(map[string]string{"lender.db": strings.Repeat("no database", 1000)})},
		"not a directory":                {"-db", filepath.Join(file, "x")},
		"holds another secret":           {"-db", used},
		"does not hold a secret":         {"-db", dir(map[string]string{"secret": "hunter2"})},
		"PostgreSQL cannot be used":      {"-postgres", "postgres://" + nobody.Addr().String() + "/x", "-secret", filepath.Join(t.TempDir(), "s")},
		"Blind":                          {"-blind", "1.5", "-demo", "0"},
		"-debug: ":                       {"-debug", taken.Addr().String()},
	} {
		if args[0] != "-addr" {
			args = append([]string{"-addr", "127.0.0.1:0"}, args...)
		}
		err := run(t.Context(), args, io.Discard, io.Discard)
		require.ErrorContains(t, err, says)
		assert.NotContains(t, line(err), "\n", says)
		assert.NotContains(t, err.Error(), "ababab", "the secret")
	}
	var help bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &help, io.Discard), flag.ErrHelp)
	for _, name := range []string{"-addr", "-db", "-postgres", "-secret", "-traces", "-undo"} {
		assert.Contains(t, help.String(), name)
	}
}

// serveOnce starts the website, asks for its first page and interrupts it.
func serveOnce(t *testing.T, args ...string) error {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0", "-demo", "20", "-undo", "0s"}, args...), w, io.Discard)
		w.CloseWithError(io.EOF)
		ended <- err
	}()
	line := make([]byte, 4096)
	n, err := out.Read(line)
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	_, after, found := strings.Cut(string(line[:n]), "Open http://")
	require.True(t, found, string(line[:n]))
	host, _, _ := strings.Cut(after, "/")
	resp, err := http.Get("http://" + host + "/")
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	interrupt()
	return <-ended
}

// What is in the directory is there the next time, and nobody is loaded twice.
func TestADirectoryIsKept(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, serveOnce(t, "-db", dir))
	before, err := os.Stat(filepath.Join(dir, "lender.db"))
	require.NoError(t, err)
	require.NoError(t, serveOnce(t, "-db", dir))
	after, err := os.Stat(filepath.Join(dir, "lender.db"))
	require.NoError(t, err)
	assert.Less(t, after.Size(), 2*before.Size())
	secret, err := os.Stat(filepath.Join(dir, "secret"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), secret.Mode().Perm())
}

func TestAnInterruptWhileLoadingEndsInOrder(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var once sync.Once
	progress := writer(func() { once.Do(interrupt) }) // at the first quarter
	require.NoError(t, run(ctx, []string{"-addr", "127.0.0.1:0"}, io.Discard, progress))
}

type writer func()

func (w writer) Write(p []byte) (int, error) { w(); return len(p), nil }

// The spans go to standard output when they are asked for, and hold nothing about anybody.
func TestSpansAreWrittenAndHoldNothingPersonal(t *testing.T) {
	var out bytes.Buffer
	tp, flush, err := tracing(t.Context(), "stdout", &out)
	require.NoError(t, err)
	log := ledger.Memory(nil)
	defer log.Close()
	h, err := build(t.Context(), log, make([]byte, 32), settings{traces: tp})
	require.NoError(t, err)
	require.NoError(t, h.load(t.Context(), 30, func(int, int) {}))
	require.NoError(t, h.close(t.Context()))
	require.NoError(t, flush(t.Context()))
	assert.GreaterOrEqual(t, strings.Count(out.String(), "guard loans"), 29)
	for _, a := range h.applicants[:30] {
		for _, word := range []string{a.Email(), a.Phone(), a.Card(), a.IBAN(), customerID(a.Row)} {
			assert.NotContains(t, out.String(), word)
		}
	}
}
