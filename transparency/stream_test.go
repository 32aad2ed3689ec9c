package transparency_test

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/transparency"
)

func tokens(_ context.Context, q question) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		_ = yield("re", nil) && yield(": ", nil) && yield(q.Text, nil)
	}
}

func explainTokens(q question, chunks []string) transparency.Explanation {
	x := transparency.Explanation{Subject: q.Who}
	for _, c := range chunks {
		x.Summary += c
	}
	return x
}

func TestAStreamIsRecordedFromWhatWasDelivered(t *testing.T) {
	j, _ := open(t, &transparency.Options{Payloads: true})
	stream := transparency.WrapStream(tokens, j, explainTokens)(t.Context(), question{"c-1", "hello"})
	for range 2 { // ranging again is a new decision
		var got string
		for chunk, err := range stream {
			require.NoError(t, err)
			got += chunk
		}
		assert.Equal(t, "re: hello", got)
	}
	n := 0
	for r, err := range j.Find(t.Context(), "c-1") {
		require.NoError(t, err)
		n++
		assert.Equal(t, call.Allowed, r.Outcome)
		assert.Equal(t, "re: hello", r.Explanation.Summary)
		assert.Equal(t, 3, r.Output.Chunks)
		assert.JSONEq(t, `["re",": ","hello"]`, string(r.Output.Payload))
		same, err := r.Output.Digest.Matches("re", ": ", "hello")
		require.NoError(t, err)
		assert.True(t, same)
		same, _ = r.Output.Digest.Matches("re", ": hello")
		assert.False(t, same, "the cuts between chunks are part of it")
	}
	assert.Equal(t, 2, n)
}

func TestHowAStreamEnds(t *testing.T) {
	failing := func(context.Context, question) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			if yield("half", nil) {
				yield("", errOwn)
			}
		}
	}
	cases := map[string]struct {
		next func(context.Context, question) iter.Seq2[string, error]
		read func(seq iter.Seq2[string, error]) error // what the consumer saw as the last error
		want call.Outcome
		n    int
	}{
		"break": {tokens, func(seq iter.Seq2[string, error]) error {
			for range seq {
				break
			}
			return nil
		}, call.Abandoned, 1},
		"error": {failing, drain, call.Failed, 0},
		"break at the error": {failing, func(seq iter.Seq2[string, error]) error {
			for _, err := range seq {
				if err != nil {
					return err
				}
			}
			return nil
		}, call.Failed, 0},
		"consumer panics": {tokens, func(seq iter.Seq2[string, error]) error {
			defer func() { _ = recover() }()
			for range seq {
				panic(canary)
			}
			return nil
		}, call.Abandoned, 1},
		"stream panics": {func(context.Context, question) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) { yield("half", nil); panic(canary) }
		}, func(seq iter.Seq2[string, error]) error {
			defer func() { _ = recover() }()
			return drain(seq)
		}, call.Failed, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			j, l := open(t, nil)
			ctx, trail := call.Track(call.WithSubject(t.Context(), "c-1"))
			_ = c.read(transparency.WrapStream(c.next, j, explainTokens)(ctx, question{"c-1", "hello"}))
			r := only(t, j, "c-1")
			assert.Equal(t, c.want, r.Outcome)
			assert.Equal(t, c.want, trail.Outcome())
			assert.Equal(t, 1, r.Output.Chunks, "what had gone out is recorded")
			assert.NotContains(t, string(entries(t, l)[0].Body), canary)
		})
	}
}

func drain(seq iter.Seq2[string, error]) (last error) {
	for _, err := range seq {
		last = err
	}
	return last
}

func TestAStreamSaysAtItsEndThatItCouldNotBeRecorded(t *testing.T) {
	j, l := open(t, nil)
	require.NoError(t, l.Close())
	stream := transparency.WrapStream(tokens, j, explainTokens)
	require.ErrorIs(t, drain(stream(t.Context(), question{"c-1", "hello"})), transparency.ErrNotRecorded)

	ctx, trail := call.Track(t.Context())
	for range stream(ctx, question{"c-1", "hello"}) {
		break
	}
	require.ErrorIs(t, trail.Err(), transparency.ErrNotRecorded)

	j, _ = open(t, nil)
	ctx = call.WithSubject(t.Context(), "c-1")
	err := drain(transparency.WrapStream(tokens, j, func(question, []string) transparency.Explanation { panic(canary) })(ctx, question{"c-1", "x"}))
	require.ErrorIs(t, err, transparency.ErrRefused)
	assert.Equal(t, call.Failed, only(t, j, "c-1").Outcome)
}

func TestAChunkThatCannotBeRecordedDoesNotGoOut(t *testing.T) {
	j, _ := open(t, nil)
	next := func(context.Context, question) iter.Seq2[any, error] {
		return func(yield func(any, error) bool) {
			_ = yield("fine", nil) && yield(func() {}, nil) && yield("never", nil)
		}
	}
	var got []any
	var last error
	for chunk, err := range transparency.WrapStream(next, j, func(q question, _ []any) transparency.Explanation {
		return transparency.Explanation{Subject: q.Who}
	})(call.WithSubject(t.Context(), "c-1"), question{"c-1", ""}) {
		got = append(got, chunk)
		last = err
	}
	assert.Equal(t, []any{"fine", nil}, got)
	require.ErrorIs(t, last, transparency.ErrNotRecorded)
	assert.Equal(t, call.Failed, only(t, j, "c-1").Outcome)
}
