package privacy

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Redactor decides what is hidden and how. Its zero value is ready: every default kind of package pii, a numbered placeholder
// for each, sessions in this process's memory. A nil Redactor refuses every call. Its fields must not be changed, and it must
// not be copied, after first use; it is safe under concurrency.
type Redactor struct {
	// Scanner finds personal data in text. Default: every kind with pii.Info.Default, scores of at least 0.5.
	Scanner pii.Scanner
	// Recognizers are asked after the Scanner, for every text that is hidden for a call; not for logs. Default: none.
	Recognizers []Recognizer
	// Patience is how long one text waits for all recognizers together. Default: DefaultPatience.
	Patience time.Duration
	// Operators says, for a kind, what stands in its place. Default: the operator of Default for every kind.
	Operators map[pii.Kind]Operator
	// Default is the operator of kinds that Operators does not name. Default: Replace.
	Default Operator
	// Key is the secret of operators that compute: at least 16 random bytes. Default: none, and those operators refuse.
	Key Key
	// Vault is where Wrap keeps sessions, for answers that are delivered, explained or reviewed later. Default: a Memory of the
	// Redactor's own with its default bounds.
	Vault Vault

	once sync.Once
	own  *Memory
}

// vault is where sessions of this redactor live.
func (r *Redactor) vault() Vault {
	if r.Vault != nil {
		return r.Vault
	}
	r.once.Do(func() { r.own = &Memory{} })
	return r.own
}

// operator is what applies to a piece.
func (r *Redactor) operator(h how) Operator {
	if h.op != nil {
		return h.op
	}
	if op := r.Operators[h.kind]; op != nil {
		return op
	}
	if r.Default != nil {
		return r.Default
	}
	return Replace{}
}

// shows says whether code that is not this package's sees the texts that are hidden, and may keep them.
func (r *Redactor) shows() bool {
	shown := len(r.Recognizers) > 0 || r.Default != nil && !isOwn(r.Default)
	for _, op := range r.Operators {
		shown = shown || op != nil && !isOwn(op)
	}
	return shown
}

// Text returns s with all personal data in it replaced. Under a context made by WithSession placeholders are that session's;
// otherwise they are numbered within this one text and nothing is kept. The error is a *RefusedError or *SessionLostError, the
// text then "".
func (r *Redactor) Text(ctx context.Context, s string) (string, error) {
	sess, err := r.momentary(ctx)
	if err != nil {
		return "", err
	}
	out := sess.Hide(s)
	if err := sess.Err(); err != nil {
		return "", err
	}
	sess.in.note()
	return out, nil
}

// momentary is the session of ctx, or one that lives for a single value.
func (r *Redactor) momentary(ctx context.Context) (*Session, error) {
	ctx = orBackground(ctx)
	d := call.From(ctx)
	if r == nil {
		return nil, refuse(d, nilRedactor, nil)
	}
	if s, ok := sessionFrom(ctx); ok {
		return s.bind(ctx, d, subjectOf(ctx, d)), nil
	}
	return newSession(ctx, r, d, nil), nil
}

// Session opens the session id of a conversation, with what the vault remembers of it. A nil vault means the Redactor's own; an
// empty id begins a new session with an ID of its own. The ID must not tell anybody who is meant: records hold it. The
// session is bound to ctx; pass it on with WithSession, so that each guarded call is bound to its own context.
//
// A session is about one person: the first subject that a call in it names, here or later, is the only one it serves. Calls that name
// nobody may use it.
func (r *Redactor) Session(ctx context.Context, vault Vault, id string) (*Session, error) {
	ctx = orBackground(ctx)
	d := call.From(ctx)
	if r == nil {
		return nil, refuse(d, nilRedactor, nil)
	}
	if vault == nil {
		vault = r.vault()
	}
	s := newSession(ctx, r, d, vault)
	s.in.subject = subjectOf(ctx, d)
	if s.in.b.named = id; id == "" {
		s.in.b.named = uuid.NewString()
	} else if err := s.in.b.load(ctx); err != nil {
		return nil, vaultFault(d, err)
	}
	if !s.in.b.admits(s.in.subject) {
		return nil, notYours(d)
	}
	return s, nil
}

// Reveal turns the placeholders in text back, for people who may see the real words: a reviewer, the person concerned. session is
// the ID a record holds; without one, text held nothing hidden and comes back as it is. Pass the method itself as the Reveal
// option of a page. The person's name is not used here; the page logs it. If the session is gone, the error is
// ErrSessionLost.
func (r *Redactor) Reveal(ctx context.Context, _, session, text string) (string, error) {
	if r == nil {
		return "", refuse(call.From(orBackground(ctx)), nilRedactor, nil)
	}
	if session == "" {
		return text, nil
	}
	ctx = orBackground(ctx)
	d := call.From(ctx)
	s := newSession(ctx, r, d, r.vault()) // whoever the reader is: the page has let them in
	s.in.b.named = session
	if err := s.in.b.load(ctx); err != nil {
		return "", vaultFault(d, err)
	}
	s.in.b.lost = s.in.b.size == 0
	out := s.Show(text)
	return out, s.Err()
}

type sessionKey struct{}

// WithSession makes the guarded calls made with the returned context share the session, so that a value has the same placeholder in
// all turns and for all agents of a conversation. A call that is delivered later (oversight's Resume) has to be resumed under
// the same session.
func WithSession(ctx context.Context, s *Session) context.Context {
	return context.WithValue(orBackground(ctx), sessionKey{}, s)
}

// sessionFrom also says whether WithSession was called: a nil session given there refuses.
func sessionFrom(ctx context.Context) (*Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(*Session)
	return s, ok
}

// SessionFrom is the session that WithSession put into ctx, bound to ctx, for an adapter of your own that hides before it calls; ok is
// false if there is none.
func SessionFrom(ctx context.Context) (s *Session, ok bool) {
	ctx = orBackground(ctx)
	if s, ok = sessionFrom(ctx); !ok {
		return nil, false
	}
	d := call.From(ctx)
	return s.bind(ctx, d, subjectOf(ctx, d)), true
}

type tenantKey struct{}

// WithTenant separates tenants that share a Redactor: the same value hashes to different tokens for different tenants.
func WithTenant(ctx context.Context, tenant string) context.Context {
	return context.WithValue(orBackground(ctx), tenantKey{}, &tenantBox{tenant})
}

// tenantBox keeps a printed context from showing the tenant: of a pointer it prints the address.
type tenantBox struct{ name string }

func tenantFrom(ctx context.Context) string {
	if t, ok := ctx.Value(tenantKey{}).(*tenantBox); ok {
		return t.name
	}
	return ""
}

func orBackground(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background() // as the other guards do: a guard must not be what crashes
	}
	return ctx
}

// Value returns a copy of v with all personal data in it replaced, as HideTagged does by struct tags; besides, it looks into
// interfaces, so that a map[string]any will do; a number in one that is somebody's becomes a text. What cannot be seen into (unexported fields that are set, funcs, chans) is
// refused. Sessions and errors are as with Text; after an error the value is nil.
func (r *Redactor) Value(ctx context.Context, v any) (any, error) {
	s, err := r.momentary(ctx)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, s.Err()
	}
	o := outlineOf(reflect.TypeOf(v))
	w := walker{s: s, loops: o.loops}
	got, changed := w.walk(o.root, reflect.ValueOf(v), 0)
	if err := s.Err(); err != nil {
		return nil, err
	}
	s.in.note()
	if changed {
		return got.Interface(), nil
	}
	return v, nil
}

// operatorAdvice is the part of an operator's error that is a text of ours.
func operatorAdvice(err error) string {
	if a, ok := err.(advice); ok { //nolint:errorlint // an operator's own error is not wrapped
		return string(a)
	}
	return "see its error"
}

// advice is an error whose text is a constant of this package.
type advice string

func (a advice) Error() string { return "privacy: " + string(a) }

func sortItems(items []item) {
	slices.SortFunc(items, func(a, b item) int { return cmp.Compare(a.start, b.start) })
}
