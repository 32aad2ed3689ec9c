package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/fairness"
	"github.com/fairlead-go/fairlead/internal/web"
)

// Bars and whiskers are drawn in a box of these units.
const (
	barWidth  = 360
	barHeight = 22
)

// drawing is one bar with its whiskers, and the limit to hold it against.
type drawing struct {
	Value, Low, High float64 // in units from the left
	Limit            float64 // 0 for none
}

func units(v float64) float64 { return math.Round(10*barWidth*min(1, max(0, v))) / 10 }

func draw(r fairness.Rate, limit float64) *drawing {
	if !r.Defined {
		return nil
	}
	return &drawing{Value: units(r.Value), Low: units(r.Low), High: units(r.High), Limit: units(limit)}
}

// timeline is the rates of an attribute's groups over time.
type timeline struct {
	By     string
	Lines  []rated
	Grid   []mark
	Ends   []mark // the first and the last moment, at the bottom
	Length string // of a slice
	Words  string // the whole in words, for those who do not see it
	More   int    // groups that are not drawn
}

type mark struct {
	At   float64
	Text string
}

// rated is one group's line.
type rated struct {
	Group  string
	Shape  string // of its points
	Dash   string // of the line; "" for a solid one
	Path   string
	Points []spot
}

type spot struct{ X, Y float64 }

// Lines are told apart by shape and dashes and not by colour alone.
var looks = []struct{ shape, dash string }{
	{"circle", ""}, {"square", "7 4"}, {"triangle", "2 3"}, {"diamond", "9 3 2 3"}, {"bar", "4 6"},
}

// The time line's box, in units.
const (
	lineLeft, lineRight = 40.0, 388.0
	lineTop, lineBottom = 12.0, 170.0
	lineWidth           = 400
	lineHeight          = 196
)

// The time line has at most so many points to a line, each of so many decisions at least:
// more points of fewer decisions show chance and not change.
const (
	linePoints = 16
	lineFewest = 10
)

// coarse joins neighbouring slices until there are few enough.
func coarse(history []fairness.Slice) []fairness.Slice {
	if len(history) == 0 {
		return nil
	}
	first := history[0].From
	step := history[0].To.Sub(first)
	whole := history[len(history)-1].To.Sub(first)
	join := max(1, (int64(whole/step)+linePoints-1)/linePoints) // so many slices to a point
	width := time.Duration(int64(step) * join)
	var out []fairness.Slice
	for _, s := range history {
		from := first.Add(s.From.Sub(first).Truncate(width))
		if n := len(out); n > 0 && out[n-1].From.Equal(from) {
			for i := range s.Views {
				if sum, err := fairness.Merge(out[n-1].Views[i], s.Views[i]); err == nil { // of one monitor
					out[n-1].Views[i] = sum
				}
			}
			continue
		}
		out = append(out, fairness.Slice{From: from, To: from.Add(width), Views: slices.Clone(s.Views)})
	}
	return out
}

// timelines draws what can be drawn: groups that the view shows, where a slice has enough
// decisions about them. An attribute with fewer than two such slices has none.
func timelines(in translate, a Audit, history []fairness.Slice, zone *time.Location) []timeline {
	var out []timeline
	history = coarse(history)
	for i, v := range a.Views {
		if len(v.Attributes) != 1 || len(history) == 0 || i >= len(history[0].Views) {
			continue
		}
		if t, ok := timelineOf(in, v, i, history, max(lineFewest, uint64(a.MinCell)), zone); ok {
			out = append(out, t)
		}
	}
	return out
}

func timelineOf(in translate, v View, attribute int, history []fairness.Slice, minCell uint64, zone *time.Location) (timeline, bool) {
	t := timeline{By: v.Attributes[0]}
	from, to := history[0].From, history[len(history)-1].To
	rows := slices.DeleteFunc(slices.Clone(v.Rows), func(r Row) bool { return r.Suppressed || !r.Rate.Defined || r.aside })
	slices.SortStableFunc(rows, func(a, b Row) int { return int(max(-1, min(1, int64(b.Decisions)-int64(a.Decisions)))) }) //nolint:gosec // counts
	if len(rows) > len(looks) {
		t.More = len(rows) - len(looks)
		rows = rows[:len(looks)]
	}
	type moment struct {
		at   time.Time
		rate float64
	}
	all, top, most := make([][]moment, len(rows)), 0.0, 0
	for k, r := range rows {
		for _, s := range history {
			for _, c := range s.Views[attribute].Cells {
				if label(c.Groups, c.Overflow) != r.Group || c.Decisions < minCell {
					continue
				}
				if rate := fairness.SelectionRate.Of(c); rate.Defined {
					all[k] = append(all[k], moment{s.From.Add(s.To.Sub(s.From) / 2), rate.Value})
					top = max(top, rate.Value)
				}
			}
		}
		most = max(most, len(all[k]))
	}
	if most < 2 {
		return t, false
	}
	scale := scaleOf(top)
	x := func(at time.Time) float64 {
		return round(lineLeft + (lineRight-lineLeft)*float64(at.Sub(from))/float64(to.Sub(from)))
	}
	y := func(rate float64) float64 { return round(lineBottom - (lineBottom-lineTop)*rate/scale) }
	var words []string
	for k, points := range all {
		if len(points) == 0 {
			continue
		}
		l := rated{Group: labelIn(in, rows[k].Group), Shape: looks[k].shape, Dash: looks[k].dash}
		for i, p := range points {
			l.Points = append(l.Points, spot{x(p.at), y(p.rate)})
			l.Path += fmt.Sprintf("%s%g %g", map[bool]string{true: "M", false: "L"}[i == 0], x(p.at), y(p.rate))
		}
		words = append(words, in("%[1]s from %[2]s to %[3]s", l.Group, percentIn(in, points[0].rate), percentIn(in, points[len(points)-1].rate)))
		t.Lines = append(t.Lines, l)
	}
	for i := range 5 {
		rate := scale * float64(i) / 4
		t.Grid = append(t.Grid, mark{y(rate), web.Written(in, strings.TrimSuffix(fmt.Sprintf("%.1f", 100*rate), ".0")) + " %"})
	}
	t.Ends = []mark{{lineLeft, dated(in, from.In(zone), to)}, {lineRight, dated(in, to.In(zone), from)}}
	t.Length = span(in, history[0].To.Sub(history[0].From))
	t.Words = in("Share of favourable answers by %[1]s, first to last: %[2]s", t.By, strings.Join(words, "; "))
	return t, true
}

// scaleOf is the rate at the top of a chart.
func scaleOf(top float64) float64 {
	for _, s := range []float64{0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8} {
		if top <= s {
			return s
		}
	}
	return 1
}

func round(v float64) float64 { return math.Round(10*v) / 10 }

// span says the length of a slice, which is a minute or twice as long some times over.
func span(t translate, d time.Duration) string {
	for _, u := range []struct {
		of        time.Duration
		one, many string
	}{{24 * time.Hour, "one day", "%s days"}, {time.Hour, "one hour", "%s hours"}, {time.Minute, "one minute", "%s minutes"}} {
		if d >= u.of {
			n := math.Round(float64(d)/float64(u.of)*10) / 10
			if n == 1 {
				return t(u.one)
			}
			return t(u.many, web.Written(t, strings.TrimSuffix(fmt.Sprintf("%.1f", n), ".0")))
		}
	}
	return d.String()
}
