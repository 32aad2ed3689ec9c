package transparency

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// kindRevealed says that somebody saw the real words behind a record's placeholders.
const kindRevealed = "words.revealed"

// Revealed records that who is about to see the real words behind the placeholders of a decision about the subject: before they do, since
// what cannot be recorded must not be shown. Pages that have a Reveal option call it.
func (j *Journal) Revealed(ctx context.Context, subject, who string, id uuid.UUID) error {
	d := call.From(ctx)
	if err := j.ready(d); err != nil {
		return err
	}
	if err := named(d, subject); err != nil {
		return err
	}
	if err := named(d, who); err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		Who string `json:"who"`
	}{who})
	if err == nil {
		err = j.append(ctx, []ledger.Entry{{Stream: stream, Kind: kindRevealed, Version: bodyVersion, Subject: subject, Key: id, Body: body}}, nil)
	}
	if err != nil {
		return &RecordError{Decision: id, Reason: "the ledger did not take that the words were shown", Err: err}
	}
	return nil
}
