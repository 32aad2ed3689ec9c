package oversight

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever misses test cases by the thousand can still be written about.
func TestGoldEvidenceStaysANumber(t *testing.T) {
	s := &sheet{Reviewer: Reviewer{Evidence: 1}, wealth: 1}
	for range 2000 {
		s.judge(vote{verdict: Approved}, &goldBody{Answer: Rejected}, 0)
	}
	assert.True(t, s.Flagged)
	_, err := json.Marshal(s.finish())
	require.NoError(t, err)
}

// One who finds exactly four of five is flagged with a chance of at most one in a hundred, however often one looks.
func TestGoldFlagsTheGoodSeldom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const runs = 4000
	flagged := 0
	for range runs {
		s := &sheet{wealth: 1}
		for range 1000 {
			v := Approved
			if rng.Float64() < 0.8 {
				v = Rejected
			}
			s.judge(vote{verdict: v}, &goldBody{Answer: Rejected}, 0)
			s.times = s.times[:0]
		}
		if s.Flagged {
			flagged++
		}
	}
	t.Logf("%d of %d flagged", flagged, runs)
	assert.LessOrEqual(t, flagged, runs/100)
}
