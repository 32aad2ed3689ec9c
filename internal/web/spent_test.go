package web

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is a maker of tokens that remembers few.
func small(most int) *tokens {
	t := newTokens("p", make([]byte, 32), time.Hour)
	t.spent.max = most
	return t
}

func (t *tokens) use(who, token string) error {
	_, _, err := t.take(who, token)
	return err
}

// However many one person uses, memory is bounded, none is good twice, and it is their own open pages that grow too old.
func TestOnePersonAgesOnlyTheirOwnPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := small(100)
		open, mine := s.mint("b"), s.mint("a")
		used := s.mint("b")
		require.NoError(t, s.use("b", used))
		var all []string
		for range 500 {
			time.Sleep(time.Millisecond) // in the bubble's time
			all = append(all, s.mint("a"))
		}
		for _, token := range all {
			require.NoError(t, s.use("a", token))
			require.LessOrEqual(t, s.spent.all, 100)
		}
		for _, token := range all {
			require.Error(t, s.use("a", token), "used before, whether it is remembered or not")
		}
		require.ErrorIs(t, s.use("a", mine), errOldToken, "what is older than what was forgotten may have been used")
		require.NoError(t, s.use("b", open), "somebody else's page is still good")
		require.ErrorIs(t, s.use("b", used), errTokenSpent)
		require.NoError(t, s.use("c", s.mint("c")), "and so is a newcomer's")
		time.Sleep(2 * time.Hour)
		require.NoError(t, s.use("a", s.mint("a")))
		assert.Equal(t, 1, s.spent.all, "what has ended is forgotten")
		assert.Len(t, s.spent.of, 1)
		assert.Len(t, s.spent.most, 1)
	})
}

// As many people as there is room for tokens, and more: each has one, and the first are forgotten.
func TestMorePeopleThanRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := small(100)
		early := s.mint("early")
		var all []string
		for i := range 300 {
			time.Sleep(time.Millisecond)
			token := s.mint(fmt.Sprint(i))
			all = append(all, token)
			require.NoError(t, s.use(fmt.Sprint(i), token))
			require.LessOrEqual(t, s.spent.all, 100)
			require.Len(t, s.spent.of, s.spent.all)
		}
		for i, token := range all {
			require.Error(t, s.use(fmt.Sprint(i), token))
		}
		require.ErrorIs(t, s.use("early", early), errOldToken)
		time.Sleep(time.Millisecond)
		require.NoError(t, s.use("0", s.mint("0")))
	})
}

// Whatever people do, no token is good twice, memory is bounded and its parts agree.
func TestNoTokenIsGoodTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		s := small(40)
		type paper struct {
			who, token string
			used       bool
		}
		var papers []*paper
		good := 0
		for range 6_000 {
			time.Sleep(time.Duration(rng.IntN(int(20 * time.Second))))
			who := fmt.Sprint(rng.IntN(1 + rng.IntN(60))) // some far more than others
			papers = append(papers, &paper{who: who, token: s.mint(who)})
			p := papers[len(papers)-1-rng.IntN(min(len(papers), 300))]
			err := s.use(p.who, p.token)
			if err == nil {
				require.False(t, p.used, "good twice")
				p.used = true
				good++
			}
			require.LessOrEqual(t, s.spent.all, 40)
			n := 0
			for i, sh := range s.spent.most {
				require.Equal(t, i, sh.at)
				require.Len(t, sh.used, len(sh.byTime))
				require.NotEmpty(t, sh.used)
				require.LessOrEqual(t, len(sh.used), len(s.spent.most[0].used))
				n += len(sh.used)
			}
			require.Equal(t, s.spent.all, n)
			require.Len(t, s.spent.of, len(s.spent.most))
		}
		t.Logf("%d of %d were good", good, len(papers))
		require.Greater(t, good, 1_000)
	})
}

// BenchmarkToken is one form: its token made and used up.
func BenchmarkToken(b *testing.B) {
	b.Run("one person", func(b *testing.B) {
		s := newTokens("p", make([]byte, 32), time.Hour)
		for b.Loop() {
			_, _, _ = s.take("somebody", s.mint("somebody"))
		}
	})
	b.Run("everybody another", func(b *testing.B) {
		s := newTokens("p", make([]byte, 32), time.Hour)
		for i := 0; b.Loop(); i++ {
			who := fmt.Sprint(i)
			_, _, _ = s.take(who, s.mint(who))
		}
	})
}
