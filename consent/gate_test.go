package consent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

// purposes of the tests: one plain, one that runs out, one for grown-ups, one with an outdated text, one to object to.
var purposes = []consent.Purpose{
	{ID: "offers", Name: "Offers made for you", Notice: consent.Notice{Version: 1, Text: "We choose offers by what you bought."}},
	{ID: "trial", TTL: 30 * 24 * time.Hour},
	{ID: "adults", MinAge: 16},
	{ID: "moved", Notice: consent.Notice{Version: 3, MaterialSince: 2}},
	{ID: "ads", OptOut: []string{"US-CA"}, SaleLike: true},
	{ID: "safety", Bases: []consent.Basis{consent.BasisLegitimateInterests}},
	{ID: "marketing"},
	{ID: "profiling"},
	{ID: "email", Within: []string{"marketing", "profiling"}},
	{ID: "partners", SaleLike: true, OverGPC: true},
	{ID: "invoice", Bases: []consent.Basis{consent.BasisContract}},
}

func newGate(t *testing.T) (*consent.Gate, *ledger.Ledger) {
	t.Helper()
	log := ledger.Memory(nil)
	t.Cleanup(func() { log.Close() })
	gate, err := consent.New(t.Context(), log, purposes, nil)
	require.NoError(t, err)
	return gate, log
}

func TestReasons(t *testing.T) {
	const me = "customer-1"
	past := func(d time.Duration) time.Time { return time.Now().Add(-d) }
	cases := []struct {
		name   string
		events []consent.Event
		ask    consent.Ask
		want   consent.Reason
		basis  consent.Basis
	}{
		{name: "never asked", ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonNoRecord},
		{name: "agreed", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, basis: consent.BasisConsent},
		{name: "agreed again", events: []consent.Event{{Kind: consent.Renewed, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, basis: consent.BasisConsent},
		{name: "somebody else agreed", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}}, ask: consent.Ask{Subject: "customer-2", Purpose: "offers"}, want: consent.ReasonNoRecord},
		{name: "nobody named", ask: consent.Ask{Purpose: "offers"}, want: consent.ReasonNoSubject},
		{name: "no such purpose", ask: consent.Ask{Subject: me, Purpose: "resale"}, want: consent.ReasonUnknownPurpose},
		{name: "withdrawn", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}, {Kind: consent.Withdrawn, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonWithdrawn},
		{name: "revoked", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}, {Kind: consent.Revoked, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonWithdrawn},
		{name: "invalidated", events: []consent.Event{{Kind: consent.Invalidated, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonWithdrawn},
		{name: "erased", events: []consent.Event{{Kind: consent.Erased, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonWithdrawn},
		{name: "granted again after a withdrawal", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "offers"}, {Kind: consent.Granted, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, basis: consent.BasisConsent},
		{name: "an old consent imported after a withdrawal", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "offers"}, {Kind: consent.Granted, Purpose: "offers", Given: past(time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonWithdrawn},
		{name: "refused", events: []consent.Event{{Kind: consent.Refused, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonRefused},
		{name: "objected", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}, {Kind: consent.Objected, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonObjected},
		{name: "imported and run out", events: []consent.Event{{Kind: consent.Granted, Purpose: "trial", Given: past(31 * 24 * time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "trial"}, want: consent.ReasonExpired},
		{name: "imported and still good", events: []consent.Event{{Kind: consent.Granted, Purpose: "trial", Given: past(29 * 24 * time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "trial"}, basis: consent.BasisConsent},
		{name: "its own end has come", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers", Given: past(2 * time.Hour), Expires: past(time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonExpired},
		{name: "recorded as expired", events: []consent.Event{{Kind: consent.Expired, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonExpired},
		{name: "too young", events: []consent.Event{{Kind: consent.Granted, Purpose: "adults", Age: 15}}, ask: consent.Ask{Subject: me, Purpose: "adults"}, want: consent.ReasonUnderAge},
		{name: "age not known", events: []consent.Event{{Kind: consent.Granted, Purpose: "adults"}}, ask: consent.Ask{Subject: me, Purpose: "adults"}, want: consent.ReasonUnderAge},
		{name: "old enough", events: []consent.Event{{Kind: consent.Granted, Purpose: "adults", Age: 16}}, ask: consent.Ask{Subject: me, Purpose: "adults"}, basis: consent.BasisConsent},
		{name: "a guardian agreed", events: []consent.Event{{Kind: consent.Granted, Purpose: "adults", Age: 9, Actor: "parent-1", Guardian: true}}, ask: consent.Ask{Subject: me, Purpose: "adults"}, basis: consent.BasisConsent},
		{name: "the text has changed in substance", events: []consent.Event{{Kind: consent.Granted, Purpose: "moved", NoticeVersion: 1}}, ask: consent.Ask{Subject: me, Purpose: "moved"}, want: consent.ReasonOutdatedNotice},
		{name: "the text has changed in words", events: []consent.Event{{Kind: consent.Granted, Purpose: "moved", NoticeVersion: 2}}, ask: consent.Ask{Subject: me, Purpose: "moved"}, basis: consent.BasisConsent},
		{name: "also: one of two missing", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers", Also: []string{"trial"}}, want: consent.ReasonNoRecord},
		{name: "also: both given", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}, {Kind: consent.Granted, Purpose: "trial"}}, ask: consent.Ask{Subject: me, Purpose: "offers", Also: []string{"trial"}}, basis: consent.BasisConsent},
		{name: "opt-out: nobody objected", ask: consent.Ask{Subject: me, Purpose: "ads", Jurisdiction: "US-CA"}, basis: consent.BasisConsent},
		{name: "opt-out: elsewhere one must agree", ask: consent.Ask{Subject: me, Purpose: "ads", Jurisdiction: "DE"}, want: consent.ReasonNoRecord},
		{name: "opt-out: the browser objects", ask: consent.Ask{Subject: me, Purpose: "ads", Jurisdiction: "US-CA", GPC: true}, want: consent.ReasonObjected},
		{name: "opt-out: withdrawn", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "ads"}}, ask: consent.Ask{Subject: me, Purpose: "ads", Jurisdiction: "US-CA"}, want: consent.ReasonWithdrawn},
		{name: "legitimate interests", ask: consent.Ask{Subject: me, Purpose: "safety"}, basis: consent.BasisLegitimateInterests},
		{name: "legitimate interests, objected", events: []consent.Event{{Kind: consent.Objected, Purpose: "safety"}}, ask: consent.Ask{Subject: me, Purpose: "safety"}, want: consent.ReasonObjected},
		{name: "a contract", events: []consent.Event{{Kind: consent.Objected, Purpose: "invoice"}}, ask: consent.Ask{Subject: me, Purpose: "invoice"}, basis: consent.BasisContract},
		{name: "one recipient refused, all others allowed", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}, {Kind: consent.Withdrawn, Purpose: "offers", Recipient: "acme"}}, ask: consent.Ask{Subject: me, Purpose: "offers", Recipient: "acme"}, want: consent.ReasonWithdrawn},
		{name: "all refused, one recipient allowed later", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "offers"}, {Kind: consent.Granted, Purpose: "offers", Recipient: "acme"}}, ask: consent.Ask{Subject: me, Purpose: "offers", Recipient: "acme"}, basis: consent.BasisConsent},
		{name: "one recipient allowed, all withdrawn later", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers", Recipient: "acme"}, {Kind: consent.Withdrawn, Purpose: "offers"}}, ask: consent.Ask{Subject: me, Purpose: "offers", Recipient: "acme"}, want: consent.ReasonWithdrawn},
		{name: "all withdrawn, one recipient allowed before, imported later", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "offers"}, {Kind: consent.Granted, Purpose: "offers", Recipient: "acme", Given: past(time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "offers", Recipient: "acme"}, want: consent.ReasonWithdrawn},
		{name: "one recipient allowed, all refused before, imported later", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers", Recipient: "acme"}, {Kind: consent.Refused, Purpose: "offers", Given: past(time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "offers", Recipient: "acme"}, basis: consent.BasisConsent},
		{name: "imports in odd order", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "offers", Given: past(10 * 24 * time.Hour)}, {Kind: consent.Refused, Purpose: "offers", Given: past(100 * 24 * time.Hour)}, {Kind: consent.Granted, Purpose: "offers", Given: past(50 * 24 * time.Hour)}}, ask: consent.Ask{Subject: me, Purpose: "offers"}, want: consent.ReasonWithdrawn},
		{name: "the broader purpose allows", events: []consent.Event{{Kind: consent.Granted, Purpose: "marketing"}}, ask: consent.Ask{Subject: me, Purpose: "email"}, basis: consent.BasisConsent},
		{name: "the narrower purpose decides", events: []consent.Event{{Kind: consent.Granted, Purpose: "marketing"}, {Kind: consent.Withdrawn, Purpose: "email"}}, ask: consent.Ask{Subject: me, Purpose: "email"}, want: consent.ReasonWithdrawn},
		{name: "the narrower purpose decides, for it", events: []consent.Event{{Kind: consent.Withdrawn, Purpose: "marketing"}, {Kind: consent.Granted, Purpose: "email"}}, ask: consent.Ask{Subject: me, Purpose: "email"}, basis: consent.BasisConsent},
		{name: "of two broader purposes the one that denies", events: []consent.Event{{Kind: consent.Granted, Purpose: "marketing"}, {Kind: consent.Objected, Purpose: "profiling"}}, ask: consent.Ask{Subject: me, Purpose: "email"}, want: consent.ReasonObjected},
		{name: "the broader purpose knows nothing of the narrower", events: []consent.Event{{Kind: consent.Granted, Purpose: "email"}}, ask: consent.Ask{Subject: me, Purpose: "marketing"}, want: consent.ReasonNoRecord},
		{name: "the signal of the browser beats an agreement", events: []consent.Event{{Kind: consent.Granted, Purpose: "ads"}}, ask: consent.Ask{Subject: me, Purpose: "ads", GPC: true}, want: consent.ReasonObjected},
		{name: "but where the purpose says otherwise", events: []consent.Event{{Kind: consent.Granted, Purpose: "partners"}}, ask: consent.Ask{Subject: me, Purpose: "partners", GPC: true}, basis: consent.BasisConsent},
		{name: "another recipient", events: []consent.Event{{Kind: consent.Granted, Purpose: "offers"}, {Kind: consent.Withdrawn, Purpose: "offers", Recipient: "acme"}}, ask: consent.Ask{Subject: me, Purpose: "offers", Recipient: "other"}, basis: consent.BasisConsent},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			gate, log := newGate(t)
			for _, e := range c.events {
				e.Subject = me
				_, err := gate.Record(t.Context(), e)
				require.NoError(t, err)
			}
			for _, g := range []*consent.Gate{gate, replayed(t, log)} { // what was lived through and what is replayed agree
				answer, err := g.Check(t.Context(), c.ask)
				assert.Equal(t, c.want, answer.Reason)
				assert.Equal(t, c.basis, answer.Basis)
				assert.Equal(t, c.want == "", answer.Allowed)
				if c.want == "" {
					require.NoError(t, err)
					continue
				}
				var denied *consent.DeniedError
				require.ErrorIs(t, err, consent.ErrDenied)
				require.ErrorAs(t, err, &denied)
				assert.Equal(t, c.want, denied.Reason)
				assert.NotEmpty(t, denied.Public())
			}
		})
	}
}

func replayed(t *testing.T, log *ledger.Ledger) *consent.Gate {
	t.Helper()
	gate, err := consent.New(t.Context(), log, purposes, nil)
	require.NoError(t, err)
	return gate
}

func TestZeroGatesDeny(t *testing.T) {
	for name, gate := range map[string]*consent.Gate{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			answer, err := gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
			require.ErrorIs(t, err, consent.ErrDenied)
			assert.Equal(t, consent.ReasonUnavailable, answer.Reason)
			assert.Contains(t, err.Error(), "consent.New", "the text names the fix")

			_, err = gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
			require.Error(t, err)
			_, err = gate.History(t.Context(), "customer-1")
			require.Error(t, err)

			v := struct {
				Age int `consent:"offers"`
			}{44}
			require.ErrorIs(t, gate.Minimize(t.Context(), "customer-1", &v), consent.ErrDenied)
			assert.Zero(t, v.Age, "a gate that cannot answer lets nothing through")
		})
	}
}

func TestClosedLogDenies(t *testing.T) {
	gate, log := newGate(t)
	_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	require.NoError(t, log.Close())
	answer, err := gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.Equal(t, consent.ReasonUnavailable, answer.Reason)
}

func TestConsentRunsOutWhileTheGateLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, log := newGate(t)
		defer log.Close()
		_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "trial"})
		require.NoError(t, err)
		ask := consent.Ask{Subject: "customer-1", Purpose: "trial"}
		time.Sleep(30*24*time.Hour - time.Second)
		_, err = gate.Check(t.Context(), ask)
		require.NoError(t, err)
		time.Sleep(time.Second)
		answer, err := gate.Check(t.Context(), ask)
		require.ErrorIs(t, err, consent.ErrDenied)
		assert.Equal(t, consent.ReasonExpired, answer.Reason)
	})
}

func TestAtLeastWaitsAsLongAsTheContextAllows(t *testing.T) {
	gate, _ := newGate(t)
	e, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	_, err = gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers", AtLeast: e.Seq})
	require.NoError(t, err)

	synctest.Test(t, func(t *testing.T) {
		gate, log := newGate(t)
		defer log.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		answer, err := gate.Check(ctx, consent.Ask{Subject: "customer-1", Purpose: "offers", AtLeast: 1000})
		require.ErrorIs(t, err, consent.ErrDenied)
		assert.Equal(t, consent.ReasonStale, answer.Reason)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestCancelledContextDenies(t *testing.T) {
	gate, _ := newGate(t)
	_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = gate.Check(ctx, consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.ErrorIs(t, err, consent.ErrDenied)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRecordRefusesWhatItCannotKeep(t *testing.T) {
	gate, log := newGate(t)
	cases := map[string]consent.Event{
		"no subject":         {Kind: consent.Granted, Purpose: "offers"},
		"a document":         {Kind: consent.Granted, Purpose: "offers", Subject: strings.Repeat("x", 1<<20)},
		"invalid UTF-8":      {Kind: consent.Granted, Purpose: "offers", Subject: "a\xff"},
		"an unknown purpose": {Kind: consent.Granted, Purpose: "resale", Subject: "customer-1"},
		"no kind":            {Purpose: "offers", Subject: "customer-1"},
		"the future":         {Kind: consent.Granted, Purpose: "offers", Subject: "customer-1", Given: time.Now().Add(time.Hour)},
		"a guardian unnamed": {Kind: consent.Granted, Purpose: "adults", Subject: "customer-1", Guardian: true},
		"one's own guardian": {Kind: consent.Granted, Purpose: "adults", Subject: "customer-1", Guardian: true, Actor: "customer-1"},
		"a negative age":     {Kind: consent.Granted, Purpose: "adults", Subject: "customer-1", Age: -1},
	}
	for name, e := range cases {
		_, err := gate.Record(t.Context(), e)
		require.ErrorIs(t, err, consent.ErrInvalid, name)
		assert.Less(t, len(err.Error()), 200, name)
	}
	for e, err := range log.Since(t.Context(), 0) {
		require.NoError(t, err)
		t.Fatal("something was written: ", e)
	}
}

func TestNewRefusesPurposesThatCannotWork(t *testing.T) {
	log := ledger.Memory(nil)
	for name, p := range map[string][]consent.Purpose{
		"no ID":                    {{}},
		"twice":                    {{ID: "a"}, {ID: "a"}},
		"within nothing":           {{ID: "a", Within: []string{"b"}}},
		"within itself":            {{ID: "a", Within: []string{"b"}}, {ID: "b", Within: []string{"a"}}},
		"invalid UTF-8":            {{ID: "\xff"}},
		"a negative TTL":           {{ID: "a", TTL: -1}},
		"an unknown basis":         {{ID: "a", Bases: []consent.Basis{"because"}}},
		"a notice no one can meet": {{ID: "a", Notice: consent.Notice{MaterialSince: 2}}},
	} {
		_, err := consent.New(t.Context(), log, p, nil)
		require.ErrorIs(t, err, consent.ErrInvalid, name)
	}
	_, err := consent.New(t.Context(), nil, purposes, nil)
	require.Error(t, err)
}

func TestHistoryAndReceipt(t *testing.T) {
	gate, _ := newGate(t)
	granted, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers", Method: "web form"})
	require.NoError(t, err)
	answer, err := gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	assert.Equal(t, granted.Seq, answer.Receipt)
	assert.GreaterOrEqual(t, answer.AsOf, granted.Seq)
	_, err = gate.Withdraw(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	_, err = gate.Grant(t.Context(), consent.Event{Subject: "customer-2", Purpose: "offers"})
	require.NoError(t, err)

	events, err := gate.History(t.Context(), "customer-1")
	require.NoError(t, err)
	require.Len(t, events, 2)
	assert.Equal(t, consent.Granted, events[0].Kind)
	assert.Equal(t, "web form", events[0].Method)
	assert.Equal(t, 1, events[0].NoticeVersion)
	assert.Equal(t, purposes[0].Notice.Digest(), events[0].NoticeDigest, "the text that was agreed to can be proven")
	assert.Equal(t, consent.Withdrawn, events[1].Kind)

	none, err := gate.History(t.Context(), "customer-3")
	require.NoError(t, err)
	assert.Empty(t, none)
}

func TestWhatPurposesWereGivenMayChangeAfterwards(t *testing.T) {
	log := ledger.Memory(nil)
	mine := []consent.Purpose{{ID: "offers", Bases: []consent.Basis{consent.BasisConsent}}}
	gate, err := consent.New(t.Context(), log, mine, nil)
	require.NoError(t, err)
	mine[0].Bases[0] = consent.BasisContract
	_, err = gate.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"})
	require.ErrorIs(t, err, consent.ErrDenied)
}

// TestWhoGivesIsNotWhoGets: people who share with each other are subject here and recipient there.
func TestWhoGivesIsNotWhoGets(t *testing.T) {
	gate, log := newGate(t)
	record(t, gate, consent.Event{Subject: "customer-1", Recipient: "customer-2", Purpose: "offers", Kind: consent.Granted})
	record(t, gate, consent.Event{Subject: "customer-3", Recipient: "customer-3", Purpose: "offers", Kind: consent.Granted})
	for _, g := range []*consent.Gate{gate, replayed(t, log)} {
		assert.Empty(t, reason(t, g, consent.Ask{Subject: "customer-1", Recipient: "customer-2", Purpose: "offers"}))
		assert.Empty(t, reason(t, g, consent.Ask{Subject: "customer-3", Recipient: "customer-3", Purpose: "offers"}))
		assert.Equal(t, consent.ReasonNoRecord, reason(t, g, consent.Ask{Subject: "customer-2", Recipient: "customer-1", Purpose: "offers"}))
		assert.Equal(t, consent.ReasonNoRecord, reason(t, g, consent.Ask{Subject: "customer-1", Recipient: "customer-1", Purpose: "offers"}))
	}
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	log := ledger.Memory(nil)
	var gates []*consent.Gate
	for _, tenant := range []string{"a", "b"} {
		gate, err := consent.New(t.Context(), log, purposes, &consent.Options{Tenant: tenant})
		require.NoError(t, err)
		gates = append(gates, gate)
	}
	_, err := gates[0].Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	ask := consent.Ask{Subject: "customer-1", Purpose: "offers"}
	_, err = gates[0].Check(t.Context(), ask)
	require.NoError(t, err)
	_, err = gates[1].Check(t.Context(), ask)
	require.ErrorIs(t, err, consent.ErrDenied)
	events, err := gates[1].History(t.Context(), "customer-1")
	require.NoError(t, err)
	assert.Empty(t, events)
}

func TestOnChange(t *testing.T) {
	gate, _ := newGate(t)
	var got []string
	gate.OnChange(func(e consent.Event) {
		got = append(got, string(e.Kind))
		_, err := gate.Check(t.Context(), consent.Ask{Subject: e.Subject, Purpose: e.Purpose})
		require.NoError(t, err)
	})
	_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	assert.Equal(t, []string{"granted"}, got)
}

func TestEventsPrintWithoutPersonalData(t *testing.T) {
	e := consent.Event{Subject: "canary-subject", Actor: "canary-actor", Purpose: "offers", Kind: consent.Granted}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		assert.NotContains(t, fmt.Sprintf(verb, e), "canary", verb)
		assert.NotContains(t, fmt.Sprintf(verb, &e), "canary", verb)
	}
	asJSON, err := json.Marshal(&consent.DeniedError{Reason: consent.ReasonStale, Err: fmt.Errorf("canary")})
	require.NoError(t, err)
	assert.NotContains(t, string(asJSON), "canary")
}

func TestWithdrawalBindsAtOnceAmongManyReaders(t *testing.T) {
	gate, _ := newGate(t)
	for round := range 50 {
		subject := fmt.Sprint("customer-", round)
		_, err := gate.Grant(t.Context(), consent.Event{Subject: subject, Purpose: "offers"})
		require.NoError(t, err)
		stop := make(chan struct{})
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						if answer, _ := gate.Check(context.Background(), consent.Ask{Subject: subject, Purpose: "offers"}); answer.Allowed {
							t.Error("allowed after the withdrawal had returned")
						}
						return
					default:
						_, _ = gate.Check(context.Background(), consent.Ask{Subject: subject, Purpose: "offers"})
					}
				}
			})
		}
		_, err = gate.Withdraw(t.Context(), consent.Event{Subject: subject, Purpose: "offers"})
		require.NoError(t, err)
		close(stop)
		readers.Wait()
	}
}

// allocs is how often f allocates at least: what else is going on in the process counts in some of the rounds, f in all of them.
func allocs(f func()) float64 {
	least := testing.AllocsPerRun(100, f)
	for i := 0; i < 20 && least > 0; i++ {
		least = min(least, testing.AllocsPerRun(100, f))
	}
	return least
}

func TestCheckAllocatesNothing(t *testing.T) {
	gate, _ := newGate(t)
	_, err := gate.Grant(t.Context(), consent.Event{Subject: "customer-1", Purpose: "offers"})
	require.NoError(t, err)
	ctx, ask := t.Context(), consent.Ask{Subject: "customer-1", Purpose: "offers"}
	assert.Zero(t, allocs(func() {
		if _, err := gate.Check(ctx, ask); err != nil {
			t.Fatal(err)
		}
	}))
}
