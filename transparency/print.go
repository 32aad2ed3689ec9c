package transparency

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// What holds a person's data prints redacted under every verb, in slog, and as JSON: a log that writes JSON marshals slices and structs
// without asking LogValue, and nobody can tell it from a program that wants to send them. So sending is said, by Record.JSON and
// SubjectReport.JSON; reading what they wrote is encoding/json's as ever.

func format(s fmt.State, text string) { _, _ = io.WriteString(s, text) }

// String names the decision and its outcome, and nothing about the person.
func (r Record) String() string {
	return "transparency.Record(" + r.ID.String() + " " + string(r.Outcome) + ")"
}

// Format prints String under every verb.
func (r Record) Format(s fmt.State, _ rune) { format(s, r.String()) }

// LogValue keeps subject, reasons and payloads out of slog.
func (r Record) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", r.ID.String()), slog.String("outcome", string(r.Outcome)))
}

// MarshalJSON is String, for logs that write JSON; see [Record.JSON].
func (r Record) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// String shows no payload.
func (c Content) String() string { return "transparency.Content(redacted)" }

// Format prints String under every verb.
func (c Content) Format(s fmt.State, _ rune) { format(s, c.String()) }

// LogValue keeps the payload out of slog.
func (c Content) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String, for logs that write JSON; see [Record.JSON].
func (c Content) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// String says nothing about the person.
func (x Explanation) String() string { return "transparency.Explanation(redacted)" }

// Format prints String under every verb.
func (x Explanation) Format(s fmt.State, _ rune) { format(s, x.String()) }

// LogValue keeps the explanation out of slog.
func (x Explanation) LogValue() slog.Value { return slog.StringValue(x.String()) }

// MarshalJSON is String, for logs that write JSON; see [Record.JSON].
func (x Explanation) MarshalJSON() ([]byte, error) { return json.Marshal(x.String()) }

// String says nothing about the person.
func (s Score) String() string { return "transparency.Score(redacted)" }

// Format prints String under every verb.
func (s Score) Format(f fmt.State, _ rune) { format(f, s.String()) }

// LogValue keeps the figure out of slog.
func (s Score) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON is String, for logs that write JSON; see [Record.JSON].
func (s Score) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// String says nothing about the document.
func (c Citation) String() string { return "transparency.Citation(redacted)" }

// Format prints String under every verb.
func (c Citation) Format(s fmt.State, _ rune) { format(s, c.String()) }

// LogValue keeps the citation out of slog.
func (c Citation) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String, for logs that write JSON; see [Record.JSON].
func (c Citation) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// String says nothing about the person.
func (r SubjectReport) String() string { return "transparency.SubjectReport(redacted)" }

// Format prints String under every verb.
func (r SubjectReport) Format(s fmt.State, _ rune) { format(s, r.String()) }

// LogValue keeps the report out of slog.
func (r SubjectReport) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON is String, for logs that write JSON; see [SubjectReport.JSON].
func (r SubjectReport) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// String names kind and position.
func (e Event) String() string {
	return "transparency.Event(" + strconv.FormatUint(uint64(e.Seq), 10) + " " + e.Kind + ")"
}

// Format prints String under every verb.
func (e Event) Format(s fmt.State, _ rune) { format(s, e.String()) }

// LogValue keeps the details out of slog.
func (e Event) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON is String, for logs that write JSON; see [SubjectReport.JSON].
func (e Event) MarshalJSON() ([]byte, error) { return json.Marshal(e.String()) }

// String says nothing about the person.
func (d Decision) String() string { return "transparency.Decision(" + d.Record.ID.String() + ")" }

// Format prints String under every verb.
func (d Decision) Format(s fmt.State, _ rune) { format(s, d.String()) }

// LogValue keeps the record out of slog.
func (d Decision) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalJSON is String, for logs that write JSON; see [SubjectReport.JSON].
func (d Decision) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// String names the decision, and whether it came out the same.
func (r Replayed[Out]) String() string {
	return fmt.Sprintf("transparency.Replayed(%s same=%t)", r.Record.ID, r.Same)
}

// Format prints String under every verb.
func (r Replayed[Out]) Format(s fmt.State, _ rune) { format(s, r.String()) }

// LogValue keeps the output out of slog.
func (r Replayed[Out]) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalJSON is String, for logs that write JSON; Output is for programs.
func (r Replayed[Out]) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// String shows no body and no header.
func (x Exchange) String() string { return "transparency.Exchange(redacted)" }

// Format prints String under every verb.
func (x Exchange) Format(s fmt.State, _ rune) { format(s, x.String()) }

// LogValue keeps bodies and headers out of slog.
func (x Exchange) LogValue() slog.Value { return slog.StringValue(x.String()) }

// MarshalJSON is String, for logs that write JSON.
func (x Exchange) MarshalJSON() ([]byte, error) { return json.Marshal(x.String()) }
