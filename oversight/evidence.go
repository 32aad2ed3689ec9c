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
// roster.jsonl (who was enrolled and dismissed, by whom), verdicts.jsonl (who judged what and when, without inputs, outputs and
// comments), stops.jsonl (stops, starts and drills), log.export and log.key (what examples/verify checks: that the log with every
// verdict and stop at its position is as it was written) and manifest.json (the SHA-256 of each, and up to which position of the
// ledger). It names reviewers: keep it accordingly.
func (k *Desk) Evidence(ctx context.Context, w io.Writer, win Window) error {
	if w == nil {
		return invalid("Evidence needs a writer")
	}
	estimate, err := k.Estimate(ctx, win)
	if err != nil {
		return err
	}
	quality, err := k.Quality(ctx, win)
	if err != nil {
		return err
	}
	z := &bundle{zip: zip.NewWriter(w), at: time.Now().UTC()}
	z.json("estimate.json", estimate)
	if math.IsNaN(quality.Alpha) {
		z.json("reviewers.json", quality.Reviewers)
	} else {
		z.json("reviewers.json", quality)
	}
	z.raw("checklist.json", checklist)
	if err := k.verdictLines(ctx, z, win); err != nil {
		return err
	}
	if err := k.rosterLines(ctx, z, win); err != nil {
		return err
	}
	last, err := k.stopLines(ctx, z, win)
	if err != nil {
		return err
	}
	z.json("policy.json", k.policy.evidence())
	z.raw("log.key", []byte(k.ledger.PublicKey()+"\n"))
	if err := k.ledger.Export(ctx, z.create("log.export")); err != nil {
		return unwritten(nil, "the export of the log", err)
	}
	z.done("log.export")
	z.json("manifest.json", manifest{Made: z.at, From: win.From, To: win.To, Ledger: last, Policy: k.policy.Version, Files: z.files})
	if z.err == nil {
		z.err = z.zip.Close()
	}
	return z.err
}

type manifest struct {
	Made   time.Time    `json:"made"`
	From   time.Time    `json:"from,omitzero"`
	To     time.Time    `json:"to,omitzero"`
	Ledger ledger.Seq   `json:"ledger"` // the last position looked at
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
	Policy      string      `json:"policy"`
	SamplingKey string      `json:"sampling_key"`
	Rule        string      `json:"rule,omitempty"`
	Stratum     string      `json:"stratum,omitempty"`
	Probability float64     `json:"probability"`
	Digest      string      `json:"digest"` // SHA-256 of what the verdict is about
	Held        bool        `json:"held"`
	Explained   bool        `json:"explained"`
	Gold        bool        `json:"gold,omitempty"`
	AppealOf    *uuid.UUID  `json:"appeal_of,omitempty"`
	Verdict     Verdict     `json:"verdict,omitempty"`
	Expired     bool        `json:"expired,omitempty"`
	Withdrawn   bool        `json:"withdrawn,omitempty"`
	Reviewers   []string    `json:"reviewers,omitempty"`
	Reasons     []string    `json:"reasons,omitempty"`
	Events      []eventLine `json:"events"`
}

type eventLine struct {
	Seq     ledger.Seq `json:"seq"`
	At      time.Time  `json:"at"`
	Kind    string     `json:"kind"`
	Who     string     `json:"who,omitempty"`
	Counted bool       `json:"counted"`
}

func (k *Desk) verdictLines(ctx context.Context, z *bundle, win Window) error {
	out := z.create("verdicts.jsonl")
	for f, err := range k.cases(ctx, win) {
		if err != nil {
			return err
		}
		line := verdictLine{
			Case: f.id, System: f.System, Version: f.Version, Policy: f.Policy, SamplingKey: f.KeyID, Rule: f.Rule,
			Stratum: f.Stratum, Probability: f.Probability, Digest: hex.EncodeToString(f.digest[:]), Held: f.Held,
			Explained: len(f.body.Explanation) > 0, Gold: f.gold, Verdict: f.verdict.Verdict,
			Expired: f.verdict.expired, Withdrawn: f.verdict.invalid, Reasons: f.decision().Reasons,
		}
		if f.appeal {
			line.AppealOf = &f.body.Appeal.Of
		}
		for _, v := range f.votes {
			line.Reviewers = append(line.Reviewers, v.reviewer)
		}
		for _, ev := range f.history {
			line.Events = append(line.Events, eventLine(ev))
		}
		z.line(out, line)
	}
	z.done("verdicts.jsonl")
	return nil
}

// stopLine is one use of the switch, or one change of the roster.
type stopLine struct {
	Seq  ledger.Seq      `json:"seq"`
	At   time.Time       `json:"at"`
	Kind string          `json:"kind"`
	What json.RawMessage `json:"what,omitempty"` // who and why, or the drill's record
}

func (k *Desk) stopLines(ctx context.Context, z *bundle, win Window) (last ledger.Seq, err error) {
	return k.lines(ctx, z, "stops.jsonl", win.From, win.To, kindStopOn, kindStopOff, kindDrilled)
}

// rosterLines has who was enrolled before the window, too: they reviewed in it.
func (k *Desk) rosterLines(ctx context.Context, z *bundle, win Window) error {
	_, err := k.lines(ctx, z, "roster.jsonl", time.Time{}, win.To, kindEnrolled, kindDismissed)
	return err
}

// lines writes the entries of some kinds.
func (k *Desk) lines(ctx context.Context, z *bundle, name string, from, to time.Time, kinds ...string) (last ledger.Seq, err error) {
	out := z.create(name)
	for e, err := range k.ledger.Since(ctx, 0) {
		if err != nil {
			return 0, unwritten(nil, "the log", err)
		}
		last = e.Seq
		inside := !e.At.Before(from) && (to.IsZero() || e.At.Before(to))
		if e.Stream == stream && inside && slices.Contains(kinds, e.Kind) {
			z.line(out, stopLine{Seq: e.Seq, At: e.At, Kind: e.Kind, What: e.Body})
		}
	}
	z.done(name)
	return last, nil
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
