package privacy_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

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
	}
	for name, h := range handlers {
		for kind, text := range map[string]string{"clean": clean, "personal": personal} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				log := slog.New(h)
				for b.Loop() {
					log.Info("message", "text", text, "n", 7)
				}
			})
		}
	}
	var probe bytes.Buffer
	slog.New(slog.NewJSONHandler(&probe, &slog.HandlerOptions{ReplaceAttr: r.LogAttr})).Info("x", "text", personal)
	if strings.Contains(probe.String(), "ines.rocha") {
		b.Fatal("the redacting handler does not redact")
	}
}
