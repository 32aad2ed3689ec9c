package oversight

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
)

// Member is somebody who reviews. Enrolling them says that they have the competence, the training and the authority to overrule the
// machine (EU AI Act, Article 26(2)). It prints redacted.
type Member struct {
	// Name as they claim cases under. Required.
	Name string `json:"name"`
	// Competence is what they bring along, for the evidence: "credit analyst since 2019". Required.
	Competence string `json:"competence"`
	// TrainedUntil is when their training has to be repeated. Required.
	TrainedUntil time.Time `json:"trained_until"`
}

// maxRoster bounds the roster, in people.
const maxRoster = 10_000

// Enrol puts somebody on the roster, or says anew what stands there. Required: who does it.
func (k *Desk) Enrol(ctx context.Context, by string, m Member) error {
	if err := k.usable(); err != nil {
		return err
	}
	for _, who := range []string{by, m.Name} {
		if err := named(who); err != nil {
			return err
		}
	}
	switch {
	case strings.TrimSpace(m.Competence) == "" || len(m.Competence) > maxWhy || !utf8.ValidString(m.Competence):
		return invalid("Member.Competence: say what they bring along, in 1 to 4,096 bytes of text")
	case m.TrainedUntil.IsZero():
		return invalid("Member.TrainedUntil is not set")
	}
	return k.enlist(ctx, kindEnrolled, rosterBody{By: by, plainMember: plainMember(m)})
}

// Dismiss takes somebody off the roster. What they have claimed stays theirs until the lease ends, which they can no longer renew where
// RosterOnly is set. Required: who does it.
func (k *Desk) Dismiss(ctx context.Context, by, name string) error {
	if err := k.usable(); err != nil {
		return err
	}
	for _, who := range []string{by, name} {
		if err := named(who); err != nil {
			return err
		}
	}
	return k.enlist(ctx, kindDismissed, rosterBody{By: by, plainMember: plainMember{Name: name}})
}

func (k *Desk) enlist(ctx context.Context, kind string, body rosterBody) error {
	did, _, err := k.commit(ctx, entry(kind, uuid.Must(uuid.NewV7()), uuid.Nil, "", nil, body))
	switch {
	case err != nil:
		return unwritten(nil, "the roster", err)
	case did != applied:
		return invalid("nobody of that name is on the roster, or it is full")
	}
	return nil
}

// Roster lists who reviews, by name.
func (k *Desk) Roster(context.Context) ([]Member, error) {
	if err := k.usable(); err != nil {
		return nil, err
	}
	s := k.state
	s.mu.Lock()
	defer s.mu.Unlock()
	members := slices.Collect(maps.Values(s.roster))
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return members, nil
}

type rosterBody struct {
	By string `json:"by"`
	plainMember
}

// plainMember is a Member that is written in full.
type plainMember Member

// enrol takes a change of the roster.
func (s *state) enrol(kind string, m Member) effect {
	_, known := s.roster[m.Name]
	switch {
	case kind == kindDismissed && !known, kind == kindEnrolled && !known && len(s.roster) >= maxRoster:
		return ignored
	case kind == kindDismissed:
		delete(s.roster, m.Name)
		return applied
	}
	if s.roster == nil {
		s.roster = map[string]Member{}
	}
	s.roster[m.Name] = m
	return applied
}

// allowed checks whether a reviewer may claim cases, and go on with what they have claimed.
func (k *Desk) allowed(reviewer string) error {
	if !k.opts.RosterOnly {
		return nil
	}
	s := k.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.roster[reviewer]; ok && time.Now().Before(m.TrainedUntil) {
		return nil
	}
	return call.Refuse(nil, call.StageOversight, "this reviewer is not on the roster, or their training has run out; see Desk.Enrol", ErrRoster)
}
