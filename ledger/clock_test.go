package ledger

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestASlowAnswerDoesNotMoveTheClock: the database said its time at once, and the answer then lay about for three seconds. Taken for half
// as old it would have every Append refused for its time.
func TestASlowAnswerDoesNotMoveTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d database
		began := time.Now()
		d.setClock(began, began)
		time.Sleep(3 * time.Second)
		d.setClock(began, began)
		assert.WithinDuration(t, time.Now(), d.now(), 0)

		began = time.Now()
		time.Sleep(100 * time.Millisecond)
		d.setClock(began.Add(time.Minute), began)
		assert.WithinDuration(t, time.Now().Add(time.Minute), d.now(), 50*time.Millisecond, "a quick one does: the clock was set")

		var slow database
		slow.setClock(began, began.Add(-3*time.Second))
		assert.WithinDuration(t, began, slow.now(), 2*time.Second, "the first is better than none")
	})
}
