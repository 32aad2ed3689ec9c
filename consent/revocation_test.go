package consent_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
)

// racesEnv sets the number of races of TestRevocation: "make exam-revocation" has 100,000.
const racesEnv = "FAIRLEAD_EXAM_REVOCATION"

// TestRevocation races withdrawals in this process against checks in two others over one PostgreSQL, one of them behind a network that
// now and then holds back or cuts what is sent. No check that begins after a strict withdrawal has returned may allow, none that
// begins MaxStaleness (50 ms) after any other, and none in this process after either.
func TestRevocation(t *testing.T) {
	races := 500
	if text := os.Getenv(racesEnv); text != "" {
		var err error
		races, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	dsn := newPostgres(t)
	gate, log, db, err := openGate(t.Context(), dsn)
	require.NoError(t, err)
	defer func() {
		require.NoError(t, log.Close())
		require.NoError(t, db.Close())
	}()
	at, err := url.Parse(dsn)
	require.NoError(t, err)
	way := newPartition(t, at.Host)
	at.Host = way.Addr().String()
	x := &revocation{gate: gate, way: way, children: []*watcher{spawn(t, dsn), spawn(t, at.String())}, r: rand.New(rand.NewPCG(uint64(races), 7))}
	for x.races < races {
		x.batch(t, min(256, races-x.races))
	}
	t.Logf("%d races (%d strict), %d checks in other processes, %d of them stale, %d of %d batches with a partition; allowed before: %d of %d; allowed too late: %d",
		x.races, x.strict, x.checks, x.stale, x.parted, x.batches, x.before, 2*x.races, x.late)
	require.Zero(t, x.late)
	require.Equal(t, 2*x.races, x.before, "all were allowed before they were withdrawn, or nothing was shown")
	require.NotZero(t, x.stale, "the partition was felt")
	require.NotZero(t, x.strict)
}

type revocation struct {
	gate     *consent.Gate
	way      *partition
	children []*watcher
	r        *rand.Rand

	races, strict, checks, stale, parted, batches, before, late int
}

// race is one withdrawal.
type race struct {
	event consent.Event
	delay time.Duration
	until int64 // from when on no check may allow that begins
}

func (x *revocation) batch(t *testing.T, n int) {
	t.Helper()
	races, o := make([]race, n), order{Subjects: make([]string, n)}
	for i := range races {
		o.Subjects[i] = fmt.Sprint("customer-", x.races+i)
		races[i] = race{delay: time.Duration(x.r.IntN(30_000)) * time.Microsecond, event: consent.Event{
			Subject: o.Subjects[i], Purpose: "offers", Strict: x.r.IntN(2) == 0, Kind: pick(x.r, consent.Withdrawn, consent.Withdrawn, consent.Objected, consent.Revoked, consent.Refused),
		}}
	}
	granted := make([]consent.Event, n)
	together(n, func(i int) {
		var err error
		if granted[i], err = x.gate.Grant(t.Context(), consent.Event{Subject: o.Subjects[i], Purpose: "offers"}); err != nil {
			t.Error(err)
		}
	})
	for _, e := range granted {
		o.AtLeast = max(o.AtLeast, e.Seq)
	}
	for _, c := range x.children {
		c.tell(t, o)
	}
	for _, c := range x.children {
		c.hear(t)
	}
	felt := x.batches == 0 // this partition lasts until the second child has said that it felt it
	restore := x.disturb(felt)
	together(n, func(i int) { x.withdraw(t, &races[i]) })
	if !felt {
		restore()
	}
	for i, c := range x.children {
		c.tell(t, order{UntilStale: felt && i == 1})
	}
	for i, c := range x.children {
		r := c.hear(t)
		if felt && i == 1 {
			restore()
		}
		x.checks += r.Checks
		x.stale += r.Stale
		for i, last := range r.Last {
			if last > races[i].until {
				x.late++
				t.Errorf("allowed %v too late (strict: %v)", time.Duration(last-races[i].until), races[i].event.Strict)
			}
			if last != 0 {
				x.before++
			}
		}
	}
	for i := range races {
		if races[i].event.Strict {
			x.strict++
		}
	}
	x.races += n
	x.batches++
	if t.Failed() {
		t.FailNow()
	}
}

// withdraw is the race: after a random while the person takes back what they agreed to.
func (x *revocation) withdraw(t *testing.T, r *race) {
	time.Sleep(r.delay)
	if _, err := x.gate.Record(context.Background(), r.event); err != nil {
		t.Error(err)
		return
	}
	r.until = sharedClock()
	if !r.event.Strict {
		r.until += raceBound.Nanoseconds()
	}
	if answer, _ := x.gate.Check(context.Background(), consent.Ask{Subject: r.event.Subject, Purpose: "offers"}); answer.Allowed {
		t.Error("allowed in its own process after the withdrawal had returned")
	}
	time.Sleep(2 * raceBound) // the others go on checking
}

// disturb parts the second child from the server in two of three batches, the first included, and returns what restores it; unless that
// is to be waited for, it restores itself after a while.
func (x *revocation) disturb(wait bool) (restore func()) {
	if x.batches%3 == 2 {
		return func() {}
	}
	x.parted++
	if wait {
		return x.way.hold()
	}
	begins, lasts, cut := time.Duration(x.r.IntN(30))*time.Millisecond, time.Duration(80+x.r.IntN(120))*time.Millisecond, x.r.IntN(2) == 0
	var done sync.WaitGroup
	done.Go(func() {
		time.Sleep(begins)
		release := x.way.hold()
		if cut {
			x.way.cut()
		}
		time.Sleep(lasts)
		release()
	})
	return done.Wait
}

// together runs n at a time.
func together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}
