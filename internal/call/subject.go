package call

import (
	"context"
	"fmt"
	"io"
)

type subjectKey struct{}

// subjectBox keeps a printed context from showing the subject: context.WithValue prints strings, but of a struct its type.
type subjectBox struct{ id string }

// Format prints no subject under any verb.
func (subjectBox) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "subject(redacted)") }

// WithSubject names the person the calls made with ctx are about, for guards whose describe function does not say.
func WithSubject(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, subjectKey{}, subjectBox{id: id})
}

// SubjectFor settles whom the decision is about. own is what the guard's describe function said, "" if nothing. The first
// non-empty subject is bound to the decision, and a second, different one is refused. Inside Privacy own is ignored, since it
// may be a placeholder. Without one the parent decision's holds, then WithSubject's. It returns "" when there is none.
func (d *Decision) SubjectFor(ctx context.Context, guard Stage, own string) (string, error) {
	if d == nil {
		if own == "" {
			own = subjectFrom(ctx)
		}
		return own, nil
	}
	inherited := d.parent.Subject()
	veiled := d.parent.isVeiled()
	d.mu.Lock()
	defer d.mu.Unlock()
	if veiled || d.veiled && guard > StagePrivacy {
		own = ""
	}
	if own == "" {
		own = d.subject
	}
	if own == "" {
		own = inherited
	}
	if own == "" {
		own = subjectFrom(ctx)
	}
	if before := d.memory.whose(d.id); before != "" && own != "" && own != before {
		return "", Refuse(d, guard, "an attempt of the same HTTP request was for another subject; give each its own fairlead.Track", nil)
	}
	if d.subject != "" && own != d.subject {
		return "", Refuse(d, guard, "the guards of one call name two different subjects; name the same one in every describe function", nil)
	}
	d.subject = own
	return own, nil
}

// Veil says that from here on, inside this decision, describe functions see pseudonyms.
func (d *Decision) Veil() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.veiled = true
}

func (d *Decision) isVeiled() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	veiled := d.veiled
	d.mu.Unlock()
	return veiled || d.parent.isVeiled()
}

// Subject is the subject bound so far to the decision or to the one it was begun in, "" if none.
func (d *Decision) Subject() string {
	if d == nil {
		return ""
	}
	d.mu.Lock()
	s := d.subject
	d.mu.Unlock()
	if s == "" {
		return d.parent.Subject()
	}
	return s
}

func subjectFrom(ctx context.Context) string {
	b, _ := ctx.Value(subjectKey{}).(subjectBox)
	return b.id
}
