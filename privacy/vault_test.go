package privacy_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
)

func entry(n string) privacy.Entry {
	return privacy.Entry{Name: "EMAIL_ADDRESS_" + n, Kind: "EMAIL_ADDRESS", Value: n + "@example.org"}
}

func add(t *testing.T, m *privacy.Memory, id string, at int, e ...privacy.Entry) {
	t.Helper()
	ok, err := m.Append(t.Context(), id, at, e)
	require.NoError(t, err)
	require.True(t, ok)
}

func TestMemoryKeepsAnOrder(t *testing.T) {
	m := &privacy.Memory{}
	got, err := m.Load(t.Context(), "a", 0)
	require.NoError(t, err)
	assert.Empty(t, got)
	add(t, m, "a", 0, entry("1"), entry("2"))
	ok, err := m.Append(t.Context(), "a", 0, []privacy.Entry{entry("3")})
	require.NoError(t, err)
	assert.False(t, ok, "somebody was first")
	got, err = m.Load(t.Context(), "a", 1)
	require.NoError(t, err)
	assert.Equal(t, []privacy.Entry{entry("2")}, got)
	add(t, m, "a", 2, entry("3"))
	for _, from := range []int{4, -1} {
		_, err = m.Load(t.Context(), "a", from)
		require.ErrorIs(t, err, privacy.ErrSessionLost)
	}
	_, err = m.Append(t.Context(), "b", 1, []privacy.Entry{entry("1")})
	require.ErrorIs(t, err, privacy.ErrSessionLost)
	m.Forget("a")
	m.Forget("unknown")
	_, err = m.Load(t.Context(), "a", 1)
	require.ErrorIs(t, err, privacy.ErrSessionLost)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Load(ended, "a", 0)
	require.ErrorIs(t, err, context.Canceled)
	_, err = m.Append(ended, "a", 0, []privacy.Entry{entry("1")})
	require.ErrorIs(t, err, context.Canceled)
}

func TestMemoryForgetsWhatNobodyUses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &privacy.Memory{TTL: time.Hour}
		add(t, m, "used", 0, entry("1"))
		add(t, m, "left", 0, entry("1"))
		time.Sleep(40 * time.Minute)
		_, err := m.Load(t.Context(), "used", 1)
		require.NoError(t, err)
		time.Sleep(40 * time.Minute)
		_, err = m.Load(t.Context(), "used", 1)
		require.NoError(t, err)
		_, err = m.Load(t.Context(), "left", 1)
		require.ErrorIs(t, err, privacy.ErrSessionLost)

		time.Sleep(privacy.DefaultTTL)
		s, err := (&privacy.Redactor{}).Session(t.Context(), m, "used")
		require.NoError(t, err)
		assert.Equal(t, "<EMAIL_ADDRESS_1>", s.Hide(mail))
		time.Sleep(2 * time.Hour)
		assert.Equal(t, mail, s.Show("<EMAIL_ADDRESS_1>"), "what the handle knows it keeps")
		assert.Empty(t, s.Hide(mail2), "what it cannot keep any more it does not give out")
		require.ErrorIs(t, s.Err(), privacy.ErrSessionLost)
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m := &privacy.Memory{Sessions: 2}
	for _, id := range []string{"a", "b"} {
		add(t, m, id, 0, entry("1"))
	}
	_, err := m.Load(t.Context(), "a", 1)
	require.NoError(t, err)
	add(t, m, "c", 0, entry("1"))
	_, err = m.Load(t.Context(), "b", 1)
	require.ErrorIs(t, err, privacy.ErrSessionLost, "the one longest unused had to go")
	_, err = m.Load(t.Context(), "a", 1)
	require.NoError(t, err)

	m = &privacy.Memory{Bytes: 1000}
	big := privacy.Entry{Name: "PERSON_1", Kind: "PERSON", Value: strings.Repeat("x", 700)}
	add(t, m, "a", 0, big)
	add(t, m, "b", 0, big)
	_, err = m.Load(t.Context(), "a", 1)
	require.ErrorIs(t, err, privacy.ErrSessionLost)
	_, err = m.Append(t.Context(), "b", 1, []privacy.Entry{big})
	require.ErrorIs(t, err, privacy.ErrRefused, "one session larger than the vault")
	got, err := m.Load(t.Context(), "b", 0)
	require.NoError(t, err)
	assert.Len(t, got, 1, "all or none")
}

func TestTooLargeASessionRefusesItsCall(t *testing.T) {
	r := &privacy.Redactor{Vault: &privacy.Memory{Bytes: 50}}
	_, err := privacy.Wrap(never[string, string](t), r, (*privacy.Session).Hide, (*privacy.Session).Show)(t.Context(), mail)
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Contains(t, err.Error(), "Memory.Bytes")
}
