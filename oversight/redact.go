package oversight

import (
	"fmt"
	"io"
	"log/slog"
)

// The types below hold secrets or what a case holds, and print as their name under every verb and in slog. Case, Item, File,
// Judgement, Vote, Gold and Stopped do the same beside their declarations.

// Format prints no label's content.
func (Label) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "oversight.Label(redacted)") }

// LogValue keeps a label out of slog.
func (Label) LogValue() slog.Value { return slog.StringValue("oversight.Label(redacted)") }

// Format prints no key.
func (Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "oversight.Options(redacted)") }

// LogValue keeps the key out of slog.
func (Options) LogValue() slog.Value { return slog.StringValue("oversight.Options(redacted)") }

// Format prints nothing of what a desk holds, its sampling key among it.
func (k *Desk) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "oversight.Desk") }

// LogValue keeps a desk's insides out of slog.
func (k *Desk) LogValue() slog.Value { return slog.StringValue("oversight.Desk") }
