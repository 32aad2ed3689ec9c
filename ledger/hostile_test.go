package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// TestNoLedgerRefuses calls everything there is on a nil and on a zero Ledger and Follower: nothing waits, nothing
// panics.
func TestNoLedgerRefuses(t *testing.T) {
	for name, l := range map[string]*ledger.Ledger{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			fold := func(ledger.Entry, time.Time) error { return nil }
			for method, f := range map[string]func() error{
				"Append":           func() error { _, err := l.Append(ctx, entry("a", "k")); return err },
				"Append nothing":   func() error { _, err := l.Append(ctx); return err },
				"Follow":           func() error { _, err := l.Follow(ctx, nil, fold); return err },
				"Get":              func() error { _, err := l.Get(ctx, uuid.New()); return err },
				"Get zero":         func() error { _, err := l.Get(ctx, uuid.Nil); return err },
				"Erase":            func() error { _, err := l.Erase(ctx, "anna"); return err },
				"Retain":           func() error { _, err := l.Retain(ctx, ledger.Retention{Stream: "a"}); return err },
				"Rekey":            func() error { return l.Rekey(ctx, testSecret) },
				"Checkpoint":       func() error { _, err := l.Checkpoint(ctx); return err },
				"Prove":            func() error { _, err := l.Prove(ctx, 1); return err },
				"ProveConsistency": func() error { _, err := l.ProveConsistency(ctx, checkpointOfOne(t)); return err },
				"Verify":           func() error { _, err := l.Verify(ctx); return err },
				"Export":           func() error { return l.Export(ctx, &bytes.Buffer{}) },
				"Health":           func() error { _, err := l.Health(ctx); return err },
				"Close":            l.Close,
				"Since": func() error {
					for _, err := range l.Since(ctx, 0) {
						return err
					}
					return nil
				},
				"Find": func() error {
					for _, err := range l.Find(ctx, "anna") {
						return err
					}
					return nil
				},
			} {
				require.ErrorIs(t, f(), ledger.ErrUnavailable, method)
			}
			assert.Empty(t, l.PublicKey())
			assert.Equal(t, "ledger.Ledger(none)", fmt.Sprint(l))
		})
	}
	for _, f := range []*ledger.Follower{nil, {}} {
		require.ErrorIs(t, f.Err(), ledger.ErrUnavailable)
		require.ErrorIs(t, f.Wait(t.Context(), 0), ledger.ErrUnavailable)
		assert.True(t, f.Fresh().IsZero())
		f.Close()
		assert.Panics(t, func() { f.After(func(ledger.Entry) {}) })
		assert.Equal(t, "ledger.Follower(none)", fmt.Sprint(f))
	}
}

func checkpointOfOne(t *testing.T) []byte {
	t.Helper()
	l := ledger.Memory(nil)
	add(t, l, entry("a", "k"))
	msg, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	return msg
}

// TestNothingPrintsWhatItHolds prints everything that holds a subject, a payload or a secret in every way there is.
func TestNothingPrintsWhatItHolds(t *testing.T) {
	l := memory(t)
	e := ledger.Entry{Stream: "a", Kind: "k", Subject: "canary", Public: []byte("canary"), Body: []byte("canary")}
	add(t, l, e)
	f, err := l.Follow(t.Context(), []string{"a"}, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	bad, err := l.Follow(t.Context(), []string{"b"}, func(ledger.Entry, time.Time) error { return told{"canary"} })
	require.NoError(t, err)
	add(t, l, entry("b", "k"))
	secret := []byte(strings.Repeat("canary", 6)[:32])
	type holder struct {
		One  ledger.Entry
		Some []ledger.Entry
		By   map[string]ledger.Entry
	}
	for _, v := range []any{
		l, f, bad, bad.Err(), e,
		[]ledger.Entry{e},
		holder{e, []ledger.Entry{e}, map[string]ledger.Entry{"x": e}},
		ledger.Options{Secret: secret},
		&ledger.Options{Secret: secret},
		ledger.Retention{Stream: "a", Carry: []ledger.Entry{e}},
		&ledger.Error{Op: "x", Reason: ledger.ErrFold, Err: bad.Err()},
	} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "it", v, slog.Group("more", "in", v))
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "it", v, "list", []any{v}, slog.Group("more", "in", v))
		text, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(text)
		for _, trace := range []string{"canary", "63616e617279", "99 97 110", "Y2FuYXJ5"} {
			assert.NotContains(t, out.String(), trace, "%T", v)
		}
	}
	_, err = l.Append(t.Context(), ledger.Entry{Stream: "a", Kind: "after", Body: []byte("x")})
	require.NoError(t, err)
	assert.Len(t, all(t, l), 3, "the log itself does not go by how an entry prints")
}

// told is an error of the user's that says everything.
type told struct{ Text string }

func (e told) Error() string { return e.Text }

func TestFoldErrorsAreErrorsOfTheLedger(t *testing.T) {
	l := memory(t)
	add(t, l, entry("a", "k"))
	for name, c := range map[string]struct{ give, want error }{
		"own":             {told{"canary"}, ledger.ErrFold},
		"upgrade":         {ledger.ErrUpgrade, ledger.ErrUpgrade},
		"wrapped upgrade": {fmt.Errorf("canary: %w", ledger.ErrUpgrade), ledger.ErrUpgrade},
		"an Error":        {&ledger.Error{Op: "x", Reason: ledger.ErrUpgrade}, ledger.ErrUpgrade},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return c.give })
			require.ErrorIs(t, err, c.want)
			require.ErrorIs(t, err, c.give, "the cause is reached")
			var own *ledger.Error
			require.ErrorAs(t, err, &own)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
}

// TestErrorsAreAnswered: a client gets the ledger's own status and sentence.
func TestErrorsAreAnswered(t *testing.T) {
	l := ledger.Memory(nil)
	require.NoError(t, l.Close())
	_, err := l.Append(t.Context(), entry("a", "k"))
	var typed call.Typed
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, uuid.Nil, typed.DecisionID())
	out := httptest.NewRecorder()
	call.WriteError(out, fmt.Errorf("somewhere: %w", err))
	assert.Equal(t, http.StatusServiceUnavailable, out.Code)
	assert.Contains(t, out.Body.String(), typed.Public())
	empty := &ledger.Error{}
	assert.NotEmpty(t, empty.Error())
	require.NotErrorIs(t, empty, ledger.ErrClosed)
	assert.Equal(t, http.StatusServiceUnavailable, empty.HTTPStatus())
}

func conformKeepsItsMemory(t *testing.T, open opener) {
	l := open(t)
	key := uuid.New()
	e := add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna", Key: key, Public: []byte("public"), Body: []byte("body")})
	checkpoint, err := l.Checkpoint(t.Context())
	require.NoError(t, err)
	proof, err := l.Prove(t.Context(), e.Seq)
	require.NoError(t, err)
	spoil := func(b []byte) { copy(b, "XXXXXXXXXXXXXXXXX") }
	got, err := l.Get(t.Context(), key)
	require.NoError(t, err)
	spoil(got[0].Public)
	spoil(got[0].Body)
	for e, err := range l.Find(t.Context(), "anna") {
		require.NoError(t, err)
		spoil(e.Public)
		spoil(e.Body)
	}
	for e, err := range l.Since(t.Context(), 0) {
		require.NoError(t, err)
		spoil(e.Public)
		spoil(e.Body)
	}
	spoil(checkpoint)
	spoil(proof.Checkpoint)
	spoil(proof.Envelope)
	again := all(t, l)[0]
	assert.Equal(t, "public", string(again.Public))
	assert.Equal(t, "body", string(again.Body))
	verify(t, l)
}

func conformFarTimes(t *testing.T, open opener) {
	l := open(t)
	for _, at := range []time.Time{
		time.Now().Add(1<<63 - 1).Add(1<<63 - 1).Add(2), // 584 years on: its nanoseconds wrap to now
		time.Now().AddDate(-400, 0, 0), time.Now().AddDate(10000, 0, 0), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC),
	} {
		e := entry("a", "k")
		e.At = at
		_, err := l.Append(t.Context(), e)
		require.ErrorIs(t, err, ledger.ErrClock, at)
	}
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
	for _, before := range []time.Time{time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Now().AddDate(-584, -6, 0), time.Now().AddDate(-500, 0, 0)} {
		n, err := l.Retain(t.Context(), ledger.Retention{Stream: "a", Before: before, Forced: true})
		require.NoError(t, err)
		assert.Zero(t, n, "nothing is older than %v", before)
	}
	until := time.Date(9000, 12, 31, 23, 0, 0, 0, time.FixedZone("", 3600))
	done, err := l.Erase(t.Context(), "anna", ledger.Keep{Stream: "a", Until: until, Why: "claim"}, ledger.Keep{Stream: "b", Until: until, Why: "claim"})
	require.NoError(t, err)
	assert.Empty(t, done.Bodies)
	add(t, l, ledger.Entry{Stream: "b", Kind: "k", Subject: "anna"})
	done, err = l.Erase(t.Context(), "anna", ledger.Keep{Stream: "a", Until: until, Why: "claim"})
	require.NoError(t, err)
	require.Len(t, done.Kept, 1)
	assert.True(t, done.Kept[0].Until.Equal(until))
	_, err = l.Erase(t.Context(), "anna", ledger.Keep{Stream: "a", Until: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), Why: "claim"})
	require.ErrorIs(t, err, ledger.ErrInvalid)
	verify(t, l)
}

// conformOwnStream: who could write to the ledger's stream could account for stolen bodies, or make folds forget.
func conformOwnStream(t *testing.T, open opener) {
	l := open(t)
	_, err := l.Append(t.Context(), ledger.Entry{Stream: "ledger", Kind: "ledger.erased", Public: []byte(`{"bodies":1}`)})
	require.ErrorIs(t, err, ledger.ErrInvalid)
	_, err = l.Retain(t.Context(), ledger.Retention{
		Stream: "a", Before: time.Now().AddDate(-1, 0, 0), Carry: []ledger.Entry{entry("ledger", "ledger.erased")},
	})
	require.ErrorIs(t, err, ledger.ErrInvalid)
	assert.Empty(t, all(t, l))
}

// conformCarry: what is carried is the caller's, and an ID that is in the log already is said to be.
func conformCarry(t *testing.T, open opener) {
	l := open(t)
	old := add(t, l, ledger.Entry{ID: uuid.New(), Stream: "a", Kind: "k"})
	what := ledger.Retention{Stream: "a", Before: time.Now().Add(time.Hour), Forced: true}
	what.Carry = make([]ledger.Entry, 1, 4)
	what.Carry[0] = ledger.Entry{ID: old.ID, Stream: "a", Kind: "k"}
	_, err := l.Retain(t.Context(), what)
	require.ErrorIs(t, err, ledger.ErrInvalid)
	what.Carry[0] = ledger.Entry{Stream: "a", Kind: "carried", At: time.Now().Add(time.Minute)}
	_, err = l.Retain(t.Context(), what)
	require.ErrorIs(t, err, ledger.ErrClock)
	what.Carry[0] = ledger.Entry{Stream: "a", Kind: "carried"}
	n, err := l.Retain(t.Context(), what)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	spare := what.Carry[:2]
	assert.Empty(t, spare[1].Stream, "the spare capacity of the caller's slice is not written to")
	verify(t, l)
}

// conformReactionsBound: a reaction that blocks holds up the writers, who may give up; nothing is lost.
func conformReactionsBound(t *testing.T, open opener) {
	l := open(t)
	f, err := l.Follow(t.Context(), []string{"a"}, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	reacted := 0
	blocked, release := make(chan struct{}), make(chan struct{})
	f.After(func(ledger.Entry) {
		if reacted++; reacted == 1 {
			close(blocked)
			<-release
			_, err := l.Append(t.Context(), entry("b", "from a reaction"))
			assert.NoError(t, err)
		}
	})
	first := make(chan error, 1)
	go func() {
		_, err := l.Append(context.Background(), entry("a", "k"))
		first <- err
	}()
	<-blocked
	many := make([]ledger.Entry, ledger.ReactionLimit)
	for i := range many {
		many[i] = entry("a", "k")
	}
	_, err = l.Append(t.Context(), many...)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = l.Append(ctx, entry("a", "k"))
	require.ErrorIs(t, err, ledger.ErrBusy)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	health, err := l.Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, ledger.ReactionLimit, health.Reacting)
	critical := entry("b", "stop")
	critical.Critical = true
	add(t, l, critical)
	waiting := make(chan error, 1)
	go func() {
		_, err := l.Append(context.Background(), entry("b", "waits"))
		waiting <- err
	}()
	close(release)
	require.NoError(t, <-waiting)
	require.NoError(t, <-first)
	require.NoError(t, f.Err())
	add(t, l, entry("b", "last"))
	require.NoError(t, l.Close())
	assert.Equal(t, 1+ledger.ReactionLimit, reacted)
}

// A context that has ended or is nil is told, everywhere.
func conformContexts(t *testing.T, open opener) {
	l := open(t)
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for want, ctx := range map[error]context.Context{ledger.ErrBusy: gone, ledger.ErrInvalid: nil} {
		for name, f := range map[string]func() error{
			"Append":     func() error { _, err := l.Append(ctx, entry("a", "k")); return err },
			"Erase":      func() error { _, err := l.Erase(ctx, "anna"); return err },
			"Rekey":      func() error { return l.Rekey(ctx, testSecret) },
			"Checkpoint": func() error { _, err := l.Checkpoint(ctx); return err },
			"Verify":     func() error { _, err := l.Verify(ctx); return err },
			"Export":     func() error { return l.Export(ctx, &bytes.Buffer{}) },
			"Prove":      func() error { _, err := l.Prove(ctx, 1); return err },
			"Retain": func() error {
				_, err := l.Retain(ctx, ledger.Retention{Stream: "a", Before: time.Now(), Forced: true})
				return err
			},
		} {
			err := f()
			require.ErrorIs(t, err, want, name)
			var own *ledger.Error
			require.ErrorAs(t, err, &own, name)
		}
	}
	assert.Len(t, all(t, l), 1)
}

// conformEraseWhileAppending: a person erased while others write about them is either wholly there or wholly gone, and
// the account is right.
func conformEraseWhileAppending(t *testing.T, open opener) {
	l := open(t)
	people := newPeople("s")
	follow(t, l, people)
	done := make(chan error, 4)
	for range 4 {
		go func() {
			for range 25 {
				if _, err := l.Append(context.Background(), ledger.Entry{Stream: "s", Kind: "k", Subject: "anna", Body: []byte("x")}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	removed := 0
	for range 10 {
		e, err := l.Erase(t.Context(), "anna")
		require.NoError(t, err)
		removed += e.Bodies
	}
	for range 4 {
		require.NoError(t, <-done)
	}
	left := 0
	for _, err := range l.Find(t.Context(), "anna") {
		require.NoError(t, err)
		left++
	}
	assert.Equal(t, 100, removed+left)
	replayed := newPeople("s")
	follow(t, l, replayed)
	assert.Equal(t, replayed.known, people.known)
	verify(t, l)
}

func TestOpenOnClosedDatabase(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "log.db"))
	require.NoError(t, db.Close())
	_, err := ledger.Open(t.Context(), db, &ledger.Options{Secret: testSecret})
	require.ErrorIs(t, err, ledger.ErrUnavailable)
}
