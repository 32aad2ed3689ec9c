package ledger_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// childEnv makes the test binary run one job of child instead of the tests: how tests get a process of their own, and
// one to kill.
const childEnv = "FAIRLEAD_LEDGER_CHILD"

// job is what a child does: append with acknowledgements, by some goroutines, some entries each; then follow up to a
// position and report what it folded.
type job struct {
	Driver, DSN string
	Name        string
	Writers     int
	Each        int // 0: until killed
	FollowTo    ledger.Seq
	Latencies   bool
}

func child(work string) int {
	var j job
	if err := json.Unmarshal([]byte(work), &j); err != nil {
		return 3
	}
	if err := j.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (j *job) run(out io.Writer) error {
	ctx := context.Background()
	db, err := sql.Open(j.Driver, j.DSN)
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, db, &ledger.Options{Secret: testSecret})
	if err != nil {
		return err
	}
	folded := sha256.New()
	f, err := l.Follow(ctx, nil, func(e ledger.Entry, _ time.Time) error {
		_, err := folded.Write(e.ID[:])
		return err
	})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	for w := range j.Writers {
		wg.Go(func() {
			for i := 0; j.Each == 0 || i < j.Each; i++ {
				e := ledger.Entry{ID: uuid.New(), Stream: fmt.Sprint("s", w%3), Kind: "k", Subject: fmt.Sprint(j.Name, i%50), Body: []byte("body")}
				began := time.Now()
				seq, err := l.Append(ctx, e)
				took := time.Since(began)
				mu.Lock()
				if err != nil {
					failed = err
				} else if j.Latencies {
					fmt.Fprintln(out, "took", took.Microseconds())
				} else {
					fmt.Fprintln(out, "ack", seq, e.ID)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	if err := f.Wait(ctx, j.FollowTo); err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	fmt.Fprintf(out, "folded %x\n", folded.Sum(nil))
	return nil
}

// spawn starts a child. Its standard error comes with a failure of the test.
func spawn(t testing.TB, j job) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	work, err := json.Marshal(j)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(work))
	if j.Each != 0 { // one that is to be killed may complain
		cmd.Stderr = os.Stderr
	}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return cmd, bufio.NewScanner(out)
}
