package consent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// TestTableIsAMap compares the table with a map through growing, replacing and forgetting.
func TestTableIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	table := newTable()
	type entry struct {
		mark uint64
		said said
	}
	want := map[id]entry{}
	for step := range 60_000 {
		person := r.IntN(4000)
		k := table.person(fmt.Sprint("customer-", person)).to(uint16(r.IntN(5)), id{})
		v := word{kind: uint8(r.IntN(9)), age: uint8(r.IntN(256)), seq: ledger.Seq(step + 1), given: r.Int64N(1 << 47), notice: uint16(r.IntN(1 << 16)), guardian: r.IntN(2) == 0, imported: r.IntN(2) == 0}.pack()
		mark := uint64(person + 1)
		table.put(k, v, mark)
		want[k] = entry{mark, v}
		if r.IntN(20) == 0 {
			mark := uint64(r.IntN(4000) + 1)
			gone := 0
			table.forget(mark, func(said) { gone++ })
			for k, w := range want {
				if w.mark == mark {
					delete(want, k)
					gone--
				}
			}
			require.Zero(t, gone, "as many are forgotten as there were")
		}
	}
	for k, w := range want {
		require.Equal(t, w.said, table.get(k))
	}
	for person := range 4000 {
		for purpose := range uint16(5) {
			k := table.person(fmt.Sprint("customer-", person)).to(purpose, id{})
			_, known := want[k]
			require.Equal(t, known, table.get(k).any())
		}
	}
}

// TestTableIsReadWhileItIsWritten has readers look for what is always there while the table grows and forgets around them.
func TestTableIsReadWhileItIsWritten(t *testing.T) {
	table := newTable()
	var stay []id
	for i := range 100 {
		k := table.person(fmt.Sprint("stays-", i)).to(0, id{})
		table.put(k, word{seq: ledger.Seq(i + 1), given: int64(i)}.pack(), 1)
		stay = append(stay, k)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for i, k := range stay {
					if v := table.get(k); v.seq() != ledger.Seq(i+1) || v.given() != int64(i) {
						t.Error("lost or torn")
						return
					}
				}
			}
		})
	}
	for i := range 30_000 {
		table.put(table.person(fmt.Sprint("other-", i)).to(0, id{}), word{seq: 1}.pack(), uint64(i%100+2))
		if i%50 == 0 {
			table.forget(uint64(i%100+2), func(said) {})
		}
	}
	close(stop)
	readers.Wait()
}

// filled is a gate that knows n people who agreed to one thing each, without going through a log.
func filled(t testing.TB, n int) *Gate {
	g, err := New(context.Background(), ledger.Memory(nil), []Purpose{{ID: "offers"}}, nil)
	require.NoError(t, err)
	for i := range n {
		g.all.table.put(g.key(customer(i), "", 0), word{seq: ledger.Seq(i + 1), given: time.Now().UnixMilli()}.pack(), (uint64(i)*0x9e3779b97f4a7c15)>>placeBits|1)
	}
	return g
}

func customer(i int) string { return fmt.Sprintf("customer-%08d", i) }

func TestMemoryOfAMillionSubjects(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	g := filled(t, n)
	perSubject := float64(g.all.table.bytes()) / float64(n)
	t.Logf("%.1f bytes a subject", perSubject)
	assert.LessOrEqual(t, perSubject, 64.0)
	for _, i := range []int{0, n / 2, n - 1} {
		_, err := g.Check(t.Context(), Ask{Subject: customer(i), Purpose: "offers"})
		require.NoError(t, err)
	}
	// At its worst, just after growing, an entry takes (4 words + index) / (fullNum/fullDen * growth/(growth+1)).
	assert.LessOrEqual(t, (entryLen*8+8)/(float64(fullNum)/fullDen*growth/(growth+1)), 64.0)
}

// cpu reports the processor time of an operation, which does not count what else the machine is doing.
func cpu(b *testing.B) func() {
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	return func() { b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op") }
}

// BenchmarkCheck is a check beside one reading of the monotonic clock: warm, the same person again and again; cold, a million people
// in random order.
func BenchmarkCheck(b *testing.B) {
	const people = 1_000_000
	start := time.Now()
	b.Run("clock", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			_ = time.Since(start)
		}
	})
	g := filled(b, people)
	ctx := context.Background()
	b.Run("warm", func(b *testing.B) {
		b.ReportAllocs()
		ask := Ask{Subject: customer(7), Purpose: "offers"}
		defer cpu(b)()
		for b.Loop() {
			if _, err := g.Check(ctx, ask); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warm under a context with values", func(b *testing.B) {
		b.ReportAllocs()
		ctx := WithAsk(b.Context(), Ask{Purpose: "offers"})
		ask := Ask{Subject: customer(7)}
		defer cpu(b)()
		for b.Loop() {
			if _, err := g.Check(ctx, ask); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cold", func(b *testing.B) {
		order := rand.New(rand.NewPCG(3, 4)).Perm(people)
		var names strings.Builder // the names lie in the order they are asked for: what is cold is the gate's memory
		for _, i := range order {
			names.WriteString(customer(i))
		}
		all, size := names.String(), len(customer(0))
		b.ReportAllocs()
		at := 0
		defer cpu(b)()
		for b.Loop() {
			if _, err := g.Check(ctx, Ask{Subject: all[at : at+size], Purpose: "offers"}); err != nil {
				b.Fatal(err)
			}
			if at += size; at == len(all) {
				at = 0
			}
		}
		b.ReportMetric(float64(g.all.table.bytes())/people, "B/subject")
	})
}
