package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/fairlead-go/fairlead/internal/web"
)

// maxFields is how many fields an answer may have to be corrected field by field.
const maxFields = 60

// field is a control for one value of an answer.
type field struct {
	Name    string // of the control
	Path    string
	Value   string
	Kind    string // "text", "long", "number", "bool", "null"
	Problem string // what is wrong with what was typed
}

// form is an answer as fields; none if it has too many, or is no JSON.
func form(answer []byte) []field {
	t, err := parseTree(answer)
	if err != nil {
		return nil
	}
	leaves := t.leaves()
	if len(leaves) > maxFields {
		return nil
	}
	fields := make([]field, 0, len(leaves))
	for i, l := range leaves {
		if l.node.kind != 's' {
			continue // nothing to type into an empty list
		}
		fields = append(fields, field{Name: "v" + strconv.Itoa(i), Path: l.path, Value: l.node.text(), Kind: kindOf(l.node)})
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}

func kindOf(t *tree) string {
	switch c := t.scalar[0]; {
	case c == '"':
		if s := t.text(); len(s) > 80 || strings.ContainsAny(s, "\r\n") {
			return "long"
		}
		return "text"
	case c == 't', c == 'f':
		return "bool"
	case c == 'n':
		return "null"
	}
	return "number"
}

// filled reads the fields that somebody typed into, over the answer they were made from. What was not touched stays to the byte.
// With a problem the fields come back with it.
func filled(v *web.Visit, answer []byte) (json.RawMessage, []field, error) {
	t, err := parseTree(answer)
	if err != nil {
		return nil, nil, err
	}
	fields := form(answer)
	leaves := t.leaves()
	wrong := false
	for i := range fields {
		f := &fields[i]
		if _, there := v.PostForm[f.Name]; !there {
			continue
		}
		typed := v.Field(f.Name)
		if browsers.Replace(typed) == browsers.Replace(f.Value) {
			continue
		}
		f.Value = typed
		n, _ := strconv.Atoi(f.Name[1:]) // as form named it
		if leaves[n].node.scalar, err = scalar(f.Kind, typed); err != nil {
			f.Problem, wrong = v.T(err.Error()), true
		}
	}
	if wrong {
		return nil, fields, errNotFilled
	}
	return t.json(), fields, nil
}

// browsers does to a text what a form does to it, so that what was not touched is known again.
var browsers = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")

var (
	errNotFilled = errors.New("console: a field does not hold what it should")
	errNumber    = errors.New("This has to be a number, such as 12.5.") //nolint:staticcheck // a sentence for people
	errBool      = errors.New("This has to be yes or no.")              //nolint:staticcheck // a sentence for people
)

// scalar reads what was typed as the kind of value that stood there.
func scalar(kind, typed string) (json.RawMessage, error) {
	switch kind {
	case "number":
		typed = strings.TrimSpace(typed)
		if !json.Valid([]byte(typed)) || !strings.ContainsAny(typed[:1], "-0123456789") {
			return nil, errNumber
		}
		return json.RawMessage(typed), nil
	case "bool":
		if typed != "true" && typed != "false" {
			return nil, errBool
		}
		return json.RawMessage(typed), nil
	case "null":
		if t := strings.TrimSpace(typed); t == "" || t == "null" {
			return json.RawMessage("null"), nil
		} else if json.Valid([]byte(t)) {
			return json.RawMessage(t), nil
		}
	}
	return plainJSON(typed)
}

// written reads an answer that was written as JSON; a mistake is told with its line.
func written(v *web.Visit, text string) (json.RawMessage, error) {
	var whole json.RawMessage
	err := json.Unmarshal([]byte(text), &whole)
	if err == nil {
		return whole, nil
	}
	if strings.TrimSpace(text) == "" {
		return nil, web.Problem(http.StatusUnprocessableEntity, v.T("Write what the answer should be instead."))
	}
	if at := (*json.SyntaxError)(nil); errors.As(err, &at) {
		line := 1 + strings.Count(text[:min(int(at.Offset), len(text))], "\n")
		return nil, web.Problem(http.StatusUnprocessableEntity, v.T("This is not JSON: look at line %d.", line))
	}
	return nil, web.Problem(http.StatusUnprocessableEntity, fmt.Sprint(v.T("This is not JSON.")))
}
