package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Ask is the question a check answers. It is a plain value: asking allocates nothing.
type Ask struct {
	Subject      string     // whose data. Default: WithAsk's, the decision's or fairlead.WithSubject's; without any, denied.
	Purpose      string     // for what. Default: WithAsk's; required.
	Also         []string   // further purposes: all must hold. Default: WithAsk's.
	Recipient    string     // to whom the data goes. Default: WithAsk's, else nobody in particular.
	Jurisdiction string     // whose law applies, as in "DE" or "US-CA". Default: WithAsk's, else the strictest.
	GPC          bool       // the person's browser sends Sec-GPC: 1. Default: WithAsk's.
	AtLeast      ledger.Seq // the answer must know the log up to here; waits while ctx allows. Default: WithAsk's.
}

// Answer is what a check found.
type Answer struct {
	Allowed bool
	Purpose string     // the purpose asked for
	Basis   Basis      // why it is allowed; "" when denied. BasisConsent also where nobody has objected to an opt-out purpose.
	Reason  Reason     // why it is denied; "" when allowed
	Receipt ledger.Seq // the entry behind the answer; 0 if there is none
	AsOf    ledger.Seq // position in the log the answer was read at
	// Conflict says that the person agreed to this very purpose while their browser sends a Global Privacy Control signal: allowed
	// because the purpose has OverGPC, and worth asking about.
	Conflict bool
}

// String keeps a printed question free of the subject.
func (a Ask) String() string { return "consent.Ask(redacted)" }

// Format prints String under every verb.
func (a Ask) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, a.String()) }

// LogValue keeps the question out of slog.
func (a Ask) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalJSON keeps the question out of logs that write JSON.
func (a Ask) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

type askKey struct{}

// WithAsk returns a context whose guarded calls take from ask what their describe function leaves open.
func WithAsk(ctx context.Context, ask Ask) context.Context {
	return context.WithValue(ctx, askKey{}, &ask)
}

// fill takes from the context what the question leaves open.
func (a *Ask) fill(ctx context.Context) {
	if from, ok := ctx.Value(askKey{}).(*Ask); ok {
		a.take(from)
	}
}

func (a *Ask) take(from *Ask) {
	if a.Subject == "" {
		a.Subject = from.Subject
	}
	if a.Purpose == "" {
		a.Purpose = from.Purpose
	}
	if a.Also == nil {
		a.Also = from.Also
	}
	if a.Recipient == "" {
		a.Recipient = from.Recipient
	}
	if a.Jurisdiction == "" {
		a.Jurisdiction = from.Jurisdiction
	}
	a.GPC = a.GPC || from.GPC
	a.AtLeast = max(a.AtLeast, from.AtLeast)
}

// GPC says whether a request carries a Global Privacy Control signal. Only the value 1 means anything; no signal is no
// statement, and not an agreement.
func GPC(r *http.Request) bool { return r != nil && r.Header.Get("Sec-GPC") == "1" }

// Check answers the question from memory. The error is a *DeniedError if and only if the answer is not Allowed. Inside a guarded
// call the answer joins its decision.
func (g *Gate) Check(ctx context.Context, ask Ask) (Answer, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	d := call.From(ctx)
	ask.fill(ctx)
	answer := Answer{Purpose: ask.Purpose}
	p, cause := g.answer(ctx, d, &ask, &answer)
	if d == nil && answer.Allowed {
		return answer, nil
	}
	known := ""
	if p != nil {
		known = p.ID
	}
	d.NoteConsent(call.Consent{
		Allowed: answer.Allowed, Purpose: known, Reason: string(answer.Reason), Basis: string(answer.Basis),
		Receipt: uint64(answer.Receipt), AsOf: uint64(answer.AsOf),
	})
	if !answer.Allowed {
		return answer, &DeniedError{Purpose: known, Reason: answer.Reason, Decision: d.ID(), Err: cause}
	}
	return answer, nil
}

// answer finds the first reason that applies to the first purpose that does not hold, and says which that was, if the gate
// knows it.
func (g *Gate) answer(ctx context.Context, d *call.Decision, ask *Ask, answer *Answer) (*purpose, error) {
	var p *purpose
	if g != nil {
		p = g.purposes[ask.Purpose]
	}
	// Bound also where the gate cannot answer: the record of the refusal is about this person, too.
	subject, err := d.SubjectFor(ctx, call.StageConsent, ask.Subject)
	if err != nil {
		answer.Reason = ReasonUnavailable
		return p, err
	}
	if reason, cause := g.ready(ctx, ask.AtLeast); reason != "" {
		answer.Reason = reason
		return p, cause
	}
	answer.AsOf = ledger.Seq(g.applied.Load())
	if subject == "" || len(subject) > maxSubject {
		answer.Reason = ReasonNoSubject
		return p, nil
	}
	w := who{subject: subject, person: g.all.table.person(subject), known: g.all}
	if g.bounded != nil {
		if w.known, err = g.view(ctx, subject, w.person); err != nil {
			answer.Reason = ReasonUnavailable
			return p, err
		}
	}
	recipient := g.recipient(ask.Recipient)
	g.judge(answer, ask, &w, recipient, p)
	if answer.Receipt == 0 && !names(subject) { // whose word is known has a name
		*answer = Answer{Purpose: answer.Purpose, Reason: ReasonNoSubject, AsOf: answer.AsOf}
		return p, nil
	}
	for i := 0; answer.Allowed && i < len(ask.Also); i++ {
		also := Answer{Purpose: ask.Also[i], AsOf: answer.AsOf}
		q := g.purposes[also.Purpose]
		g.judge(&also, ask, &w, recipient, q)
		if !also.Allowed {
			*answer, p = also, q
		}
	}
	return p, nil
}

// names says whether a subject can be somebody: Record takes no other.
func names(subject string) bool {
	return subject != "" && len(subject) <= maxSubject && utf8.ValidString(subject)
}

// ready says why the gate cannot answer at all, "" if it can.
func (g *Gate) ready(ctx context.Context, atLeast ledger.Seq) (Reason, error) {
	if g == nil || g.follower == nil {
		return ReasonUnavailable, call.Refuse(nil, call.StageConsent, "the gate is nil or zero; make it with consent.New", nil)
	}
	if err := g.follower.Err(); err != nil {
		return ReasonUnavailable, err
	}
	if err := ctx.Err(); err != nil {
		return ReasonUnavailable, err
	}
	if atLeast != 0 && uint64(atLeast) > g.applied.Load() {
		if err := g.follower.Wait(ctx, atLeast); err != nil {
			if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				return ReasonStale, err
			}
			return ReasonUnavailable, err
		}
	}
	// The time is read before the table: what the table says is at least as fresh. Only the monotonic clock counts, which nobody
	// can set.
	if !g.inline && time.Since(g.started)-g.follower.Fresh().Sub(g.started) > g.maxStaleness {
		return ReasonStale, nil
	}
	return "", nil
}

// judge decides one purpose for one person.
func (g *Gate) judge(answer *Answer, ask *Ask, w *who, recipient id, p *purpose) {
	if p == nil {
		answer.Reason = ReasonUnknownPurpose
		return
	}
	s, on, denied := g.lookup(w, recipient, p)
	answer.Receipt = s.seq()
	objects := denied == ReasonObjected
	if ask.GPC && p.SaleLike {
		if p.OverGPC && on == p && denied == "" {
			answer.Conflict = true
		} else {
			objects = true
		}
	}
	for _, basis := range p.Bases {
		if allows(basis, denied, objects, on != nil, p.optOut(ask.Jurisdiction) && p.MinAge == 0) { // opt-out is for grown-ups (CCPA 1798.120(c))
			answer.Allowed, answer.Basis = true, basis
			return
		}
	}
	if objects && denied != ReasonUnderAge {
		denied = ReasonObjected
	}
	answer.Reason = denied
}

// rank is a reason's place in the order in which reasons are given.
func rank(r Reason) int { return slices.Index(order, r) }

// allows says whether a basis carries the use, given why consent does not (denied, "" if it does).
func allows(basis Basis, denied Reason, objects, has, optOut bool) bool {
	switch basis {
	case BasisConsent:
		return !objects && (denied == "" || optOut && !has)
	case BasisExplicitConsent:
		return !objects && denied == ""
	case BasisLegitimateInterests, BasisPublicTask:
		return !objects // article 21: until the person objects
	default:
		return true // contract, legal obligation, vital interests: neither consent nor objection bears on them
	}
}
