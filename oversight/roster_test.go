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

func TestOnlyTrainedPeopleReview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk, err := oversight.New(t.Context(), l, holdAll(0, 1000*time.Hour, ""), &oversight.Options{Key: secret, RosterOnly: true})
		require.NoError(t, err)
		id := openCases(t, desk, 2)[0]
		_, err = desk.Claim(t.Context(), "rosa", uuid.Nil)
		require.ErrorIs(t, err, oversight.ErrRefused)

		rosa := oversight.Member{Name: "rosa", Competence: "credit analyst", TrainedUntil: time.Now().Add(time.Hour).UTC()}
		require.NoError(t, desk.Enrol(t.Context(), "olga", rosa))
		require.NoError(t, desk.Enrol(t.Context(), "olga", oversight.Member{Name: "anton", Competence: "x", TrainedUntil: rosa.TrainedUntil}))
		again := newDesk(t, l, holdAll(0, 0, ""))
		for _, k := range []*oversight.Desk{desk, again} {
			roster, err := k.Roster(t.Context())
			require.NoError(t, err)
			require.Len(t, roster, 2)
			require.Equal(t, rosa, roster[1])
		}
		lease, err := desk.Claim(t.Context(), "rosa", id)
		require.NoError(t, err)
		require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Approved}))

		require.NoError(t, desk.Dismiss(t.Context(), "olga", "anton"))
		require.ErrorIs(t, desk.Dismiss(t.Context(), "olga", "anton"), oversight.ErrInvalid)
		_, err = desk.Claim(t.Context(), "anton", uuid.Nil)
		require.ErrorIs(t, err, oversight.ErrRefused)
		time.Sleep(time.Hour)
		_, err = desk.Claim(t.Context(), "rosa", uuid.Nil)
		require.ErrorIs(t, err, oversight.ErrRefused, "the training has run out")
		_, err = again.Claim(t.Context(), "rosa", uuid.Nil)
		require.NoError(t, err, "a desk that does not ask for the roster")

		for _, bad := range []oversight.Member{
			{Competence: "x", TrainedUntil: time.Now()}, {Name: "x", TrainedUntil: time.Now()}, {Name: "x", Competence: "x"},
		} {
			require.ErrorIs(t, desk.Enrol(t.Context(), "olga", bad), oversight.ErrInvalid)
		}
		require.ErrorIs(t, desk.Enrol(t.Context(), "", rosa), oversight.ErrInvalid)
		require.ErrorIs(t, desk.Dismiss(t.Context(), "", "rosa"), oversight.ErrInvalid)
	})
}
