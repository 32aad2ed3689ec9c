package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func TestCheck(t *testing.T) {
	log := ledger.Memory(nil)
	_, err := log.Append(t.Context(), ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-1"})
	require.NoError(t, err)
	kept, err := log.Checkpoint(t.Context())
	require.NoError(t, err)
	var export bytes.Buffer
	require.NoError(t, log.Export(t.Context(), &export))
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, b, 0o600))
		return name
	}
	good, key := file("export", export.Bytes()), file("key", []byte(log.PublicKey()+"\n"))
	var out bytes.Buffer
	require.NoError(t, check(&out, 0, good, key, nil))
	assert.Contains(t, out.String(), "Not proved")
	out.Reset()
	require.NoError(t, check(&out, 0, good, log.PublicKey(), []string{file("kept", kept)}))
	assert.Contains(t, out.String(), "not even its owner")
	bad := file("bad", bytes.Replace(export.Bytes(), []byte("shop.ordered"), []byte("shop.0rdered"), 1))
	out.Reset()
	require.ErrorIs(t, check(&out, 0, bad, key, nil), ledger.ErrTampered)
	assert.Contains(t, out.String(), "TAMPERED")
	require.Error(t, check(&out, 0, filepath.Join(dir, "nothing"), key, nil))
	require.Error(t, check(&out, 0, good, "nonsense", nil))
	require.Error(t, check(&out, 0, good, key, []string{filepath.Join(dir, "nothing")}))
}

func TestShow(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, show(&out))
	assert.Contains(t, out.String(), "TAMPERED")
}

// reportOf is what a person took with them, and the key of the log.
func reportOf(t *testing.T) (js []byte, key string) {
	t.Helper()
	log := ledger.Memory(nil)
	journal, err := transparency.New(t.Context(), log, nil)
	require.NoError(t, err)
	for _, outcome := range []transparency.Outcome{"denied", "allowed"} {
		_, err = journal.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: outcome})
		require.NoError(t, err)
	}
	report, err := journal.Report(t.Context(), "c-1", "en")
	require.NoError(t, err)
	js, err = report.JSON()
	require.NoError(t, err)
	return js, log.PublicKey()
}

// What a hurried auditor types, and what he may be handed.
func TestRun(t *testing.T) {
	log := ledger.Memory(nil)
	_, err := log.Append(t.Context(), ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-1"})
	require.NoError(t, err)
	var export bytes.Buffer
	require.NoError(t, log.Export(t.Context(), &export))
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		name = filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(name, b, 0o600))
		return name
	}
	good, key := file("export", export.Bytes()), log.PublicKey()
	js, reportKey := reportOf(t)
	mine := file("mine", js)
	changed := file("changed", bytes.ReplaceAll(js, []byte(`"outcome":"denied"`), []byte(`"outcome":"allowed"`)))
	forged := file("forged", regexp.MustCompile(`"path":\["....`).ReplaceAll(js, []byte(`"path":["AAAA`)))
	huge := filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(huge, nil, 0o600))
	require.NoError(t, os.Truncate(huge, 1<<40)) // takes no place
	for name, c := range map[string]struct {
		args []string
		code int
		out  string // in what it prints
		says string // in what it says about problems
	}{
		"good":                 {[]string{good, key}, 0, "1 entries", ""},
		"demo":                 {[]string{"-demo"}, 0, "TAMPERED", ""},
		"as many as counted":   {[]string{"-written", "1", good, key}, 0, "as many as the log has", ""},
		"fewer counted":        {[]string{"-written", "0", good, key}, 0, "1 entries", ""},
		"some are missing":     {[]string{"-written", "3", good, key}, 1, "1 entries", "2 entries are missing: telemetry counted 3, the log has 1"},
		"a report":             {[]string{"-report", mine, reportKey}, 0, "names 2 entries", ""},
		"a changed outcome":    {[]string{"-report", changed, reportKey}, 1, "", "at 1: the log has another outcome for it"},
		"a changed proof":      {[]string{"-report", forged, reportKey}, 1, "", "the entry is not in the log that was signed"},
		"a report and a count": {[]string{"-report", "-written", "1", mine, reportKey}, 2, "", "usage"},
		"an export as report":  {[]string{"-report", good, key}, 1, "", "no report"},
		"nothing":              {nil, 2, "", "usage"},
		"no key":               {[]string{good}, 2, "", "usage"},
		"demo and a file":      {[]string{"-demo", good, key}, 2, "", "usage"},
		"an unknown flag":      {[]string{"-force", good, key}, 2, "", "force"},
		"help":                 {[]string{"-h"}, 0, "", "usage"},
		"a directory":          {[]string{dir, key}, 1, "", "cannot be read"},
		"the key as a file":    {[]string{good, dir}, 1, "", "directory"},
		"no export":            {[]string{file("x", []byte("hello")), key}, 1, "", "not an export"},
		"a huge file":          {[]string{huge, key}, 1, "", "not an export"},
		"a huge key":           {[]string{good, huge}, 1, "", "larger"},
		"a huge checkpoint":    {[]string{good, key, huge}, 1, "", "larger"},
		"swapped":              {[]string{key, good}, 1, "", "no such file"},
		"no checkpoint":        {[]string{good, key, file("y", nil)}, 1, "", "signature"},
		"cut off":              {[]string{file("cut", export.Bytes()[:export.Len()-9]), key}, 1, "TAMPERED", "cut off"},
		"an endless good one":  {[]string{file("long", append(export.Bytes(), make([]byte, 1<<20)...)), key}, 1, "TAMPERED", "follows"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, problems bytes.Buffer
			assert.Equal(t, c.code, run(c.args, &out, &problems))
			assert.Contains(t, out.String(), c.out)
			assert.Contains(t, problems.String(), c.says)
			if c.out == "" {
				assert.Empty(t, out.String(), "nothing that reads like a result")
			}
		})
	}
}
