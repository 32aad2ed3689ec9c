package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
)

// public is what the typed errors of this module offer.
type public interface {
	error
	Public() string
	HTTPStatus() int
}

// Problem makes an error that is shown as it is: a status, and a sentence in English that the reader may see.
func Problem(status int, sentence string) error { return &problem{status: status, sentence: sentence} }

type problem struct {
	status   int
	sentence string
}

func (p *problem) Error() string   { return "web: " + http.StatusText(p.status) }
func (p *problem) Public() string  { return p.sentence }
func (p *problem) HTTPStatus() int { return p.status }

// deniedBy is what somebody sees who is nobody here: 401, or 403 if the authoriser's error says so by HTTPStatus.
func deniedBy(err error) error {
	if p := (interface{ HTTPStatus() int })(nil); errors.As(err, &p) && p.HTTPStatus() == http.StatusForbidden {
		return Problem(http.StatusForbidden, "These pages are not open to you.")
	}
	return Problem(http.StatusUnauthorized, "Please sign in first.")
}

// failure is the data of the error page.
type failure struct {
	Sentence string
	Kept     []kept // what was typed
	Back     string // where to go on, within the site; "" for its first page
	SignIn   bool   // nobody is signed in: no links
}

type kept struct{ Name, Value string }

// Fail shows an error as a page: see the package's documentation. For handlers of Raw, before they have written.
func (s *Site) Fail(w http.ResponseWriter, v *Visit, err error) { s.fail(w, v, err) }

func (s *Site) fail(w http.ResponseWriter, v *Visit, err error) {
	status, data := http.StatusInternalServerError, failure{Sentence: unforeseen(v)}
	if p := public(nil); errors.As(err, &p) && p.HTTPStatus() >= 400 && p.HTTPStatus() < 600 {
		status, data.Sentence = p.HTTPStatus(), p.Public()
	} else {
		s.log("web: an error without a page", fmt.Sprintf("%T", err))
	}
	data.SignIn = v.Who == ""
	if f := (*refusedForm)(nil); errors.As(err, &f) {
		data.Back = s.sealed(v.Who, strings.TrimPrefix(f.to, "/"))
		data.Kept = typed(v.Request)
	}
	page := &Page{Title: v.T(heading(status)), Status: status, Template: "fairlead-failure", Data: data, bare: v.Who == ""}
	s.write(w, v, page)
}

// unforeseen is what an error says that nobody wrote a sentence for. What a form did before it failed is not known here.
func unforeseen(v *Visit) string {
	if v.Method == http.MethodPost {
		return "Something went wrong here. Please look whether it was done before you try again."
	}
	return "Something went wrong here. Please try again in a moment."
}

// heading is the h1 of an error page.
func heading(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Not signed in"
	case http.StatusForbidden:
		return "Not allowed"
	case http.StatusNotFound:
		return "Not found"
	case http.StatusConflict:
		return "Already done, or changed meanwhile"
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return "Not available just now"
	}
	if status >= http.StatusInternalServerError {
		return "Something went wrong"
	}
	return "This did not work"
}

// typed is what somebody wrote into a form: fields with more than a code or an identifier in them.
func typed(r *http.Request) []kept {
	var all []kept
	for name, values := range r.PostForm {
		for _, value := range values {
			if value = clean(value); name != tokenField && (len(value) > 40 || strings.ContainsAny(value, " \n{[")) {
				all = append(all, kept{clean(name), value})
			}
		}
	}
	slices.SortFunc(all, func(a, b kept) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// recovered turns a panic into a page; nothing has been sent, because pages are written when they are complete.
func (s *Site) recovered(w http.ResponseWriter, v *Visit) {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler:
		panic(p)
	default:
		s.log("web: a page panicked", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		s.fail(w, v, Problem(http.StatusInternalServerError, unforeseen(v)))
	}
}
