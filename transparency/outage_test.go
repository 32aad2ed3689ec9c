package transparency_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// modes are what Options.OnError can say.
var modes = []transparency.Mode{transparency.Refuse, transparency.Drop}

// held are the records about a subject, as the log has them.
func held(t testing.TB, j *transparency.Journal, subject string) (all []transparency.Record) {
	t.Helper()
	for r, err := range j.Find(context.Background(), subject) {
		require.NoError(t, err)
		all = append(all, r)
	}
	return all
}

func TestAFullDiskLosesNothingAndDropsNothingSilently(t *testing.T) {
	for _, mode := range modes {
		file := filepath.Join(t.TempDir(), "log.db")
		l := onSQLite(t, "file:"+file+"?_pragma=max_page_count(100)")
		j, err := transparency.New(t.Context(), l, &transparency.Options{OnError: mode, Payloads: true})
		require.NoError(t, err)
		f := transparency.Wrap(reply, j, explainReply)
		recorded, delivered, refused := 0, 0, 0
		for range 120 {
			ctx, trail := call.Track(t.Context())
			out, err := f(ctx, question{"c-1", strings.Repeat("x", 5000)})
			if err == nil {
				delivered++
			} else {
				refused++
				require.ErrorIs(t, err, transparency.ErrNotRecorded)
				require.ErrorIs(t, err, ledger.ErrUnavailable)
				assert.Zero(t, out, "an answer without a record went out")
				assert.NotContains(t, err.Error(), "xxx")
			}
			if _, err := j.Lookup(t.Context(), trail.ID()); err == nil {
				recorded++
			}
		}
		require.Positive(t, recorded)
		if mode == transparency.Refuse {
			assert.Positive(t, refused)
			assert.Equal(t, recorded, delivered)
			assert.Zero(t, j.Dropped())
		} else {
			assert.Zero(t, refused)
			assert.EqualValues(t, delivered-recorded, j.Dropped())
			assert.Positive(t, j.Dropped())
		}
		require.NoError(t, l.Close())
		again, err := transparency.New(t.Context(), onSQLite(t, file), nil)
		require.NoError(t, err)
		assert.Len(t, held(t, again, "c-1"), recorded, "what was acknowledged is there")
		_, err = transparency.Wrap(reply, again, explainReply)(t.Context(), question{"c-1", "there is room again"})
		require.NoError(t, err)
	}
}

// locked is a SQLite ledger whose file another connection writes to until release is called.
func locked(t *testing.T) (l *ledger.Ledger, lock, release func()) {
	file := filepath.Join(t.TempDir(), "log.db")
	l = onSQLite(t, file)
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	run := func(statement string) func() {
		return func() {
			_, err := db.Exec(statement)
			require.NoError(t, err)
		}
	}
	return l, run("BEGIN IMMEDIATE"), run("ROLLBACK")
}

func TestASlowStoreHoldsTheAnswerBackUntilTheRecordIsThere(t *testing.T) {
	for _, mode := range modes {
		for name, leave := range map[string]bool{"the caller waits": false, "the caller leaves": true} {
			t.Run(string(mode)+" "+name, func(t *testing.T) {
				l, lock, release := locked(t)
				j, err := transparency.New(t.Context(), l, &transparency.Options{OnError: mode})
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				tracked, trail := call.Track(ctx)
				ended := make(chan error, 1)
				answered := make(chan struct{})
				lock()
				go func() {
					_, err := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
						defer close(answered)
						return reply(ctx, q)
					}, j, explainReply)(tracked, question{"c-1", "hello"})
					ended <- err
				}()
				<-answered
				if leave {
					cancel()
				}
				select {
				case err := <-ended: // nothing can have been written so far
					t.Fatal("the answer went out before its record: ", err)
				default:
				}
				release()
				require.NoError(t, <-ended, "the record was still written")
				assert.Zero(t, j.Dropped())
				records := held(t, j, "c-1")
				require.Len(t, records, 1)
				assert.Equal(t, trail.ID(), records[0].ID)
				assert.Equal(t, call.Allowed, records[0].Outcome)
			})
		}
	}
}

func TestACallerWhoHadLeftBeforeIsRecordedToo(t *testing.T) {
	eachStore(t, func(t *testing.T, l *ledger.Ledger) {
		j, err := transparency.New(t.Context(), l, nil)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		_, err = transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
			cancel()
			return answer{}, ctx.Err()
		}, j, explainReply)(call.WithSubject(ctx, "c-1"), question{"c-1", "hello"})
		require.ErrorIs(t, err, context.Canceled)
		records := held(t, j, "c-1")
		require.Len(t, records, 1)
		assert.Equal(t, call.Failed, records[0].Outcome)
		assert.Zero(t, j.Dropped())
	})
}

func TestAStoreThatIsGone(t *testing.T) {
	for _, mode := range modes {
		l := onSQLite(t, filepath.Join(t.TempDir(), "log.db"))
		j, err := transparency.New(t.Context(), l, &transparency.Options{OnError: mode})
		require.NoError(t, err)
		require.NoError(t, l.Close())
		out, err := transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", "hello"})
		if mode == transparency.Refuse {
			require.ErrorIs(t, err, transparency.ErrNotRecorded)
			assert.Zero(t, out)
			assert.Zero(t, j.Dropped())
		} else {
			require.NoError(t, err)
			assert.Equal(t, answer{"re: hello"}, out)
			assert.EqualValues(t, 1, j.Dropped())
		}
	}
}
