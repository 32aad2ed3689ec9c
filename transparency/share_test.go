package transparency_test

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func TestExplanationsMayBeSampledButRecordsNot(t *testing.T) {
	const n, share = 2000, 0.25
	j, _ := open(t, &transparency.Options{ExplainShare: share})
	ran := 0
	f := transparency.Wrap(reply, j, func(q question, a answer) transparency.Explanation { ran++; return explainReply(q, a) })
	for range n {
		_, err := f(call.WithSubject(t.Context(), "c-1"), question{"c-1", "hello"})
		require.NoError(t, err)
	}
	records := held(t, j, "c-1")
	require.Len(t, records, n)
	explained := 0
	for _, r := range records {
		if r.Explanation.Summary != "" {
			explained++
			assert.Empty(t, r.Unexplained)
			continue
		}
		assert.Equal(t, "not drawn (Options.ExplainShare)", r.Unexplained)
		assert.NotZero(t, r.Input.Digest)
		assert.NotZero(t, r.Output.Digest)
	}
	assert.Equal(t, ran, explained)
	// Six standard deviations: fails once in a billion runs.
	assert.InDelta(t, n*share, explained, 6*math.Sqrt(n*share*(1-share)))

	var left transparency.Record
	for _, r := range records {
		if r.Unexplained != "" {
			left = r
			break
		}
	}
	require.NoError(t, j.Explain(t.Context(), left.ID, transparency.Explanation{Summary: "Later"}))
	got, err := j.Get(t.Context(), "c-1", left.ID)
	require.NoError(t, err)
	assert.Equal(t, "Later.", got.Why())
	assert.Empty(t, got.Unexplained)
}

func TestWhoOnlyTheExplainFunctionKnowsAndWhatIsReviewedIsExplained(t *testing.T) {
	j, _ := open(t, &transparency.Options{ExplainShare: 1e-18})
	f := transparency.Wrap(reply, j, explainReply)
	_, err := f(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	assert.Equal(t, "You asked", only(t, j, "c-1").Explanation.Summary)
	_, err = transparency.Wrap((&desk{outcome: call.Held}).wrap(reply), j, explainReply)(call.WithSubject(t.Context(), "c-2"), question{"c-2", "hello"})
	require.Error(t, err)
	assert.Equal(t, "You asked", only(t, j, "c-2").Explanation.Summary)
	assert.Empty(t, only(t, j, "c-2").Unexplained)
	for _, bad := range []float64{-0.1, 1.1, math.NaN()} {
		_, err := transparency.New(t.Context(), ledger.Memory(nil), &transparency.Options{ExplainShare: bad})
		require.ErrorIs(t, err, transparency.ErrRefused)
	}
}

func TestWhatIsWrittenIsWhatTheLogHolds(t *testing.T) {
	eachStore(t, func(t *testing.T, l *ledger.Ledger) {
		var written uint64
		var journals []*transparency.Journal
		for range 2 {
			j, err := transparency.New(t.Context(), l, &transparency.Options{Card: card()})
			require.NoError(t, err)
			journals = append(journals, j)
		}
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				j := journals[i%2]
				for n := range 10 {
					who := fmt.Sprint("c-", i)
					_, err := transparency.Wrap(reply, j, explainReply)(t.Context(), question{who, fmt.Sprint(n)})
					assert.NoError(t, err) //nolint:testifylint // not the test's goroutine
					id := uuid.New()
					for range 3 { // twice too often
						_, err = j.Record(t.Context(), transparency.Record{ID: id, Subject: who, Outcome: call.Allowed})
						assert.NoError(t, err)
					}
				}
			})
		}
		wg.Wait()
		for _, j := range journals {
			written += j.Written()
			assert.Zero(t, j.Dropped())
		}
		verified, err := l.Verify(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 1+16*10*2, written)
		assert.EqualValues(t, verified.Entries, written)
	})
	assert.Zero(t, (*transparency.Journal)(nil).Written())
}
