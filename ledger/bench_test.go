package ledger_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// The benchmarks print rates beside what the disk can do in the same run: a durable append needs a flush.

// flushRate returns how many times a second this machine writes 4 KiB to the end of a file and has them on disk.
func flushRate(b *testing.B) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "flush"))
	require.NoError(b, err)
	defer f.Close()
	block := make([]byte, 4096)
	began := time.Now()
	n := 0
	for ; time.Since(began) < time.Second; n++ {
		_, err := f.Write(block)
		require.NoError(b, err)
		require.NoError(b, syscall.Fdatasync(int(f.Fd())))
	}
	return float64(n) / time.Since(began).Seconds()
}

func benchStores(b *testing.B, run func(b *testing.B, l *ledger.Ledger)) {
	b.Run("memory", func(b *testing.B) { run(b, ledger.Memory(nil)) })
	b.Run("sqlite", func(b *testing.B) { run(b, open(b, openSQLite(b, filepath.Join(b.TempDir(), "log.db")), nil)) })
	b.Run("postgres", func(b *testing.B) { run(b, open(b, openPostgres(b, newPostgres(b)), nil)) })
}

// typical is an entry of the usual size: a decision about one of many subjects.
func typical(i int, body []byte) ledger.Entry {
	return ledger.Entry{
		Stream: "transparency", Kind: "decision.recorded", Version: 1, Subject: fmt.Sprint("customer ", i%5000), Key: uuid.Must(uuid.NewV7()), Body: body,
	}
}

func BenchmarkAppend(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 256)
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			benchStores(b, func(b *testing.B, l *ledger.Ledger) {
				if _, err := l.Follow(b.Context(), []string{"transparency"}, func(ledger.Entry, time.Time) error { return nil }); err != nil {
					b.Fatal(err)
				}
				rate := flushRate(b)
				var next atomic.Int64
				var wg sync.WaitGroup
				b.ResetTimer()
				for range callers {
					wg.Go(func() {
						for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
							if _, err := l.Append(context.Background(), typical(i, body)); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
				b.ReportMetric(rate, "fdatasync/s")
			})
		})
	}
}

func loaded(b *testing.B, l *ledger.Ledger, n int) {
	b.Helper()
	body := bytes.Repeat([]byte("x"), 256)
	batch := make([]ledger.Entry, 0, 512)
	for i := range n {
		if batch = append(batch, typical(i, body)); len(batch) == cap(batch) || i == n-1 {
			_, err := l.Append(b.Context(), batch...)
			require.NoError(b, err)
			batch = batch[:0]
		}
	}
}

func BenchmarkReplay(b *testing.B) {
	const n = 100_000
	benchStores(b, func(b *testing.B, l *ledger.Ledger) {
		loaded(b, l, n)
		for b.Loop() {
			count := 0
			f, err := l.Follow(b.Context(), []string{"transparency", "ledger"}, func(ledger.Entry, time.Time) error { count++; return nil })
			if err != nil || count != n {
				b.Fatal(count, err)
			}
			f.Close()
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}

func BenchmarkVerify(b *testing.B) {
	const n = 100_000
	benchStores(b, func(b *testing.B, l *ledger.Ledger) {
		loaded(b, l, n)
		for b.Loop() {
			if r, err := l.Verify(b.Context()); err != nil || r.Entries != n {
				b.Fatal(r, err)
			}
		}
		b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

func BenchmarkVerifyExport(b *testing.B) {
	const n = 1_000_000
	l := ledger.Memory(nil)
	loaded(b, l, n)
	var out bytes.Buffer
	require.NoError(b, l.Export(b.Context(), &out))
	key := l.PublicKey()
	require.NoError(b, l.Close())
	for b.Loop() {
		if r, err := ledger.VerifyExport(bytes.NewReader(out.Bytes()), key); err != nil || r.Covered != n {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/million")
}

func BenchmarkProve(b *testing.B) {
	benchStores(b, func(b *testing.B, l *ledger.Ledger) {
		const n = 70_000
		loaded(b, l, n)
		_, err := l.Checkpoint(b.Context())
		require.NoError(b, err)
		var p ledger.Proof
		for i := 0; b.Loop(); i++ {
			if p, err = l.Prove(b.Context(), ledger.Seq(i*7919%n+1)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(p.Path)*32), "path-bytes")
	})
}

// BenchmarkStaleness has one process write as fast as it can and another one follow. It prints how long ago the other had
// last looked, and how late entries reach its fold.
func BenchmarkStaleness(b *testing.B) {
	for name, connect := range databases(b) {
		b.Run(name, func(b *testing.B) {
			db := connect(b)
			writer, reader := open(b, db(), nil), open(b, db(), nil)
			var mu sync.Mutex
			var delay []time.Duration
			f, err := reader.Follow(b.Context(), nil, func(e ledger.Entry, _ time.Time) error {
				mu.Lock()
				defer mu.Unlock()
				delay = append(delay, time.Since(e.At))
				return nil
			})
			require.NoError(b, err)
			ctx, cancel := context.WithCancel(context.Background())
			var wg sync.WaitGroup
			for w := range 64 {
				wg.Go(func() {
					for ctx.Err() == nil {
						_, _ = writer.Append(ctx, typical(w, []byte("body")))
					}
				})
			}
			var stale []time.Duration
			for b.Loop() {
				time.Sleep(time.Millisecond)
				stale = append(stale, time.Since(f.Fresh()))
			}
			cancel()
			wg.Wait()
			mu.Lock()
			defer mu.Unlock()
			b.ReportMetric(p99(stale), "p99-stale-ms")
			b.ReportMetric(p99(delay), "p99-delay-ms")
		})
	}
}

func p99(list []time.Duration) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return float64(list[len(list)*99/100].Microseconds()) / 1000
}
