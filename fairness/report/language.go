package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/web"
)

// translate is a message in somebody's language; with arguments it is a format as for fmt.Sprintf, before and after translation.
type translate = func(message string, args ...any) string

// english is the language of the files, and of the sources.
func english(message string, args ...any) string {
	if len(args) == 0 {
		return message
	}
	return fmt.Sprintf(message, args...)
}

// together makes one phrase of a view's attributes.
func together(t translate, attributes []string) string {
	if len(attributes) < 2 {
		return strings.Join(attributes, "")
	}
	last := len(attributes) - 1
	return t("%[1]s and %[2]s", together(t, attributes[:last]), attributes[last])
}

// What stands for people in a label.
const (
	notKnown   = "(not known)"
	allFurther = "(all further groups)"
)

// labelIn is a label in a language: the values are the application's own.
func labelIn(t translate, label string) string {
	return strings.NewReplacer(notKnown, t(notKnown), allFurther, t(allFurther)).Replace(label)
}

func percentIn(t translate, v float64) string { return web.Written(t, percent(v)) }

// between is a rate's interval, on one line.
func between(t translate, r fairness.Rate) string {
	if !r.Defined {
		return ""
	}
	return unbroken(t("%[1]s to %[2]s", strings.TrimSuffix(percentIn(t, r.Low), " %"), percentIn(t, r.High)))
}

// unbroken is a text on one line.
func unbroken(text string) string { return strings.ReplaceAll(text, " ", "\u00a0") }

// in is the count in a language, or that it is not shown.
func (f Few) in(v *web.Visit) string {
	if f.Hidden {
		return v.T(f.String())
	}
	return v.Number(f.N)
}

// dated is as much of a time as tells it from the other end.
func dated(t translate, at, other time.Time) string {
	month := t(at.Format("Jan"))
	if at.Sub(other).Abs() < 48*time.Hour {
		return t("%[1]d %[2]s", at.Day(), month) + at.Format(" 15:04")
	}
	return t("%[1]d %[2]s %[3]d", at.Day(), month, at.Year())
}
