package transparency

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Get returns the record of a decision about the subject, for that customer to read. A record of somebody else is [ErrNotFound],
// as one that does not exist. Which of the staff reviewed it is left out.
func (j *Journal) Get(ctx context.Context, subject string, id uuid.UUID) (Record, error) {
	if subject == "" {
		return Record{}, j.notFound(ctx, id)
	}
	r, err := j.read(ctx, id, func(e *ledger.Entry) bool { return e.Subject == subject })
	r.Review.Reviewer = ""
	return r, err
}

// Lookup returns the record of a decision, whomever it is about: for staff.
func (j *Journal) Lookup(ctx context.Context, id uuid.UUID) (Record, error) {
	return j.read(ctx, id, func(*ledger.Entry) bool { return true })
}

func (j *Journal) notFound(ctx context.Context, id uuid.UUID) error {
	if err := j.ready(call.From(ctx)); err != nil {
		return err
	}
	return &NotFoundError{ID: id}
}

func (j *Journal) read(ctx context.Context, id uuid.UUID, mine func(*ledger.Entry) bool) (Record, error) {
	if err := j.ready(call.From(ctx)); err != nil {
		return Record{}, err
	}
	entries, err := j.ledger.Get(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return Record{}, &NotFoundError{ID: id}
	}
	if err != nil {
		return Record{}, err
	}
	var r Record
	for i := range entries {
		e := &entries[i]
		if !isDecision(e) || !mine(e) || len(r.Entries) > 0 && r.Subject != "" && e.Subject != r.Subject {
			continue // a record is about one person, whatever was written under its ID
		}
		if err := r.apply(e); err != nil {
			return Record{}, err
		}
	}
	if len(r.Entries) == 0 {
		return Record{}, &NotFoundError{ID: id}
	}
	return r, nil
}

// Find returns the records about a subject, the newest decision first, with all that staff may see. It reads them when ranging begins; after an error it
// ends.
func (j *Journal) Find(ctx context.Context, subject string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := j.ready(call.From(ctx)); err != nil {
			yield(Record{}, err)
			return
		}
		order, byKey, err := j.gather(ctx, subject)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for _, id := range slices.Backward(order) {
			var r Record
			for i := range byKey[id] {
				if err := r.apply(&byKey[id][i]); err != nil {
					yield(Record{}, err)
					return
				}
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// gather reads a subject's entries, by decision, in the order in which the decisions were first recorded.
func (j *Journal) gather(ctx context.Context, subject string) ([]uuid.UUID, map[uuid.UUID][]ledger.Entry, error) {
	var order []uuid.UUID
	byKey := map[uuid.UUID][]ledger.Entry{}
	for e, err := range j.ledger.Find(ctx, subject, stream) {
		if err != nil {
			return nil, nil, err
		}
		if !isDecision(&e) {
			continue
		}
		if byKey[e.Key] == nil {
			order = append(order, e.Key)
		}
		byKey[e.Key] = append(byKey[e.Key], e)
	}
	return order, byKey, nil
}

func isDecision(e *ledger.Entry) bool {
	return e.Stream == stream && strings.HasPrefix(e.Kind, "decision.")
}

// apply takes one more entry of the decision into the record, in the order of the log.
func (r *Record) apply(e *ledger.Entry) error {
	next, err := readEntry(e)
	if err != nil {
		return call.Refuse(nil, call.StageTransparency, "a stored record cannot be read by this release", err)
	}
	have := len(r.Entries) > 0
	seen := append(r.Entries, next.Entries...)
	switch {
	case !have, e.Kind == kindRecorded: // a later attempt is what counts; the earlier ones stay listed
		*r = next
	case e.Kind == kindRefused && r.delivered(): // asked for once more and refused: what went out before went out
	case e.Kind == kindAmended || e.Kind == kindRefused:
		r.amend(&next)
	case e.Kind == kindExplained:
		r.Explanation.over(&next.Explanation)
		r.Unexplained = ""
	}
	r.Entries = seen
	return nil
}

// delivered says whether an answer has gone out.
func (r *Record) delivered() bool {
	return (r.Outcome == call.Allowed || r.Outcome == call.Replaced) && r.Output.Digest != (Digest{})
}

// amend takes over what became of a call after it was first recorded, and keeps what the model saw and said then.
func (r *Record) amend(next *Record) {
	r.Outcome, r.Guard, r.Reason, r.Error = next.Outcome, next.Guard, next.Reason, next.Error
	r.Consent = next.Consent
	if next.Review != (Review{}) {
		probability, rule, sampled := r.Review.Probability, r.Review.Rule, r.Review.Sampled
		r.Review = next.Review
		if r.Review.Probability == 0 { // the draw was made once, when the call was first made
			r.Review.Probability, r.Review.Rule, r.Review.Sampled = probability, rule, sampled
		}
	}
	switch {
	case next.Output.Digest != (Digest{}):
		r.Output = next.Output
	case next.Outcome == call.Failed && r.Output.Digest != (Digest{}): // recorded as delivered, and kept back after all
		if r.Model.Digest == (Digest{}) {
			r.Model = r.Output
		}
		r.Output = Content{}
	}
	if next.Model.Digest != (Digest{}) && r.Model.Digest == (Digest{}) {
		r.Model = next.Model
	}
	if r.Explanation.empty() {
		r.Explanation, r.Unexplained = next.Explanation, next.Unexplained
	}
	r.Notes = append(r.Notes, next.Notes...)
	r.NotesLost += next.NotesLost
}
