package console

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// labels is the download of what people decided, for training and testing.
func (c *console) labels(s *web.Site) func(http.ResponseWriter, *web.Visit) {
	return c.download(s, "labels.jsonl", "application/jsonl", func(v *web.Visit, w io.Writer) error {
		_, err := c.desk.Labels(v.Context(), w, month())
		return err
	})
}

// evidence is the download that whoever oversees the overseers asks for.
func (c *console) evidence(s *web.Site) func(http.ResponseWriter, *web.Visit) {
	return c.download(s, "evidence.zip", "application/zip", func(v *web.Visit, w io.Writer) error {
		return c.desk.Evidence(v.Context(), w, month())
	})
}

// month is the window of downloads: a longer one is made by the desk's own methods, without a browser that waits.
func month() oversight.Window { return oversight.Window{From: time.Now().AddDate(0, 0, -recent)} }

// download sends a file. Its beginning waits, so that an error that comes early is a page; one that comes late breaks the download off,
// which the browser notices.
func (c *console) download(s *web.Site, name, kind string, write func(*web.Visit, io.Writer) error) func(http.ResponseWriter, *web.Visit) {
	return func(w http.ResponseWriter, v *web.Visit) {
		if !c.may(v, Export) {
			s.Fail(w, v, web.Problem(http.StatusForbidden, "This is not yours to do here. Ask whoever runs the desk."))
			return
		}
		late := &lateWriter{w: w, begin: func() {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		}}
		if v.Method == http.MethodHead {
			late.begin()
			return
		}
		err := write(v, late)
		switch {
		case err == nil:
			_ = late.flush() // the reader has gone: nobody to tell
		case late.begun:
			panic(http.ErrAbortHandler)
		default:
			s.Fail(w, v, plain(err))
		}
	}
}

// lateWriter keeps what is written until there is much of it.
type lateWriter struct {
	w     io.Writer
	begin func()
	kept  bytes.Buffer
	begun bool
}

const late = 1 << 20

func (l *lateWriter) Write(p []byte) (int, error) {
	if l.begun {
		return l.w.Write(p)
	}
	l.kept.Write(p)
	if l.kept.Len() > late {
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (l *lateWriter) flush() error {
	if l.begun {
		return nil
	}
	l.begun = true
	l.begin()
	_, err := l.kept.WriteTo(l.w)
	return err
}
