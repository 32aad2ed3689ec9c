package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// claim is what a line of the evidence says about one position.
type claim struct {
	at     time.Time
	kind   string
	said   json.RawMessage // the public half, where the line has it
	opened *caseLine       // the case that the entry opened
	judged string          // the verdict that the entry gave
}

// caseLine is what the public half of an opening vouches for in a line about a case.
type caseLine struct {
	Case        uuid.UUID `json:"case"`
	System      string    `json:"system"`
	Version     string    `json:"version"`
	Policy      string    `json:"policy"`
	Rule        string    `json:"rule"`
	Stratum     string    `json:"stratum"`
	Probability float64   `json:"probability"`
	Held        bool      `json:"held"`
	Verdict     string    `json:"verdict"`
	Expired     bool      `json:"expired"`
	Hidden      bool      `json:"hidden"`
	Judgements  []struct {
		Verdict string `json:"verdict"`
	} `json:"judgements"`
	Events []eventLine `json:"events"`
}

type eventLine struct {
	Seq     ledger.Seq      `json:"seq"`
	At      time.Time       `json:"at"`
	Kind    string          `json:"kind"`
	Said    json.RawMessage `json:"said"`
	Counted bool            `json:"counted"`
}

// opening is the public half of the entry that opens a case.
type opening struct {
	System      string  `json:"system"`
	Version     string  `json:"version"`
	Policy      string  `json:"policy"`
	Rule        string  `json:"rule"`
	Stratum     string  `json:"stratum"`
	Probability float64 `json:"p"`
	Held        bool    `json:"held"`
}

// claimCase takes what a line says about each entry of its case, and holds its verdict against what it says was judged.
func (e *evidence) claimCase(c *caseLine) error {
	var votes []int // which events gave the judgements that stand
	for i, ev := range c.Events {
		switch {
		case i == 0 && ev.Kind != kindOpened:
			return fmt.Errorf("case %s does not begin with its opening", c.Case)
		case !ev.Counted:
		case ev.Kind == kindDecided:
			votes = append(votes, i)
		case ev.Kind == kindUndone && len(votes) > 0:
			votes = votes[:len(votes)-1]
		}
	}
	if len(c.Events) == 0 || len(votes) != len(c.Judgements) || !c.sound() {
		return fmt.Errorf("case %s has a verdict or a judgement that nobody gave", c.Case)
	}
	for i, ev := range c.Events {
		said := claim{at: ev.At, kind: ev.Kind}
		if i == 0 {
			said.opened = c
		}
		if n := slices.Index(votes, i); n >= 0 {
			said.judged = c.Judgements[n].Verdict
		}
		if err := e.claim(ev.Seq, said); err != nil {
			return err
		}
	}
	return nil
}

// sound says whether the verdict is the last judgement's: where the answer was hidden, the same answer is an approval.
func (c *caseLine) sound() bool {
	if c.Verdict == "" || c.Expired {
		return true
	}
	if len(c.Judgements) == 0 {
		return false
	}
	last := c.Judgements[len(c.Judgements)-1].Verdict
	return last == c.Verdict || c.Hidden && last == "replace" && c.Verdict == "approve"
}

// The kinds of entries that this check looks into; see the documentation of oversight.
const (
	kindOpened  = "case.opened"
	kindDecided = "case.decided"
	kindUndone  = "case.undone"
)

func (e *evidence) claim(seq ledger.Seq, c claim) error {
	if was, ok := e.claims[seq]; ok {
		if was.kind == c.kind && was.at.Equal(c.at) {
			return nil // a case and its delivery
		}
		return fmt.Errorf("two lines say different things about position %d", seq)
	}
	e.claims[seq] = c
	return nil
}

// meet holds one claim against the entry at its position.
func (c *claim) meet(at *ledger.Entry) error {
	wrong := func(what string) error {
		return fmt.Errorf("at %d: the log has another %s than the evidence says", at.Seq, what)
	}
	switch {
	case at.Stream != "oversight" || at.Kind != c.kind:
		return wrong("kind of entry")
	case !at.At.Equal(c.at):
		return wrong("time")
	case len(c.said) > 0 && !bytes.Equal(c.said, at.Public):
		return wrong("statement")
	case c.judged != "":
		var public struct {
			Verdict string `json:"verdict"`
		}
		if json.Unmarshal(at.Public, &public) != nil || public.Verdict != c.judged {
			return wrong("judgement")
		}
	}
	if c.opened == nil {
		return nil
	}
	var o opening
	if err := json.Unmarshal(at.Public, &o); err != nil {
		return wrong("case")
	}
	for _, pair := range []struct{ log, said, what string }{
		{o.System, c.opened.System, "system"},
		{o.Version, c.opened.Version, "version"},
		{o.Policy, c.opened.Policy, "policy"},
		{o.Rule, c.opened.Rule, "rule"},
		{o.Stratum, c.opened.Stratum, "stratum"},
	} {
		if pair.log != pair.said {
			return wrong(pair.what)
		}
	}
	if o.Probability != c.opened.Probability || o.Held != c.opened.Held {
		return wrong("draw")
	}
	return nil
}
