package console

import (
	"strconv"

	"github.com/fairlead-go/fairlead/oversight"
)

func number(n int) string { return strconv.Itoa(n) }

// said is a verdict in words.
func said(v oversight.Verdict) string {
	switch v {
	case oversight.Approved:
		return "approved"
	case oversight.Rejected:
		return "rejected"
	case oversight.Replaced:
		return "replaced by a person's answer"
	}
	return "not decided"
}

// happened is the kind of an entry in words.
func happened(kind string) string {
	if text, ok := map[string]string{
		"case.opened": "Opened", "case.claimed": "Taken", "case.renewed": "Lease renewed", "case.released": "Given back",
		"case.decided": "Judged", "case.skipped": "Skipped", "case.escalated": "Escalated", "case.assigned": "Reserved",
		"case.undone": "Taken back", "case.final": "The verdict stands", "case.due": "Nearly due", "case.expired": "Not decided in time",
		"case.invalidated": "Withdrawn", "case.delivered": "Delivered", "effect.intent": "Begun", "effect.result": "Done",
		"effect.resolved": "Looked into",
	}[kind]; ok {
		return text
	}
	return kind
}
