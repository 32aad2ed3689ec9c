package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// ask sends a body through a guarded client.
func ask(t testing.TB, client http.RoundTripper, id string, body io.Reader) (status int, answer string) {
	req, err := http.NewRequest(http.MethodPost, "http://x/v1/chat/completions", body)
	if !assert.NoError(t, err) { //nolint:testifylint // called from goroutines, which must not end the test
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Id", id)
	res, err := client.RoundTrip(req)
	if !assert.NoError(t, err) { //nolint:testifylint // as above
		return 0, ""
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	assert.NoError(t, err) //nolint:testifylint // as above
	return res.StatusCode, string(read)
}

// TestABodyIsItsRequestsOwn: a request's body may be read after its answer came, by a transport that is still writing, or anew through
// GetBody, by one that tries again late. Whatever went through the guard meanwhile, it is that request's.
func TestABodyIsItsRequestsOwn(t *testing.T) {
	type late struct {
		body    io.Reader
		getBody func() (io.ReadCloser, error)
		id      string
	}
	var mu sync.Mutex
	var lates []late
	wants := make(map[string]string)
	client := privacy.Transport(roundTrip(func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		lates = append(lates, late{req.Body, req.GetBody, req.Header.Get("X-Id")})
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"content":"<EMAIL_ADDRESS_1>"}`)), ContentLength: -1}, nil
	}), &privacy.Redactor{}, nil)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range 50 {
				secret := fmt.Sprintf("user%d.%d@example.org", worker, i)
				format := `{"messages":[{"role":"user","content":"%s is call ` + strings.Repeat("x", 10*i) + fmt.Sprintf("W%d.I%d", worker, i) + ` of mine"}]}`
				if i%3 == 0 {
					format = strings.Replace(format, " of mine", " of mine,\\nand more", 1)
				}
				want := fmt.Sprintf(format, "<EMAIL_ADDRESS_1>")
				body := fmt.Sprintf(format, secret)
				if i%7 == 0 { // nothing to hide
					body = fmt.Sprintf(format, "nobody")
					want = body
				}
				id := fmt.Sprintf("w%d-%d", worker, i)
				mu.Lock()
				wants[id] = want
				mu.Unlock()
				status, shown := ask(t, client, id, strings.NewReader(body))
				assert.Equal(t, http.StatusOK, status)
				if i%7 != 0 {
					assert.JSONEq(t, `{"content":"`+secret+`"}`, shown)
				}
			}
		})
	}
	all.Wait()
	require.Len(t, lates, 400)
	for _, l := range lates {
		got, err := io.ReadAll(l.body)
		require.NoError(t, err)
		require.Equal(t, wants[l.id], string(got))
		for range 2 {
			again, err := l.getBody()
			require.NoError(t, err)
			got, err = io.ReadAll(again)
			require.NoError(t, err)
			require.Equal(t, wants[l.id], string(got))
		}
	}
}

type keeping struct {
	mu    sync.Mutex
	texts []string
}

func (k *keeping) Recognize(_ context.Context, text string) ([]pii.Finding, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.texts = append(k.texts, text)
	return nil, nil
}

func (k *keeping) Operate(v privacy.Value) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.texts = append(k.texts, v.Text)
	return "***", nil
}

// TestTextsThatAreKeptStay: a recognizer or an operator of the user's may keep the text it was given, as one that is asked in vain and
// goes on does. What it keeps does not change under its hands.
func TestTextsThatAreKeptStay(t *testing.T) {
	for what, wire := range map[string]func(*privacy.Redactor, *keeping){
		"recognizer": func(r *privacy.Redactor, k *keeping) { r.Recognizers = []privacy.Recognizer{k} },
		"operator": func(r *privacy.Redactor, k *keeping) {
			r.Operators = map[pii.Kind]privacy.Operator{pii.EmailAddress: k}
		},
		"default": func(r *privacy.Redactor, k *keeping) { r.Default = k },
		"wrapped": func(r *privacy.Redactor, k *keeping) { r.Default = struct{ privacy.Operator }{k} },
	} {
		t.Run(what, func(t *testing.T) {
			var k keeping
			r := &privacy.Redactor{}
			wire(r, &k)
			client := privacy.Transport(roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{}`)), ContentLength: -1}, nil
			}), r, nil)
			var want []string
			for i := range 50 {
				address := fmt.Sprintf("user%d@example.org", i)
				text := "write to " + address + " today"
				status, _ := ask(t, client, "", strings.NewReader(`{"content":"`+text+`"}`))
				require.Equal(t, http.StatusOK, status)
				if what == "recognizer" {
					address = text
				}
				want = append(want, address)
			}
			assert.Subset(t, k.texts, want)
			for _, text := range k.texts {
				assert.NotContains(t, text, "\x00")
			}
		})
	}
}

// TestAnyMaxBody: "as much as there can be" is a bound too.
func TestAnyMaxBody(t *testing.T) {
	for most, want := range map[int]int{math.MaxInt: http.StatusOK, 22: http.StatusOK, 21: http.StatusForbidden, -1: http.StatusOK} {
		client := privacy.Transport(roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{"ok":true}`)), ContentLength: -1}, nil
		}), &privacy.Redactor{}, &privacy.TransportOptions{MaxBody: most})
		status, _ := ask(t, client, "", strings.NewReader(`{"content":"is it on"}`))
		assert.Equal(t, want, status, most)
	}
}

// scrubbing is a vault that wipes what it was given, once it has it.
type scrubbing struct{ privacy.Memory }

func (v *scrubbing) Append(ctx context.Context, session string, at int, entries []privacy.Entry) (bool, error) {
	ok, err := v.Memory.Append(ctx, session, at, entries)
	clear(entries)
	return ok, err
}

func TestAVaultMayWipeWhatItWasGiven(t *testing.T) {
	s, err := (&privacy.Redactor{}).Session(t.Context(), &scrubbing{}, "")
	require.NoError(t, err)
	assert.Equal(t, "<EMAIL_ADDRESS_1>", s.Hide(mail))
	assert.Equal(t, "<EMAIL_ADDRESS_2>, <EMAIL_ADDRESS_1>", s.Hide(mail2+", "+mail))
	assert.Equal(t, mail+", "+mail2, s.Show("<EMAIL_ADDRESS_1>, <EMAIL_ADDRESS_2>"))
}

// TestABrokenBodyRefuses: a body that fails or is none leaves nothing behind for the next request.
func TestABrokenBodyRefuses(t *testing.T) {
	sent := 0
	client := privacy.Transport(roundTrip(func(req *http.Request) (*http.Response, error) {
		sent++
		got, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		assert.JSONEq(t, `{"content":"fine"}`, string(got))
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(`{}`)), ContentLength: -1}, nil
	}), &privacy.Redactor{}, nil)
	for range 20 {
		for _, body := range []io.Reader{
			io.MultiReader(strings.NewReader(`{"content":"`+mail+`"`), iotest.ErrReader(errors.New("the line is dead"))),
			strings.NewReader(`{"content":"` + mail + `"`),
			strings.NewReader(`{"content":"` + mail + `"}}`),
			strings.NewReader(""),
		} {
			status, _ := ask(t, client, "", io.MultiReader(body)) // of a length nobody knows
			require.Equal(t, http.StatusForbidden, status)
		}
		status, _ := ask(t, client, "", strings.NewReader(`{"content":"fine"}`))
		require.Equal(t, http.StatusOK, status)
	}
	assert.Equal(t, 20, sent)
}
