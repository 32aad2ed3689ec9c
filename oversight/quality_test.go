package oversight_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestGoldFindsTheRubberStamper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledger.Memory(nil)
		desk := newDesk(t, l, oversight.Policy{Breaker: &oversight.Breaker{Rate: 0.05}})
		ctx := t.Context()
		_, err := number(desk)(about(ctx, "anna"), 5)
		require.NoError(t, err)
		golds := map[uuid.UUID]bool{}
		for i := range 8 {
			g := oversight.Gold{
				Case:   oversight.Case{Key: strconv.Itoa(i), Title: "5", Input: 5},
				System: "oversight_test.number.func1", Output: 6, Answer: oversight.Rejected,
			}
			id, err := desk.Seed(ctx, "boss", g)
			require.NoError(t, err)
			again, err := desk.Seed(ctx, "boss", g)
			require.NoError(t, err)
			require.Equal(t, id, again)
			golds[id] = true
		}
		items, err := desk.Pending(ctx, oversight.Filter{})
		require.NoError(t, err)
		require.Len(t, items, 9)
		for _, i := range items {
			require.Equal(t, 1.0, i.Probability, "nothing gives it away")
			file, err := desk.Get(ctx, i.Case)
			require.NoError(t, err)
			require.Empty(t, file.Gold)
		}
		stamped, real := 0, 0
		for {
			lease, err := desk.Claim(ctx, "stamper", uuid.Nil)
			if err != nil {
				break
			}
			if !golds[lease.Case] {
				real++
			} else if stamped++; stamped > 4 {
				require.NoError(t, desk.Release(ctx, lease))
				lease = claim(t, desk, "careful", lease.Case)
				time.Sleep(time.Minute)
				require.NoError(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Rejected}))
				continue
			}
			time.Sleep(time.Second)
			require.NoError(t, desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved}))
		}
		require.Equal(t, 1, real)
		q, err := desk.Quality(ctx, oversight.Window{})
		require.NoError(t, err)
		require.Len(t, q.Reviewers, 2)
		careful, stamper := q.Reviewers[0], q.Reviewers[1]
		require.False(t, careful.Flagged)
		require.Equal(t, 4, careful.Gold)
		require.Equal(t, time.Minute, careful.DwellMedian)
		require.True(t, stamper.Flagged, "four in a row: %g", stamper.Evidence)
		require.InDelta(t, math.Pow(3.5, 4), stamper.Evidence, 1e-9)
		require.Equal(t, 5, stamper.Streak)
		require.Equal(t, time.Second, stamper.DwellP10)
		require.True(t, math.IsNaN(q.Alpha), "nobody judged a case twice")

		e, err := desk.Estimate(ctx, oversight.Window{})
		require.NoError(t, err)
		require.Equal(t, 1, e.Reviewed, "gold counts in no rate of the model")
		require.Equal(t, 1, desk.State().Breaker.Reviews)
		for id := range golds {
			file, err := desk.Get(ctx, id)
			require.NoError(t, err)
			require.Equal(t, oversight.Rejected, file.Gold, "known once decided")
		}
	})
}

func TestSeedNeedsEverything(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), oversight.Policy{})
	good := oversight.Gold{Case: oversight.Case{Input: canary}, System: "s", Output: 1, Answer: oversight.Approved}
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", good, good, good), canary)
	for _, change := range []func(*oversight.Gold){
		func(g *oversight.Gold) { g.Case.Input = nil },
		func(g *oversight.Gold) { g.System = "" },
		func(g *oversight.Gold) { g.Output = nil },
		func(g *oversight.Gold) { g.Output = func() {} },
		func(g *oversight.Gold) { g.Case.Input = func() {} },
		func(g *oversight.Gold) { g.Answer = "" },
	} {
		bad := good
		change(&bad)
		_, err := desk.Seed(t.Context(), "boss", bad)
		require.ErrorIs(t, err, oversight.ErrInvalid)
	}
	_, err := desk.Seed(t.Context(), "", good)
	require.ErrorIs(t, err, oversight.ErrInvalid)
}

func TestAgreementOfBlindReviews(t *testing.T) {
	desk := newDesk(t, ledger.Memory(nil), twoOf(holdAll(0, 0, "")))
	for i, id := range openCases(t, desk, 4) {
		second := []oversight.Verdict{oversight.Approved, oversight.Rejected, oversight.Approved, oversight.Rejected}[i]
		first := []oversight.Verdict{oversight.Approved, oversight.Rejected, oversight.Rejected, oversight.Rejected}[i]
		vote(t, desk, "rosa", id, first)
		vote(t, desk, "ruth", id, second)
	}
	q, err := desk.Quality(t.Context(), oversight.Window{})
	require.NoError(t, err)
	require.Equal(t, 4, q.Twice)
	want, err := oversight.KrippendorffAlpha([][]float64{{0, 1, 1, 1}, {0, 1, 0, 1}}, oversight.Nominal)
	require.NoError(t, err)
	require.InDelta(t, want, q.Alpha, 1e-12)
}

// A gold case stands among the others as if the policy had drawn it, held it and asked for as many reviewers.
func TestGoldLooksDrawnByThePolicy(t *testing.T) {
	always := func(oversight.Case) bool { return true }
	all := oversight.Rule{Name: "all", When: always, Rate: 0.999_999}
	two := oversight.Rule{Name: "two", When: always, Hold: true, Need: 2, Urgent: true}
	for name, tc := range map[string]struct {
		rate  float64
		rules []oversight.Rule
		rule  string
	}{
		"own rate":              {rate: 0.999_999},
		"a rule":                {rate: 0.5, rules: []oversight.Rule{all}, rule: "all"},
		"rules only":            {rate: oversight.RulesOnly, rules: []oversight.Rule{all}},
		"rules only, held":      {rate: oversight.RulesOnly, rules: []oversight.Rule{two}},
		"no higher than others": {rate: 1, rules: []oversight.Rule{two}, rule: "two"},
	} {
		t.Run(name, func(t *testing.T) {
			desk := newDesk(t, ledger.Memory(nil), oversight.Policy{Rate: tc.rate, Rules: tc.rules, Deadline: time.Hour, Remind: time.Minute})
			ctx := t.Context()
			_, _ = number(desk)(about(ctx, "anna"), 1)
			gold, err := desk.Seed(ctx, "boss", oversight.Gold{
				System: "oversight_test.number.func1", Case: oversight.Case{Title: "1", Input: 1}, Output: 1, Answer: oversight.Approved, Rule: tc.rule,
			})
			require.NoError(t, err)
			items, err := desk.Pending(ctx, oversight.Filter{})
			require.NoError(t, err)
			require.Len(t, items, 2)
			drawn, seeded := items[0], items[1]
			require.Equal(t, gold, seeded.Case)
			require.WithinDuration(t, drawn.Deadline, seeded.Deadline, 30*time.Second)
			for _, i := range []*oversight.Item{&drawn, &seeded} {
				i.Case, i.Seq, i.Opened, i.Deadline = uuid.Nil, 0, time.Time{}, time.Time{}
			}
			require.Equal(t, shown(drawn), shown(seeded))

			for _, who := range []string{"rosa", "ruth"}[:seeded.Need] {
				vote(t, desk, who, gold, oversight.Approved)
			}
			owed, err := desk.Undelivered(ctx, 0)
			require.NoError(t, err)
			require.Empty(t, owed, "it delivers nothing")
			e, err := desk.Estimate(ctx, oversight.Window{})
			require.NoError(t, err)
			require.Zero(t, e.Reviewed)
		})
	}
	desk := newDesk(t, ledger.Memory(nil), oversight.Policy{})
	_, err := desk.Seed(t.Context(), "boss", oversight.Gold{System: "s", Case: oversight.Case{Input: 1}, Output: 1, Answer: oversight.Approved, Rule: "none"})
	require.ErrorIs(t, err, oversight.ErrInvalid)
}

// shown is an item without what keeps it from being printed.
func shown(i oversight.Item) any {
	type plain oversight.Item
	return plain(i)
}
