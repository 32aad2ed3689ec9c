package center

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/fairlead-go/fairlead/consent"
	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/ledger"
)

// pageSize is how many events a page of the history holds.
const pageSize = 50

// kindWords are what a person did, in plain words.
var kindWords = map[consent.Kind]string{
	consent.Granted:     "You allowed it",
	consent.Renewed:     "You allowed it again",
	consent.Refused:     "You said no",
	consent.Withdrawn:   "You took it back",
	consent.Revoked:     "It was taken back by somebody else",
	consent.Expired:     "It ran out",
	consent.Objected:    "You objected",
	consent.Invalidated: "It turned out never to have been valid",
	consent.Erased:      "You asked to be forgotten",
}

// line is an event in the history.
type line struct {
	At        time.Time
	Recorded  time.Time // where that was another time
	Purpose   string
	Recipient string
	What      string
	By        string // who acted, where that was not the person
	How       string
	GPC       bool // the browser's signal was there
	Notice    int
	Digest    string
	Receipt   ledger.Seq
}

type history struct {
	Lines  []line
	Before uint64 // the position before which older ones are; 0: there are none
	Later  bool   // these are not the newest
	Empty  bool
}

// past is the history, newest first.
func (c *center) past(v *web.Visit) (*web.Page, error) {
	events, err := c.gate.History(v.Context(), v.Who)
	if err != nil {
		return nil, err
	}
	d := history{Empty: len(events) == 0}
	slices.Reverse(events)
	if before, err := strconv.ParseUint(v.Field("before"), 10, 64); err == nil {
		d.Later = true
		events = slices.DeleteFunc(events, func(e consent.Event) bool { return uint64(e.Seq) >= before })
	}
	if len(events) > pageSize {
		events = events[:pageSize]
		d.Before = uint64(events[pageSize-1].Seq)
	}
	for i := range events {
		d.Lines = append(d.Lines, c.line(v, &events[i]))
	}
	return &web.Page{
		Title: v.T("History"), Template: "past", Data: d, Wide: true,
		Lead: v.T("Everything you told us about the use of your data, the newest first."),
	}, nil
}

func (c *center) line(v *web.Visit, e *consent.Event) line {
	l := line{
		At: when(e), Purpose: e.Purpose, Recipient: e.Recipient, What: v.T(kindWords[e.Kind]), Notice: e.NoticeVersion, Digest: e.NoticeDigest,
		GPC: e.GPC,
	}
	if !e.Given.IsZero() {
		l.Recorded = e.At
	}
	if p, ok := c.purpose(e.Purpose); ok {
		l.Purpose = p.Name
	}
	switch {
	case e.Guardian:
		l.By = v.T("by a parent or guardian")
	case e.Actor != "" && e.Actor != e.Subject:
		l.By = v.T("by somebody acting for you")
	}
	if e.Method != "" {
		l.How = v.T(e.Method)
	}
	if c.gate.Receipts(e.Purpose) == nil {
		l.Receipt = e.Seq
	}
	return l
}

// export is everything as a file.
func (c *center) export(w http.ResponseWriter, v *web.Visit) {
	text, err := c.gate.Export(v.Context(), v.Who)
	if err != nil {
		c.site.Fail(w, v, err)
		return
	}
	download(w, "application/ld+json", "choices.jsonld", text)
}

// receipt is one signed receipt as a file.
func (c *center) receipt(w http.ResponseWriter, v *web.Visit) {
	missing := web.Problem(http.StatusNotFound, "There is no such choice of yours.")
	seq, err := strconv.ParseUint(v.PathValue("seq"), 10, 64)
	if err != nil {
		c.site.Fail(w, v, missing)
		return
	}
	token, err := c.gate.Receipt(v.Context(), v.Who, ledger.Seq(seq))
	switch {
	case errors.Is(err, consent.ErrNoReceipt):
		c.site.Fail(w, v, missing)
	case errors.Is(err, consent.ErrInvalid): // the application's wiring, not the person's request
		c.site.Fail(w, v, web.Problem(http.StatusNotImplemented, "Receipts are not given here."))
	case err != nil:
		c.site.Fail(w, v, err)
	default:
		download(w, "application/jwt", "receipt-"+strconv.FormatUint(seq, 10)+".jwt", []byte(token))
	}
}

func download(w http.ResponseWriter, kind, name string, b []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(b) // if the person has gone, there is nobody left to tell
}
