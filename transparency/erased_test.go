package transparency_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// eachStore runs a test on the three kinds of ledgers.
func eachStore(t *testing.T, test func(*testing.T, *ledger.Ledger)) {
	for _, name := range slices.Sorted(maps.Keys(stores)) {
		t.Run(name, func(t *testing.T) { test(t, stores[name](t)) })
	}
}

func report(t testing.TB, j *transparency.Journal, subject string) *transparency.SubjectReport {
	t.Helper()
	r, err := j.Report(t.Context(), subject, "en")
	require.NoError(t, err)
	return r
}

func TestEveryEntryOfAReportIsProved(t *testing.T) {
	eachStore(t, func(t *testing.T, l *ledger.Ledger) {
		j := filledLog(t, l, 5)
		r := report(t, j, "c-1")
		require.Len(t, r.Proofs, 5+5)
		require.NoError(t, r.Check(l.PublicKey()))
		assert.Equal(t, l.PublicKey(), r.PublicKey)

		js, err := r.JSON()
		require.NoError(t, err)
		var kept transparency.SubjectReport
		require.NoError(t, json.Unmarshal(js, &kept))
		require.NoError(t, kept.Check(l.PublicKey()), "away from the log")
		require.ErrorIs(t, kept.Check(ledger.Memory(nil).PublicKey()), ledger.ErrTampered, "another's key")

		change := func(f func(*transparency.SubjectReport)) error {
			var other transparency.SubjectReport
			require.NoError(t, json.Unmarshal(js, &other))
			f(&other)
			return other.Check(l.PublicKey())
		}
		require.ErrorIs(t, change(func(r *transparency.SubjectReport) { r.Proofs[3].Envelope[9] ^= 1 }), ledger.ErrTampered)
		require.ErrorIs(t, change(func(r *transparency.SubjectReport) { r.Proofs[3].Path[0][9] ^= 1 }), ledger.ErrTampered)
		require.ErrorIs(t, change(func(r *transparency.SubjectReport) { r.Proofs[3].Seq++ }), ledger.ErrTampered)
		require.ErrorIs(t, change(func(r *transparency.SubjectReport) { r.Proofs = r.Proofs[1:] }), transparency.ErrRefused)
		require.ErrorIs(t, change(func(r *transparency.SubjectReport) { r.Proofs[0].Checkpoint = 7 }), transparency.ErrRefused)
		require.ErrorIs(t, change(func(r *transparency.SubjectReport) { r.Proofs[0].Path[0] = nil }), transparency.ErrRefused)

		// What the report says is held against what is proved.
		for name, f := range map[string]func(*transparency.SubjectReport){
			"outcome of a decision": func(r *transparency.SubjectReport) { r.Decisions[2].Record.Outcome = call.Replaced },
			"outcome of an entry":   func(r *transparency.SubjectReport) { r.Decisions[2].Record.Entries[0].Outcome = call.Replaced },
			"kind":                  func(r *transparency.SubjectReport) { r.Decisions[2].Record.Entries[0].Kind = "decision.amended" },
			"time":                  func(r *transparency.SubjectReport) { r.Decisions[2].Record.Entries[0].At = time.Now() },
			"system":                func(r *transparency.SubjectReport) { r.Decisions[2].Record.System = "another" },
			"version":               func(r *transparency.SubjectReport) { r.Decisions[2].Record.Version = "99" },
			"no entry":              func(r *transparency.SubjectReport) { r.Decisions[2].Record.Entries = nil },
			"another's entry":       func(r *transparency.SubjectReport) { r.Decisions[2].Record.Entries[0].Seq = r.Consents[0].Seq },
			"kind of a consent":     func(r *transparency.SubjectReport) { r.Consents[0].Kind = "consent.withdrawn" },
			"an erasure that was not": func(r *transparency.SubjectReport) {
				r.Erased = append(r.Erased, transparency.Erasure{Seq: r.Consents[0].Seq, At: r.Consents[0].At})
			},
		} {
			err := change(f)
			require.ErrorIs(t, err, transparency.ErrRefused, name)
			assert.Contains(t, err.Error(), "at ", name)
		}
	})
}

func TestAfterAnErasureTheReportSaysWhatWasThere(t *testing.T) {
	eachStore(t, func(t *testing.T, l *ledger.Ledger) {
		j := filledLog(t, l, 5)
		before := report(t, j, "c-1")
		erased, err := l.Erase(t.Context(), "c-1", ledger.Keep{Stream: "consent", Until: time.Now().AddDate(3, 0, 0), Why: "to show that consent was given"})
		require.NoError(t, err)
		require.Equal(t, 9, erased.Bodies)
		require.NoError(t, before.Check(l.PublicKey()), "what was proved stays proved")
		for range j.Find(t.Context(), "c-1") {
			t.Fatal("a record was read after the erasure")
		}
		_, err = j.Lookup(t.Context(), before.Decisions[0].Record.ID)
		require.ErrorIs(t, err, transparency.ErrNotFound)

		reopened, err := transparency.New(t.Context(), l, &transparency.Options{Controller: before.Controller})
		require.NoError(t, err)
		for _, j := range []*transparency.Journal{j, reopened} { // living through it or replaying it is the same
			r := report(t, j, "c-1")
			require.NoError(t, r.Check(l.PublicKey()))
			assert.Empty(t, r.Decisions)
			assert.Len(t, r.Consents, 1)
			require.Len(t, r.Erased, 1)
			assert.Equal(t, 9, r.Erased[0].Bodies)
			assert.Equal(t, erased.Seq, r.Erased[0].Seq)
			assert.WithinDuration(t, time.Now(), r.Erased[0].At, time.Minute)
			assert.Contains(t, r.Markdown(), "everything recorded until then was erased, 9 entries · ledger.erased ")
			assert.Contains(t, r.HTML(), "to show that consent was given")
			assert.Empty(t, report(t, j, "c-2").Erased)
			assert.Len(t, report(t, j, "c-2").Decisions, 5)
		}
		verified, err := l.Verify(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 9, verified.Removed)
	})
}

func TestRetaining(t *testing.T) {
	eachStore(t, func(t *testing.T, l *ledger.Ledger) {
		j, err := transparency.New(t.Context(), l, &transparency.Options{Card: card()})
		require.NoError(t, err)
		id, err := j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: call.Allowed})
		require.NoError(t, err)
		require.NoError(t, j.Explain(t.Context(), id, transparency.Explanation{Summary: "So it is"}))
		require.NoError(t, j.Disclose(t.Context(), "c-1", transparency.Notice(transparency.AINotice, "en")))
		before := report(t, j, "c-1")
		now := time.Now() // entries stay that are not older
		_, err = j.Retain(t.Context(), now, false)
		require.ErrorIs(t, err, ledger.ErrTooShort)
		_, err = j.Retain(t.Context(), now.Add(-182*24*time.Hour), false)
		require.ErrorIs(t, err, ledger.ErrTooShort)
		n, err := j.Retain(t.Context(), now.Add(-184*24*time.Hour), false)
		require.NoError(t, err)
		assert.Zero(t, n, "nothing is as old as that")
		late, err := j.Record(t.Context(), transparency.Record{Subject: "c-1", Outcome: call.Allowed})
		require.NoError(t, err)

		n, err = j.Retain(t.Context(), now, true)
		require.NoError(t, err)
		assert.Equal(t, 3, n)
		_, err = j.Lookup(t.Context(), id)
		require.ErrorIs(t, err, transparency.ErrNotFound)
		r, err := j.Get(t.Context(), "c-1", late)
		require.NoError(t, err)
		_, err = j.Card(t.Context(), r.Card)
		require.NoError(t, err, "later records lead to the card")
		require.NoError(t, before.Check(l.PublicKey()))
		require.NoError(t, j.Explain(t.Context(), late, transparency.Explanation{Summary: "So it is"}))

		reopened, err := transparency.New(t.Context(), l, nil)
		require.NoError(t, err)
		living, replayed := report(t, j, "c-1"), report(t, reopened, "c-1")
		assert.Equal(t, living.Decisions[0].Record, replayed.Decisions[0].Record)
		assert.Equal(t, living.Markdown(), replayed.Markdown())
		_, err = l.Verify(t.Context())
		require.NoError(t, err)
		var export bytes.Buffer
		require.NoError(t, l.Export(t.Context(), &export))
		_, err = ledger.VerifyExport(&export, l.PublicKey())
		require.NoError(t, err)
	})
	_, err := (*transparency.Journal)(nil).Retain(t.Context(), time.Now(), true)
	require.ErrorIs(t, err, transparency.ErrRefused)
}
