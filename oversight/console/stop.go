package console

import (
	"net/http"
	"strings"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// stopView is the data of the page behind the stop button.
type stopView struct {
	State  oversight.State
	Press  bool
	Why    string
	Notice *notice
}

func (c *console) stopPage(v *web.Visit) (*web.Page, error) {
	return c.switchPage(v, "", nil, http.StatusOK), nil
}

func (c *console) switchPage(v *web.Visit, why string, n *notice, status int) *web.Page {
	s := &stopView{State: c.desk.State(), Press: c.may(v, Press), Why: why, Notice: n}
	title := v.T("Stop everything?")
	if s.State.Stopped != nil {
		title = v.T("Everything is stopped")
	}
	return &web.Page{Title: title, Template: "stop", Data: s, Status: status}
}

func (c *console) stop(v *web.Visit) (*web.Page, error) { return c.press(v, "stopped") }

func (c *console) start(v *web.Visit) (*web.Page, error) { return c.press(v, "started") }

// press stops or starts, with a reason.
func (c *console) press(v *web.Visit, to string) (*web.Page, error) {
	why := v.Field("why")
	if strings.TrimSpace(why) == "" || len(why) > maxWhy {
		return c.switchPage(v, why, &notice{"bad", v.T("Say why, in a few words: it is part of the record.")}, http.StatusUnprocessableEntity), nil
	}
	do := c.desk.Stop
	if to == "started" {
		do = c.desk.Start
	}
	if err := do(v.Context(), v.Who, why); err != nil {
		text := v.T("This process has stopped. That could not be written to the ledger, so that other processes may not know: stop them, too, or try again.")
		if to == "started" {
			text = v.T("Starting could not be written to the ledger, so that everything stays stopped. Try again.")
		}
		return c.switchPage(v, why, &notice{"bad", text}, http.StatusServiceUnavailable), nil
	}
	return web.See("stop?said=" + to), nil
}

// maxWhy bounds a reason, in bytes, as the desk does.
const maxWhy = 4096
