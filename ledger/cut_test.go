package ledger_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// cutter is a proxy that cuts the connection on which a commit is sent, once for each time it is armed: before the commit
// reaches the server, or after the server has answered and before the client hears it.
type cutter struct {
	listener net.Listener
	server   string
	armed    atomic.Int32 // 0: not, else how
	cuts     atomic.Int32
	wg       sync.WaitGroup
}

const (
	cutBefore int32 = 1 + iota
	cutAfter
)

func newCutter(t *testing.T, server string) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cutter{listener: listener, server: server}
	c.wg.Go(c.accept)
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		c.wg.Wait()
	})
	return c
}

func (c *cutter) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		// A message of the extended protocol that executes begins with Bind; the one before only parses. A fresh
		// connection parses fairlead_append first, so the commit is the next thing it binds.
		var parsed, answer atomic.Bool
		c.pipe(client, server, func(b []byte) bool {
			if parsed.Load() && b[0] == 'B' {
				if c.armed.CompareAndSwap(cutBefore, 0) {
					return false
				}
				answer.Store(c.armed.Load() == cutAfter)
			}
			if bytes.Contains(b, []byte("fairlead_append")) {
				parsed.Store(true)
			}
			return true
		})
		c.pipe(server, client, func([]byte) bool { return !(answer.Load() && c.armed.CompareAndSwap(cutAfter, 0)) })
	}
}

func (c *cutter) pipe(from, to net.Conn, pass func([]byte) bool) {
	c.wg.Go(func() {
		defer from.Close()
		defer to.Close()
		b := make([]byte, 1<<16)
		for {
			n, err := from.Read(b)
			if n > 0 && !pass(b[:n]) {
				c.cuts.Add(1)
				return
			}
			if n > 0 {
				if _, err := to.Write(b[:n]); err != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
}

// TestCommitCutOnTheWire: each ID is in the log once, whether its commit or the answer to it was lost.
func TestCommitCutOnTheWire(t *testing.T) {
	t.Parallel()
	c := server(t)
	if !c.Private() {
		t.Skip("needs the address of the server")
	}
	dsn := newPostgres(t)
	proxy := newCutter(t, c.Address())
	l := open(t, openPostgres(t, strings.Replace(dsn, c.Address(), proxy.listener.Addr().String(), 1)), nil)
	rounds := cycles(40, 1000)
	want := map[uuid.UUID]ledger.Seq{}
	for i := range rounds {
		proxy.armed.Store(cutBefore + int32(i%2))
		e := ledger.Entry{ID: uuid.New(), Stream: "a", Kind: "k", Subject: fmt.Sprint(i % 10), Body: []byte("body")}
		seq, err := l.Append(t.Context(), e)
		require.NoError(t, err, "round %d", i)
		want[e.ID] = seq
		again, err := l.Append(t.Context(), e)
		require.NoError(t, err)
		require.Equal(t, seq, again)
	}
	require.NoError(t, l.Close())
	direct := open(t, openPostgres(t, dsn), nil)
	got := map[uuid.UUID]ledger.Seq{}
	for _, e := range all(t, direct) {
		got[e.ID] = e.Seq
	}
	assert.Equal(t, want, got)
	assert.Len(t, all(t, direct), rounds)
	assert.GreaterOrEqual(t, int(proxy.cuts.Load()), rounds*9/10, "it did cut")
	verify(t, direct)
	t.Logf("%d commits cut on the wire, each ID once", proxy.cuts.Load())
}
