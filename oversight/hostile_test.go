package oversight_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// However many open cases at once, the bound holds.
func TestManyCallersKeepTheBound(t *testing.T) {
	const most = 100
	desk, err := oversight.New(t.Context(), sqliteStore(t).open(t), oversight.Policy{}, &oversight.Options{MaxOpen: most})
	require.NoError(t, err)
	guarded := number(desk)
	openEach(t, 2_000, func(i int) error {
		_, err := guarded(about(context.Background(), "anna"), i)
		assert.LessOrEqual(t, desk.State().Audit, most)
		return err
	})
	require.Positive(t, desk.State().Audit)
}

// A caller who goes while the intent is being written has not used up the approval: the call runs, or can still be run.
func TestACancelledCallerUsesUpNoApproval(t *testing.T) {
	desk := newDesk(t, sqliteStore(t).open(t), holdAll(0, 0, ""))
	ran := 0
	pay := oversight.Approve(func(context.Context, int) (int, error) { ran++; return 1, nil }, desk,
		func(int) oversight.Case { return oversight.Case{} })
	ctx := about(t.Context(), "anna")
	for n := range 200 {
		_, err := pay(ctx, n)
		id := held(t, err).Case
		decide(t, desk, id, oversight.Judgement{Verdict: oversight.Approved})
		hasty, cancel := context.WithTimeout(ctx, time.Duration(n)*10*time.Microsecond)
		was := ran
		_, err = pay(oversight.Resume(hasty, id), n)
		cancel()
		if err != nil && ran == was {
			_, err = pay(oversight.Resume(ctx, id), n)
		}
		require.NoError(t, err)
		require.Equal(t, was+1, ran)
	}
}

func TestTimesThatNobodyCanCount(t *testing.T) {
	for _, p := range []oversight.Policy{
		{Deadline: math.MaxInt64}, {Within: math.MaxInt64}, {Undo: math.MaxInt64}, {Valid: math.MaxInt64}, {Wait: math.MaxInt64},
	} {
		_, err := oversight.New(t.Context(), ledger.Memory(nil), p, nil)
		require.ErrorIs(t, err, oversight.ErrPolicy, "it would lie in the past")
	}
	_, err := oversight.New(t.Context(), ledger.Memory(nil), oversight.Policy{}, &oversight.Options{Lease: math.MaxInt64})
	require.ErrorIs(t, err, oversight.ErrInvalid)
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 90*365*24*time.Hour, oversight.Approved))
	_, err = number(desk)(about(t.Context(), "anna"), 1)
	held(t, err)
}

// The same judgement again, with letters that JSON escapes, is the same.
func TestSubmitAgainWithLettersThatJSONEscapes(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), oversight.Policy{Rules: []oversight.Rule{{Name: "all", When: func(oversight.Case) bool { return true }, Hold: true, Need: 2}}})
	guarded := oversight.Wrap(func(context.Context, int) (map[string]string, error) { return nil, nil }, desk,
		func(int, map[string]string) oversight.Case { return oversight.Case{} })
	_, err := guarded(about(t.Context(), "anna"), 1)
	id := held(t, err).Case
	lease, err := desk.Claim(t.Context(), "rosa", id)
	require.NoError(t, err)
	j := oversight.Judgement{Verdict: oversight.Replaced, Output: json.RawMessage(`{"a": "<b> & \u2028", "c": "é"}`)}
	require.NoError(t, desk.Submit(t.Context(), lease, j))
	require.NoError(t, desk.Submit(t.Context(), lease, j))
	j.Output = map[string]string{"a": "<b> & \u2028", "c": "é"}
	require.NoError(t, desk.Submit(t.Context(), lease, j), "the same, as a value")

	// Another reviewer says the same, in another order.
	lease, err = desk.Claim(t.Context(), "ruth", id)
	require.NoError(t, err)
	j.Output = json.RawMessage(`{"c":"\u00e9","a":"<b> & \u2028"}`)
	require.NoError(t, desk.Submit(t.Context(), lease, j))
	file, err := desk.Get(t.Context(), id)
	require.NoError(t, err)
	require.False(t, file.Split)
	require.Equal(t, oversight.Replaced, file.Verdict)
}

// The end of a drill does not end a stop that only this process knows of.
func TestADrillDoesNotEndAStopThatCouldNotBeWritten(t *testing.T) {
	desk := newDesk(t, sqliteStore(t).open(t), oversight.Policy{})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := desk.Drill(t.Context(), "olga", func(ctx context.Context) error {
		if desk.State().Stopped.Why == "drill" {
			require.Error(t, desk.Stop(gone, "rosa", "wrong prices"))
		}
		return desk.Check(ctx)
	})
	require.NoError(t, err)
	require.NotNil(t, desk.State().Stopped)
	require.Equal(t, "rosa", desk.State().Stopped.Who)
}

// A gold case shows a reviewer what real ones show.
func TestAGoldCaseLooksLikeTheOthers(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), oversight.Policy{})
	id, err := desk.Seed(t.Context(), "olga", oversight.Gold{
		System: "numbers", Case: oversight.Case{Input: 1}, Output: 2, Answer: oversight.Rejected, Subject: "customer-9", Explanation: "because",
	})
	require.NoError(t, err)
	file, err := desk.Get(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, "customer-9", file.Subject)
	require.JSONEq(t, `"because"`, string(file.Explanation))
	require.Equal(t, "numbers", file.Title, "as the queue shows it")
	_, err = desk.Appeal(t.Context(), "customer-9", id, "")
	require.ErrorIs(t, err, oversight.ErrNotFound)
}

func TestWhatReviewersWriteIsBounded(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), holdAll(0, 0, ""))
	id := openCases(t, desk, 1)[0]
	lease, err := desk.Claim(t.Context(), "rosa", id)
	require.NoError(t, err)
	many := make([]string, 200)
	for _, j := range []oversight.Judgement{
		{Comment: string(make([]byte, 65<<10))}, {Reasons: []string{"\xff"}}, {Reasons: []string{string(make([]byte, 300))}}, {Reasons: many},
	} {
		j.Verdict = oversight.Approved
		require.ErrorIs(t, desk.Submit(t.Context(), lease, j), oversight.ErrInvalid)
	}
	// The stop button works whatever the reason looks like.
	require.NoError(t, desk.Stop(t.Context(), "olga", "\xff"+string(make([]byte, 2<<20))))
	require.NotNil(t, desk.State().Stopped)
}
