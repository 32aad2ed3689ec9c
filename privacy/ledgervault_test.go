package privacy_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/privacy"
)

func TestSessionsInTheLedger(t *testing.T) {
	log := ledger.Memory(nil)
	one, two := &privacy.Redactor{Vault: privacy.LedgerVault{Ledger: log}}, &privacy.Redactor{Vault: privacy.LedgerVault{Ledger: log}}
	a := open(t, one, nil, "talk")
	odd := "\xff" + mail + "\xfe" + card
	hidden := a.Hide(odd)
	require.NoError(t, a.Err())
	b := open(t, two, nil, "talk")
	assert.Equal(t, odd, b.Show(hidden))
	assert.Contains(t, b.Hide(mail2), "EMAIL_ADDRESS_2")
	assert.Equal(t, "<EMAIL_ADDRESS_2> <IP_ADDRESS_1>", a.Hide(mail2+" 192.0.2.17"), "b was first at the position")
	require.NoError(t, a.Err())
}

func TestLedgerEntriesAreAboutTheSubject(t *testing.T) {
	log := ledger.Memory(nil)
	r := &privacy.Redactor{Vault: privacy.LedgerVault{Ledger: log}}
	ctx, scope := call.Enter(call.WithSubject(t.Context(), "row 17"), call.StageBoundary, call.NewSite(nil, nil))
	var err error
	defer scope.Exit(&err)
	_, err = scope.Decision().SubjectFor(ctx, call.StageConsent, "")
	require.NoError(t, err)
	guarded := privacy.Wrap(func(_ context.Context, s string) (string, error) { return s, nil }, r, (*privacy.Session).Hide, (*privacy.Session).Show)
	out, err := guarded(ctx, mail)
	require.NoError(t, err)
	assert.Equal(t, mail, out)
	n := 0
	for e, err := range log.Find(t.Context(), "row 17") {
		require.NoError(t, err)
		assert.Equal(t, "vault.extended", e.Kind)
		assert.NotContains(t, string(e.Public), mail)
		n++
	}
	assert.Equal(t, 1, n)
}

func TestLedgerVaultRefuses(t *testing.T) {
	for _, log := range []*ledger.Ledger{nil, closedLedger()} {
		r := &privacy.Redactor{Vault: privacy.LedgerVault{Ledger: log}}
		_, err := privacy.Wrap(never[string, string](t), r, (*privacy.Session).Hide, (*privacy.Session).Show)(t.Context(), mail)
		require.ErrorIs(t, err, privacy.ErrRefused)
		assert.NotContains(t, fmt.Sprintf("%+v", err), mail)
	}
	v := privacy.LedgerVault{Ledger: ledger.Memory(nil)}
	_, err := v.Append(t.Context(), "talk", 3, []privacy.Entry{entry("4")})
	require.ErrorIs(t, err, privacy.ErrSessionLost)
	_, err = v.Load(t.Context(), "talk", 1)
	require.ErrorIs(t, err, privacy.ErrSessionLost)
	assert.NotContains(t, fmt.Sprintf("%+v %#v", v, v), "Ledger{")
}

func closedLedger() *ledger.Ledger {
	l := ledger.Memory(nil)
	_ = l.Close()
	return l
}

func TestOneNameEachInTheLedger(t *testing.T) {
	v := privacy.LedgerVault{Ledger: ledger.Memory(nil)}
	var mu sync.Mutex
	names := map[string]string{}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			s := open(t, &privacy.Redactor{Vault: v}, nil, "talk")
			for n := range 8 {
				value := fmt.Sprintf("user%d@example.org", (n+i)%8)
				name := s.Hide(value)
				mu.Lock()
				if names[name] == "" {
					names[name] = value
				}
				assert.Equal(t, names[name], value)
				mu.Unlock()
			}
			assert.NoError(t, s.Err())
		})
	}
	wg.Wait()
	assert.Len(t, names, 8)
}
