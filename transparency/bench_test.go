package transparency_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func noop(context.Context, question) (answer, error) { return answer{"yes"}, nil }

func who(q question, _ answer) transparency.Explanation {
	return transparency.Explanation{Subject: q.Who, Summary: "because"}
}

// bare is the same call without a journal: its decision, its subject and one append of an entry as large.
func bare(l *ledger.Ledger) func(context.Context, question) (answer, error) {
	site := call.NewSite(nil, noop)
	body := make([]byte, 600)
	return func(ctx context.Context, q question) (out answer, err error) {
		ctx, scope := call.Enter(ctx, call.StageTransparency, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		out, failure := call.Next(ctx, &scope, noop, q)
		_, failed := l.Append(ctx, ledger.Entry{Stream: "transparency", Kind: "decision.recorded", Subject: q.Who, Key: scope.Decision().ID(), Body: body})
		if failed != nil {
			return out, failed
		}
		return out, failure
	}
}

func TestWrapAllocatesLittle(t *testing.T) {
	if raced {
		t.Skip("the race detector empties pools at random")
	}
	ctx := t.Context()
	q := question{"c-1", "a question of some length"}
	j, l := open(t, nil)
	f, b := transparency.Wrap(noop, j, who), bare(l)
	base := testing.AllocsPerRun(1000, func() { _, _ = b(ctx, q) })
	own := testing.AllocsPerRun(1000, func() { _, _ = f(ctx, q) })
	t.Logf("bare %v, wrapped %v", base, own)
	assert.LessOrEqual(t, own, base+3)
	assert.LessOrEqual(t, own, 8.0)
}

func BenchmarkWrap(b *testing.B) {
	j, err := transparency.New(b.Context(), ledger.Memory(nil), nil)
	require.NoError(b, err)
	f := transparency.Wrap(noop, j, who)
	q := question{"c-1", "a question of some length"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBare(b *testing.B) {
	f := bare(ledger.Memory(nil))
	q := question{"c-1", "a question of some length"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}
