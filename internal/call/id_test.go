package call

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIDsAreOfVersionSevenAndRise(t *testing.T) {
	const callers, each = 8, 2000
	ids := make([][]uuid.UUID, callers)
	var wg sync.WaitGroup
	before := time.Now()
	for c := range callers {
		wg.Go(func() {
			for range each {
				ids[c] = append(ids[c], newID(time.Now()))
			}
		})
	}
	wg.Wait()
	seen := map[uuid.UUID]bool{}
	for _, list := range ids {
		assert.True(t, slices.IsSortedFunc(list, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }), "in the order they were made")
		for _, id := range list {
			require.Equal(t, uuid.Version(7), id.Version())
			require.Equal(t, uuid.RFC4122, id.Variant())
			require.False(t, seen[id])
			seen[id] = true
		}
	}
	sec, nsec := ids[0][0].Time().UnixTime()
	assert.WithinDuration(t, before, time.Unix(sec, nsec), time.Minute)
	// A clock that is set back does not bring an earlier ID.
	last := newID(time.Now())
	next := newID(time.Now().Add(-time.Hour))
	assert.Negative(t, slices.Compare(last[:], next[:]))
	assert.NotEqual(t, last[8:], next[8:])
}
