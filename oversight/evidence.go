package oversight

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	_ "embed" // for the checklist
	"encoding/hex"
	"encoding/json"
	"io"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

//go:embed checklist.json
var checklist []byte

// Duty is one line of the checklist: what the law or a standard asks, by what it is met, and which files of Evidence show it.
type Duty struct {
	ID      string   `json:"id"`
	Source  string   `json:"source"`
	Duty    string   `json:"duty"`
	Feature string   `json:"feature"`
	Files   []string `json:"files"`
}

// Checklist is what rules on human oversight ask, in our words: read the sources, and take advice, before relying on it.
func Checklist() []Duty {
	var duties []Duty
	if err := json.Unmarshal(checklist, &duties); err != nil {
		panic("oversight: checklist.json: " + err.Error()) // a test reads it
	}
	return duties
}

// Evidence writes a zip with a record behind every line of the checklist: checklist.json, policy.json, estimate.json, reviewers.json,
// roster.jsonl (who was enrolled and dismissed, by whom), verdicts.jsonl (who did and judged what and when, and why they skipped,
// escalated or withdrew it; without inputs, outputs and comments), deliveries.jsonl (which answers went out and which approved calls ran), stops.jsonl (stops, starts, drills and what a
// breaker read), log.export and log.key (the log that they are taken from) and manifest.json (the SHA-256 of each, and the position of
// the ledger that all are of). The command examples/verify -evidence checks it offline: that it is whole, that the log is as it was
// signed, that each line is what the log has at its position, and that the log has no other cases, stops and members of that
// time. It names reviewers: keep it accordingly.
func (k *Desk) Evidence(ctx context.Context, w io.Writer, win Window) error {
	if w == nil {
		return invalid("Evidence needs a writer")
	}
	if err := win.check(); err != nil {
		return err
	}
	if err := k.usable(); err != nil {
		return err
	}
	health, err := k.ledger.Health(ctx)
	if err != nil {
		return unwritten(nil, "the log", err)
	}
	s := scan{Window: win, upTo: health.Head} // of one moment, whatever is written meanwhile
	estimate, err := k.estimate(ctx, s)
	if err != nil {
		return err
	}
	quality, err := k.quality(ctx, s)
	if err != nil {
		return err
	}
	z := &bundle{zip: zip.NewWriter(w), at: time.Now().UTC()}
	z.json("estimate.json", estimate)
	z.json("reviewers.json", reviewersEvidence{quality.Reviewers, defined(quality.Alpha), quality.Twice, quality.Bias})
	z.raw("checklist.json", checklist)
	if err := k.verdictLines(ctx, z, s); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		from  time.Time
		kinds []string
	}{
		{"deliveries.jsonl", win.From, []string{kindDelivered, kindIntent, kindResult, kindResolved}},
		{"roster.jsonl", time.Time{}, []string{kindEnrolled, kindDismissed}}, // who was enrolled before reviewed in the window, too
		{"stops.jsonl", win.From, []string{kindStopOn, kindStopOff, kindDrilled, kindRead}},
	} {
		s.From = f.from
		if err := k.lines(ctx, z, f.name, s, f.kinds...); err != nil {
			return err
		}
	}
	z.json("policy.json", k.policy.evidence())
	z.raw("log.key", []byte(k.ledger.PublicKey()+"\n"))
	if err := k.ledger.Export(ctx, z.create("log.export")); err != nil {
		return unwritten(nil, "the export of the log", err)
	}
	z.done("log.export")
	z.json("manifest.json", manifest{Made: z.at, From: win.From, To: win.To, System: win.System, Ledger: s.upTo, Policy: k.policy.Version, Files: z.files})
	if z.err == nil {
		z.err = z.zip.Close()
	}
	return z.err
}

type manifest struct {
	Made   time.Time    `json:"made"`
	From   time.Time    `json:"from,omitzero"`
	To     time.Time    `json:"to,omitzero"`
	System string       `json:"system,omitempty"` // whose cases alone it tells of
	Ledger ledger.Seq   `json:"ledger"`           // the last position looked at
	Policy string       `json:"policy"`
	Files  []bundleFile `json:"files"`
}

type bundleFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// verdictLine is one case of verdicts.jsonl.
type verdictLine struct {
	Case        uuid.UUID   `json:"case"`
	System      string      `json:"system"`
	Version     string      `json:"version,omitempty"`
	Function    string      `json:"function,omitempty"`
	Policy      string      `json:"policy"`
	SamplingKey string      `json:"sampling_key"`
	Rule        string      `json:"rule,omitempty"`
	Stratum     string      `json:"stratum,omitempty"`
	Probability float64     `json:"probability"`
	Began       time.Time   `json:"began"` // the decision
	Deadline    time.Time   `json:"deadline"`
	Digest      string      `json:"digest"` // SHA-256 of what the verdict is about
	Input       string      `json:"input_digest"`
	Held        bool        `json:"held"`
	Hidden      bool        `json:"hidden"` // the answer, until the reviewers had given theirs
	Need        int         `json:"need"`   // reviewers who must agree
	Explained   bool        `json:"explained"`
	Gold        bool        `json:"gold,omitempty"`
	AppealOf    *uuid.UUID  `json:"appeal_of,omitempty"`
	Verdict     Verdict     `json:"verdict,omitempty"`
	Expired     bool        `json:"expired,omitempty"`
	Withdrawn   bool        `json:"withdrawn,omitempty"`
	Reviewers   []string    `json:"reviewers,omitempty"`
	Judgements  []voteLine  `json:"judgements,omitempty"` // one a reviewer
	Reasons     []string    `json:"reasons,omitempty"`
	Events      []eventLine `json:"events"`
}

type voteLine struct {
	Who     string   `json:"who"`
	Verdict Verdict  `json:"verdict"`
	Agreed  bool     `json:"agreed"` // with the machine: also where the answer was hidden and theirs was the same
	Final   bool     `json:"final,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}

type eventLine struct {
	Seq     ledger.Seq `json:"seq"`
	At      time.Time  `json:"at"`
	Kind    string     `json:"kind"`
	Who     string     `json:"who,omitempty"`
	To      string     `json:"to,omitempty"`
	Why     string     `json:"why,omitempty"`
	Counted bool       `json:"counted"`
}

func (k *Desk) verdictLines(ctx context.Context, z *bundle, s scan) error {
	out := z.create("verdicts.jsonl")
	s.keep = noted
	for f, err := range k.cases(ctx, s) {
		if err != nil {
			return err
		}
		z.line(out, f.line())
	}
	z.done("verdicts.jsonl")
	return nil
}

func (f *dossier) line() verdictLine {
	line := verdictLine{
		Case: f.id, System: f.System, Version: f.Version, Function: f.Function, Policy: f.Policy, SamplingKey: f.KeyID, Rule: f.Rule,
		Stratum: f.Stratum, Probability: f.Probability, Began: unix(f.Began), Deadline: f.deadline,
		Digest: hex.EncodeToString(f.digest[:]), Input: hex.EncodeToString(f.input[:]), Held: f.Held,
		Hidden: f.Blind, Need: max(f.Need, 1), Explained: f.explained, Gold: f.gold, Verdict: f.verdict.Verdict,
		Expired: f.verdict.expired, Withdrawn: f.verdict.invalid, Reasons: f.decision().Reasons,
	}
	if f.appeal {
		line.AppealOf = &f.body.Appeal.Of
	}
	for i, v := range f.votes {
		line.Reviewers = append(line.Reviewers, v.reviewer)
		line.Judgements = append(line.Judgements, voteLine{v.reviewer, v.said, v.verdict == Approved, v.final, f.decisions[i].Reasons})
	}
	for _, ev := range f.events(true) {
		line.Events = append(line.Events, eventLine(ev))
	}
	return line
}

// entryLine is one use of the switch, one change of the roster, or what became of a decided case.
type entryLine struct {
	Seq    ledger.Seq      `json:"seq"`
	At     time.Time       `json:"at"`
	Kind   string          `json:"kind"`
	Case   uuid.UUID       `json:"case,omitzero"`
	Public json.RawMessage `json:"said,omitempty"` // whether a call that ran succeeded, or was found to have; the breaker's evidence
	What   json.RawMessage `json:"what,omitempty"` // who and why, or the drill's record
}

// lines writes the entries of some kinds. Of those about cases it leaves out the bodies, which hold answers.
func (k *Desk) lines(ctx context.Context, z *bundle, name string, s scan, kinds ...string) error {
	out := z.create(name)
	for e, err := range k.ledger.Since(ctx, 0) {
		if err != nil {
			return unwritten(nil, "the log", err)
		}
		if e.Seq > s.upTo {
			break
		}
		inside := !e.At.Before(s.From) && (s.To.IsZero() || e.At.Before(s.To))
		if e.Stream != stream || !inside || !slices.Contains(kinds, e.Kind) {
			continue
		}
		line := entryLine{Seq: e.Seq, At: e.At, Kind: e.Kind, Case: e.Key, What: e.Body}
		if e.Key != uuid.Nil {
			line.What = nil
		}
		if e.Kind == kindResult || e.Kind == kindResolved || e.Kind == kindRead {
			line.Public = e.Public
		}
		z.line(out, line)
	}
	z.done(name)
	return nil
}

// reviewersEvidence is a Quality whose alpha may be undefined, which JSON has no number for.
type reviewersEvidence struct {
	Reviewers []Reviewer
	Alpha     *float64 // null: undefined
	Twice     int
	Bias      Bias
}

func defined(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

// bundle writes the zip and remembers the digest of each file; the first error stays.
type bundle struct {
	zip   *zip.Writer
	at    time.Time
	files []bundleFile
	err   error
	hash  interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (b *bundle) create(name string) io.Writer {
	b.hash = sha256.New()
	if b.err != nil {
		return io.Discard
	}
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.at})
	if b.err = err; err != nil {
		return io.Discard
	}
	return io.MultiWriter(w, b.hash)
}

func (b *bundle) done(name string) {
	b.files = append(b.files, bundleFile{Name: name, SHA256: hex.EncodeToString(b.hash.Sum(nil))})
}

func (b *bundle) raw(name string, data []byte) {
	if _, err := b.create(name).Write(data); err != nil && b.err == nil {
		b.err = err
	}
	b.done(name)
}

func (b *bundle) json(name string, v any) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil && b.err == nil {
		b.err = err
	}
	b.raw(name, data)
}

func (b *bundle) line(w io.Writer, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil && b.err == nil {
		b.err = err
	}
}
