package console

import "github.com/fairlead-go/fairlead/oversight"

// change is one field of an answer and of what somebody put in its place.
type change struct {
	Path     string
	Old, New string
	HasOld   bool
	HasNew   bool
}

// Same says that the field is as it was.
func (c change) Same() bool { return c.HasOld && c.HasNew && c.Old == c.New }

// shownChange is a change as a page has it.
type shownChange struct {
	change
	Veil bool // it is sensitive, and so shown when it is asked for
}

// changes are what a correction changes in a case's answer.
func (c *console) changes(f oversight.File, after []byte) []shownChange {
	var all []shownChange
	for _, one := range diff(f.Output, after) {
		all = append(all, shownChange{one, c.sensitive(f, one.Path)})
	}
	return all
}

// diff compares two answers field by field: by path, in the order of the first, with what only the second has after it. What
// cannot be taken apart is compared as a whole.
func diff(before, after []byte) []change {
	b, errB := parseTree(before)
	a, errA := parseTree(after)
	if errB != nil || errA != nil {
		return []change{{Old: indented(before), New: indented(after), HasOld: len(before) > 0, HasNew: len(after) > 0}}
	}
	// The same path may occur twice, as with a key that holds a dot: then by occurrence.
	left := map[string][]string{}
	next := a.leaves()
	for _, l := range next {
		left[l.path] = append(left[l.path], string(l.node.json()))
	}
	var all []change
	for _, l := range b.leaves() {
		c := change{Path: l.path, Old: string(l.node.json()), HasOld: true}
		if values := left[l.path]; len(values) > 0 {
			c.New, c.HasNew = values[0], true
			left[l.path] = values[1:]
		}
		all = append(all, c)
	}
	for _, l := range next {
		if values := left[l.path]; len(values) > 0 {
			all = append(all, change{Path: l.path, New: values[0], HasNew: true})
			left[l.path] = values[1:]
		}
	}
	return all
}
