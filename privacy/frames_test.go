package privacy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// header writes a header of an AWS event with a text for its value.
func header(name, value string) []byte {
	out := append([]byte{byte(len(name))}, name...)
	out = append(out, 7, byte(len(value)>>8), byte(len(value)))
	return append(out, value...)
}

func frameOf(kind, payload string) []byte {
	head := append(header(":message-type", "event"), header(":event-type", kind)...)
	return appendFrame(nil, head, []byte(payload))
}

// readFrames gives kind and payload of every frame.
func readFrames(t *testing.T, body []byte) (out []string) {
	t.Helper()
	b := newStreamBody(io.NopCloser(bytes.NewReader(body)), &wire{s: newSession(t.Context(), &Redactor{}, nil, nil), o: &TransportOptions{}}, frames, 1<<20)
	for {
		b.raw = b.raw[:0]
		err := b.frame()
		if err == io.EOF { //nolint:errorlint // the very value
			return out
		}
		require.NoError(t, err)
		n := int(b.raw[4])<<24 | int(b.raw[5])<<16 | int(b.raw[6])<<8 | int(b.raw[7])
		head := b.raw[framePrelude : framePrelude+n]
		out = append(out, frameKind(head)+" "+string(b.raw[framePrelude+n:len(b.raw)-4]))
	}
}

// TestFrames shows Bedrock's answer, cut at every byte.
func TestFrames(t *testing.T) {
	s := newSession(t.Context(), &Redactor{}, nil, nil)
	require.Equal(t, "<EMAIL_ADDRESS_1>", s.Hide("ines.rocha@example.org"))
	answer := bytes.Join([][]byte{
		frameOf("messageStart", `{"role":"assistant"}`),
		frameOf("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"Dear é <EMAIL_ADD"},"p":"ab"}`),
		frameOf("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"RESS_1>, <EM"},"p":"a"}`),
		frameOf("contentBlockDelta", `{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"to\":\"<EMAIL_ADDRESS_1>\"}"}}}`),
		frameOf("contentBlockStop", `{"contentBlockIndex":0}`),
		frameOf("messageStop", `{"stopReason":"end_turn"}`),
		appendFrame(nil, header(":event-type", "ping"), nil),
	}, nil)
	want := []string{
		`messageStart {"role":"assistant"}`,
		`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"Dear é "},"p":"ab"}`,
		`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"ines.rocha@example.org, "},"p":"a"}`,
		`contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"to\":\"<EMAIL_ADDRESS_1>\"}"}}}`,
		`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"<EM"},"p":"a"}`,
		`contentBlockStop {"contentBlockIndex":0}`,
		`messageStop {"stopReason":"end_turn"}`,
		`ping `,
	}
	for cut := range answer {
		src := io.MultiReader(bytes.NewReader(answer[:cut]), bytes.NewReader(answer[cut:]))
		body, err := io.ReadAll(newStreamBody(io.NopCloser(src), &wire{s: s, o: &TransportOptions{}}, frames, 1<<20))
		require.NoError(t, err)
		require.Equal(t, want, readFrames(t, body), "cut at %d", cut)
	}
}

// TestDamagedFrames delivers what came before the damage, and says that there was one.
func TestDamagedFrames(t *testing.T) {
	s := newSession(t.Context(), &Redactor{}, nil, nil)
	good := frameOf("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"a <EM"}}`)
	for i := range good {
		bad := append([]byte{}, good...)
		bad[i] ^= 0x55
		body, err := io.ReadAll(newStreamBody(io.NopCloser(bytes.NewReader(append(good[:len(good):len(good)], bad...))), &wire{s: s, o: &TransportOptions{}}, frames, 1<<20))
		require.Error(t, err, "byte %d", i)
		require.Equal(t, []string{
			`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"a "}}`,
			`contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"<EM"}}`,
		}, readFrames(t, body))
	}
	for cut := 1; cut < len(good); cut++ {
		_, err := io.ReadAll(newStreamBody(io.NopCloser(bytes.NewReader(good[:cut])), &wire{s: s, o: &TransportOptions{}}, frames, 1<<20))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	_, err := io.ReadAll(newStreamBody(io.NopCloser(bytes.NewReader(good)), &wire{s: s, o: &TransportOptions{}}, frames, 20))
	require.ErrorIs(t, err, errLongEvent)
	dead := errors.New("line went dead")
	_, err = io.ReadAll(newStreamBody(io.NopCloser(io.MultiReader(bytes.NewReader(good), iotest.ErrReader(dead))), &wire{s: s, o: &TransportOptions{}}, frames, 1<<20))
	require.ErrorIs(t, err, dead)
}

func FuzzFrames(f *testing.F) {
	f.Add(frameOf("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"<EMAIL_ADDRESS_1>"}}`))
	f.Add([]byte("\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		s := newSession(t.Context(), &Redactor{}, nil, nil)
		_, _ = io.ReadAll(newStreamBody(io.NopCloser(bytes.NewReader(answer)), &wire{s: s, o: &TransportOptions{}}, frames, 1<<16))
		_ = frameKind(answer)
	})
}

// TestSignedRequests pass if they were hidden before they were signed, in a session that is passed on, and only then.
func TestSignedRequests(t *testing.T) {
	r := &Redactor{}
	s, err := r.Session(t.Context(), nil, "")
	require.NoError(t, err)
	ask := `{"messages":[{"role":"user","content":[{"text":"I am ines.rocha@example.org"}]}]}`
	hidden := string(HideTagged(s, json.RawMessage(ask)))
	require.NotContains(t, hidden, "@")
	var sent []string
	client := Transport(roundTripFunc(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		sent = append(sent, string(body))
		assert.Equal(t, "identity", req.Header.Get("Accept-Encoding"), "it may be signed too")
		answer := `{"output":{"message":{"content":[{"text":"Dear <EMAIL_ADDRESS_1>"}]}}}`
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer)), ContentLength: -1}, err
	}), r, nil)
	for _, c := range []struct {
		body    string
		session *Session
		status  int
	}{{hidden, s, http.StatusOK}, {hidden, nil, http.StatusForbidden}, {ask, s, http.StatusForbidden}, {ask, nil, http.StatusForbidden}} {
		ctx := t.Context()
		if c.session != nil {
			ctx = WithSession(ctx, c.session)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://bedrock.example.org/model/m/converse", strings.NewReader(c.body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept-Encoding", "identity")
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x")
		res, err := client.RoundTrip(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, c.status, res.StatusCode)
		if c.status == http.StatusOK {
			assert.Contains(t, string(body), "Dear ines.rocha@example.org")
		}
	}
	assert.Equal(t, []string{hidden}, sent)
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
