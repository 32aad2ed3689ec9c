package consent_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

func reason(t *testing.T, g *consent.Gate, ask consent.Ask) consent.Reason {
	t.Helper()
	answer, _ := g.Check(context.Background(), ask)
	return answer.Reason
}

func record(t *testing.T, g *consent.Gate, e consent.Event) consent.Event {
	t.Helper()
	e, err := g.Record(context.Background(), e)
	require.NoError(t, err)
	return e
}

func TestForgettingNeverTurnsIntoAllowing(t *testing.T) {
	safety := consent.Ask{Subject: "customer-1", Purpose: "safety"}
	ads := consent.Ask{Subject: "customer-1", Purpose: "ads", Jurisdiction: "US-CA"}
	offers := consent.Ask{Subject: "customer-1", Purpose: "offers"}
	for name, erase := range map[string]func(g *consent.Gate, l *ledger.Ledger) error{
		"through the gate": func(g *consent.Gate, _ *ledger.Ledger) error {
			_, err := g.Erase(t.Context(), "customer-1")
			return err
		},
		"by another package": func(_ *consent.Gate, l *ledger.Ledger) error {
			_, err := l.Erase(t.Context(), "customer-1")
			return err
		},
		"through another's gate": func(_ *consent.Gate, l *ledger.Ledger) error {
			_, err := replayed(t, l).Erase(t.Context(), "customer-1")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			gate, log := newGate(t)
			record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
			record(t, gate, consent.Event{Subject: "customer-1", Purpose: "safety", Kind: consent.Objected, Given: time.Now().Add(-time.Hour)})
			record(t, gate, consent.Event{Subject: "customer-1", Purpose: "ads", Kind: consent.Withdrawn})
			record(t, gate, consent.Event{Subject: "customer-2", Purpose: "offers", Kind: consent.Granted})
			require.NoError(t, erase(gate, log))
			for _, g := range []*consent.Gate{gate, replayed(t, log)} {
				assert.Equal(t, consent.ReasonObjected, reason(t, g, safety))
				assert.Equal(t, consent.ReasonWithdrawn, reason(t, g, ads))
				assert.Equal(t, consent.ReasonNoRecord, reason(t, g, offers), "what they agreed to is forgotten")
				assert.Equal(t, consent.Reason(""), reason(t, g, consent.Ask{Subject: "customer-2", Purpose: "offers"}))
				events, err := g.History(t.Context(), "customer-1")
				require.NoError(t, err)
				assert.Empty(t, events)
			}

			record(t, gate, consent.Event{Subject: "customer-1", Purpose: "safety", Kind: consent.Granted, Given: time.Now().Add(-2 * time.Hour)})
			assert.Equal(t, consent.ReasonObjected, reason(t, gate, safety), "an older consent, imported afterwards, changes nothing")
			record(t, gate, consent.Event{Subject: "customer-1", Purpose: "safety", Kind: consent.Granted})
			assert.Equal(t, consent.Reason(""), reason(t, gate, safety), "a new one does")
			require.NoError(t, erase(gate, log))
			for _, g := range []*consent.Gate{gate, replayed(t, log)} {
				assert.Equal(t, consent.Reason(""), reason(t, g, safety), "who had agreed again had not objected")
				assert.Equal(t, consent.ReasonWithdrawn, reason(t, g, ads))
			}

			_, err := gate.Forget(t.Context(), "customer-1")
			require.NoError(t, err)
			for _, g := range []*consent.Gate{gate, replayed(t, log)} {
				assert.Equal(t, consent.Reason(""), reason(t, g, ads), "forgotten entirely")
			}
		})
	}
}

func TestErasureKeepsWhatItWasToldToKeep(t *testing.T) {
	gate, log := newGate(t)
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	_, err := gate.Erase(t.Context(), "customer-1", ledger.Keep{Stream: "consent", Until: time.Now().Add(time.Hour), Why: "proof of consent"})
	require.NoError(t, err)
	for _, g := range []*consent.Gate{gate, replayed(t, log)} {
		assert.Equal(t, consent.Reason(""), reason(t, g, consent.Ask{Subject: "customer-1", Purpose: "offers"}))
	}
}

func TestOnChangeTellsOfErasures(t *testing.T) {
	gate, log := newGate(t)
	var got []consent.Event
	gate.OnChange(func(e consent.Event) { got = append(got, e) })
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "safety", Kind: consent.Objected})
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Expired})
	_, err := log.Erase(t.Context(), "customer-1")
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.Equal(t, consent.Erased, got[2].Kind)
	assert.Equal(t, got[0].Mark, got[2].Mark, "a cache finds whom to forget")
	assert.NotZero(t, got[2].Mark)
}

// TestLiveIsReplayed lives through random histories with erasures and retentions, and compares each answer with that of a gate that
// has only what is left.
func TestLiveIsReplayed(t *testing.T) {
	all := []consent.Kind{consent.Granted, consent.Renewed, consent.Refused, consent.Withdrawn, consent.Revoked, consent.Expired, consent.Objected, consent.Invalidated, consent.Erased}
	seeds := uint64(40)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 4))
			log := ledger.Memory(nil)
			defer log.Close()
			live, err := consent.New(t.Context(), log, purposes, &consent.Options{MaxWords: int(seed%2) * 40})
			require.NoError(t, err)
			subject := func() string { return fmt.Sprint("customer-", r.IntN(6)) }
			recipient := func() string { return []string{"", "", "acme", "other"}[r.IntN(4)] }
			for range 60 {
				time.Sleep(time.Duration(r.IntN(40)) * time.Hour)
				switch r.IntN(12) {
				case 0:
					_, err := live.Erase(t.Context(), subject())
					require.NoError(t, err)
				case 1:
					_, err := live.Forget(t.Context(), subject())
					require.NoError(t, err)
				case 2:
					before := told(t, live, false)
					_, err := live.Retain(t.Context(), time.Now().Add(-time.Duration(1+r.IntN(200))*time.Hour), true)
					require.NoError(t, err)
					require.Equal(t, before, told(t, live, false), "seed %d: a retention changes no answer", seed)
				default:
					e := consent.Event{Subject: subject(), Purpose: purposes[r.IntN(len(purposes))].ID, Recipient: recipient(), Kind: all[r.IntN(len(all))], Age: r.IntN(30)}
					if r.IntN(3) == 0 {
						e.Given = time.Now().Add(-time.Duration(r.IntN(2000)) * time.Hour)
					}
					if r.IntN(4) == 0 {
						e.Expires = time.Now().Add(time.Duration(r.IntN(400)) * time.Hour)
					}
					record(t, live, e)
				}
				again, err := consent.New(t.Context(), log, purposes, &consent.Options{MaxWords: r.IntN(2) * 40})
				require.NoError(t, err)
				gpc := r.IntN(4) == 0
				require.Equal(t, told(t, live, gpc), told(t, again, gpc), "seed %d", seed)
				again.Close()
			}
		})
	}
}

// telling is what a gate says to a question.
type telling struct {
	Ask    string
	Answer consent.Answer
	MayAsk bool
}

// told is all that a gate tells about the people of TestLiveIsReplayed, apart from the position it knows the log up to.
func told(t *testing.T, g *consent.Gate, gpc bool) (all []telling) {
	t.Helper()
	for s := range 6 {
		for _, p := range purposes {
			for _, to := range []string{"", "acme", "other"} {
				ask := consent.Ask{Subject: fmt.Sprint("customer-", s), Purpose: p.ID, Recipient: to, Jurisdiction: "US-CA", GPC: gpc}
				one := telling{Ask: fmt.Sprintf("%s: %s to %q, GPC %v", ask.Subject, p.ID, to, gpc)}
				one.Answer, _ = g.Check(t.Context(), ask)
				one.Answer.AsOf = 0
				var err error
				one.MayAsk, err = g.MayAsk(t.Context(), ask)
				require.NoError(t, err)
				all = append(all, one)
			}
		}
	}
	return all
}

// TestARetentionRevivesNoOldImport: an old consent that was imported after an objection had outlived an erasure counts as little afterwards.
func TestARetentionRevivesNoOldImport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, log := newGate(t)
		defer log.Close()
		record(t, gate, consent.Event{Subject: "customer-1", Purpose: "safety", Kind: consent.Objected})
		_, err := gate.Erase(t.Context(), "customer-1")
		require.NoError(t, err)
		record(t, gate, consent.Event{Subject: "customer-1", Purpose: "safety", Kind: consent.Granted, Given: time.Now().Add(-time.Hour)})
		ask := consent.Ask{Subject: "customer-1", Purpose: "safety"}
		assert.Equal(t, consent.ReasonObjected, reason(t, gate, ask))
		time.Sleep(time.Hour)
		_, err = gate.Retain(t.Context(), time.Now().Add(-time.Minute), true)
		require.NoError(t, err)
		assert.Equal(t, consent.ReasonObjected, reason(t, gate, ask))
		assert.Equal(t, consent.ReasonObjected, reason(t, replayed(t, log), ask))
	})
}

func TestRetain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, log := newGate(t)
		defer log.Close()
		first := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "trial", Kind: consent.Granted})
		record(t, gate, consent.Event{Subject: "customer-2", Purpose: "offers", Kind: consent.Granted})
		record(t, gate, consent.Event{Subject: "customer-2", Purpose: "offers", Kind: consent.Withdrawn})
		other, err := consent.New(t.Context(), log, purposes, &consent.Options{Tenant: "other"})
		require.NoError(t, err)
		record(t, other, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
		time.Sleep(29 * 24 * time.Hour)
		_, err = gate.Retain(t.Context(), time.Now().Add(-time.Hour), false)
		require.ErrorIs(t, err, ledger.ErrTooShort)
		_, err = gate.Retain(t.Context(), time.Now(), true)
		require.ErrorIs(t, err, consent.ErrInvalid)
		gone, err := gate.Retain(t.Context(), time.Now().Add(-time.Hour), true)
		require.NoError(t, err)
		assert.Equal(t, 4, gone)

		for _, g := range []*consent.Gate{gate, replayed(t, log)} {
			answer, err := g.Check(t.Context(), consent.Ask{Subject: "customer-1", Purpose: "trial"})
			require.NoError(t, err)
			assert.Equal(t, first.Seq, answer.Receipt)
			assert.Equal(t, consent.ReasonWithdrawn, reason(t, g, consent.Ask{Subject: "customer-2", Purpose: "offers"}))
			events, err := g.History(t.Context(), "customer-1")
			require.NoError(t, err)
			require.Len(t, events, 1)
			assert.Equal(t, first.At, events[0].At)
		}
		other2, err := consent.New(t.Context(), log, purposes, &consent.Options{Tenant: "other"})
		require.NoError(t, err)
		assert.Equal(t, consent.Reason(""), reason(t, other2, consent.Ask{Subject: "customer-1", Purpose: "offers"}), "another tenant's consent stays, too")
		time.Sleep(24 * time.Hour)
		for _, g := range []*consent.Gate{gate, replayed(t, log)} {
			assert.Equal(t, consent.ReasonExpired, reason(t, g, consent.Ask{Subject: "customer-1", Purpose: "trial"}), "the time to live went on counting")
		}
	})
}

func TestMayAsk(t *testing.T) {
	cooling := []consent.Purpose{
		{ID: "ads", Cooldown: 365 * 24 * time.Hour, SaleLike: true},
		{ID: "banner", Within: []string{"ads"}},
		{ID: "offers"},
	}
	ask := consent.Ask{Subject: "customer-1", Purpose: "ads"}
	for kind, want := range map[consent.Kind]bool{
		consent.Granted: true, consent.Renewed: true, consent.Expired: true, consent.Revoked: true, consent.Invalidated: true,
		consent.Refused: false, consent.Withdrawn: false, consent.Objected: false, consent.Erased: false,
	} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := ledger.Memory(nil)
				defer log.Close()
				gate, err := consent.New(t.Context(), log, cooling, nil)
				require.NoError(t, err)
				may := func(a consent.Ask) bool {
					ok, err := gate.MayAsk(t.Context(), a)
					require.NoError(t, err)
					return ok
				}
				assert.True(t, may(ask), "nobody has asked yet")
				record(t, gate, consent.Event{Subject: "customer-1", Purpose: "ads", Kind: kind})
				assert.Equal(t, want, may(ask))
				assert.Equal(t, want, may(consent.Ask{Subject: "customer-1", Purpose: "banner"}), "a no to the broader purpose counts")
				assert.True(t, may(consent.Ask{Subject: "customer-1", Purpose: "offers"}))
				assert.Equal(t, want, may(consent.Ask{Subject: "customer-1", Purpose: "offers", Also: []string{"ads"}}))
				time.Sleep(365*24*time.Hour - time.Second)
				assert.Equal(t, want, may(ask))
				time.Sleep(time.Second)
				assert.True(t, may(ask))
				ask := ask
				ask.GPC = true
				assert.False(t, may(ask), "the browser has answered")
			})
		})
	}
	gate, _ := newGate(t)
	for name, bad := range map[string]consent.Ask{"no subject": {Purpose: "offers"}, "unknown": {Subject: "customer-1", Purpose: "resale"}} {
		ok, err := gate.MayAsk(t.Context(), bad)
		require.ErrorIs(t, err, consent.ErrDenied, name)
		assert.False(t, ok, name)
	}
	ok, err := (*consent.Gate)(nil).MayAsk(t.Context(), ask)
	require.ErrorIs(t, err, consent.ErrDenied)
	assert.False(t, ok)
}
