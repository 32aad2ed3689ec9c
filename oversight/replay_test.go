package oversight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// snapshot is what a fold has come to, without the pointers.
func snapshot(s *state) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	type row struct {
		Public        openedPublic
		ID            uuid.UUID
		Seq           ledger.Seq
		Subject       string
		Title         string
		Score         float64
		Input, Digest digest
		Now           time.Time
		Reviewer      string
		Token         ledger.Seq
		Until         time.Time
		Votes         int
		Flags         []bool
		Assigned      string
		Skipped       []string
	}
	var rows []row
	for i := range s.levels {
		q := &s.levels[i]
		n := 0
		for r := q.first; r != nil; r = r.next {
			n++
			rows = append(rows, row{
				r.openedPublic, r.id, r.seq, r.subject, r.title, r.score, r.input, r.digest, r.now,
				r.lease.reviewer, r.lease.token, r.lease.until, len(r.votes),
				[]bool{r.split, r.urgent, r.cooling()},
				r.assigned, r.skipped,
			})
		}
		if n != q.n {
			panic("a queue has lost count")
		}
	}
	if len(rows) != len(s.open) || len(rows) != len(s.due) {
		panic("queue, map and heap differ")
	}
	var owing []Delivery
	for _, d := range s.out.all() {
		if !d.lapsed(time.Now()) { // the others go when the next one comes
			owing = append(owing, d.Delivery)
		}
	}
	var keys []string
	for id, p := range s.keys.past.all() {
		if time.Now().Before(p.lapses) {
			keys = append(keys, fmt.Sprint(id, p.draw, p.lapses.UTC()))
		}
	}
	if s.out.order.Len() != len(s.out.byID) || s.keys.past.order.Len() != len(s.keys.past.byID) || len(s.keys.open) != s.held {
		panic("the outbox or the keyring has lost count")
	}
	type stopped Stopped // whose JSON is not redacted
	out, err := json.MarshalIndent(struct {
		Rows    []row
		Stop    *stopped
		Key     [keySize]byte
		Owing   []Delivery
		Keys    []string
		Breaker []string
	}{rows, (*stopped)(s.stop.Load()), s.key, owing, keys, s.breaker.snapshot()}, "", " ")
	if err != nil {
		panic(err)
	}
	return string(out)
}

// snapshot is what the breaker knows: not where its list begins, which differs where something was forgotten.
func (w *watermark) snapshot() []string {
	if w == nil {
		return nil
	}
	known := func(list []waiting) (kept []string) {
		for _, c := range list {
			if c.p > 0 {
				kept = append(kept, fmt.Sprint(c.seq, c.id, c.p, c.opened, c.known, c.wrong))
			}
		}
		return kept
	}
	lines := []string{fmt.Sprintf("%+v", w.process), fmt.Sprintf("since %d base %+v", w.since, w.base)}
	lines = append(append(lines, known(w.read)...), "waiting:")
	return append(lines, known(w.line[w.head:])...)
}

// Whatever happens, a desk that lived through it and one that reads the ledger afterwards are in the same state, and what the
// queue says of a case is what its own entries say.
func TestLiveEqualsReplay(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(exam(20, 2_000)) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			l := ledger.Memory(nil)
			policy := Policy{
				Rate: 0.5, Deadline: time.Hour, Within: 2 * time.Hour, Undo: time.Minute, Remind: 10 * time.Minute, Blind: 0.1, Valid: 3 * time.Hour,
				Rules: []Rule{
					{Name: "low", When: func(c Case) bool { return c.Score < 0.3 }, Hold: true, Need: 2},
				},
				Breaker: &Breaker{Rate: 0.3, Alpha: 0.2, Patience: 90 * time.Minute},
			}
			people := []string{"anna", "ben", "cleo"}
			ctx := t.Context()
			live, err := New(ctx, l, policy, nil)
			require.NoError(t, err)
			live.opts.MaxOpen = 40
			live.state.breaker.every = 4
			guarded := Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, live, func(n, _ int) Case {
				return Case{Key: strconv.Itoa(n), Score: rng.Float64(), Title: "case " + strconv.Itoa(n)}
			})
			var leases []Lease
			var cases []uuid.UUID
			pick := func() Lease {
				if len(leases) == 0 {
					return Lease{Case: uuid.New(), Reviewer: "r", Token: 1}
				}
				return leases[rng.IntN(len(leases))]
			}
			for range 300 {
				who := call.WithSubject(ctx, people[rng.IntN(len(people))])
				switch rng.IntN(16) {
				case 14:
					if rng.IntN(5) == 0 {
						_, err := l.Erase(ctx, people[rng.IntN(len(people))])
						require.NoError(t, err)
					}
				case 15:
					if rng.IntN(5) == 0 {
						_, err := live.Retain(ctx, time.Now().Add(-time.Duration(rng.IntN(120))*time.Minute), true)
						require.NoError(t, err)
					}
				case 0, 1, 2:
					_, err := guarded(who, rng.IntN(60))
					if p, ok := err.(*PendingError); ok { //nolint:errorlint // what guarded itself returned
						cases = append(cases, p.Case)
					}
				case 3, 4:
					if lease, err := live.Claim(ctx, "r"+strconv.Itoa(rng.IntN(3)), uuid.Nil); err == nil {
						leases = append(leases, lease)
						cases = append(cases, lease.Case)
					}
				case 5:
					_, _ = live.Renew(ctx, pick())
				case 6:
					_ = live.Release(ctx, pick())
				case 7:
					_ = live.Submit(ctx, pick(), Judgement{Verdict: []Verdict{Approved, Approved, Rejected, ""}[rng.IntN(4)]})
				case 8:
					time.Sleep(time.Duration(rng.IntN(20)) * time.Minute)
				case 10:
					_ = live.Skip(ctx, pick(), "no")
				case 11:
					_ = live.Escalate(ctx, pick(), "big")
				case 12:
					_ = live.Undo(ctx, pick())
					_ = live.Adjudicate(ctx, pick(), Judgement{Verdict: Rejected})
				case 13:
					_ = live.Assign(ctx, "boss", pick().Case, []string{"", "r1"}[rng.IntN(2)])
					if rng.IntN(4) == 0 {
						_ = live.Invalidate(ctx, "boss", pick().Case, "gone")
					}
				case 9:
					if len(cases) > 0 {
						_, _ = guarded(Resume(who, cases[rng.IntN(len(cases))]), rng.IntN(60))
					}
					switch stopped := live.State().Stopped != nil; {
					case stopped && rng.IntN(3) == 0:
						_ = live.Start(ctx, "s", "")
					case !stopped && rng.IntN(20) == 0:
						_ = live.Stop(ctx, "s", "")
					}
				}
			}
			if seed%4 == 0 { // so that something has grown old in every run of the test, whatever was drawn
				time.Sleep(3 * time.Hour)
				_, err := live.Expire(ctx)
				require.NoError(t, err)
				time.Sleep(time.Hour)
				_, err = live.Retain(ctx, time.Now(), true)
				require.NoError(t, err)
			}
			for e, err := range l.Since(ctx, 0) {
				require.NoError(t, err)
				seen[e.Kind]++
			}
			again, err := New(ctx, l, policy, nil)
			require.NoError(t, err)
			require.Equal(t, snapshot(live.state), snapshot(again.state))
			for _, id := range cases {
				r := live.state.open[id]
				f, err := live.read(ctx, id)
				if errors.Is(err, ErrNotFound) { // erased, or gone by age
					require.Nil(t, r)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, r == nil, f.decided())
				if r != nil {
					require.Equal(t, r.lease, f.lease)
					require.Equal(t, r.now, f.now)
				}
			}
		})
	}
	ofAnswers := slices.DeleteFunc(slices.Clone(caseKinds), func(kind string) bool { return strings.HasPrefix(kind, "effect.") })
	for _, kind := range append(ofAnswers, kindRead, kindStopOn, kindStopOff, "ledger.erased", "ledger.retained") {
		require.NotZero(t, seen[kind], "%s never happened", kind)
	}
	t.Log(seen)
}

// Whatever stands in the log, the fold answers with an error at worst.
func FuzzFold(f *testing.F) {
	for kind, public := range map[string]string{
		kindOpened: `{"p":0.5,"held":true,"deadline":1,"fallback":"approve"}`, kindClaimed: `{"until":9}`, kindDecided: `{"token":2,"verdict":"approve"}`,
		kindExpired: `{}`, kindStopOn: ``, kindKey: ``, "case.unknown": `{`,
	} {
		f.Add(kind, []byte(public), []byte(`{"title":"t","digest":"AA==","reviewer":"r"}`), uint8(1), true)
	}
	f.Fuzz(func(t *testing.T, kind string, public, body []byte, version uint8, critical bool) {
		s := newState()
		id := uuid.MustParse("01900000-0000-7000-8000-000000000001")
		first := entry(kindOpened, uuid.New(), id, "anna", openedPublic{Deadline: 100e9}, &openedBody{})
		claim := entry(kindClaimed, uuid.New(), id, "anna", leasePublic{Until: 50e9}, leaseBody{Reviewer: "r"})
		odd := ledger.Entry{
			Stream: stream, Kind: kind, Public: public, Body: body, Version: version, Critical: critical,
			Key: id, ID: uuid.New(), At: time.Unix(7, 0),
		}
		var d *dossier
		first.At, claim.At = time.Unix(5, 0), time.Unix(6, 0)
		for i, e := range []ledger.Entry{first, claim, odd, odd} {
			e.Seq = ledger.Seq(i + 1)
			if s.fold(e, e.At) != nil {
				return
			}
			var err error
			if d, err = d.take(e, whole); err != nil {
				return
			}
		}
		snapshot(s)
		if r := s.open[id]; (r == nil) != d.decided() {
			t.Fatal("the queue and the case's own entries differ")
		}
	})
}
