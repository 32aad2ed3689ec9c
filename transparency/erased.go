package transparency

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// ledgerStream holds the ledger's own entries: erasures among them.
const ledgerStream = "ledger"

// Erasure is an erasure of what the log held about a person: the log still says that there was something, how much and when it went,
// and can prove it, but not what it was.
type Erasure struct {
	Seq    ledger.Seq    `json:"seq"`
	At     time.Time     `json:"at"`
	Bodies int           `json:"bodies"`         // how many entries were made unreadable
	Kept   []ledger.Keep `json:"kept,omitempty"` // what the law makes stay, until when and why
}

// erasures is the only state a journal has: who was erased, as marks that lead to nobody. It is folded from the log, so a journal that
// lived through an erasure and one that was opened later say the same.
type erasures struct {
	mu     sync.RWMutex
	byMark map[ledger.Mark][]Erasure
}

// fold takes one of the ledger's own entries in.
func (s *erasures) fold(e ledger.Entry, _ time.Time) error {
	erasure, ok := ledger.AsErasure(e)
	if !ok {
		if e.Critical && !slices.Contains([]string{"ledger.retained", "ledger.rekeyed"}, e.Kind) { // those two forget nobody
			return ledger.ErrUpgrade
		}
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byMark[erasure.Mark] = append(s.byMark[erasure.Mark], Erasure{Seq: e.Seq, At: e.At, Bodies: erasure.Bodies, Kept: slices.Clone(erasure.Kept)})
	return nil
}

// of gives the erasures of the person whom a mark stands for, in order.
func (s *erasures) of(mark ledger.Mark) []Erasure {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.byMark[mark])
}

// watch follows the erasures of the log.
func (j *Journal) watch(ctx context.Context) error {
	j.erased.byMark = map[ledger.Mark][]Erasure{}
	f, err := j.ledger.Follow(ctx, []string{ledgerStream}, j.erased.fold)
	if err != nil {
		return call.Refuse(call.From(ctx), call.StageTransparency, "the log's erasures cannot be read", err)
	}
	j.follower = f
	health, err := j.ledger.Health(ctx)
	if err != nil {
		return call.Refuse(call.From(ctx), call.StageTransparency, "the log cannot be read", err)
	}
	j.last.Store(uint64(health.Head)) // what is written from now on stands behind it
	return nil
}

// Retain deletes what the log holds of decisions and disclosures before a time, those explained or amended later included as far as
// they are older, and returns how many entries went. That they were there stays provable. System cards stay, since later records lead
// to them. Records stay for ledger.RetentionFloor (183 days: EU AI Act Art. 19 and 26(6)), else the error is [ledger.ErrTooShort],
// unless force is set, which is recorded; other law may ask for longer, such as 25 months for credit (12 CFR 1002.12(b)).
func (j *Journal) Retain(ctx context.Context, before time.Time, force bool) (int, error) {
	if err := j.ready(call.From(ctx)); err != nil {
		return 0, err
	}
	return j.ledger.Retain(ctx, ledger.Retention{
		Stream: stream, Kinds: []string{kindRecorded, kindAmended, kindRefused, kindExplained, kindShown, kindRevealed}, Before: before, Forced: force,
	})
}
