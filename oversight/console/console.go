package console

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// Action is something that a person does here; see Options.May.
type Action string

// The actions.
const (
	Look    Action = "look"    // see the queue and its cases
	Review  Action = "review"  // claim, decide, undo, skip, escalate
	Route   Action = "route"   // assign to somebody, withdraw, lodge an appeal that came by letter, say what an interrupted call did
	Press   Action = "press"   // stop and start
	Inspect Action = "inspect" // reviewers' figures and health
	Staff   Action = "staff"   // enrol and dismiss
	Export  Action = "export"  // download labels and evidence
)

// Reason is a code that reviewers may give for a verdict.
type Reason struct {
	Code string // kept in the evidence; at most 256 bytes. Required.
	Text string // shown. Default: Code.
}

// Fact is a line of what the application adds to a case, such as a consent: "Credit scoring: agreed on 3 May".
type Fact struct {
	Name, Value string
	State       string // "ok", "warn", "bad" or "info" colours the value. Default: none.
}

// Past is an earlier case like the one shown.
type Past struct {
	Case    string // its ID; "" for none to link to
	Title   string
	Verdict string // in words
	At      time.Time
}

// Options of the console. The zero value is good.
type Options struct {
	// Brand stands at the top of every page. Default: "Review desk".
	Brand string
	// Home is where your website begins, such as "/": the header of each page leads back there. Default: nowhere.
	Home string
	// May says who may do what. Default: whoever the authoriser lets in may do everything.
	May func(who string, do Action) bool
	// Policy is the text of the rules that a case is to be decided by. Default: none is shown.
	Policy func(ctx context.Context, c oversight.File) (string, error)
	// Consents says what the person agreed to. Default: not shown.
	Consents func(ctx context.Context, c oversight.File) ([]Fact, error)
	// Similar finds earlier cases like this one. Default: not shown.
	Similar func(ctx context.Context, c oversight.File) ([]Past, error)
	// Reveal gives the real words for the placeholders that a privacy session put into text, and records that who asked. One look
	// calls it once for each text with a placeholder, all with the same ctx. Default: words for the kind, such as "e-mail address 1".
	Reveal func(ctx context.Context, who string, c oversight.File, text string) (string, error)
	// Sensitive says which fields of input and answer are blurred until asked for, by system and path as in "applicant.note" or
	// "files[0].text"; what a field is part of counts, too. Whoever opens a correction has asked for what is in it. What cannot be taken
	// apart, because it is very large or no JSON, is blurred whole. Default: none.
	Sensitive func(system, path string) bool
	// Blank is the shape of a system's answer, as JSON, that a blind reviewer fills in. Default: they write JSON.
	Blank func(system string) json.RawMessage
	// Reasons that reviewers may tick, at most 64. Default: none.
	Reasons []Reason
	// Rules is the policy that the desk was made with, for the health page: who is sampled at which rate. Default: not shown.
	Rules *oversight.Policy
	// Location is the time zone of times. Default: UTC.
	Location *time.Location
	// Catalogues translate the pages: by BCP 47 tag, from the English message. Default: English.
	Catalogues map[string]map[string]string
	// Language chooses a request's language. Default: by Accept-Language.
	Language func(*http.Request) string
	// Key makes the tokens of forms, 32 bytes or more: the same in all processes behind one address. Default: random, for one process.
	Key []byte
	// Origins are further origins that may post, as in "https://desk.shop.example". Default: the one the pages are served from.
	Origins []string
}

// Format prints no key.
func (o Options) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "console.Options(redacted)") }

// LogValue keeps the key out of slog.
func (o Options) LogValue() slog.Value { return slog.StringValue("console.Options(redacted)") }

// console is what the pages are made from.
type console struct {
	desk *oversight.Desk
	o    Options

	watch  watch
	health cached
}

//go:embed pages
var pages embed.FS

// New makes the pages of a desk. auth says who asks, by the application's own session; nil is an error, never open, and so is a nil
// desk. The handler works under any prefix that is stripped; it is also an [io.Closer], which ends its streams.
func New(desk *oversight.Desk, auth func(*http.Request) (who string, err error), o *Options) (http.Handler, error) {
	if desk == nil {
		return nil, errors.New("console: the desk is nil; make it with oversight.New")
	}
	c := &console{desk: desk, health: cached{turn: make(chan struct{}, 1)}}
	if o != nil {
		c.o = *o
	}
	if c.o.Brand == "" {
		c.o.Brand = "Review desk"
	}
	if len(c.o.Reasons) > maxReasons {
		return nil, errors.New("console: more than 64 reasons")
	}
	for _, r := range c.o.Reasons {
		if r.Code == "" || len(r.Code) > maxCode || !utf8.ValidString(r.Code) {
			return nil, errors.New("console: a reason's code is text of 1 to 256 bytes")
		}
	}
	site, err := web.New(web.Options{
		Name: "console", Brand: c.o.Brand, Home: c.o.Home, Auth: auth, Templates: pages, Nav: c.nav, Top: c.top, Sayings: sayings,
		Language: web.Language{Catalogues: c.o.Catalogues, Choose: c.o.Language}, Location: c.o.Location,
		Key: c.o.Key, Origins: c.o.Origins, MaxBody: maxBody,
		Foot: "Everything that is done here is recorded.",
	})
	if err != nil {
		return nil, err
	}
	c.routes(site)
	return site, nil
}

// What the desk takes of reasons.
const (
	maxReasons = 64
	maxCode    = 256 // bytes
)

// maxBody bounds a form: a correction of a large answer is large.
const maxBody = 4 << 20

func (c *console) routes(s *web.Site) {
	page := func(pattern string, do Action, f func(*web.Visit) (*web.Page, error)) { s.Page(pattern, c.only(do, f)) }
	post := func(pattern string, do Action, f func(*web.Visit) (*web.Page, error)) { s.Post(pattern, c.only(do, f)) }
	page("GET /{$}", Look, c.queue)
	page("GET /find", Look, c.find)
	page("GET /case/{id}", Look, c.show)
	post("POST /next", Review, c.next)
	post("POST /bulk", Review, c.bulk)
	post("POST /bulk/undo", Review, c.bulkUndo)
	post("POST /case/{id}/claim", Review, c.claim)
	post("POST /case/{id}/renew", Review, c.renew)
	post("POST /case/{id}/release", Review, c.release)
	post("POST /case/{id}/preview", Review, c.preview)
	post("POST /case/{id}/submit", Review, c.submit)
	post("POST /case/{id}/undo", Review, c.undo)
	post("POST /case/{id}/skip", Review, c.skip)
	post("POST /case/{id}/escalate", Review, c.escalate)
	post("POST /case/{id}/reveal", Review, c.reveal)
	post("POST /case/{id}/assign", Route, c.assign)
	post("POST /case/{id}/withdraw", Route, c.withdraw)
	post("POST /case/{id}/appeal", Route, c.appeal)
	post("POST /case/{id}/resolve", Route, c.resolve)
	page("GET /stop", Look, c.stopPage)
	post("POST /stop", Press, c.stop)
	post("POST /start", Press, c.start)
	page("GET /reviewers", Inspect, c.reviewers)
	post("POST /reviewers/enrol", Staff, c.enrol)
	post("POST /reviewers/dismiss", Staff, c.dismiss)
	page("GET /health", Inspect, c.healthPage)
	s.Raw("GET /labels.jsonl", c.labels(s))
	s.Raw("GET /evidence.zip", c.evidence(s))
	s.Live("GET /live", web.Live{State: c.changed})
}

// only refuses an action to whom it is not given.
func (c *console) only(do Action, f func(*web.Visit) (*web.Page, error)) func(*web.Visit) (*web.Page, error) {
	return func(v *web.Visit) (*web.Page, error) {
		if !c.may(v, do) {
			return nil, web.Problem(http.StatusForbidden, "This is not yours to do here. Ask whoever runs the desk.")
		}
		return f(v)
	}
}

func (c *console) may(v *web.Visit, do Action) bool { return c.o.May == nil || c.o.May(v.Who, do) }

func (c *console) nav(v *web.Visit) []web.Link {
	st := c.desk.State()
	links := []web.Link{}
	if c.may(v, Look) {
		links = append(links, web.Link{Href: "", Text: v.T("Queue"), Key: "q", Count: count(v, st.Held+st.Audit)})
	}
	if c.may(v, Inspect) {
		links = append(links, web.Link{Href: "reviewers", Text: v.T("Reviewers")}, web.Link{Href: "health", Text: v.T("Health")})
	}
	return links
}

func count(v *web.Visit, n int) string {
	if n == 0 {
		return ""
	}
	return v.Number(n)
}

// top is what stands in the header of every page: whether anything runs, and the button.
func (c *console) top(v *web.Visit) (string, any) {
	if !c.may(v, Look) {
		return "", nil
	}
	return "top", c.desk.State()
}

// watch makes the text by which pages know that something changed, for all streams at once.
type watch struct {
	mu   sync.Mutex
	at   time.Time
	text string
	err  error
}

// sayings are what a page says after something was done.
var sayings = map[string]string{
	"taken": "The case is yours.", "approved": "Approved.", "rejected": "Rejected.", "replaced": "Your answer stands in its place.",
	"voted":    "Your judgement is recorded. The case needs another reviewer.",
	"split":    "Your judgement is recorded. It differs from another one, so that somebody else settles the case.",
	"released": "The case is back in the queue.", "skipped": "Skipped. You will not be given it again unless you open it.",
	"escalated": "Escalated: it stands before all that are not urgent.", "assigned": "Reserved.", "freed": "Open to everybody again.",
	"undone": "Taken back. The case is open again.", "withdrawn": "Withdrawn.", "appealed": "The appeal is in the queue.",
	"resolved": "It is on record what you found.",
	"empty":    "Nothing is left that you could take.", "stopped": "Stopped. Every guarded call is refused now.",
	"started": "Started. Calls run again.", "enrolled": "The roster is up to date.", "dismissed": "Taken off the roster.",
}
