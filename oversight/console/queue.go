package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
)

// pageSize is how many cases one page lists; scan is how many are looked through for them.
const (
	pageSize = 50
	scan     = 5000
)

// queueView is the data of the queue.
type queueView struct {
	Tabs    []tab
	View    string
	System  string
	Systems []string
	Text    string
	Items   []listed
	More    string // the address of the next page; "" if this is the last
	State   oversight.State
	Reasons []Reason
	Review  bool
	Export  bool
}

type tab struct {
	Name, View string
	Current    bool
}

type listed struct {
	oversight.Item
	ID   string
	Mine bool
	Tick bool // may be ticked for a bulk
	Undo bool // decided by a reviewer; the verdict can still be taken back
}

var views = []struct{ name, view string }{
	{"All", ""},
	{"Waiting for an answer", "held"},
	{"To look at", "audit"},
	{"Free", "free"},
	{"Mine", "mine"},
	{"Appeals", "appeals"},
	{"Reviewers differ", "split"},
}

func (c *console) queue(v *web.Visit) (*web.Page, error) {
	q := &queueView{
		View: v.Field("view"), System: v.Field("system"), Text: strings.TrimSpace(v.Field("text")), State: c.desk.State(),
		Review: c.may(v, Review), Export: c.may(v, Export), Reasons: c.o.Reasons,
	}
	known := false
	for _, t := range views {
		known = known || t.view == q.View
		q.Tabs = append(q.Tabs, tab{Name: v.T(t.name), View: t.view, Current: t.view == q.View})
	}
	if !known {
		return nil, web.Problem(http.StatusNotFound, "There is no such view of the queue.")
	}
	if err := c.fill(v, q); err != nil {
		return nil, plain(err)
	}
	title := v.T("Nothing waits for you")
	if n := q.State.Held + q.State.Audit; n == 1 {
		title = v.T("One case waits for a person")
	} else if n > 1 {
		title = v.T("%s cases wait for a person", v.Number(n))
	}
	return &web.Page{Title: title, Template: "queue", Data: q, Wide: true, Live: "live"}, nil
}

// fill lists the cases that a view wants.
func (c *console) fill(v *web.Visit, q *queueView) error {
	f := oversight.Filter{System: q.System, Held: q.View == "held", Split: q.View == "split", Unclaimed: q.View == "free", Limit: scan}
	f.After = after(v.Field("after"))
	items, err := c.desk.Pending(v.Context(), f)
	if err != nil {
		return err
	}
	systems := map[string]bool{}
	if q.System != "" {
		systems[q.System] = true
	}
	for i, item := range items {
		systems[item.System] = true
		one := listed{Item: item, ID: item.Case.String(), Mine: item.Reviewer == v.Who || item.Assigned == v.Who, Undo: !item.StandsAt.IsZero()}
		one.Tick = q.Review
		if !q.wants(one) {
			continue
		}
		if len(q.Items) == pageSize {
			q.More = q.address(items[i-1])
			break
		}
		q.Items = append(q.Items, one)
	}
	if q.More == "" && len(items) == scan {
		q.More = q.address(items[len(items)-1])
	}
	for name := range systems {
		q.Systems = append(q.Systems, name)
	}
	slices.Sort(q.Systems)
	return nil
}

func (q *queueView) wants(l listed) bool {
	switch {
	case q.View == "audit" && l.Held, q.View == "mine" && !l.Mine, q.View == "appeals" && !l.Appeal:
		return false
	}
	return q.Text == "" || strings.Contains(strings.ToLower(l.Title), strings.ToLower(q.Text)) || strings.HasPrefix(l.ID, strings.ToLower(q.Text))
}

// address is that of the page after an item.
func (q *queueView) address(i oversight.Item) string {
	level := "a"
	if i.Urgent {
		level = "u"
	} else if i.Held {
		level = "h"
	}
	query := url.Values{"after": {fmt.Sprintf("%s%d.%s", level, i.Seq, i.Case)}}
	for name, value := range map[string]string{"view": q.View, "system": q.System, "text": q.Text} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return "?" + query.Encode()
}

// after reads what address wrote; the zero item, which is the start, for anything else.
func after(s string) oversight.Item {
	if s == "" {
		return oversight.Item{}
	}
	number, id, _ := strings.Cut(s[1:], ".")
	seq, err := strconv.ParseInt(number, 10, 64)
	parsed, err2 := uuid.Parse(id)
	if err != nil || err2 != nil {
		return oversight.Item{}
	}
	return oversight.Item{Case: parsed, Seq: ledger.Seq(seq), Urgent: s[0] == 'u', Held: s[0] == 'h'}
}

// bulkView asks whether one verdict on several cases is meant, and then says what became of each.
type bulkView struct {
	Verdict oversight.Verdict
	Said    string
	Comment string
	Reasons []string
	Cases   []bulkCase
	Done    bool
	Undoing bool
	Undo    []string // the cases whose verdict can be taken back
	Until   time.Time
}

type bulkCase struct {
	ID, Title string
	Problem   string
	OK        bool
}

// bulk gives one verdict on the cases that were ticked: first it lists them, and the second time, sure, it decides.
func (c *console) bulk(v *web.Visit) (*web.Page, error) {
	ids, err := ticked(v)
	if err != nil {
		return nil, err
	}
	b := &bulkView{Verdict: oversight.Verdict(v.PostForm.Get("verdict")), Comment: v.Field("comment"), Reasons: c.known(v.Fields("reason"))}
	if b.Verdict != oversight.Approved && b.Verdict != oversight.Rejected {
		return nil, web.Problem(http.StatusUnprocessableEntity, "Choose whether to approve or to reject the cases.")
	}
	b.Said = v.T(said(b.Verdict))
	b.Done = v.PostForm.Get("sure") == "yes"
	outcomes := make([]error, len(ids))
	if b.Done {
		j := oversight.Judgement{Verdict: b.Verdict, Comment: b.Comment, Reasons: b.Reasons}
		if outcomes, err = c.desk.Bulk(v.Context(), v.Who, ids, j); err != nil {
			return nil, plain(err)
		}
	}
	for i, id := range ids {
		one := bulkCase{ID: id.String(), Title: id.String(), OK: outcomes[i] == nil}
		if f, err := c.read(v, id); err == nil {
			one.Title = c.words(f, f.Title)
			if b.Done && one.OK && judge(f) == v.Who && cooling(f) {
				b.Undo = append(b.Undo, one.ID)
				b.Until = f.StandsAt
			}
		} else if !b.Done {
			one.OK, one.Problem = false, sentence(v, plain(err))
		}
		switch err := outcomes[i]; {
		case errors.Is(err, oversight.ErrInvalid):
			one.Problem = v.T("This one needs a look of its own: reviewers differ, or its answer is hidden. It is back in the queue.")
		case err != nil:
			one.Problem = sentence(v, c.claimError(err))
		}
		b.Cases = append(b.Cases, one)
	}
	title := v.T("Is this what you mean?")
	if b.Done {
		title = v.T("Several cases at once: what became of them")
	}
	return &web.Page{Title: title, Template: "bulk", Data: b}, nil
}

// bulkUndo takes the verdicts of a bulk back, as far as there is time.
func (c *console) bulkUndo(v *web.Visit) (*web.Page, error) {
	ids, err := ticked(v)
	if err != nil {
		return nil, err
	}
	b := &bulkView{Done: true, Undoing: true}
	for _, id := range ids {
		one := bulkCase{ID: id.String(), Title: id.String(), OK: true}
		if err := c.desk.Undo(v.Context(), oversight.Lease{Case: id, Reviewer: v.Who}); err != nil {
			one.OK, one.Problem = false, v.T("It is too late to take this back, or it was not your verdict. It stands.")
		}
		if f, err := c.desk.Get(v.Context(), id); err == nil {
			one.Title = c.words(f, f.Title)
		}
		b.Cases = append(b.Cases, one)
	}
	return &web.Page{Title: v.T("Taken back"), Template: "bulk", Data: b}, nil
}

// ticked are the cases that a form names, each once.
func ticked(v *web.Visit) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	for _, s := range v.Fields("case") {
		id, err := uuid.Parse(s)
		if err != nil {
			return nil, web.Problem(http.StatusBadRequest, "The form names something that is not a case.")
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, web.Problem(http.StatusUnprocessableEntity, "No case is ticked.")
	case len(ids) > pageSize:
		return nil, web.Problem(http.StatusUnprocessableEntity, "Too many cases at once: a verdict is for cases that somebody has looked at.")
	}
	return ids, nil
}

// changed is what the live pages show, as a text: asked for by all streams together, and made at most four times a second.
func (c *console) changed(v *web.Visit) (string, error) {
	if !c.may(v, Look) {
		return "", web.Problem(http.StatusForbidden, "This is not yours to do here. Ask whoever runs the desk.")
	}
	w := &c.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.at) < 250*time.Millisecond {
		return w.text, w.err
	}
	// The desk's own time: one stream's end must not be the others' error.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.Context()), 2*time.Second)
	defer cancel()
	st := c.desk.State()
	items, err := c.desk.Pending(ctx, oversight.Filter{Limit: 4 * pageSize})
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d %d %v %v %v", st.Held, st.Audit, st.Stopped != nil, st.Err != nil, st.Breaker.Tripped)
	for i := range items {
		it := &items[i]
		_, _ = fmt.Fprintf(h, "|%s %s %v %v %d %s %d", it.Case, it.Reviewer, it.Urgent, it.Split, it.Votes, it.Assigned, it.StandsAt.Unix())
	}
	w.at, w.text, w.err = time.Now(), hex.EncodeToString(h.Sum(nil)), err
	return w.text, w.err
}
