package oversight_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

func TestNoticesAreSignedAndPosted(t *testing.T) {
	var got []oversight.Notice
	status := http.StatusNoContent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		header := r.Header.Get(oversight.SignatureHeader)
		if err := oversight.VerifyWebhook(secret, header, body, time.Minute); err != nil {
			t.Error(err)
		}
		for name, bad := range map[string]error{
			"another secret": oversight.VerifyWebhook([]byte("another key of some size"), header, body, time.Minute),
			"another body":   oversight.VerifyWebhook(secret, header, append(body, ' '), time.Minute),
			"too old":        oversight.VerifyWebhook(secret, header, body, -1),
			"no header":      oversight.VerifyWebhook(secret, "", body, time.Minute),
			"cut header":     oversight.VerifyWebhook(secret, header[:20], body, time.Minute),
			"no secret":      oversight.VerifyWebhook(nil, header, body, time.Minute),
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
	hook := &oversight.Webhook{URL: server.URL, Secret: secret}
	l := ledger.Memory(nil)
	var sent []error
	desk, err := oversight.New(t.Context(), l, holdAll(0, 0, ""), &oversight.Options{
		Notify: func(n oversight.Notice) { sent = append(sent, hook.Send(t.Context(), n)) },
	})
	require.NoError(t, err)
	id := openCases(t, desk, 1)[0]
	decide(t, desk, id, oversight.Judgement{Verdict: oversight.Rejected})
	require.Equal(t, []error{nil, nil}, sent)
	require.Equal(t, oversight.NoticeOpened, got[0].Kind)
	require.True(t, got[0].Held)
	require.Equal(t, oversight.NoticeDecided, got[1].Kind)
	require.Equal(t, oversight.Rejected, got[1].Verdict)
	require.Equal(t, id, got[1].Case)

	status = http.StatusBadGateway
	require.Error(t, hook.Send(t.Context(), got[0]))
	require.ErrorIs(t, (&oversight.Webhook{URL: server.URL}).Send(t.Context(), got[0]), oversight.ErrInvalid, "no secret, no post")

	quiet, err := oversight.New(t.Context(), l, holdAll(0, 0, ""), &oversight.Options{Notify: func(oversight.Notice) { t.Error("said before") }})
	require.NoError(t, err)
	quiet.Close()
}
