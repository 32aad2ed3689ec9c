package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The cookies. A browser can act as a customer and as a reviewer at the same time, so that one person can walk the whole tour. There is
// no password: this is a demo, and its pages say so. What is real is that nobody can make a cookie, or change one, without the key.
const (
	asVisitor  = "lender_visit"    // nobody in particular; ties the tokens of forms to this browser
	asCustomer = "lender_customer" // an applicant
	asStaff    = "lender_staff"    // a reviewer
	sessionFor = 12 * time.Hour
)

// sessions signs cookies. They say who somebody is and until when; nothing is kept here.
type sessions struct{ signing []byte }

func (s sessions) mac(cookie, text string) string {
	m := hmac.New(sha256.New, s.signing)
	m.Write([]byte(cookie + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// cookie says that its bearer is who. An empty who makes one that ends the session.
func (s sessions) cookie(name, who string) *http.Cookie {
	c := &http.Cookie{Name: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1}
	if who != "" {
		text := who + "." + strconv.FormatInt(time.Now().Add(sessionFor).Unix(), 10)
		c.Value, c.MaxAge = text+"."+s.mac(name, text), int(sessionFor/time.Second)
	}
	return c
}

// who is whom the request's cookie was made for; "" for none, a forged or an old one.
func (s sessions) who(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	i := strings.LastIndexByte(c.Value, '.')
	if i < 0 || !hmac.Equal([]byte(c.Value[i+1:]), []byte(s.mac(name, c.Value[:i]))) {
		return ""
	}
	who, until, _ := strings.Cut(c.Value[:i], ".")
	if end, err := strconv.ParseInt(until, 10, 64); err != nil || time.Now().Unix() >= end {
		return ""
	}
	return who
}

// signIn is refused with where to go instead.
type signIn struct{ where string }

func (e signIn) Error() string   { return "lender: nobody is signed in" }
func (e signIn) HTTPStatus() int { return http.StatusUnauthorized }
func (e signIn) Public() string  { return "Please " + e.where + " first." }

// customer is the authoriser of the customer's pages, staff that of the reviewers' and of the report.
func (s sessions) customer(r *http.Request) (string, error) {
	if who := s.who(r, asCustomer); who != "" {
		return who, nil
	}
	return "", signIn{"choose whom to act as on the shop's first page"}
}

func (s sessions) staff(r *http.Request) (string, error) {
	if who := s.who(r, asStaff); who != "" {
		return who, nil
	}
	return "", signIn{"sign in as a reviewer on the shop's staff page"}
}

// anybody is the authoriser of the shop's own pages: the customer, or this browser.
func (s sessions) anybody(r *http.Request) (string, error) {
	if who := s.who(r, asCustomer); who != "" {
		return who, nil
	}
	return s.who(r, asVisitor), nil
}

// What a request's context holds.
type (
	writerKey struct{} // where cookies are set
	lookedKey struct{} // the cases whose real words were asked for
)

// visited gives a browser that has none a cookie, before anything else sees the request, and lets pages set further ones.
func (s sessions) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.who(r, asVisitor) == "" {
			c := s.cookie(asVisitor, "visitor-"+rand.Text())
			http.SetCookie(w, c)
			r = r.Clone(r.Context())
			r.AddCookie(c)
		}
		ctx := context.WithValue(r.Context(), writerKey{}, w)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, lookedKey{}, &sync.Map{})))
	})
}

// signed sets a session cookie in the answer that is being made.
func (s sessions) signed(r *http.Request, name, who string) {
	if w, ok := r.Context().Value(writerKey{}).(http.ResponseWriter); ok {
		http.SetCookie(w, s.cookie(name, who))
	}
}
