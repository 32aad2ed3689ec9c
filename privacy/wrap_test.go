package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
)

const (
	mail  = "ines.rocha@example.org"
	mail2 = "tomas@example.net"
	card  = "4111 1111 1111 1111"
)

type customer struct {
	Email   string `privacy:"email"`
	Message string
	Plan    string `privacy:"-"`
	Visits  int
}

func TestWrapHidesAndShows(t *testing.T) {
	var seen customer
	next := func(_ context.Context, c customer) ([]string, error) {
		seen = c
		return []string{"We wrote to " + c.Email, "nothing for " + strings.ToLower(c.Email)}, nil
	}
	guarded := privacy.Wrap(next, &privacy.Redactor{}, privacy.HideTagged, privacy.ShowTagged)
	in := customer{Email: mail, Message: "call me: " + mail + " or pay " + card, Plan: mail, Visits: 3}
	before := in
	out, err := guarded(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, customer{
		Email: "<EMAIL_ADDRESS_1>", Message: "call me: <EMAIL_ADDRESS_1> or pay <CREDIT_CARD_1>", Plan: mail, Visits: 3,
	}, seen)
	assert.Equal(t, []string{"We wrote to " + mail, "nothing for " + mail}, out)
	assert.Equal(t, before, in)
}

func TestWrapOfStringsNeedsNoStruct(t *testing.T) {
	echo := func(_ context.Context, s string) (string, error) { return "you said: " + s, nil }
	guarded := privacy.Wrap(echo, &privacy.Redactor{}, (*privacy.Session).Hide, (*privacy.Session).Show)
	out, err := guarded(t.Context(), "mail "+mail)
	require.NoError(t, err)
	assert.Equal(t, "you said: mail "+mail, out)
}

func TestWrapNotesWhatItHid(t *testing.T) {
	var facts call.Facts
	var id uuid.UUID
	next := func(ctx context.Context, s string) (string, error) {
		d := call.From(ctx)
		facts, id = d.Facts(), d.ID()
		subject, err := d.SubjectFor(ctx, call.StageTransparency, "<EMAIL_ADDRESS_1>")
		if err != nil {
			return "", err
		}
		assert.Empty(t, subject, "inside Privacy a describe function's subject may be a placeholder")
		return s, nil
	}
	r := &privacy.Redactor{}
	guarded := privacy.Wrap(next, r, (*privacy.Session).Hide, (*privacy.Session).Show)
	_, err := guarded(t.Context(), mail+" "+mail2+" "+card)
	require.NoError(t, err)
	assert.Equal(t, []call.Count{{Kind: "EMAIL_ADDRESS", N: 2}, {Kind: "CREDIT_CARD", N: 1}}, facts.Hidden)
	assert.Equal(t, id.String(), facts.Session)

	words, err := r.Reveal(t.Context(), "who", facts.Session, "was <EMAIL_ADDRESS_2>")
	require.NoError(t, err)
	assert.Equal(t, "was "+mail2, words)
	_, err = r.Reveal(t.Context(), "who", uuid.NewString(), "was <EMAIL_ADDRESS_2>")
	require.ErrorIs(t, err, privacy.ErrSessionLost)
}

// never is a function that a refused call must not reach.
func never[In, Out any](t *testing.T) func(context.Context, In) (Out, error) {
	return func(context.Context, In) (out Out, err error) {
		t.Error("next ran although the call was refused")
		return out, err
	}
}

func TestWrapRefuses(t *testing.T) {
	hide, show := (*privacy.Session).Hide, (*privacy.Session).Show
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		r    *privacy.Redactor
		hide func(*privacy.Session, string) string
	}{
		"nil redactor":  {t.Context(), nil, hide},
		"hide panics":   {t.Context(), &privacy.Redactor{}, func(*privacy.Session, string) string { panic(mail) }},
		"context ended": {ended, &privacy.Redactor{}, hide},
		"zero session":  {privacy.WithSession(t.Context(), &privacy.Session{}), &privacy.Redactor{}, hide},
		"nil session":   {privacy.WithSession(t.Context(), nil), &privacy.Redactor{}, hide},
		"vault failed":  {t.Context(), &privacy.Redactor{Vault: brokenVault{}}, hide},
		"vault panics":  {t.Context(), &privacy.Redactor{Vault: panickyVault{}}, hide},
		"no such kind":  {t.Context(), &privacy.Redactor{Scanner: scannerOf("NO_SUCH_KIND")}, hide},
		"operator fails": {t.Context(), &privacy.Redactor{Default: operatorFunc(func(v privacy.Value) (string, error) {
			return "", errors.New("cannot do " + v.Text)
		})}, hide},
		"operator panics": {t.Context(), &privacy.Redactor{Default: operatorFunc(func(v privacy.Value) (string, error) { panic(v.Text) })}, hide},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := privacy.Wrap(never[string, string](t), c.r, c.hide, show)(c.ctx, "to "+mail)
			assert.Empty(t, out)
			require.ErrorIs(t, err, privacy.ErrRefused)
			typed, ok := errors.AsType[call.Typed](err)
			require.True(t, ok)
			assert.NotZero(t, typed.DecisionID())
			assert.Equal(t, http.StatusInternalServerError, typed.HTTPStatus())
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				assert.NotContains(t, fmt.Sprintf(verb, err), mail)
			}
		})
	}
}

func TestWrapWithholdsWhatItCannotShow(t *testing.T) {
	echo := func(_ context.Context, s string) (string, error) { return s, nil }
	r := &privacy.Redactor{}
	out, err := privacy.Wrap(echo, r, (*privacy.Session).Hide,
		func(*privacy.Session, string) string { panic(mail) })(t.Context(), mail)
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Empty(t, out)

	own := errors.New("of the function")
	failing := func(_ context.Context, s string) (string, error) { return "half of " + s, own }
	out, err = privacy.Wrap(failing, r, (*privacy.Session).Hide, (*privacy.Session).Show)(t.Context(), mail)
	assert.Same(t, own, err)
	assert.Equal(t, "half of "+mail, out)
}

func TestWrapPanicsAtWiring(t *testing.T) {
	echo := func(_ context.Context, s string) (string, error) { return s, nil }
	hide, show := (*privacy.Session).Hide, (*privacy.Session).Show
	assert.PanicsWithValue(t, "fairlead: privacy.Wrap: next is nil: pass the function itself when wiring, before the first call",
		func() { privacy.Wrap[string, string](nil, nil, hide, show) })
	assert.Panics(t, func() { privacy.Wrap(echo, nil, nil, show) })
	assert.Panics(t, func() { privacy.Wrap(echo, nil, hide, nil) })
}

func TestPanicOfNextGoesOn(t *testing.T) {
	ctx, trail := call.Track(t.Context())
	guarded := privacy.Wrap(func(context.Context, string) (string, error) { panic("own") }, &privacy.Redactor{},
		(*privacy.Session).Hide, (*privacy.Session).Show)
	assert.PanicsWithValue(t, "own", func() { _, _ = guarded(ctx, mail) })
	assert.Equal(t, call.Failed, trail.Outcome())
}

func TestResumedCallGoesOnWithItsSession(t *testing.T) {
	r := &privacy.Redactor{}
	held := errors.New("held")
	var given string
	guarded := privacy.Wrap(func(ctx context.Context, s string) (string, error) {
		if call.From(ctx).Resumed() {
			var err error
			_, desk := call.Enter(ctx, call.StageOversight, call.NewSite(nil, nil)) // only oversight delivers
			desk.Exit(&err)
			return "decided for " + given, nil
		}
		given = s
		return "", held
	}, r, (*privacy.Session).Hide, (*privacy.Session).Show)
	hold := func(text string) uuid.UUID {
		ctx, trail := call.Track(t.Context())
		_, err := guarded(ctx, text)
		require.ErrorIs(t, err, held)
		return trail.ID()
	}

	id := hold("write to " + mail)
	out, err := guarded(call.WithResume(t.Context(), id), "write to "+mail)
	require.NoError(t, err)
	assert.Equal(t, "decided for write to "+mail, out)
	out, err = guarded(call.WithResume(t.Context(), id), "")
	require.NoError(t, err, "the input is not needed to show the answer")
	assert.Equal(t, "decided for write to "+mail, out)

	id = hold("nothing personal")
	out, err = guarded(call.WithResume(t.Context(), id), "nothing personal")
	require.NoError(t, err, "a call that hid nothing has no session to lose")
	assert.Equal(t, "decided for nothing personal", out)

	id = hold("write to " + mail)
	r.Vault = &privacy.Memory{}
	for _, in := range []string{"write to " + mail, ""} {
		ctx, trail := call.Track(t.Context())
		out, err = guarded(call.WithResume(ctx, id), in)
		assert.Empty(t, out)
		require.ErrorIs(t, err, privacy.ErrSessionLost)
		lost, ok := errors.AsType[*privacy.SessionLostError](err)
		require.True(t, ok)
		assert.Equal(t, id, lost.Decision)
		assert.Equal(t, http.StatusGone, lost.HTTPStatus())
		assert.NotEmpty(t, lost.Public())
		assert.Equal(t, call.Failed, trail.Outcome())
	}
}

func TestCleanCallAllocatesLittle(t *testing.T) {
	r := &privacy.Redactor{}
	type message struct {
		Text string
		Tags []string
		To   *customer
	}
	guarded := privacy.Wrap(func(_ context.Context, m message) (message, error) { return m, nil }, r, privacy.HideTagged, privacy.ShowTagged)
	ctx, scope := call.Enter(t.Context(), call.StageBoundary, call.NewSite(nil, nil))
	err := call.ErrUnfinished
	defer scope.Exit(&err)
	base := testing.AllocsPerRun(200, func() {
		ctx, scope := call.Enter(ctx, call.StagePrivacy, site)
		err := error(nil)
		_ = ctx
		scope.Exit(&err)
	})
	m := message{Text: "what is the weather like in Porto today?", Tags: []string{"a", "b"}, To: &customer{Message: "none"}}
	got := testing.AllocsPerRun(200, func() {
		if _, err := guarded(ctx, m); err != nil {
			t.Fatal(err)
		}
	})
	assert.LessOrEqual(t, got-base, 4.0)
	err = nil
}

var site = call.NewSite(nil, nil)
