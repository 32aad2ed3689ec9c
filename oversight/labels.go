package oversight

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/google/uuid"
)

// Label is one line of Desk.Labels: a case that people decided, for training or testing.
type Label struct {
	Case        uuid.UUID       `json:"case"`
	System      string          `json:"system"`
	Version     string          `json:"version,omitempty"`
	Stratum     string          `json:"stratum,omitempty"`
	Probability float64         `json:"probability"` // with which it was drawn: weigh it by 1 over this
	Rule        string          `json:"rule,omitempty"`
	Input       json.RawMessage `json:"input,omitempty"`
	Output      json.RawMessage `json:"output,omitempty"`
	Verdict     Verdict         `json:"verdict"`
	Correction  json.RawMessage `json:"correction,omitempty"`
	Reasons     []string        `json:"reasons,omitempty"`
	Comment     string          `json:"comment,omitempty"`
	Blind       bool            `json:"blind,omitempty"` // who judged it had not seen the output
	Reviewers   int             `json:"reviewers"`       // how many judged it
	Opened      time.Time       `json:"opened"`
	Decided     time.Time       `json:"decided"`
}

// Labels writes the cases of a window that people decided as JSON lines, in the order of their verdicts, and says how many. What the
// deadline decided is no label. The lines hold what the cases hold: keep them as carefully.
func (k *Desk) Labels(ctx context.Context, w io.Writer, win Window) (int, error) {
	if w == nil {
		return 0, invalid("Labels needs a writer")
	}
	n, enc := 0, json.NewEncoder(w)
	for f, err := range k.cases(ctx, scan{Window: win, keep: whole}) {
		if err != nil {
			return n, err
		}
		if !f.drawn() || f.became() == unreviewed {
			continue
		}
		last := f.decision()
		err := enc.Encode(plainLabel{
			Case: f.id, System: f.System, Version: f.Version, Stratum: f.Stratum, Probability: f.Probability, Rule: f.Rule,
			Input: f.body.Input, Output: f.body.Output, Verdict: f.verdict.Verdict, Correction: last.Output,
			Reasons: last.Reasons, Comment: last.Comment, Blind: f.Blind, Reviewers: len(f.votes), Opened: f.opened, Decided: f.verdict.at,
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// plainLabel is a Label that is written in full.
type plainLabel Label
