package oversight

import (
	"bytes"
	"encoding/json"
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
	title    string
	score    float64
	input    digest // of the guarded function's input
	digest   digest // of everything a verdict is about
	opened   time.Time
	deadline time.Time
	now      time.Time // the latest of its entries' times: what leases and deadlines are judged by

	lease   held
	verdict verdict

	// Only the queue uses these: its places in the list and the heap.
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

// verdict is what ended a case's waiting.
type verdict struct {
	Verdict
	reviewer string
	at       time.Time
	entry    uuid.UUID // that said so
	expired  bool      // the deadline did, or a full queue
}

// effect says what an entry did to a case.
type effect uint8

const (
	unknown effect = iota // not folded yet
	ignored               // nothing: the case is not open, or the entry came twice
	applied
	fenced // the token is not the lease's, or somebody else's lease lives
)

// maxTitle bounds what the queue keeps in memory of a case, in bytes.
const maxTitle = 256

// open makes a case of its opening entry. It gives nil without an error for an entry whose body was erased: there is nothing
// left to decide.
func open(e ledger.Entry) (*record, error) {
	if len(e.Body) == 0 || e.Key == uuid.Nil {
		return nil, nil
	}
	r := &record{id: e.Key, seq: e.Seq, opening: e.ID, subject: strings.Clone(e.Subject), opened: e.At, now: e.At, due: -1}
	if err := json.Unmarshal(e.Public, &r.openedPublic); err != nil {
		return nil, err
	}
	var body openedBody
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return nil, err
	}
	r.title, r.score = cut(body.Title, maxTitle), body.Score
	copy(r.input[:], body.InputDigest)
	copy(r.digest[:], body.Digest)
	r.deadline = unix(r.Deadline)
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
	case kindRenewed, kindReleased:
		return r.change(e)
	case kindDecided:
		return r.decide(e)
	case kindExpired:
		return r.expire(e)
	}
	return ignored, nil
}

func (r *record) decided() bool { return r.verdict.Verdict != "" }

func (r *record) claim(e ledger.Entry) (effect, error) {
	var public leasePublic
	var body leaseBody
	if err := decode(e, &public, &body); err != nil {
		return ignored, err
	}
	if r.lease.live(r.now) || !r.now.Before(r.deadline) || body.Reviewer == "" {
		return fenced, nil
	}
	r.lease = held{reviewer: body.Reviewer, token: e.Seq, until: r.capped(public.Until)}
	return applied, nil
}

// capped ends a lease with the case: nobody decides after the deadline.
func (r *record) capped(until int64) time.Time {
	if t := unix(until); t.Before(r.deadline) {
		return t
	}
	return r.deadline
}

// holds says whether the lease with this token is the case's, now.
func (r *record) holds(token ledger.Seq) bool {
	return token != 0 && token == r.lease.token && r.lease.live(r.now)
}

func (r *record) change(e ledger.Entry) (effect, error) {
	var public leasePublic
	if err := decode(e, &public, nil); err != nil {
		return ignored, err
	}
	if !r.holds(public.Token) {
		return fenced, nil
	}
	if e.Kind == kindReleased {
		r.lease = held{}
	} else {
		r.lease.until = r.capped(public.Until)
	}
	return applied, nil
}

func (r *record) decide(e ledger.Entry) (effect, error) {
	var public decidedPublic
	var body decidedBody
	if err := decode(e, &public, &body); err != nil {
		return ignored, err
	}
	if !r.holds(public.Token) || !bytes.Equal(body.Digest, r.digest[:]) {
		return fenced, nil
	}
	switch public.Verdict {
	case Approved, Rejected, Replaced:
	default:
		return ignored, nil // an unset verdict is not an approval, and nothing else either
	}
	r.verdict = verdict{Verdict: public.Verdict, reviewer: r.lease.reviewer, at: e.At, entry: e.ID}
	return applied, nil
}

func (r *record) expire(e ledger.Entry) (effect, error) {
	var public expiredPublic
	if err := decode(e, &public, nil); err != nil {
		return ignored, err
	}
	// A full queue may give up what holds nothing; what holds something has its time.
	if r.now.Before(r.deadline) && (r.Held || !public.Crowded) {
		return ignored, nil
	}
	v := Rejected
	if r.Fallback == Approved {
		v = Approved
	}
	r.verdict = verdict{Verdict: v, at: e.At, entry: e.ID, expired: true}
	return applied, nil
}

// decode reads an entry's halves; what was erased stays zero.
func decode(e ledger.Entry, public, body any) error {
	if len(e.Public) > 0 {
		if err := json.Unmarshal(e.Public, public); err != nil {
			return err
		}
	}
	if body != nil && len(e.Body) > 0 {
		return json.Unmarshal(e.Body, body)
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
