package transparency_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func card() *transparency.SystemCard {
	return &transparency.SystemCard{
		System: "offers", Version: "3", Purpose: "recommend <offers> to customers", Limits: []string{"not for credit"},
		Data:     []transparency.DataUse{{Category: "purchases", Source: "the shop", Recipients: []string{"nobody"}}},
		Accuracy: []transparency.Measure{{Name: "hit|rate", Value: 0.81, Low: 0.79, High: 0.83, N: 1000, On: "March"}},
	}
}

func TestEveryRecordCarriesTheCardInForce(t *testing.T) {
	l := ledger.Memory(nil)
	for range 2 { // the same card is put into the log once
		j, err := transparency.New(t.Context(), l, &transparency.Options{Card: card()})
		require.NoError(t, err)
		_, err = transparency.Wrap(reply, j, explainReply)(t.Context(), question{"c-1", "hello"})
		require.NoError(t, err)
	}
	cards := 0
	for _, e := range entries(t, l) {
		if e.Kind == "card.published" {
			cards++
			assert.Empty(t, e.Subject)
		}
	}
	assert.Equal(t, 1, cards)
	j, err := transparency.New(t.Context(), l, nil)
	require.NoError(t, err)
	for r := range j.Find(t.Context(), "c-1") {
		assert.Equal(t, card().Digest(), r.Card)
		got, err := j.Card(t.Context(), r.Card)
		require.NoError(t, err)
		assert.Equal(t, card(), got)
	}
	_, err = j.Card(t.Context(), "nope")
	require.ErrorIs(t, err, transparency.ErrNotFound)
	other := card()
	other.Limits = nil
	assert.NotEqual(t, card().Digest(), other.Digest())
}

func TestACardAsAPage(t *testing.T) {
	c := card()
	md, page := c.Markdown(), c.HTML()
	assert.Contains(t, md, "recommend &lt;offers&gt; to customers")
	assert.Contains(t, md, `| hit\|rate | 0.81 | 0.79 to 0.83 | March | 1000 |  |`)
	assert.Contains(t, md, "## Fairness\n\nNot stated.")
	assert.Contains(t, page, "recommend &lt;offers&gt; to customers")
	assert.Contains(t, page, c.Digest())
	for _, bad := range []*transparency.SystemCard{nil, {}, {System: "x", Version: "1", Purpose: "y", Accuracy: []transparency.Measure{{Value: math.NaN()}}}} {
		require.ErrorIs(t, bad.Check(), transparency.ErrRefused)
		assert.Empty(t, bad.Digest())
		if bad != nil {
			_, err := transparency.New(t.Context(), ledger.Memory(nil), &transparency.Options{Card: bad})
			require.ErrorIs(t, err, transparency.ErrRefused)
		}
	}
}

func TestDisclosuresAreRecordedWhenShown(t *testing.T) {
	j, l := open(t, nil)
	notice := transparency.Notice(transparency.AINotice, "de-AT")
	assert.Equal(t, "Sie sprechen mit einer KI, nicht mit einem Menschen.", notice.Text)
	assert.Equal(t, "en", transparency.Notice(transparency.SyntheticMark, "fi").Locale)
	_, err := transparency.Wrap(func(ctx context.Context, q question) (answer, error) {
		for range 2 {
			require.NoError(t, j.Disclose(ctx, q.Who, notice))
		}
		return reply(ctx, q)
	}, j, explainReply)(t.Context(), question{"c-1", "hello"})
	require.NoError(t, err)
	require.Len(t, entries(t, l), 2, "shown once in a decision")
	r := only(t, j, "c-1")
	assert.Equal(t, r.ID, entries(t, l)[0].Key)
	require.NoError(t, j.Disclose(call.WithSubject(t.Context(), "c-1"), "", notice))
	require.ErrorIs(t, j.Disclose(t.Context(), "", notice), transparency.ErrRefused)
	require.ErrorIs(t, j.Disclose(t.Context(), "c-1", transparency.Disclosure{}), transparency.ErrRefused)
	require.Error(t, j.Disclose(t.Context(), "c-1", transparency.Disclosure{Kind: "x", TextID: "y", Text: strings.Repeat("x", 2<<20)}))
	require.NoError(t, l.Close())
	require.ErrorIs(t, j.Disclose(t.Context(), "c-1", notice), transparency.ErrNotRecorded)
}

// filledLog has decisions, a consent, a review and a notice about c-1, and as many decisions about others.
func filledLog(t testing.TB, l *ledger.Ledger, n int) *transparency.Journal {
	t.Helper()
	j, err := transparency.New(context.Background(), l, &transparency.Options{Controller: transparency.Controller{Name: "Shop", Authority: "the data protection authority"}})
	require.NoError(t, err)
	_, err = l.Append(context.Background(),
		ledger.Entry{Stream: "consent", Kind: "consent.granted", Subject: "c-1", Body: []byte(`{"purpose":"offers","actor":"clerk ` + canary + `"}`)},
		ledger.Entry{Stream: "oversight", Kind: "case.decided", Subject: "c-1", Key: uuid.New(), Public: []byte(`{"verdict":"approve"}`), Body: []byte(`{"reviewer":"` + canary + `"}`)},
		ledger.Entry{Stream: "oversight", Kind: "case.claimed", Subject: "c-1", Key: uuid.New(), Public: []byte("\x00not JSON")},
		ledger.Entry{Stream: "privacy", Kind: "vault.stored", Subject: "c-1"},
	)
	require.NoError(t, err)
	require.NoError(t, j.Disclose(context.Background(), "c-1", transparency.Notice(transparency.AINotice, "en")))
	fill(t, j, n, "c-1", "c-2")
	return j
}

// fill records n decisions about each subject.
func fill(t testing.TB, j *transparency.Journal, n int, subjects ...string) {
	t.Helper()
	for i := range n {
		for _, who := range subjects {
			_, err := j.Record(context.Background(), transparency.Record{
				Subject: who, System: "offers", Outcome: call.Allowed, Consent: transparency.Consent{Allowed: true, Purpose: "offers"},
				Hidden: []transparency.Hidden{{Kind: "EMAIL_ADDRESS", N: 1}},
				Explanation: transparency.Explanation{
					Summary: "because of " + who + "/" + strconv.Itoa(i), Consequence: "You see other offers",
					Uses: []transparency.DataUse{{Category: "purchases", Source: "the shop", Recipients: []string{"a printer"}, Retention: "2 years"}},
				},
			})
			require.NoError(t, err)
		}
	}
}

func TestTheReportAnswersEverySlot(t *testing.T) {
	j := filledLog(t, ledger.Memory(nil), 3)
	r, err := j.Report(t.Context(), "c-1", "en")
	require.NoError(t, err)
	want := [][]string{
		{"offers"},
		{"purchases", "e-mail addresses"},
		{"a printer"},
		{"purchases: 2 years"},
		r.Slots[4].Answers,
		{"the data protection authority"},
		{"the shop"},
		{"offers", "You see other offers"},
	}
	require.Len(t, r.Slots, 8)
	for i, s := range r.Slots {
		assert.Equal(t, "15(1)("+string(rune('a'+i))+")", s.Article)
		assert.Equal(t, want[i], s.Answers, s.Article)
		assert.NotEmpty(t, s.Title)
		assert.False(t, s.Missing)
	}
	require.Len(t, r.Decisions, 3)
	assert.Contains(t, r.Decisions[0].Why, "c-1/2", "the newest first")
	assert.JSONEq(t, `{"purpose":"offers"}`, string(r.Consents[0].Details))
	require.Len(t, r.Reviews, 2)
	assert.JSONEq(t, `{"verdict":"approve"}`, string(r.Reviews[0].Details))
	assert.Nil(t, r.Reviews[1].Details)
	assert.Len(t, r.Disclosures, 1)
	assert.Len(t, r.Other, 1)

	md, page := r.Markdown(), r.HTML()
	js, err := r.JSON()
	require.NoError(t, err)
	for _, text := range []string{md, page, string(js)} {
		assert.Contains(t, text, "c-1/0")
		assert.NotContains(t, text, "c-2/", "nothing about anybody else") // an ID may hold "c-2" by chance
		assert.NotContains(t, text, canary, "no staff")
		assert.Contains(t, text, r.Decisions[0].Record.ID.String())
	}
	printed := fmt.Sprintf("%+v %#v %v %v", r, r, r.Decisions, r.Consents)
	for _, d := range r.Decisions { // an ID may hold "c-1" by chance
		printed = strings.ReplaceAll(printed, d.Record.ID.String(), "ID")
	}
	assert.NotContains(t, printed, "c-1")

	german, err := j.Report(t.Context(), "c-1", "de-AT")
	require.NoError(t, err)
	assert.Contains(t, german.Markdown(), "Wofür Ihre Daten verwendet werden")
	assert.Contains(t, german.HTML(), `<html lang="de">`)
}

func TestAReportAboutSomebodyUnknown(t *testing.T) {
	j, l := open(t, nil)
	r, err := j.Report(t.Context(), "nobody", "")
	require.NoError(t, err)
	assert.Empty(t, r.Decisions)
	for _, s := range r.Slots {
		assert.Equal(t, s.Article != "15(1)(e)", s.Missing, s.Article)
	}
	assert.Equal(t, 7, strings.Count(r.Markdown(), "not recorded"))
	_, err = j.Report(t.Context(), "", "en")
	require.ErrorIs(t, err, transparency.ErrRefused)
	require.NoError(t, l.Close())
	_, err = j.Report(t.Context(), "c-1", "en")
	require.ErrorIs(t, err, ledger.ErrClosed)
	_, err = (*transparency.Journal)(nil).Report(t.Context(), "c-1", "en")
	require.ErrorIs(t, err, transparency.ErrRefused)
}

func TestWhatAPersonWroteCannotBreakThePage(t *testing.T) {
	j, _ := open(t, nil)
	evil := "<script>x</script>\n# top [a](javascript:x) | * `_ 1. & \xff"
	_, err := j.Record(t.Context(), transparency.Record{
		Subject: "c-1", Outcome: call.Allowed, System: evil, Explanation: transparency.Explanation{Summary: "- " + evil, Result: evil, Consequence: "1. x"},
	})
	require.NoError(t, err)
	r, err := j.Report(t.Context(), "c-1", `en"><script>`)
	require.NoError(t, err)
	for _, text := range []string{r.HTML(), r.Markdown()} {
		assert.NotContains(t, text, "<script>")
	}
	assert.Contains(t, r.HTML(), `<html lang="en">`)
	assert.NotContains(t, r.Markdown(), "\n# top")
	assert.NotContains(t, r.Markdown(), "[a](")
	assert.Contains(t, r.Markdown(), "\n\\- ")
	assert.Contains(t, r.Markdown(), "\n1\\. x")
}

func TestReplay(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true})
	ctx, trail := call.Track(t.Context())
	_, err := transparency.Wrap(reply, j, explainReply)(ctx, question{"c-1", "hello"})
	require.NoError(t, err)
	got, err := transparency.Replay(t.Context(), j, trail.ID(), reply)
	require.NoError(t, err)
	assert.True(t, got.Same)
	assert.Equal(t, answer{"re: hello"}, got.Output)
	got, err = transparency.Replay(t.Context(), j, trail.ID(), func(context.Context, question) (answer, error) { return answer{"new"}, nil })
	require.NoError(t, err)
	assert.False(t, got.Same)
	_, err = transparency.Replay(t.Context(), j, trail.ID(), reply, question{"c-1", "other"})
	require.ErrorIs(t, err, transparency.ErrRefused)
	_, err = transparency.Replay(t.Context(), j, uuid.New(), reply)
	require.ErrorIs(t, err, transparency.ErrNotFound)
	require.Len(t, only(t, j, "c-1").Entries, 1, "a replay is no decision")

	j, _ = open(t, nil)
	ctx, trail = call.Track(t.Context())
	k := &desk{outcome: call.Replaced, instead: answer{"better"}}
	_, err = transparency.Wrap(k.wrap(reply), j, explainReply)(ctx, question{"c-1", "hello"})
	require.NoError(t, err)
	_, err = transparency.Replay(t.Context(), j, trail.ID(), reply)
	require.ErrorIs(t, err, transparency.ErrRefused, "nothing was kept")
	got, err = transparency.Replay(t.Context(), j, trail.ID(), reply, question{"c-1", "hello"})
	require.NoError(t, err)
	assert.True(t, got.Same, "compared with what the model said, not with what the reviewer gave")
	_, err = transparency.Replay(t.Context(), j, trail.ID(), reply, question{}, question{})
	require.ErrorIs(t, err, transparency.ErrRefused)
	_, err = transparency.Replay(t.Context(), j, trail.ID(), func(context.Context, question) (answer, error) { return answer{}, errOwn }, question{"c-1", "hello"})
	require.ErrorIs(t, err, errOwn)
}

func ExampleJournal_Report() {
	ctx := context.Background()
	journal, _ := transparency.New(ctx, ledger.Memory(nil), nil)
	_, _ = journal.Record(ctx, transparency.Record{
		Subject: "c-17", System: "offers", Outcome: "allowed",
		Explanation: transparency.Explanation{Uses: []transparency.DataUse{{Category: "purchases", Source: "our shop"}}},
	})
	report, _ := journal.Report(ctx, "c-17", "en")
	for _, slot := range report.Slots {
		fmt.Println(slot.Article, slot.Title, slot.Answers, slot.Missing)
	}
	// Output:
	// 15(1)(a) What your data is used for [] true
	// 15(1)(b) Which data [purchases] false
	// 15(1)(c) Who receives it [] true
	// 15(1)(d) How long it is kept [] true
	// 15(1)(e) Your rights [You can have your data corrected, erased or its use restricted, object to its use, and take it with you.] false
	// 15(1)(f) Where you can complain [] true
	// 15(1)(g) Where the data comes from [our shop] false
	// 15(1)(h) Automated decisions [offers] false
}

func BenchmarkReport1000(b *testing.B) {
	for _, name := range []string{"memory", "sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			j := filledLog(b, stores[name](b), 1000)
			for b.Loop() {
				r, err := j.Report(context.Background(), "c-1", "en")
				if err != nil || len(r.Decisions) != 1000 {
					b.Fatal(err)
				}
			}
		})
	}
}
