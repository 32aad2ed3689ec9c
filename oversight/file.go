package oversight

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Item is an open case as the queue lists it. It prints redacted.
type Item struct {
	Case        uuid.UUID
	Seq         ledger.Seq // of the opening: the queue's order
	Title       string
	System      string
	Opened      time.Time
	Deadline    time.Time
	Held        bool    // somebody waits for the answer
	Appeal      bool    // the person it is about contests another case
	Call        bool    // a call waits to run, not an answer to be delivered
	Probability float64 // with which it was drawn, in (0, 1]
	Rule        string  // that set the probability; "" for the policy's own rate
	HoldRule    string  // that holds it; "" if it holds nothing
	Stratum     string
	Score       float64
	Reviewer    string    // who has claimed it; "" if nobody has
	LeaseUntil  time.Time // zero if nobody has
	Urgent      bool
	Assigned    string    // whom it is reserved for; "" for anybody
	Votes       int       // judgements so far
	Need        int       // how many reviewers must agree
	Split       bool      // they differ, and somebody else has to settle it by Adjudicate
	Blind       bool      // the answer is not shown before the case is decided: the reviewer gives their own
	StandsAt    time.Time // when the verdict can no longer be taken back; zero before a verdict
}

// File is everything the ledger says about one case, open or closed. It prints redacted.
type File struct {
	Item
	Subject     string
	Unit        string
	Session     string // the privacy session whose placeholders the payloads speak in; "" without one
	Version     string // of the system
	Policy      string // version of the policy
	SamplingKey string // names the key that drew it
	Input       json.RawMessage
	Output      json.RawMessage // what the function said; empty for a call that waits to run
	Explanation json.RawMessage // why; empty without Transparency around
	Verdict     Verdict         // "" while open
	Expired     bool            // the verdict is the deadline's
	Decided     time.Time       // zero while open
	By          string          // who decided, or withdrew it
	Correction  json.RawMessage // the output of a Replaced case
	Comment     string
	Reasons     []string
	Judgements  []Vote    // who said what: only once it is decided or split, so that nobody sees it before their own
	Withdrawn   bool      // by Invalidate
	AppealOf    uuid.UUID // the case that this one appeals; zero for none
	Statement   string    // what the person says in an appeal
	Gold        Verdict   // the known answer of a gold case, once it is decided
	Delivered   bool      // the answer has gone out at least once
	Interrupted bool      // an approved call was begun, and nobody knows whether it happened: look, and Resolve it
	Happened    *bool     // what somebody found who looked; nil: nobody has
	Finding     string    // in their words
	Events      []Event
}

// Event is one entry about a case. It prints redacted.
type Event struct {
	Seq     ledger.Seq
	At      time.Time
	Kind    string
	Who     string // "" where nobody acted, and for the seeding of a gold case until it is decided
	To      string // whom an assignment reserves the case for; "" for anybody again
	Why     string // the reason of a skip, an escalation or a withdrawal; what somebody found who looked into a call
	Counted bool   // false: recorded without effect, such as a verdict under a lease that had ended
}

// Vote is one reviewer's judgement. It prints redacted.
type Vote struct {
	Reviewer   string
	Verdict    Verdict
	Correction json.RawMessage
	Comment    string
	Reasons    []string
	Final      bool // it settled a case on which the others differed
}

// Get reads a case, open or closed, from the ledger: ErrNotFound if there is none.
func (k *Desk) Get(ctx context.Context, id uuid.UUID) (File, error) {
	if err := k.usable(); err != nil {
		return File{}, err
	}
	f, err := k.read(ctx, id)
	if err != nil {
		return File{}, err
	}
	file := File{
		Item: f.item(), Subject: f.subject, Unit: f.body.Unit, Session: f.body.Session,
		Version: f.Version, Policy: f.Policy, SamplingKey: f.KeyID,
		Input: f.body.Input, Output: f.body.Output, Explanation: f.body.Explanation,
		Delivered: f.delivered, Events: f.events(f.decided()),
	}
	if g := f.body.Gold; g != nil {
		file.Subject = g.Subject // who asks for a case's subject must not see by it which case is one
	}
	if f.hides() {
		file.Output, file.Explanation = nil, nil
	}
	if file.Interrupted = f.lost(); f.resolved != nil && f.result == nil {
		happened := f.resolved.Happened
		file.Happened, file.Finding = &happened, f.found.Why
	}
	if a := f.body.Appeal; a != nil {
		file.AppealOf, file.Statement = a.Of, a.Statement
	}
	if f.decided() {
		last := f.decision()
		file.Verdict, file.Decided, file.By = f.verdict.Verdict, f.verdict.at, f.verdict.reviewer
		file.Expired, file.Withdrawn = f.verdict.expired, f.verdict.invalid
		if f.body.Gold != nil {
			file.Gold = f.body.Gold.Answer
		}
		file.Correction, file.Comment, file.Reasons = last.Output, last.Comment, last.Reasons
	}
	if f.decided() || f.split {
		for i, v := range f.votes {
			b := &f.decisions[i]
			file.Judgements = append(file.Judgements, Vote{
				Reviewer: v.reviewer, Verdict: v.verdict, Correction: b.Output, Comment: b.Comment, Reasons: b.Reasons, Final: v.final,
			})
		}
	}
	return file, nil
}

func (r *record) item() Item {
	i := Item{
		Case: r.id, Seq: r.seq, Title: r.title, System: r.System, Opened: r.opened, Deadline: r.deadline,
		Held: r.Held, Appeal: r.appeal, Call: r.Call, Probability: r.Probability, Rule: r.Rule, HoldRule: r.HoldRule,
		Stratum: r.Stratum, Score: r.score, Urgent: r.urgent, Assigned: r.assigned,
		Votes: len(r.votes), Need: max(r.Need, 1), Split: r.split, Blind: r.Blind,
	}
	if r.verdict.Verdict != "" {
		i.StandsAt = r.verdict.at.Add(time.Duration(r.Undo))
	}
	if i.Title == "" {
		i.Title = r.System
	}
	if !r.decided() && r.lease.live(time.Now()) {
		i.Reviewer, i.LeaseUntil = r.lease.reviewer, r.lease.until
	}
	return i
}
