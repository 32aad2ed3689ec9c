package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, progress bytes.Buffer
	require.NoError(t, run(t.Context(), args, &out, &progress))
	return ids.ReplaceAllString(out.String(), "ID")
}

func TestTheTourIsTheSameEveryTimeAndFitsAScreen(t *testing.T) {
	first := output(t)
	assert.Equal(t, first, output(t), "apart from IDs and times")
	assert.Less(t, strings.Count(first, "\n"), 60)
	for _, line := range strings.Split(first, "\n") {
		assert.NotContains(t, line, "NaN")
	}

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(readme), "<!-- quickstart:")
	require.True(t, found)
	_, after, _ = strings.Cut(after, "```\n")
	block, _, _ := strings.Cut(after, "```")
	assert.Contains(t, first, block, "the README shows what the command prints")
}

func TestOneClearLineForWhatIsWrong(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.csv")
	require.NoError(t, os.WriteFile(broken, []byte("id,months\n1,six\n"), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + listener.Addr().String() + "/v1/traces"
	require.NoError(t, listener.Close())
	for says, args := range map[string][]string{
		"-h lists the flags":     {"-fast"},
		"takes no arguments":     {"now"},
		`"months": "six" is not`: {"-data", broken},
		"no such file":           {"-data", filepath.Join(t.TempDir(), "none.csv")},
		"-otlp wants a URL":      {"-otlp", "localhost"},
		"did not take the spans": {"-otlp", nobody},
	} {
		err := run(t.Context(), args, io.Discard, io.Discard)
		require.ErrorContains(t, err, says)
		assert.NotContains(t, err.Error(), "\n", says)
	}
	var help bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &help, io.Discard), flag.ErrHelp)
	for _, name := range []string{"-data", "-trace", "-otlp"} {
		assert.Contains(t, help.String(), name)
	}
}

func TestFilesOfOtherPeople(t *testing.T) {
	all, err := os.ReadFile("../credit/german_credit.csv")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(all)), "\n")
	file := func(rows ...string) string {
		name := filepath.Join(t.TempDir(), "some.csv")
		require.NoError(t, os.WriteFile(name, []byte(strings.Join(append([]string{lines[0]}, rows...), "\n")+"\n"), 0o600))
		return name
	}
	var held string // a row whose score is low
	for _, row := range lines[1:] {
		if text := output(t, "-data", file(row)); strings.Contains(text, "   1 held") {
			held = row
			assert.Contains(t, text, "Nobody got the model's own answer.")
			break
		}
	}
	require.NotEmpty(t, held)
	assert.Contains(t, output(t, "-data", file(held, lines[1])), "typed  My card is", "the first who got an answer")
	assert.Contains(t, output(t, "-data", file(lines[10])), "refused by consent: 1 never agreed")
	text := output(t, "-data", file(lines[1]))
	assert.NotContains(t, text, "refused by consent")
	assert.NotContains(t, text, "NaN")
}

func TestAnInterruptEndsTheRunInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := run(ctx, nil, io.Discard, io.Discard)
	require.Error(t, err)
	require.NotErrorIs(t, err, flag.ErrHelp)
}

func TestSpansReachACollector(t *testing.T) {
	var mu sync.Mutex
	spans := 0
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		var batch collector.ExportTraceServiceRequest
		assert.NoError(t, proto.Unmarshal(body, &batch))
		mu.Lock()
		defer mu.Unlock()
		for _, rs := range batch.GetResourceSpans() {
			for _, ss := range rs.GetScopeSpans() {
				spans += len(ss.GetSpans())
			}
		}
	}))
	defer sink.Close()
	text := output(t, "-otlp", sink.URL+"/v1/traces")
	mu.Lock()
	defer mu.Unlock()
	assert.Contains(t, text, "\nSpans: 1028, one for each guarded call; 0 held anything")
	assert.Equal(t, 1028, spans)

	assert.Equal(t, 1028, strings.Count(output(t, "-trace"), "\nguard offers ")+1)
}
