package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

func conformFoldFails(t *testing.T, open opener) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		fail func() error
		want error
	}{
		"error":   {func() error { return boom }, boom},
		"panic":   {func() error { panic("secret payload") }, ledger.ErrPanic},
		"goexit":  {func() error { runtime.Goexit(); return nil }, ledger.ErrPanic},
		"upgrade": {func() error { return fmt.Errorf("consent: %w", ledger.ErrUpgrade) }, ledger.ErrUpgrade},
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			count := func(n *int) ledger.Fold { return func(ledger.Entry, time.Time) error { *n++; return nil } }
			var before, after int
			f0, err := l.Follow(t.Context(), nil, count(&before))
			require.NoError(t, err)
			bad, err := l.Follow(t.Context(), nil, func(e ledger.Entry, _ time.Time) error {
				if e.Seq == 2 {
					return c.fail()
				}
				return nil
			})
			require.NoError(t, err)
			f1, err := l.Follow(t.Context(), nil, count(&after))
			require.NoError(t, err)
			ended := make(chan struct{})
			go func() { // a fold that ends its goroutine ends this one
				defer close(ended)
				_, _ = l.Append(context.Background(), entry("a", "1"), entry("a", "2"), entry("a", "3"))
			}()
			<-ended
			require.ErrorIs(t, bad.Wait(t.Context(), 3), c.want)
			require.ErrorIs(t, bad.Err(), c.want)
			assert.NotContains(t, bad.Err().Error(), "secret")
			fresh := bad.Fresh()
			last, err := l.Append(t.Context(), entry("a", "4"))
			require.NoError(t, err)
			require.NoError(t, f0.Wait(t.Context(), last))
			require.NoError(t, f1.Wait(t.Context(), last))
			assert.Equal(t, 4, before)
			assert.Equal(t, 4, after)
			require.NoError(t, f0.Err())
			assert.Equal(t, fresh, bad.Fresh())
			assert.False(t, f1.Fresh().Before(fresh))
		})
	}
}

func conformInFold(t *testing.T, open opener) {
	l := open(t)
	var appended, followed, waited, closed error
	var self *ledger.Follower
	ready := make(chan struct{})
	f, err := l.Follow(t.Context(), []string{"a"}, func(e ledger.Entry, _ time.Time) error {
		<-ready
		_, appended = l.Append(context.Background(), entry("b", "b"))
		_, followed = l.Follow(context.Background(), nil, func(ledger.Entry, time.Time) error { return nil })
		waited = self.Wait(context.Background(), e.Seq)
		closed = l.Close()
		self.Close()
		return nil
	})
	require.NoError(t, err)
	self = f
	close(ready)
	_, err = l.Append(t.Context(), entry("a", "a"))
	require.NoError(t, err)
	require.ErrorIs(t, f.Wait(t.Context(), 2), ledger.ErrClosed)
	for _, err := range []error{appended, followed, waited, closed} {
		require.ErrorIs(t, err, ledger.ErrInFold)
	}
	assert.Len(t, all(t, l), 1)
}

func conformWait(t *testing.T, open opener) {
	l := open(t)
	f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() { waited <- f.Wait(ctx, 1) }()
	cancel()
	err = <-waited
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, ledger.ErrNotFolded)
	go func() { waited <- f.Wait(t.Context(), 1) }()
	_, err = l.Append(t.Context(), entry("a", "a"))
	require.NoError(t, err)
	require.NoError(t, <-waited)
	go func() { waited <- f.Wait(t.Context(), 2) }()
	f.Close()
	require.ErrorIs(t, <-waited, ledger.ErrClosed)
	f.Close()
}

func conformClose(t *testing.T, open opener) {
	l := open(t)
	f, err := l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	_, err = l.Append(t.Context(), entry("a", "a"))
	require.ErrorIs(t, err, ledger.ErrClosed)
	_, err = l.Get(t.Context(), uuid.New())
	require.ErrorIs(t, err, ledger.ErrClosed)
	_, err = l.Follow(t.Context(), nil, func(ledger.Entry, time.Time) error { return nil })
	require.ErrorIs(t, err, ledger.ErrClosed)
	for _, err := range l.Find(t.Context(), "x") {
		require.ErrorIs(t, err, ledger.ErrClosed)
	}
	require.ErrorIs(t, f.Err(), ledger.ErrClosed)
	require.ErrorIs(t, f.Wait(t.Context(), 1), ledger.ErrClosed)
	assert.Equal(t, f.Fresh(), f.Fresh())
}

// conformConcurrent has many writers, followers that come and go, and reactions that append; every fold must see the
// whole log in its order.
func conformConcurrent(t *testing.T, open opener) {
	l := open(t)
	const writers, each, followers = 8, 60, 4
	var wg sync.WaitGroup
	folds := make([][]uuid.UUID, followers)
	handles := make([]*ledger.Follower, followers)
	for i := range followers {
		wg.Go(func() {
			f, err := l.Follow(t.Context(), nil, func(e ledger.Entry, _ time.Time) error {
				folds[i] = append(folds[i], e.ID)
				return nil
			})
			if assert.NoError(t, err) {
				handles[i] = f
			}
		})
	}
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				e := ledger.Entry{Stream: fmt.Sprint("s", w%3), Kind: "k", Subject: fmt.Sprint(w), Body: []byte{byte(w), byte(i)}}
				e.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(fmt.Sprint(w, i)))
				first, err := l.Append(t.Context(), e)
				if err != nil {
					t.Error(err)
					return
				}
				again, err := l.Append(t.Context(), e)
				if err != nil {
					t.Error(err)
					return
				}
				assert.Equal(t, first, again)
				if i%20 == 0 {
					for _, err := range l.Find(t.Context(), fmt.Sprint(w)) {
						assert.NoError(t, err)
					}
				}
			}
		})
	}
	wg.Wait()
	want := make([]uuid.UUID, 0, writers*each)
	for _, e := range all(t, l) {
		want = append(want, e.ID)
	}
	require.Len(t, want, writers*each)
	for i, f := range handles {
		require.NoError(t, f.Wait(t.Context(), writers*each))
		f.Close()
		assert.Equal(t, want, folds[i])
	}
}
