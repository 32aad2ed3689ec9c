package ledger_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
)

// people is a fold as an engine would write it: what it knows of each subject, forgotten when they are erased.
type people struct {
	stream  string
	known   map[string]int
	byMark  map[ledger.Mark]string
	carried int
}

func newPeople(stream string) *people {
	return &people{stream: stream, known: map[string]int{}, byMark: map[ledger.Mark]string{}}
}

func (p *people) fold(e ledger.Entry, _ time.Time) error {
	if erasure, ok := ledger.AsErasure(e); ok {
		if !erasure.Keeps(p.stream) {
			delete(p.known, p.byMark[erasure.Mark])
			delete(p.byMark, erasure.Mark)
		}
		return nil
	}
	switch {
	case e.Stream != p.stream:
	case e.Kind == "carried":
		p.carried++
	case e.Kind == "old": // what may be retained away leaves nothing in the state
	default:
		p.known[e.Subject]++
		p.byMark[e.Mark()] = e.Subject
	}
	return nil
}

func follow(t *testing.T, l *ledger.Ledger, p *people) *ledger.Follower {
	t.Helper()
	f, err := l.Follow(t.Context(), []string{p.stream, "ledger"}, p.fold)
	require.NoError(t, err)
	return f
}

func add(t *testing.T, l *ledger.Ledger, e ledger.Entry) ledger.Entry {
	t.Helper()
	if e.ID == uuid.Nil {
		e.ID = uuid.New()
	}
	var err error
	e.Seq, err = l.Append(t.Context(), e)
	require.NoError(t, err)
	return e
}

func verify(t *testing.T, l *ledger.Ledger, checkpoints ...[]byte) ledger.Report {
	t.Helper()
	report, err := l.Verify(t.Context(), checkpoints...)
	require.NoError(t, err, report.String())
	return report
}

func conformErase(t *testing.T, open opener) {
	l := open(t)
	live := newPeople("a")
	f := follow(t, l, live)
	var reacted []string
	f.After(func(e ledger.Entry) { reacted = append(reacted, e.Kind) })
	key := uuid.New()
	for i := range 10 {
		add(t, l, ledger.Entry{Stream: "a", Kind: "a", Subject: []string{"anna", "ben"}[i%2], Key: key, Body: []byte("secret")})
	}
	before, err := l.Prove(t.Context(), 1)
	require.NoError(t, err)
	done, err := l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	assert.Equal(t, ledger.Erased{Seq: 11, Bodies: 5}, done)
	require.NoError(t, f.Wait(t.Context(), done.Seq))
	assert.Equal(t, map[string]int{"ben": 5}, live.known)
	for range l.Find(t.Context(), "anna") {
		t.Error("an erased entry is found")
	}
	rest, err := l.Get(t.Context(), key)
	require.NoError(t, err)
	assert.Len(t, rest, 5)
	assert.Len(t, all(t, l), 6)
	replayed := newPeople("a")
	follow(t, l, replayed)
	assert.Equal(t, live, replayed)

	again, err := l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	assert.Equal(t, ledger.Erased{}, again, "nothing is left")
	_, err = l.Erase(t.Context(), "")
	require.ErrorIs(t, err, ledger.ErrInvalid)

	add(t, l, ledger.Entry{Stream: "a", Kind: "a", Subject: "anna", Body: []byte("came back")})
	assert.Equal(t, 1, live.known["anna"])
	report := verify(t, l)
	assert.Equal(t, 5, report.Removed)
	assert.Equal(t, 1, report.Erasures)
	require.NoError(t, before.Check(l.PublicKey()), "a proof outlives the body")
	after, err := l.Prove(t.Context(), 1)
	require.NoError(t, err)
	require.NoError(t, after.Check(l.PublicKey()))
	assert.Equal(t, before.Envelope, after.Envelope)
}

func conformKeep(t *testing.T, open opener) {
	l := open(t)
	a, b := newPeople("a"), newPeople("b")
	follow(t, l, a)
	follow(t, l, b)
	for i := range 6 {
		add(t, l, ledger.Entry{Stream: []string{"a", "b"}[i%2], Kind: "k", Subject: "anna"})
	}
	until := time.Now().AddDate(3, 0, 0)
	keep := ledger.Keep{Stream: "b", Until: until, Why: "legal claim"}
	for _, bad := range []ledger.Keep{{Until: until, Why: "x"}, {Stream: "b", Why: "x"}, {Stream: "b", Until: until}, {Stream: "ledger", Until: until, Why: "x"}} {
		_, err := l.Erase(t.Context(), "anna", bad)
		require.ErrorIs(t, err, ledger.ErrInvalid)
	}
	done, err := l.Erase(t.Context(), "anna", keep, ledger.Keep{Stream: "c", Until: until, Why: "nothing there"})
	require.NoError(t, err)
	assert.Equal(t, 3, done.Bodies)
	require.Len(t, done.Kept, 1)
	assert.Equal(t, 3, done.Kept[0].Bodies)
	assert.Equal(t, "legal claim", done.Kept[0].Why)
	assert.Empty(t, a.known)
	assert.Equal(t, 3, b.known["anna"])
	count := 0
	for e, err := range l.Find(t.Context(), "anna") {
		require.NoError(t, err)
		assert.Equal(t, "b", e.Stream)
		count++
	}
	assert.Equal(t, 3, count)
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
	done, err = l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	assert.Equal(t, 4, done.Bodies)
	assert.Empty(t, b.known)
	assert.Equal(t, 7, verify(t, l).Removed)
}

func conformErasedRetry(t *testing.T, open opener) {
	l := open(t)
	e := add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna"})
	e.Seq = 0
	_, err := l.Erase(t.Context(), "anna")
	require.NoError(t, err)
	_, err = l.Append(t.Context(), e)
	require.ErrorIs(t, err, ledger.ErrErased)
	other := ledger.Entry{Stream: "a", Kind: "k", Subject: "ben"}
	_, err = l.Append(t.Context(), other, e)
	require.ErrorIs(t, err, ledger.ErrErased)
	assert.Len(t, all(t, l), 1, "none of the two")
	e.ID = uuid.Nil
	_, err = l.Append(t.Context(), e)
	require.NoError(t, err)
}

func conformRetain(t *testing.T, open opener) {
	l := open(t)
	for range 3 {
		add(t, l, ledger.Entry{Stream: "a", Kind: "old", Subject: "anna"})
		add(t, l, ledger.Entry{Stream: "a", Kind: "young", Subject: "ben"})
		add(t, l, ledger.Entry{Stream: "b", Kind: "old", Subject: "anna"})
	}
	what := ledger.Retention{Stream: "a", Kinds: []string{"old"}, Before: time.Now().Add(time.Second)}
	_, err := l.Retain(t.Context(), what)
	require.ErrorIs(t, err, ledger.ErrTooShort)
	what.Before = time.Now().Add(-ledger.RetentionFloor - time.Hour)
	bodies, err := l.Retain(t.Context(), what)
	require.NoError(t, err)
	assert.Zero(t, bodies)
	what.Before, what.Forced = time.Now().Add(time.Second), true
	what.Carry = []ledger.Entry{{Stream: "a", Kind: "carried", Body: []byte("sum"), Subject: "somebody new"}}
	bodies, err = l.Retain(t.Context(), what)
	require.NoError(t, err)
	assert.Equal(t, 3, bodies)
	var kinds []string
	for _, e := range all(t, l) {
		if e.Stream == "a" {
			kinds = append(kinds, e.Kind)
		}
	}
	assert.Equal(t, []string{"young", "young", "young", "carried"}, kinds)
	report := verify(t, l)
	assert.Equal(t, 3, report.Removed)
	assert.Equal(t, 1, report.Retentions)
	_, err = l.Retain(t.Context(), ledger.Retention{Stream: "ledger", Before: time.Unix(0, 1)})
	require.ErrorIs(t, err, ledger.ErrInvalid)
}

// conformLiveIsReplay lives through random histories and then starts again.
func conformLiveIsReplay(t *testing.T, open opener) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		rnd := rand.New(rand.NewPCG(seed, 3))
		l := open(t)
		live := map[string]*people{"a": newPeople("a"), "b": newPeople("b")}
		for _, p := range live {
			follow(t, l, p)
		}
		for range 120 {
			subject := fmt.Sprint("person ", rnd.IntN(6))
			switch n := rnd.IntN(100); {
			case n < 80:
				stream := []string{"a", "b"}[rnd.IntN(2)]
				add(t, l, ledger.Entry{Stream: stream, Kind: []string{"k", "old"}[rnd.IntN(2)], Subject: subject})
			case n < 88:
				_, err := l.Erase(t.Context(), subject)
				require.NoError(t, err)
			case n < 95:
				_, err := l.Erase(t.Context(), subject, ledger.Keep{Stream: "b", Until: time.Now().Add(time.Hour), Why: "claim"})
				require.NoError(t, err)
			default:
				_, err := l.Retain(t.Context(), ledger.Retention{
					Stream: "a", Kinds: []string{"old"}, Before: time.Now().Add(time.Second), Forced: true,
					Carry: []ledger.Entry{{Stream: "a", Kind: "carried"}},
				})
				require.NoError(t, err)
			}
		}
		for stream, p := range live {
			replayed := newPeople(stream)
			follow(t, l, replayed)
			assert.True(t, maps.Equal(p.known, replayed.known), "seed %d stream %s: %v and %v", seed, stream, p.known, replayed.known)
			assert.Equal(t, p, replayed)
		}
		verify(t, l)
	}
}

func conformRekey(t *testing.T, open opener) {
	l := open(t)
	e := add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna", Body: []byte("body")})
	require.ErrorIs(t, l.Rekey(t.Context(), []byte("short")), ledger.ErrSetup)
	require.NoError(t, l.Rekey(t.Context(), []byte("the next secret has 32 bytes too")))
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "anna", Body: []byte("later")})
	add(t, l, ledger.Entry{Stream: "a", Kind: "k", Subject: "ben", Body: []byte("later")})
	got := all(t, l)
	assert.Equal(t, "body", string(got[0].Body))
	assert.Equal(t, "ledger.rekeyed", got[1].Kind)
	assert.Equal(t, "later", string(got[2].Body))
	assert.Equal(t, e.ID, got[0].ID)
	verify(t, l)
}
