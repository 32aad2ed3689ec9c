package oversight

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// The types below hold secrets, people's names and words, or what a case holds. They print as their name, and at most the ID of their
// case, under every verb, in slog and as JSON: slog's JSON handler encodes what stands in a slice without asking for its LogValue.
// Whoever sends them to a reviewer's browser copies the fields that the reviewer is to see into a type of their own.

func redacted(name string) ([]byte, error) { return []byte(`"` + name + `"`), nil }

const (
	caseName    = "oversight.Case(redacted)"
	goldName    = "oversight.Gold(redacted)"
	labelName   = "oversight.Label(redacted)"
	memberName  = "oversight.Member(redacted)"
	optionsName = "oversight.Options(redacted)"
	deskName    = "oversight.Desk"
)

// Format prints no field of a case under any verb.
func (Case) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, caseName) }

// LogValue keeps a case out of slog.
func (Case) LogValue() slog.Value { return slog.StringValue(caseName) }

// MarshalJSON keeps a case out of logs that are JSON.
func (Case) MarshalJSON() ([]byte, error) { return redacted(caseName) }

// Format prints no field of a gold case under any verb.
func (Gold) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, goldName) }

// LogValue keeps a gold case out of slog.
func (Gold) LogValue() slog.Value { return slog.StringValue(goldName) }

// MarshalJSON keeps a gold case out of logs that are JSON.
func (Gold) MarshalJSON() ([]byte, error) { return redacted(goldName) }

func (i Item) name() string { return "oversight.Item(" + i.Case.String() + ")" }

// Format prints the case's ID under every verb.
func (i Item) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, i.name()) }

// LogValue keeps an item's title out of slog.
func (i Item) LogValue() slog.Value { return slog.StringValue(i.name()) }

// MarshalJSON keeps an item's title out of logs that are JSON.
func (i Item) MarshalJSON() ([]byte, error) { return redacted(i.name()) }

func (f File) name() string { return "oversight.File(" + f.Case.String() + ")" }

// Format prints the case's ID under every verb.
func (f File) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.name()) }

// LogValue keeps a file's payload out of slog.
func (f File) LogValue() slog.Value { return slog.StringValue(f.name()) }

// MarshalJSON keeps a file's payload out of logs that are JSON.
func (f File) MarshalJSON() ([]byte, error) { return redacted(f.name()) }

func (v Vote) name() string { return "oversight.Vote(" + string(v.Verdict.known()) + ")" }

// Format prints the verdict only.
func (v Vote) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, v.name()) }

// LogValue keeps names, comments and corrections out of slog.
func (v Vote) LogValue() slog.Value { return slog.StringValue(v.name()) }

// MarshalJSON keeps names, comments and corrections out of logs that are JSON.
func (v Vote) MarshalJSON() ([]byte, error) { return redacted(v.name()) }

func (e Event) name() string { return "oversight.Event(" + e.Kind + ")" }

// Format prints the kind only: who acted and why are people's names and words.
func (e Event) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.name()) }

// LogValue keeps names and reasons out of slog.
func (e Event) LogValue() slog.Value { return slog.StringValue(e.name()) }

// MarshalJSON keeps names and reasons out of logs that are JSON.
func (e Event) MarshalJSON() ([]byte, error) { return redacted(e.name()) }

func (j Judgement) name() string { return "oversight.Judgement(" + string(j.Verdict.known()) + ")" }

// Format prints the verdict only.
func (j Judgement) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, j.name()) }

// LogValue keeps outputs and comments out of slog.
func (j Judgement) LogValue() slog.Value { return slog.StringValue(j.name()) }

// MarshalJSON keeps outputs and comments out of logs that are JSON.
func (j Judgement) MarshalJSON() ([]byte, error) { return redacted(j.name()) }

// Format prints no label's content.
func (Label) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, labelName) }

// LogValue keeps a label out of slog.
func (Label) LogValue() slog.Value { return slog.StringValue(labelName) }

// MarshalJSON keeps a label out of logs that are JSON: Desk.Labels writes it in full, and json.Unmarshal reads that.
func (Label) MarshalJSON() ([]byte, error) { return redacted(labelName) }

// Format prints no name.
func (Member) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, memberName) }

// LogValue keeps names out of slog.
func (Member) LogValue() slog.Value { return slog.StringValue(memberName) }

// MarshalJSON keeps names out of logs that are JSON.
func (Member) MarshalJSON() ([]byte, error) { return redacted(memberName) }

func (s Stopped) name() string { return "oversight.Stopped(" + s.At.UTC().Format(time.RFC3339) + ")" }

// Format prints no name and no reason: both are people's words.
func (s Stopped) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.name()) }

// LogValue keeps names and reasons out of slog.
func (s Stopped) LogValue() slog.Value { return slog.StringValue(s.name()) }

// MarshalJSON keeps names and reasons out of logs that are JSON.
func (s Stopped) MarshalJSON() ([]byte, error) { return redacted(s.name()) }

// Format prints no key.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, optionsName) }

// LogValue keeps the key out of slog.
func (Options) LogValue() slog.Value { return slog.StringValue(optionsName) }

// MarshalJSON keeps the key out of logs that are JSON.
func (Options) MarshalJSON() ([]byte, error) { return redacted(optionsName) }

// Format prints nothing of what a desk holds, its sampling key among it.
func (k *Desk) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, deskName) }

// LogValue keeps a desk's insides out of slog.
func (k *Desk) LogValue() slog.Value { return slog.StringValue(deskName) }

// MarshalJSON keeps a desk's insides out of logs that are JSON.
func (k *Desk) MarshalJSON() ([]byte, error) { return redacted(deskName) }
