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
