package ledger_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// conformSharedKey has many people's entries under few keys, and erases people in any order: a key leads to what is left of its entries,
// in order, whoever wrote the first of them, and takes new ones.
func conformSharedKey(t *testing.T, open opener) {
	l := open(t)
	const keys, people = 3, 6
	key := func(i int) uuid.UUID { return uuid.UUID{7, byte(i)} }
	want := [keys][]ledger.Entry{}
	write := func(i int) {
		k, who := rand.IntN(keys), "s-"+strconv.Itoa(rand.IntN(people))
		e := ledger.Entry{ID: uuid.New(), Stream: "a", Kind: "a.b", Subject: who, Key: key(k), Body: []byte(strconv.Itoa(i))}
		seq, err := l.Append(t.Context(), e)
		require.NoError(t, err)
		e.Seq = seq
		want[k] = append(want[k], e)
	}
	erase := func(who string) {
		erased, err := l.Erase(t.Context(), who)
		require.NoError(t, err)
		n := 0
		for k := range want {
			var left []ledger.Entry
			for _, e := range want[k] {
				if e.Subject != who {
					left = append(left, e)
				} else {
					n++
				}
			}
			want[k] = left
		}
		assert.Equal(t, n, erased.Bodies)
	}
	check := func() {
		for k := range want {
			got, err := l.Get(t.Context(), key(k))
			if len(want[k]) == 0 {
				require.ErrorIs(t, err, ledger.ErrNotFound)
				continue
			}
			require.NoError(t, err)
			require.Len(t, got, len(want[k]))
			for i, e := range want[k] {
				assert.Equal(t, e.ID, got[i].ID)
				assert.Equal(t, e.Subject, got[i].Subject)
				assert.Equal(t, e.Body, got[i].Body)
			}
		}
	}
	for i := range 60 {
		if write(i); i%7 == 6 {
			erase("s-" + strconv.Itoa(rand.IntN(people)))
			check()
		}
	}
	for who := range people {
		erase("s-" + strconv.Itoa(who))
		check()
	}
	write(60)
	check()
	_, err := l.Verify(t.Context())
	require.NoError(t, err)
}
