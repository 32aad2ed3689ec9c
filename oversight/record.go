package oversight

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// record is one case as its entries make it. It is a function of the entries that carry the case's ID and of nothing else: what
// the queue keeps in memory and what a later reading of those entries gives is the same by construction.
type record struct {
	openedPublic
	id       uuid.UUID
	seq      ledger.Seq // of its opening
	opening  uuid.UUID  // the ID of the opening entry
	subject  string
	mark     ledger.Mark // of the subject
	title    string
	score    float64
	gold     bool // its answer is known
	appeal   bool
	banned   []string // who judged the case that this one appeals
	input    digest   // of the guarded function's input
	digest   digest   // of everything a verdict is about
	opened   time.Time
	deadline time.Time
	now      time.Time // the latest of its entries' times: what leases and deadlines are judged by

	lease    held
	assigned string // whom it is reserved for; "": anybody
	skipped  []string
	urgent   bool
	reminded bool
	answer   digest // of a blind case's output
	votes    []vote
	split    bool // the votes differ: somebody else has to settle it
	verdict  verdict
	settled  bool // the verdict stands: its undo window is over, or there was none

	// Only the queue uses these: its places in the list and the heap.
	place      int // in the breaker's line; -1: not in it
	list       *queue
	prev, next *record
	due        int
}

// held is a claim: its entry's position is the fencing token.
type held struct {
	reviewer string
	token    ledger.Seq
	until    time.Time
}

func (h *held) live(at time.Time) bool { return h.token != 0 && at.Before(h.until) }

// effect says what an entry did to a case.
type effect uint8

const (
	unknown effect = iota // not folded yet
	ignored               // nothing: the case is not open, or the entry came twice
	applied
	fenced // the token is not the lease's, somebody else's lease lives, or the case is not this reviewer's to decide
)

// The bounds of what the queue keeps in memory of a case.
const (
	maxTitle = 256 // bytes
	maxSkips = 16  // reviewers; the first to skip may see it again after that many others
)

// open makes a case of its opening entry. It gives nil without an error for an entry whose body was erased: there is nothing
// left to decide.
func open(e ledger.Entry) (*record, error) {
	if len(e.Body) == 0 || e.Key == uuid.Nil {
		return nil, nil
	}
	r := &record{id: e.Key, seq: e.Seq, opening: e.ID, subject: strings.Clone(e.Subject), mark: e.Mark(), opened: e.At, now: e.At, due: -1}
	if err := unmarshal(e.Public, &r.openedPublic); err != nil {
		return nil, err
	}
	var body openedHead
	head, _, _ := bytes.Cut(e.Body, []byte{'\n'})
	if err := unmarshal(head, &body); err != nil {
		return nil, err
	}
	r.title, r.score = cut(body.Title, maxTitle), body.Score
	r.gold, r.appeal = body.Gold != nil, body.Appeal != nil
	if r.appeal {
		r.banned = body.Appeal.Barred
	}
	copy(r.answer[:], body.Answer)
	copy(r.input[:], body.InputDigest)
	copy(r.digest[:], body.Digest)
	r.deadline = unix(r.Deadline)
	r.urgent = r.Urgent
	return r, nil
}

// apply takes one more entry of the case.
func (r *record) apply(e ledger.Entry) (effect, error) {
	if e.At.After(r.now) {
		r.now = e.At
	}
	if r.decided() {
		return ignored, nil
	}
	switch e.Kind {
	case kindClaimed:
		return r.claim(e)
	case kindRenewed, kindReleased, kindSkipped, kindEscalated:
		return r.change(e)
	case kindAssigned:
		return r.assign(e)
	case kindDecided:
		return r.vote(e)
	case kindUndone:
		return r.undo(e)
	case kindFinal:
		return r.settle()
	case kindDue:
		return r.remind()
	case kindExpired:
		return r.expire(e)
	case kindInvalidated:
		return r.withdraw(e)
	}
	return ignored, nil
}

// decided says whether the case is closed for good.
func (r *record) decided() bool { return r.settled }

// cooling says whether a verdict is there that may still be taken back.
func (r *record) cooling() bool { return r.verdict.Verdict != "" && !r.settled }

// turns is when the case changes by itself, once somebody writes the entry that says so: when it is due, at its deadline, or at the
// end of the undo window.
func (r *record) turns() time.Time {
	switch {
	case r.cooling():
		return r.verdict.at.Add(time.Duration(r.Undo))
	case r.Remind > 0 && !r.reminded:
		return r.deadline.Add(-time.Duration(r.Remind))
	}
	return r.deadline
}

// remind puts a case that nobody has decided before the others, once.
func (r *record) remind() (effect, error) {
	if r.cooling() || r.reminded || r.now.Before(r.turns()) {
		return ignored, nil
	}
	r.reminded, r.urgent = true, true
	return applied, nil
}

func (r *record) claim(e ledger.Entry) (effect, error) {
	var public leasePublic
	var body leaseBody
	if err := decode(e, &public, &body); err != nil {
		return ignored, err
	}
	if r.lease.live(r.now) || !r.now.Before(r.deadline) || r.cooling() || r.barred(body.Reviewer) {
		return fenced, nil
	}
	r.lease = held{reviewer: body.Reviewer, token: e.Seq, until: r.capped(public.Until)}
	return applied, nil
}

// barred says whether the case is not this reviewer's to take: it is somebody else's, or they have voted on it.
func (r *record) barred(reviewer string) bool {
	if reviewer == "" || r.assigned != "" && r.assigned != reviewer {
		return true
	}
	return r.votedOn(reviewer) || slices.Contains(r.banned, reviewer)
}

// drawn says whether the case stands for decisions: it is neither an exercise nor an appeal.
func (r *record) drawn() bool { return !r.gold && !r.appeal }

// chance says whether rates can be built on the case: it was drawn, and people saw what they were to overrule.
func (r *record) chance() bool { return r.drawn() && !r.Blind }

// seen is the probability with which the case was drawn and shown.
func (r *record) seen() float64 { return r.Probability * (1 - r.BlindShare) }

// capped ends a lease with the case: nobody decides after the deadline.
func (r *record) capped(until int64) time.Time {
	if t := unix(until); t.Before(r.deadline) {
		return t
	}
	return r.deadline
}

// holds says whether the lease with this token is the case's, now, and this reviewer's: a token is a position in the log, and no
// secret.
func (r *record) holds(token ledger.Seq, reviewer string) bool {
	return token != 0 && token == r.lease.token && reviewer == r.lease.reviewer && r.lease.live(r.now)
}

func (r *record) change(e ledger.Entry) (effect, error) {
	var public leasePublic
	var body leaseBody
	if err := decode(e, &public, &body); err != nil {
		return ignored, err
	}
	if !r.holds(public.Token, body.Reviewer) {
		return fenced, nil
	}
	if e.Kind == kindRenewed {
		r.lease.until = r.capped(public.Until)
		return applied, nil
	}
	if e.Kind != kindReleased {
		r.skipped = append(slices.DeleteFunc(r.skipped, func(who string) bool { return who == r.lease.reviewer }), r.lease.reviewer)
		if len(r.skipped) > maxSkips {
			r.skipped = r.skipped[1:]
		}
		if r.assigned == r.lease.reviewer {
			r.assigned = ""
		}
	}
	r.urgent = r.urgent || e.Kind == kindEscalated
	r.lease = held{}
	return applied, nil
}

// assign reserves the case; whoever else has it loses it.
func (r *record) assign(e ledger.Entry) (effect, error) {
	var body assignBody
	if err := decode(e, &struct{}{}, &body); err != nil {
		return ignored, err
	}
	if r.cooling() || r.votedOn(body.To) || slices.Contains(r.banned, body.To) {
		return fenced, nil
	}
	r.assigned = body.To
	r.skipped = slices.DeleteFunc(r.skipped, func(who string) bool { return who == body.To }) // else nobody is offered it
	if r.assigned != "" && r.lease.reviewer != r.assigned {
		r.lease = held{}
	}
	return applied, nil
}

// withdraw ends a case that nobody has to decide any more.
func (r *record) withdraw(e ledger.Entry) (effect, error) {
	var body stopBody
	if err := decode(e, &struct{}{}, &body); err != nil {
		return ignored, err
	}
	r.verdict = verdict{Verdict: Rejected, reviewer: body.Who, at: e.At, entry: e.ID, invalid: true}
	r.settled = true
	return applied, nil
}

func (r *record) votedOn(reviewer string) bool {
	return slices.ContainsFunc(r.votes, func(v vote) bool { return v.reviewer == reviewer })
}

func (r *record) expire(e ledger.Entry) (effect, error) {
	var public expiredPublic
	if err := decode(e, &public, nil); err != nil {
		return ignored, err
	}
	// A full queue may give up what holds nothing; what holds something has its time.
	if r.cooling() || r.now.Before(r.deadline) && (r.Held || !public.Crowded) {
		return ignored, nil
	}
	v := Rejected
	if r.Fallback == Approved {
		v = Approved
	}
	r.verdict = verdict{Verdict: v, at: e.At, entry: e.ID, expired: true}
	r.settled = true
	return applied, nil
}

// decode reads an entry's halves; what was erased stays zero.
func decode(e ledger.Entry, public, body any) error {
	if len(e.Public) > 0 {
		if err := unmarshal(e.Public, public); err != nil {
			return err
		}
	}
	if body != nil && len(e.Body) > 0 {
		return unmarshal(e.Body, body)
	}
	return nil
}

// cut shortens s to at most n bytes, between characters, in memory of its own.
func cut(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	return strings.Clone(s)
}
