package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
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
	require.NoError(t, check(&out, good, key, nil))
	assert.Contains(t, out.String(), "Not proved")
	out.Reset()
	require.NoError(t, check(&out, good, log.PublicKey(), []string{file("kept", kept)}))
	assert.Contains(t, out.String(), "not even its owner")
	bad := file("bad", bytes.Replace(export.Bytes(), []byte("shop.ordered"), []byte("shop.0rdered"), 1))
	out.Reset()
	require.ErrorIs(t, check(&out, bad, key, nil), ledger.ErrTampered)
	assert.Contains(t, out.String(), "TAMPERED")
	require.Error(t, check(&out, filepath.Join(dir, "nothing"), key, nil))
	require.Error(t, check(&out, good, "nonsense", nil))
	require.Error(t, check(&out, good, key, []string{filepath.Join(dir, "nothing")}))
}

func TestShow(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, show(&out))
	assert.Contains(t, out.String(), "TAMPERED")
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
	huge := filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(huge, nil, 0o600))
	require.NoError(t, os.Truncate(huge, 1<<40)) // takes no place
	for name, c := range map[string]struct {
		args []string
		code int
		out  string // in what it prints
		says string // in what it says about problems
	}{
		"good":                {[]string{good, key}, 0, "1 entries", ""},
		"demo":                {[]string{"-demo"}, 0, "TAMPERED", ""},
		"nothing":             {nil, 2, "", "usage"},
		"no key":              {[]string{good}, 2, "", "usage"},
		"demo and a file":     {[]string{"-demo", good, key}, 2, "", "usage"},
		"an unknown flag":     {[]string{"-force", good, key}, 2, "", "force"},
		"help":                {[]string{"-h"}, 0, "", "usage"},
		"a directory":         {[]string{dir, key}, 1, "", "cannot be read"},
		"the key as a file":   {[]string{good, dir}, 1, "", "directory"},
		"no export":           {[]string{file("x", []byte("hello")), key}, 1, "", "not an export"},
		"a huge file":         {[]string{huge, key}, 1, "", "not an export"},
		"a huge key":          {[]string{good, huge}, 1, "", "larger"},
		"a huge checkpoint":   {[]string{good, key, huge}, 1, "", "larger"},
		"swapped":             {[]string{key, good}, 1, "", "no such file"},
		"no checkpoint":       {[]string{good, key, file("y", nil)}, 1, "", "signature"},
		"cut off":             {[]string{file("cut", export.Bytes()[:export.Len()-9]), key}, 1, "TAMPERED", "cut off"},
		"an endless good one": {[]string{file("long", append(export.Bytes(), make([]byte, 1<<20)...)), key}, 1, "TAMPERED", "follows"},
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
