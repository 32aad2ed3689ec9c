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

// Who was dismissed, or whose training has run out, finishes what they have claimed in the time of the lease, and no later.
func TestALeaseIsRenewedAndACaseReservedForTrainedPeopleOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		desk, err := oversight.New(t.Context(), ledger.Memory(nil), holdAll(0, 0, ""), &oversight.Options{Key: secret, RosterOnly: true})
		require.NoError(t, err)
		ctx := t.Context()
		for name, lasts := range map[string]time.Duration{"rosa": time.Hour, "ruth": time.Minute} {
			require.NoError(t, desk.Enrol(ctx, "olga", oversight.Member{Name: name, Competence: "credit analyst", TrainedUntil: time.Now().Add(lasts)}))
		}
		ids := openCases(t, desk, 4)
		dismissed, late, other := claim(t, desk, "rosa", ids[0]), claim(t, desk, "ruth", ids[1]), claim(t, desk, "rosa", ids[2])
		_, err = desk.Renew(ctx, dismissed)
		require.NoError(t, err)
		require.NoError(t, desk.Assign(ctx, "olga", ids[3], "rosa"))
		require.ErrorIs(t, desk.Assign(ctx, "olga", ids[3], "nobody"), oversight.ErrRoster)

		require.NoError(t, desk.Dismiss(ctx, "olga", "rosa"))
		time.Sleep(time.Minute)
		for _, l := range []oversight.Lease{dismissed, late} {
			_, err = desk.Renew(ctx, l)
			require.ErrorIs(t, err, oversight.ErrRoster)
		}
		require.ErrorIs(t, desk.Assign(ctx, "olga", ids[3], "rosa"), oversight.ErrRoster)
		require.NoError(t, desk.Submit(ctx, other, oversight.Judgement{Verdict: oversight.Approved}), "the lease has not ended")
		time.Sleep(time.Minute)
		require.ErrorIs(t, desk.Submit(ctx, dismissed, oversight.Judgement{Verdict: oversight.Approved}), oversight.ErrFenced)
		require.NoError(t, desk.Assign(ctx, "olga", ids[3], ""))
	})
}
