package ledger

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// What holds secrets, subjects or the way to them prints as what it is and where it stands, under every verb and in
// every log: people print what they have at hand.

// String returns the position, stream and kind, and nothing else.
func (e Entry) String() string {
	return fmt.Sprintf("ledger.Entry(%d %s %s)", uint64(e.Seq), e.Stream, e.Kind)
}

// GoString is String, so that %#v prints no payload either.
func (e Entry) GoString() string { return e.String() }

// Format prints String under every verb.
func (e Entry) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.String()) }

// LogValue keeps subject, key and payload out of slog.
func (e Entry) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Uint64("seq", uint64(e.Seq)), slog.String("stream", e.Stream), slog.String("kind", e.Kind))
}

// MarshalJSON writes the position, stream and kind only: a log that marshals a struct or a slice does not ask LogValue.
func (e Entry) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Seq    Seq    `json:"seq"`
		Stream string `json:"stream"`
		Kind   string `json:"kind"`
	}{e.Seq, e.Stream, e.Kind})
}

// String names the store, and nothing of what is in it.
func (l *Ledger) String() string {
	if l.absent() {
		return "ledger.Ledger(none)"
	}
	return "ledger.Ledger(" + l.store.name() + ")"
}

// GoString is String.
func (l *Ledger) GoString() string { return l.String() }

// Format prints String under every verb.
func (l *Ledger) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, l.String()) }

// LogValue is String.
func (l *Ledger) LogValue() slog.Value { return slog.StringValue(l.String()) }

// String returns the streams and how far they are folded.
func (f *Follower) String() string {
	if f.absent() {
		return "ledger.Follower(none)"
	}
	return fmt.Sprintf("ledger.Follower(%s up to %d)", strings.Join(f.streams, " "), f.applied.Load())
}

// GoString is String.
func (f *Follower) GoString() string { return f.String() }

// Format prints String under every verb.
func (f *Follower) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// LogValue is String.
func (f *Follower) LogValue() slog.Value { return slog.StringValue(f.String()) }

// String names the log, not its secret.
func (o Options) String() string { return "ledger.Options(" + o.Origin + ")" }

// GoString is String.
func (o Options) GoString() string { return o.String() }

// Format prints String under every verb.
func (o Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, o.String()) }

// LogValue is String.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalJSON writes String.
func (o Options) MarshalJSON() ([]byte, error) { return json.Marshal(o.String()) }
