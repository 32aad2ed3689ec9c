package ledger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

const exportHead = "fairlead ledger export 1\n"

func exported(t *testing.T, n int) (export []byte, key string) {
	t.Helper()
	l := ledger.Memory(nil)
	for range n {
		add(t, l, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "anna", Public: []byte("tea")})
	}
	var out bytes.Buffer
	require.NoError(t, l.Export(t.Context(), &out))
	return out.Bytes(), l.PublicKey()
}

// TestExportCutAnywhere: an export that ends early, or goes on, proves nothing, and its report does not read as if it did.
func TestExportCutAnywhere(t *testing.T) {
	export, key := exported(t, 3)
	for n := range export {
		report, err := ledger.VerifyExport(bytes.NewReader(export[:n]), key)
		if n < len(exportHead) {
			require.ErrorIs(t, err, ledger.ErrInvalid, "cut at %d", n)
			continue
		}
		require.ErrorIs(t, err, ledger.ErrTampered, "cut at %d", n)
		assert.Contains(t, report.String(), "TAMPERED", "cut at %d", n)
	}
	for _, more := range []string{"x", "\x00", string(export)} {
		_, err := ledger.VerifyExport(strings.NewReader(string(export)+more), key)
		require.ErrorIs(t, err, ledger.ErrTampered)
	}
}

func TestHostileExports(t *testing.T) {
	export, key := exported(t, 1)
	_, otherKey := exported(t, 1)
	end := append([]byte{'Z', 8}, binary.BigEndian.AppendUint64(nil, 0)...)
	broken := errors.New("canary: the disk")
	for name, c := range map[string]struct {
		in   io.Reader
		key  string
		want error
	}{
		"nil":                       {nil, key, ledger.ErrInvalid},
		"empty":                     {strings.NewReader(""), key, ledger.ErrInvalid},
		"another file":              {strings.NewReader(strings.Repeat("{}", 1000)), key, ledger.ErrInvalid},
		"no key":                    {bytes.NewReader(export), "", ledger.ErrInvalid},
		"nothing and no key":        {bytes.NewReader(append([]byte(exportHead), end...)), "nonsense", ledger.ErrInvalid},
		"nothing signed":            {bytes.NewReader(append([]byte(exportHead), end...)), key, ledger.ErrTampered},
		"another log's key":         {bytes.NewReader(export), otherKey, ledger.ErrTampered},
		"a length of 2 GiB":         {strings.NewReader(exportHead + "E\xff\xff\xff\xff\x07"), key, ledger.ErrTampered},
		"a length of 256 MiB":       {strings.NewReader(exportHead + "E\xff\xff\xff\x7f"), key, ledger.ErrTampered},
		"a longer length":           {strings.NewReader(exportHead + "E\x80\x00"), key, ledger.ErrTampered},
		"an empty entry":            {strings.NewReader(exportHead + "E\x00"), key, ledger.ErrTampered},
		"an unknown record":         {strings.NewReader(exportHead + "Q\x01x"), key, ledger.ErrTampered},
		"a note without a text":     {strings.NewReader(exportHead + "C\x00" + string(end)), key, ledger.ErrTampered},
		"endless notes":             {io.LimitReader(io.MultiReader(strings.NewReader(exportHead), &endless{text: "C\x01x"}), 1<<20), key, ledger.ErrTampered},
		"a disk that fails":         {io.MultiReader(bytes.NewReader(export[:len(export)-3]), iotest.ErrReader(broken)), key, ledger.ErrUnavailable},
		"a disk that fails late":    {io.MultiReader(bytes.NewReader(export), iotest.ErrReader(broken)), key, ledger.ErrUnavailable},
		"a disk that fails at once": {iotest.ErrReader(broken), key, ledger.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := ledger.VerifyExport(c.in, c.key)
			require.ErrorIs(t, err, c.want)
			assert.NotContains(t, err.Error(), "canary")
			assert.LessOrEqual(t, len(report.Findings), 100)
		})
	}
	_, err := ledger.VerifyExport(iotest.OneByteReader(bytes.NewReader(export)), key)
	require.NoError(t, err, "a slow reader")
}

type endless struct {
	text string
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.text[e.at%len(e.text)]
		e.at++
	}
	return len(b), nil
}
