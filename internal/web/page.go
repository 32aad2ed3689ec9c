package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Page is what a handler answers with.
type Page struct {
	// Title is the h1 and the window's title, in the reader's language. Required.
	Title string
	// Template is its content's name. Required.
	Template string
	// Data is what the template sees as .Data. Default: nil.
	Data any
	// Status of the answer. Default: 200.
	Status int
	// Lead is a sentence below the title, in the reader's language. Default: none.
	Lead string
	// Wide takes the whole width of the window: for columns side by side. Default: as wide as text reads well.
	Wide bool
	// Live is where the page's stream is, within the site, as given to Site.Live: "live". Default: the page stays as it is, as one that
	// answers a POST does anyway.
	Live string

	state string  // what Live says just before the page is made
	to    *string // a redirect
	as    *string // who is asking there, if it is no longer who asks here
	json  any
	bare  bool // without navigation: nobody is signed in
}

// See is the answer to a POST that was done: 303 to an address within the site, as in "case/1?said=approved". That page then says what
// Options.Sayings has for "approved": to who sent the form, for five minutes, and never because somebody wrote such a link.
func See(to string) *Page { return &Page{to: &to} }

// SeeAs is See of a form that signs in or out, so that another one asks from now on: who is whom the authoriser will find.
func SeeAs(who, to string) *Page { return &Page{to: &to, as: &who} }

// View is the dot of a template.
type View struct {
	*Visit
	Page *Page
	Data any
}

// With is the view for another template about data.
func (v *View) With(data any) *View { return &View{Visit: v.Visit, Page: v.Page, Data: data} }

// Token is a hidden field that lets a form be sent once.
func (v *View) Token() template.HTML {
	return template.HTML(`<input type="hidden" name="` + tokenField + `" value="` + v.site.Mint(v.Who) + `">`) //nolint:gosec // base64
}

// Mark is whose page it is, for the script: two of one site that differ are two people's. It is no name, and "" for nobody. Without
// Options.Key it is a plain hash, so that replicas of a site that has no forms, and no key, agree.
func (v *View) Mark() string {
	if v.Who == "" {
		return ""
	}
	h := hmac.New(sha256.New, v.site.given)
	h.Write([]byte("fairlead/web/mark/1\x00" + v.site.o.Name + "\x00" + v.Who))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
}

// Style is the address of the stylesheet, under a name that changes with what it holds.
func (v *View) Style() string { return v.Root() + assets().style.name }

// Script is the address of the script.
func (v *View) Script() string { return v.Root() + assets().script.name }

// Brand stands in the header.
func (v *View) Brand() string { return v.T(v.site.o.Brand) }

// Home is where the header leads back to.
func (v *View) Home() string { return v.site.o.Home }

// Foot is the line below the page.
func (v *View) Foot() string { return v.T(v.site.o.Foot) }

// Nav is the navigation.
func (v *View) Nav() []Link {
	if v.site.o.Nav == nil || v.Page.bare {
		return nil
	}
	return v.site.o.Nav(v.Visit)
}

// Current says that a link leads to this page, or to what this page is part of.
func (v *View) Current(l Link) bool {
	return l.Href == v.Path() || l.Href != "" && strings.HasPrefix(v.Path(), l.Href+"/")
}

// Top is the content of the header, if there is any.
func (v *View) Top() (template.HTML, error) {
	if v.site.o.Top == nil || v.Page.bare {
		return "", nil
	}
	name, data := v.site.o.Top(v.Visit)
	if name == "" {
		return "", nil
	}
	return v.render(name, data)
}

// Body is the content of main.
func (v *View) Body() (template.HTML, error) { return v.render(v.Page.Template, v.Data) }

func (v *View) render(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := v.site.pages.ExecuteTemplate(&b, name, v.With(data)); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // by html/template
}

// State is what the page's stream says at the time.
func (v *View) State() string { return v.Page.state }

// Bare says that the page has no links into the site.
func (v *View) Bare() bool { return v.Page.bare }

// parse reads the templates, and has html/template look at each, so that one that can never be shown is an error at start-up.
func parse(pages fs.FS, funcs template.FuncMap) (*template.Template, error) {
	root := template.New("").Funcs(funcs)
	read := func(from fs.FS) error {
		return fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".html" {
				return err
			}
			text, err := fs.ReadFile(from, name)
			if err != nil {
				return err
			}
			_, err = root.New(strings.TrimSuffix(path.Base(name), ".html")).Parse(string(text))
			return err
		})
	}
	if err := read(pages); err != nil {
		return nil, err
	}
	if err := read(embedded); err != nil {
		return nil, err
	}
	for _, t := range root.Templates() {
		if t.Tree == nil || t.Name() == "" {
			continue
		}
		if err := t.Execute(io.Discard, nil); isEscape(err) {
			return nil, err
		}
	}
	return root, nil
}

// isEscape says that a template cannot be escaped, whatever its data; an error of executing it with nothing says nothing.
func isEscape(err error) bool {
	_, ok := err.(*template.Error) //nolint:errorlint // html/template returns it as it is
	return ok
}

// write renders a page whole, and only then sends it.
func (s *Site) write(w http.ResponseWriter, v *Visit, p *Page) {
	if p.to != nil {
		who := v.Who
		if p.as != nil {
			who = *p.as
		}
		redirect(w, http.StatusSeeOther, v.Root()+s.sealed(who, strings.TrimPrefix(*p.to, "/")))
		return
	}
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	var b bytes.Buffer
	if p.json != nil {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(&b).Encode(p.json) // strings only
	} else {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if v.Method == http.MethodPost {
			p.Live = "" // the script would fetch the page anew, and by GET it is another one or none
		}
		if p.Live != "" {
			l, ok := s.lives[p.Live]
			if !ok {
				panic("web: " + s.o.Name + ": Page.Live names a stream that Live was not called for")
			}
			p.state, _ = hashed(l, v) // unknown: the script takes the stream's first
		}
		if err := s.pages.ExecuteTemplate(&b, "fairlead-shell", &View{Visit: v, Page: p, Data: p.Data}); err != nil {
			b.Reset()
			s.log("web: a page could not be written", fmt.Sprintf("%T", err), "template", p.Template)
			status = http.StatusInternalServerError
			if p.Template == "fairlead-failure" { // not even that: without the navigation, which is the page package's
				b.WriteString(lastWords)
			} else {
				s.fail(w, v, Problem(status, unforeseen(v)))
				return
			}
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if v.Method != http.MethodHead {
		_, _ = b.WriteTo(w) // the reader has gone: nobody to tell
	}
}

const lastWords = "<!doctype html><html lang=\"en\"><title>Something went wrong</title><h1>Something went wrong</h1>" +
	"<p>Please try again in a moment.</p></html>\n"

func (s *Site) log(message, kind string, more ...any) {
	log := s.o.Log
	if log == nil {
		log = slog.Default()
	}
	log.Error(message, append([]any{"package", s.o.Name, "type", kind}, more...)...)
}
