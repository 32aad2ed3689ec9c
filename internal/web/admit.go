package web

import (
	"errors"
	"mime"
	"net/http"
)

// admit lets a POST through that is one of our forms, sent once by who it was made for.
func (s *Site) admit(w http.ResponseWriter, v *Visit) error {
	if err := s.origins.Check(v.Request); err != nil {
		return Problem(http.StatusForbidden, "This form was sent from another site, so nothing was done.")
	}
	if kind, _, err := mime.ParseMediaType(v.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return Problem(http.StatusUnsupportedMediaType, "This address takes forms only.")
	}
	v.Body = http.MaxBytesReader(w, v.Body, s.o.MaxBody)
	if err := v.ParseForm(); err != nil {
		return unread(err)
	}
	token := v.PostForm.Get(tokenField)
	to, ended, err := s.tokens.take(v.Who, token)
	switch {
	case err == nil:
		v.token = token
		return nil
	case errors.Is(err, errTokenSpent) && ended:
		return &refusedForm{
			status: http.StatusConflict, to: to,
			text: "This form was sent before. It counted once, and this second time nothing was done.",
		}
	case errors.Is(err, errTokenSpent): // the first time failed, or showed a page, or is still at work
		return &refusedForm{
			status: http.StatusConflict,
			text:   "This form was sent before, and this second time nothing was done. Please look whether the first time counted before you send it anew.",
		}
	case errors.Is(err, errOldToken):
		return &refusedForm{status: http.StatusForbidden, text: "This page was open for too long, so nothing was done. Please open it again."}
	default:
		return &refusedForm{
			status: http.StatusForbidden,
			text: "This form is not from a page that was opened here by you: you may have signed in or out in another tab since, or the pages have been restarted. " +
				"Nothing was done. Please open the page again.",
		}
	}
}

const tokenField = "token"

// refusedForm is a form that had no effect. What was typed is shown again.
type refusedForm struct {
	status int
	text   string
	to     string // where the first time led, if it was done
}

func (e *refusedForm) Error() string   { return "web: the form was refused" }
func (e *refusedForm) HTTPStatus() int { return e.status }
func (e *refusedForm) Public() string  { return e.text }
