package oversight_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// What happened while no process was there to hear of it is told to the next one, once, in order, and before what comes after.
func TestNoticesOfThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		p := holdAll(0, time.Hour, "")
		p.Remind = 10 * time.Minute
		var said []oversight.Notice
		listen := func(since ledger.Seq) *oversight.Desk {
			desk, err := oversight.New(t.Context(), l, p, &oversight.Options{
				NotifySince: since, Notify: func(n oversight.Notice) { said = append(said, n) },
			})
			require.NoError(t, err)
			return desk
		}
		first := listen(0)
		ids := openCases(t, first, 1)
		require.Len(t, said, 1)
		last := said[0].Seq
		require.Positive(t, last)
		first.Close()

		deaf := newDesk(t, l, p)
		decide(t, deaf, ids[0], oversight.Judgement{Verdict: oversight.Approved})
		ids = append(ids, openCases(t, deaf, 1)...)
		time.Sleep(50 * time.Minute)
		_, err := deaf.Expire(t.Context())
		require.NoError(t, err)

		said = nil
		second := listen(last)
		require.Len(t, said, 3, "before New returns")
		third := openCases(t, second, 1)
		kinds := []string{}
		for i, n := range said {
			kinds = append(kinds, n.Kind)
			require.Greater(t, n.Seq, last, i)
			last = n.Seq
		}
		require.Equal(t, []string{oversight.NoticeDecided, oversight.NoticeOpened, oversight.NoticeDue, oversight.NoticeOpened}, kinds)
		require.Equal(t, ids[0], said[0].Case)
		require.Equal(t, ids[1], said[2].Case)
		require.Equal(t, third[0], said[3].Case)
		second.Close()

		said = nil
		listen(last).Close()
		listen(0).Close()
		require.Empty(t, said, "all is told")
	})
}

// An erasure closes the cases of a person, and each is told of.
func TestNoticesOfWhatIsErased(t *testing.T) {
	l := ledger.Memory(nil)
	var said []oversight.Notice
	desk, err := oversight.New(t.Context(), l, holdAll(0, 0, ""), &oversight.Options{Notify: func(n oversight.Notice) { said = append(said, n) }})
	require.NoError(t, err)
	t.Cleanup(desk.Close)
	ids := openCases(t, desk, 2)
	said = nil
	_, err = l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	require.Zero(t, desk.State().Held)
	require.Len(t, said, 2)
	for _, n := range said {
		require.Equal(t, oversight.NoticeErased, n.Kind)
		require.Empty(t, n.Verdict)
	}
	require.NotEqual(t, said[0].ID, said[1].ID, "two notices")
	require.ElementsMatch(t, ids, []uuid.UUID{said[0].Case, said[1].Case})
}
