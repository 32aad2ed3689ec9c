package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/oversight/webhook"
)

var (
	secret = []byte("a key of at least 16 bytes")
	policy = oversight.Policy{Rules: []oversight.Rule{{Name: "all", When: func(oversight.Case) bool { return true }, Hold: true}}}
)

func TestNoticesAreSignedAndPosted(t *testing.T) {
	var got []oversight.Notice
	status := http.StatusNoContent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		header := r.Header.Get(webhook.Header)
		if err := webhook.Verify(secret, header, body, time.Minute); err != nil {
			t.Error(err)
		}
		for name, bad := range map[string]error{
			"another secret": webhook.Verify([]byte("another key of some size"), header, body, time.Minute),
			"another body":   webhook.Verify(secret, header, append(body, ' '), time.Minute),
			"too old":        webhook.Verify(secret, header, body, -1),
			"no header":      webhook.Verify(secret, "", body, time.Minute),
			"cut header":     webhook.Verify(secret, header[:20], body, time.Minute),
			"no secret":      webhook.Verify(nil, header, body, time.Minute),
		} {
			if bad == nil {
				t.Errorf("%s: passed", name)
			}
		}
		var n oversight.Notice
		if err := json.Unmarshal(body, &n); err != nil {
			t.Error(err)
		}
		got = append(got, n)
		w.WriteHeader(status)
	}))
	defer server.Close()
	hook := &webhook.Hook{URL: server.URL, Secret: secret}
	l := ledger.Memory(nil)
	var sent []error
	desk, err := oversight.New(t.Context(), l, policy, &oversight.Options{
		Notify: func(n oversight.Notice) { sent = append(sent, hook.Send(t.Context(), n)) },
	})
	require.NoError(t, err)
	guarded := oversight.Wrap(func(_ context.Context, n int) (int, error) { return n, nil }, desk, func(int, int) oversight.Case { return oversight.Case{} })
	_, err = guarded(call.WithSubject(t.Context(), "anna"), 7)
	require.ErrorIs(t, err, oversight.ErrPending)
	lease, err := desk.Claim(t.Context(), "rosa", uuid.Nil)
	require.NoError(t, err)
	id := lease.Case
	require.NoError(t, desk.Submit(t.Context(), lease, oversight.Judgement{Verdict: oversight.Rejected}))
	require.Equal(t, []error{nil, nil}, sent)
	require.Equal(t, oversight.NoticeOpened, got[0].Kind)
	require.True(t, got[0].Held)
	require.Equal(t, oversight.NoticeDecided, got[1].Kind)
	require.Equal(t, oversight.Rejected, got[1].Verdict)
	require.Equal(t, id, got[1].Case)

	status = http.StatusBadGateway
	require.Error(t, hook.Send(t.Context(), got[0]))
	require.ErrorIs(t, (&webhook.Hook{URL: server.URL}).Send(t.Context(), got[0]), webhook.ErrUnset, "no secret, no post")

	quiet, err := oversight.New(t.Context(), l, policy, &oversight.Options{Notify: func(oversight.Notice) { t.Error("said before") }})
	require.NoError(t, err)
	quiet.Close()
	require.NotContains(t, fmt.Sprintf("%+v %#v %s", *hook, hook, hook), "16 bytes")
}

// The address of a hook is often a secret itself.
func TestErrorsDoNotQuoteTheURL(t *testing.T) {
	for _, url := range []string{"http://127.0.0.1:1/canary", "http://canary.invalid:port/"} {
		hook := &webhook.Hook{URL: url, Secret: secret}
		err := hook.Send(t.Context(), oversight.Notice{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "canary")
	}
}
