package privacy_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/privacy"
)

var errHeld = errors.New("held")

// holding is a guarded function whose answers are held, and delivered to whoever resumes.
func holding(r *privacy.Redactor, answer string) func(context.Context, string) (string, error) {
	return privacy.Wrap(func(ctx context.Context, _ string) (string, error) {
		if !call.From(ctx).Resumed() {
			return "", errHeld
		}
		var err error
		_, desk := call.Enter(ctx, call.StageOversight, call.NewSite(nil, nil)) // only oversight delivers
		desk.Exit(&err)
		return answer, nil
	}, r, (*privacy.Session).Hide, (*privacy.Session).Show)
}

func held(t *testing.T, guarded func(context.Context, string) (string, error), subject, text string) uuid.UUID {
	t.Helper()
	ctx, trail := call.Track(call.WithSubject(t.Context(), subject))
	_, err := guarded(ctx, text)
	require.ErrorIs(t, err, errHeld)
	return trail.ID()
}

func vaults() map[string]func() privacy.Vault {
	return map[string]func() privacy.Vault{
		"memory": func() privacy.Vault { return &privacy.Memory{} },
		"ledger": func() privacy.Vault { return privacy.LedgerVault{Ledger: ledger.Memory(nil)} },
	}
}

func TestStrangersResumeTouchesNoSession(t *testing.T) {
	for name, made := range vaults() {
		t.Run(name, func(t *testing.T) {
			v := made()
			r := &privacy.Redactor{Vault: v}
			guarded := holding(r, "decided for <EMAIL_ADDRESS_1>")
			id := held(t, guarded, "alice", "write to "+mail)
			before, err := v.Load(t.Context(), id.String(), 0)
			require.NoError(t, err)
			require.NotEmpty(t, before)

			resume := func(id uuid.UUID, subject, text string) (string, error) {
				return guarded(call.WithResume(call.WithSubject(t.Context(), subject), id), text)
			}
			nowhere := uuid.New()
			for _, subject := range []string{"mallory", ""} {
				for _, text := range []string{"I am " + mail2, "write to " + mail, ""} {
					out, err := resume(id, subject, text)
					require.ErrorIs(t, err, privacy.ErrSessionLost)
					assert.Empty(t, out)
					_, none := resume(nowhere, subject, text)
					require.Error(t, none)
					assert.Equal(t, none.Error(), err.Error(), "a case that exists is told from none")
				}
				out, err := resume(id, subject, "nothing personal")
				if err == nil {
					assert.NotContains(t, out, mail, "the desk would refuse, but what is shown is not in the owner's words")
				}
			}
			after, err := v.Load(t.Context(), id.String(), 0)
			require.NoError(t, err)
			assert.Equal(t, before, after)

			out, err := resume(id, "alice", "write to "+mail)
			require.NoError(t, err)
			assert.Equal(t, "decided for "+mail, out)
		})
	}
}

func TestSessionServesOneSubject(t *testing.T) {
	for name, made := range vaults() {
		t.Run(name, func(t *testing.T) {
			v := made()
			r := &privacy.Redactor{Vault: v}
			guarded := privacy.Wrap(func(context.Context, string) (string, error) { return "to <EMAIL_ADDRESS_1>", nil }, r,
				(*privacy.Session).Hide, (*privacy.Session).Show)
			as := func(s *privacy.Session, subject string) context.Context {
				return call.WithSubject(privacy.WithSession(t.Context(), s), subject)
			}
			s := open(t, r, nil, "talk")
			out, err := guarded(as(s, "alice"), "I am "+mail)
			require.NoError(t, err)
			assert.Equal(t, "to "+mail, out)

			again := open(t, &privacy.Redactor{Vault: v}, nil, "talk") // in another process
			for _, s := range []*privacy.Session{s, again} {
				for _, text := range []string{"I am " + mail2, "who?"} {
					out, err = guarded(as(s, "bob"), text)
					require.ErrorIs(t, err, privacy.ErrRefused)
					assert.Empty(t, out)
				}
				_, err = r.Text(as(s, "bob"), mail2)
				require.ErrorIs(t, err, privacy.ErrRefused)
				for _, subject := range []string{"alice", ""} {
					out, err = guarded(as(s, subject), "who?")
					require.NoError(t, err)
					assert.Equal(t, "to "+mail, out)
				}
			}
			_, err = r.Session(call.WithSubject(t.Context(), "bob"), nil, "talk")
			require.ErrorIs(t, err, privacy.ErrRefused)
			words, err := r.Reveal(call.WithSubject(t.Context(), "reviewer"), "who", "talk", "to <EMAIL_ADDRESS_1>")
			require.NoError(t, err)
			assert.Equal(t, "to "+mail, words)
		})
	}
}

// Two processes open a new session before either has stored anything: the vault has the last word on whose it is.
func TestSessionOpenedTwiceServesWhoWasFirst(t *testing.T) {
	v := &privacy.Memory{}
	r := &privacy.Redactor{Vault: v}
	one, two := open(t, r, nil, "talk"), open(t, r, nil, "talk")
	as := func(s *privacy.Session, subject string) context.Context {
		return call.WithSubject(privacy.WithSession(t.Context(), s), subject)
	}
	_, err := r.Text(as(two, "bob"), "nothing yet")
	require.NoError(t, err)
	_, err = r.Text(as(one, "alice"), mail)
	require.NoError(t, err)
	_, err = r.Text(as(two, "bob"), mail2)
	require.ErrorIs(t, err, privacy.ErrRefused)
	guarded := privacy.Wrap(func(context.Context, string) (string, error) { return "<EMAIL_ADDRESS_1>", nil }, r,
		(*privacy.Session).Hide, (*privacy.Session).Show)
	out, err := guarded(as(two, "bob"), "who?")
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Empty(t, out)
}

func TestCallThatHidNothingNeedsNoSession(t *testing.T) {
	for _, in := range []string{"hello", "what is <EMAIL_ADDRESS_1>?"} {
		r := &privacy.Redactor{}
		guarded := holding(r, "write <EMAIL_ADDRESS_1> there")
		id := held(t, guarded, "alice", in)
		for range 2 {
			out, err := guarded(call.WithResume(call.WithSubject(t.Context(), "alice"), id), in)
			require.NoError(t, err, in)
			assert.Equal(t, "write <EMAIL_ADDRESS_1> there", out)
			r.Vault = &privacy.Memory{} // and now the session is gone
		}
	}
}
