package consent_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/ledger"
)

// childEnv makes the test binary watch over races instead of running the tests: how tests get a gate in another process.
const childEnv = "FAIRLEAD_CONSENT_CHILD"

const (
	raceBound = 50 * time.Millisecond // MaxStaleness of the races
	racePoll  = 5 * time.Millisecond
)

var (
	raceSecret   = []byte("a secret for tests, 32 bytes lng")
	racePurposes = []consent.Purpose{{ID: "offers"}}
)

// order is one line to a child: watch these subjects once the log is known up to AtLeast, and stop at the next line, but not before
// a check was stale if that says UntilStale.
type order struct {
	Subjects   []string
	AtLeast    ledger.Seq
	UntilStale bool
}

// report is what it then says.
type report struct {
	Last    []int64 // when the last check began that allowed the subject, by the clock all processes share; 0: none did
	Checks  int
	Stale   int
	Problem string
}

// openGate opens the log at dsn.
func openGate(ctx context.Context, dsn string) (*consent.Gate, *ledger.Ledger, *sql.DB, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, nil, nil, err
	}
	log, err := ledger.Open(ctx, db, &ledger.Options{Secret: raceSecret, Poll: racePoll})
	if err != nil {
		return nil, nil, nil, err
	}
	gate, err := consent.New(ctx, log, racePurposes, &consent.Options{MaxStaleness: raceBound})
	return gate, log, db, err
}

// child checks without a pause what it is told to, until its input ends.
func child(dsn string) int {
	gate, _, _, err := openGate(context.Background(), dsn)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var o order
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			return 2
		}
		r := ready(gate, o)
		if out.Encode(r) != nil {
			return 3
		}
		var stop, untilStale atomic.Bool
		var watching sync.WaitGroup
		watching.Go(func() { watch(gate, o.Subjects, &r, &stop, &untilStale) })
		more := in.Scan()
		var end order
		_ = json.Unmarshal(in.Bytes(), &end) // of a parent that is gone there is nothing to read
		untilStale.Store(more && end.UntilStale)
		stop.Store(true)
		watching.Wait()
		if !more || out.Encode(r) != nil {
			return 3
		}
	}
	return 0
}

// ready waits until the gate knows and allows what the races begin with, each subject.
func ready(gate *consent.Gate, o order) (r report) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r.Last = make([]int64, len(o.Subjects))
	for i, subject := range o.Subjects {
		for r.Last[i] == 0 {
			began := sharedClock()
			answer, err := gate.Check(ctx, consent.Ask{Subject: subject, Purpose: "offers", AtLeast: o.AtLeast})
			switch {
			case answer.Allowed:
				r.Last[i] = began
			case answer.Reason != consent.ReasonStale || ctx.Err() != nil:
				r.Problem = err.Error()
				return r
			default:
				time.Sleep(racePoll) // right after a partition, or on a busy machine
			}
		}
	}
	return r
}

// watch checks until it is to stop.
func watch(gate *consent.Gate, subjects []string, r *report, stop, untilStale *atomic.Bool) {
	giveUp := time.Now().Add(time.Minute)
	for !stop.Load() || untilStale.Load() && r.Stale == 0 && time.Now().Before(giveUp) {
		for i, subject := range subjects {
			began := sharedClock()
			answer, _ := gate.Check(context.Background(), consent.Ask{Subject: subject, Purpose: "offers"})
			r.Checks++
			switch {
			case answer.Allowed:
				r.Last[i] = began
			case answer.Reason == consent.ReasonStale:
				r.Stale++
			}
		}
		time.Sleep(200 * time.Microsecond) // leaves the others some of the machine
	}
}

// watcher is a child seen from the parent.
type watcher struct {
	in  io.WriteCloser
	out *json.Decoder
}

func spawn(t testing.TB, dsn string) *watcher {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dsn)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait() // it ends with its input
	})
	return &watcher{in: in, out: json.NewDecoder(out)}
}

func (w *watcher) tell(t testing.TB, o order) {
	t.Helper()
	line, err := json.Marshal(o)
	require.NoError(t, err)
	_, err = w.in.Write(append(line, '\n'))
	require.NoError(t, err)
}

func (w *watcher) hear(t testing.TB) (r report) {
	t.Helper()
	require.NoError(t, w.out.Decode(&r))
	require.Empty(t, r.Problem)
	return r
}

// partition is a way to the server that can be cut.
type partition struct {
	net.Listener
	to     string
	mu     sync.Mutex
	passed chan struct{} // closed while what is sent gets through
	conns  map[net.Conn]bool
}

func newPartition(t testing.TB, to string) *partition {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &partition{Listener: l, to: to, passed: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(p.passed)
	go p.serve()
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
	})
	return p
}

func (p *partition) serve() {
	for {
		from, err := p.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = from.Close()
			continue
		}
		p.mu.Lock()
		p.conns[from], p.conns[to] = true, true
		p.mu.Unlock()
		go p.pass(from, to)
		go p.pass(to, from)
	}
}

func (p *partition) pass(from, to net.Conn) {
	defer func() {
		_, _ = from.Close(), to.Close()
		p.mu.Lock()
		delete(p.conns, from)
		delete(p.conns, to)
		p.mu.Unlock()
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		passed := p.passed
		p.mu.Unlock()
		<-passed
		if _, failed := to.Write(buf[:n]); failed != nil || err != nil {
			return
		}
	}
}

// hold keeps back what is sent until the returned function is called, as a network does that loses its route for a while.
func (p *partition) hold() (release func()) {
	passed := make(chan struct{})
	p.mu.Lock()
	p.passed = passed
	p.mu.Unlock()
	return func() { close(passed) }
}

// cut ends all connections.
func (p *partition) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}
