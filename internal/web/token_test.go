package web

import (
	"crypto/rand"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATokenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTokens("p", make([]byte, 32), time.Hour)
		token := s.mint("a")
		time.Sleep(time.Hour + time.Second) // in the bubble's time
		_, _, err := s.take("a", token)
		require.ErrorIs(t, err, errOldToken)
		token = s.mint("a")
		time.Sleep(time.Hour - time.Second)
		_, _, err = s.take("a", token)
		require.NoError(t, err)
		_, _, err = s.take("a", token)
		require.ErrorIs(t, err, errTokenSpent)
	})
}

// However many are used, memory is bounded and none is good twice.
func TestTheMemoryOfUsedTokensIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTokens("p", make([]byte, 32), time.Hour)
		s.max = 100
		var all []string
		early := s.mint("early")
		for range 500 {
			time.Sleep(time.Millisecond)
			all = append(all, s.mint("a"))
		}
		for _, token := range all {
			_, _, err := s.take("a", token)
			require.NoError(t, err)
			require.LessOrEqual(t, len(s.used), s.max)
			require.Len(t, s.byTime, len(s.used))
		}
		for _, token := range all {
			_, _, err := s.take("a", token)
			require.Error(t, err, "used before, whether it is remembered or not")
		}
		_, _, err := s.take("early", early)
		require.ErrorIs(t, err, errOldToken, "what is older than what was forgotten may have been used")
		time.Sleep(time.Millisecond)
		_, _, err = s.take("a", s.mint("a"))
		require.NoError(t, err)
		time.Sleep(2 * time.Hour)
		_, _, err = s.take("a", s.mint("a"))
		require.NoError(t, err)
		assert.Len(t, s.used, 1, "what has ended is forgotten")
	})
}

func TestReplicasWithOneKeyTakeEachOthersTokens(t *testing.T) {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	one, two, other := newTestSite(t, Options{Key: key}), newTestSite(t, Options{Key: key}), newTestSite(t, Options{})
	require.NoError(t, two.Spend("a", one.Mint("a")))
	require.Error(t, other.Spend("a", one.Mint("a")))
	require.Error(t, two.Spend("b", one.Mint("a")))
	token := one.Mint("a")
	require.NoError(t, one.Spend("a", token))
	require.Error(t, one.Spend("a", token))
	key[0] ^= 1 // the site has its own copy
	require.NoError(t, one.Spend("a", two.Mint("a")))
	for _, junk := range []string{"", "a", "====", string(make([]byte, 1000)), one.Mint("a")[1:]} {
		assert.Error(t, one.Spend("a", junk))
	}
}

func BenchmarkToken(b *testing.B) {
	s := newTokens("p", make([]byte, 32), time.Hour)
	for b.Loop() {
		_, _, _ = s.take("somebody", s.mint("somebody"))
	}
}
