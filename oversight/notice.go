package oversight

import (
	"time"

	"github.com/google/uuid"
)

// Notice says that a case was opened, is nearly due, or was closed. It holds nothing personal and may leave the house.
type Notice struct {
	ID      uuid.UUID `json:"id"` // of the ledger's entry: the same when a notice comes twice
	Kind    string    `json:"kind"`
	Case    uuid.UUID `json:"case"`
	System  string    `json:"system"`
	Held    bool      `json:"held"`
	Urgent  bool      `json:"urgent"`
	Due     time.Time `json:"due"`
	At      time.Time `json:"at"`
	Verdict Verdict   `json:"verdict,omitempty"`
	Expired bool      `json:"expired,omitempty"` // the deadline decided
}

// The kinds of notices.
const (
	NoticeOpened  = "opened"
	NoticeDue     = "due" // Policy.Remind before the deadline, as soon as somebody looks: see Expire
	NoticeDecided = "decided"
)

// notice keeps what is to be said about an entry until the reaction to it runs. The replay says nothing: it all was said before.
func (s *state) notice(id uuid.UUID, r *record) {
	if !s.telling || r == nil {
		return
	}
	n := Notice{
		ID: id, Kind: NoticeOpened, Case: r.id, System: r.System, Held: r.Held, Urgent: r.urgent, Due: r.deadline, At: r.now,
	}
	switch {
	case r.reminded && !r.decided():
		n.Kind = NoticeDue
	case r.decided():
		n.Kind, n.Verdict, n.Expired = NoticeDecided, r.verdict.Verdict, r.verdict.expired
	}
	s.notices[id] = n
}

// tell starts the notices.
func (s *state) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.telling, s.notices = true, map[uuid.UUID]Notice{}
}

func (s *state) told(id uuid.UUID) (Notice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.notices[id]
	delete(s.notices, id)
	return n, ok
}
