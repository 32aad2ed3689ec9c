package consent_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

// TestHostileSubjects asks for a purpose that silence allows: who cannot have objected must not be let through for it.
func TestHostileSubjects(t *testing.T) {
	gate, _ := newGate(t)
	ask := consent.Ask{Subject: "customer-1", Purpose: "ads", Jurisdiction: "US-CA"}
	_, err := gate.Check(t.Context(), ask)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		subject string
		purpose string
		want    consent.Reason
	}{
		"empty":              {"", "ads", consent.ReasonNoSubject},
		"1 MB":               {strings.Repeat("x", 1<<20), "ads", consent.ReasonNoSubject},
		"above 1 KiB":        {strings.Repeat("x", 1<<10+1), "ads", consent.ReasonNoSubject},
		"invalid UTF-8":      {"customer-\xff", "ads", consent.ReasonNoSubject},
		"an unknown purpose": {"customer-1", "resale", consent.ReasonUnknownPurpose},
		"no purpose":         {"customer-1", "", consent.ReasonUnknownPurpose},
		"a hostile purpose":  {"customer-1", strings.Repeat("\xff", 1<<20), consent.ReasonUnknownPurpose},
		"another case":       {"Customer-1", "offers", consent.ReasonNoRecord},
	} {
		ask.Subject, ask.Purpose = c.subject, c.purpose
		answer, err := gate.Check(t.Context(), ask)
		require.ErrorIs(t, err, consent.ErrDenied, name)
		assert.Equal(t, c.want, answer.Reason, name)
		assert.Less(t, len(err.Error()), 200, name)
	}
}

// TestDatabaseGone takes the database away, gives it back, and takes it away for good.
func TestDatabaseGone(t *testing.T) {
	dsn := newPostgres(t)
	at, err := url.Parse(dsn)
	require.NoError(t, err)
	way := newPartition(t, at.Host)
	at.Host = way.Addr().String()
	gate, log, db, err := openGate(t.Context(), at.String())
	require.NoError(t, err)
	_, err = gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	ask := consent.Ask{Subject: "customer-1", Purpose: "offers"}
	becomes := func(want consent.Reason) {
		t.Helper()
		require.Eventually(t, func() bool { answer, _ := gate.Check(context.Background(), ask); return answer.Reason == want }, 20*time.Second, time.Millisecond)
	}
	becomes("")
	release := way.hold()
	becomes(consent.ReasonStale)
	short, cancel := context.WithTimeout(t.Context(), raceBound)
	defer cancel()
	_, err = gate.Check(short, consent.Ask{Subject: "customer-1", Purpose: "offers", AtLeast: 1 << 40})
	require.ErrorIs(t, err, consent.ErrDenied)
	release()
	becomes("")

	require.NoError(t, way.Close())
	way.cut()
	becomes(consent.ReasonStale)
	lost, cancel := context.WithTimeout(t.Context(), raceBound)
	defer cancel()
	_, err = gate.Withdraw(lost, consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.Error(t, err, "nobody is told that a withdrawal is recorded when it is not")
	require.NoError(t, log.Close())
	becomes(consent.ReasonUnavailable)
	require.NoError(t, db.Close())
}

// TestCorruptRow changes one byte of an event where it lies.
func TestCorruptRow(t *testing.T) {
	path := "file:" + filepath.Join(t.TempDir(), "log.db")
	open := func() (*consent.Gate, *ledger.Ledger, error) {
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		log, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: raceSecret, Poll: racePoll})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, log.Close()) })
		gate, err := consent.New(t.Context(), log, racePurposes, nil)
		return gate, log, err
	}
	gate, log, err := open()
	require.NoError(t, err)
	e, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	require.NoError(t, log.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	var sealed []byte
	require.NoError(t, db.QueryRow(`SELECT sealed FROM fairlead_body WHERE seq = ?`, e.Seq).Scan(&sealed))
	sealed[len(sealed)-1] ^= 1
	triggers, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	require.NoError(t, err)
	var names []string
	for triggers.Next() {
		var name string
		require.NoError(t, triggers.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, triggers.Err())
	require.NoError(t, triggers.Close())
	for _, name := range names { // they stop accidents, not owners
		_, err := db.Exec(`DROP TRIGGER ` + name)
		require.NoError(t, err)
	}
	_, err = db.Exec(`UPDATE fairlead_body SET sealed = ? WHERE seq = ?`, sealed, e.Seq)
	require.NoError(t, err)
	_, _, err = open()
	require.ErrorIs(t, err, ledger.ErrTampered, "no gate is made of what is not what was written")
}

// TestUnreadableEntries has entries in the stream that this release cannot read: what they said is not known, so nothing is allowed.
func TestUnreadableEntries(t *testing.T) {
	for name, c := range map[string]struct {
		entry ledger.Entry
		stops bool
	}{
		"not JSON":                          {ledger.Entry{Kind: "consent.granted", Version: 1, Critical: true, Body: []byte("{")}, true},
		"a kind of a newer release":         {ledger.Entry{Kind: "consent.paused", Version: 1, Critical: true, Body: []byte("{}")}, true},
		"a layout of a newer release":       {ledger.Entry{Kind: "consent.withdrawn", Version: 9, Critical: true, Body: []byte("{}")}, true},
		"a key of the wrong length":         {ledger.Entry{Kind: "consent.objection_key", Version: 1, Critical: true, Body: []byte("short")}, true},
		"an objection that cannot be read":  {ledger.Entry{Kind: "consent.objection_kept", Version: 1, Critical: true, Body: []byte(`{"who":"x"}`)}, true},
		"an objection of a newer release":   {ledger.Entry{Kind: "consent.objection_kept", Version: 2, Critical: true, Body: []byte(`{}`)}, true},
		"a newer kind that may be skipped":  {ledger.Entry{Kind: "consent.viewed", Version: 3, Body: []byte("?")}, false},
		"an entry of another stream's kind": {ledger.Entry{Stream: "ledger", Kind: "ledger.noted", Body: []byte("?")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			gate, log := newGate(t)
			record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
			if c.entry.Subject = "customer-1"; c.entry.Stream == "" {
				c.entry.Stream = "consent"
			}
			_, _ = log.Append(t.Context(), c.entry)
			answer, err := gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
			if !c.stops {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, consent.ErrDenied)
			assert.Equal(t, consent.ReasonUnavailable, answer.Reason)
			_, err = consent.New(t.Context(), log, purposes, nil)
			require.Error(t, err)
		})
	}
}

func TestStrictRecordingOnMemoryWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, log := newGate(t)
		defer log.Close()
		before := time.Now()
		_, err := gate.Withdraw(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers", Strict: true})
		require.NoError(t, err)
		assert.Zero(t, time.Since(before))
	})
}
