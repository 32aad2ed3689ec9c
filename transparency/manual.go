package transparency

import (
	"context"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Record writes a record by hand, for a call that no wrapper fits, and returns its ID. Of r it needs Outcome and a subject (in
// Subject, in Explanation.Subject or from the context); At and Entries are set by the log. An ID is recorded once for each
// Attempt: writing it again changes nothing.
//
// Inside a guarded call that has no transparency wrapper, r is that call's record: a zero ID becomes the decision's, and what the
// other guards found out is joined. Inside one that has, r is a record of its own, with the call as its Parent.
func (j *Journal) Record(ctx context.Context, r Record) (uuid.UUID, error) {
	d := call.From(ctx)
	if err := j.ready(d); err != nil {
		return uuid.Nil, err
	}
	if !known(r.Outcome) {
		return uuid.Nil, call.Refuse(d, call.StageTransparency, "a record needs an Outcome: fairlead.Allowed, or how else the call ended", nil)
	}
	if r.Subject == "" {
		r.Subject = r.Explanation.Subject
	}
	var err error
	if d != nil && !d.Entered(call.StageTransparency) && (r.ID == uuid.Nil || r.ID == d.ID()) {
		r, err = adopt(ctx, d, r)
	} else {
		err = detach(ctx, d, &r)
	}
	if err != nil {
		return uuid.Nil, err
	}
	for _, c := range []*Content{&r.Input, &r.Model, &r.Output} {
		if err := c.check(d); err != nil {
			return uuid.Nil, err
		}
	}
	if err := j.masked(ctx, d, &r); err != nil {
		return uuid.Nil, err
	}
	kind := kindRecorded
	switch r.Outcome {
	case call.Denied, call.Stopped, call.Fallback:
		kind = kindRefused
	}
	if err := j.write(ctx, kind, "", &r); err != nil {
		return uuid.Nil, err
	}
	if r.ID == d.ID() {
		d.NoteRecorded()
	}
	return r.ID, nil
}

// adopt makes r the record of the decision d. What r says itself stands.
func adopt(ctx context.Context, d *call.Decision, r Record) (Record, error) {
	subject, err := d.SubjectFor(ctx, call.StageTransparency, r.Subject)
	if err != nil {
		return r, err
	}
	if err := named(d, subject); err != nil {
		return r, err
	}
	joined := r
	joined.Hidden = nil
	joined.join(d)
	joined.Subject = subject
	if r.System != "" {
		joined.System, joined.Version = r.System, r.Version
	}
	return joined, nil
}

// detach makes r a record of its own.
func detach(ctx context.Context, d *call.Decision, r *Record) error {
	if r.Subject == "" {
		subject, err := d.SubjectFor(ctx, call.StageTransparency, "")
		if err != nil {
			return err
		}
		r.Subject = subject
	}
	if err := named(d, r.Subject); err != nil {
		return err
	}
	if r.ID == uuid.Nil {
		// The error of NewV7 is that of crypto/rand, which since Go 1.24 ends the program instead of returning.
		r.ID, _ = uuid.NewV7()
	}
	if r.ID == d.ID() {
		return call.Refuse(d, call.StageTransparency, "the call of this context is recorded by its wrapper: leave ID empty for a record of your own", nil)
	}
	if r.Parent == uuid.Nil {
		r.Parent = d.ID()
	}
	return nil
}

// named refuses what no record can be about.
func named(d *call.Decision, subject string) error {
	switch {
	case subject == "":
		return noSubject(d)
	case len(subject) > maxSubject:
		return longSubject(d)
	}
	return nil
}

func noSubject(d *call.Decision) error {
	return call.Refuse(d, call.StageTransparency,
		"a record needs a subject: set Explanation.Subject, or name the person with fairlead.WithSubject", nil)
}

func known(o Outcome) bool {
	switch o {
	case call.Allowed, call.Fallback, call.Denied, call.Held, call.Replaced, call.Rejected, call.Stopped, call.Abandoned, call.Failed:
		return true
	}
	return false
}
