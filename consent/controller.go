package consent

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Controller is who answers for the data, as receipts and exports name them (ISO/IEC TS 27560). None of it bears on a check.
type Controller struct {
	ID         string   // such as a registration number or a URL. Default: Name.
	Name       string   // Required for receipts.
	Address    string   // postal. Required for receipts.
	Contact    string   // where a person can write or call. Required for receipts.
	Type       string   // what they are. Default: "dpv:DataController".
	Storage    []string // where data is kept, such as "EU". Required for receipts.
	Withdrawal string   // how a person takes consent back, such as the URL of the preference centre. Required for receipts.
	// Jurisdiction of events that do not say theirs. Required for receipts of such events.
	Jurisdiction string
	Authority    string // the supervisory authority to complain to. Default: left out.
	// Signer signs receipts; its public key must be an ed25519.PublicKey, so that an ed25519.PrivateKey or a key management
	// service fits. Required for receipts.
	Signer crypto.Signer
	// LogKey is the public key of the log's checkpoints. Default: ledger.Ledger.PublicKey; required for receipts where the ledger
	// has an Options.Signer.
	LogKey string
}

// String keeps a printed controller free of its key.
func (c Controller) String() string { return "consent.Controller(" + c.Name + ")" }

// Format prints String under every verb.
func (c Controller) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue is String, for slog.
func (c Controller) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String, for logs that write JSON.
func (c Controller) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// Controller is who answers for the data, as Options said, without the key; the zero Controller if they did not, and for the nil gate.
func (g *Gate) Controller() Controller {
	if g == nil || g.controller == nil {
		return Controller{}
	}
	c := *g.controller
	c.Storage, c.Signer = slices.Clone(c.Storage), nil
	return c
}

// Receipts says whether the gate can give receipts for a purpose: nil, or an *InvalidError that names what they would lack. Only events with
// a jurisdiction of their own do without Controller.Jurisdiction.
func (g *Gate) Receipts(purpose string) error {
	if g == nil {
		return call.Refuse(nil, call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	p := g.purposes[purpose]
	if p == nil {
		return &InvalidError{Field: "Event.Purpose", Why: "is not one of the gate's purposes"}
	}
	return g.controller.missing(&Event{}, p)
}

// missing says which field a receipt of the event would lack.
func (c *Controller) missing(e *Event, p *purpose) error {
	if c == nil {
		return &InvalidError{Field: "Options.Controller", Why: "is nil; a receipt has to say who answers for the data"}
	}
	for _, must := range []struct {
		field string
		there bool
	}{
		{"Controller.Name", c.Name != ""},
		{"Controller.Address", c.Address != ""},
		{"Controller.Contact", c.Contact != ""},
		{"Controller.Storage", len(c.Storage) > 0},
		{"Controller.Withdrawal", c.Withdrawal != ""},
		{"Controller.Jurisdiction", c.Jurisdiction != "" || e.Jurisdiction != ""},
		{"Purpose.Data", len(p.Data) > 0},
		{"Purpose.Keep", p.Keep != ""},
		{"Notice.Language", p.Notice.Language != ""},
	} {
		if !must.there {
			return &InvalidError{Field: must.field, Why: "is empty, and ISO/IEC TS 27560 has receipts hold it"}
		}
	}
	if c.Signer == nil {
		return &InvalidError{Field: "Controller.Signer", Why: "is nil; give it a key that signs receipts"}
	}
	return nil
}

// validate says at start-up what is wrong with a signer, if there is one.
func (c *Controller) validate() error {
	if c == nil || c.Signer == nil {
		return nil
	}
	if key, ok := c.Signer.(ed25519.PrivateKey); ok && len(key) != ed25519.PrivateKeySize {
		return &InvalidError{Field: "Controller.Signer", Why: fmt.Sprintf("is an Ed25519 key of %d bytes instead of %d", len(key), ed25519.PrivateKeySize)}
	}
	if public, ok := c.Signer.Public().(ed25519.PublicKey); !ok || len(public) != ed25519.PublicKeySize {
		return &InvalidError{Field: "Controller.Signer", Why: fmt.Sprintf("has a public key of type %T and its length; receipts are signed with Ed25519", c.Signer.Public())}
	}
	return nil
}
