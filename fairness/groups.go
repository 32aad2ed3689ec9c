package fairness

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// MaxAttributes is how many attributes one monitor can tell apart. It bounds the size
// of Groups, which is passed by value so that counting allocates nothing.
const MaxAttributes = 6

// maxValue is the longest group value in bytes: a group is a word, and a whole text
// in its place is a mistake that would be kept for ever.
const maxValue = 128

// Groups is the group of one person for each attribute of a monitor, in the order
// given to New. It is comparable and holds no pointer to the heap. The zero Groups
// means nothing is known: Observe then takes what WithGroups put into the context.
//
// It prints as redacted under every verb: one person's groups are nobody's business;
// a Table, which holds counts, prints in full.
type Groups struct {
	// The values stand first so that copies move them as they were written: with n
	// before them counting takes half as long again (measured).
	value [MaxAttributes]string
	n     uint8
}

// Of makes Groups of one value an attribute, in the order given to New:
// Of("f", "<=25") for New(ctx, []string{"sex", "age"}, nil). An empty value means not
// known: such people are counted and shown, and left out of comparisons. More than
// MaxAttributes values make Groups that are refused when counted.
func Of(values ...string) Groups {
	var g Groups
	if len(values) > MaxAttributes {
		g.n = MaxAttributes + 1 // refused when counted
		return g
	}
	for i, v := range values { //nolint:staticcheck // cheaper than copy for so few (measured), and this is every call's path
		g.value[i] = v
	}
	g.n = uint8(len(values))
	return g
}

// Values returns the values as given to Of.
func (g Groups) Values() []string {
	if g.n > MaxAttributes {
		return nil
	}
	return append([]string(nil), g.value[:g.n]...)
}

// Format prints how many values there are, under every verb.
func (g Groups) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, g.redacted()) }

// LogValue is what slog shows.
func (g Groups) LogValue() slog.Value { return slog.StringValue(g.redacted()) }

func (g Groups) redacted() string {
	return "fairness.Groups(" + strconv.Itoa(int(g.n)) + " redacted)"
}

type groupsKey struct{}

// WithGroups puts groups into the context, for inputs that do not carry them. Values
// that the groups function or the Observation leaves empty are filled from here.
func WithGroups(ctx context.Context, g Groups) context.Context {
	return context.WithValue(ctx, groupsKey{}, g)
}

// complete fills what g leaves open from the context. A context that says nothing
// leaves it open: that counts as not known.
func (g *Groups) complete(ctx context.Context, attributes int) {
	open := g.n == 0
	if g.n > MaxAttributes {
		return
	}
	for i := range g.n {
		open = open || g.value[i] == ""
	}
	if !open {
		return
	}
	var known Groups
	if ctx != nil {
		known, _ = ctx.Value(groupsKey{}).(Groups)
	}
	if g.n == 0 {
		if *g = known; g.n == 0 {
			g.n = uint8(attributes)
		}
		return
	}
	if known.n != g.n {
		return
	}
	for i := range g.n {
		if g.value[i] == "" {
			g.value[i] = known.value[i]
		}
	}
}
