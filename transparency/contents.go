package transparency

import (
	"encoding/json"
	"errors"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Bounds of a record. The ledger takes 1 MiB for an entry, and a record that it does not take would be lost.
const (
	maxRecord = 1<<20 - 1<<10 // bytes of public part, body and subject
	// maxExplanation is the largest explanation, in bytes of JSON.
	maxExplanation = 512 << 10
	// maxSubject is the longest subject, in bytes, as for the other guards: an identifier, not a document.
	maxSubject = 1 << 10
	// maxDepth is how deep a kept payload may be nested: encoding/json reads 10,000 levels, the record's own included.
	maxDepth = 1000
)

// errTooLarge is the cause of a [RecordError] for a record that no entry can hold.
var errTooLarge = errors.New("transparency: too large")

// keep commits to the value that p points to and, if asked, keeps it. Until that is done c stays as it was: a MarshalJSON of the user's
// may leave in the middle.
func (rec *recording) keep(c *Content, p any) error {
	e := takeEncoder()
	defer e.release()
	next := *c
	first := c.Digest == (Digest{})
	switch {
	case !first:
	case c != &rec.input && rec.input.Digest != (Digest{}): // one salt a record: it hides each value as well
		copy(next.Digest[:saltLen], rec.input.Digest[:saltLen])
	default:
		e.salt(&next.Digest)
	}
	if err := next.Digest.add(e, first, p); err != nil {
		return err
	}
	if c == rec.sent {
		next.Chunks++
	}
	if rec.journal.o.Payloads && !c.Cut {
		next.add(e.json(), rec.journal.o.MaxPayload)
	}
	*c = next
	return nil
}

// add keeps a value or, of a stream, one more chunk: then the payload becomes a JSON array, which contents closes.
func (c *Content) add(value []byte, room int) {
	if len(c.Payload)+len(value) > room || !shallow(value) {
		c.Payload, c.Cut = nil, true
		return
	}
	switch {
	case c.Chunks == 1:
		c.Payload = append(c.Payload, '[')
	case c.Chunks > 1:
		c.Payload = append(c.Payload, ',')
	}
	c.Payload = append(c.Payload, value...)
}

// shallow says whether JSON can be read again inside a record.
func shallow(js []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(js); i++ {
		switch c := js[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > maxDepth {
				return false
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return true
}

// contents writes explanation, input and outputs into the record.
func (rec *recording) contents(end *ending, r *Record) error {
	rec.mu.Lock()
	r.Explanation = rec.x
	if rec.xerr != nil {
		r.Unexplained = whyNot(rec.xerr)
	}
	if rec.spared {
		r.Unexplained = notDrawn
	}
	rec.mu.Unlock()
	r.Explanation.Subject = ""
	r.Input = rec.input
	if end.said != nil && end.outcome != call.Allowed {
		if err := rec.keep(&r.Model, end.said); err != nil {
			return rec.unwritable(err)
		}
	}
	if rec.sent != nil && rec.sent.Digest != (Digest{}) {
		r.Output = *rec.sent
		if r.Output.Chunks > 0 && len(r.Output.Payload) > 0 {
			r.Output.Payload = append(r.Output.Payload, ']')
		}
		return nil
	}
	if end.given != nil {
		if err := rec.keep(&r.Output, end.given); err != nil {
			return rec.unwritable(err)
		}
	}
	return nil
}

func (rec *recording) unwritable(err error) error {
	return &RecordError{Decision: rec.d.ID(), Reason: "the output cannot be written as JSON: give its type a MarshalJSON", Err: err}
}

// unmasked takes out everything that the mask should have gone over.
func (r *Record) unmasked() {
	r.Explanation, r.Notes, r.Reason = Explanation{}, nil, ""
	for _, c := range []*Content{&r.Input, &r.Model, &r.Output} {
		c.Payload = nil
	}
}

// writeLess writes a record that was too large for an entry, without what made it so: payloads first, which their digests stand for, then
// the explanation. Refusing for the latter is what Options.OnExplain says.
func (rec *recording) writeLess(r *Record, refusal error) (error, error) {
	cut := false
	for _, c := range []*Content{&r.Input, &r.Model, &r.Output} {
		if len(c.Payload) > 0 {
			c.Payload, c.Cut, cut = nil, true, true
		}
	}
	if cut {
		if err := rec.write(r); !errors.Is(err, errTooLarge) {
			return refusal, err
		}
	}
	tooLarge := longExplanation(rec.d)
	r.Explanation, r.Unexplained = Explanation{}, tooLarge.Reason
	if rec.journal.o.OnExplain != Drop && refusal == nil {
		refusal = tooLarge
		r.Outcome, r.Error = call.Failed, errorType(refusal)
		rec.spoil(r, refusal)
	}
	return refusal, rec.write(r)
}

func longExplanation(d *call.Decision) *RefusedError {
	return call.Refuse(d, call.StageTransparency, "the explanation is larger than a record can be: name the strongest factors, at most 512 KiB of JSON", nil)
}

func longSubject(d *call.Decision) *RefusedError {
	return call.Refuse(d, call.StageTransparency, "the subject is longer than 1,024 bytes: name the person by an identifier", nil)
}

// payload gives a content that was made by hand its digest, and refuses what could not be read again.
func (c *Content) check(d *call.Decision) error {
	if len(c.Payload) == 0 {
		return nil
	}
	if !json.Valid(c.Payload) || !shallow(c.Payload) {
		return call.Refuse(d, call.StageTransparency, "a payload is one JSON value, nested at most 1,000 deep", nil)
	}
	if c.Digest == (Digest{}) {
		c.Digest = digestOfBytes(c.Payload)
	}
	return nil
}
