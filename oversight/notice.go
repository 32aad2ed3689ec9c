package oversight

import (
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Notice says that a case was opened, is nearly due, or was closed. It holds nothing personal and may leave the house.
type Notice struct {
	ID      uuid.UUID  `json:"id"`  // the same when a notice comes twice: the ledger's entry's, or of an erasure and its case
	Seq     ledger.Seq `json:"seq"` // of the entry: see Options.NotifySince
	Kind    string     `json:"kind"`
	Case    uuid.UUID  `json:"case"`
	System  string     `json:"system"`
	Held    bool       `json:"held"`
	Urgent  bool       `json:"urgent"`
	Due     time.Time  `json:"due"`
	At      time.Time  `json:"at"`
	Verdict Verdict    `json:"verdict,omitempty"`
	Expired bool       `json:"expired,omitempty"` // the deadline decided
}

// The kinds of notices.
const (
	NoticeOpened  = "opened"
	NoticeDue     = "due" // Policy.Remind before the deadline, as soon as somebody looks: see Expire
	NoticeDecided = "decided"
	NoticeErased  = "erased" // with the person it is about; only while a desk listens: later the log knows no case of theirs
)

// notice keeps what is to be said about an entry until the reaction to it runs. What was said before is not said again.
func (s *state) notice(e *ledger.Entry, r *record) {
	if s.notices == nil || e.Seq <= s.said {
		return
	}
	n := Notice{
		ID: e.ID, Seq: e.Seq, Kind: NoticeOpened, Case: r.id, System: r.System, Held: r.Held, Urgent: r.urgent, Due: r.deadline, At: r.now,
	}
	switch {
	case e.Stream == ledgerStream: // one erasure closes many
		n.ID, n.Kind, n.At = named5(NoticeErased, e.ID[:], r.id[:]), NoticeErased, e.At
	case r.reminded && !r.decided():
		n.Kind = NoticeDue
	case r.decided():
		n.Kind, n.Verdict, n.Expired = NoticeDecided, r.verdict.Verdict, r.verdict.expired
	}
	s.notices[e.ID] = append(s.notices[e.ID], n)
}

// tell says what there is to say about an entry.
func (k *Desk) tell(id uuid.UUID) {
	for _, n := range k.state.told(id) {
		_, _ = guard(func() ([]byte, error) { k.opts.Notify(n); return nil, nil }) // its panic must not stop the desk
	}
}

func (s *state) told(id uuid.UUID) []Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.notices[id]
	delete(s.notices, id)
	return list
}
