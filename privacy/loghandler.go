package privacy

import (
	"context"
	"log/slog"

	"github.com/fairlead-go/fairlead/internal/call"
)

// LogHandler puts LogAttr before any slog handler, also one that has no ReplaceAttr: messages and attributes are hidden, everything
// else is next's.
func (r *Redactor) LogHandler(next slog.Handler) slog.Handler {
	call.MustFunc("privacy.LogHandler", "next", next == nil)
	return &logHandler{r: r, next: next}
}

type logHandler struct {
	r    *Redactor
	next slog.Handler
}

// Enabled implements slog.Handler.
func (h *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *logHandler) Handle(ctx context.Context, rec slog.Record) error {
	message := h.r.LogAttr(nil, slog.String(slog.MessageKey, rec.Message)).Value.String()
	clean := slog.NewRecord(rec.Time, rec.Level, message, rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.r.LogAttr(nil, a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.r.LogAttr(nil, a)
	}
	return &logHandler{r: h.r, next: h.next.WithAttrs(clean)}
}

// WithGroup implements slog.Handler.
func (h *logHandler) WithGroup(name string) slog.Handler {
	return &logHandler{r: h.r, next: h.next.WithGroup(name)}
}
