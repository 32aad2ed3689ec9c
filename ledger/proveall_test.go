package ledger_test

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// TestProvingManyIsProvingEach: in any order, across gaps and tiles, on every store.
func TestProvingManyIsProvingEach(t *testing.T) {
	for name, open := range map[string]opener{"memory": memory, "sqlite": func(t *testing.T) *ledger.Ledger {
		return open(t, openSQLite(t, filepath.Join(t.TempDir(), "log.db")), nil)
	}, "postgres": func(t *testing.T) *ledger.Ledger { return open(t, openPostgres(t, newPostgres(t)), nil) }} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			none, err := l.ProveAll(t.Context())
			require.NoError(t, err)
			assert.Empty(t, none)
			some := make([]ledger.Entry, 3000)
			for i := range some {
				some[i] = entry("a", "k")
				some[i].Subject = []string{"s", "other"}[i%2]
			}
			head, err := l.Append(t.Context(), some...)
			require.NoError(t, err)
			_, err = l.Prove(t.Context(), head) // one checkpoint for what follows
			require.NoError(t, err)
			rng := rand.New(rand.NewPCG(1, 1))
			for _, n := range []int{1, 2, 7, 300} {
				var seqs []ledger.Seq
				for range n {
					seqs = append(seqs, 1+ledger.Seq(rng.Uint64N(uint64(head))))
				}
				all, err := l.ProveAll(t.Context(), seqs...)
				require.NoError(t, err)
				require.Len(t, all, n)
				for i, p := range all {
					require.NoError(t, p.Check(l.PublicKey()))
					one, err := l.Prove(t.Context(), seqs[i])
					require.NoError(t, err)
					require.Equal(t, one, p)
				}
			}
			for _, bad := range []ledger.Seq{0, head + 1} {
				_, err = l.ProveAll(t.Context(), 1, bad)
				require.ErrorIs(t, err, ledger.ErrNotFound)
			}
			require.Equal(t, all(t, l)[0].Mark(), l.Mark("s"))
			require.NotEqual(t, l.Mark("other"), l.Mark("s"))
			require.Zero(t, l.Mark(""))
			_, err = l.Erase(t.Context(), "s")
			require.NoError(t, err)
			proofs, err := l.ProveAll(t.Context(), 1, head+1)
			require.NoError(t, err)
			for _, p := range proofs {
				require.NoError(t, p.Check(l.PublicKey()), "after the erasure")
			}
		})
	}
}
