package consent

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestAClockThatIsPutBackRevivesNothing: whichever clock is furthest counts, of this machine's, what has gone by since the start, and
// the log's.
func TestAClockThatIsPutBackRevivesNothing(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	back := at.Add(-24 * time.Hour)
	assert.Equal(t, at, latestOf(back, at, back), "put back after the start")
	assert.Equal(t, at, latestOf(back, back, at), "put back before the start: the log knows")
	assert.Equal(t, at, latestOf(at, back, back), "put forward: what runs out runs out early")

	g := filled(t, 0)
	ask := Ask{Subject: "customer-1", Purpose: "trial"}
	p := &purpose{Purpose: Purpose{ID: "trial", TTL: time.Hour, Bases: []Basis{BasisConsent}}, index: 1}
	p.levels = [][]*purpose{{p}}
	g.purposes["trial"] = p
	g.all.table.put(g.key(ask.Subject, "", 1), word{seq: 1, given: time.Now().UnixMilli()}.pack(), 1)
	_, err := g.Check(t.Context(), ask)
	assert.NoError(t, err) //nolint:testifylint // both are looked at
	g.latest.Store(time.Now().Add(time.Hour).UnixMilli())
	answer, err := g.Check(t.Context(), ask)
	assert.ErrorIs(t, err, ErrDenied) //nolint:testifylint // both are looked at
	assert.Equal(t, ReasonExpired, answer.Reason)
}
