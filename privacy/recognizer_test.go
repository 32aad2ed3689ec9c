package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

type recognizerFunc func(ctx context.Context, text string) ([]pii.Finding, error)

func (f recognizerFunc) Recognize(ctx context.Context, text string) ([]pii.Finding, error) {
	return f(ctx, text)
}

// person finds one name.
func findName(name string, score float64) privacy.Recognizer {
	return recognizerFunc(func(_ context.Context, text string) ([]pii.Finding, error) {
		if i := strings.Index(text, name); i >= 0 {
			return []pii.Finding{{Start: i, End: i + len(name), Kind: "PERSON", Score: score}}, nil
		}
		return nil, nil
	})
}

func TestRecognizersAddToTheScanner(t *testing.T) {
	r := &privacy.Redactor{Recognizers: []privacy.Recognizer{findName("Inês", 0.9), findName("Rocha <ines", 0.6), findName("weak", 0.3)}}
	r.Scanner.Allow = []string{"bob"}
	r.Recognizers = append(r.Recognizers, findName("Bob", 1))
	out, err := r.Text(t.Context(), "Inês Rocha <"+mail+">, weak, Bob")
	require.NoError(t, err)
	assert.Equal(t, "<PERSON_1> <EMAIL_ADDRESS_1>>, weak, Bob", out, "where findings overlap both are hidden whole")
}

func TestRecognizerFaultsRefuse(t *testing.T) {
	at := func(start, end int) recognizerFunc {
		return func(context.Context, string) ([]pii.Finding, error) {
			return []pii.Finding{{Start: start, End: end, Kind: "PERSON", Score: 1}}, nil
		}
	}
	for name, rec := range map[string]privacy.Recognizer{
		"error":  recognizerFunc(func(_ context.Context, text string) ([]pii.Finding, error) { return nil, errors.New(text) }),
		"panic":  recognizerFunc(func(_ context.Context, text string) ([]pii.Finding, error) { panic(text) }),
		"before": at(-1, 2),
		"behind": at(0, 100),
		"empty":  at(2, 2),
		"cut":    at(0, 3), // inside the ê
	} {
		t.Run(name, func(t *testing.T) {
			r := &privacy.Redactor{Recognizers: []privacy.Recognizer{rec}}
			_, err := r.Text(t.Context(), "Inês Rocha")
			require.ErrorIs(t, err, privacy.ErrRefused)
			assert.NotContains(t, fmt.Sprintf("%+v", err), "Rocha")

			r = &privacy.Redactor{Recognizers: []privacy.Recognizer{privacy.BestEffort{Recognizer: rec}}}
			ctx, scope := call.Enter(t.Context(), call.StageBoundary, call.NewSite(nil, nil))
			defer scope.Exit(&err)
			out, err := r.Text(ctx, "Inês "+mail)
			require.NoError(t, err)
			assert.Equal(t, "Inês <EMAIL_ADDRESS_1>", out)
			assert.Contains(t, scope.Decision().Facts().Hidden, call.Count{Kind: "NOT_INSPECTED", N: 1})
		})
	}
}

func TestRecognizerDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := recognizerFunc(func(ctx context.Context, _ string) ([]pii.Finding, error) {
			<-ctx.Done()
			return nil, nil
		})
		began := time.Now()
		_, err := (&privacy.Redactor{Recognizers: []privacy.Recognizer{slow}, Patience: time.Second}).Text(t.Context(), "Inês")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(began))
	})
}

// TestRecognizerThatDoesNotListen is left behind at the deadline.
func TestRecognizerThatDoesNotListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		deaf := recognizerFunc(func(context.Context, string) ([]pii.Finding, error) {
			<-free
			return nil, nil
		})
		began := time.Now()
		_, err := (&privacy.Redactor{Recognizers: []privacy.Recognizer{deaf}, Patience: time.Second}).Text(t.Context(), "Inês")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		out, err := (&privacy.Redactor{Recognizers: []privacy.Recognizer{privacy.BestEffort{Recognizer: deaf}}, Patience: time.Second}).Text(t.Context(), "Inês "+mail)
		require.NoError(t, err)
		assert.Equal(t, "Inês <EMAIL_ADDRESS_1>", out)
		assert.Equal(t, 2*time.Second, time.Since(began))
		close(free)
	})
	gone := recognizerFunc(func(context.Context, string) ([]pii.Finding, error) {
		runtime.Goexit()
		return nil, nil
	})
	_, err := (&privacy.Redactor{Recognizers: []privacy.Recognizer{gone}}).Text(t.Context(), "Inês")
	require.ErrorIs(t, err, privacy.ErrRefused)
}

// analyzer answers as Presidio's does, finding every "Inês Rocha" by code points.
func analyzer(t *testing.T) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var in struct {
			Text, Language string
			Entities       []string
		}
		if req.URL.Path != "/analyze" || json.NewDecoder(req.Body).Decode(&in) != nil || in.Language == "" {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		type found struct {
			EntityType string  `json:"entity_type"`
			Start      int     `json:"start"`
			End        int     `json:"end"`
			Score      float64 `json:"score"`
		}
		out := []found{}
		const name = "Inês Rocha"
		for i := strings.Index(in.Text, name); i >= 0; {
			start := utf8.RuneCountInString(in.Text[:i])
			out = append(out, found{"PERSON", start, start + utf8.RuneCountInString(name), 0.85})
			next := strings.Index(in.Text[i+1:], name)
			if next < 0 {
				break
			}
			i += 1 + next
		}
		_ = json.NewEncoder(w).Encode(out)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestPresidio(t *testing.T) {
	srv := analyzer(t)
	r := &privacy.Redactor{Recognizers: []privacy.Recognizer{privacy.Presidio{URL: srv.URL + "/"}}}
	s := open(t, r, nil, "")
	in := "😀é\xff Inês Rocha (" + mail + ") und Inês Rocha"
	hidden := s.Hide(in)
	require.NoError(t, s.Err())
	assert.Equal(t, "😀é\xff <PERSON_1> (<EMAIL_ADDRESS_1>) und <PERSON_1>", hidden)
	assert.Equal(t, in, s.Show(hidden))
}

func TestPresidioFaultsRefuse(t *testing.T) {
	answer := func(status int, body string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	for name, url := range map[string]string{
		"no url":    "",
		"bad url":   "http://\x00",
		"down":      "http://127.0.0.1:1",
		"status":    answer(http.StatusInternalServerError, "Inês"),
		"redirect":  answer(http.StatusTemporaryRedirect, ""),
		"no json":   answer(http.StatusOK, "Inês"),
		"null":      answer(http.StatusOK, "null"),
		"an error":  answer(http.StatusOK, `{"error":"Inês"}`),
		"no offset": answer(http.StatusOK, `[{"entity_type":"PERSON","score":1}]`),
		"outside":   answer(http.StatusOK, `[{"entity_type":"PERSON","start":2,"end":99,"score":1}]`),
	} {
		t.Run(name, func(t *testing.T) {
			r := &privacy.Redactor{Recognizers: []privacy.Recognizer{privacy.Presidio{URL: url}}}
			_, err := r.Text(t.Context(), "Inês Rocha")
			require.ErrorIs(t, err, privacy.ErrRefused)
			assert.NotContains(t, fmt.Sprintf("%+v %v", err, errors.Unwrap(err)), "Inês")
		})
	}
}

func TestValueLooksIntoInterfaces(t *testing.T) {
	r := &privacy.Redactor{}
	in := map[string]any{
		"to": []any{mail, 7, nil, true}, "who": customer{Email: mail2, Plan: mail}, "raw": json.RawMessage(`["` + mail + `"]`),
		"same": "plain",
	}
	got, err := r.Value(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"to": []any{"<EMAIL_ADDRESS_1>", 7, nil, true}, "who": customer{Email: "<EMAIL_ADDRESS_2>", Plan: mail},
		"raw": json.RawMessage(`["<EMAIL_ADDRESS_1>"]`), "same": "plain",
	}, got)
	assert.Equal(t, mail, in["to"].([]any)[0])

	got, err = r.Value(t.Context(), nil)
	require.NoError(t, err)
	assert.Nil(t, got)
	self := map[string]any{"mail": mail}
	self["self"] = self
	got, err = r.Value(t.Context(), self)
	require.NoError(t, err)
	assert.Equal(t, "<EMAIL_ADDRESS_1>", got.(map[string]any)["self"].(map[string]any)["mail"])

	type part struct{ own string }
	_, err = r.Value(t.Context(), []any{part{}})
	require.NoError(t, err, "nothing is in it")
	_, err = r.Value(t.Context(), []any{part{mail}})
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Contains(t, err.Error(), "part.own")
	_, err = (*privacy.Redactor)(nil).Value(t.Context(), mail)
	require.ErrorIs(t, err, privacy.ErrRefused)
}
