package transparency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// kindCard is a card that came into force: a configuration change in the log.
const kindCard = "card.published"

// SystemCard says what a system is for, what it uses, how good it is and who watches it (EU AI Act Art. 13). With Options.Card
// every record carries its digest, so that each decision leads to the card that was in force.
type SystemCard struct {
	System    string    `json:"system"`              // name, as in fairlead.System. Required.
	Version   string    `json:"version"`             // of system and card. Required.
	Purpose   string    `json:"purpose"`             // what it is for, and for whom. Required.
	Provider  string    `json:"provider,omitempty"`  // who answers for it. Default: not stated.
	Contact   string    `json:"contact,omitempty"`   // how to reach them. Default: not stated.
	Model     string    `json:"model,omitempty"`     // what is behind it. Default: not stated.
	Limits    []string  `json:"limits,omitempty"`    // what it cannot do, and must not be used for. Default: not stated.
	Data      []DataUse `json:"data,omitempty"`      // what it uses. Default: not stated.
	Accuracy  []Measure `json:"accuracy,omitempty"`  // measured. Default: not stated.
	Fairness  []Measure `json:"fairness,omitempty"`  // measured. Default: not stated.
	Oversight string    `json:"oversight,omitempty"` // who can step in, and how. Default: not stated.
	Logging   string    `json:"logging,omitempty"`   // what is recorded, for how long. Default: not stated.
}

// Measure is one figure with what it was measured on.
type Measure struct {
	Name  string  `json:"name"`            // Required.
	Value float64 `json:"value"`           // Required.
	Low   float64 `json:"low,omitempty"`   // 95 % interval, if Low < High. Default: none.
	High  float64 `json:"high,omitempty"`  // 95 % interval, if Low < High. Default: none.
	Unit  string  `json:"unit,omitempty"`  // Default: none.
	On    string  `json:"on,omitempty"`    // the data it was measured on. Default: not stated.
	N     int     `json:"n,omitempty"`     // how many cases. Default: not stated.
	AsOf  string  `json:"as_of,omitempty"` // date. Default: not stated.
}

// Check refuses a card that leaves out what is required, or holds what is no number.
func (c *SystemCard) Check() error {
	if c == nil || c.System == "" || c.Version == "" || c.Purpose == "" {
		return call.Refuse(nil, call.StageTransparency, "a system card needs System, Version and Purpose", nil)
	}
	if _, err := json.Marshal(c); err != nil {
		return call.Refuse(nil, call.StageTransparency, "a figure of the system card is no number", err)
	}
	return nil
}

// Digest is the SHA-256 of the card's JSON, in hexadecimal; "" for a card that Check refuses.
func (c *SystemCard) Digest() string {
	if c.Check() != nil {
		return ""
	}
	js, _ := json.Marshal(c) // Check did so before
	sum := sha256.Sum256(js)
	return hex.EncodeToString(sum[:])
}

// Markdown is the card as a page.
func (c *SystemCard) Markdown() string { return c.document().markdown() }

// HTML is the card as a page without script or style.
func (c *SystemCard) HTML() string { return c.document().html() }

const notStated = "Not stated."

func (c *SystemCard) document() *document {
	d := &document{title: c.System + " " + c.Version, lang: "en"}
	for _, part := range []struct{ title, text string }{
		{"Purpose", c.Purpose}, {"Provider", c.Provider}, {"Contact", c.Contact}, {"Model", c.Model},
	} {
		d.heading(2, part.title)
		d.paragraph(or(part.text, notStated))
	}
	d.heading(2, "Limits")
	d.list(c.Limits, notStated)
	d.heading(2, "Data")
	var uses []string
	for _, u := range c.Data {
		uses = append(uses, useInWords(u))
	}
	d.list(uses, notStated)
	d.measures("Accuracy", c.Accuracy)
	d.measures("Fairness", c.Fairness)
	d.heading(2, "Human oversight")
	d.paragraph(or(c.Oversight, notStated))
	d.heading(2, "Records")
	d.paragraph(or(c.Logging, notStated))
	d.heading(2, "Digest")
	d.paragraph("SHA-256 " + c.Digest())
	return d
}

func (d *document) measures(title string, all []Measure) {
	d.heading(2, title)
	if len(all) == 0 {
		d.paragraph(notStated)
		return
	}
	rows := [][]string{{"Measure", "Value", "95 % interval", "Measured on", "Cases", "As of"}}
	number := func(f float64) string { return strconv.FormatFloat(f, 'g', 6, 64) }
	for _, m := range all {
		interval, n := "", ""
		if m.Low < m.High {
			interval = number(m.Low) + " to " + number(m.High)
		}
		if m.N > 0 {
			n = strconv.Itoa(m.N)
		}
		value := number(m.Value)
		if m.Unit != "" {
			value += " " + m.Unit
		}
		rows = append(rows, []string{m.Name, value, interval, m.On, n, m.AsOf})
	}
	d.table(rows)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// publish puts the card into the log, once for each digest.
func (j *Journal) publish(ctx context.Context, c *SystemCard) error {
	if err := c.Check(); err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	j.card = c.Digest()
	id := entryID(uuid.NameSpaceURL, kindCard, 0, j.card)
	err = j.append(ctx, []ledger.Entry{{ID: id, Stream: stream, Kind: kindCard, Version: bodyVersion, Key: cardKey(j.card), Body: body}}, nil)
	if err != nil {
		return call.Refuse(call.From(ctx), call.StageTransparency, "the system card could not be recorded", err)
	}
	return nil
}

func cardKey(digest string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, []byte("card:"+digest)) }

// Card is the system card with a digest, as a record carries it.
func (j *Journal) Card(ctx context.Context, digest string) (*SystemCard, error) {
	if err := j.ready(call.From(ctx)); err != nil {
		return nil, err
	}
	entries, err := j.ledger.Get(ctx, cardKey(digest))
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, &NotFoundError{}
	}
	if err != nil {
		return nil, err
	}
	for i := range entries {
		if entries[i].Kind != kindCard {
			continue
		}
		c := &SystemCard{}
		if err := json.Unmarshal(entries[i].Body, c); err != nil || c.Digest() != digest {
			return nil, call.Refuse(call.From(ctx), call.StageTransparency, "the stored card does not have this digest", err)
		}
		return c, nil
	}
	return nil, &NotFoundError{}
}
