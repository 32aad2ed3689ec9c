package oversight

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// stream is the ledger stream that every entry of this package is in.
const stream = "oversight"

// The kinds of entries. All are critical: a release that does not know one cannot say what a case's state is.
const (
	kindOpened      = "case.opened"
	kindClaimed     = "case.claimed"
	kindRenewed     = "case.renewed"
	kindReleased    = "case.released"
	kindDecided     = "case.decided"
	kindSkipped     = "case.skipped"
	kindEscalated   = "case.escalated"
	kindAssigned    = "case.assigned"
	kindUndone      = "case.undone"
	kindFinal       = "case.final"
	kindDue         = "case.due"
	kindExpired     = "case.expired"
	kindInvalidated = "case.invalidated"
	kindDelivered   = "case.delivered"
	kindIntent      = "effect.intent"
	kindResult      = "effect.result"
	kindResolved    = "effect.resolved"
	kindStopOn      = "stop.on"
	kindStopOff     = "stop.off"
	kindDrilled     = "stop.drilled"
	kindKey         = "desk.key"
	kindRead        = "breaker.read"
	kindEnrolled    = "roster.enrolled"
	kindDismissed   = "roster.dismissed"
)

// caseKinds are the kinds about single cases: what Retain may delete.
var caseKinds = []string{
	kindOpened, kindClaimed, kindRenewed, kindReleased, kindDecided, kindSkipped, kindEscalated, kindAssigned, kindUndone, kindFinal,
	kindDue, kindExpired, kindInvalidated, kindDelivered, kindIntent, kindResult,
	kindResolved,
}

// layout is the version of the payloads below.
const layout = 1

// space is the namespace of the IDs that make an entry happen at most once.
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/fairlead-go/fairlead/oversight"))

// named5 is the UUID of version 5 (RFC 9562) of some parts within space.
func named5(kind string, id, more []byte) (u uuid.UUID) {
	var buf [128]byte
	data := append(buf[:0], space[:]...)
	data = append(data, kind...)
	data = append(data, 0)
	data = append(append(data, id...), more...)
	sum := sha1.Sum(data) // a version 5 UUID is made by SHA-1; that nobody makes two alike is up to the ledger's keys
	copy(u[:], sum[:])
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return u
}

// onceID is the ID of an entry that a case has at most once.
func onceID(id uuid.UUID, kind string) uuid.UUID { return named5(kind, id[:], nil) }

// tokenID is the ID of an entry that a lease writes at most once.
func tokenID(id uuid.UUID, kind string, token ledger.Seq) uuid.UUID {
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], uint64(token))
	return named5(kind, id[:], place[:])
}

// openedID is the ID of the opening under a key: of two, the ledger keeps the first. A held case stands apart from one for review
// after the fact, or an answer that was only to be looked at later would let out another one that a rule holds.
func openedID(system, key string, held bool, id uuid.UUID) uuid.UUID {
	if key == "" {
		return onceID(id, kindOpened)
	}
	f := newFields("key")
	f.text(system)
	f.text(key)
	if held {
		f.text("held")
	}
	sum := f.sum()
	return named5("case.key", sum[:], nil)
}

// The public halves hold nothing personal; what a person said or is lies in the bodies.
type openedPublic struct {
	Probability float64 `json:"p"`
	Least       float64 `json:"least,omitempty"` // the smallest that any decision could have had in its place
	Rule        string  `json:"rule,omitempty"`
	Held        bool    `json:"held,omitempty"`
	HoldRule    string  `json:"hold_rule,omitempty"`
	Call        bool    `json:"call,omitempty"` // Approve: a call waits, not an answer
	Stratum     string  `json:"stratum,omitempty"`
	Policy      string  `json:"policy"`
	KeyID       string  `json:"key"` // which sampling key drew it
	System      string  `json:"system"`
	Type        string  `json:"type"` // of what the function returns
	Version     string  `json:"version,omitempty"`
	Function    string  `json:"function,omitempty"` // its name in the program; "" if it has none of its own
	Deadline    int64   `json:"deadline"`           // Unix nanoseconds
	Fallback    Verdict `json:"fallback"`
	Need        int     `json:"need,omitempty"`   // reviewers who must agree; 0: one
	Urgent      bool    `json:"urgent,omitempty"` // before what is not
	Undo        int64   `json:"undo,omitempty"`   // window in nanoseconds; 0: none
	Valid       int64   `json:"valid,omitempty"`  // how long a verdict may be delivered, in nanoseconds
	Remind      int64   `json:"remind,omitempty"` // before the deadline, in nanoseconds; 0: never
	Blind       bool    `json:"blind,omitempty"`  // reviewers do not see the answer before they have given theirs
	BlindShare  float64 `json:"blind_share,omitempty"`
	Began       int64   `json:"began"`           // the decision's time, Unix nanoseconds
	Lossy       bool    `json:"lossy,omitempty"` // what is kept of the output is not all of it: no appeal delivers it
}

// openedBody is written in two parts, so that the queue does not have to read through what only reviewers look at.
type openedBody struct {
	openedHead
	openedPapers
}

// openedHead is what the queue and the estimates need.
type openedHead struct {
	Unit        string      `json:"unit,omitempty"`
	Title       string      `json:"title,omitempty"`
	Score       float64     `json:"score,omitempty"`
	Appeal      *appealBody `json:"appeal,omitempty"`
	Gold        *goldBody   `json:"gold,omitempty"`
	Answer      []byte      `json:"answer,omitempty"` // digest of a blind case's output as JSON, however it is written
	InputDigest []byte      `json:"input_digest"`
	Digest      []byte      `json:"digest"`
}

// openedPapers is the rest.
type openedPapers struct {
	Session     string          `json:"session,omitempty"`
	Input       json.RawMessage `json:"input,omitempty"`
	Output      json.RawMessage `json:"output,omitempty"`
	Explanation json.RawMessage `json:"explanation,omitempty"`
}

// encode writes one line of JSON for each part.
func (b *openedBody) encode() []byte {
	return append(append(mustJSON(&b.openedHead), '\n'), mustJSON(&b.openedPapers)...)
}

// decode reads what encode wrote, with the second part or without; what was erased stays zero.
func (b *openedBody) decode(data []byte, both bool) error {
	head, papers, _ := bytes.Cut(data, []byte{'\n'})
	if len(head) > 0 {
		if err := unmarshal(head, &b.openedHead); err != nil {
			return err
		}
	}
	if both && len(papers) > 0 {
		return json.Unmarshal(papers, &b.openedPapers)
	}
	return nil
}

type leasePublic struct {
	Token ledger.Seq `json:"token,omitempty"`
	Until int64      `json:"until,omitempty"` // Unix nanoseconds
}

type leaseBody struct {
	Reviewer string `json:"reviewer"`
	Why      string `json:"why,omitempty"`
}

type assignBody struct {
	By string `json:"by"`
	To string `json:"to,omitempty"` // "": anybody again
}

type decidedPublic struct {
	Token   ledger.Seq `json:"token"`
	Verdict Verdict    `json:"verdict"`
	Final   bool       `json:"final,omitempty"` // an adjudication
}

type decidedBody struct {
	Reviewer string          `json:"reviewer"`
	Output   json.RawMessage `json:"output,omitempty"`
	Comment  string          `json:"comment,omitempty"`
	Reasons  []string        `json:"reasons,omitempty"`
	Digest   []byte          `json:"digest"` // of the case as it was decided upon
}

type expiredPublic struct {
	Crowded bool `json:"crowded,omitempty"` // given up because the queue was full
}

type intentPublic struct {
	Nonce uuid.UUID `json:"nonce"` // tells the caller whose intent came first
}

type resultPublic struct {
	OK bool `json:"ok"`
}

type resultBody struct {
	Output json.RawMessage `json:"output,omitempty"`
	Error  string          `json:"error,omitempty"` // the type of what went wrong
}

// stopPublic marks the stops and starts of a drill, after which the breaker goes on as before.
type stopPublic struct {
	Drill bool `json:"drill,omitempty"`
}

// stopBody says who acted and why, for the switch, a withdrawn case and an interrupted call.
type stopBody struct {
	Who string `json:"who"`
	Why string `json:"why,omitempty"`
}

// entry makes an entry of this stream. The payloads are structs of strings, numbers and checked JSON, so that encoding them cannot
// fail. Its time is the ledger's to set: a time of ours might be too old by the time it is our turn to write.
func entry(kind string, id, key uuid.UUID, subject string, public, body any) ledger.Entry {
	e := ledger.Entry{
		ID: id, Stream: stream, Kind: kind, Version: layout, Critical: true, Subject: subject, Key: key,
	}
	if public != nil {
		e.Public = mustJSON(public)
	}
	switch body := body.(type) {
	case nil:
	case *openedBody:
		e.Body = body.encode()
	default:
		e.Body = mustJSON(body)
	}
	return e
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("oversight: payload: " + err.Error())
	}
	return data
}

func unix(ns int64) time.Time { return time.Unix(0, ns).UTC() }
