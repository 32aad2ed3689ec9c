package transparency_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

const canary = "canary-7f3a"

type question struct {
	Who  string
	Text string
}

type answer struct{ Text string }

func reply(_ context.Context, q question) (answer, error) { return answer{"re: " + q.Text}, nil }

func explainReply(q question, a answer) transparency.Explanation {
	return transparency.Explanation{Subject: q.Who, Summary: "You asked", Result: a.Text}
}

func open(t testing.TB, o *transparency.Options) (*transparency.Journal, *ledger.Ledger) {
	t.Helper()
	l := ledger.Memory(nil)
	j, err := transparency.New(t.Context(), l, o)
	require.NoError(t, err)
	return j, l
}

// only is the one record about a subject.
func only(t testing.TB, j *transparency.Journal, subject string) transparency.Record {
	t.Helper()
	var all []transparency.Record
	for r, err := range j.Find(context.Background(), subject) {
		require.NoError(t, err)
		all = append(all, r)
	}
	require.Len(t, all, 1)
	return all[0]
}

// entries are all of the ledger.
func entries(t testing.TB, l *ledger.Ledger) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	for e, err := range l.Since(context.Background(), 0) {
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

// endedError is another guard's verdict on a call.
type endedError struct {
	outcome call.Outcome
	id      uuid.UUID
}

func (e *endedError) Error() string         { return "ended: " + string(e.outcome) }
func (e *endedError) Public() string        { return "No." }
func (e *endedError) HTTPStatus() int       { return http.StatusForbidden }
func (e *endedError) DecisionID() uuid.UUID { return e.id }
func (e *endedError) Outcome() call.Outcome { return e.outcome }

// desk plays oversight: it stands inside transparency, keeps what the model said, and ends the call as told.
type desk struct {
	outcome call.Outcome
	review  call.Review
	instead answer // delivered when the outcome is replaced
	asked   any    // the explanation it got
}

func (k *desk) wrap(next func(context.Context, question) (answer, error)) func(context.Context, question) (answer, error) {
	site := call.NewSite(nil, next)
	return func(ctx context.Context, q question) (out answer, err error) {
		ctx, scope := call.Enter(ctx, call.StageOversight, site)
		defer scope.Exit(&err)
		err = call.ErrUnfinished
		d := scope.Decision()
		if k.outcome == call.Stopped {
			return out, &endedError{call.Stopped, d.ID()}
		}
		if d.Resumed() {
			d.NoteDecided(k.review)
			return k.deliver(d, answer{"re: " + q.Text})
		}
		out, err = call.Next(ctx, &scope, next, q)
		if err != nil {
			return out, err
		}
		if d.Explains() {
			d.SetOutput(out)
		}
		d.NoteSampled(k.review)
		if k.outcome == call.Held {
			if k.asked, err = d.Explanation(out); err != nil {
				return answer{}, err
			}
			d.NoteHeld(k.review)
		}
		return k.deliver(d, out)
	}
}

func (k *desk) deliver(d *call.Decision, out answer) (answer, error) {
	switch k.outcome {
	case call.Allowed:
		return out, nil
	case call.Replaced:
		d.SetFinal(call.Replaced)
		return k.instead, nil
	}
	return answer{}, &endedError{k.outcome, d.ID()}
}

// under makes ctx one of a decision that other guards have already noted facts on.
func under(t testing.TB, note func(*call.Decision)) context.Context {
	t.Helper()
	ctx, scope := call.Enter(context.Background(), call.StageBoundary, call.NewSite(&call.System{Name: "chat", Version: "3"}, nil))
	t.Cleanup(func() { var err error; scope.Exit(&err) })
	if note != nil {
		note(scope.Decision())
	}
	return ctx
}

var errOwn = errors.New("own error with " + canary)
