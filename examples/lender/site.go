package main

import (
	"embed"
	"net/http"
	"strings"

	"github.com/fairlead-go/fairlead/internal/web"
)

//go:embed pages/*.html
var templates embed.FS

// website is the shop, and the pages of the guards under it.
func website(h *house) (http.Handler, error) {
	s := &shop{house: h, sessions: sessions{signing: h.key("sessions")}}
	var err error
	s.site, err = web.New(web.Options{
		Name: "lender", Brand: lender, Auth: s.anybody, Templates: templates, Key: h.key("shop"), Nav: s.nav, Sayings: sayings,
		Foot: "A demo with real applicants and a made-up lender: signing in takes no password, and nothing here is a loan.",
	})
	if err != nil {
		return nil, err
	}
	s.site.Page("GET /{$}", s.tour)
	s.site.Page("GET /customers", s.customers)
	s.site.Post("POST /customers", s.actAs)
	s.site.Page("GET /staff", s.staffPage)
	s.site.Post("POST /staff", s.signInStaff)
	s.site.Post("POST /leave", s.leave)
	s.site.Page("GET /apply", s.form)
	s.site.Post("POST /apply", s.apply)
	s.site.Page("GET /application/{id}", s.application)
	s.site.Live("GET /live", web.Live{State: s.changed})

	pages, err := s.pages()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.site)
	for prefix, page := range pages {
		mux.Handle(prefix+"/", http.StripPrefix(prefix, page))
	}
	return s.visited(mux), nil
}

// first sends who has not signed in to where they can, instead of telling them that they have not.
func first(auth web.Auth, where string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := auth(r); err != nil && r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
			http.Redirect(w, r, where, http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *shop) nav(*web.Visit) []web.Link {
	return []web.Link{
		{Href: "", Text: "Tour"},
		{Href: "customers", Text: "Applicants"},
		{Href: "apply", Text: "Apply"},
		{Href: "privacy/", Text: "Privacy choices"},
		{Href: "decisions/", Text: "My decisions"},
		{Href: "staff", Text: "Staff"},
		{Href: "console/", Text: "Review desk"},
		{Href: "fairness/", Text: "Fairness"},
	}
}
