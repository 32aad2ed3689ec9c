package privacy_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

func TestJSONHoldsNoValue(t *testing.T) {
	e := privacy.Entry{Name: "EMAIL_ADDRESS_1", Kind: "EMAIL_ADDRESS", Value: mail}
	v := privacy.Value{Text: mail, Kind: "EMAIL_ADDRESS"}
	holder := struct {
		Entries []privacy.Entry
		At      map[string]*privacy.Entry
		Values  []privacy.Value
	}{[]privacy.Entry{e}, map[string]*privacy.Entry{"x": &e}, []privacy.Value{v}}
	for _, x := range []any{e, &e, v, &v, holder, &holder, []any{e, v}} {
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "x", x)
		slog.New(slog.NewTextHandler(&out, nil)).Info("m", "x", x)
		assert.NotContains(t, out.String(), mail)
		assert.Contains(t, out.String(), "EMAIL_ADDRESS")
	}
}

func TestStoredEntryKeepsTheValue(t *testing.T) {
	e := privacy.Entry{Name: "EMAIL_ADDRESS_1", Kind: "EMAIL_ADDRESS", Value: "\xff" + mail}
	b, err := json.Marshal(e.Stored())
	require.NoError(t, err)
	var back privacy.StoredEntry
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, e, back.Entry())

	b, err = json.Marshal(e)
	require.NoError(t, err)
	var lost privacy.Entry
	require.ErrorContains(t, json.Unmarshal(b, &lost), "Entry.Stored", "a vault that stores the redacted form learns so")
}
