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
