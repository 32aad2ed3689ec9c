package consent

import (
	"crypto/ed25519"
	"testing"
	"unicode/utf8"
)

// FuzzVerifyReceipt has anything at all verified: it never passes, and never panics.
func FuzzVerifyReceipt(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	for _, seed := range []string{"", "..", "e30.e30.AAAA", "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, receipt string) {
		if _, err := VerifyReceipt(receipt, key); err == nil {
			t.Fatal("verified without a signature")
		}
	})
}

// FuzzReceiptBody goes on behind the signature.
func FuzzReceiptBody(f *testing.F) {
	f.Add([]byte{1}, []byte("{}"), "note", "key")
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 7, 'c', 'o', 'n', 's', 'e', 'n', 't', 255}, []byte(`{"purpose":"offers"}`), "a\n1\n\n", "a+b+c")
	f.Fuzz(func(t *testing.T, env, event []byte, note, key string) {
		b := receiptBody{Subject: "customer-1", Event: event, Seq: 1, Envelope: env, Note: []byte(note), LogKey: key, Record: []byte("{}")}
		if _, err := b.check(); err == nil {
			t.Fatal("passed without a log")
		}
		if e, ok := openEnvelope(env); ok && len(e.public) > len(env) {
			t.Fatal("read beyond its end")
		}
		_ = b.about(&Event{Kind: Granted})
	})
}

// FuzzCheck asks anything at all: only the one who agreed is allowed.
func FuzzCheck(f *testing.F) {
	f.Add("customer-00000000", "offers", "", "")
	f.Add("\xff", "offers", "acme", "US-CA")
	g := filled(f, 1)
	f.Fuzz(func(t *testing.T, subject, purpose, recipient, jurisdiction string) {
		answer, err := g.Check(t.Context(), Ask{Subject: subject, Purpose: purpose, Recipient: recipient, Jurisdiction: jurisdiction})
		if answer.Allowed != (subject == customer(0) && purpose == "offers") || answer.Allowed != (err == nil) {
			t.Fatalf("%+v, UTF-8 %v", answer, utf8.ValidString(subject))
		}
	})
}
