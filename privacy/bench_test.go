package privacy_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead-go/fairlead/privacy"
)

func BenchmarkWrap(b *testing.B) {
	r := &privacy.Redactor{}
	guarded := privacy.Wrap(func(_ context.Context, c customer) (string, error) { return c.Email, nil }, r, privacy.HideTagged, (*privacy.Session).Show)
	for name, c := range map[string]customer{
		"clean":    {Message: "what is the weather like in Porto today?", Plan: "basic"},
		"personal": {Email: mail, Message: "I am " + mail + ", charge " + card},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := guarded(context.Background(), c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLog compares a handler that redacts with the plain one, on messages of 2 KB.
func BenchmarkLog(b *testing.B) {
	r := &privacy.Redactor{}
	clean := strings.Repeat("nothing in this line is about anybody in particular; ", 39)[:2048]
	personal := strings.Repeat("mail ines.rocha@example.org about the order that is late; ", 36)[:2030]
	handlers := map[string]slog.Handler{
		"plain":    slog.NewJSONHandler(io.Discard, nil),
		"redacted": slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{ReplaceAttr: r.LogAttr}),
		"handler":  r.LogHandler(slog.NewJSONHandler(io.Discard, nil)),
	}
	for name, h := range handlers {
		for kind, text := range map[string]string{"clean": clean, "personal": personal} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				log := slog.New(h)
				timed(b, func() { log.Info("message", "text", text, "n", 7) })
			})
		}
	}
	var probe bytes.Buffer
	slog.New(slog.NewJSONHandler(&probe, &slog.HandlerOptions{ReplaceAttr: r.LogAttr})).Info("x", "text", personal)
	if strings.Contains(probe.String(), "ines.rocha") {
		b.Fatal("the redacting handler does not redact")
	}
}

// BenchmarkTransport measures what a guard adds to a chat request of 2 KB and to an event of a stream.
func BenchmarkTransport(b *testing.B) {
	body := `{"model":"m","messages":[{"role":"user","content":"` + strings.Repeat("mail ines.rocha@example.org about the order, which is late by now; it was sent in May. ", 22) + `"}]}`
	const events = 100
	plain := `{"choices":[{"index":0,"message":{"content":"Dear <EMAIL_ADDRESS_1>"}}]}`
	stream := strings.Repeat("data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"}}]}\n\n", events)
	for name, answer := range map[string]string{"plain": plain, "stream of 100": stream} {
		kind := "application/json"
		if answer == stream {
			kind = "text/event-stream"
		}
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			_, err := io.Copy(io.Discard, req.Body)
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(answer)), ContentLength: -1}, err
		})
		for guard, client := range map[string]http.RoundTripper{"bare": base, "guarded": privacy.Transport(base, &privacy.Redactor{}, nil)} {
			b.Run(name+"/"+guard, func(b *testing.B) {
				b.ReportAllocs()
				timed(b, func() {
					req, err := http.NewRequest(http.MethodPost, "http://x/v1/chat/completions", strings.NewReader(body))
					if err != nil {
						b.Fatal(err)
					}
					req.Header.Set("Content-Type", "application/json")
					res, err := client.RoundTrip(req)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, res.Body); err != nil {
						b.Fatal(err)
					}
					res.Body.Close()
				})
			})
		}
	}
}

// BenchmarkMachine is plain arithmetic that takes as long as a guard: its 99th percentile is what the machine itself adds to that of
// others.
func BenchmarkMachine(b *testing.B) {
	x := uint64(1)
	timed(b, func() {
		for range 15_000 {
			x = x*6364136223846793005 + 1442695040888963407
		}
	})
	if x == 0 {
		b.Fatal("it was not computed")
	}
}

// timed is b.Loop with the median and the 99th percentile, which a busy machine changes less than the mean.
func timed(b *testing.B, run func()) {
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		run()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
}
