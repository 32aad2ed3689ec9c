package consent_test

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/consent/dpv"
	"github.com/fairlead-go/fairlead/ledger"
)

func receiptKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	return ed25519.NewKeyFromSeed([]byte("a seed for tests, 32 bytes long."))
}

func controller(t testing.TB) *consent.Controller {
	return &consent.Controller{
		Name: "Example Shop", Address: "1 Harbour Street, Example", Contact: "privacy@shop.example", Storage: []string{"EU"},
		Withdrawal: "https://shop.example/choices", Jurisdiction: "EU", Signer: receiptKey(t),
	}
}

func shown() []consent.Purpose {
	return []consent.Purpose{{
		ID: "offers", Name: "Offers made for you", Category: dpv.ProvidePersonalisedRecommendations, Data: []string{"what you bought"}, Keep: "P1Y",
		TTL: 90 * 24 * time.Hour, Automated: true,
		Notice: consent.Notice{Version: 2, Text: "We look at what you bought.", Language: "en"},
	}, {
		ID: "health", Bases: []consent.Basis{consent.BasisExplicitConsent}, Sensitive: true, Data: []string{"allergies"}, Keep: "P1M", Notice: consent.Notice{Text: "Allergies.", Language: "en-GB"},
	}}
}

func receiptGate(t testing.TB) (*consent.Gate, *ledger.Ledger) {
	t.Helper()
	log := ledger.Memory(nil)
	gate, err := consent.New(t.Context(), log, shown(), &consent.Options{Controller: controller(t)})
	require.NoError(t, err)
	return gate, log
}

func TestReceiptVerifiesAndSoDoesASecondVerifier(t *testing.T) {
	gate, log := receiptGate(t)
	public := receiptKey(t).Public().(ed25519.PublicKey)
	schema := readSchema(t)
	for i := range 20 { // trees of many shapes
		subject := fmt.Sprint("customer-", i)
		for _, kind := range []consent.Kind{consent.Granted, consent.Withdrawn} {
			e := record(t, gate, consent.Event{Subject: subject, Purpose: shown()[i%2].ID, Kind: kind, Method: "web form", NoticeVersion: shown()[i%2].Notice.Version, NoticeDigest: shown()[i%2].Notice.Digest()})
			token, err := gate.Receipt(t.Context(), subject, e.Seq)
			require.NoError(t, err)
			receipt, err := consent.VerifyReceipt(token, public)
			require.NoError(t, err)
			require.NoError(t, verify(token, public))
			assert.Equal(t, subject, receipt.Event.Subject)
			assert.Equal(t, kind, receipt.Event.Kind)
			assert.Equal(t, e.At, receipt.Event.At)
			assert.Equal(t, e.Seq, receipt.Event.Seq)
			assert.Equal(t, log.PublicKey(), receipt.LogKey)
			var record any
			require.NoError(t, json.Unmarshal(receipt.Record, &record))
			require.Empty(t, schema.check("record", record))
			assert.NotContains(t, fmt.Sprintf("%+v %#v %s", receipt, *receipt, receipt), subject)
		}
	}
}

func TestReceiptOfWhatARetentionCarriedForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, log := receiptGate(t)
		defer log.Close()
		e := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
		time.Sleep(time.Hour)
		_, err := gate.Retain(t.Context(), time.Now().Add(-time.Minute), true)
		require.NoError(t, err)
		token, err := gate.Receipt(t.Context(), "customer-1", e.Seq)
		require.NoError(t, err)
		receipt, err := consent.VerifyReceipt(token, receiptKey(t).Public().(ed25519.PublicKey))
		require.NoError(t, err)
		assert.Equal(t, e.At, receipt.Event.At)
		assert.Equal(t, e.Seq, receipt.Event.Seq)
		require.NoError(t, verify(token, receiptKey(t).Public().(ed25519.PublicKey)))
	})
}

func TestAnyFlippedByteOfAReceiptFails(t *testing.T) {
	gate, _ := receiptGate(t)
	e := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	record(t, gate, consent.Event{Subject: "customer-2", Purpose: "offers", Kind: consent.Granted})
	token, err := gate.Receipt(t.Context(), "customer-1", e.Seq)
	require.NoError(t, err)
	public := receiptKey(t).Public().(ed25519.PublicKey)
	for i := range token {
		for _, bit := range []byte{1, 1 << 3, 1 << 6} {
			bad := []byte(token)
			bad[i] ^= bit
			_, err := consent.VerifyReceipt(string(bad), public)
			require.ErrorIs(t, err, consent.ErrReceipt, "byte %d", i)
			require.Error(t, verify(string(bad), public), "byte %d", i)
		}
	}
	for _, bad := range []string{"", "..", token + ".", token + "\n", strings.Replace(token, ".", ".\n", 1), strings.Repeat("x", 2<<20), token[:len(token)-1]} {
		_, err := consent.VerifyReceipt(bad, public)
		require.ErrorIs(t, err, consent.ErrReceipt)
	}
	other := ed25519.NewKeyFromSeed([]byte("another seed, 32 bytes long too.")).Public().(ed25519.PublicKey)
	_, err = consent.VerifyReceipt(token, other)
	require.ErrorIs(t, err, consent.ErrReceipt)
	_, err = consent.VerifyReceipt(token, nil)
	require.ErrorIs(t, err, consent.ErrReceipt)
}

// TestWhatASignerCannotClaim signs payloads that were changed, with the right key: only what the log holds passes.
func TestWhatASignerCannotClaim(t *testing.T) {
	gate, _ := receiptGate(t)
	key := receiptKey(t)
	e := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	withdrawn := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Withdrawn})
	token, err := gate.Receipt(t.Context(), "customer-1", e.Seq)
	require.NoError(t, err)
	no, err := gate.Receipt(t.Context(), "customer-1", withdrawn.Seq)
	require.NoError(t, err)
	open := func(token string) map[string]any {
		b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		require.NoError(t, err)
		var m map[string]any
		require.NoError(t, json.Unmarshal(b, &m))
		return m
	}
	resign := func(m map[string]any) string {
		b, err := json.Marshal(m)
		require.NoError(t, err)
		text := strings.Split(token, ".")[0] + "." + base64.RawURLEncoding.EncodeToString(b)
		return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(text)))
	}
	_, err = consent.VerifyReceipt(resign(open(token)), key.Public().(ed25519.PublicKey))
	require.NoError(t, err, "unchanged it passes")
	for name, change := range map[string]func(m map[string]any){
		"another subject":      func(m map[string]any) { m["subject"] = "customer-2" },
		"another event":        func(m map[string]any) { m["event"] = open(no)["event"] },
		"another record":       func(m map[string]any) { m["record"] = open(no)["record"] },
		"no record":            func(m map[string]any) { m["record"] = map[string]any{} },
		"another envelope":     func(m map[string]any) { m["envelope"] = open(no)["envelope"] },
		"a short envelope":     func(m map[string]any) { m["envelope"] = "AQ==" },
		"no envelope":          func(m map[string]any) { m["envelope"] = "" },
		"another place":        func(m map[string]any) { m["seq"] = 2 },
		"place zero":           func(m map[string]any) { m["seq"] = 0 },
		"a path of odd length": func(m map[string]any) { m["inclusion"] = []string{"AQ=="} },
		"no checkpoint":        func(m map[string]any) { m["checkpoint"] = "" },
		"no log":               func(m map[string]any) { m["log_key"] = "" },
	} {
		m := open(token)
		change(m)
		_, err := consent.VerifyReceipt(resign(m), key.Public().(ed25519.PublicKey))
		require.ErrorIs(t, err, consent.ErrReceipt, name)
	}
}

// TestAReceiptOfAPlainWithdrawalNamesTheNotice: nothing has to be said of it, as it is the one in force.
func TestAReceiptOfAPlainWithdrawalNamesTheNotice(t *testing.T) {
	gate, _ := receiptGate(t)
	schema := readSchema(t)
	for _, kind := range []consent.Kind{consent.Granted, consent.Withdrawn, consent.Refused, consent.Objected, consent.Revoked} {
		for _, e := range []consent.Event{{}, {NoticeVersion: 2}, {NoticeDigest: shown()[0].Notice.Digest()}} {
			e.Subject, e.Purpose, e.Kind = "customer-1", "offers", kind
			e = record(t, gate, e)
			assert.Equal(t, 2, e.NoticeVersion)
			token, err := gate.Receipt(t.Context(), "customer-1", e.Seq)
			require.NoError(t, err)
			receipt, err := consent.VerifyReceipt(token, receiptKey(t).Public().(ed25519.PublicKey))
			require.NoError(t, err)
			var record any
			require.NoError(t, json.Unmarshal(receipt.Record, &record))
			assert.Empty(t, schema.check("record", record), kind)
			assert.Contains(t, string(receipt.Record), shown()[0].Notice.Text)
		}
	}
	e := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted, NoticeDigest: "of an earlier text"})
	assert.Zero(t, e.NoticeVersion, "whose version is not known")
}

func TestNewRefusesSignersThatCannotSign(t *testing.T) {
	for name, signer := range map[string]crypto.Signer{"no key": ed25519.PrivateKey(nil), "a short key": ed25519.PrivateKey{1, 2}, "another kind of key": otherSigner{}} {
		c := controller(t)
		c.Signer = signer
		_, err := consent.New(t.Context(), ledger.Memory(nil), shown(), &consent.Options{Controller: c})
		require.ErrorIs(t, err, consent.ErrInvalid, name)
		require.ErrorContains(t, err, "Controller.Signer", name)
	}
}

type otherSigner struct{ badSigner }

func (otherSigner) Public() crypto.PublicKey { return "RSA, say" }

type badSigner struct{ crypto.Signer }

func (badSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return make([]byte, 64), nil
}

func TestReceiptSaysWhatItLacks(t *testing.T) {
	for field, spoil := range map[string]func(c *consent.Controller, p *consent.Purpose){
		"Controller.Name":         func(c *consent.Controller, _ *consent.Purpose) { c.Name = "" },
		"Controller.Address":      func(c *consent.Controller, _ *consent.Purpose) { c.Address = "" },
		"Controller.Contact":      func(c *consent.Controller, _ *consent.Purpose) { c.Contact = "" },
		"Controller.Storage":      func(c *consent.Controller, _ *consent.Purpose) { c.Storage = nil },
		"Controller.Withdrawal":   func(c *consent.Controller, _ *consent.Purpose) { c.Withdrawal = "" },
		"Controller.Jurisdiction": func(c *consent.Controller, _ *consent.Purpose) { c.Jurisdiction = "" },
		"Controller.Signer":       func(c *consent.Controller, _ *consent.Purpose) { c.Signer = nil },
		"signs with another":      func(c *consent.Controller, _ *consent.Purpose) { c.Signer = badSigner{c.Signer} },
		"Controller.LogKey":       func(c *consent.Controller, _ *consent.Purpose) { c.LogKey = "no key" },
		"Purpose.Data":            func(_ *consent.Controller, p *consent.Purpose) { p.Data = nil },
		"Purpose.Keep":            func(_ *consent.Controller, p *consent.Purpose) { p.Keep = "" },
		"Notice.Language":         func(_ *consent.Controller, p *consent.Purpose) { p.Notice.Language = "" },
	} {
		c, p := controller(t), shown()
		spoil(c, &p[0])
		gate, err := consent.New(t.Context(), ledger.Memory(nil), p, &consent.Options{Controller: c})
		require.NoError(t, err)
		e := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
		_, err = gate.Receipt(t.Context(), "customer-1", e.Seq)
		require.ErrorIs(t, err, consent.ErrInvalid, field)
		require.ErrorContains(t, err, field)
	}
	gate, _ := newGate(t)
	e := record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	_, err := gate.Receipt(t.Context(), "customer-1", e.Seq)
	require.ErrorIs(t, err, consent.ErrInvalid)
	_, err = gate.Receipt(t.Context(), "customer-2", e.Seq)
	require.ErrorIs(t, err, consent.ErrNoReceipt, "of somebody else")
	_, err = gate.Erase(t.Context(), "customer-1")
	require.NoError(t, err)
	_, err = gate.Receipt(t.Context(), "customer-1", e.Seq)
	require.ErrorIs(t, err, consent.ErrNoReceipt)
}

func TestWhoAnswersForTheDataIsNoSecretAndTheKeyIs(t *testing.T) {
	gate, _ := receiptGate(t)
	c := gate.Controller()
	assert.Equal(t, "Example Shop", c.Name)
	assert.Nil(t, c.Signer)
	c.Storage[0] = "elsewhere"
	assert.Equal(t, []string{"EU"}, gate.Controller().Storage)
	require.NoError(t, gate.Receipts("offers"))
	require.ErrorContains(t, gate.Receipts("resale"), "Purpose")

	bare, _ := newGate(t)
	assert.Empty(t, bare.Controller().Name)
	require.ErrorContains(t, bare.Receipts("offers"), "Options.Controller")
	for _, none := range []*consent.Gate{nil, {}} {
		assert.Empty(t, none.Controller().Name)
		require.Error(t, none.Receipts("offers"))
	}
}

func TestControllersPrintWithoutTheirKey(t *testing.T) {
	c := controller(t)
	text := fmt.Sprintf("%v %+v %#v %x %d", c, *c, *c, *c, c)
	assert.Contains(t, text, "Example Shop")
	assert.NotContains(t, text, fmt.Sprint([]byte(receiptKey(t))[:4])[1:8])
	asJSON, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Less(t, len(asJSON), 60)
}

func TestExportHoldsTheWholeHistory(t *testing.T) {
	gate, _ := receiptGate(t)
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "health", Kind: consent.Refused, NoticeDigest: shown()[1].Notice.Digest()})
	record(t, gate, consent.Event{Subject: "customer-2", Purpose: "health", Kind: consent.Granted})
	text, err := gate.Export(t.Context(), "customer-1")
	require.NoError(t, err)
	var doc struct {
		Context map[string]string `json:"@context"`
		Graph   []any             `json:"@graph"`
	}
	require.NoError(t, json.Unmarshal(text, &doc))
	require.Len(t, doc.Graph, 2)
	assert.Equal(t, dpv.Space, doc.Context["dpv"])
	schema := readSchema(t)
	for _, record := range doc.Graph {
		assert.Empty(t, schema.check("record", record))
	}
	assert.NotContains(t, string(text), "customer-2")
	assert.NotContains(t, string(text), "foaf:age")
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted, Age: 9, Actor: "parent-1", Guardian: true, GPC: true})
	text, err = gate.Export(t.Context(), "customer-1")
	require.NoError(t, err)
	for _, all := range []string{`"foaf:age":9`, "parent-1", "dpv:GuardianOfDataSubject", "Sec-GPC: 1"} {
		assert.Contains(t, string(text), all, "what is recorded about a person is theirs to see")
	}
	none, err := gate.Export(t.Context(), "customer-3")
	require.NoError(t, err)
	assert.Contains(t, string(none), `"@graph":[]`)
}

// schema is as much of JSON Schema as testdata/record.schema.json uses.
type schema struct {
	Type       string
	Required   []string
	Properties map[string]*schema
	Items      *schema
	MinItems   int
	Pattern    string
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	text, err := os.ReadFile("testdata/record.schema.json")
	require.NoError(t, err)
	var s schema
	require.NoError(t, json.Unmarshal(text, &s))
	return &s
}

// check lists what is wrong with v.
func (s *schema) check(at string, v any) (wrong []string) {
	bad := func(why string) []string { return append(wrong, at+": "+why) }
	switch s.Type {
	case "string":
		if text, ok := v.(string); !ok || s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(text) {
			return bad(fmt.Sprintf("%v does not match %q", v, s.Pattern))
		}
	case "array":
		list, ok := v.([]any)
		if !ok || len(list) < s.MinItems {
			return bad("no array, or too short")
		}
		for i, item := range list {
			wrong = append(wrong, s.Items.check(fmt.Sprint(at, "[", i, "]"), item)...)
		}
	default:
		object, ok := v.(map[string]any)
		if !ok {
			return bad("no object")
		}
		for _, name := range s.Required {
			if _, there := object[name]; !there {
				wrong = bad(name + " is missing")
			}
		}
		for name, is := range s.Properties {
			if value, there := object[name]; there {
				wrong = append(wrong, is.check(at+"."+name, value)...)
			}
		}
	}
	return wrong
}

func TestTheSchemaFindsWhatIsMissing(t *testing.T) {
	gate, _ := receiptGate(t)
	record(t, gate, consent.Event{Subject: "customer-1", Purpose: "offers", Kind: consent.Granted})
	text, err := gate.Export(t.Context(), "customer-1")
	require.NoError(t, err)
	s := readSchema(t)
	for _, name := range s.Required {
		var doc map[string][]map[string]any
		var rest map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(text, &rest))
		require.NoError(t, json.Unmarshal([]byte(`{"g":`+string(rest["@graph"])+`}`), &doc))
		one := doc["g"][0]
		delete(one, name)
		assert.NotEmpty(t, s.check("record", any(one)), name)
	}
}
