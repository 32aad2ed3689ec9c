package oversight_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// childEnv makes the test binary do one job instead of the tests: how tests get a process of their own, and one to kill.
const childEnv = "FAIRLEAD_OVERSIGHT_CHILD"

// How long tests wait for another process, and how often they look.
const (
	patience = time.Minute
	poll     = time.Millisecond
)

// job is what a child does.
type job struct {
	Role        string
	Driver, DSN string
	Name        string
	Workers     int
	Effects     string // the file of what was done in the world
}

func (s store) job(role string) job { return job{Role: role, Driver: s.driver, DSN: s.dsn} }

func child(work string) int {
	var j job
	err := json.Unmarshal([]byte(work), &j)
	if err == nil {
		err = j.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (j *job) run() error {
	ctx := about(context.Background(), "anna")
	db, err := sql.Open(j.Driver, j.DSN)
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, db, &ledger.Options{Secret: []byte("a test secret has 32 bytes, too.")})
	if err != nil {
		return err
	}
	desk, err := oversight.New(ctx, l, holdAll(patience, 0, ""), &oversight.Options{Key: secret})
	if err != nil {
		return err
	}
	out := &lines{w: os.Stdout}
	switch j.Role {
	case "claim":
		err = j.claim(ctx, desk, out)
	case "wait":
		err = j.wait(ctx, desk, out)
	case "watch":
		err = j.watch(ctx, desk, out)
	case "work":
		err = j.work(ctx, l, out)
	}
	if err != nil {
		return err
	}
	return l.Close()
}

// lines keeps lines of several goroutines apart.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) say(v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, v...)
}

// start waits for the word of the parent, so that several children begin at once.
func (l *lines) start() error {
	l.say("ready")
	_, err := bufio.NewReader(os.Stdin).ReadString('\n')
	return err
}

// claim takes cases until none is left.
func (j *job) claim(ctx context.Context, desk *oversight.Desk, out *lines) error {
	if err := out.start(); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, j.Workers)
	for w := range j.Workers {
		wg.Go(func() {
			me := j.Name + " " + strconv.Itoa(w)
			for {
				lease, err := desk.Claim(ctx, me, uuid.Nil)
				if errors.Is(err, oversight.ErrNotFound) {
					return
				}
				if err != nil {
					errs[w] = err
					return
				}
				out.say("claimed", lease.Case)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// wait makes held calls one after the other and says when each has its answer.
func (j *job) wait(ctx context.Context, desk *oversight.Desk, out *lines) error {
	guarded := number(desk)
	in := bufio.NewScanner(os.Stdin)
	for n := 0; in.Scan(); n++ {
		if _, err := guarded(ctx, n); err != nil {
			return err
		}
		out.say("answer", time.Now().UnixNano())
	}
	return in.Err()
}

// watch says when calls are refused.
func (j *job) watch(ctx context.Context, desk *oversight.Desk, out *lines) error {
	in := bufio.NewScanner(os.Stdin)
	out.say("ready")
	for in.Scan() {
		for !errors.Is(desk.Check(ctx), oversight.ErrStopped) {
			time.Sleep(poll)
		}
		out.say("stopped", time.Now().UnixNano())
		for desk.Check(ctx) != nil {
			time.Sleep(poll)
		}
		out.say("running")
	}
	return in.Err()
}

// work opens, decides and carries out, until it is killed, and says what it was told is done.
func (j *job) work(ctx context.Context, l *ledger.Ledger, out *lines) error {
	desk, err := oversight.New(ctx, l, holdAll(0, 0, ""), &oversight.Options{Key: secret})
	if err != nil {
		return err
	}
	effects, err := os.OpenFile(j.Effects, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	pay := payer(desk, effects)
	errs := make(chan error, j.Workers)
	for w := range j.Workers {
		go func() { errs <- j.worker(ctx, desk, pay, w, out) }()
	}
	return <-errs
}

// payer is a guarded function that writes what it does into a file, once for each call.
func payer(desk *oversight.Desk, effects io.StringWriter) func(context.Context, string) (string, error) {
	return oversight.Approve(func(_ context.Context, in string) (string, error) {
		_, err := effects.WriteString(in + "\n")
		return "paid", err
	}, desk, func(string) oversight.Case { return oversight.Case{} })
}

func (j *job) worker(ctx context.Context, desk *oversight.Desk, pay func(context.Context, string) (string, error), w int, out *lines) error {
	me := "worker " + strconv.Itoa(w)
	for n := 0; ; n++ {
		_, err := pay(ctx, fmt.Sprintf("%s/%d/%d", j.Name, w, n))
		if err == nil || errors.Is(err, oversight.ErrStopped) {
			continue // approved by another worker before this one looked; or kept from looking for too long, which is a stop
		}
		pending, ok := errors.AsType[*oversight.PendingError](err)
		if !ok {
			return fmt.Errorf("held: %w", err)
		}
		out.say("opened", pending.Case)
		lease, err := desk.Claim(ctx, me, uuid.Nil)
		if err == nil {
			err = desk.Submit(ctx, lease, oversight.Judgement{Verdict: oversight.Approved})
		}
		if errors.Is(err, oversight.ErrNotFound) || errors.Is(err, oversight.ErrFenced) {
			continue
		}
		if err != nil {
			return err
		}
		out.say("decided", lease.Case)
		owed, err := desk.Undelivered(ctx, 8)
		if err != nil {
			return err
		}
		for _, d := range owed {
			file, err := desk.Get(ctx, d.Case)
			if err != nil {
				return err
			}
			var in string
			if err := json.Unmarshal(file.Input, &in); err != nil {
				return err
			}
			if _, err := pay(oversight.Resume(ctx, d.Case), in); err != nil && !errors.Is(err, oversight.ErrInterrupted) && !errors.Is(err, oversight.ErrStopped) &&
				!errors.Is(err, oversight.ErrRefused) { // kept from writing for too long
				return err
			}
		}
	}
}

// process is a running child.
type process struct {
	*exec.Cmd
	in  io.Writer
	out *bufio.Scanner
}

func spawn(t testing.TB, j job) *process {
	t.Helper()
	work, err := json.Marshal(j)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(work))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill() // it may have ended already
		_ = cmd.Wait()
	})
	return &process{cmd, in, bufio.NewScanner(out)}
}

// tell sends a word to a child.
func (p *process) tell(t testing.TB) {
	t.Helper()
	_, err := io.WriteString(p.in, "go\n")
	require.NoError(t, err)
}

// hears reads a child's next line, which must begin with a word.
func (p *process) hears(t testing.TB, word string) (rest string) {
	t.Helper()
	require.True(t, p.out.Scan(), "the child says no more; waiting for %s", word)
	var got string
	_, _ = fmt.Sscan(p.out.Text(), &got, &rest) // a word alone is fine
	require.Equal(t, word, got)
	return rest
}
