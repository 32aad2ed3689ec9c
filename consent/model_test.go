package consent_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

// model is the rules of the package written down slowly: a list of events, searched from the end. It shares no code with the gate.
type model struct {
	purposes map[string]consent.Purpose
	events   []consent.Event // in the order of the log
}

// word is the event that counts on a purpose to a recipient: the last, but an imported one only if it was given after the one that
// counted until then; given at the same time, it counts only if it takes back.
func (m *model) word(subject, purpose, recipient string) *consent.Event {
	var counts *consent.Event
	for i := range m.events {
		e := &m.events[i]
		if e.Subject != subject || e.Purpose != purpose || e.Recipient != recipient {
			continue
		}
		if counts != nil && !e.Given.IsZero() {
			said, before := saidAt(e), saidAt(counts)
			if said.Before(before) || said.Equal(before) && gives(e) {
				continue
			}
		}
		counts = e
	}
	return counts
}

func saidAt(e *consent.Event) time.Time {
	at := e.At
	if !e.Given.IsZero() {
		at = e.Given
	}
	return at.Truncate(time.Millisecond)
}

func gives(e *consent.Event) bool { return e.Kind == consent.Granted || e.Kind == consent.Renewed }

// counts is the word that rules a purpose for a recipient: the recipient's own, but a no to all that came later beats a yes.
func (m *model) counts(subject, purpose, recipient string) *consent.Event {
	all := m.word(subject, purpose, "")
	if recipient == "" {
		return all
	}
	one := m.word(subject, purpose, recipient)
	if one == nil || all != nil && !gives(all) && later(all, one) {
		return all
	}
	return one
}

// later says whether a no to all was said after a word to one recipient: by the log, but what was imported counts from when it was given,
// and at the same time the no counts as the later.
func later(no, one *consent.Event) bool {
	if no.Seq > one.Seq {
		return no.Given.IsZero() || !saidAt(no).Before(saidAt(one)) && !gives(no)
	}
	if one.Given.IsZero() {
		return false
	}
	return saidAt(one).Before(saidAt(no)) || saidAt(one).Equal(saidAt(no)) && gives(one)
}

var severity = map[consent.Reason]int{
	consent.ReasonUnderAge: 1, consent.ReasonObjected: 2, consent.ReasonWithdrawn: 3, consent.ReasonRefused: 4, consent.ReasonExpired: 5,
	consent.ReasonOutdatedNotice: 6, consent.ReasonNoRecord: 7,
}

func (m *model) why(e *consent.Event, said, asked consent.Purpose, now time.Time) consent.Reason {
	switch {
	case e.Kind == consent.Objected:
		return consent.ReasonObjected
	case e.Kind == consent.Refused:
		return consent.ReasonRefused
	case e.Kind == consent.Expired:
		return consent.ReasonExpired
	case !gives(e):
		return consent.ReasonWithdrawn
	case !e.Guardian && (e.Age < said.MinAge || e.Age < asked.MinAge):
		return consent.ReasonUnderAge
	case said.TTL > 0 && !now.Before(saidAt(e).Add(said.TTL)), asked.TTL > 0 && !now.Before(saidAt(e).Add(asked.TTL)):
		return consent.ReasonExpired
	case !e.Expires.IsZero() && !now.Before(e.Expires):
		return consent.ReasonExpired
	case e.NoticeVersion < said.Notice.MaterialSince:
		return consent.ReasonOutdatedNotice
	}
	return ""
}

// decisive walks outward from the purpose until somebody has said something.
func (m *model) decisive(ask consent.Ask, now time.Time) (on string, why consent.Reason, by *consent.Event) {
	asked := m.purposes[ask.Purpose]
	ring, seen := []string{ask.Purpose}, map[string]bool{ask.Purpose: true}
	for len(ring) > 0 {
		var outer []string
		for _, name := range ring {
			said := m.purposes[name]
			if e := m.counts(ask.Subject, name, ask.Recipient); e != nil {
				reason := m.why(e, said, asked, now)
				worse := by != nil && reason != "" && (why == "" || severity[reason] < severity[why])
				if by == nil || worse {
					on, why, by = name, reason, e
				}
			}
			for _, up := range said.Within {
				if !seen[up] {
					seen[up] = true
					outer = append(outer, up)
				}
			}
		}
		if by != nil {
			return on, why, by
		}
		ring = outer
	}
	return "", consent.ReasonNoRecord, nil
}

// check is the answer to an ask for one purpose.
func (m *model) check(ask consent.Ask, now time.Time) consent.Answer {
	answer := consent.Answer{Purpose: ask.Purpose}
	if ask.Subject == "" {
		answer.Reason = consent.ReasonNoSubject
		return answer
	}
	p, known := m.purposes[ask.Purpose]
	if !known {
		answer.Reason = consent.ReasonUnknownPurpose
		return answer
	}
	on, why, by := m.decisive(ask, now)
	if by != nil {
		answer.Receipt = by.Seq
	}
	objects := why == consent.ReasonObjected
	if ask.GPC && p.SaleLike {
		answer.Conflict = p.OverGPC && on == ask.Purpose && why == ""
		objects = objects || !answer.Conflict
	}
	optOut := false
	for _, j := range p.OptOut {
		optOut = optOut || j == ask.Jurisdiction && p.MinAge == 0
	}
	bases := p.Bases
	if len(bases) == 0 {
		bases = []consent.Basis{consent.BasisConsent}
	}
	for _, b := range bases {
		carries := true
		switch b {
		case consent.BasisConsent:
			carries = !objects && (why == "" || by == nil && optOut)
		case consent.BasisExplicitConsent:
			carries = !objects && why == ""
		case consent.BasisLegitimateInterests, consent.BasisPublicTask:
			carries = !objects
		}
		if carries {
			answer.Allowed, answer.Basis = true, b
			return answer
		}
	}
	answer.Reason = why
	if objects && why != consent.ReasonUnderAge {
		answer.Reason = consent.ReasonObjected
	}
	return answer
}

// all is the answer to an ask that may have further purposes: the first that does not hold.
func (m *model) all(ask consent.Ask, now time.Time) consent.Answer {
	answer := m.check(ask, now)
	for _, also := range ask.Also {
		if !answer.Allowed {
			break
		}
		one := ask
		one.Purpose = also
		if next := m.check(one, now); !next.Allowed {
			answer = next
		}
	}
	return answer
}

// TestAgainstTheModel compares the gate with the model: 1,000,000 checks over random purposes, histories and asks; 50,000 with -short.
func TestAgainstTheModel(t *testing.T) {
	worlds := 2000
	if testing.Short() {
		worlds = 100
	}
	checks, differences := 0, 0
	reasons := map[consent.Reason]int{}
	for seed := range worlds {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, uint64(seed))
			defer w.log.Close()
			for range 25 {
				w.live(t)
				for range 20 {
					ask := w.ask()
					want := w.model.all(ask, time.Now())
					got, err := w.gate.Check(t.Context(), ask)
					got.AsOf = 0
					if got != want || (err == nil) != want.Allowed {
						differences++
						t.Errorf("world %d, asked for %q to %q in %q (GPC %v, also %q): %+v instead of %+v", seed, ask.Purpose, ask.Recipient, ask.Jurisdiction, ask.GPC, ask.Also, got, want)
					}
					reasons[want.Reason]++
					checks++
				}
			}
		})
		if differences > 10 {
			break
		}
	}
	t.Logf("%d checks, %d differences; by reason: %v", checks, differences, reasons)
	for r := range severity {
		require.NotZero(t, reasons[r], "the worlds never came to %q", r)
	}
	require.NotZero(t, reasons[""])
}

// world is a gate with random purposes and the model beside it.
type world struct {
	r        *rand.Rand
	log      *ledger.Ledger
	gate     *consent.Gate
	model    *model
	purposes []consent.Purpose
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{r: rand.New(rand.NewPCG(seed, 1)), log: ledger.Memory(nil), model: &model{purposes: map[string]consent.Purpose{}}}
	n := 2 + w.r.IntN(6)
	for i := range n {
		p := consent.Purpose{
			ID: fmt.Sprint("p", i), TTL: pick(w.r, 0, 0, 24*time.Hour, 300*time.Hour), MinAge: pick(w.r, 0, 0, 0, 13, 16),
			SaleLike: w.r.IntN(3) == 0, OverGPC: w.r.IntN(2) == 0,
		}
		p.Notice.Version = w.r.IntN(4)
		p.Notice.MaterialSince = w.r.IntN(p.Notice.Version + 1)
		for range w.r.IntN(3) {
			if i > 0 {
				p.Within = append(p.Within, fmt.Sprint("p", w.r.IntN(i)))
			}
		}
		for range w.r.IntN(3) {
			p.OptOut = append(p.OptOut, pick(w.r, "US-CA", "US-TX"))
		}
		for range w.r.IntN(3) {
			p.Bases = append(p.Bases, pick(w.r, consent.BasisConsent, consent.BasisConsent, consent.BasisExplicitConsent, consent.BasisLegitimateInterests, consent.BasisPublicTask, consent.BasisContract))
		}
		w.purposes, w.model.purposes[p.ID] = append(w.purposes, p), p
	}
	var err error
	w.gate, err = consent.New(t.Context(), w.log, w.purposes, &consent.Options{MaxWords: int(seed%2) * 20}) // every second one bounded
	require.NoError(t, err)
	return w
}

func (w *world) subject() string { return fmt.Sprint("customer-", w.r.IntN(3)) }
func (w *world) recipient() string {
	return pick(w.r, "", "", "", "acme", "other", "customer-0", "customer-1")
}

// live lets some time go by and something happen.
func (w *world) live(t *testing.T) {
	t.Helper()
	r := w.r
	for range 1 + r.IntN(3) {
		time.Sleep(time.Duration(r.IntN(20)) * time.Hour)
		p := pick(r, w.purposes...)
		e := consent.Event{
			Subject: w.subject(), Purpose: p.ID, Recipient: w.recipient(), Guardian: r.IntN(8) == 0, Age: pick(r, 0, 12, 15, 17, 40, 90),
			Kind: pick(r, consent.Granted, consent.Granted, consent.Granted, consent.Renewed, consent.Refused, consent.Withdrawn, consent.Revoked, consent.Expired, consent.Objected, consent.Invalidated, consent.Erased),
		}
		if e.Guardian {
			e.Actor = "parent-1"
		}
		if r.IntN(3) == 0 { // whole days, so that several are given at the same time
			e.Given = time.Now().Truncate(24 * time.Hour).Add(-time.Duration(r.IntN(6)) * 24 * time.Hour)
		}
		if r.IntN(5) == 0 {
			e.Expires = time.Now().Add(time.Duration(r.IntN(200)) * time.Hour)
		}
		if r.IntN(3) == 0 {
			e.NoticeVersion, e.NoticeDigest = r.IntN(p.Notice.Version+1), "of an earlier text"
		}
		w.model.events = append(w.model.events, record(t, w.gate, e))
	}
}

func (w *world) ask() consent.Ask {
	r := w.r
	ask := consent.Ask{
		Subject: w.subject(), Purpose: pick(r, w.purposes...).ID, Recipient: w.recipient(), Jurisdiction: pick(r, "", "DE", "US-CA", "US-TX"),
		GPC: r.IntN(3) == 0,
	}
	switch r.IntN(40) {
	case 0:
		ask.Subject = ""
	case 1:
		ask.Purpose = "resale"
	case 2, 3, 4, 5:
		ask.Also = []string{pick(r, w.purposes...).ID, pick(r, w.purposes...).ID}
	case 6:
		ask.Also = []string{"resale"}
	}
	return ask
}
