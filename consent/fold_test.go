package consent

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// TestTheGateDoesNotKnowWhatItCouldNotApply: between an entry that cannot be read and the end of the following that comes of it, nobody who
// asks for AtLeast that entry is answered as if it had been applied.
func TestTheGateDoesNotKnowWhatItCouldNotApply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := filled(t, 0)
		good, bad := Event{Subject: "customer-1", Purpose: "offers", Kind: Granted}, ledger.Entry{Seq: 2, Stream: stream, Kind: "consent.withdrawn", Version: version, Critical: true, Body: []byte("{")}
		entry, err := good.entry()
		require.NoError(t, err)
		entry.Seq = 1
		require.NoError(t, g.fold(entry, time.Now()))
		assert.EqualValues(t, 1, g.applied.Load())
		require.Error(t, g.fold(bad, time.Now()))
		bad.Kind = "consent.unheard_of"
		require.ErrorIs(t, g.fold(bad, time.Now()), ledger.ErrUpgrade)
		assert.EqualValues(t, 1, g.applied.Load())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		answer, err := g.Check(ctx, Ask{Subject: "customer-1", Purpose: "offers", AtLeast: 2})
		require.ErrorIs(t, err, ErrDenied)
		assert.Equal(t, ReasonStale, answer.Reason)
	})
}

// TestWhoeverGivesUpReadingStopsNobodyElse: of two who need the same person's events one reads them, and the other does not go by the end
// of that one's context.
func TestWhoeverGivesUpReadingStopsNobodyElse(t *testing.T) {
	for name, c := range map[string]struct {
		end  error
		want Reason
	}{
		"gave up":       {fmt.Errorf("reading: %w", context.Canceled), ""},
		"had no time":   {fmt.Errorf("reading: %w", context.DeadlineExceeded), ""},
		"could not":     {ledger.ErrUnavailable, ReasonUnavailable},
		"found nothing": {ledger.ErrUpgrade, ReasonUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := ledger.Memory(nil)
				defer log.Close()
				g, err := New(t.Context(), log, []Purpose{{ID: "offers"}}, &Options{MaxWords: 100})
				require.NoError(t, err)
				_, err = g.Grant(t.Context(), Event{Subject: "customer-1", Purpose: "offers"})
				require.NoError(t, err)
				reader, person := &loading{done: make(chan struct{})}, g.all.table.person("customer-1")
				g.bounded.loading[person] = reader
				got := make(chan Reason, 1)
				go func() {
					answer, _ := g.Check(context.Background(), Ask{Subject: "customer-1", Purpose: "offers"})
					got <- answer.Reason
				}()
				synctest.Wait()
				assert.Empty(t, got, "it waits for the reader")
				g.bounded.mu.Lock()
				delete(g.bounded.loading, person)
				reader.err = c.end
				close(reader.done)
				g.bounded.mu.Unlock()
				assert.Equal(t, c.want, <-got)
			})
		})
	}
}

// TestCopiesAreDatedWhenTheyAreWritten: reading a long log takes longer than the second that the log allows between an entry's time and its
// writing.
func TestCopiesAreDatedWhenTheyAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := ledger.Memory(nil)
		defer log.Close()
		g, err := New(t.Context(), log, []Purpose{{ID: "offers"}}, nil)
		require.NoError(t, err)
		read, err := g.Grant(t.Context(), Event{Subject: "customer-1", Purpose: "offers"})
		require.NoError(t, err)
		read.carried, read.ID = read.Seq, uuid.NewSHA1(read.ID, nil)
		anew, err := read.entry()
		require.NoError(t, err)
		objected, err := g.Object(t.Context(), Event{Subject: "customer-2", Purpose: "offers"})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.NoError(t, g.writeCopies(t.Context(), []ledger.Entry{anew}))
		require.NoError(t, g.takeBack(t.Context(), []Event{{ID: uuid.NewSHA1(objected.ID, nil), At: objected.At, Subject: "customer-2", Purpose: "offers", Kind: Granted}}))
	})
}
