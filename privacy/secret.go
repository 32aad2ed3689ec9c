package privacy

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Key is a secret of at least 16 random bytes that prints as redacted under every verb. A plain []byte can be assigned to it.
type Key []byte

// Format prints that there is a key, never the key.
func (Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redacted) }

// LogValue is what a log shows.
func (Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText keeps a key out of JSON and its like.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Format prints the kind, never the text.
func (v Value) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "<"+label(v.Kind)+">") }

// LogValue is what a log shows.
func (v Value) LogValue() slog.Value { return slog.StringValue("<" + label(v.Kind) + ">") }

// Format prints the name of the placeholder, never the value.
func (e Entry) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "<"+e.Name+">") }

// LogValue is what a log shows.
func (e Entry) LogValue() slog.Value { return slog.StringValue("<" + e.Name + ">") }

// MarshalText keeps the text and the key out of JSON and its like.
func (v Value) MarshalText() ([]byte, error) { return []byte("<" + label(v.Kind) + ">"), nil }

// MarshalText keeps the value out of JSON and its like; Stored is the form for vaults.
func (e Entry) MarshalText() ([]byte, error) { return []byte("<" + e.Name + ">"), nil }

// UnmarshalText refuses: what MarshalText wrote holds no value, and a vault that stored it has to learn so.
func (*Entry) UnmarshalText([]byte) error {
	return advice("the text of an Entry holds no value: store Entry.Stored, and read it as a StoredEntry")
}

// Format prints the name of the placeholder, never the value.
func (e StoredEntry) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "<"+e.Name+">") }

// LogValue is what a log shows.
func (e StoredEntry) LogValue() slog.Value { return slog.StringValue("<" + e.Name + ">") }

// Format prints that there is a session, never what it holds.
func (s Session) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "privacy.Session"+redacted) }

// LogValue is what a log shows.
func (s Session) LogValue() slog.Value { return slog.StringValue("privacy.Session" + redacted) }

// Format prints that there is a redactor, never its key, lists or vault.
func (r *Redactor) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "privacy.Redactor"+redacted)
}

// LogValue is what a log shows.
func (r *Redactor) LogValue() slog.Value { return slog.StringValue("privacy.Redactor" + redacted) }

// MarshalText keeps a redactor's key and lists out of JSON and its like.
func (r *Redactor) MarshalText() ([]byte, error) { return []byte("privacy.Redactor" + redacted), nil }

// Format prints that there is a vault, never what it holds.
func (m *Memory) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "privacy.Memory"+redacted) }

// LogValue is what a log shows.
func (m *Memory) LogValue() slog.Value { return slog.StringValue("privacy.Memory" + redacted) }
