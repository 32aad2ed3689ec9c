package consent

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// receiptType is the typ of a receipt's header.
const receiptType = "consent-receipt+jwt"

// maxReceipt is more than any receipt of this package takes, in bytes.
const maxReceipt = 1 << 20

// ErrNoReceipt says that the person has no event at that position, or it was erased.
var ErrNoReceipt = errors.New("consent: no such event")

// ErrReceipt says that a receipt does not verify.
var ErrReceipt = errors.New("consent: the receipt does not verify")

// Receipt is what a verified receipt says. It prints redacted; read its fields for what it holds.
type Receipt struct {
	// Event as it stands in the log.
	Event Event
	// Record is the ISO/IEC TS 27560 record as JSON-LD in terms of the Data Privacy Vocabulary.
	Record json.RawMessage
	// LogKey is the key that the log's checkpoint is signed with, as the signer of the receipt names it. Compare it to the one you
	// know of the log, if you do.
	LogKey string
	// Checkpoint covers the event: a later one of the same log shows that nothing was taken out of it since.
	Checkpoint []byte
}

// String keeps a printed receipt free of personal data.
func (r Receipt) String() string { return "consent.Receipt(redacted)" }

// Format prints String under every verb.
func (r Receipt) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, r.String()) }

// LogValue keeps the receipt out of slog.
func (r Receipt) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON keeps the receipt out of logs that write JSON.
func (r Receipt) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

type receiptHeader struct {
	Alg string `json:"alg"`
	Typ string `json:"typ"`
	Kid string `json:"kid"` // of the signer: SHA-256 of the public key, hexadecimal, its first half
}

// receiptBody is the payload: the record, and what ties it to the log.
type receiptBody struct {
	Context  node            `json:"@context"`
	Record   json.RawMessage `json:"record"`
	Subject  string          `json:"subject"`
	Event    []byte          `json:"event"` // the body of the entry, byte by byte
	Seq      ledger.Seq      `json:"seq"`
	Envelope []byte          `json:"envelope"`
	Path     [][]byte        `json:"inclusion"`
	Note     []byte          `json:"checkpoint"`
	LogKey   string          `json:"log_key"`
}

// Receipt is a record of one event that the person can keep and anyone can check without asking us: an ISO/IEC TS 27560 record as
// JSON-LD, with the proof that it stands in the log, signed as a compact JWS (RFC 7515, EdDSA). seq is an Event.Seq or an
// Answer.Receipt. It needs Options.Controller and is an *InvalidError that names the field if something is missing there;
// ErrNoReceipt if the person has no such event.
func (g *Gate) Receipt(ctx context.Context, subject string, seq ledger.Seq) (string, error) {
	if g == nil || g.log == nil {
		return "", call.Refuse(call.From(ctx), call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	entry, e, err := g.find(ctx, subject, seq)
	if err != nil {
		return "", err
	}
	p := g.purposes[e.Purpose]
	if p == nil {
		return "", &InvalidError{Field: "Event.Purpose", Why: "is not one of the gate's purposes any more"}
	}
	if err := g.controller.missing(&e, p); err != nil {
		return "", err
	}
	record, err := json.Marshal(g.record(&e, p))
	if err != nil {
		return "", err
	}
	proof, err := g.log.Prove(ctx, entry.Seq)
	if err != nil {
		return "", fmt.Errorf("consent: the event cannot be proven: %w", err)
	}
	body := receiptBody{
		Context: terms, Record: record, Subject: subject, Event: entry.Body, Seq: entry.Seq, Envelope: proof.Envelope, Note: proof.Checkpoint,
		LogKey: or(g.controller.LogKey, g.log.PublicKey()), Path: [][]byte{},
	}
	for _, h := range proof.Path {
		body.Path = append(body.Path, h[:])
	}
	if err := proof.Check(body.LogKey); err != nil {
		return "", &InvalidError{Field: "Controller.LogKey", Why: "is not the public key of the ledger's Options.Signer, so the receipt would not verify"}
	}
	return sign(g.controller.Signer, &body)
}

// find is the person's event at a position, and its entry.
func (g *Gate) find(ctx context.Context, subject string, seq ledger.Seq) (found ledger.Entry, e Event, err error) {
	err = ErrNoReceipt
	for entry, failed := range g.log.Find(ctx, subject, stream) {
		if failed != nil {
			return ledger.Entry{}, Event{}, fmt.Errorf("consent: the history cannot be read: %w", failed)
		}
		if !understood(&entry) {
			continue
		}
		if one, bad := eventOf(entry); bad == nil && one.Seq == seq && one.Tenant == g.tenant {
			found, e, err = entry, one, nil
		}
	}
	return found, e, err
}

func sign(signer crypto.Signer, body *receiptBody) (string, error) {
	public := signer.Public().(ed25519.PublicKey)
	head, err := json.Marshal(receiptHeader{Alg: "EdDSA", Typ: receiptType, Kid: keyID(public)})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	text := encode(head) + "." + encode(payload)
	signature, err := signer.Sign(rand.Reader, []byte(text), crypto.Hash(0))
	if err != nil {
		return "", fmt.Errorf("consent: the receipt could not be signed: %w", err)
	}
	if !ed25519.Verify(public, []byte(text), signature) {
		return "", &InvalidError{Field: "Controller.Signer", Why: "signs with another key than its Public"}
	}
	return text + "." + encode(signature), nil
}

func keyID(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return fmt.Sprintf("%x", sum[:16])
}

var base64url = base64.RawURLEncoding.Strict()

func encode(b []byte) string { return base64url.EncodeToString(b) }

// decode refuses what encode would not have written: each receipt has one spelling.
func decode(s string) ([]byte, error) {
	b, err := base64url.DecodeString(s)
	if err != nil || encode(b) != s {
		return nil, ErrReceipt
	}
	return b, nil
}

// VerifyReceipt checks a receipt with the public key of who signed it, and nothing else: the signature, that the event stands in the
// log whose checkpoint the receipt holds, and that the record is about that event. Any change makes it ErrReceipt.
func VerifyReceipt(receipt string, key ed25519.PublicKey) (*Receipt, error) {
	parts := strings.Split(receipt, ".")
	if len(receipt) > maxReceipt || len(parts) != 3 || len(key) != ed25519.PublicKeySize {
		return nil, refuse("it is not a compact JWS, or the key is not an Ed25519 key")
	}
	signature, err := decode(parts[2])
	if err != nil || !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return nil, refuse("its signature is not by this key")
	}
	var head receiptHeader
	var body receiptBody
	for i, into := range []any{&head, &body} {
		text, err := decode(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			return nil, refuse("it cannot be read")
		}
	}
	if head.Alg != "EdDSA" || head.Typ != receiptType {
		return nil, refuse("it is signed, but it is not a receipt")
	}
	e, err := body.check()
	if err != nil {
		return nil, err
	}
	return &Receipt{Event: e, Record: body.Record, LogKey: body.LogKey, Checkpoint: body.Note}, nil
}

func refuse(why string) error { return fmt.Errorf("%w: %s", ErrReceipt, why) }

// check is that the event is in the log, and the record about it.
func (b *receiptBody) check() (Event, error) {
	proof := ledger.Proof{Seq: b.Seq, Envelope: b.Envelope, Checkpoint: b.Note}
	for _, h := range b.Path {
		if len(h) != sha256.Size {
			return Event{}, refuse("its proof cannot be read")
		}
		proof.Path = append(proof.Path, [32]byte(h))
	}
	if err := proof.Check(b.LogKey); err != nil {
		return Event{}, refuse("the event is not in the log it names")
	}
	env, ok := openEnvelope(b.Envelope)
	if !ok || env.stream != stream || !bytes.Equal(env.public, commitment(b.Subject, b.Event)) {
		return Event{}, refuse("the event is another than the one in the log")
	}
	entry := ledger.Entry{Seq: b.Seq, At: env.at, Stream: env.stream, Kind: env.kind, Version: env.version, Subject: b.Subject, Body: b.Event}
	if !understood(&entry) {
		return Event{}, refuse("the event is of a kind this release does not know")
	}
	e, err := eventOf(entry)
	if err != nil {
		return Event{}, refuse("the event cannot be read")
	}
	if !b.about(&e) {
		return Event{}, refuse("the record is not about the event")
	}
	return e, nil
}

// about says whether the record tells of the event: whose, for what, what happened and when.
func (b *receiptBody) about(e *Event) bool {
	var r struct {
		Subject struct {
			ID string `json:"dpv:hasIdentifier"`
		} `json:"dpv:hasDataSubject"`
		Purpose []struct {
			ID string `json:"dct:identifier"`
		} `json:"dpv:hasPurpose"`
		Events []node `json:"dpv:hasConsentStatus"`
	}
	if json.Unmarshal(b.Record, &r) != nil || len(r.Purpose) != 1 || len(r.Events) != 1 {
		return false
	}
	want := event(e, &purpose{})
	return r.Subject.ID == e.Subject && r.Purpose[0].ID == e.Purpose && r.Events[0]["@type"] == want["@type"] &&
		r.Events[0]["dct:date"] == want["dct:date"] && r.Events[0]["dct:type"] == want["dct:type"]
}
