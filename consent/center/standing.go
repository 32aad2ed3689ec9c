package center

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/web"
)

// standing is how a purpose stands for the person, and puts it into words.
type standing struct {
	center *center
	v      *web.Visit
	p      consent.Purpose
	answer consent.Answer
	own    consent.Answer // what the person says themselves, whatever their browser says
	denied error
	said   *consent.Event // what decides; nil: nothing was said
}

// basisWords are the legal bases in plain words.
var basisWords = map[consent.Basis]string{
	consent.BasisConsent:             "your consent",
	consent.BasisExplicitConsent:     "your explicit consent",
	consent.BasisContract:            "a contract with you",
	consent.BasisLegalObligation:     "a duty the law puts on us",
	consent.BasisVitalInterests:      "the protection of somebody's life",
	consent.BasisPublicTask:          "a task in the public interest",
	consent.BasisLegitimateInterests: "our legitimate interests",
}

// onWithout says why something is done that nobody has agreed to.
var onWithout = map[consent.Basis]string{
	consent.BasisConsent:             "This is on unless you say no.",
	consent.BasisExplicitConsent:     "This is on unless you say no.",
	consent.BasisContract:            "We need this to keep our contract with you, so it cannot be switched off here.",
	consent.BasisLegalObligation:     "The law obliges us to do this, so it cannot be switched off here.",
	consent.BasisVitalInterests:      "This may protect somebody's life, so it cannot be switched off here.",
	consent.BasisPublicTask:          "We may do this as a task in the public interest. You can object, and then we stop.",
	consent.BasisLegitimateInterests: "We may do this because of our legitimate interests. You can object, and then we stop.",
}

// fixed says that a purpose runs on a basis that neither consent nor objection bears on.
func fixed(p consent.Purpose) bool {
	return slices.ContainsFunc(p.Bases, func(b consent.Basis) bool {
		return b == consent.BasisContract || b == consent.BasisLegalObligation || b == consent.BasisVitalInterests
	})
}

// objectable says that a purpose may run without consent until the person objects.
func objectable(p consent.Purpose) bool {
	return slices.Contains(p.Bases, consent.BasisLegitimateInterests) || slices.Contains(p.Bases, consent.BasisPublicTask)
}

// silenced says that the browser's signal decides.
func (s *standing) silenced() bool {
	return consent.GPC(s.v.Request) && s.p.SaleLike && !s.p.OverGPC
}

// tooYoungHere says that an agreement needs an age or a guardian, which a click on this page does not bring.
func (s *standing) tooYoungHere() bool { return s.p.MinAge > 0 && s.center.complete == nil }

// why is how it stands, in sentences.
func (s *standing) why() []string {
	t := s.v.T
	switch {
	case s.answer.Allowed && s.consented():
		return s.allowedBy()
	case s.answer.Allowed:
		return []string{t(onWithout[s.answer.Basis])}
	case s.silenced() && s.own.Allowed && s.own.Receipt == 0:
		return []string{t("Your browser asks us not to do this, so we do not.")}
	case s.silenced() && s.own.Allowed:
		return []string{t("You had allowed this, but your browser asks us not to, so we do not do it while the signal is there.")}
	case s.silenced() && s.own.Reason != consent.ReasonObjected:
		return []string{t("Your browser asks us not to do this, so we do not. To allow it, first switch that signal off for this site.")}
	}
	var all []string
	var denied *consent.DeniedError
	if errors.As(s.denied, &denied) {
		all = append(all, t(denied.Public()))
	}
	if s.said != nil && s.answer.Reason != consent.ReasonOutdatedNotice {
		all = append(all, t("That was on %s.", s.v.Day(when(s.said))))
	}
	if s.tooYoungHere() && s.answer.Reason != consent.ReasonUnderAge {
		all = append(all, t("It needs your age, or a parent or guardian, and so cannot be allowed on this page."))
	}
	return all
}

// consented says that the person's word, or silence, carries it.
func (s *standing) consented() bool {
	return s.said != nil && (s.answer.Basis == consent.BasisConsent || s.answer.Basis == consent.BasisExplicitConsent)
}

// allowedBy tells of the agreement.
func (s *standing) allowedBy() []string {
	t, e, day := s.v.T, s.said, s.v.Day(when(s.said))
	var all []string
	on := s.p
	switch {
	case e.Purpose != s.p.ID:
		if up, ok := s.center.purpose(e.Purpose); ok {
			on = up
		}
		all = append(all, t("On %[2]s you allowed “%[1]s”, which this is part of.", on.Name, day))
	case e.Guardian:
		all = append(all, t("A parent or guardian allowed this on %s.", day))
	default:
		all = append(all, t("You allowed this on %s.", day))
	}
	if e.NoticeVersion < on.Notice.Version {
		all = append(all, t("Since then only the wording has changed: you read version %d.", e.NoticeVersion))
	}
	if end := ends(e, s.p, on); !end.IsZero() {
		all = append(all, t("It ends on %s unless you allow it again.", s.v.Day(end)))
	}
	if s.answer.Conflict {
		all = append(all, t("Your browser asks us not to do this. What you say here counts more, and both are on record."))
	}
	return all
}

// when is when a person said it.
func when(e *consent.Event) time.Time {
	if !e.Given.IsZero() {
		return e.Given
	}
	return e.At
}

// ends is when an agreement runs out, zero for never.
func ends(e *consent.Event, purposes ...consent.Purpose) time.Time {
	end := e.Expires
	for _, p := range purposes {
		if at := when(e).Add(p.TTL); p.TTL > 0 && (end.IsZero() || at.Before(end)) {
			end = at
		}
	}
	return end
}

var isoSpan = regexp.MustCompile(`^P(\d{1,4})([YMWD])$`)

// units are the words for lengths of time, one and many.
var units = map[string][2]string{"Y": {"1 year", "%d years"}, "M": {"1 month", "%d months"}, "W": {"1 week", "%d weeks"}, "D": {"1 day", "%d days"}}

// span is an ISO 8601 duration in words; what is words already stays.
func span(v *web.Visit, s string) string {
	m := isoSpan.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	words := units[m[2]]
	if n, _ := strconv.Atoi(m[1]); n != 1 {
		return v.T(words[1], n)
	}
	return v.T(words[0])
}
